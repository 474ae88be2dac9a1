package som

import (
	"reflect"
	"slices"
	"unsafe"
)

// chained reports whether a method is one of those by which classes began and ended objects before there were initializers and
// destructors. They run at the class's place among initializers and destructors. Whoever calls one has all implementations run of
// the classes that are initialised with the object, each once.
func chained(m *Method) bool { return m == somInit.m || m == somUninit.m }

// whole returns the entry of a method in the class's table: for one that is chained, where a class that is initialised has either of the two, that which
// runs all there are of it. It is the class's whose implementation would stand there otherwise. Such a class is older from then on, also with what its
// ancestors come by later.
func (c *Class) whole(m *Method, e *entry) *entry {
	if !chained(m) || !slices.ContainsFunc(c.visits, (*Class).isOlder) {
		return e
	}
	c.older.Store(true)
	return c.entryOf(m, newImpl(e.impl.class, reflect.ValueOf(func(s Self) { s.Ref().i.runChain(m) }), false))
}

// isOlder reports whether a class has a somInit or a somUninit of its own.
func (c *Class) isOlder() bool {
	own := *c.own.Load()
	return c != SOMObject && (own[somInit.m] != nil || own[somUninit.m] != nil)
}

// runOlder runs the somInit or somUninit of one class, if it has any. It makes parent calls as it did when nobody else made them: a
// call of either meanwhile finds that it is under way, and does nothing.
func (i *instance) runOlder(a *Class, m *Method) {
	own := (*a.own.Load())[m]
	if own == nil || a == SOMObject || i.inChain.Swap(true) {
		return
	}
	defer i.inChain.Store(false)
	(*(*func(Self))(unsafe.Pointer(&own.word)))(own.self(Ref{i}))
}

// beginOlder runs the somInit of a class behind its initializer, which is undone if that panics. Of a class whose part was begun by an
// initializer with arguments that took its place.
func (r Ref) beginOlder(a *Class, taken bool) {
	begun := false
	defer func() {
		if !begun && a.spec.Fini != nil {
			a.spec.Fini(r)
		}
	}()
	if a.isOlder() {
		r.i.older.Store(true)
	}
	if !taken {
		r.i.runOlder(a, somInit.m)
	}
	begun = true
}

// runChain is what a call of somInit or somUninit does: it runs those of all classes that are initialised, in their order or the
// reverse, but no somUninit of an object that nothing has begun.
func (i *instance) runChain(m *Method) {
	switch {
	case i.inChain.Load():
	case m == somInit.m:
		i.older.Store(true)
		for _, a := range i.class.visits {
			i.runOlder(a, m)
		}
	case i.older.Load():
		for _, a := range slices.Backward(i.class.visits) {
			i.runOlder(a, m)
		}
	}
}
