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
	// DialUDP makes a socket of UDP that sends to an address, and hears what comes from it.
	DialUDP(ctx context.Context, at netip.AddrPort) (net.Conn, error)
	// Own returns the addresses of this machine, with their networks.
	Own() []netip.Prefix
}

// Machine returns the network of this machine.
func Machine() Network { return machine{} }

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

func (machine) DialUDP(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "udp", at.String())
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

// reachable says from where an address is reached.
type reachable uint8

const (
	itsNetwork reachable = iota // where there is a route to it
	itsCluster
	itsHost
	nobody
)

// kinds are networks whose addresses mean something to few, the narrowest first: what is set apart for that, and what the documentation of
// virtual machines, containers and clusters says that they use where nobody has said otherwise.
var kinds = []struct {
	network netip.Prefix
	what    string
	by      reachable
}{
	{netip.MustParsePrefix("10.0.2.0/24"), "an address that VirtualBox gives its guests", itsHost},
	{netip.MustParsePrefix("192.168.122.0/24"), "an address of a virtual network of libvirt", itsHost},
	{netip.MustParsePrefix("192.168.49.0/24"), "an address of the network that minikube makes in Docker", itsHost},
	{netip.MustParsePrefix("192.168.65.0/24"), "an address inside Docker Desktop", itsHost},
	{netip.MustParsePrefix("172.17.0.0/16"), "a Docker bridge address", itsHost},
	{netip.MustParsePrefix("172.20.0.0/16"), "an address of a private network, such as Docker makes, or EKS for Kubernetes services,", itsNetwork},
	{netip.MustParsePrefix("172.30.0.0/16"), "an address of a private network, such as Docker makes, or OpenShift for Kubernetes services,", itsNetwork},
	{netip.MustParsePrefix("10.88.0.0/16"), "a Podman bridge address", itsHost},
	{netip.MustParsePrefix("10.89.0.0/16"), "an address of a network that Podman makes", itsHost},
	{netip.MustParsePrefix("10.244.0.0/16"), "an address of the range of Kubernetes pods", itsCluster},
	{netip.MustParsePrefix("10.42.0.0/16"), "an address of the range of Kubernetes pods (of k3s and RKE2)", itsCluster},
	{netip.MustParsePrefix("10.43.0.0/16"), "an address of the range of Kubernetes services (of k3s and RKE2)", itsCluster},
	{netip.MustParsePrefix("10.152.183.0/24"), "an address of the range of Kubernetes services (of MicroK8s)", itsCluster},
	{netip.MustParsePrefix("34.118.224.0/20"), "an address of the range of Kubernetes services (of GKE)", itsCluster},
	{netip.MustParsePrefix("10.96.0.0/12"), "an address of the range of Kubernetes services", itsCluster},
	{netip.MustParsePrefix("192.0.2.0/24"), "an address that is reserved for documentation", nobody},
	{netip.MustParsePrefix("198.51.100.0/24"), "an address that is reserved for documentation", nobody},
	{netip.MustParsePrefix("203.0.113.0/24"), "an address that is reserved for documentation", nobody},
	{netip.MustParsePrefix("2001:db8::/32"), "an address that is reserved for documentation", nobody},
	{netip.MustParsePrefix("3fff::/20"), "an address that is reserved for documentation", nobody},
	{netip.MustParsePrefix("0.0.0.0/8"), "an address that no machine may have (0.0.0.0/8)", nobody},
	{netip.MustParsePrefix("240.0.0.0/4"), "an address that is reserved, and given to nobody (240.0.0.0/4)", nobody},
	{netip.MustParsePrefix("198.18.0.0/15"), "an address of a network set apart for measuring devices (198.18.0.0/15)", itsNetwork},
	{netip.MustParsePrefix("100.64.0.0/10"), "an address of a provider's or overlay network (100.64.0.0/10)", itsNetwork},
	{netip.MustParsePrefix("10.0.0.0/8"), "an address of a private network", itsNetwork},
	{netip.MustParsePrefix("172.16.0.0/16"), "an address of a private network", itsNetwork}, // the one that Docker leaves out
	{netip.MustParsePrefix("172.16.0.0/12"), "an address of a private network, such as Docker makes,", itsNetwork},
	{netip.MustParsePrefix("192.168.0.0/16"), "an address of a private network", itsNetwork},
	{netip.MustParsePrefix("fc00::/7"), "an address of a private network", itsNetwork},
}

// broadcast is the address of all machines on a cable.
var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// kind says what sort of address a is, if that matters: one that means something to few. self is whether that is said by what.
func kind(a netip.Addr) (what string, by reachable, self bool) {
	switch {
	case a.IsLoopback():
		return "the loopback address, which is another machine on each machine", nobody, true
	case a.IsUnspecified():
		return "which stands for all addresses and is that of none", nobody, true
	case a.IsLinkLocalUnicast():
		return "a link-local address, which is good on one cable alone", nobody, true
	case a.IsMulticast():
		return "a multicast address, which no connection can be made to", nobody, true
	case a == broadcast:
		return "the broadcast address, which no connection can be made to", nobody, true
	}
	for _, k := range kinds {
		if k.network.Contains(a) {
			return k.what, k.by, false
		}
	}
	return "", itsNetwork, false
}
