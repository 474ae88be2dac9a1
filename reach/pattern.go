package reach

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/transport"
)

// A pattern says which hosts a rule is about.
type pattern struct {
	any  bool
	nets []netip.Prefix
	name string // in small letters; one that begins with a dot is what a domain's names end with
	port uint16 // 0: any
}

// networks are those that have a name of their own.
var networks = map[string][]netip.Prefix{
	"@loopback":   prefixes("127.0.0.0/8", "::1/128"),
	"@link-local": prefixes("169.254.0.0/16", "fe80::/10"),
	"@private":    prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
}

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, s := range list {
		all[i] = netip.MustParsePrefix(s)
	}
	return all
}

// parseNetwork parses a network, an address, or the name of one of networks; false for anything else.
func parseNetwork(s string) ([]netip.Prefix, bool) {
	if nets := networks[s]; nets != nil {
		return nets, true
	}
	if a, err := netip.ParseAddr(s); err == nil {
		s = a.WithZone("").String()
	}
	if p, err := transport.ParseNetwork(s); err == nil {
		return []netip.Prefix{p}, true
	}
	return nil, false
}

// parsePattern parses HOST, *.DOMAIN, * or a network, each with :PORT or without. A network of
// IPv6 with a port is in brackets.
func parsePattern(rule, s string) (p pattern, err error) {
	host, port, err := splitPort(rule, s)
	if err != nil {
		return p, err
	}
	p.port = port
	if host == "*" {
		p.any = true
		return p, nil
	}
	var ok bool
	if p.nets, ok = parseNetwork(host); ok {
		return p, nil
	}
	p.name = strings.ToLower(strings.TrimPrefix(host, "*"))
	switch {
	case strings.HasPrefix(host, "@"):
		return p, bad(rule, "%s is no network; there are @loopback, @link-local, @private, and such as 10.0.0.0/8", host)
	case host != p.name && strings.HasPrefix(host, "*") && !strings.HasPrefix(p.name, "."),
		!validName(strings.TrimPrefix(p.name, ".")):
		return p, bad(rule, "%q is no host, domain (*.example.org) or network (10.0.0.0/8)", host)
	}
	return p, nil
}

// addr reports whether p is about an address as such, not by a name.
func (p pattern) addr(a netip.Addr) bool {
	if p.any {
		return true
	}
	a = a.Unmap().WithZone("")
	for _, n := range p.nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// host reports whether p is about a host by what it is called: a name, or an address.
func (p pattern) host(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return p.addr(a)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	switch {
	case p.any:
		return true
	case strings.HasPrefix(p.name, "."):
		return strings.HasSuffix(host, p.name)
	}
	return p.name != "" && host == p.name
}

// ofPort reports whether p is about a port.
func (p pattern) ofPort(port uint16) bool { return p.port == 0 || p.port == port }

// splitPort takes HOST[:PORT] apart. A bare IPv6 address, or network of such, has no port; with
// one it is in brackets.
func splitPort(rule, s string) (host string, port uint16, err error) {
	host, text := s, ""
	switch {
	case strings.HasPrefix(s, "["):
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return "", 0, bad(rule, "the bracket of an IPv6 address is not closed")
		}
		host, text = s[1:end], s[end+1:]
		if !strings.Contains(host, ":") {
			return "", 0, bad(rule, "%q is no IPv6 address", host)
		}
		if text == "" {
			return host, 0, nil
		}
		var ok bool
		if text, ok = strings.CutPrefix(text, ":"); !ok {
			return "", 0, bad(rule, "%q follows the IPv6 address", text)
		}
	case strings.Count(s, ":") > 1:
		return s, 0, nil
	default:
		var ok bool
		if host, text, ok = strings.Cut(s, ":"); !ok {
			return host, 0, nil
		}
	}
	n, bits := strconv.ParseUint(text, 10, 16)
	if bits != nil || n == 0 || text[0] == '+' {
		return "", 0, bad(rule, "%q is no port; ports are 1 to 65535", text)
	}
	return host, uint16(n), nil
}

// maxName is how long a host name may be, in octets (RFC 1035).
const maxName = 253

// validName reports whether s may be the name of a host.
func validName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
