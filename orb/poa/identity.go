package poa

import (
	"reflect"
	"sync"

	"github.com/opendsom/dsom/orb"
)

// identities knows which objects an implementation is, so that one that is passed as an
// object, itself for instance, keeps the identity that it was activated with. Its lock is
// taken before that of an adapter.
type identities struct {
	mu  sync.Mutex
	all map[any]*object // by implementation, pointers to what has a size: the first object that it is
}

// key returns what tells the implementation of s from others; false for one that has no
// identity in Go.
func key(s orb.Servant) (any, bool) {
	impl := s.Implementation()
	t := reflect.TypeOf(impl)
	return impl, t != nil && t.Kind() == reflect.Pointer && t.Elem().Size() > 0
}

// object returns which object the implementation of s is, nil if none.
func (x *identities) object(s orb.Servant) *object {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.of(s)
}

// of is object for who holds the lock, as below. What is left of adapters that were destroyed does not count.
func (x *identities) of(s orb.Servant) *object {
	k, ok := key(s)
	if !ok {
		return nil
	}
	first := x.all[k]
	for o := first; o != nil; {
		if o.poa.stage.Load() != stageClosed {
			return o
		}
		if o = o.younger; o == first {
			break
		}
	}
	return nil
}

// note remembers that the implementation of s is o, after all that it is already.
func (x *identities) note(s orb.Servant, o *object) {
	k, ok := key(s)
	if !ok {
		return
	}
	first := x.all[k]
	if first == nil {
		if x.all == nil {
			x.all = map[any]*object{}
		}
		o.older, o.younger = o, o
		x.all[k] = o
		return
	}
	o.older, o.younger = first.older, first
	o.older.younger, first.older = o, o
}

// forget is the end of the object o.
func (x *identities) forget(o *object) {
	if o.younger == nil {
		return
	}
	k, _ := key(o.servant)
	switch {
	case o.younger == o:
		delete(x.all, k)
	case x.all[k] == o:
		x.all[k] = o.younger
	}
	o.older.younger, o.younger.older = o.younger, o.older
	o.older, o.younger = nil, nil
}
