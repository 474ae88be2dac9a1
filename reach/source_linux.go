package reach

import (
	"net/netip"
	"syscall"
)

// source returns the address that this machine has for a peer, by its routes. No packet is sent. It costs four system
// calls: package net's Dial makes nine, and has the poller told of a socket that is never read.
func source(peer netip.AddrPort) (netip.Addr, bool) {
	var to syscall.Sockaddr = &syscall.SockaddrInet4{Port: int(peer.Port())}
	family := syscall.AF_INET
	if peer.Addr().Is4() {
		to.(*syscall.SockaddrInet4).Addr = peer.Addr().As4()
	} else {
		family, to = syscall.AF_INET6, &syscall.SockaddrInet6{Port: int(peer.Port()), Addr: peer.Addr().As16()}
	}
	fd, err := syscall.Socket(family, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return netip.Addr{}, false
	}
	defer func() { _ = syscall.Close(fd) }()
	if syscall.Connect(fd, to) != nil {
		return netip.Addr{}, false
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		return netip.Addr{}, false
	}
	switch at := at.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrFrom4(at.Addr), true
	case *syscall.SockaddrInet6:
		return netip.AddrFrom16(at.Addr), true
	}
	return netip.Addr{}, false
}
