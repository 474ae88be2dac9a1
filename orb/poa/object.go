package poa

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// An object is an entry of the active object map, and the scope of the requests for it.
type object struct {
	poa     *POA
	id      string
	plain   bool // id is the whole key
	servant orb.Servant

	// requests counts those that are served, plus finishing once the object is deactivated.
	// It grows under the adapter's lock as long as the object is in the map, and not after that.
	requests atomic.Int64

	older, younger *object // the ring of those that have the implementation; nil: in none. Guarded by identities

	// Of one that was deactivated:
	etherealized bool          // it is to be, by the servant activator
	done         chan struct{} // closed when its requests have ended, and it has been
}

const finishing = 1 << 40

func (o *object) adapter() *POA { return o.poa }

// Release is the end of a request. The last one of an object that was deactivated ends the object.
func (o *object) Release() error {
	if o.requests.Add(-1) == finishing {
		o.poa.vacate(o)
	}
	o.poa.serving.leave()
	return nil
}

// Activate makes s an object with an id that the adapter chooses (activate_object): it needs
// SYSTEM_ID and RETAIN. The error wraps ErrServantAlreadyActive or ErrWrongPolicy.
func (p *POA) Activate(s orb.Servant) (*orb.Ref, error) {
	if p.opt.IDAssignment != SystemID || !p.opt.retains() {
		return nil, p.wrongPolicy("activate_object", "SYSTEM_ID and RETAIN")
	}
	id := p.newID()
	ref, err := p.refer(id, s.Interface())
	if err != nil {
		return nil, err
	}
	return ref, p.insert(id, s)
}

// ActivateWithID makes s the object id (activate_object_with_id): it needs RETAIN, and with SYSTEM_ID an
// id that the adapter gave, as in NewReference. The error wraps ErrObjectAlreadyActive,
// ErrServantAlreadyActive or ErrWrongPolicy, or is BAD_PARAM. The id of an object that was deactivated and has not ended is
// taken: [POA.Reactivate] waits for that, which this, without a ctx, cannot.
func (p *POA) ActivateWithID(id string, s orb.Servant) (*orb.Ref, error) {
	if !p.opt.retains() {
		return nil, p.wrongPolicy("activate_object_with_id", "RETAIN")
	}
	if err := p.checkID(id); err != nil {
		return nil, err
	}
	ref, err := p.refer(id, s.Interface())
	if err != nil {
		return nil, err
	}
	return ref, p.insert(id, s)
}

// ActivateOnce returns the object that the implementation of s is already, in whichever
// adapter of the ORB; of several the first. If it is none, it becomes one here, which needs
// IMPLICIT_ACTIVATION.
func (p *POA) ActivateOnce(s orb.Servant) (*orb.Ref, error) {
	for {
		if o := p.root.known.object(s); o != nil {
			ref, err := o.reference()
			if err != nil && o.poa.stage.Load() == stageClosed {
				continue // destroyed since it was found
			}
			return ref, err
		}
		if p.opt.ImplicitActivation != WithImplicitActivation {
			return nil, p.wrongPolicy("passing a servant that is no object yet", "IMPLICIT_ACTIVATION")
		}
		id := p.newID()
		ref, err := p.refer(id, s.Interface())
		if err != nil {
			return nil, err
		}
		fresh, err := p.insertOnce(id, s)
		if err != nil || fresh {
			return ref, err
		}
	}
}

// insert makes s the active object id.
func (p *POA) insert(id string, s orb.Servant) error {
	k := &p.root.known
	k.mu.Lock()
	defer k.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch i := p.incarnating[id]; {
	case i != nil && !i.leaves:
		return p.alreadyActive(id)
	case i != nil, p.leaving[id] != nil:
		return refused(exc.MinorAlreadyActive, "object %.64q of adapter %q was deactivated, and its requests or its etherealization have not ended: use Reactivate, which waits: %w", id, p.Path(), ErrObjectAlreadyActive)
	}
	_, err := p.put(id, s)
	return err
}

