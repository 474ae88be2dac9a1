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

	// Bidirectional lets servers call the adapter's objects over this ORB's connections to them.
	Bidirectional Bidirectional

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
	known    identities
}

// New returns the root adapter of o and makes it the one that answers o's requests.
func New(o *orb.ORB) *Root {
	r := &Root{adapters: map[string]*POA{}, plain: map[string]orb.Servant{}}
	r.POA = &POA{root: r, orb: o, objects: map[string]orb.Servant{}}
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
	p := &POA{root: r, orb: r.orb, name: name, opt: opt, objects: map[string]orb.Servant{}}
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
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorAdapterUnknown, exc.No, "this server has no adapter %.64q", k.Adapter)
	}
	if s := p.servant(k.ID); s != nil {
		return orb.Target{Servant: s, Bidirectional: p.opt.Bidirectional == Both}, nil
	}
	return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "adapter %.64q has no object %.64q", k.Adapter, k.ID)
}

func (r *Root) elsewhere(ctx context.Context, next orb.Handler, key []byte) (orb.Target, error) {
	if next == nil {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorAdapterUnknown, exc.No, "the object key %.64q is not of this server", key)
	}
	return next.Find(ctx, key)
}

var _ orb.Handler = (*Root)(nil)
