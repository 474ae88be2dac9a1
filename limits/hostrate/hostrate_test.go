package hostrate_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/opendsom/dsom/limits/hostrate"
)

const perHost, inAll = 100, 2000

// TestRates: a host has what the limit says, and leaves the others theirs; all have what their limit says; what is remembered is bounded.
func TestRates(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r := hostrate.Rates{Name: "udp", PerHost: perHost, InAll: inAll}
	taken := func(host string, n int) (took int, last error) {
		for range n {
			if err := r.Take(netip.MustParseAddr(host), now); err == nil {
				took++
			} else {
				last = err
			}
		}
		return took, last
	}
	limit := func(err error, name string) {
		t.Helper()
		if l := (*hostrate.LimitError)(nil); !errors.As(err, &l) || l.Name != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
	n, err := taken("192.0.2.1", 1000)
	if limit(err, "udp-rate-per-host"); n != 2*perHost {
		t.Errorf("%d at once", n)
	}
	if n, err := taken("192.0.2.2", 1); n != 1 {
		t.Errorf("another host: %v", err)
	}
	now = now.Add(time.Second)
	if n, _ := taken("192.0.2.1", 1000); n != perHost {
		t.Errorf("%d in a second", n)
	}
	now = now.Add(time.Second)
	if n, _ := taken("2001:db8::1", 150); n != 150 {
		t.Errorf("%d of IPv6", n)
	}
	if n, _ := taken("2001:db8::2", 150); n != 50 {
		t.Errorf("%d of the same network", n)
	}
	now = now.Add(time.Hour)
	n = 0
	for i := range 3 * hostrate.MostHosts {
		if err = r.Take(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now); err == nil {
			n++
		}
	}
	if limit(err, "udp-rate"); n != inAll {
		t.Errorf("%d in all", n)
	}
	now = now.Add(-time.Hour) // a clock that goes back takes nothing away
	r.Take(netip.MustParseAddr("192.0.2.1"), now)
}
