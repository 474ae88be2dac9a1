//go:build !linux

package reach

import (
	"net"
	"net/netip"
)

// source returns the address that this machine has for a peer, by its routes. No packet is sent.
func source(peer netip.AddrPort) (netip.Addr, bool) {
	c, err := net.Dial("udp", peer.String())
	if err != nil {
		return netip.Addr{}, false
	}
	defer func() { _ = c.Close() }()
	at, err := netip.ParseAddrPort(c.LocalAddr().String())
	return at.Addr(), err == nil
}

// A routed answer is asked for each time.
type routed struct{}

// outward returns the first answer of source for probes that others can use.
func (*routed) outward() (string, bool) {
	at, ok := outwardSource()
	if !ok {
		return "", false
	}
	return at.String(), true
}
