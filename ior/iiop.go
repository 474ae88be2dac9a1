package ior

import (
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// An IIOP is the content of a profile of tag TagInternetIOP (IIOP::ProfileBody, clause 9.7.2).
type IIOP struct {
	Version    cdr.Version
	Host       string
	Port       uint16
	Key        []byte
	Components []Component // in version 1.1 and later

	BigEndian bool
	Rest      []byte // what a later minor version has added behind that: octets that nobody here can read
}

// IIOP parses an IIOP profile. Components are kept whatever their tag. Key, Rest and the components' data are views of p.Data.
func (p Profile) IIOP() (IIOP, error) {
	if p.Tag != TagInternetIOP {
		return IIOP{}, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "profile of tag %d is not of IIOP", p.Tag)
	}
	d := open(p.Data)
	b := IIOP{Version: cdr.Version{Major: d.Octet(), Minor: d.Octet()}}
	if b.Version.Major != 1 && d.Err() == nil {
		return b, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "profile of IIOP %d.%d", b.Version.Major, b.Version.Minor)
	}
	b.Host = text(d)
	b.Port = d.UShort()
	b.Key = view(d)
	if b.Version.AtLeast(cdr.V11) {
		b.Components = getComponents(d)
	}
	b.BigEndian = !d.Little()
	if n := d.Remaining(); n > 0 {
		b.Rest = d.OctetsView(n)
	}
	return b, d.Err()
}

// Profile builds the profile of b.
func (b IIOP) Profile() Profile {
	e := cdr.NewEncoder(nil, !b.BigEndian, nil)
	e.Boolean(!b.BigEndian)
	e.Octet(b.Version.Major)
	e.Octet(b.Version.Minor)
	e.RawString(b.Host)
	e.UShort(b.Port)
	e.OctetSeq(b.Key)
	if b.Version.AtLeast(cdr.V11) {
		putComponents(e, b.Components)
	}
	e.Octets(b.Rest)
	return Profile{TagInternetIOP, e.Bytes()}
}

// Find returns the data of the first component of that tag.
func (b IIOP) Find(tag uint32) ([]byte, bool) { return Find(b.Components, tag) }

// Addresses returns where the profile says the object can be reached: its host and port,
// then the alternates in its components. A malformed component is skipped; brackets around an address of IPv6 are left out.
func (b IIOP) Addresses() []Address {
	list := []Address{{Scheme: "iiop", Version: b.Version, Host: unbracketed(b.Host), Port: b.Port}}
	for _, c := range b.Components {
		if c.Tag != TagAlternateIIOPAddress {
			continue
		}
		if host, port, err := c.AlternateAddress(); err == nil {
			list = append(list, Address{Scheme: "iiop", Version: b.Version, Host: unbracketed(host), Port: port})
		}
	}
	return list
}

// unbracketed returns an address of IPv6 without the brackets that it has in URLs, where somebody has published it with them.
func unbracketed(host string) string {
	if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' && strings.Contains(host, ":") {
		return host[1 : n-1]
	}
	return host
}

// At returns the profiles of b's object at other addresses, the first choice first: one profile
// with the others as alternates in IIOP 1.2 and later, which defines those (clause 7.6.6.1), one for
// each before. Everything else of b stays. The list must not be empty.
func (b IIOP) At(list []Address) []Profile {
	if !b.Version.AtLeast(cdr.V12) {
		all := make([]Profile, len(list))
		for i, a := range list {
			b.Host, b.Port = a.Host, a.Port
			all[i] = b.Profile()
		}
		return all
	}
	b.Host, b.Port = list[0].Host, list[0].Port
	others := make([]Component, 0, len(b.Components)+len(list)-1)
	for _, c := range b.Components {
		if c.Tag != TagAlternateIIOPAddress {
			others = append(others, c)
		}
	}
	for _, a := range list[1:] {
		others = append(others, AlternateAddressComponent(a.Host, a.Port))
	}
	b.Components = others
	return []Profile{b.Profile()}
}

// MultiComponent parses a profile of tag TagMultipleComponents.
func (p Profile) MultiComponent() ([]Component, error) {
	if p.Tag != TagMultipleComponents {
		return nil, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "profile of tag %d is not of components", p.Tag)
	}
	d := open(p.Data)
	list := getComponents(d)
	return list, d.Err()
}

// MultiComponentProfile builds a profile of tag TagMultipleComponents.
func MultiComponentProfile(list []Component) Profile {
	e := seal()
	putComponents(e, list)
	return Profile{TagMultipleComponents, e.Bytes()}
}

func getComponents(d *cdr.Decoder) []Component {
	n := count(d)
	if n == 0 {
		return nil
	}
	list := make([]Component, n)
	for i := range list {
		list[i] = Component{d.ULong(), view(d)}
	}
	if d.Err() != nil {
		return nil
	}
	return list
}

// view reads a sequence of octets and returns it in the buffer. An empty one is nil.
func view(d *cdr.Decoder) []byte {
	if v := d.OctetSeqView(); len(v) > 0 {
		return v
	}
	return nil
}

func putComponents(e *cdr.Encoder, list []Component) {
	e.Count(len(list))
	for _, c := range list {
		e.ULong(c.Tag)
		e.OctetSeq(c.Data)
	}
}
