package constraint

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/big"
	"strings"
)

// Kind says what sort of thing a Value is.
type Kind uint8

// The kinds of value. Values are kept with these numbers.
const (
	Other   Kind = iota // what no comparison is made with: structures, sequences …
	Text                // strings, enumerators, characters
	Integer             // within 64 bits, signed
	Real                // what a double is
	Boolean
	Exact // other numbers, to all their digits: larger integers, and fractions that came as something else than a double

	unknown Kind = 255 // never kept
)

// Unknown is the value of a property of which nothing is known, not even whether it is there.
var Unknown = Value{kind: unknown}

// A Value is what a constraint sees of a property's value. The zero Value is of kind Other.
type Value struct {
	kind    Kind
	text    string
	integer int64 // of Integer; of Boolean 0 or 1
	real    float64
	exact   *big.Rat // of Exact; of a Real that a constraint spells: what is written. It is not changed.
}

// TextOf returns a text.
func TextOf(s string) Value { return Value{kind: Text, text: s} }

// IntegerOf returns an integer.
func IntegerOf(n int64) Value { return Value{kind: Integer, integer: n} }

// UnsignedOf returns an integer.
func UnsignedOf(n uint64) Value { return ExactOf(new(big.Rat).SetUint64(n)) }

// ExactOf returns a number, which must not be changed any more.
func ExactOf(n *big.Rat) Value {
	if n.IsInt() && n.Num().IsInt64() {
		return IntegerOf(n.Num().Int64())
	}
	return Value{kind: Exact, exact: n}
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
func (v Value) Octets() int {
	n := len(v.text)
	if v.exact != nil {
		n += (v.exact.Num().BitLen() + v.exact.Denom().BitLen()) / 8
	}
	return n
}

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
	case v.kind == Exact && w.kind == Exact:
		return v.exact.Cmp(w.exact), true
	case v.kind == Exact:
		return compareExact(v.exact, w)
	case w.kind == Exact:
		c, ok := compareExact(w.exact, v)
		return -c, ok
	}
	return 0, false
}

// compareExact compares a number of many digits with one of another kind.
func compareExact(n *big.Rat, w Value) (int, bool) {
	switch {
	case w.kind == Integer:
		return n.Cmp(new(big.Rat).SetInt64(w.integer)), true
	case w.kind != Real || math.IsNaN(w.real):
		return 0, false
	case math.IsInf(w.real, 0):
		return -cmp.Compare(w.real, 0), true
	case w.exact != nil:
		return n.Cmp(w.exact), true
	}
	return n.Cmp(new(big.Rat).SetFloat64(w.real)), true
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

// Append appends the value as it is kept: its kind, and for all but Other its length or octets; of one that is Exact the sign, the numerator and the denominator.
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
	case Exact:
		sign := byte(0)
		if v.exact.Sign() < 0 {
			sign = 1
		}
		b = append(b, sign)
		for _, n := range []*big.Int{v.exact.Num(), v.exact.Denom()} {
			magnitude := n.Bytes()
			b = append(binary.AppendUvarint(b, uint64(len(magnitude))), magnitude...)
		}
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
	case Exact:
		if len(b) == 0 || b[0] > 1 {
			return v, nil, false
		}
		negative := b[0] == 1
		b = b[1:]
		var parts [2]big.Int
		for i := range parts {
			n, size := binary.Uvarint(b)
			if size <= 0 || n > uint64(len(b)-size) || n == 0 || b[size] == 0 {
				return v, nil, false
			}
			end := size + int(n)
			parts[i].SetBytes(b[size:end])
			b = b[end:]
		}
		v.exact = new(big.Rat).SetFrac(&parts[0], &parts[1])
		if negative {
			v.exact.Neg(v.exact)
		}
		return v, b, ExactOf(v.exact).kind == Exact
	}
	return v, nil, false
}
