// Package poa is the portable object adapter (CORBA 3.3 part 1, clause 15): it makes
// objects of implementations and finds them again when requests come.
//
// This is the root adapter and adapters below it with three of the seven policies:
// lifespan (transient or persistent), who chooses ids, and implicit activation. The rest
// of the policies stand at their defaults: threads ORB_CTRL, id uniqueness MULTIPLE_ID,
// servants RETAIN, requests USE_ACTIVE_OBJECT_MAP_ONLY, or with [Options.Lookup]
// USE_SERVANT_MANAGER.
package poa

import (
	"context"
	"encoding/binary"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// Options describe an adapter. The zero value is a transient one.
type Options struct {
	// Persistent makes references outlive the process: an object of the same id, activated
	// in the next process of the same server, is the same object. Ids are then best given
	// by the user, since those that the adapter chooses start anew in each process.
	Persistent bool

	// Lookup, if set, is asked for the servant of an object that was not activated: a
	// servant locator in small, for objects that need not be in memory. nil means that
	// there is no such object. It is called for every request, concurrently and under no
	// lock; id is valid only during the call.
	Lookup func(id []byte) orb.Servant
}

// A Root is an ORB's map from object keys to objects, and the adapter named "". It is an
// [orb.Handler] and an [orb.Adapter]. It is safe for concurrent use.
type Root struct {
	*POA
	mu       sync.RWMutex
	adapters map[string]*POA
	plain    map[string]orb.Servant // by whole object key
	next     orb.Handler
}

// New returns the root adapter of o and makes it the one that answers o's requests.
func New(o *orb.ORB) *Root {
	r := &Root{adapters: map[string]*POA{}, plain: map[string]orb.Servant{}}
	r.POA = &POA{root: r, orb: o, objects: map[string]orb.Servant{}, ids: map[any]string{}, once: map[string]any{}}
	r.adapters[""] = r.POA
	o.SetHandler(r)
	o.SetAdapter(r.POA)
	return r
}

// Create returns the adapter of a name, which becomes part of the object keys: letters,
// digits and whatever else, but no zero octet. Names are unique in an ORB.
func (r *Root) Create(name string, opt Options) (*POA, error) {
	if name == "" || strings.ContainsRune(name, 0) || len(name) > 255 {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%q is no name for an adapter", name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.adapters[name] != nil {
		return nil, exc.New(exc.ObjAdapter, exc.MinorAlreadyActive, exc.No, "there is an adapter of the name %q", name)
	}
	p := &POA{root: r, orb: r.orb, name: name, opt: opt, objects: map[string]orb.Servant{}, ids: map[any]string{}, once: map[string]any{}}
	r.adapters[name] = p
	return p, nil
}

// ActivateKey makes s the object whose whole key is key, such as NameService: what
// corbaloc URLs and other ORBs' configurations name.
func (r *Root) ActivateKey(key string, s orb.Servant) (*orb.Ref, error) {
	r.mu.Lock()
	_, taken := r.plain[key]
	if !taken {
		r.plain[key] = s
	}
	r.mu.Unlock()
	if taken {
		return nil, exc.New(exc.ObjAdapter, exc.MinorAlreadyActive, exc.No, "there is an object with the key %q", key)
	}
	return r.orb.Reference(s.Interface(), []byte(key), false)
}

// SetNext gives the requests that no adapter here knows to h.
func (r *Root) SetNext(h orb.Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = h
}

// Find returns the servant of the object with a key.
func (r *Root) Find(ctx context.Context, key []byte) (orb.Target, error) {
	k, ours := ior.ParseKey(key)
	r.mu.RLock()
	next := r.next
	if !ours {
		s := r.plain[string(key)]
		r.mu.RUnlock()
		if s != nil {
			return orb.Target{Servant: s}, nil
		}
		return r.elsewhere(ctx, next, key)
	}
	p := r.adapters[string(k.Adapter)]
	r.mu.RUnlock()
	if k.Server != r.orb.ServerID() {
		return r.elsewhere(ctx, next, key)
	}
	if k.Incarnation != 0 && k.Incarnation != r.orb.Incarnation() {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object was transient, and its process has ended")
	}
	if p == nil {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorAdapterUnknown, exc.No, "this server has no adapter %q", k.Adapter)
	}
	if s := p.servant(k.ID); s != nil {
		return orb.Target{Servant: s}, nil
	}
	return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "adapter %q has no object %q", k.Adapter, k.ID)
}

