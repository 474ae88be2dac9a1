package dyn

import (
	"bytes"
	"hash/maphash"

	"github.com/opendsom/dsom/typecode"
)

// Equal reports whether a and b have equal types and the same value. Floating-point numbers
// are compared by their bits, references by their octets, objects without a reference by ==, and Go values
// that they hold by what is in them and how it hangs together.
func Equal(a, b Any) bool {
	if a.v == nil || b.v == nil || a.v == b.v {
		return a.v == b.v || a.IsNull() && b.IsNull() && a.Type().Kind() == b.Type().Kind()
	}
	if a.v.err != nil || b.v.err != nil || !typecode.Equal(a.v.tc, b.v.tc) {
		return false
	}
	x, y := a.v.whole(), b.v.whole()
	if x.err != nil || y.err != nil || len(x.objs) != len(y.objs) {
		return false
	}
	for i := range x.objs {
		if !sameObject(x.objs[i].v, y.objs[i].v) {
			return false
		}
	}
	if bytes.Equal(x.raw, y.raw) { // of one any each
		return true
	}
	k := new(kinds)
	one, err := x.numbered(k)
	if err != nil {
		return false
	}
	other, err := y.numbered(k)
	return err == nil && bytes.Equal(one, other)
}

// sameObject is ==, but for objects that Go cannot compare.
func sameObject(a, b any) (same bool) {
	defer func() { _ = recover() }()
	return a == b
}

// numbered returns the canonical form with a number in place of each TypeCode within: equal ones are written in more than one way, as a part
// that occurs twice is written again or pointed to.
func (v *value) numbered(k *kinds) ([]byte, error) {
	e, c := newEncoder()
	c.vals.join(&v.vals)
	t := transcoder{e: e, d: v.decoder(), fit: &c.fit, kinds: k}
	t.copy(v.tc)
	if err := t.d.Err(); err != nil {
		return nil, err
	}
	return e.Bytes(), e.Err()
}

// kinds are types that are not equal, in the order in which they were met.
type kinds struct {
	by   map[uint64][]numberedType
	seed maphash.Seed
	n    uint32
}

type numberedType struct {
	tc     *typecode.TypeCode
	number uint32
}

// number returns the number of a type, which is that of those equal to it.
func (k *kinds) number(tc *typecode.TypeCode) uint32 {
	if k.by == nil {
		k.by, k.seed = map[uint64][]numberedType{}, maphash.MakeSeed()
	}
	key := k.key(tc)
	for _, t := range k.by[key] {
		if t.tc == tc || typecode.Equal(t.tc, tc) {
			return t.number
		}
	}
	k.n++
	k.by[key] = append(k.by[key], numberedType{tc, k.n})
	return k.n
}

// key returns what is the same of equal types: of what is outermost in them.
func (k *kinds) key(tc *typecode.TypeCode) uint64 {
	var h maphash.Hash
	h.SetSeed(k.seed)
	for range 8 { // down the contents of aliases, sequences and arrays
		h.WriteByte(byte(tc.Kind()))
		h.WriteString(tc.ID())
		h.WriteString(tc.Name())
		switch tc.Kind() {
		case typecode.TkAlias, typecode.TkSequence, typecode.TkArray:
			maphash.WriteComparable(&h, tc.Length())
			tc = tc.Content()
			continue
		case typecode.TkString, typecode.TkWString:
			maphash.WriteComparable(&h, tc.Length())
		}
		for i := range min(tc.Len(), 8) {
			h.WriteString(tc.MemberName(i))
			if tc.Kind() != typecode.TkEnum {
				h.WriteByte(byte(tc.MemberType(i).Kind()))
			}
		}
		break
	}
	return h.Sum64()
}
