package somd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// Limits of what a peer may make this process keep.
const (
	MaxObjects          = 1 << 20 // objects of a domain that are exported at one time, and references that lead to loaded ones
	MaxDescribed        = 4096    // classes that a domain knows by other processes' descriptions alone
	MaxDescribedMethods = 1 << 18 // methods that these introduce
	MaxDescriptionTypes = 1 << 16 // types of the signatures of one description (som.Signed.Types)
	MaxDescribedTypes   = 1 << 20 // types of all signatures that were ever described to the process

	MaxDescribedTypelib  = 1 << 20  // octets of the type information in one description: more is not told, and what is told is not taken
	MaxDescribedTypelibs = 64 << 20 // octets of all type information that a domain takes from descriptions; of later classes there are signatures alone
)

// A Config says what a domain has beside its adapter. The zero value is useful.
type Config struct {
	// Class finds a class that is in the process already, by its name. Peers say such names, so that it must load nothing.
	// Classes that were exported, imported, or told of by Know are found without it.
	Class func(name string) (*som.Class, error)

	// Find finds a class too, and may load it. It is asked for names alone that the process's own classes declare, as types of what they are passed, or
	// that the program says to a SOMDServer elsewhere.
	Find func(name string) (*som.Class, error)

	// Weak returns a function that answers an object of the other kernel with a reference more, or that it has ended; it holds no reference
	// itself (native.Weak). Nil: objects of the other kernel that are passed elsewhere can be called for as long as the program in Go has references.
	Weak func(som.Ref) func() (som.Ref, bool)

	// Share makes a class of Go's known to the other kernel of the process, if objects of that are exported or imported here
	// (native.Export). Classes of proxies are made known by it, so that the other kernel's objects can have proxies.
	Share func(*som.Class) error

	// TypeInformation returns what type information says of a class and its ancestors, as a typelib, for processes in which it is placed (native.TypeInformation): names of parameters and the like,
	// which languages need that have no generated code. Nil, or an error: they know what signatures say.
	TypeInformation func(*som.Class) ([]byte, error)

	// Proxy chooses the class of proxies for a target class where the program has one of its own: a descendant of ClientProxy and of the target.
	// Nil, or a nil class: the one of the name Target__Proxy that Know was told of or that the process has or finds, or else one that is made.
	Proxy func(target *som.Class) *som.Class

	// Server is a descendant of ServerClass, of which the server object is made instead: IBM's impl_server_class. It may override what makes and ends
	// objects (somdCreateObj, somdDeleteObj), and what calls them (somdDispatchMethod). Nil: ServerClass.
	Server *som.Class

	// Around, if set, is called for each call of an object of this process that comes over the ORB, in the goroutine that carries it out: it has to call the function, once. The
	// context is the call's (orb.Caller). What it returns is what the method raises.
	Around func(ctx context.Context, call func() error) error

	// Processes has the classes that are placed in processes of this one's own. Nil: none can be.
	Processes *Processes
}

// A Domain joins objects of the object model to an ORB: it exports those of this process, and imports others. It may be
// used concurrently; it calls no method of the program under its lock.
type Domain struct {
	Config
	adapter *poa.POA

	mu        sync.Mutex
	objects   map[any]*servant // by identity
	most      int              // MaxObjects, which tests lower
	sweepAt   int              // how many objects there have to be for those that have ended to be looked for
	sweepNext time.Time        // and, where there are MaxObjects, from when on
	byKey     map[string]*servant
	loads     int                       // references that lead to loaded objects, or are about to
	classes   map[string]*som.Class     // by name
	proxies   map[*som.Class]*som.Class // of proxies, by target
	described int
	methods   int                 // of those that are described
	typelibs  int                 // octets of type information that was taken
	taken     *byte               // the last of that
	told      told                // what was said last
	strange   map[*som.Class]bool // known by descriptions alone

	superseded map[string]bool // names of which a class that was known by a description had to make way: the other kernel may have that

	dispatcher atomic.Pointer[som.Weak] // the server object through which calls go, if it wants to see them

	server atomic.Pointer[som.Weak] // the server object

	calls   atomic.Uint64 // of objects of this process that were carried out
	closing sync.Once
	closed  chan struct{} // closed by Close
	atClose []func()      // under mu

	awaited atomic.Pointer[chan struct{}] // closed at the next of them; nil: nobody waits

	ends ends // of its proxies

	given atomic.Int64 // objects of which clients have references of their own

	metaclasses map[[2]string]*som.Class // of what stands for placed classes, by name and URL, that the other kernel has; making guards it
	making      sync.Mutex               // one class of proxies is made at a time. Nothing is loaded under it, since a library that is loaded may have classes placed
}

