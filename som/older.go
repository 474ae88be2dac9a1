package som

import (
	"reflect"
	"slices"
	"unsafe"
)

// chained reports whether a method is one of those by which classes began and ended objects before there were initializers and
// destructors. Whoever calls it has all implementations run of the classes that are initialised with the object, each once.
func chained(m *Method) bool { return m == somInit.m || m == somUninit.m }

// whole returns the entry of a method in the class's table: for one that is chained, and that an ancestor implements, that which runs all.
func (c *Class) whole(m *Method, e *entry) *entry {
	if !chained(m) {
		return e
	}
	for _, a := range slices.Backward(c.visits) {
		if a != SOMObject && (*a.own.Load())[m] != nil {
			return c.entryOf(m, newImpl(a, reflect.ValueOf(func(s Self) { s.Ref().i.runChain(m) }), false))
		}
	}
	return e
}

// runChain runs the implementations of somInit in the order in which the classes are initialised, those of somUninit in the reverse. They make
// parent calls as they did before each was run: such a call finds that it is under way, and does nothing.
func (i *instance) runChain(m *Method) {
	if i.inChain.Swap(true) {
		return
	}
	defer i.inChain.Store(false)
	visits := slices.Clone(i.class.visits)
	if m == somUninit.m {
		slices.Reverse(visits)
	}
	for _, a := range visits {
		if own := (*a.own.Load())[m]; own != nil {
			(*(*func(Self))(unsafe.Pointer(&own.word)))(own.self(Ref{i}))
		}
	}
}
