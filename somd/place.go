package somd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// A Place is where objects of a class are made: by a SOMDServer.
type Place struct {
	Class string // its name
	URL   string // of the SOMDServer, such as corbaname::host#somd/dogs, or process: or program: and a file, see [Processes]
	File  string // the placement file that says it, by whose folder files are found; "": none

	// Load finds ancestors of the class that this process has, or can have by a library of its own, so that objects made here are objects of the
	// same ancestors. Nil, or an error other than ErrCircle: the server's description stands for the ancestor.
	Load func(name string) (*som.Class, error)

	// Lacks is told what what stands for the class does not do that the class does, once it is made. Nil: nobody is.
	Lacks func(text string)
}

// ErrCircle is the error of a class that is among its own ancestors, as its server describes it.
var ErrCircle = errors.New("a class is among its own ancestors")

// Place makes a class of which every instance is a proxy for an object that a server elsewhere makes and that ends with it. The class has the name,
// the version, the ancestors and the methods of the one there: a program that finds it by its name need not know.
//
// When the server's process has ended, the call that meets that fails with an exception, for what the object held is gone; the next call
// has the server make another object.
func (d *Domain) Place(ctx context.Context, p Place) (*som.Class, error) {
	at := &place{d: d, Place: p}
	server, err := at.server(ctx)
	if err != nil {
		return nil, err
	}
	all, err := describe(ctx, server, p)
	if err != nil {
		return nil, err
	}
	ancestors, own := all[:len(all)-1], all[len(all)-1]
	if slices.ContainsFunc(ancestors, func(a ClassDescription) bool { return a.Name == own.Name }) {
		return nil, fmt.Errorf("class %s is placed at %s, whose description is a lie: %w", p.Class, p.URL, ErrCircle)
	}
	if p.Load != nil {
		for _, a := range ancestors {
			if d.class(a.Name) == nil {
				switch c, err := p.Load(a.Name); {
				case err == nil:
					d.Know(c)
				case errors.Is(err, ErrCircle):
					return nil, fmt.Errorf("class %s is placed at %s: %w", p.Class, p.URL, err)
				}
			}
		}
	}
	if len(ancestors) > 0 {
		if _, err := d.fromDescription(ancestors); err != nil {
			return nil, err
		}
	}
	var meta *som.Class
	text := p.lacking(own)
	if text != "" {
		var why error
		if meta, why = at.metaclass(ctx); why == nil {
			text = ""
		} else {
			text += ": " + why.Error()
		}
	}
	made, err := at.make(own, meta)
	if err == nil && text != "" && p.Lacks != nil {
		p.Lacks(text)
	}
	return made, err
}

// lacking says what what stands for the class does not do that the class does; "" if that is nothing.
func (p Place) lacking(own ClassDescription) string {
	if own.Metaclass == "" {
		return ""
	}
	return fmt.Sprintf("class %s is placed at %s, and is an instance of %s there: here it is none, and methods of %s are neither done nor sent there, only calls of its objects", p.Class, p.URL, own.Metaclass, own.Metaclass)
}

// describe asks a server what a class is, whose ancestors come first.
func describe(ctx context.Context, server *orb.Ref, p Place) ([]ClassDescription, error) {
	c := orb.StartCall(ctx, server, "somdDescribe", 0)
	for c.Next() {
		c.Out.String(p.Class)
	}
	all, err := getDescription(c)
	if err != nil {
		return nil, fmt.Errorf("class %s is placed at %s, which does not describe it: %w", p.Class, p.URL, err)
	}
	if len(all) == 0 || all[len(all)-1].Name != p.Class {
		return nil, fmt.Errorf("class %s is placed at %s, which describes another", p.Class, p.URL)
	}
	return all, nil
}

// Lacking asks the server of a place what programs will be told by Place.Lacks; "" if nothing, and of processes of a program's own, which are not there yet. A daemon starts
// the server for it. The error is why it cannot be told: the server cannot be reached, or has no such class.
func Lacking(ctx context.Context, o *orb.ORB, p Place) (string, error) {
	if isOwnProcess(p.URL) {
		return "", nil
	}
	server, err := o.Resolve(ctx, p.URL)
	if err != nil {
		return "", fmt.Errorf("class %s is placed at %s: %w", p.Class, p.URL, err)
	}
	all, err := describe(ctx, server, p)
	if err != nil {
		return "", err
	}
	text := p.lacking(all[len(all)-1])
	if text == "" {
		return "", nil
	}
	if _, why := classObjectAt(ctx, server, p.Class); why != nil {
		return text + ": " + why.Error(), nil
	}
	return "", nil
}

// A place is a Place with the server, once it is found.
type place struct {
	d *Domain
	Place

	lent lent // what callers of the class as an object borrow

	mu    sync.Mutex
	ref   *orb.Ref
	class *orb.Ref // the class as an object
}

