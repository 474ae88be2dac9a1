package reach

import (
	"net"
	"net/netip"
	"os"
)

// A Machine tells what rules ask about the one they are used on. [System] is this one.
type Machine interface {
	// Name returns the host's name; "" if it has none.
	Name() string
	// Outward returns the host that others reach this machine by, as far as it can tell.
	Outward() string
	// Addresses returns the addresses of an interface, and of all with the name ""; false if
	// there is no such interface.
	Addresses(network string) ([]netip.Addr, bool)
}

// System is the machine that the program runs on. What it tells may change with time.
func System() Machine { return system{} }

type system struct{}

func (system) Name() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// probes are peers that are routed like any other, and never there: of TEST-NET-1, and of the documentation's prefix.
var probes = [...]netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:9"), netip.MustParseAddrPort("[2001:db8::1]:9")}

var outward routed

// outwardSource returns the source address of the default route.
func outwardSource() (netip.Addr, bool) {
	for _, probe := range probes {
		if at, ok := source(probe); ok && !at.IsLinkLocalUnicast() && !at.IsLoopback() { // the latter where the interface of the route has no address
			return at.Unmap(), true
		}
	}
	return netip.Addr{}, false
}

// Routed returns the source address of the default route of this machine, if it has one. It asks the routes alone: no
// name is resolved, so that nobody waits for a DNS that is down.
func Routed() (host string, ok bool) { return outward.outward() }

// Outward returns the source address of the default route, else the machine's name if that
// resolves, else loopback. No packet is sent.
func (s system) Outward() string {
	if at, ok := Routed(); ok {
		return at
	}
	if name := s.Name(); name != "" {
		if _, err := net.LookupHost(name); err == nil {
			return name
		}
	}
	return "127.0.0.1"
}

func (system) Addresses(network string) ([]netip.Addr, bool) {
	var list []net.Addr
	var err error
	if network == "" {
		list, err = net.InterfaceAddrs()
	} else {
		var i *net.Interface
		if i, err = net.InterfaceByName(network); err == nil {
			list, err = i.Addrs()
		}
	}
	if err != nil {
		return nil, false
	}
	var all []netip.Addr
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			all = append(all, p.Addr().Unmap())
		}
	}
	return all, true
}

// PublicHost returns the host that references should name for a listener at host: host itself,
// or for all addresses ("", 0.0.0.0, ::) the one that others reach the machine by.
func PublicHost(m Machine, host string) string {
	if unspecified(host) {
		return m.Outward()
	}
	return plainHost(host)
}

func unspecified(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "" || err == nil && a.Unmap().IsUnspecified()
}

// plainHost returns an address of IPv4 that is written as one of IPv6 (::ffff:192.0.2.1) as what
// it is, since others may know IPv4 alone. Everything else stays.
func plainHost(host string) string {
	if a, err := netip.ParseAddr(host); err == nil && a.Is4In6() {
		return a.Unmap().String()
	}
	return host
}