func (r *Root) elsewhere(ctx context.Context, next orb.Handler, key []byte) (orb.Target, error) {
	if next == nil {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorAdapterUnknown, exc.No, "the object key %q is not of this server", key)
	}
	return next.Find(ctx, key)
}

// A POA is an object adapter. It is safe for concurrent use.
type POA struct {
	root *Root
	orb  *orb.ORB
	name string
	opt  Options

	mu      sync.RWMutex
	objects map[string]orb.Servant // by id
	ids     map[any]string         // of implementations that ActivateOnce made objects
	once    map[string]any         // the other way round
	last    uint64                 // the latest id that was chosen here
}

// ORB returns the adapter's ORB.
func (p *POA) ORB() *orb.ORB { return p.orb }

// Name returns the adapter's name, empty for the root.
func (p *POA) Name() string { return p.name }

// servant returns the servant of the object id, nil if there is none.
func (p *POA) servant(id []byte) orb.Servant {
	p.mu.RLock()
	s := p.objects[string(id)]
	p.mu.RUnlock()
	if s == nil && p.opt.Lookup != nil {
		s = p.opt.Lookup(id)
	}
	return s
}

// Activate makes s an object with an id that no other object of the adapter has.
func (p *POA) Activate(s orb.Servant) (*orb.Ref, error) {
	p.mu.Lock()
	id := p.insert(s)
	p.mu.Unlock()
	return p.made(id, s)
}

// insert adds s under a new id.
func (p *POA) insert(s orb.Servant) string {
	for {
		p.last++
		id := string(binary.BigEndian.AppendUint64(nil, p.last))
		if p.objects[id] == nil {
			p.objects[id] = s
			return id
		}
	}
}

// made returns the reference of an object just activated, or takes it back.
func (p *POA) made(id string, s orb.Servant) (*orb.Ref, error) {
	ref, err := p.Reference(id, s.Interface())
	if err != nil {
		p.Deactivate(id)
		return nil, err
	}
	return ref, nil
}

// ActivateOnce returns the object that ActivateOnce made of the same implementation before, or makes one.
func (p *POA) ActivateOnce(s orb.Servant) (*orb.Ref, error) {
	impl := s.Implementation()
	p.mu.Lock()
	id, known := p.ids[impl]
	if known {
		s = p.objects[id]
	} else {
		id = p.insert(s)
		p.ids[impl], p.once[id] = id, impl
	}
	p.mu.Unlock()
	return p.made(id, s)
}

// ActivateWithID makes s the object id. An id in use is an error.
func (p *POA) ActivateWithID(id string, s orb.Servant) (*orb.Ref, error) {
	p.mu.Lock()
	_, taken := p.objects[id]
	if !taken {
		p.objects[id] = s
	}
	p.mu.Unlock()
	if taken {
		return nil, exc.New(exc.ObjAdapter, exc.MinorAlreadyActive, exc.No, "adapter %q has an object %q already", p.name, id)
	}
	return p.made(id, s)
}

// Deactivate ends the object id: requests to it are answered with OBJECT_NOT_EXIST from
// now on; those that run go on. It reports whether there was one.
func (p *POA) Deactivate(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.objects[id]; !ok {
		return false
	}
	delete(p.objects, id)
	if impl, ok := p.once[id]; ok {
		delete(p.ids, impl)
		delete(p.once, id)
	}
	return true
}

// DeactivateObject ends the object that o refers to.
func (p *POA) DeactivateObject(o orb.Object) bool {
	ref := orb.RefOf(o)
	if ref == nil {
		return false
	}
	k, ok := ior.ParseKey([]byte(ref.ObjectKey()))
	return ok && string(k.Adapter) == p.name && k.Server == p.orb.ServerID() && p.Deactivate(string(k.ID))
}

// Reference returns the reference of the object id of an interface, which need not be
// active: it can be made before its object is.
func (p *POA) Reference(id string, i *orb.Interface) (*orb.Ref, error) {
	k := ior.Key{Server: p.orb.ServerID(), Adapter: p.name, ID: []byte(id)}
	if !p.opt.Persistent {
		k.Incarnation = p.orb.Incarnation()
	}
	return p.orb.Reference(i, ior.AppendKey(nil, k), p.opt.Persistent)
}

var (
	_ orb.Adapter = (*POA)(nil)
	_ orb.Handler = (*Root)(nil)
)
