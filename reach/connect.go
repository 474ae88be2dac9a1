package reach

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/opendsom/dsom/transport"
)

// Connect is the rules for the addresses that references name and that are to be connected
// to. A nil one, and one without rules, lets all through as they are. It is safe for concurrent use.
//
//	TO=HOST[:PORT]   connect there instead; without a port to the one that the reference names
//	TO=@refuse       do not connect
//	TO=@direct       connect as the reference says, whatever rules follow
//
// TO is what a reference names: a host, *.DOMAIN, a network as 10.0.0.0/8, @loopback,
// @link-local, @private, or * for all, each with :PORT or without. The first rule that is about
// an address decides. A name is refused also for the addresses that it resolves to; it is never
// led elsewhere for them. Who connects to no host in particular (none, 0.0.0.0, ::) comes out at this
// machine, so that rules for loopback are about that as well.
type Connect struct{ rules []connectRule }

type connectRule struct {
	text   string
	about  pattern
	action action
	to     place
}

// is reports whether r is about a host by what it is called.
func (r *connectRule) is(host string) bool {
	if host == "" {
		return r.at(netip.IPv6Unspecified())
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return r.at(a)
	}
	return r.about.host(host)
}

// at reports whether r is about an address, or about what that comes out at.
func (r *connectRule) at(a netip.Addr) bool {
	if r.about.addr(a) {
		return true
	}
	if a = a.Unmap().WithZone(""); !a.IsUnspecified() {
		return false
	}
	four := r.about.addr(loopback4)
	if a.Is4() {
		return four
	}
	six := r.about.addr(netip.IPv6Loopback())
	if r.action == refuse { // systems without IPv6 have :: mean 127.0.0.1
		return four || six
	}
	return four && six
}

var loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})

type action uint8

const (
	lead action = iota
	refuse
	direct
)

// ParseConnect parses rules.
func ParseConnect(text string) (*Connect, error) {
	all, err := words(text)
	if err != nil {
		return nil, err
	}
	c := new(Connect)
	for _, w := range all {
		r := connectRule{text: w}
		about, to, ok := strings.Cut(w, "=")
		if !ok {
			return nil, bad(w, "write it as NETWORK=HOST:PORT, NETWORK=@refuse or NETWORK=@direct")
		}
		if r.about, err = parsePattern(w, about); err != nil {
			return nil, err
		}
		switch to {
		case "@refuse":
			r.action = refuse
		case "@direct":
			r.action = direct
		default:
			if strings.HasPrefix(to, "@") {
				return nil, bad(w, "%s is not known here; there are @refuse, @direct, and HOST[:PORT]", to)
			}
			if strings.Contains(to, ",") {
				return nil, bad(w, "an address can be led to one other only")
			}
			if r.to.host, r.to.port, err = splitPort(w, to); err != nil {
				return nil, err
			}
			if _, bits := netip.ParseAddr(r.to.host); bits != nil && !validName(r.to.host) {
				return nil, bad(w, "%q is no host name or address", r.to.host)
			}
		}
		c.rules = append(c.rules, r)
	}
	return c, nil
}

// String returns the rules as ParseConnect reads them.
func (c *Connect) String() string {
	if c == nil {
		return ""
	}
	texts := make([]string, len(c.rules))
	for i, r := range c.rules {
		texts[i] = r.text
	}
	return strings.Join(texts, " ")
}

// Empty reports whether there is no rule.
func (c *Connect) Empty() bool { return c == nil || len(c.rules) == 0 }

// A RefusedError says that a rule forbids to connect to an address.
type RefusedError struct {
	Address string // as the reference names it
	Means   string // what that resolves to, where that is why
	Rule    string
}

// Error names the address and the rule.
func (e *RefusedError) Error() string {
	at := e.Address
	if e.Means != "" {
		at += " (" + e.Means + ")"
	}
	return fmt.Sprintf("the rule %q forbids to connect to %s", e.Rule, at)
}

// A Way is how to connect to what a reference names.
type Way struct {
	To   transport.Endpoint
	Rule string // the rule that leads elsewhere; "": none
	// Open says that what To resolves to is to be held against the rules: see [Connect.Check].
	Open bool
}

// Way returns how to connect to e. Its error is a [RefusedError].
func (c *Connect) Way(e transport.Endpoint) (Way, error) {
	way := Way{To: e}
	if c.Empty() {
		return way, nil
	}
	_, err := netip.ParseAddr(e.Host)
	way.Open = err != nil
	depends := false // on what the name resolves to
	for _, r := range c.rules {
		if !r.about.ofPort(e.Port) {
			continue
		}
		if !r.is(e.Host) {
			depends = depends || r.about.nets != nil && way.Open
			continue
		}
		switch {
		case r.action == lead:
			way.To.Host, way.Rule, way.Open = r.to.host, r.text, false
			if r.to.port != 0 {
				way.To.Port = r.to.port
			}
		case depends: // Check goes by the order
		case r.action == refuse:
			return way, &RefusedError{Address: e.Address(), Rule: r.text}
		default:
			way.Open = false
		}
		return way, nil
	}
	return way, nil
}

// Check decides whether e, a name, may be connected to at an address that it resolves to. Its
// error is a [RefusedError].
func (c *Connect) Check(e transport.Endpoint, at netip.Addr) error {
	if c.Empty() {
		return nil
	}
	for _, r := range c.rules {
		if !r.about.ofPort(e.Port) || !r.is(e.Host) && !r.at(at) {
			continue
		}
		if r.action == refuse {
			return &RefusedError{Address: e.Address(), Means: at.Unmap().String(), Rule: r.text}
		}
		return nil
	}
	return nil
}
