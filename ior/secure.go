package ior

import (
	"slices"
	"strings"
)

// An AssociationOptions is what of security a side supports or requires (Security::AssociationOptions, OMG Security Service 1.8).
type AssociationOptions uint16

// The options.
const (
	NoProtection AssociationOptions = 1 << iota
	Integrity
	Confidentiality
	DetectReplay
	DetectMisordering
	EstablishTrustInTarget
	EstablishTrustInClient
	NoDelegation
	SimpleDelegation
	CompositeDelegation
	IdentityAssertion
	DelegationByClient
	numOptions = iota
)

// Sealed are the options that TLS gives.
const Sealed = Integrity | Confidentiality | DetectReplay | DetectMisordering

var optionNames = [numOptions]string{
	"NoProtection", "Integrity", "Confidentiality", "DetectReplay", "DetectMisordering", "EstablishTrustInTarget", "EstablishTrustInClient",
	"NoDelegation", "SimpleDelegation", "CompositeDelegation", "IdentityAssertion", "DelegationByClient",
}

// String lists the options by their names in IDL.
func (o AssociationOptions) String() string {
	var all []string
	for i, name := range optionNames {
		if o&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, " ")
}

// An SSL is the content of a component of tag TagSSLSecTrans (SSLIOP::SSL): that the profile's host takes TLS at a port of its own. Where the
// profile's port is 0 it takes nothing else.
type SSL struct {
	Supports, Requires AssociationOptions
	Port               uint16
}

// Component builds the component.
func (s SSL) Component() Component {
	e := seal()
	e.UShort(uint16(s.Supports))
	e.UShort(uint16(s.Requires))
	e.UShort(s.Port)
	return Component{TagSSLSecTrans, e.Bytes()}
}

// SSL returns what a component of tag TagSSLSecTrans says. What stands behind it is not looked at.
func (c Component) SSL() (SSL, error) {
	if err := c.is(TagSSLSecTrans); err != nil {
		return SSL{}, err
	}
	d := open(c.Data)
	s := SSL{Supports: AssociationOptions(d.UShort()), Requires: AssociationOptions(d.UShort()), Port: d.UShort()}
	return s, d.Err()
}

// TLS returns where the profile's host takes TLS, if it does: the first component of tag TagSSLSecTrans that can be read, whose port is not 0 and which
// offers any protection. Other components say that in other ways (TagTLSSecTrans, within TagCSISecMechList), and are not looked at.
func (b IIOP) TLS() (SSL, bool) {
	for _, c := range b.Components {
		if c.Tag != TagSSLSecTrans {
			continue
		}
		if s, err := c.SSL(); err == nil && s.Port != 0 && s.Supports&^NoProtection != 0 {
			return s, true
		}
	}
	return SSL{}, false
}

// Without returns b without its components of a tag.
func (b IIOP) Without(tag uint32) IIOP {
	all := make([]Component, 0, len(b.Components))
	for _, c := range b.Components {
		if c.Tag != tag {
			all = append(all, c)
		}
	}
	b.Components = all
	return b
}

// Places is where references lead.
type Places struct {
	Plain  []Address // of IIOP alone
	Sealed []Address // of IIOP over TLS
	Mutual bool      // there clients must show certificates

	Host  string      // what profiles name where there is neither: this machine
	Local []Component // of sockets of the machine, and of other endpoints
}

// None reports whether there is no place.
func (x Places) None() bool { return len(x.Plain)+len(x.Sealed)+len(x.Local) == 0 }

// Profiles returns the profiles of p's object at x: a host that takes TLS beside plain IIOP has a profile with both, one that takes TLS alone one with
// port 0. Each has the sockets of the machine. Everything else of p stays.
func (x Places) Profiles(p IIOP) []Profile {
	for _, tag := range []uint32{TagSSLSecTrans, TagDSOMEndpoints, TagOmniORBUnix, TagOmniORBHTTP} {
		if _, is := p.Find(tag); is {
			p = p.Without(tag)
		}
	}
	if p.Version.Minor >= 1 {
		p.Components = append(slices.Clip(p.Components), x.Local...)
	}
	switch {
	case len(x.Plain)+len(x.Sealed) == 0:
		p.Host, p.Port = x.Host, 0
		return []Profile{p.Profile()}
	case len(x.Sealed) == 0:
		return p.At(x.Plain)
	}
	groups := [][]Address{x.Plain}
	if p.Version.Minor < 2 { // which has a profile for each
		groups = nil
		for i := range x.Plain {
			groups = append(groups, x.Plain[i:i+1])
		}
	}
	rest := slices.Clone(x.Sealed)
	var all []Profile
	for _, g := range groups {
		if len(g) == 0 {
			continue
		}
		q := p
		if i := slices.IndexFunc(rest, func(a Address) bool { return a.Host == g[0].Host }); i >= 0 {
			q.Components = append(slices.Clip(p.Components), x.ssl(rest[i].Port, false).Component())
			rest = slices.Delete(rest, i, i+1)
		}
		all = append(all, q.At(g)...)
	}
	for _, a := range rest {
		q := p.Without(TagAlternateIIOPAddress)
		q.Host, q.Port = a.Host, 0
		q.Components = append(q.Components, x.ssl(a.Port, true).Component())
		all = append(all, q.Profile())
	}
	return all
}

// ssl says what TLS at a port gives, and whether there is no other way.
func (x Places) ssl(port uint16, alone bool) SSL {
	s := SSL{Supports: Sealed | EstablishTrustInTarget, Requires: NoProtection, Port: port}
	if alone {
		s.Requires = Integrity | Confidentiality
	} else {
		s.Supports |= NoProtection
	}
	if x.Mutual {
		s.Supports |= EstablishTrustInClient
		if alone {
			s.Requires |= EstablishTrustInClient
		}
	}
	return s
}
