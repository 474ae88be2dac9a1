package portscan

import (
	"context"
	"fmt"
	stdnet "net"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// A Listener is a socket that takes connections, or datagrams, from anybody.
type Listener struct {
	Network string         // "tcp" or "udp"
	Addr    netip.AddrPort // an unspecified address means all of the machine's
	Owner   Owner
}

// An Owner is the process that has a socket. What the system does not tell this user is empty; PID is then 0.
type Owner struct {
	PID     int32
	User    string
	Program string // the name, as in a list of processes
	Path    string // of the program's file
}

// Listeners returns what listens at the ports, or at all ports if none is given, in order of port, network and
// address. What the system says of owners depends on the user: root is told of all.
func Listeners(ctx context.Context, ports ...uint16) ([]Listener, error) {
	var all []Listener
	for _, network := range []string{"tcp", "udp"} {
		list, err := net.ConnectionsWithContext(ctx, network)
		if err != nil {
			return nil, fmt.Errorf("the system does not say what listens at %s ports: %w", network, err)
		}
		for _, c := range list {
			if l, ok := listener(network, c); ok && (len(ports) == 0 || slices.Contains(ports, l.Addr.Port())) {
				l.Owner.PID = c.Pid
				all = append(all, l)
			}
		}
	}
	slices.SortFunc(all, func(a, b Listener) int {
		if n := int(a.Addr.Port()) - int(b.Addr.Port()); n != 0 {
			return n
		}
		if n := strings.Compare(a.Network, b.Network); n != 0 {
			return n
		}
		if n := a.Addr.Compare(b.Addr); n != 0 {
			return n
		}
		return int(a.Owner.PID) - int(b.Owner.PID)
	})
	all = slices.Compact(all) // a socket that several descriptors share
	owners := map[int32]Owner{0: {}}
	for i := range all {
		pid := all[i].Owner.PID
		o, known := owners[pid]
		if !known {
			o = owner(ctx, pid)
			owners[pid] = o
		}
		all[i].Owner = o
	}
	return all, nil
}

// listener returns what the system calls a connection as a Listener, if it is one.
func listener(network string, c net.ConnectionStat) (Listener, bool) {
	listens := c.Status == "LISTEN" || network == "udp" && c.Raddr.Port == 0
	if !listens || c.Laddr.Port == 0 || c.Laddr.Port > 0xffff {
		return Listener{}, false
	}
	host := c.Laddr.IP
	if host == "*" || host == "" { // all addresses, of either version (macOS, FreeBSD)
		host = "::"
		if c.Family == syscall.AF_INET {
			host = "0.0.0.0"
		}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return Listener{}, false
	}
	return Listener{Network: network, Addr: netip.AddrPortFrom(addr, uint16(c.Laddr.Port))}, true
}

func owner(ctx context.Context, pid int32) Owner {
	o := Owner{PID: pid}
	p, err := process.NewProcessWithContext(ctx, pid)
	if err != nil { // it has ended since
		return o
	}
	o.Program, _ = p.NameWithContext(ctx)
	o.User, _ = p.UsernameWithContext(ctx)
	o.Path, _ = p.ExeWithContext(ctx)
	return o
}

// Reachable returns an address of this machine at which the listener can be asked.
func (l Listener) Reachable() netip.AddrPort {
	a := l.Addr.Addr()
	switch {
	case !a.IsUnspecified():
		return l.Addr
	case a.Is6() && loopback6(): // it takes both versions of IP, as a rule, and IPv6 alone where a machine has no other
		return netip.AddrPortFrom(netip.IPv6Loopback(), l.Addr.Port())
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), l.Addr.Port())
}

// loopback6 reports whether the machine has the address ::1, as many a container has not. Nothing is sent.
func loopback6() bool {
	c, err := stdnet.Dial("udp", "[::1]:9")
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}
