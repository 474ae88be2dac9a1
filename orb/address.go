package orb

import (
	"net"
	"os"
)

// PublicHost returns the host that references should name for a listener at host: host
// itself, or for all addresses ("", 0.0.0.0, ::) the one that others reach this machine by.
func PublicHost(host string) string {
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return outwardAddress()
	}
	return host
}

// outwardAddress returns the address that others reach this machine by, as far as it can
// tell: the source address of its default route, else its name, else loopback. No packet
// is sent.
func outwardAddress() string {
	for _, probe := range []struct{ network, address string }{
		{"udp4", "192.0.2.1:9"},     // TEST-NET-1: routed like any other, never there
		{"udp6", "[2001:db8::1]:9"}, // the documentation prefix
	} {
		c, err := net.Dial(probe.network, probe.address)
		if err != nil {
			continue
		}
		host, _, err := net.SplitHostPort(c.LocalAddr().String())
		c.Close()
		if err == nil {
			return host
		}
	}
	if name, err := os.Hostname(); err == nil {
		if _, err := net.LookupHost(name); err == nil {
			return name
		}
	}
	return "127.0.0.1"
}
