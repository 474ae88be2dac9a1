package daemon

import (
	"context"
	"log/slog"
	"net"
	"reflect"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
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

// TestWaysFromVantages holds that who is sent to a server that listens everywhere is sent where he would have been, had nobody been sent there before, and that the reference is
// made once for those who come one after the other and are sent to the same place.
func TestWaysFromVantages(t *testing.T) {
	t.Parallel()
	const away = "192.0.2.77" // which this machine does not have, so that clients by loopback stay there
	for _, c := range []struct {
		rules string
		once  bool
	}{{away, true}, {"example.org," + away, true}, {"@auto", false}, {"10.0.0.0/8=a.example " + away, false}} {
		o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Publish: c.rules})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = o.Shutdown(context.Background()) }()
		l := &locator{log: slog.New(slog.DiscardHandler), orb: o, id: identity{Host: away}}
		w := l.newWay([]string{"tcp::7", "unix:/run/x"})
		var last *ior.IOR
		for i, by := range []struct {
			peer, key string
			same      bool // as before
		}{
			{"127.0.0.1", "one", false}, {"127.0.0.1", "one", true}, {"198.51.100.1", "one", false}, {"198.51.100.2", "one", true}, {"198.51.100.2", "two", false},
			{"127.0.0.1", "two", false}, {"127.0.0.2", "two", false}, {"127.0.0.2", "two", true}, {"10.0.0.1", "two", false}, {"198.51.100.2", "two", true},
		} {
			ctx := orb.WithPeer(t.Context(), &net.TCPAddr{IP: net.ParseIP(by.peer), Port: 9})
			got := w.reference(ctx, l, []byte(by.key))
			if want := l.newWay(w.endpoints).reference(ctx, l, []byte(by.key)); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %d: %s is sent to %v, not to %v", c.rules, i, by.peer, got, want)
			}
			if made := got != last; made == (by.same && c.once) {
				t.Errorf("%s, %d: a reference was made for %s: %t", c.rules, i, by.peer, made)
			}
			last = got
		}
		if err := o.SetDaemon("example.org:1"); err != nil {
			t.Fatal(err)
		}
		if w.reference(orb.WithPeer(t.Context(), &net.TCPAddr{IP: net.ParseIP("198.51.100.2")}), l, []byte("two")) == last {
			t.Errorf("%s: what was made by rules that are no more is given out", c.rules)
		}
	}
}
