package poa

import (
	"encoding/binary"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// A POA is an object adapter. It is safe for concurrent use.
type POA struct {
	root *Root
	orb  *orb.ORB
	name string
	opt  Options

	mu      sync.RWMutex
	objects map[string]orb.Servant // by id
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
	p.root.known.mu.Lock()
	id := p.insert(s)
	p.root.known.mu.Unlock()
	return p.made(id, s)
}

// insert adds s under a new id. The lock of the identities is held.
func (p *POA) insert(s orb.Servant) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		p.last++
		id := string(binary.BigEndian.AppendUint64(nil, p.last))
		if p.objects[id] == nil {
			p.objects[id] = s
			p.root.known.note(s, identity{p, id})
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

// ActivateOnce returns the object that the implementation of s is already, in whichever
// adapter of the ORB; of several the first. If it is none, it becomes one here.
func (p *POA) ActivateOnce(s orb.Servant) (*orb.Ref, error) {
	p.root.known.mu.Lock()
	at, active := p.root.known.of(s)
	if !active {
		at = identity{p, p.insert(s)}
	}
	p.root.known.mu.Unlock()
	if active {
		at.poa.mu.RLock()
		if first := at.poa.objects[at.id]; first != nil {
			s = first
		}
		at.poa.mu.RUnlock()
		return at.poa.Reference(at.id, s.Interface())
	}
	return p.made(at.id, s)
}

// ActivateWithID makes s the object id. An id in use is an error.
func (p *POA) ActivateWithID(id string, s orb.Servant) (*orb.Ref, error) {
	if !p.claim(id, s) {
		return nil, exc.New(exc.ObjAdapter, exc.MinorAlreadyActive, exc.No, "adapter %q has an object %q already", p.name, id)
	}
	return p.made(id, s)
}

// claim adds s under id unless that is taken.
func (p *POA) claim(id string, s orb.Servant) bool {
	p.root.known.mu.Lock()
	defer p.root.known.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, taken := p.objects[id]; taken {
		return false
	}
	p.objects[id] = s
	p.root.known.note(s, identity{p, id})
	return true
}

// Deactivate ends the object id: requests to it are answered with OBJECT_NOT_EXIST from
// now on; those that run go on. It reports whether there was one.
func (p *POA) Deactivate(id string) bool {
	p.root.known.mu.Lock()
	defer p.root.known.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	s, active := p.objects[id]
	if !active {
		return false
	}
	delete(p.objects, id)
	p.root.known.forget(s, identity{p, id})
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

var _ orb.Adapter = (*POA)(nil)
