package somd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// Limits of what a peer may make this process keep.
const (
	MaxObjects   = 1 << 20 // objects of a domain that are exported at one time
	MaxDescribed = 4096    // classes that a domain knows by other processes' descriptions alone
)

// A Config says what a domain has beside its adapter. The zero value is useful.
type Config struct {
	// Class finds a class that is in the process already, by its name. Peers say such names, so that it must load nothing.
	// Classes that were exported, imported, or told of by Know are found without it.
	Class func(name string) (*som.Class, error)

	// Share makes a class of Go's known to the other kernel of the process, if objects of that are exported or imported here
	// (native.Export). Classes of proxies are made known by it, so that the other kernel's objects can have proxies.
	Share func(*som.Class) error

	// Proxy chooses the class of proxies for a target class where the program has one of its own: a descendant of ClientProxy and of the target.
	// Nil, or a nil class: the one of the name Target__Proxy that Know was told of, or else one that is made.
	Proxy func(target *som.Class) *som.Class
}

// A Domain joins objects of the object model to an ORB: it exports those of this process, and imports others. It may be
// used concurrently; it calls no method of the program under its lock.
type Domain struct {
	Config
	adapter *poa.POA

	mu        sync.Mutex
	objects   map[som.Ref]*servant
	byKey     map[string]*servant
	classes   map[string]*som.Class     // by name
	proxies   map[*som.Class]*som.Class // of proxies, by target
	described int

	making sync.Mutex // one class of proxies is made at a time
}

// New returns a domain whose objects are active in an adapter. That must choose ids itself (SYSTEM_ID), as root adapters do.
func New(adapter *poa.POA, cfg Config) *Domain {
	return &Domain{Config: cfg, adapter: adapter, objects: map[som.Ref]*servant{}, byKey: map[string]*servant{},
		classes: map[string]*som.Class{}, proxies: map[*som.Class]*som.Class{}}
}

// ORB returns the ORB.
func (d *Domain) ORB() *orb.ORB { return d.adapter.ORB() }

// Know tells the domain of classes, and their ancestors, so that references to their objects elsewhere become proxies of these. A class named
// Target__Proxy, which descends from ClientProxy, is that of proxies for Target.
func (d *Domain) Know(classes ...*som.Class) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range classes {
		for _, a := range c.Order() {
			if d.classes[a.Name()] == nil {
				d.classes[a.Name()] = a
			}
		}
	}
}

// class returns a class of this process, or nil.
func (d *Domain) class(name string) *som.Class {
	d.mu.Lock()
	c := d.classes[name]
	d.mu.Unlock()
	if c == nil && d.Class != nil {
		if found, err := d.Class(name); err == nil {
			c = found
			d.Know(c)
		}
	}
	if c != nil && c.Err() != nil {
		return nil
	}
	return c
}

// RepositoryID returns the repository id of a class: IDL:Zoo/Dog:1.0 of Zoo::Dog.
func RepositoryID(class string) string { return "IDL:" + strings.ReplaceAll(class, "::", "/") + ":1.0" }

// ClassName returns the class of a repository id, or "" if it is no IDL's.
func ClassName(id string) string {
	parts := strings.Split(id, ":")
	if len(parts) != 3 || parts[0] != "IDL" {
		return ""
	}
	return strings.ReplaceAll(parts[1], "/", "::")
}

// Export returns the reference of an object: that of a proxy is its target's, any other is made an object of the adapter, and has a
// reference of the domain's from then on, until it is withdrawn.
func (d *Domain) Export(o som.Object) (*orb.Ref, error) { return d.export(o, false) }

func (d *Domain) export(o som.Object, client bool) (*orb.Ref, error) {
	r := o.SOM()
	if r.IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "no object is to be exported")
	}
	if p, ok := som.FindState[proxy](r); ok {
		return p.reference()
	}
	if c, ok := r.AsClass(); ok {
		return nil, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "the class %s is passed as an object: a class is of its process alone, pass its name", c)
	}
	d.mu.Lock()
	s := d.objects[r]
	n := len(d.objects)
	d.mu.Unlock()
	if s != nil {
		return s.made()
	}
	if n >= MaxObjects {
		return nil, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "there are %d exported objects, and at most %d are allowed (MaxObjects): withdraw those that nobody needs", n, MaxObjects)
	}
	if err := r.Retain(); err != nil {
		return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "%w", err)
	}
	s = newServant(d, r, d.adapter, client)
	d.mu.Lock()
	if other := d.objects[r]; other != nil {
		d.mu.Unlock()
		_ = r.Release()
		return other.made()
	}
	d.objects[r] = s
	d.mu.Unlock()
	return d.activate(s, func() (*orb.Ref, error) { return d.adapter.Activate(s) })
}

