package orb

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
)

// initialReferences are the objects that a program starts from (part 1, clause 8.5.2).
type initialReferences struct {
	mu   sync.Mutex
	urls map[string]string
	refs map[string]*Ref
}

func (x *initialReferences) set(urls map[string]string) {
	x.urls, x.refs = map[string]string{}, map[string]*Ref{}
	for name, url := range urls {
		x.urls[name] = url
	}
}

// RegisterInitialReference makes ref what [ORB.InitialReference] returns for name.
func (o *ORB) RegisterInitialReference(name string, ref *Ref) {
	o.initial.mu.Lock()
	defer o.initial.mu.Unlock()
	o.initial.refs[name] = ref
}

// InitialReferences returns the names that [ORB.InitialReference] knows, in order (list_initial_services).
func (o *ORB) InitialReferences() []string {
	o.initial.mu.Lock()
	defer o.initial.mu.Unlock()
	all := slices.Collect(maps.Keys(o.initial.urls))
	for name := range o.initial.refs {
		if _, both := o.initial.urls[name]; !both {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// InitialReference returns the object that a program starts from, such as NameService. It
// is what corbaloc:rir:/name means. After Shutdown it raises BAD_INV_ORDER, as Resolve does (part 1, clause 8.5).
func (o *ORB) InitialReference(ctx context.Context, name string) (*Ref, error) {
	if o.life.Err() != nil {
		return nil, exc.OfCall(shutDown())
	}
	ref, err := o.initialReference(ctx, name, nil)
	return ref, exc.OfCall(err)
}

// initialReference is InitialReference on the way to resolve those of the names in wanted.
func (o *ORB) initialReference(ctx context.Context, name string, wanted []string) (*Ref, error) {
	o.initial.mu.Lock()
	ref, url := o.initial.refs[name], o.initial.urls[name]
	o.initial.mu.Unlock()
	switch {
	case ref != nil:
		return ref, nil
	case url != "":
		wanted = append(wanted, strconv.Quote(name))
		if i := slices.Index(wanted, strconv.Quote(name)); i < len(wanted)-1 {
			return nil, exc.New(exc.BadParam, exc.MinorBadAddress, exc.No, "initial references are configured in a circle: %s; give one of them an address", strings.Join(wanted[i:], " → "))
		}
		ref, err := o.resolve(ctx, url, wanted)
		if err == nil && ref != nil {
			o.RegisterInitialReference(name, ref)
		}
		return ref, err
	}
	return nil, exc.New(exc.InvIdent, exc.MinorUnknownInitialRef, exc.No, "no initial reference %q is configured", name)
}

// Resolve returns the object that a URL names: IOR:, corbaloc:, corbaname: or dsom:. Only
// one with a name in it makes calls. The result is nil for a nil reference.
// It is what the specification calls string_to_object. After [ORB.Shutdown] it raises BAD_INV_ORDER (part 1, clause 8.5).
func (o *ORB) Resolve(ctx context.Context, url string) (*Ref, error) {
	if o.life.Err() != nil {
		return nil, exc.OfCall(shutDown())
	}
	ref, err := o.resolve(ctx, url, nil)
	return ref, exc.OfCall(err)
}

// resolve is Resolve on the way to resolve the initial references in wanted.
func (o *ORB) resolve(ctx context.Context, url string, wanted []string) (*Ref, error) {
	u, err := ior.ParseURL(url)
	if err != nil {
		return nil, err
	}
	if u.IOR != nil {
		return o.NewRef(u.IOR), nil
	}
	var ref *Ref
	own := false // nobody else has ref
	if len(u.Addresses) == 1 && u.Addresses[0].Scheme == "rir" {
		if ref, err = o.initialReference(ctx, string(u.Key), wanted); err != nil {
			return nil, err
		}
	} else {
		i := u.Reference()
		if i == nil {
			return nil, exc.New(exc.BadParam, exc.MinorBadAddress, exc.No, "%s has no address of a scheme that can be used here", url)
		}
		ref, own = o.NewRef(i), true
	}
	if len(u.Name) == 0 {
		return ref, nil
	}
	found, err := o.resolveName(ctx, ref, u.Name)
	if own && found != nil {
		o.succeed(ref, found)
	}
	return found, err
}

// resolveName asks the naming context at ref for a name: CosNaming::NamingContext::resolve
// by hand, since the stubs of standard IDL stand above this package.
func (o *ORB) resolveName(ctx context.Context, ref *Ref, name ior.Name) (*Ref, error) {
	c := StartCall(ctx, ref, "resolve", 0)
	for c.Next() {
		c.Out.Count(len(name))
		for _, n := range name {
			c.Out.String(n.ID)
			c.Out.String(n.Kind)
		}
	}
	var found *Ref
	if c.Returned(notFound{name}, nameRefused{"IDL:omg.org/CosNaming/NamingContext/CannotProceed:1.0", name}, nameRefused{"IDL:omg.org/CosNaming/NamingContext/InvalidName:1.0", name}) {
		found, _ = c.In.Object().(*Ref)
	}
	if err := c.End(); err != nil {
		return nil, err
	}
	return found, nil
}

// A NameError says that the naming service did not resolve a name.
type NameError struct {
	Name ior.Name
	ID   string // repository id of the exception
	Why  string // of NotFound: missing node, not a context, or not an object
	Rest ior.Name
}

func (e *NameError) Error() string {
	s := "the name " + strconv.Quote(e.Name.String())
	if e.Why == "" {
		return s + " was refused by the naming service: " + e.ID
	}
	return s + " was not found: " + e.Why + " at " + strconv.Quote(e.Rest.String())
}

type notFound struct{ name ior.Name }

func (notFound) ExceptionID() string                                        { return "IDL:omg.org/CosNaming/NamingContext/NotFound:1.0" }
func (notFound) PutIf(*cdr.Encoder, error, func(*cdr.Encoder, string)) bool { return false }
func (x notFound) Read(d *cdr.Decoder) error {
	why := [...]string{"nothing has this name", "this is an object, not a context", "this is a context, not an object"}[d.Enum(3)]
	rest := make(ior.Name, d.Count(8))
	for i := range rest {
		rest[i] = ior.NameComponent{ID: d.String(), Kind: d.String()}
	}
	return &NameError{x.name, x.ExceptionID(), why, rest}
}

type nameRefused struct {
	id   string
	name ior.Name
}

func (x nameRefused) ExceptionID() string                                      { return x.id }
func (nameRefused) PutIf(*cdr.Encoder, error, func(*cdr.Encoder, string)) bool { return false }
func (x nameRefused) Read(*cdr.Decoder) error                                  { return &NameError{Name: x.name, ID: x.id} }