// insertOnce is insert, unless the implementation of s has become an object meanwhile.
func (p *POA) insertOnce(id string, s orb.Servant) (fresh bool, err error) {
	k := &p.root.known
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of(s) != nil {
		return false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err = p.put(id, s)
	return err == nil, err
}

// put adds an object to the map. The locks are held, here and below.
func (p *POA) put(id string, s orb.Servant) (*object, error) {
	if p.stage.Load() == stageClosed {
		return nil, p.gone()
	}
	return p.add(id, s)
}

// add is put for a request that began before the adapter was destroyed.
func (p *POA) add(id string, s orb.Servant) (*object, error) {
	k, same := key(s)
	switch {
	case p.objects[id] != nil:
		return nil, p.alreadyActive(id)
	case same && p.opt.IDUniqueness == UniqueID && p.servants[k].n > 0:
		return nil, p.servantActive(p.servants[k].first)
	}
	o := &object{poa: p, id: id, servant: s}
	p.objects[id] = o
	if same {
		u := p.servants[k]
		if u.n++; u.n == 1 {
			u.first = id
		}
		p.servants[k] = u
	}
	p.root.known.note(s, o)
	return o, nil
}

// take removes an object from the map. Its servant stays its servant until free.
func (p *POA) take(o *object) {
	delete(p.objects, o.id)
	p.root.known.forget(o)
}

// free ends that o's servant is o: it may be another object. Until o has been etherealized, if it is to be, that is to come.
func (p *POA) free(o *object) {
	p.use(o, func(u *uses) {
		u.n--
		if o.etherealized {
			u.ending++
		}
	})
}

// use changes what is known of o's servant, and returns what there is of it then.
func (p *POA) use(o *object, change func(*uses)) uses {
	k, same := key(o.servant)
	if !same {
		return uses{}
	}
	u := p.servants[k]
	change(&u)
	if u.n+u.ending == 0 {
		delete(p.servants, k)
	} else {
		p.servants[k] = u
	}
	return u
}

// servantActive says that a servant is the object id already.
func (p *POA) servantActive(id string) error {
	which := ""
	if p.objects[id] == nil {
		which = ", which was deactivated and whose requests have not ended"
	}
	return refused(exc.MinorAlreadyActive, "the servant is the object %.64q of adapter %q already%s, and with UNIQUE_ID it cannot be another: %w", id, p.Path(), which, ErrServantAlreadyActive)
}

func (p *POA) alreadyActive(id string) error {
	return refused(exc.MinorAlreadyActive, "adapter %q has an object %.64q already: %w", p.Path(), id, ErrObjectAlreadyActive)
}

// newID returns an id that no other object of the adapter has: eight octets that count up, and eight that nobody guesses, since who was given a reference to one
// object is not to reach others by it; before them the process's incarnation where ids of earlier processes are still in use.
func (p *POA) newID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	var id []byte
	if p.opt.Lifespan == Persistent {
		id = binary.BigEndian.AppendUint64(id, p.orb.Incarnation())
	}
	id = binary.BigEndian.AppendUint64(id, p.last)
	id = append(id, make([]byte, 8)...)
	_, _ = rand.Read(id[len(id)-8:]) // never fails
	return string(id)
}

// checkID says why id is no id of the adapter, if so. Of earlier processes just the form is known.
func (p *POA) checkID(id string) error {
	if p.opt.IDAssignment == UserID {
		return nil
	}
	b := []byte(id)
	size := 16
	if p.opt.Lifespan == Persistent {
		size = 24
	}
	if len(b) == size {
		n := binary.BigEndian.Uint64(b[size-16:])
		p.mu.RLock()
		last := p.last
		p.mu.RUnlock()
		earlier := size == 24 && binary.BigEndian.Uint64(b) != p.orb.Incarnation()
		if n > 0 && (n <= last || earlier) {
			return nil
		}
	}
	return failed(exc.BadParam, exc.MinorForeignID, "adapter %q chooses its ids itself (SYSTEM_ID), and %.64q is none of them: make an adapter with USER_ID for ids of your own", p.Path(), id)
}
