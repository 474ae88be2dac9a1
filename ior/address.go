package ior

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// The ports that URLs mean when they name none.
const (
	PortCorbaloc uint16 = 2809
	PortSSLIOP   uint16 = 684
	PortDSOM     uint16 = 3053
	PortNetBIOS  uint16 = 139
	PortSPX      uint16 = 3053 // a socket of IPX
	PortWeb      uint16 = 80
	PortWebTLS   uint16 = 443
)

// An Address is where an object can be reached, as URLs give it. Whether a scheme can be
// used is for others to say.
type Address struct {
	Scheme  string      // iiop, ssliop, dsom, ws, wss, unix, netbios, spx, miop, or rir: an initial reference of the ORB
	Version cdr.Version // of IIOP
	Host    string      // without the brackets of an IPv6 address; not in unix and rir. In netbios who is called, and where: BANK@ADA; in spx NET.NODE, or a server's name
	Port    uint16
	Path    string // of the socket, in unix; in miop the group, see [Group.String]; in ws and wss what is asked for, with the slash that it begins with, "" for /
}

// defaultPort returns the port of a scheme that has hosts, or 0.
func defaultPort(scheme string) uint16 {
	switch scheme {
	case "iiop":
		return PortCorbaloc
	case "ssliop":
		return PortSSLIOP
	case "dsom":
		return PortDSOM
	case "netbios":
		return PortNetBIOS
	case "spx":
		return PortSPX
	case "ws":
		return PortWeb
	case "wss":
		return PortWebTLS
	}
	return 0
}

// defaultVersion returns the version of IIOP that an address has which names none: 1.0 for
// those that the specification defines, 1.2 for ours.
func defaultVersion(scheme string) cdr.Version {
	if scheme == "iiop" || scheme == "ssliop" {
		return cdr.V10
	}
	return cdr.V12
}

// String returns the address as it stands in a corbaloc URL.
func (a Address) String() string {
	switch a.Scheme {
	case "rir":
		return "rir:"
	case "unix":
		return "unix:" + escape(a.Path, pathSafe)
	case "pipe":
		return "pipe:" + escape(a.Host, pathSafe)
	case "miop":
		return "miop:" + a.Version.String() + "@" + a.Path + "/" + a.HostPort()
	case "netbios", "spx":
		s := a.Scheme + ":" + escape(a.Host, pathSafe+"@")
		if a.Port != defaultPort(a.Scheme) {
			s += ":" + strconv.Itoa(int(a.Port))
		}
		return s
	}
	s := a.Scheme + ":"
	if a.Version != defaultVersion(a.Scheme) {
		s += a.Version.String() + "@"
	}
	return s + strings.Replace(a.HostPort(), "%", "%25", 1) + escape(a.Path, pathSafe)
}

