package constraint

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"
)

// Kind says what sort of thing a Value is.
type Kind uint8

// The kinds of value. Values are kept with these numbers.
const (
	Other   Kind = iota // what no comparison is made with: structures, sequences …
	Text                // strings, enumerators, characters
	Integer             // within 64 bits, signed
	Real                // other numbers
	Boolean
)

// A Value is what a constraint sees of a property's value. The zero Value is of kind Other.
type Value struct {
	kind    Kind
	text    string
	integer int64 // of Integer; of Boolean 0 or 1
	real    float64
}

// TextOf returns a text.
func TextOf(s string) Value { return Value{kind: Text, text: s} }

// IntegerOf returns an integer.
func IntegerOf(n int64) Value { return Value{kind: Integer, integer: n} }

// UnsignedOf returns a number; one above the largest int64 as a real number, as near as that comes.
func UnsignedOf(n uint64) Value {
	if n > math.MaxInt64 {
		return RealOf(float64(n))
	}
	return IntegerOf(int64(n))
}

// RealOf returns a number.
func RealOf(f float64) Value { return Value{kind: Real, real: f} }

// BooleanOf returns TRUE or FALSE.
func BooleanOf(b bool) Value {
	v := Value{kind: Boolean}
	if b {
		v.integer = 1
	}
	return v
}

// Kind returns the kind.
func (v Value) Kind() Kind { return v.kind }

// Octets is what the value takes in memory beside itself.
func (v Value) Octets() int { return len(v.text) }

// Equal reports whether two values are the same. One of kind Other equals nothing.
func (v Value) Equal(w Value) bool {
	if v.kind == Boolean && w.kind == Boolean {
		return v.integer == w.integer
	}
	c, ok := v.compare(w)
	return ok && c == 0
}

// compare orders two values; false where they have no order: those of two kinds, NaN.
func (v Value) compare(w Value) (int, bool) {
	switch {
	case v.kind == Text && w.kind == Text:
		return strings.Compare(v.text, w.text), true
	case v.kind == Integer && w.kind == Integer:
		return cmp.Compare(v.integer, w.integer), true
	case v.kind == Real && w.kind == Real:
		return cmp.Compare(v.real, w.real), !math.IsNaN(v.real) && !math.IsNaN(w.real)
	case v.kind == Integer && w.kind == Real:
		return compareMixed(v.integer, w.real)
	case v.kind == Real && w.kind == Integer:
		c, ok := compareMixed(w.integer, v.real)
		return -c, ok
	}
	return 0, false
}

// compareMixed compares exactly: an int64 has digits that a float64 has not.
func compareMixed(n int64, f float64) (int, bool) {
	const beyond = 1 << 63 // the first float64 that is no int64
	switch {
	case math.IsNaN(f):
		return 0, false
	case f >= beyond:
		return -1, true
	case f < -beyond:
		return 1, true
	}
	whole := math.Floor(f)
	if c := cmp.Compare(n, int64(whole)); c != 0 {
		return c, true
	}
	return cmp.Compare(whole, f), true
}

// Append appends the value as it is kept: its kind, and for all but Other its length or octets.
func (v Value) Append(b []byte) []byte {
	b = append(b, byte(v.kind))
	switch v.kind {
	case Text:
		b = binary.AppendUvarint(b, uint64(len(v.text)))
		b = append(b, v.text...)
	case Integer, Boolean:
		b = binary.AppendVarint(b, v.integer)
	case Real:
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(v.real))
	}
	return b
}

// Parse reads what Append has written and returns what follows; false for anything else.
func Parse(b []byte) (v Value, rest []byte, ok bool) {
	if len(b) == 0 {
		return v, nil, false
	}
	v.kind, b = Kind(b[0]), b[1:]
	switch v.kind {
	case Other:
		return v, b, true
	case Text:
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return v, nil, false
		}
		end := size + int(n)
		v.text = string(b[size:end])
		return v, b[end:], true
	case Integer, Boolean:
		n, size := binary.Varint(b)
		if size <= 0 || v.kind == Boolean && n != 0 && n != 1 {
			return v, nil, false
		}
		v.integer = n
		return v, b[size:], true
	case Real:
		if len(b) < 8 {
			return v, nil, false
		}
		v.real = math.Float64frombits(binary.BigEndian.Uint64(b))
		return v, b[8:], true
	}
	return v, nil, false
}