// New returns a domain whose objects are active in an adapter. That must choose ids itself (SYSTEM_ID), as root adapters do.
func New(adapter *poa.POA, cfg Config) *Domain {
	return &Domain{Config: cfg, adapter: adapter, objects: map[any]*servant{}, most: MaxObjects, sweepAt: leastSweep, byKey: map[string]*servant{},
		classes: map[string]*som.Class{}, proxies: map[*som.Class]*som.Class{}, strange: map[*som.Class]bool{}, superseded: map[string]bool{}, closed: make(chan struct{})}
}

// ORB returns the ORB.
func (d *Domain) ORB() *orb.ORB { return d.adapter.ORB() }

// Know tells the domain of classes, and their ancestors, so that references to their objects elsewhere become proxies of these. A class named
// Target__Proxy, which descends from ClientProxy, is that of proxies for Target. A class that was known by a description alone until now is from now on the
// one that is told of: what is imported later is of that, and what there is stays as it was made. So are its descendants that are known by descriptions, once an object
// describes them again.
func (d *Domain) Know(classes ...*som.Class) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range classes {
		for _, a := range c.Order() {
			switch old := d.classes[a.Name()]; {
			case old == nil:
				d.classes[a.Name()] = a
			case old != a && d.strange[old] && !d.strange[a]:
				d.supersede(old)
				d.classes[a.Name()] = a
			}
		}
	}
}

// supersede forgets a class that was known by a description, and those that descend from it; mu is held.
func (d *Domain) supersede(old *som.Class) {
	for name, c := range d.classes {
		if d.strange[c] && c.DescendsFrom(old) {
			delete(d.classes, name)
			d.superseded[name] = true
		}
	}
}

// unknown reports whether there is no class of a name in this process, or one by a peer's description alone.
func (d *Domain) unknown(name string) bool {
	c := d.class(name)
	return c == nil || d.isStrange(c)
}

// isStrange reports whether a class is known by the description of a peer alone.
func (d *Domain) isStrange(c *som.Class) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.strange[c]
}

// class returns a class of this process, or nil.
func (d *Domain) class(name string) *som.Class {
	d.mu.Lock()
	c := d.classes[name]
	strange := d.strange[c]
	d.mu.Unlock()
	if (c == nil || strange) && d.Class != nil {
		if found, err := d.Class(name); err == nil && found != c {
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

// Export returns the reference of an object: that of a proxy is its target's, unless that is in a process of this one's own, which nobody else reaches; any other is made an object of the adapter, and kept until it is
// withdrawn.
func (d *Domain) Export(o som.Object) (*orb.Ref, error) { return d.export(o.SOM(), "", shown) }

// export is Export of what is passed as an object of a class of the name declared, or of any if that is empty.
func (d *Domain) export(r som.Ref, declared string, why hold) (*orb.Ref, error) {
	if r.IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "no object is to be exported")
	}
	if p, ok := som.FindState[proxy](r); ok && !p.changed(r) {
		ref, err := p.partAs(declared).reference()
		if err != nil || privateHost(ref) == "" {
			return ref, err
		} // else nobody but this process reaches the target: it stands between
	}
	_, ref, err := d.exportHere(r, why)
	return ref, err
}

// exportHere makes an object one of the adapter's, unless it is already.
func (d *Domain) exportHere(r som.Ref, why hold) (*servant, *orb.Ref, error) {
	if c, ok := r.AsClass(); ok && why != asked {
		return nil, nil, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "the class %s is passed as an object: a class is of its process alone, pass its name", c)
	}
	for {
		s, mine, err := d.servantOf(r, d.adapter)
		if err != nil {
			return nil, nil, err
		}
		if mine {
			if _, err := d.activate(s, func() (*orb.Ref, error) { return d.adapter.Activate(s) }); err != nil {
				return nil, nil, err
			}
		}
		ref, err := s.made()
		if err != nil {
			return nil, nil, err
		}
		if !s.over() {
			return s, ref, s.keep(r, why)
		}
		d.forget(s) // of an object that was at the same place before,
		if mine {   // or this one
			return nil, nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object of class %s has ended, and cannot be exported", s.class)
		}
	}
}

