package ior

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// The tags of profiles of groups, and of what is in them (part 2, clause 11.4).
const (
	TagUIPMC uint32 = 3  // a profile
	TagGroup uint32 = 39 // a component
)

// A UIPMC is the content of a profile of tag TagUIPMC (MIOP::UIPMC_ProfileBody): where datagrams to a group of objects go. There is no object key.
type UIPMC struct {
	Version    cdr.Version // of GIOP, as PolyORB and JacORB take it: 1.2 for who may be spoken to in that
	Address    string      // of the group, or of one host
	Port       uint16
	Components []Component // TagGroup among them

	BigEndian bool
}

// UIPMC parses a profile of a group. The components' data are views of p.Data.
func (p Profile) UIPMC() (UIPMC, error) {
	if p.Tag != TagUIPMC {
		return UIPMC{}, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "profile of tag %d is not of a group", p.Tag)
	}
	d := open(p.Data)
	u := UIPMC{Version: cdr.Version{Major: d.Octet(), Minor: d.Octet()}}
	if u.Version.Major != 1 && d.Err() == nil {
		return u, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "profile of UIPMC %d.%d", u.Version.Major, u.Version.Minor)
	}
	u.Address, u.Port = text(d), d.UShort()
	u.Components = getComponents(d)
	u.BigEndian = !d.Little()
	return u, d.Err()
}

// Profile builds the profile of u.
func (u UIPMC) Profile() Profile {
	e := cdr.NewEncoder(nil, !u.BigEndian, nil)
	e.Boolean(!u.BigEndian)
	e.Octet(u.Version.Major)
	e.Octet(u.Version.Minor)
	e.RawString(u.Address)
	e.UShort(u.Port)
	putComponents(e, u.Components)
	return Profile{TagUIPMC, e.Bytes()}
}

// At returns where the group's datagrams go. Names are not looked up: the address must be one.
func (u UIPMC) At() (netip.AddrPort, error) {
	a, err := netip.ParseAddr(unbracketed(u.Address))
	if err != nil || u.Port == 0 || a.IsUnspecified() {
		return netip.AddrPort{}, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "the profile of a group is at %.64q, port %d: it must be an address", u.Address, u.Port)
	}
	return netip.AddrPortFrom(a.Unmap(), u.Port), nil
}

// Group returns which group the profile is of: its first component of that tag.
func (u UIPMC) Group() (Group, error) {
	for _, c := range u.Components {
		if c.Tag == TagGroup {
			return c.Group()
		}
	}
	return Group{}, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "the profile of a group does not say which group")
}

// A Group is the content of a component of tag TagGroup (PortableGroup::TagGroupTaggedComponent). A group is known by its domain and its number.
type Group struct {
	Domain  string
	ID      uint64
	Version uint32 // of the reference to the group: 0, as a rule
}

// Component builds the component, of version 1.0.
func (g Group) Component() Component {
	e := seal()
	e.Octet(1)
	e.Octet(0)
	e.RawString(g.Domain)
	e.ULongLong(g.ID)
	e.ULong(g.Version)
	return Component{TagGroup, e.Bytes()}
}

// Group returns what a component of tag TagGroup says. What stands behind it is not looked at.
func (c Component) Group() (g Group, err error) {
	if err := c.is(TagGroup); err != nil {
		return g, err
	}
	d := open(c.Data)
	major := d.Octet()
	d.Octet()
	if major != 1 && d.Err() == nil {
		return g, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "a group of version %d", major)
	}
	g.Domain, g.ID, g.Version = text(d), d.ULongLong(), d.ULong()
	return g, d.Err()
}

// Reference returns the reference to the group at an address, whose members have an interface. Its requests are of GIOP 1.2.
func (g Group) Reference(typeID string, at netip.AddrPort) *IOR {
	u := UIPMC{Version: cdr.V12, Address: at.Addr().String(), Port: at.Port(), Components: []Component{g.Component()}}
	return &IOR{TypeID: typeID, Profiles: []Profile{u.Profile()}}
}

// String returns the group as URLs have it: 1.0-DOMAIN-ID, and -VERSION unless that is 0.
func (g Group) String() string {
	s := "1.0-" + g.Domain + "-" + strconv.FormatUint(g.ID, 10)
	if g.Version != 0 {
		s += "-" + strconv.FormatUint(uint64(g.Version), 10)
	}
	return s
}

// parseGroup parses what String writes. The domain has no dash.
func parseGroup(s string) (g Group, ok bool) {
	part := strings.Split(s, "-")
	if len(part) < 3 || len(part) > 4 || part[0] != "1.0" || part[1] == "" || strings.ContainsFunc(part[1], func(r rune) bool { return r > 0x7e || !hostChar(byte(r)) }) {
		return g, false
	}
	g.Domain = part[1]
	id, err := strconv.ParseUint(part[2], 10, 64)
	if err != nil {
		return g, false
	}
	if g.ID = id; len(part) == 4 {
		v, err := strconv.ParseUint(part[3], 10, 32)
		if err != nil {
			return g, false
		}
		g.Version = uint32(v)
	}
	return g, true
}

// parseMIOP parses [VERSION@]GROUP/ADDRESS:PORT, which follows corbaloc:miop: in the URL of a group.
func parseMIOP(s string) (*URL, error) {
	bad := func(format string, args ...any) (*URL, error) { return nil, badAddress("miop:"+s, format, args...) }
	if strings.ContainsRune(s, ';') {
		return bad("a profile of IIOP of the group, behind the semicolon, is not read: groups are called by operations without a reply alone")
	}
	a := Address{Scheme: "miop", Version: cdr.V10}
	rest := s
	if v, after, ok := strings.Cut(s, "@"); ok {
		if len(v) != 3 || v[:2] != "1." || v[2] < '0' || v[2] > '2' {
			return bad("%q is no version; there are 1.0, 1.1 and 1.2", v)
		}
		a.Version.Minor, rest = v[2]-'0', after
	}
	group, at, ok := strings.Cut(rest, "/")
	g, good := parseGroup(group)
	if !ok || !good {
		return bad("write a group as miop:1.0@1.0-DOMAIN-NUMBER/ADDRESS:PORT")
	}
	to, err := netip.ParseAddrPort(at)
	if err != nil || to.Port() == 0 || to.Addr().IsUnspecified() {
		return bad("%q is no address and port of datagrams", at)
	}
	a.Host, a.Port, a.Path = to.Addr().Unmap().String(), to.Port(), g.String()
	return &URL{Scheme: "corbaloc", Addresses: []Address{a}}, nil
}
