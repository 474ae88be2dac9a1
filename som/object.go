package som

import (
	"reflect"
	"sync/atomic"
	"unsafe"
	"weak"
)

// An instance is an object in memory. Its States lie behind it in the same piece of memory, as
// the type Class.memory says.
type instance struct {
	first   atomic.Pointer[slot] // of its table
	mask    uintptr              // of scaled tokens
	class   *Class
	refs    atomic.Int32
	inChain atomic.Bool    // see runOlder; four octets that were free, as is
	older   atomic.Bool    // somInit has run, or an initializer in its place: its end is somUninit's
	data    unsafe.Pointer // Data of all classes, Class.size octets, as Class.Layout says
	other   unsafe.Pointer // the object in another kernel, if it is there as well
	meta    *Class         // if the object is a class
}

// A Ref refers to an object; the zero Ref to none, as a nil pointer does: but for IsNil, IsA and String its
// methods panic. Two Refs to one object are equal.
//
// An object begins with one reference, which is whoever made it's. At the last Release its
// destructors run. The collector takes the memory of objects that nobody refers to any more, but
// runs no destructors: one that is dropped without Release is lost quietly, and its class cannot be
// unloaded.
type Ref struct{ i *instance }

// An Object is anything that stands for an object: a Ref, and the typed references of generated code.
type Object interface{ SOM() Ref }

// SOM returns r, so that a Ref is an Object.
func (r Ref) SOM() Ref { return r }

// IsNil reports whether r refers to nothing.
func (r Ref) IsNil() bool { return r.i == nil }

// Class returns the object's class.
func (r Ref) Class() *Class { return r.i.class }

// AsClass returns the class that the object is, if it is one.
func (r Ref) AsClass() (*Class, bool) { return r.i.meta, r.i.meta != nil }

// IsA reports whether the object is an instance of c or of a descendant: one look into the table.
func (r Ref) IsA(c *Class) bool {
	if r.i == nil {
		return false
	}
	e := r.i.entry(uintptr(c.base) * scale)
	return e != nil && e.class == c
}

// String names the object's class.
func (r Ref) String() string {
	if r.i == nil {
		return "no object"
	}
	if r.i.meta != nil {
		return "class " + r.i.meta.Name()
	}
	return "a " + r.i.class.Name()
}

// Bytes returns the object's raw data that class c specified, or nil if there is none.
func (r Ref) Bytes(c *Class) []byte {
	if at, ok := r.i.class.offsetOf(c); ok {
		return unsafe.Slice((*byte)(unsafe.Add(r.i.data, at)), c.spec.Data.Size)
	}
	return nil
}

// State returns the object's State of class c, whose type is T.
func State[T any](r Ref, c *Class) (*T, bool) {
	if c.spec.State != reflect.TypeFor[T]() || !r.i.class.DescendsFrom(c) {
		return nil, false
	}
	if r.i.class.states[c] == 0 { // of c only the interface is inherited
		return nil, false
	}
	return (*T)(r.i.state(c)), true
}

// FindState returns the object's State of type T, of whichever class of the object's it is.
func FindState[T any](r Ref) (*T, bool) {
	t := reflect.TypeFor[T]()
	for _, c := range r.i.class.stateful {
		if c.spec.State == t {
			return (*T)(r.i.state(c)), true
		}
	}
	return nil, false
}

// Cast makes calls by offset behave as a concrete ancestor's, of the methods that it has. Uncast
// ends that; nothing else changes.
func (r Ref) Cast(a *Class) error {
	c := r.i.class
	if !c.DescendsFrom(a) {
		return fail(CodeType, c.Name(), "it is no %s, and cannot be cast to one", a)
	}
	if !c.concrete[a] {
		return fail(CodeAbstract, c.Name(), "of %s only the interface is inherited, and the object cannot be cast to it", a)
	}
	t := c.front.Load()
	if a != c {
		t = c.cast(a)
	}
	return r.retable(t)
}

// Uncast ends a cast.
func (r Ref) Uncast() error { return r.retable(r.i.class.front.Load()) }

func (r Ref) retable(t *table) error {
	for {
		old := r.i.first.Load()
		if r.i.refs.Load() <= 0 {
			return r.over()
		}
		if r.i.first.CompareAndSwap(old, &t.slots[0]) {
			if r.i.refs.Load() <= 0 { // it ended meanwhile, and its end is the last word
				r.i.dispatchBy(r.i.class.afterlife())
			}
			return nil
		}
	}
}

func (r Ref) over() error {
	return fail(CodeFreed, r.i.class.Name(), "the object was used after its end")
}

// Retain adds a reference.
func (r Ref) Retain() error {
	if r.i.isShared() {
		if r.i.refs.Load() <= 0 {
			return r.over()
		}
		return r.i.class.host.Retain(r)
	}
	for {
		n := r.i.refs.Load()
		if n <= 0 {
			return r.over()
		}
		if r.i.refs.CompareAndSwap(n, n+1) {
			return nil
		}
	}
}

// Release gives a reference back. With the last one the object ends: its destructors run, in this
// goroutine.
func (r Ref) Release() error {
	if r.i.isShared() {
		if r.i.refs.Load() <= 0 {
			return r.over()
		}
		return r.i.class.host.Release(r)
	}
	for {
		n := r.i.refs.Load()
		if n <= 0 {
			return r.over()
		}
		if r.i.refs.CompareAndSwap(n, n-1) {
			if n == 1 {
				r.i.end()
			}
			return nil
		}
	}
}

// Free is the Release of the only reference, and an error if there are others.
func (r Ref) Free() error {
	if r.i.isShared() {
		if n := r.Refs(); n > 1 {
			return r.held(n)
		}
		return r.Release()
	}
	if !r.i.refs.CompareAndSwap(1, 0) {
		if n := r.i.refs.Load(); n > 1 {
			return r.held(int(n))
		}
		return r.over()
	}
	r.i.end()
	return nil
}

func (r Ref) held(n int) error {
	return fail(CodeBusy, r.i.class.Name(), "the object has %d references, and is not free to go", n)
}

// Refs returns how many references there are; 0 is an object after its end.
func (r Ref) Refs() int {
	n := int(r.i.refs.Load())
	if n > 0 && r.i.isShared() {
		return r.i.class.host.Refs(r)
	}
	return n
}

// A Weak refers to an object without keeping it.
type Weak struct{ p weak.Pointer[instance] }

// Weak makes a weak reference.
func (r Ref) Weak() Weak {
	if r.i.isShared() && r.i.refs.Load() > 0 {
		r.i.class.host.Watch(r)
	}
	return Weak{weak.Make(r.i)}
}

// Get returns the object with a reference of the caller's own, unless its end has begun.
func (w Weak) Get() (Ref, bool) {
	r := Ref{w.p.Value()}
	switch {
	case r.i == nil:
		return Ref{}, false
	case r.i.isShared():
		return r, r.i.class.host.Revive(r)
	case r.Retain() != nil:
		return Ref{}, false
	}
	return r, true
}

// self is the object as implementations take it that are no methods of a State.
func (r Ref) self() Self { return Self{unsafe.Pointer(r.i)} }