// servantOf returns the servant of an object, and whether it is a new one, which the caller is to activate.
func (d *Domain) servantOf(r som.Ref, at *poa.POA) (s *servant, mine bool, err error) {
	id := identity(r)
	d.mu.Lock()
	s = d.objects[id]
	n := len(d.objects)
	sweep := n >= d.sweepAt && (n < d.most || !time.Now().Before(d.sweepNext))
	d.mu.Unlock()
	if s != nil {
		return s, false, nil
	}
	if sweep {
		n = d.sweep()
	}
	if n >= d.most {
		return nil, false, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "there are %d exported objects, and at most %d are allowed (MaxObjects): withdraw those that nobody needs", n, d.most)
	}
	s = newServant(d, r, at)
	d.mu.Lock()
	defer d.mu.Unlock()
	if other := d.objects[id]; other != nil {
		return other, false, nil
	}
	d.objects[id] = s
	return s, true, nil
}

// leastSweep is from how many objects on those that have ended are looked for. What is looked for is twice what was left the last time, so that it
// costs little for each. Where there are as many as may be it is looked for them at each export that would else be refused, but for sweepRest times as
// long as it took the last time.
const (
	leastSweep = 1024
	sweepRest  = 10
)

// sweep forgets objects that have ended, and returns how many are left.
func (d *Domain) sweep() int {
	begun := time.Now()
	d.mu.Lock()
	all := make([]*servant, 0, len(d.objects))
	for _, s := range d.objects {
		all = append(all, s)
	}
	d.mu.Unlock()
	left := len(all)
	for _, s := range all {
		if s.over() {
			d.forget(s)
			left--
		}
	}
	d.mu.Lock()
	d.sweepAt = max(leastSweep, min(2*left, d.most))
	now := time.Now()
	d.sweepNext = now.Add(sweepRest * now.Sub(begun))
	d.mu.Unlock()
	return left
}

// forget makes references to an object void.
func (d *Domain) forget(s *servant) {
	d.mu.Lock()
	was := d.objects[s.id] == s
	var loads []*loaded
	if was {
		delete(d.objects, s.id)
		delete(d.byKey, s.key)
		loads, s.loads = s.loads, nil
		d.loads -= len(loads)
		for _, l := range loads {
			delete(d.byKey, l.key)
		}
	}
	d.mu.Unlock()
	if !was {
		return
	}
	ref, err := s.made()
	s.mu.Lock()
	at := s.at
	s.mu.Unlock()
	if err == nil {
		_ = at.DeactivateObject(ref) // it fails only where the adapter has ended
	}
	for _, l := range loads {
		if l.ref != ref {
			_ = l.at.DeactivateObject(l.ref)
		}
	}
}

// activate makes a servant that is among the objects active, or takes it back.
func (d *Domain) activate(s *servant, by func() (*orb.Ref, error)) (*orb.Ref, error) {
	ref, err := by()
	d.mu.Lock()
	if err == nil {
		s.key = orb.Key(ref)
		d.byKey[s.key] = s
	} else if d.objects[s.id] == s {
		delete(d.objects, s.id)
	}
	d.mu.Unlock()
	s.activated(ref, err)
	return ref, err
}

// Withdraw ends an object's being exported: references to it are void, and the domain keeps it no more. It is an error if the object is not
// exported.
func (d *Domain) Withdraw(o som.Object) error {
	d.mu.Lock()
	s := d.objects[identity(o.SOM())]
	d.mu.Unlock()
	if s == nil {
		return exc.New(exc.ObjectNotExist, exc.MinorNotActive, exc.No, "%s is not exported", o.SOM())
	}
	d.withdraw(s)
	return nil
}

func (d *Domain) withdraw(s *servant) {
	d.forget(s)
	d.letGo(s)
}

// letGo takes back why the domain keeps an object that is exported no more.
func (d *Domain) letGo(s *servant) {
	s.mu.Lock()
	kept := s.kept
	if s.given > 0 {
		d.given.Add(-1)
	}
	s.kept, s.given, s.shown = som.Ref{}, 0, false
	s.mu.Unlock()
	if !kept.IsNil() {
		_ = kept.Release()
	}
}

