package node

import (
	"context"
	"fmt"
	"net"
	"net/netip"
)

// An Interface is where a node stands: an address of IPv4 of this machine, and its network.
type Interface struct {
	Name string
	Addr netip.Addr
	All  netip.Addr // to which is sent what is for all; zero: it has none
	Unit [6]byte    // its hardware address
}

// FindInterface returns the interface of a name, such as eth0, with its first address of IPv4, or that which has an address.
func FindInterface(s string) (Interface, error) {
	want, err := netip.ParseAddr(s)
	if err != nil {
		want = netip.Addr{}
	}
	all, err := net.Interfaces()
	if err != nil {
		return Interface{}, err
	}
	for _, i := range all {
		if !want.IsValid() && i.Name != s {
			continue
		}
		list, err := i.Addrs()
		if err != nil {
			return Interface{}, err
		}
		for _, a := range list {
			p, err := netip.ParsePrefix(a.String())
			if err != nil || !p.Addr().Is4() || want.IsValid() && p.Addr() != want {
				continue
			}
			found := Interface{Name: i.Name, Addr: p.Addr()}
			copy(found.Unit[:], i.HardwareAddr)
			if i.Flags&net.FlagBroadcast != 0 && p.Bits() < 31 {
				found.All = broadcastOf(p)
			}
			return found, nil
		}
		if !want.IsValid() {
			return Interface{}, fmt.Errorf("the interface %s has no address of IPv4, and NetBIOS knows no other", s)
		}
	}
	return Interface{}, fmt.Errorf("this machine has no interface %q, by name or by address of IPv4", s)
}

// broadcastOf returns the last address of a network.
func broadcastOf(p netip.Prefix) netip.Addr {
	a := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		a[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(a)
}

// Open opens the two sockets of a node at a port: at its address, and, unless that is not wanted, at that of all. With port 0 a free one is taken,
// which is enough to ask and not enough to have names.
func (i Interface) Open(ctx context.Context, port uint16, hear bool) (unicast, broadcast Carrier, err error) {
	if unicast, err = openUDP(ctx, netip.AddrPortFrom(i.Addr, port)); err != nil {
		return nil, nil, err
	}
	if hear && i.All.IsValid() {
		if broadcast, err = openUDP(ctx, netip.AddrPortFrom(i.All, port)); err != nil {
			_ = unicast.Close()
			return nil, nil, err
		}
	}
	return unicast, broadcast, nil
}

// A udp is a carrier by UDP.
type udp struct{ *net.UDPConn }

func openUDP(ctx context.Context, at netip.AddrPort) (Carrier, error) {
	var lc net.ListenConfig
	c, err := lc.ListenPacket(ctx, "udp4", at.String())
	if err != nil {
		return nil, err
	}
	return udp{c.(*net.UDPConn)}, nil
}

func (u udp) ReadFrom(b []byte) (int, netip.AddrPort, error) { return u.ReadFromUDPAddrPort(b) }

func (u udp) WriteTo(b []byte, to netip.AddrPort) error {
	_, err := u.WriteToUDPAddrPort(b, to)
	return err
}
