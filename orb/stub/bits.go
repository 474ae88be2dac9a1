package stub

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// Bits packs and unpacks the fields of a bitset, the first in the least significant bits (IDL
// 4.2, 7.4.13.4.3.2). There are 64 at most.
type Bits struct {
	word uint64
	at   int
	bad  string // a value that has more bits than its field
}

// BitsOf returns the bits of a word, to be read from its least significant one up.
func BitsOf(word uint64) *Bits { return &Bits{word: word} }

// Put adds a field of an unsigned type.
func (b *Bits) Put(v uint64, width int) {
	if width < 64 && v>>width != 0 && b.bad == "" {
		b.bad = fmt.Sprintf("%d does not fit a field of %d bits", v, width)
	}
	b.word |= v & mask(width) << b.at
	b.at += width
}

// PutSigned adds a field of a type with a sign.
func (b *Bits) PutSigned(v int64, width int) {
	if extend(uint64(v), width) != v && b.bad == "" {
		b.bad = fmt.Sprintf("%d does not fit a field of %d bits", v, width)
	}
	b.word |= uint64(v) & mask(width) << b.at
	b.at += width
}

// PutBool adds a field of one bit.
func (b *Bits) PutBool(v bool) {
	if v {
		b.word |= 1 << b.at
	}
	b.at++
}

// Skip passes over bits that have no name.
func (b *Bits) Skip(width int) { b.at += width }

// Word returns the bits of the bitset with a repository id. A field that was too large is an error of e.
func (b *Bits) Word(e *cdr.Encoder, id string) uint64 {
	if b.bad != "" {
		e.Fail(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%s: %s", id, b.bad))
	}
	return b.word
}

// Get returns the next field.
func (b *Bits) Get(width int) uint64 {
	v := b.word >> b.at & mask(width)
	b.at += width
	return v
}

// GetSigned returns the next field, whose highest bit is its sign.
func (b *Bits) GetSigned(width int) int64 { return extend(b.Get(width), width) }

// GetBool returns the next field, of one bit.
func (b *Bits) GetBool() bool { return b.Get(1) == 1 }

func mask(width int) uint64 { return ^uint64(0) >> (64 - width) }

// extend returns the lowest bits as a number with a sign.
func extend(v uint64, width int) int64 { return int64(v<<(64-width)) >> (64 - width) }

// FlagNames returns the names of the flags that are set, and the rest in hexadecimal. names has
// them by their bits; one that is empty is none.
func FlagNames(v uint64, names []string) string {
	var parts []string
	for bit, name := range names {
		if v>>bit&1 == 1 && name != "" {
			parts = append(parts, name)
			v &^= 1 << bit
		}
	}
	if v != 0 || parts == nil {
		parts = append(parts, fmt.Sprintf("%#x", v))
	}
	return strings.Join(parts, "|")
}

// Keys returns the keys of a map in order, so that equal maps are sent as equal octets.
func Keys[M ~map[K]V, K cmp.Ordered, V any](m M) []K { return slices.Sorted(maps.Keys(m)) }

// BoolKeys is Keys for booleans: false comes first.
func BoolKeys[M ~map[K]V, K ~bool, V any](m M) []K {
	var keys []K
	for _, k := range []K{false, true} {
		if _, ok := m[k]; ok {
			keys = append(keys, k)
		}
	}
	return keys
}

// KeysByOctets is Keys for what Go compares without having an order for it, and for numbers that
// may be none: the keys come in the order of the octets that put makes of them. A key that is
// not equal to itself, NaN or what holds one, cannot be found again in a map and is BAD_PARAM.
func KeysByOctets[M ~map[K]V, K comparable, V any](e *cdr.Encoder, m M, put func(*cdr.Encoder, K)) []K {
	type keyed struct {
		octets []byte
		key    K
	}
	all := make([]keyed, 0, len(m))
	for k := range m {
		if _, found := m[k]; !found {
			e.Fail(errNoKey(exc.BadParam, k))
			return nil
		}
		own := cdr.NewEncoder(nil, false, e.Env())
		put(own, k)
		if err := own.Err(); err != nil {
			e.Fail(err)
			return nil
		}
		all = append(all, keyed{own.Bytes(), k})
	}
	slices.SortFunc(all, func(a, b keyed) int { return bytes.Compare(a.octets, b.octets) })
	keys := make([]K, len(all))
	for i, k := range all {
		keys[i] = k.key
	}
	return keys
}

func errNoKey(kind exc.Kind, k any) error {
	return exc.New(kind, exc.MinorBadValue, exc.No, "%v is no key of a map, since it is not equal to itself", k)
}

// GetMap reads the n keys and values of a map with read; see [Make] for n. A map without keys is
// nil. Of a key that comes twice the last value stays; one that is not equal to itself is refused.
func GetMap[M ~map[K]V, K comparable, V any](d *cdr.Decoder, n int, read func() (K, V)) M {
	if n == 0 || !d.Spend(n, int(unsafe.Sizeof(*new(K))+unsafe.Sizeof(*new(V)))+mapOverhead) {
		return nil
	}
	m := make(M, min(n, mapRoom))
	for range n {
		k, v := read()
		if d.Err() != nil {
			return nil
		}
		if m[k] = v; !found(m, k) {
			d.Fail(errNoKey(exc.Marshal, k))
			return nil
		}
	}
	return m
}

func found[M ~map[K]V, K comparable, V any](m M, k K) bool {
	_, ok := m[k]
	return ok
}

const (
	mapOverhead = 16   // octets that a key takes besides itself and its value, about
	mapRoom     = 1024 // keys for which room is made at first
)
