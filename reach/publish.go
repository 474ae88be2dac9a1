package reach

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/opendsom/dsom/transport"
)

// Publish is the rules for the addresses that references name. A nil one, and one without
// rules, names for each listener the host it is bound to, and where that is all addresses the
// one that others reach the machine by. It is safe for concurrent use.
//
//	[FROM=]PLACE[,PLACE]…
//
// FROM is the network that a client is in: 10.0.0.0/8, an address, @loopback, @link-local or
// @private. PLACE is HOST[:PORT], or one of these with a port or without:
//
//	@auto        what is published without rules
//	@here        the address that the client has connected to, where it is known, else @auto
//	@name        the machine's name
//	@all         all its addresses, but for loopback and link-local ones
//	@INTERFACE   those of a network interface, such as @eth0
//
// Where no port is given it is that which is listened at, or each of them.
type Publish struct {
	rules []publishRule
	rest  int // the rule of those for whom no other holds; -1: none
}

type publishRule struct {
	text   string
	from   pattern
	places []place
}

// A place is a host, or the word for some, and a port.
type place struct {
	host string
	port uint16
}

// ParsePublish parses rules.
func ParsePublish(text string) (*Publish, error) {
	all, err := words(text)
	if err != nil {
		return nil, err
	}
	p := &Publish{rest: -1}
	for _, w := range all {
		r := publishRule{text: w}
		from, to, limited := strings.Cut(w, "=")
		if !limited {
			to = w
			if p.rest >= 0 {
				return nil, bad(w, "%q says already what others get; separate several hosts by a comma, or begin with a network and =", p.rules[p.rest].text)
			}
			p.rest = len(p.rules)
		} else if r.from.nets, limited = parseNetwork(from); !limited {
			return nil, bad(w, "%q is no network; write it as 10.0.0.0/8, or @loopback, @link-local, @private", from)
		}
		for part := range strings.SplitSeq(to, ",") {
			at, err := parsePlace(w, part)
			if err != nil {
				return nil, err
			}
			r.places = append(r.places, at)
		}
		p.rules = append(p.rules, r)
	}
	return p, nil
}

func parsePlace(rule, s string) (at place, err error) {
	if at.host, at.port, err = splitPort(rule, s); err != nil {
		return at, err
	}
	if strings.HasPrefix(at.host, "@") {
		if at.host == "@refuse" || at.host == "@direct" {
			return at, bad(rule, "%s is for rules of connecting; what is published is a host", at.host)
		}
		if networks[at.host] != nil || len(at.host) == 1 {
			return at, bad(rule, "%s is no host; there are @auto, @here, @name, @all, and @ with the name of a network interface", at.host)
		}
		return at, nil
	}
	a, err := netip.ParseAddr(at.host)
	switch {
	case err != nil && strings.Contains(at.host, "/"):
		return at, bad(rule, "%s is a network; for what its clients get write %[1]s=HOST", at.host)
	case err != nil && !validName(at.host):
		return at, bad(rule, "%q is no host name or address", at.host)
	case err != nil:
		return at, nil
	case a.Unmap().IsLinkLocalUnicast() || a.Zone() != "":
		return at, bad(rule, "%s is link-local: it means something else on every machine", a)
	case a.Unmap().IsUnspecified() || a.Unmap().IsMulticast():
		return at, bad(rule, "nobody can connect to %s; @all is all addresses of this machine", a)
	}
	at.host = a.Unmap().String()
	return at, nil
}

// String returns the rules as ParsePublish reads them.
func (p *Publish) String() string {
	if p == nil {
		return ""
	}
	texts := make([]string, len(p.rules))
	for i, r := range p.rules {
		texts[i] = r.text
	}
	return strings.Join(texts, " ")
}

// Empty reports whether there is no rule.
func (p *Publish) Empty() bool { return p == nil || len(p.rules) == 0 }

// Complete returns why the rules do not say everything: a host, by its name or address, and a
// port in each place, and what is for clients of whom nothing is known.
func (p *Publish) Complete() error {
	if p.Empty() || p.rest < 0 {
		return bad(p.String(), "what is for all others is missing: a rule HOST:PORT without a network")
	}
	for _, r := range p.rules {
		for _, at := range r.places {
			if at.port == 0 || strings.HasPrefix(at.host, "@") {
				return bad(r.text, "%s: a host and a port are wanted here, as in bank.example.org:3053", at.host)
			}
		}
	}
	return nil
}

