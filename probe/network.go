package probe

import (
	"context"
	"net"
	"net/netip"
)

// A Network is what a probe goes by. Methods are called concurrently.
type Network interface {
	// Lookup returns what a host means: at least one address, or an error.
	Lookup(ctx context.Context, host string) ([]netip.Addr, error)
	// Dial connects to an address over TCP.
	Dial(ctx context.Context, at netip.AddrPort) (net.Conn, error)
	// Own returns the addresses of this machine, with their networks.
	Own() []netip.Prefix
}

// machine is the network of this machine.
type machine struct{}

var _ Network = machine{}

func (machine) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for i := range all {
		all[i] = all[i].Unmap()
	}
	return all, err
}

func (machine) Dial(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", at.String())
}

func (machine) Own() []netip.Prefix {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var all []netip.Prefix
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			all = append(all, netip.PrefixFrom(p.Addr().Unmap(), p.Bits()))
		}
	}
	return all
}

// A surround is where this machine is.
type surround []netip.Prefix

// has reports whether an address is this machine's own.
func (s surround) has(a netip.Addr) bool {
	for _, p := range s {
		if p.Addr() == a {
			return true
		}
	}
	return a.IsLoopback()
}

// near reports whether an address is of a network that this machine is in.
func (s surround) near(a netip.Addr) bool {
	for _, p := range s {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// kinds are networks whose addresses mean something to few, the narrowest first.
var kinds = []struct {
	network netip.Prefix
	what    string
}{
	{netip.MustParsePrefix("10.0.2.0/24"), "an address that VirtualBox gives its guests"},
	{netip.MustParsePrefix("192.168.122.0/24"), "an address of a virtual network of libvirt"},
	{netip.MustParsePrefix("172.17.0.0/16"), "a Docker bridge address"},
	{netip.MustParsePrefix("10.88.0.0/16"), "a Podman bridge address"},
	{netip.MustParsePrefix("10.244.0.0/16"), "an address of the range of Kubernetes pods"},
	{netip.MustParsePrefix("10.42.0.0/16"), "an address of the range of Kubernetes pods"},
	{netip.MustParsePrefix("10.96.0.0/12"), "an address of the range of Kubernetes services"},
	{netip.MustParsePrefix("192.0.2.0/24"), "an address that is reserved for documentation"},
	{netip.MustParsePrefix("198.51.100.0/24"), "an address that is reserved for documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "an address that is reserved for documentation"},
	{netip.MustParsePrefix("2001:db8::/32"), "an address that is reserved for documentation"},
	{netip.MustParsePrefix("100.64.0.0/10"), "an address of a provider's or overlay network (100.64.0.0/10)"},
	{netip.MustParsePrefix("10.0.0.0/8"), "an address of a private network"},
	{netip.MustParsePrefix("172.16.0.0/12"), "an address of a private network, such as Docker makes,"},
	{netip.MustParsePrefix("192.168.0.0/16"), "an address of a private network"},
	{netip.MustParsePrefix("fc00::/7"), "an address of a private network"},
}

// kind says what sort of address a is, if that matters: one that means something to few.
func kind(a netip.Addr) string {
	switch {
	case a.IsLoopback():
		return "the loopback address, which is another machine on each machine"
	case a.IsUnspecified():
		return "which stands for all addresses and is that of none"
	case a.IsLinkLocalUnicast():
		return "a link-local address, which is good on one cable alone"
	case a.IsMulticast():
		return "a multicast address, which no connection can be made to"
	}
	for _, k := range kinds {
		if k.network.Contains(a) {
			return k.what
		}
	}
	return ""
}
