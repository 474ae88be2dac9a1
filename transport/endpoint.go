package transport

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// An Endpoint is an address that a transport can connect to or listen at. It is comparable.
type Endpoint struct {
	Network string // the transport's name
	Host    string // a name or address without brackets, or a path; empty: every address of this machine
	Port    uint16 // 0 where the network has none, and for a port that is free
	Path    string // of what is asked for there, in ws and wss alone, with the slash that it begins with; "" is any, or /
}

// String returns e as ParseEndpoint reads it: network:host:port, the host of IPv6 in
// brackets, with the path behind it if there is one; or network:path.
func (e Endpoint) String() string {
	if isPath(e.Host) || e.Network == namedPipes {
		return e.Network + ":" + e.Host
	}
	host := e.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return e.Network + ":" + host + ":" + strconv.Itoa(int(e.Port)) + e.Path
}

// Address returns host and port as package net writes them.
func (e Endpoint) Address() string { return net.JoinHostPort(e.Host, strconv.Itoa(int(e.Port))) }

// namedPipes is the network whose hosts are names of this machine's, without ports: that of package transport/pipe.
const namedPipes = "pipe"

// isPath reports whether a host names a file or an abstract socket, which have no port.
func isPath(host string) bool {
	return strings.HasPrefix(host, "/") || strings.HasPrefix(host, "./") || strings.HasPrefix(host, "@")
}

// ParseEndpoint parses an endpoint such as tcp:host:2809, tcp:[::1]:2809, tcp::0, unix:/run/x, pipe:bank or ws:host:80/orb.
func ParseEndpoint(s string) (Endpoint, error) {
	network, rest, ok := strings.Cut(s, ":")
	if !ok || network == "" {
		return Endpoint{}, fmt.Errorf("endpoint %q: no network; write it as tcp:host:port", s)
	}
	if isPath(rest) || network == namedPipes {
		return Endpoint{Network: network, Host: rest}, nil
	}
	path := ""
	if i := strings.IndexByte(rest, '/'); i >= 0 && (network == "ws" || network == "wss") {
		if rest, path = rest[:i], rest[i:]; !validPath(path) {
			return Endpoint{}, fmt.Errorf("endpoint %q: the path is not of printable ASCII without space, quotes, ? and #", s)
		}
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		return Endpoint{}, fmt.Errorf("endpoint %q: %w; write it as %s:host:port", s, err, network)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return Endpoint{}, fmt.Errorf("endpoint %q: the port must be a number from 0 to 65535", s)
	}
	if strings.HasPrefix(host, "[") || isPath(host) {
		return Endpoint{}, fmt.Errorf("endpoint %q: the host is malformed", s)
	}
	return Endpoint{Network: network, Host: host, Port: uint16(n), Path: path}, nil
}

// validPath reports whether a path can stand in a request of HTTP as it is.
func validPath(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"<>?#\^{|}`+"`", c) >= 0 {
			return false
		}
	}
	return true
}