// Fixed returns rules that are [Publish.Complete]: what p comes to for what listens at at, on m.
// For @here, which only a connection tells, that is @auto.
func (p *Publish) Fixed(at []transport.Endpoint, m Machine) (*Publish, error) {
	var rules []string
	for _, v := range p.Views() {
		all, err := p.Addresses(v, at, m)
		if err != nil {
			return nil, err
		}
		texts := make([]string, len(all))
		for i, e := range all {
			texts[i] = e.Address()
		}
		rule := strings.Join(texts, ",")
		if from := p.Network(v); from != "" {
			rule = from + "=" + rule
		}
		rules = append(rules, rule)
	}
	return ParsePublish(strings.Join(rules, " "))
}

// Hosts returns the same rules without ports, for what listens elsewhere on the machine.
func (p *Publish) Hosts() *Publish {
	if p.Empty() {
		return p
	}
	q := &Publish{rest: p.rest}
	for _, r := range p.rules {
		places := make([]place, 0, len(r.places))
		var texts []string
		for _, at := range r.places {
			at.port = 0
			if !slices.Contains(places, at) {
				places, texts = append(places, at), append(texts, at.host)
			}
		}
		from, _, limited := strings.Cut(r.text, "=")
		r.places, r.text = places, strings.Join(texts, ",")
		if limited {
			r.text = from + "=" + r.text
		}
		q.rules = append(q.rules, r)
	}
	return q
}

// A Client is what is known of who gets a reference. The zero value is nothing.
type Client struct {
	Peer  netip.Addr // where it is
	Local netip.Addr // the address of this machine that it has connected to, or that led to it
}

// A View is what clients have in common who get the same references. It is comparable; the
// zero value is that of a client of whom nothing is known.
type View struct {
	rule  int // from 1; 0: the one without a network
	local netip.Addr
}

// View returns the view of a client.
func (p *Publish) View(c Client) View {
	if p.Empty() {
		return View{}
	}
	var v View
	for i, r := range p.rules {
		if r.from.nets != nil && c.Peer.IsValid() && r.from.addr(c.Peer) {
			v.rule = i + 1
			break
		}
	}
	if r := p.rule(v); r != nil && slices.ContainsFunc(r.places, func(at place) bool { return at.host == "@here" }) {
		if a := c.Local.Unmap(); a.IsValid() && !a.IsUnspecified() && !a.IsLinkLocalUnicast() {
			v.local = a
		}
	}
	return v
}

// Views returns the views that clients may have but for what only a connection tells.
func (p *Publish) Views() []View {
	all := []View{{}}
	if !p.Empty() {
		for i, r := range p.rules {
			if r.from.nets != nil {
				all = append(all, View{rule: i + 1})
			}
		}
	}
	return all
}

// Varies reports whether clients get different references.
func (p *Publish) Varies() bool {
	if p.Empty() {
		return false
	}
	return len(p.rules) > 1 || p.rest < 0 || slices.ContainsFunc(p.rules[0].places, func(at place) bool { return at.host == "@here" })
}

// Constant reports whether references name the same hosts to all clients, whatever becomes of the machine's own addresses and its name.
func (p *Publish) Constant() bool {
	return !p.Empty() && !p.Varies() && !slices.ContainsFunc(p.rules[0].places, func(at place) bool { return strings.HasPrefix(at.host, "@") })
}

// Network returns the network of the clients that have a view, as the rule names it; "" for the others.
func (p *Publish) Network(v View) string {
	if r := p.rule(v); r != nil {
		if from, _, limited := strings.Cut(r.text, "="); limited {
			return from
		}
	}
	return ""
}

// Has reports whether a view is one of these rules: it may be of others that were there before.
func (p *Publish) Has(v View) bool { return v.rule == 0 || p != nil && v.rule <= len(p.rules) }

// With returns the same rules, with addresses more that each of them names behind its own: those of others who answer as well.
func (p *Publish) With(more []transport.Endpoint) (*Publish, error) {
	if len(more) == 0 {
		return p, nil
	}
	var rules []string
	for _, text := range strings.Fields(p.String()) {
		for _, e := range more {
			if at := e.Address(); !strings.Contains(","+text[strings.IndexByte(text, '=')+1:]+",", ","+at+",") {
				text += "," + at
			}
		}
		rules = append(rules, text)
	}
	return ParsePublish(strings.Join(rules, " "))
}

// rule returns the rule of a view; nil if there is none.
func (p *Publish) rule(v View) *publishRule {
	switch {
	case p.Empty() || v.rule == 0 && p.rest < 0:
		return nil
	case v.rule == 0:
		return &p.rules[p.rest]
	}
	return &p.rules[v.rule-1]
}
