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
	all map[any]*object // by implementation: pointers to what has a size
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

// of is object for who holds the lock, as below.
func (x *identities) of(s orb.Servant) *object {
	k, ok := key(s)
	if !ok {
		return nil
	}
	return x.all[k]
}

// note remembers that the implementation of o's servant is o, unless it is another object already.
func (x *identities) note(s orb.Servant, o *object) {
	k, ok := key(s)
	if !ok || x.all[k] != nil {
		return
	}
	if x.all == nil {
		x.all = map[any]*object{}
	}
	x.all[k] = o
}

// forget is the end of the object o.
func (x *identities) forget(o *object) {
	if x.of(o.servant) == o {
		k, _ := key(o.servant)
		delete(x.all, k)
	}
}
