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
