package poa

import (
	"reflect"
	"sync"

	"github.com/opendsom/dsom/orb"
)

// identities knows which object an implementation is, so that one that is passed as an
// object, itself for instance, keeps the identity that it was activated with. Its lock is
// taken before that of an adapter.
type identities struct {
	mu  sync.Mutex
	all map[any]identity // by implementation: pointers to what has a size
}

// identity is an object's place.
type identity struct {
	poa *POA
	id  string
}

// key returns what tells the implementation of s from others; false for one that has no
// identity in Go.
func key(s orb.Servant) (any, bool) {
	impl := s.Implementation()
	t := reflect.TypeOf(impl)
	return impl, t != nil && t.Kind() == reflect.Pointer && t.Elem().Size() > 0
}

// of returns which object the implementation of s is. The lock is held, here and below.
func (x *identities) of(s orb.Servant) (identity, bool) {
	k, ok := key(s)
	if !ok {
		return identity{}, false
	}
	at, known := x.all[k]
	return at, known
}

// note remembers that the implementation of s is the object at, unless it is one already.
func (x *identities) note(s orb.Servant, at identity) {
	k, ok := key(s)
	if !ok {
		return
	}
	if _, known := x.all[k]; known {
		return
	}
	if x.all == nil {
		x.all = map[any]identity{}
	}
	x.all[k] = at
}

// forget is the end of the object at.
func (x *identities) forget(s orb.Servant, at identity) {
	if now, known := x.of(s); known && now == at {
		k, _ := key(s)
		delete(x.all, k)
	}
}