// activate makes a servant that is among the objects active, or takes it back.
func (d *Domain) activate(s *servant, by func() (*orb.Ref, error)) (*orb.Ref, error) {
	ref, err := by()
	d.mu.Lock()
	if err == nil {
		s.key = orb.Key(ref)
		d.byKey[s.key] = s
	} else {
		delete(d.objects, s.object)
	}
	d.mu.Unlock()
	s.activated(ref, err)
	if err != nil {
		_ = s.object.Release()
	}
	return ref, err
}

// Withdraw ends an object's being exported: references to it are void, and the domain's reference to it is given back when the calls that
// are in it have ended. It is an error if the object is not exported.
func (d *Domain) Withdraw(o som.Object) error {
	d.mu.Lock()
	s := d.objects[o.SOM()]
	if s != nil {
		delete(d.objects, o.SOM())
		delete(d.byKey, s.key)
	}
	d.mu.Unlock()
	if s == nil {
		return exc.New(exc.ObjectNotExist, exc.MinorNotActive, exc.No, "%s is not exported", o.SOM())
	}
	ref, err := s.made()
	if err == nil {
		err = s.at.DeactivateObject(ref)
	}
	return errors.Join(err, o.SOM().Release())
}

// Close withdraws all objects.
func (d *Domain) Close() error {
	d.mu.Lock()
	all := make([]som.Ref, 0, len(d.objects))
	for r := range d.objects {
		all = append(all, r)
	}
	d.mu.Unlock()
	var err error
	for _, r := range all {
		err = errors.Join(err, d.Withdraw(r))
	}
	return err
}

// Exported returns how many objects are exported.
func (d *Domain) Exported() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.objects)
}

// Local returns the object of this process that a reference names, with a reference of the caller's own, if it is one.
func (d *Domain) Local(o orb.Object) (som.Ref, bool) {
	d.mu.Lock()
	s := d.byKey[orb.Key(o)]
	d.mu.Unlock()
	if s == nil || s.object.Retain() != nil {
		return som.Ref{}, false
	}
	return s.object, true
}

// Import returns the object that a reference names, with a reference of the caller's own: the object itself if it is of this
// process, else a proxy. A class that this process does not have is described by the object.
func (d *Domain) Import(ctx context.Context, o orb.Object) (som.Ref, error) {
	return d.importAs(ctx, orb.RefOf(o), "")
}

// importAs is Import where a class is declared, or any if that is empty.
func (d *Domain) importAs(ctx context.Context, o *orb.Ref, declared string) (som.Ref, error) {
	if o == nil {
		return som.Ref{}, nil
	}
	if r, ok := d.Local(o); ok {
		return r, nil
	}
	target, err := d.targetOf(ctx, o, declared)
	if err != nil {
		return som.Ref{}, err
	}
	c, err := d.ProxyClass(target)
	if err != nil {
		return som.Ref{}, err
	}
	r, err := c.New()
	if err != nil {
		return som.Ref{}, err
	}
	p, ok := som.FindState[proxy](r)
	if !ok {
		_ = r.Release()
		return som.Ref{}, fmt.Errorf("somd: %s is no class of proxies: it does not descend from %s", c, ClientProxy)
	}
	p.bind(d, o, target)
	return r, nil
}

// targetOf returns the class of the object that a reference names.
func (d *Domain) targetOf(ctx context.Context, o *orb.Ref, declared string) (*som.Class, error) {
	if c := d.class(ClassName(o.TypeID())); c != nil {
		return c, nil
	}
	desc, err := describedBy(ctx, o)
	if err == nil {
		return d.fromDescription(desc)
	}
	if c := d.class(declared); c != nil { // at least what was declared
		return c, nil
	}
	return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "there is no class for the reference of type %q here, and the object does not describe it: %w", o.TypeID(), err)
}

// ProxyClass returns the class of proxies for a class.
func (d *Domain) ProxyClass(target *som.Class) (*som.Class, error) {
	d.making.Lock()
	defer d.making.Unlock()
	d.mu.Lock()
	c, own := d.proxies[target], d.classes[target.Name()+"__Proxy"]
	d.mu.Unlock()
	if c != nil {
		return c, nil
	}
	if d.Proxy != nil {
		c = d.Proxy(target)
	}
	if c == nil && own != nil && own.DescendsFrom(ClientProxy) && own.DescendsFrom(target) {
		c = own
	}
	if c == nil {
		var err error
		if c, err = d.makeProxyClass(target); err != nil {
			return nil, err
		}
	}
	d.mu.Lock()
	d.proxies[target] = c
	d.mu.Unlock()
	return c, nil
}

// share makes ClientProxy known to the other kernel, if a class is.
func (d *Domain) share(target *som.Class) error {
	if d.Share == nil || target.Host() == nil {
		return nil
	}
	return d.Share(ClientProxy)
}

// isRoot reports whether a method is of the classes that are there from the start.
func isRoot(c *som.Class) bool {
	return slices.Contains([]*som.Class{som.SOMObject, som.SOMClass, som.SOMClassMgr}, c)
}
