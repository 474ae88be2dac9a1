package som

import (
	"context"
	"reflect"
	"unsafe"
)

// A Crossing makes calls of a method in another kernel, which takes up to [MaxWords] numbers without a fraction: as Go converts
// them to uint64, signs extended, and 0 behind the last. Of the result as many low bits count as its type has.
//
// It is made of plain functions and of what they are told, so that a call finds all of it in the implementation that it
// runs: what a call waits for are loads that wait for one another.
type Crossing struct {
	One  func(at unsafe.Pointer, token uintptr, self Self, a uint64) (uint64, error) // of a method with one argument or none
	Four func(at unsafe.Pointer, token uintptr, self Self, a, b, c, d uint64) (uint64, error)

	At    unsafe.Pointer // what the functions are told
	Token uintptr        // likewise
}

// Bool is a boolean as a word.
func Bool(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// A wordsFunc is the words of PacksWords for any F.
type wordsFunc = func(fn unsafe.Pointer, self Self, ctx context.Context, a, b, c, d uint64) (uint64, error)

// PacksWords is [Packs] for a method whose arguments and result are numbers without a fraction: words calls an
// implementation with them as words, cross makes an implementation of a Crossing.
func PacksWords[F any](
	apply func(fn F, self Self, ctx context.Context, args []any) ([]any, error), dispatch func(Packed) F,
	words func(fn F, self Self, ctx context.Context, a, b, c, d uint64) (uint64, error), cross func(Crossing) F,
) Packing {
	p := Packs(apply, dispatch)
	p.words = *(*wordsFunc)(unsafe.Pointer(&words)) // a func is called alike whatever its first parameter points to
	p.cross = func(x Crossing) any { return cross(x) }
	return p
}

// HasWords reports whether the Packing was made by PacksWords.
func (p Packing) HasWords() bool { return p.words != nil }

// Cross makes an implementation of a Crossing. The Packing must have words.
func (p Packing) Cross(x Crossing) any { return p.cross(x) }

// Pack makes an implementation of type t, a func with a Self first, of one that takes packed arguments.
func (p Packing) Pack(t reflect.Type, f Packed) any {
	m := &Method{typ: t, spec: MethodSpec{Packing: p}}
	return m.packed(f).Interface()
}

// Packing returns what generated code gave the method for packed arguments.
func (m *Method) Packing() Packing { return m.spec.Packing }

// A Line is where calls from another kernel enter a method of a class, with what they need found before.
type Line struct {
	// Words and Texts call an implementation, where the method's Packing has such.
	Words func(fn unsafe.Pointer, self Self, ctx context.Context, a, b, c, d uint64) (uint64, error)
	Texts func(fn unsafe.Pointer, self Self, ctx context.Context, args Words) (Word, error)

	frames framesFunc
	class  *Class
	slot   *slot
}

// Line returns the line of a method that the class has in its table.
func (c *Class) Line(m *Method) Line {
	return Line{m.spec.Packing.words, m.spec.Packing.texts, m.spec.Packing.frames, c, c.table.slot(m.token)}
}

// Of returns what implements the method, for Words or Texts, and what it takes for r, which is an instance of exactly the
// class: else it answers false, and OfDescendant does.
func (l *Line) Of(r Ref) (fn unsafe.Pointer, self Self, ok bool) {
	e := l.slot.Load()
	return e.fn, Self{unsafe.Add(unsafe.Pointer(r.i), e.at)}, r.i.class == l.class
}

// OfDescendant is Of for an instance of a descendant. That it is one is not checked.
func (l *Line) OfDescendant(r Ref) (fn unsafe.Pointer, self Self) {
	e := l.slot.Load()
	return e.fn, e.impl.self(r)
}
