package daemon

import (
	"log/slog"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
)

// TestWays holds of which servers all clients get the same reference, made once: of those that say each address themselves, where the daemon has no names in NetBIOS, which may change while a
// server runs.
func TestWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		endpoint string
		one      bool
	}{
		{"tcp:127.0.0.1:1", true}, {"tcp:example.org:1", true}, {"tcp:[::1]:1", true}, {"unix:/run/x", true},
		{"tcp::1", false}, {"tcp:0.0.0.0:1", false}, {"tcp:[::]:1", false}, {admin.PublishedPrefix + "example.org", false}, {"nonsense", true}, // which is nowhere, for all
	} {
		plain, named := &locator{log: slog.New(slog.DiscardHandler)}, &locator{log: slog.New(slog.DiscardHandler), named: &named{}}
		if w := plain.newWay([]string{c.endpoint}); w.one != c.one {
			t.Errorf("%s: the same for all: %t", c.endpoint, w.one)
		}
		if w := named.newWay([]string{c.endpoint}); w.one {
			t.Errorf("%s: the same for all with names in NetBIOS", c.endpoint)
		}
	}
}
