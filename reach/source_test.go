package reach

import (
	"net"
	"net/netip"
	"testing"
)

// TestSource: the address for a peer is the one that a socket connected to it has.
func TestSource(t *testing.T) {
	t.Parallel()
	for _, peer := range append([]netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:9"), netip.MustParseAddrPort("[::1]:9")}, probes[:]...) {
		got, ok := source(peer)
		c, err := net.Dial("udp", peer.String())
		if ok != (err == nil) {
			t.Errorf("%v: got %v, %v, a socket says %v", peer, got, ok, err)
		}
		if err != nil {
			continue
		}
		if want := c.LocalAddr().(*net.UDPAddr).AddrPort().Addr(); got.WithZone("") != want.WithZone("") {
			t.Errorf("%v: got %v, want %v", peer, got, want)
		}
		c.Close()
	}
}

func BenchmarkOutward(b *testing.B) {
	for b.Loop() {
		System().Outward()
	}
}

// TestRouted: what the routes alone say is what others are told, where they say something.
func TestRouted(t *testing.T) {
	t.Parallel()
	host, ok := Routed()
	if !ok {
		if host != "" {
			t.Errorf("without a route it says %q", host)
		}
		return
	}
	if _, err := netip.ParseAddr(host); err != nil || host != System().Outward() {
		t.Errorf("got %q, others are told %q", host, System().Outward())
	}
}
