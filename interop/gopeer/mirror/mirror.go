// Package mirror holds the mirror of every type of values.idl, as the IDL defines it: servants return it, and clients
// compare with it.
package mirror

import (
	"slices"

	"github.com/cockroachdb/apd/v3"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/interop/gen/interop"
)

// Integer inverts all bits.
func Integer[T ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64](v T) T { return ^v }

// Float is v / -2.
func Float[T ~float32 | ~float64](v T) T { return v / -2 }

// Bool is not v.
func Bool(v bool) bool { return !v }

// Char is the next code.
func Char(v byte) byte { return v + 1 }

// WChar is the next code.
func WChar(v rune) rune { return v + 1 }

// Text has the characters in reverse order.
func Text[T ~string](v T) T {
	r := []rune(v)
	slices.Reverse(r)
	return T(r)
}

// Slice mirrors the elements, in reverse order.
func Slice[S ~[]E, E any](v S, mirror func(E) E) S {
	if v == nil {
		return nil
	}
	out := make(S, len(v))
	for i, e := range v {
		out[len(v)-1-i] = mirror(e)
	}
	return out
}

// Color is the next enumerator, the first after the last.
func Color(v interop.Color) interop.Color { return (v + 1) % 3 }

// Fixed is the negation.
func Fixed(v cdr.Fixed) (cdr.Fixed, error) {
	d := new(apd.Decimal).Neg(v.Decimal())
	return cdr.FixedOf(d)
}

// Octets inverts all bits, in reverse order.
func Octets(v interop.Octets) interop.Octets { return Slice(v, Integer) }

// Longs mirrors a sequence of long; Numbers is the same type.
func Longs(v interop.Longs) interop.Longs { return Slice(v, Integer) }

// Booleans mirrors a sequence of boolean.
func Booleans(v interop.Booleans) interop.Booleans { return Slice(v, Bool) }

// Doubles mirrors a sequence of double.
func Doubles(v interop.Doubles) interop.Doubles { return Slice(v, Float) }

// Bulk mirrors the members.
func Bulk(v interop.Bulk) interop.Bulk {
	return interop.Bulk{Before: Octets(v.Before), List: Doubles(v.List), After: ^v.After}
}

// Strings mirrors a sequence of string.
func Strings(v interop.Strings) interop.Strings { return Slice(v, Text) }

// Tags mirrors a bounded sequence of bounded strings.
func Tags(v interop.Tags) interop.Tags { return Slice(v, Text) }

// Table mirrors a sequence of sequences.
func Table(v interop.Table) interop.Table { return Slice(v, Longs) }

// Matrices mirrors a sequence of arrays.
func Matrices(v interop.Matrices) interop.Matrices { return Slice(v, Matrix) }

// Matrix mirrors an array of two dimensions.
func Matrix(v interop.Matrix) (out interop.Matrix) {
	for r := range v {
		for k := range v[r] {
			out[1-r][2-k] = ^v[r][k]
		}
	}
	return out
}

// Pair mirrors an array of strings.
func Pair(v interop.Pair) interop.Pair { return interop.Pair{Text(v[1]), Text(v[0])} }

// Key mirrors an array of octets.
func Key(v interop.Key) (out interop.Key) {
	for i := range v {
		out[len(v)-1-i] = ^v[i]
	}
	return out
}

// Prims mirrors every basic type.
func Prims(v interop.Prims) interop.Prims {
	return interop.Prims{
		B: !v.B, C: Char(v.C), O: ^v.O, S: ^v.S, Us: ^v.Us, L: ^v.L, Ul: ^v.Ul, Ll: ^v.Ll, Ull: ^v.Ull, F: v.F / -2, D: v.D / -2,
	}
}

// Point mirrors both members.
func Point(v interop.Point) interop.Point { return interop.Point{X: v.X / -2, Y: v.Y / -2} }

// Entry mirrors every member.
func Entry(v interop.Entry) interop.Entry {
	return interop.Entry{Name: Text(v.Name), At: Point(v.At), Colour: Color(v.Colour), Marks: Longs(v.Marks), Grid: Matrix(v.Grid)}
}

// Entries mirrors a sequence of structs.
func Entries(v interop.Entries) interop.Entries { return Slice(v, Entry) }

// Node mirrors a struct that is recursive through a named sequence.
func Node(v interop.Node) interop.Node {
	return interop.Node{Label: Text(v.Label), Kids: Slice(v.Kids, Node)}
}

// Tree mirrors a struct that is recursive through an anonymous sequence.
func Tree(v interop.Tree) interop.Tree {
	return interop.Tree{Weight: ^v.Weight, Branches: Slice(v.Branches, Tree)}
}

// Versioned mirrors the member.
func Versioned(v interop.Versioned) interop.Versioned { return interop.Versioned{V: ^v.V} }

// Renamed mirrors the member.
func Renamed(v interop.Renamed) interop.Renamed { return interop.Renamed{V: Text(v.V)} }
