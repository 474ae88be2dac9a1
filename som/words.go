package som

import (
	"context"
	"reflect"
	"unsafe"
)

// A Crossing makes a call in another kernel, of a method that takes up to four numbers without a fraction: as Go converts
// them to uint64, signs extended, and 0 behind the last. Of the result as many low bits count as its type has.
type Crossing func(self Self, ctx context.Context, a, b, c, d uint64) (uint64, error)

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

// CallWords is [Class.Call] of a method whose Packing has words, for an instance of the class or of a
// descendant. That it is one is not checked.
func (c *Class) CallWords(ctx context.Context, method *Method, r Ref, a, b, x, y uint64) (uint64, error) {
	i := c.table.at(method.token).impl
	if i.class == nil {
		return 0, fail(CodeAbstract, c.Name(), "method %s has no implementation here: override it", method)
	}
	return method.spec.Packing.words(i.word, i.self(r), ctx, a, b, x, y)
}