func (at *place) server(ctx context.Context) (*orb.Ref, error) {
	at.mu.Lock()
	ref := at.ref
	at.mu.Unlock()
	if ref != nil {
		return ref, nil
	}
	url := at.URL
	if isOwnProcess(url) {
		var err error
		if url, err = at.d.Processes.server(ctx, at.Place); err != nil {
			return nil, fmt.Errorf("class %s is placed at %s: %w", at.Class, at.URL, err)
		}
	}
	ref, err := at.d.ORB().Resolve(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("class %s is placed at %s: %w", at.Class, at.URL, err)
	}
	at.mu.Lock()
	defer at.mu.Unlock()
	at.ref = ref
	return ref, nil
}

// createTries is how often a server is asked to make an object whose connection breaks: one that is being killed may still take connections.
const createTries = 3

// create has the server make an object. Where that fails because the server has ended, or may have, it is looked for again: the name may lead elsewhere
// by now, and the daemon start it anew. An object that a broken connection may have left there is nobody's, and ends with that process.
func (at *place) create(ctx context.Context) (ref *orb.Ref, err error) {
	for range createTries {
		ref, err = at.createAt(ctx)
		x := (*exc.SystemException)(nil)
		if !errors.As(err, &x) || x.Kind != exc.CommFailure && x.Kind != exc.Transient && x.Kind != exc.ObjectNotExist || ctx.Err() != nil {
			break
		}
		at.mu.Lock()
		at.ref = nil
		at.mu.Unlock()
	}
	return ref, err
}

// discard has the server end an object that it has just made and that nobody needs, by the server's address, which was reached. If that fails, the server
// is gone.
func (at *place) discard(ctx context.Context, made *orb.Ref) {
	server, err := at.server(ctx)
	if err != nil {
		return
	}
	c := orb.StartCall(ctx, server, "somdDeleteObj", 0)
	for c.Next() {
		c.Out.Object(made, nil)
	}
	c.Returned()
	_ = c.End()
}

func (at *place) createAt(ctx context.Context) (*orb.Ref, error) {
	server, err := at.server(ctx)
	if err != nil {
		return nil, err
	}
	return createAt(ctx, server, at.Class)
}

// base returns the class that the placed class descends from first. What the server says of its own class is believed as far as
// this process has the class that it names.
func (at *place) base(own ClassDescription, parents []*som.Class) (*som.Class, error) {
	name, strange := own.BaseProxy, true
	for _, p := range parents {
		if name == "" {
			name, strange = baseProxyOf(p), at.d.isStrange(p)
		}
	}
	return at.d.proxyBase(name, own.Name, strange)
}

// share makes what the placed class descends from known to the other kernel.
func (at *place) share(parents []*som.Class) error {
	at.d.making.Lock()
	defer at.d.making.Unlock()
	for _, p := range append([]*som.Class{som.SOMObject}, parents...) {
		if err := at.d.share(p); err != nil {
			return err
		}
	}
	return nil
}

// make makes the class, an instance of meta if that is not nil.
func (at *place) make(own ClassDescription, meta *som.Class) (c *som.Class, err error) {
	d := at.d
	s, err := d.interfaceSpec(own, som.SOMObject, &descriptionTypes{})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.uncount(s)
		}
	}()
	var made *som.Class
	by := func() *som.Class { return made }
	for i := range s.Introduces {
		ms := &s.Introduces[i]
		name := own.Name + "::" + ms.Name
		if ms.Signature == "" || isInitializer(ms.Signature) {
			continue
		}
		ms.Impl = senderOf(ms.Type, sync.OnceValue(func() *som.Method { m, _ := made.Lookup(name); return m }), by)
	}
	if err := at.share(s.Parents); err != nil {
		return nil, err
	}
	over := map[string]bool{}
	for _, parent := range s.Parents {
		if parent == som.SOMObject {
			continue
		}
		s.AbstractParents = append(s.AbstractParents, parent)
		for _, o := range forward(parent, by) {
			if !over[o.Method] {
				over[o.Method] = true
				s.Overrides = append(s.Overrides, o)
			}
		}
	}
	s.Detached = s.AbstractParents
	base, err := at.base(own, s.AbstractParents)
	if err != nil {
		return nil, err
	}
	s.Parents, s.Metaclass = append([]*som.Class{base}, s.AbstractParents...), meta
	s.Init = func(r som.Ref) error {
		p, _ := som.FindState[proxy](r)
		return p.begin(made, at)
	}
	s.Known = func(c *som.Class) { made = c } // before anybody can have an object of it, here or in another kernel
	if c, err = s.newClass(); err != nil {
		return nil, fmt.Errorf("class %s, placed at %s, cannot be made: %w", at.Class, at.URL, err)
	}
	if d.Share != nil {
		if err := d.Share(c); err != nil {
			return nil, err
		}
	}
	d.Know(c)
	return c, nil
}
