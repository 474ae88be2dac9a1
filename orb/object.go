package orb

import (
	"net"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
)

// An Object is an object reference: a *Ref or a generated stub. A nil Object is the nil
// reference. Go's == promises nothing about two of them: use [Same] or [Key].
type Object interface {
	objectRef() *Ref
}

// A Ref is an object reference without a Go type of its own. It is safe for concurrent
// use. Generated stubs hold one.
type Ref struct {
	orb *ORB
	ior *ior.IOR // never changed

	from     string    // the host that the reference came from, if that may be called over its connections
	policies *Policies // never changed; nil: none of its own

	mu       sync.Mutex
	original routePointer // where ior leads, or where the peer has said for good that the object is
	current  routePointer
	dropped  atomic.Pointer[string] // what became of the place that the object was last forwarded to for now; nil: nothing
	bound    atomic.Pointer[link]   // what the object has last answered through, where the policies want to know
}

func (r *Ref) objectRef() *Ref { return r }

// A StubRef is what generated stubs embed: it makes them an [Object], and adds but its own
// name, which the compiler keeps operations from having.
type StubRef struct{ ref *Ref }

// NewStubRef returns the part of a stub that knows its reference.
func NewStubRef(r *Ref) StubRef { return StubRef{r} }

func (s StubRef) objectRef() *Ref { return s.ref }

// IOR returns the reference as data; see [Ref.IOR]. An operation of this name hides it in the stub around, but not here.
func (s StubRef) IOR() *ior.IOR { return s.ref.IOR() }

// RefOf returns the reference that o is or holds, nil for a nil o.
func RefOf(o Object) *Ref {
	if o == nil {
		return nil
	}
	return o.objectRef()
}

// ObjectOf returns v as an object reference of o: v is a reference or stub, or an
// implementation that names its class by an embedded Base, which is activated in o's default adapter.
// A nil v is a nil Object.
func ObjectOf(o *ORB, v any) (Object, error) {
	if v == nil {
		return nil, nil
	}
	if obj, ok := v.(Object); ok {
		return obj, nil
	}
	ref, err := o.implicit(v, nil)
	if err != nil {
		return nil, err
	}
	return ref, nil
}

// Same reports whether a and b surely refer to the same object: they are both nil, or have
// the same key at the same place. Two references that are not Same may still lead to one
// object in the end.
func Same(a, b Object) bool { return Key(a) == Key(b) }

// Key returns a string that is equal for references that are [Same], for use as a map key.
// It is empty for nil.
func Key(o Object) string {
	r := RefOf(o)
	if r == nil {
		return ""
	}
	p, err := r.profile()
	if err != nil {
		return r.String()
	}
	if _, ours := ior.ParseKey(p.Key); ours { // names its server; the address may differ
		return string(p.Key)
	}
	return net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port))) + "/" + string(p.Key)
}

// String returns the reference in the form IOR:….
func (r *Ref) String() string { return r.ior.String() }

// IOR returns the reference as data. It must not be changed.
func (r *Ref) IOR() *ior.IOR { return r.ior }

// ORB returns the ORB that the reference belongs to.
func (r *Ref) ORB() *ORB { return r.orb }

// TypeID returns the repository id of the interface that the reference says it has. It may
// be empty, and the object may be of an interface derived from it.
func (r *Ref) TypeID() string { return r.ior.TypeID }

// Here reports whether the object is one of the ORB's own, which is called without a connection, unless an adapter sends its callers elsewhere.
func (r *Ref) Here() bool { return r.route().local }

// ObjectKey returns the object key of the first IIOP profile, octets in a string.
func (r *Ref) ObjectKey() string {
	p, err := r.profile()
	if err != nil {
		return ""
	}
	return string(p.Key)
}

// profile returns the first IIOP profile that can be read.
func (r *Ref) profile() (p ior.IIOP, err error) {
	err = exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "the reference has no IIOP profile")
	for _, raw := range r.ior.Profiles {
		if raw.Tag == ior.TagInternetIOP {
			if p, err = raw.IIOP(); err == nil {
				return p, nil
			}
		}
	}
	return p, err
}

// references carries references for generated code, and as one peer is to see them.
type references struct {
	orb   *ORB
	views views  // what they name to this peer
	from  string // the host that they come from, if that can be called back over its connections
}

// PutIOR writes a reference as the peer is to see it.
func (x references) PutIOR(e *cdr.Encoder, i *ior.IOR) { ior.Put(e, x.seen(i)) }

// PutObject writes the reference of v; see [cdr.References].
func (x references) PutObject(e *cdr.Encoder, v, class any) {
	if v == nil {
		ior.Put(e, nil)
		return
	}
	if o, ok := v.(Object); ok {
		if r := o.objectRef(); r != nil {
			x.PutIOR(e, r.ior)
		} else {
			ior.Put(e, nil)
		}
		return
	}
	c, _ := class.(Class)
	ref, err := x.orb.implicit(v, c)
	if err != nil {
		e.Fail(err)
		return
	}
	x.PutIOR(e, ref.ior)
}

// Object reads a reference.
func (x references) Object(d *cdr.Decoder) any {
	i := ior.Get(d)
	if d.Err() != nil || i.IsNil() {
		return nil
	}
	r := x.orb.NewRef(i)
	r.from = x.from
	return r
}

// implicit activates the implementation v in the default adapter (part 1, clause 15.2.7).
func (o *ORB) implicit(v any, class Class) (*Ref, error) {
	s, err := servantOf(v, class)
	if err != nil {
		return nil, err
	}
	a := o.adapter.Load()
	if a == nil {
		return nil, exc.New(exc.ObjAdapter, exc.MinorNoServant, exc.No, "a %T is passed as an object, but the ORB has no adapter to activate it in: make one with poa.New", v)
	}
	return (*a).ActivateOnce(s)
}
