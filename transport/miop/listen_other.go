//go:build !linux

package miop

import (
	"net"
	"net/netip"
)

// listenGroup joins a group by an interface, nil for the system's choice.
func listenGroup(at netip.AddrPort, by *net.Interface) (*net.UDPConn, error) {
	return listenPort(at, by)
}