// HostPort returns the address as package net spells it, brackets included.
func (a Address) HostPort() string {
	host := a.Host
	if strings.IndexByte(host, ':') >= 0 {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(int(a.Port))
}

func badAddress(s, format string, args ...any) error {
	e := exc.New(exc.BadParam, exc.MinorBadAddress, exc.No, format, args...)
	e.Reason = "address " + strconv.Quote(s) + ": " + e.Reason
	return e
}

// parseAddresses parses the list of addresses of a corbaloc URL.
func parseAddresses(list string) ([]Address, error) {
	var all []Address
	for s := range strings.SplitSeq(list, ",") {
		a, err := parseAddress(s)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	if len(all) > 1 {
		for _, a := range all {
			if a.Scheme == "rir" {
				return nil, badAddress(list, "rir: stands alone, not in a list")
			}
		}
	}
	return all, nil
}

func parseAddress(s string) (Address, error) {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok {
		return Address{}, badAddress(s, "no protocol: write :%s or iiop:%s", s, s)
	}
	scheme = strings.ToLower(scheme)
	if scheme == "" {
		scheme = "iiop"
	}
	switch scheme {
	case "rir":
		if rest != "" {
			return Address{}, badAddress(s, "nothing follows rir: but / and the initial reference's name")
		}
		return Address{Scheme: scheme}, nil
	case "unix":
		path, err := unescape(rest)
		if err != nil {
			return Address{}, badAddress(s, "%v", err)
		}
		if path == "" || strings.IndexByte(path, 0) >= 0 {
			return Address{}, badAddress(s, "no path of a socket; write its slashes as %%2F")
		}
		return Address{Scheme: scheme, Version: cdr.V12, Path: path}, nil
	case "pipe":
		name, err := unescape(rest)
		if err != nil {
			return Address{}, badAddress(s, "%v", err)
		}
		if name == "" || strings.ContainsAny(name, "\\/:\x00") {
			return Address{}, badAddress(s, "no name of a pipe: one is without slashes and colons")
		}
		return Address{Scheme: scheme, Version: cdr.V12, Host: name}, nil
	case "netbios", "spx":
		return parseNamed(s, scheme, rest)
	case "iiop", "ssliop", "dsom":
		return parseHostPort(s, scheme, rest)
	case "ws", "wss":
		return parseWeb(s, scheme, rest)
	}
	return Address{}, badAddress(s, "protocol %q is not known; there are iiop, ssliop, dsom, ws, wss, unix, netbios, spx, miop, which stands alone, and rir", scheme)
}

// parseNamed parses name[@node][:port] of NetBIOS, and NET.NODE[:socket] or name[:socket] of SPX. Whether the names are such is for the transport to say.
func parseNamed(whole, scheme, s string) (Address, error) {
	a := Address{Scheme: scheme, Version: cdr.V12, Port: defaultPort(scheme)}
	host, port, hasPort := strings.Cut(s, ":")
	host, err := unescape(host)
	if err != nil {
		return a, badAddress(whole, "%v", err)
	}
	if host == "" || strings.ContainsAny(host, "\x00:") || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "[") {
		return a, badAddress(whole, "%q is no name of %s", host, map[string]string{"netbios": "NetBIOS", "spx": "a server of IPX"}[scheme])
	}
	if a.Host = host; hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 || port[0] == '+' {
			return a, badAddress(whole, "%q is no port; ports are 1 to 65535", port)
		}
		a.Port = uint16(n)
	}
	return a, nil
}

// parseHostPort parses [major.minor@]host[:port].
func parseHostPort(whole, scheme, s string) (Address, error) {
	a := Address{Scheme: scheme, Version: defaultVersion(scheme), Port: defaultPort(scheme)}
	if v, rest, ok := strings.Cut(s, "@"); ok {
		if len(v) != 3 || v[0] != '1' || v[1] != '.' || v[2] < '0' || v[2] > '9' {
			return a, badAddress(whole, "%q is no version of IIOP; there are 1.0, 1.1 and 1.2", v)
		}
		a.Version, s = cdr.Version{Major: 1, Minor: v[2] - '0'}, rest
	}
	host, port, hasPort := s, "", false
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return a, badAddress(whole, "the bracket of an IPv6 address is not closed")
		}
		host = strings.Replace(s[1:end], "%25", "%", 1)
		if !validHost(host) || strings.IndexByte(host, ':') < 0 {
			return a, badAddress(whole, "%q is no IPv6 address", s[1:end])
		}
		if rest := s[end+1:]; rest != "" {
			if port, hasPort = strings.CutPrefix(rest, ":"); !hasPort {
				return a, badAddress(whole, "%q follows the IPv6 address", rest)
			}
		}
	} else {
		host, port, hasPort = strings.Cut(s, ":")
		if strings.IndexByte(port, ':') >= 0 {
			return a, badAddress(whole, "write an IPv6 address in brackets: [::1]:2809")
		}
		if host != "" && !validHost(host) {
			return a, badAddress(whole, "%q is no host name", host)
		}
	}
	if a.Host = host; host == "" {
		a.Host = "localhost"
	}
	if hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 || port[0] == '+' {
			return a, badAddress(whole, "%q is no port; ports are 1 to 65535", port)
		}
		a.Port = uint16(n)
	}
	return a, nil
}

// validHost reports whether s is a host name, or an address without brackets.
func validHost(s string) bool {
	name := s
	if strings.IndexByte(s, ':') >= 0 {
		ip, err := netip.ParseAddr(s)
		if err != nil {
			return false
		}
		name = ip.Zone()
	} else if s == "" {
		return false
	}
	for i := range len(name) {
		if !hostChar(name[i]) {
			return false
		}
	}
	return true
}

func hostChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_'
}
