package ior

import (
	"strings"

	"github.com/opendsom/dsom/exc"
)

// The tags of components that name sockets of a machine, and other endpoints.
const (
	TagDSOMEndpoints uint32 = 0x44534f01 // "DSO\x01", ours: not registered
	TagOmniORBUnix   uint32 = 0x41545402 // omniORB's
	TagOmniORBHTTP   uint32 = 0x41545405 // omniORB's, from 4.3 on
)

// The bounds of what is read of them.
const (
	mostEndpoints = 64
	mostEndpoint  = 255 // octets
)

// Endpoints is the content of a component of tag TagDSOMEndpoints: further endpoints of the profile's object. ORBs that do not know it skip it.
type Endpoints struct {
	Machine [16]byte // where sockets of a machine are; zero: on the machine of whoever reads it
	Names   []string // as package transport writes them: unix:/run/bank.sock, pipe:bank, netbios:ADA:139, spx:00003053.020000000001:3053
}

// Component builds the component: an encapsulation of the machine, as a sequence of octets, and of the endpoints, as a sequence of strings.
func (p Endpoints) Component() Component {
	e := seal()
	if p.Machine == ([16]byte{}) {
		e.OctetSeq(nil)
	} else {
		e.OctetSeq(p.Machine[:])
	}
	e.Count(len(p.Names))
	for _, n := range p.Names {
		e.RawString(n)
	}
	return Component{TagDSOMEndpoints, e.Bytes()}
}

// Endpoints returns what a component of tag TagDSOMEndpoints says. What stands behind it is not looked at.
func (c Component) Endpoints() (Endpoints, error) {
	var p Endpoints
	if err := c.is(TagDSOMEndpoints); err != nil {
		return p, err
	}
	d := open(c.Data)
	machine := view(d)
	n := count(d)
	if d.Err() == nil && (len(machine) != 0 && len(machine) != len(p.Machine) || n > mostEndpoints) {
		return p, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "endpoints of a machine of %d octets, %d of them: 16 and %d at most are read", len(machine), n, mostEndpoints)
	}
	copy(p.Machine[:], machine)
	for range n {
		name := text(d)
		if d.Err() != nil {
			break
		}
		if len(name) > mostEndpoint {
			return p, exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "an endpoint of %d octets: %d at most are read", len(name), mostEndpoint)
		}
		p.Names = append(p.Names, name)
	}
	return p, d.Err()
}

// OmniORBUnixComponent says, to omniORB, that the object is reached at a socket of the machine of that name.
func OmniORBUnixComponent(machine, path string) Component {
	e := seal()
	e.RawString(machine)
	e.RawString(path)
	return Component{TagOmniORBUnix, e.Bytes()}
}

// OmniORBUnix returns the machine's name and the path in a component of tag TagOmniORBUnix.
func (c Component) OmniORBUnix() (machine, path string, err error) {
	if err := c.is(TagOmniORBUnix); err != nil {
		return "", "", err
	}
	d := open(c.Data)
	machine, path = text(d), text(d)
	return machine, path, d.Err()
}

// LocalComponents returns the components that name sockets of a machine, of which the endpoints are given as in Endpoints: for ORBs of this project, and, if
// the machine has a name and a socket a path, for omniORB.
func LocalComponents(machine [16]byte, host string, names []string) []Component {
	if len(names) == 0 {
		return nil
	}
	all := []Component{Endpoints{Machine: machine, Names: names}.Component()}
	for _, n := range names {
		if path, ok := strings.CutPrefix(n, "unix:/"); ok && host != "" {
			all = append(all, OmniORBUnixComponent(host, "/"+path))
		}
	}
	return all
}

// isNamed reports whether an endpoint is of NetBIOS or SPX, whose hosts are no addresses of IP.
func isNamed(endpoint string) bool {
	return strings.HasPrefix(endpoint, "netbios:") || strings.HasPrefix(endpoint, "spx:")
}

// NamedComponents returns the component that names endpoints of NetBIOS and SPX, of those that are given; none if none is.
func NamedComponents(endpoints []string) []Component {
	var names []string
	for _, e := range endpoints {
		if isNamed(e) && len(names) < mostEndpoints {
			names = append(names, e)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []Component{Endpoints{Names: names}.Component()}
}

// Named returns the endpoints of NetBIOS and SPX at which the object is reached, whatever machine the reader is on. Components that cannot be read are skipped.
func (b IIOP) Named() []string {
	var all []string
	for _, c := range b.Components {
		if c.Tag != TagDSOMEndpoints {
			continue
		}
		p, err := c.Endpoints()
		if err != nil {
			continue
		}
		for _, n := range p.Names {
			if isNamed(n) && len(all) < mostEndpoints {
				all = append(all, n)
			}
		}
	}
	return all
}

// isSocket reports whether an endpoint is a socket of a machine, or a named pipe.
func isSocket(endpoint string) bool {
	return strings.HasPrefix(endpoint, "unix:") || strings.HasPrefix(endpoint, "pipe:")
}

// Sockets returns the endpoints at which the object is reached on a machine alone, unix:/run/bank.sock or pipe:bank, by what tells the machine from others and by its name. Components that cannot be read are skipped.
func (b IIOP) Sockets(machine [16]byte, host string) []string {
	var all []string
	for _, c := range b.Components {
		switch c.Tag {
		case TagDSOMEndpoints:
			p, err := c.Endpoints()
			if err != nil || p.Machine != machine && p.Machine != ([16]byte{}) {
				continue
			}
			for _, n := range p.Names {
				if isSocket(n) {
					all = append(all, n)
				}
			}
		case TagOmniORBUnix:
			if name, path, err := c.OmniORBUnix(); err == nil && host != "" && name == host && len(path) <= mostEndpoint {
				all = append(all, "unix:"+path)
			}
		}
	}
	return all
}
