package orb

import (
	"slices"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
)

// A NewReference is a reference that an ORB is about to make of an object of its own. It is gone when the
// function of [Config].References that is given it returns.
type NewReference struct {
	orb        *ORB
	iface      *Interface
	key        []byte
	persistent bool
	iiop       []ior.Component
	multiple   []ior.Component
}

// ORB returns the ORB that makes the reference.
func (r *NewReference) ORB() *ORB { return r.orb }

// Interface returns the interface that the reference is to name.
func (r *NewReference) Interface() *Interface { return r.iface }

// Key returns the object key. It must not be changed, and is valid until the function returns.
func (r *NewReference) Key() []byte { return r.key }

// Persistent reports whether the reference is to outlive the process.
func (r *NewReference) Persistent() bool { return r.persistent }

// AddComponent adds a component to all profiles that can have some: none has in GIOP 1.0. c.Data must not be changed afterwards.
func (r *NewReference) AddComponent(c ior.Component) { r.iiop = append(r.iiop, c) }

// AddComponentTo adds a component to the profiles of a tag: ior.TagInternetIOP, or ior.TagMultipleComponents, which the
// reference has for such components alone. There are no others: BAD_PARAM.
func (r *NewReference) AddComponentTo(profile uint32, c ior.Component) error {
	switch profile {
	case ior.TagInternetIOP:
		r.iiop = append(r.iiop, c)
	case ior.TagMultipleComponents:
		r.multiple = append(r.multiple, c)
	default:
		return exc.New(exc.BadParam, exc.MinorNoProfile, exc.No, "references have no profile of tag %d: there are IIOP (0) and multiple components (1)", profile)
	}
	return nil
}

// establish asks the functions of Config.References what they have to add to a reference.
func (o *ORB) establish(i *Interface, key []byte, persistent bool) (NewReference, error) {
	if o.references == nil {
		return NewReference{}, nil
	}
	r := NewReference{orb: o, iface: i, key: key, persistent: persistent}
	for _, f := range o.references {
		if err := f(&r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// components returns those of the IIOP profiles, behind the ORB's own.
func (r *NewReference) components(own []ior.Component) []ior.Component {
	return append(slices.Clip(own), r.iiop...)
}

// profiles returns list with the profile of multiple components, if there is one.
func (r *NewReference) profiles(list []ior.Profile) []ior.Profile {
	if len(r.multiple) > 0 {
		list = append(list, ior.MultiComponentProfile(r.multiple))
	}
	return list
}

// A NewAdapter is an object adapter that is about to be made.
type NewAdapter struct {
	ORB        *ORB
	Path       string // as object keys have it: the names from below the root down, joined by zero octets
	Persistent bool   // its references are to outlive the process
}

// EstablishesAdapters reports whether [ORB.EstablishAdapter] asks anybody.
func (o *ORB) EstablishesAdapters() bool { return len(o.adapters) > 0 }

// EstablishAdapter asks the functions of [Config].Adapters whether an adapter may be made; the first error is returned. Object adapters
// call it, under no lock: there is an adapter of that path already, if it serves nobody yet.
func (o *ORB) EstablishAdapter(path string, persistent bool) error {
	for _, f := range o.adapters {
		if err := f(NewAdapter{o, path, persistent}); err != nil {
			return exc.OfCall(err)
		}
	}
	return nil
}