// Close withdraws all objects.
func (d *Domain) Close() error {
	d.closing.Do(func() { close(d.closed) })
	d.mu.Lock()
	then := d.atClose
	d.atClose = nil
	all := make([]*servant, 0, len(d.objects))
	for _, s := range d.objects {
		all = append(all, s)
	}
	d.mu.Unlock()
	for _, s := range all {
		d.withdraw(s)
	}
	for _, f := range then {
		f()
	}
	return nil
}

// AtClose has f called when the domain is closed.
func (d *Domain) AtClose(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.atClose = append(d.atClose, f)
}

// Exported returns how many objects are exported.
func (d *Domain) Exported() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.objects)
}

// Given returns how many objects clients have references of their own to, which they have not given back: objects that end with the process.
func (d *Domain) Given() int { return int(d.given.Load()) }

// Local returns the object of this process that a reference names, with a reference of the caller's own, if it is one.
func (d *Domain) Local(o orb.Object) (som.Ref, bool) {
	d.mu.Lock()
	s := d.byKey[orb.Key(o)]
	d.mu.Unlock()
	if s == nil {
		return som.Ref{}, false
	}
	return s.weak()
}

// Import returns the object that a reference names, with a reference of the caller's own: the object itself if it is of this
// process, else a proxy. A class that this process does not have is described by the object.
func (d *Domain) Import(ctx context.Context, o orb.Object) (som.Ref, error) {
	return d.importAs(ctx, orb.RefOf(o), "", false)
}

// importAs is Import where a class is declared, or any if that is empty. A reference that was given is given back when the proxy ends.
func (d *Domain) importAs(ctx context.Context, o *orb.Ref, declared string, given bool) (som.Ref, error) {
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
	p.bind(d, o, target, given)
	return r, nil
}

// targetOf returns the class of the object that a reference names.
func (d *Domain) targetOf(ctx context.Context, o *orb.Ref, declared string) (*som.Class, error) {
	name := ClassName(o.TypeID())
	if c := d.class(name); c != nil && !(d.Find != nil && declared == name && d.isStrange(c)) {
		return c, nil
	}
	if d.Find != nil && declared != "" && d.unknown(declared) {
		if c, err := d.Find(declared); err == nil {
			d.Know(c)
			if declared == name {
				return c, nil
			}
		}
	}
	if c := d.class(name); c != nil { // by a description, and by nothing better
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
	if c := d.proxyClass(target); c != nil {
		return c, nil
	}
	if target.DescendsFrom(som.SOMClass) {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the objects of %s are classes, and a class elsewhere has no proxy here: have it placed, or ask its server", target)
	}
	var chosen, own, base *som.Class
	var err error
	if d.Proxy != nil {
		chosen = d.Proxy(target)
	}
	if chosen == nil {
		if own, err = d.ownProxyClass(target); err != nil {
			return nil, err
		}
	}
	if chosen == nil && own == nil {
		if base, err = d.proxyBase(baseProxyOf(target), target.Name(), d.isStrange(target)); err != nil {
			return nil, err
		}
	}
	d.making.Lock()
	defer d.making.Unlock()
	c := d.proxyClass(target)
	if c != nil { // another goroutine has made it meanwhile
		return c, nil
	}
	switch {
	case chosen != nil:
		c = chosen
	case own != nil:
		c, err = restOf(own, target)
	default:
		c, err = d.makeProxyClass(target, base)
	}
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.proxies[target] = c
	d.mu.Unlock()
	return c, nil
}

// proxyClass returns the class of proxies for a class, if there is one yet, or nil.
func (d *Domain) proxyClass(target *som.Class) *som.Class {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.proxies[target]
}

// share makes ClientProxy known to the other kernel, and a class of which proxies are made. That fails for a class of Go's that has
// instances already, or whose name the other kernel has for a description that came before: then its proxies are Go's alone. d.making is held.
func (d *Domain) share(target *som.Class) error {
	if d.Share == nil {
		return nil
	}
	err := d.Share(ClientProxy)
	if e := (*som.Error)(nil); err == nil && target.Host() == nil && target != som.SOMObject {
		if err = d.Share(target); errors.As(err, &e) && (e.Code == som.CodeBusy || e.Code == som.CodeName && d.wasSuperseded(target.Name())) {
			return nil
		}
	}
	return err
}

func (d *Domain) wasSuperseded(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.superseded[name]
}

// isRoot reports whether a method is of the classes that are there from the start.
func isRoot(c *som.Class) bool {
	return slices.Contains([]*som.Class{som.SOMObject, som.SOMClass, som.SOMClassMgr}, c)
}
