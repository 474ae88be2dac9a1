package som

import (
	"reflect"
	"sync"
)

// A Held is a field of a class's State that owns the references in its value: what attributes of objects, and of structures, unions and sequences that hold
// such, are in generated code. What is set is copied and stays the caller's; what is got is a copy, of which the references are the caller's own. The value ends with
// the object, behind SomDestruct; it is copied and assigned with the object, before SomDefaultCopyInit and SomDefaultAssign, which so need not do it. It is
// for several goroutines at once. The zero Held has the zero value, and is not to be copied.
//
// Copied are objects, sequences and maps, and what is in them. What else Go has by a pointer, such as a valuetype or what is in an any, is shared.
type Held[T any] struct {
	_     heldMark
	mu    sync.Mutex
	value T
}

// Get returns a copy, with references of the caller's own.
func (h *Held[T]) Get() (T, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return retained(h.value)
}

// Set makes a copy of v the value, and ends the one before. It fails with [CodeFreed] for an object after its end, and with [CodeDepth] for values that
// are more than 256 deep in one another (MaxNesting); the value is then what it was.
func (h *Held[T]) Set(v T) error {
	v, err := retained(v)
	if err != nil {
		return err
	}
	h.put(v)
	return nil
}

// put replaces the value. What that ends may ask for the new one.
func (h *Held[T]) put(v T) {
	h.mu.Lock()
	old := h.value
	h.value = v
	h.mu.Unlock()
	letGo(reflect.ValueOf(&old).Elem())
}

func (h *Held[T]) end() {
	var none T
	h.put(none)
}

func (h *Held[T]) take(from holder) error {
	v, err := from.(*Held[T]).Get()
	if err == nil {
		h.put(v)
	}
	return err
}

// A heldMark is what a Held begins with, and nothing else, by which it is known from a structure that has one embedded and so has its methods.
type heldMark struct{}

// A holder is a *Held.
type holder interface {
	end()
	take(from holder) error
}

var holderType = reflect.TypeFor[holder]()

// isHeld reports whether a type is that of a Held.
func isHeld(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[heldMark]() && reflect.PointerTo(t).Implements(holderType)
}

// holdersIn reports whether a State has a Held.
func holdersIn(t reflect.Type) bool {
	if isHeld(t) {
		return true
	}
	switch t.Kind() {
	case reflect.Array:
		return holdersIn(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holdersIn(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// holders calls f of each Held in two States of a type, or other parts as a whole of which rest is told, unless that is nil.
func holders(to, from reflect.Value, f func(to, from holder) error, rest func(to, from reflect.Value)) error {
	t := to.Type()
	if isHeld(t) {
		return f(to.Addr().Interface().(holder), from.Addr().Interface().(holder))
	}
	if !holdersIn(t) {
		if rest != nil {
			rest(to, from)
		}
		return nil
	}
	if t.Kind() == reflect.Array {
		for i := range to.Len() {
			if err := holders(to.Index(i), from.Index(i), f, rest); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range to.NumField() {
		if err := holders(fieldOf(to, i), fieldOf(from, i), f, rest); err != nil {
			return err
		}
	}
	return nil
}

// hold has what the State's Helds own begin, end, and be copied and assigned with the object.
func (c *Class) hold() {
	s := &c.spec
	if s.State == nil || !holdersIn(s.State) {
		return
	}
	state := func(r Ref) reflect.Value { return reflect.NewAt(s.State, r.i.state(c)).Elem() }
	end := func(r Ref) {
		v := state(r)
		_ = holders(v, v, func(h, _ holder) error { h.end(); return nil }, nil)
	}
	c.endHeld = end
	// begun ends them again if the part that begins a copy fails or panics.
	begun := func(r Ref, begin func() error) (err error) {
		done := false
		defer func() {
			if !done {
				end(r)
			}
		}()
		err = begin()
		done = err == nil
		return err
	}
	take := func(to, from Ref, written func(to, from Ref) error) error {
		var rest func(to, from reflect.Value)
		if written == nil {
			copy(to.Bytes(c), from.Bytes(c))
			rest = func(to, from reflect.Value) { to.Set(from) }
		}
		err := holders(state(to), state(from), func(to, from holder) error { return to.take(from) }, rest)
		c.tie(to.i.state(c), to.i)
		if err != nil || written == nil {
			return err
		}
		return written(to, from)
	}
	fini, copied, assigned := s.Fini, s.Copy, s.Assign
	s.Fini = func(r Ref) {
		defer end(r)
		if fini != nil {
			fini(r)
		}
	}
	s.Copy = func(to, from Ref) error { return begun(to, func() error { return take(to, from, copied) }) }
	s.Assign = func(to, from Ref) error { return take(to, from, assigned) }
}
