package ior

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// The beginnings of endpoints of WebSocket, plain and within TLS, as package transport writes them.
const (
	webPrefix       = "ws:"
	sealedWebPrefix = "wss:"
)

// IsWeb reports whether an endpoint, as package transport writes it, is one of WebSocket.
func IsWeb(endpoint string) bool {
	return strings.HasPrefix(endpoint, webPrefix) || strings.HasPrefix(endpoint, sealedWebPrefix)
}

// WebComponents returns the components that name endpoints of WebSocket, such as ws:host:80/orb, for ORBs of this project and for omniORB: none for no endpoints.
func WebComponents(endpoints []string) []Component {
	names := endpoints[:min(len(endpoints), mostEndpoints)]
	if len(names) == 0 {
		return nil
	}
	all := []Component{Endpoints{Names: names}.Component()}
	for _, n := range names {
		scheme, at, _ := strings.Cut(n, ":")
		if !strings.Contains(at, "/") {
			at += "/"
		}
		all = append(all, OmniORBHTTPComponent(scheme+"://"+at))
	}
	return all
}

// OmniORBHTTPComponent says, to omniORB, that the object is reached at a URL of WebSocket, or of HTTP.
func OmniORBHTTPComponent(url string) Component {
	e := seal()
	e.RawString(url)
	return Component{TagOmniORBHTTP, e.Bytes()}
}

// OmniORBHTTP returns the URL in a component of tag TagOmniORBHTTP.
func (c Component) OmniORBHTTP() (string, error) {
	if err := c.is(TagOmniORBHTTP); err != nil {
		return "", err
	}
	d := open(c.Data)
	url := text(d)
	return url, d.Err()
}

// Web returns the endpoints of WebSocket at which the object is reached, as package transport writes them. Components that cannot be read are skipped, and what omniORB
// says of HTTP without WebSocket.
func (b IIOP) Web() []string {
	var all []string
	add := func(n string) {
		if IsWeb(n) && len(n) <= mostEndpoint && len(all) < mostEndpoints && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	for _, c := range b.Components {
		switch c.Tag {
		case TagDSOMEndpoints:
			p, err := c.Endpoints()
			if err != nil {
				continue
			}
			for _, n := range p.Names {
				add(n)
			}
		case TagOmniORBHTTP:
			if s, err := c.OmniORBHTTP(); err == nil {
				if a, ok := webURL(s); ok {
					add(a.endpoint())
				}
			}
		}
	}
	return all
}

// MovedWeb returns a component in which endpoints of WebSocket are elsewhere, as move says of the host and port of each; of those that come to be the same one is left. All else that it says stays, and what moves nothing, has none
// or cannot be read is returned as it is.
func (c Component) MovedWeb(move func(host string, port uint16) (string, uint16)) Component {
	moved := func(url string) (Address, bool) {
		a, ok := webURL(url)
		if !ok {
			return a, false
		}
		host, port := move(a.Host, a.Port)
		changed := host != a.Host || port != a.Port
		a.Host, a.Port = host, port
		return a, changed
	}
	switch c.Tag {
	case TagDSOMEndpoints:
		p, err := c.Endpoints()
		if err != nil {
			return c
		}
		changed := false
		var names []string
		for _, n := range p.Names {
			if IsWeb(n) {
				scheme, at, _ := strings.Cut(n, ":")
				if a, is := moved(scheme + "://" + at); is {
					n, changed = a.endpoint(), true
				}
			}
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		if p.Names = names; changed {
			return p.Component()
		}
	case TagOmniORBHTTP:
		s, err := c.OmniORBHTTP()
		if err != nil {
			return c
		}
		if a, changed := moved(s); changed {
			return OmniORBHTTPComponent(a.Scheme + "://" + a.HostPort() + cmp.Or(a.Path, "/"))
		}
	}
	return c
}

// webURL returns the address in a URL of WebSocket, ws://host:port/path.
func webURL(s string) (a Address, ok bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.User != nil || u.RawQuery != "" || u.Opaque != "" {
		return a, false
	}
	at := u.Hostname()
	if strings.Contains(at, ":") {
		at = "[" + at + "]"
	}
	if u.Port() != "" {
		at += ":" + u.Port()
	}
	if a, err = parseHostPort(s, u.Scheme, at); err != nil || a.Host == "" {
		return a, false
	}
	if a.Path = u.EscapedPath(); a.Path == "/" {
		a.Path = ""
	}
	return a, true
}

// endpoint returns an address of WebSocket as package transport writes it.
func (a Address) endpoint() string { return a.Scheme + ":" + a.HostPort() + a.Path }

// parseWeb parses [major.minor@]host[:port][path] of an address in corbaloc, whose path has its slashes as %2F.
func parseWeb(whole, scheme, s string) (Address, error) {
	s, err := unescapeHost(s)
	if err != nil {
		return Address{}, badAddress(whole, "%v", err)
	}
	path := ""
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s, path = s[:i], s[i:]
	}
	a, err := parseHostPort(whole, scheme, s)
	if path != "/" {
		a.Path = path
	}
	if err == nil && strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>?#\\^{|}`", r) }) {
		return a, badAddress(whole, "the path %q is not of printable ASCII without space, quotes, ? and #", path)
	}
	return a, err
}

// unescapeHost undoes escapes, but for the %25 before the zone of an IPv6 address, which is undone with the address.
func unescapeHost(s string) (string, error) {
	host := ""
	if i := strings.IndexByte(s, ']'); i >= 0 {
		host, s = s[:i+1], s[i+1:]
	}
	rest, err := unescape(s)
	return host + rest, err
}

// parseWebURL parses what is behind the scheme of a URL of omniORB's, ws://host:port/path#key.
func parseWebURL(scheme, rest string) (*URL, error) {
	at, key, _ := strings.Cut(scheme+":"+rest, "#")
	a, ok := webURL(at)
	if !ok {
		return nil, badURL("%s: write %s://host:port/path#key", scheme+":"+rest, scheme)
	}
	raw, err := unescape(key)
	if err != nil {
		return nil, badURL("key %q: %w", key, err)
	}
	return &URL{Scheme: "corbaloc", Addresses: []Address{a}, Key: []byte(raw)}, nil
}
