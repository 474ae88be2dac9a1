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
