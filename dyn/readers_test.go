package dyn_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/dyn"
	tc "github.com/opendsom/dsom/typecode"
)

// A source is a model of an ORB that reads what is in a value.
type source interface {
	primitive(tc.Kind) uint64
	wchar() uint64
	text() string
	wide() []byte
	array(tc.Kind, int) []uint64
	anyValue(*tc.TypeCode, *[]string)
}

// A stateReader reads whole values.
type stateReader interface {
	source
	value() head           // begins one
	finish(truncated bool) // ends what value has begun
	ended()                // ends the outermost, where finish does not
	readType(source) *tc.TypeCode
	known(id string, declared *tc.TypeCode) (t *tc.TypeCode, truncated bool)
	number(at int, new bool) int
}

// A head is what stands before the state of a value, or instead of it.
type head struct {
	begins bool   // a state follows
	at     int    // where the value is; 0: there is none
	id     string // of its type; empty: that which is declared
}

// expected are the types of the anys in a message. The models know them, and read over those that are written.
type expected struct {
	types  []*tc.TypeCode
	values map[string]*tc.TypeCode // that the reader knows, by their ids
	places map[int]int             // of values, in their order
	ids    map[int]string          // by their places
}

// idAt returns the id that stands at a place, and newID notes one.
func (x *expected) idAt(at int) string {
	id, ok := x.ids[at]
	if !ok {
		panic(misreads("MARSHAL: an indirection to no id"))
	}
	return id
}

func (x *expected) newID(at int, b []byte) string {
	if x.ids == nil {
		x.ids = map[int]string{}
	}
	x.ids[at] = strings.TrimSuffix(string(b), "\x00")
	return x.ids[at]
}

// known returns the type of which a value is made: the base, if its own is not known.
func (x *expected) known(id string, declared *tc.TypeCode) (t *tc.TypeCode, truncated bool) {
	if id == "" {
		return declared, false
	}
	if t := x.values[id]; t != nil {
		return t, false
	}
	return randomBase, true
}

// number returns which of the values that at a place is.
func (x *expected) number(at int, new bool) int {
	if new {
		if x.places == nil {
			x.places = map[int]int{}
		}
		x.places[at] = len(x.places) + 1
	}
	if x.places[at] == 0 {
		panic(misreads("MARSHAL: an indirection to no value"))
	}
	return x.places[at]
}

func (x *expected) readType(r source) *tc.TypeCode {
	k := tc.Kind(r.primitive(tc.TkULong))
	if len(x.types) == 0 || x.types[0].Kind() != k {
		panic(misreads(fmt.Sprint("MARSHAL: a type of kind ", k)))
	}
	t := x.types[0]
	x.types = x.types[1:]
	switch k {
	case tc.TkString, tc.TkWString:
		r.primitive(tc.TkULong)
	case tc.TkStruct, tc.TkArray, tc.TkSequence, tc.TkAlias, tc.TkEnum, tc.TkUnion:
		n := r.primitive(tc.TkULong)
		if n > 1<<20 {
			panic(misreads("MARSHAL: a type that is too long"))
		}
		r.array(tc.TkOctet, int(n))
	}
	return t
}

func sizeOf(k tc.Kind) int {
	switch k {
	case tc.TkBoolean, tc.TkOctet, tc.TkChar:
		return 1
	case tc.TkShort, tc.TkUShort:
		return 2
	case tc.TkLong, tc.TkULong, tc.TkFloat, tc.TkEnum:
		return 4
	case tc.TkLongLong, tc.TkULongLong, tc.TkDouble:
		return 8
	}
	return 0
}

// innermost returns of what t is an array, or an array of arrays and so on, and how many there are in it.
func innermost(t *tc.TypeCode) (leaf *tc.TypeCode, n int) {
	n = 1
	for leaf = t.Unalias(); leaf.Kind() == tc.TkArray; leaf = leaf.Content().Unalias() {
		n *= int(leaf.Length())
	}
	return leaf, n
}

// inOneStep returns of what kind the elements are, and how many in each, of a sequence or array that omniORB reads at once outside of anys, as omniidl (4.2.5) has it
// read: each row of its table of sequences is in TestInOneStep.
func inOneStep(t *tc.TypeCode) (k tc.Kind, each int, ok bool) {
	leaf, each := innermost(t.Content())
	k = leaf.Kind()
	ok = sizeOf(k) > 0 && k != tc.TkChar && (k != tc.TkEnum || t.Kind() == tc.TkSequence)
	return k, each, ok
}

// eachLeaf has r read what is of a type.
func eachLeaf(t *tc.TypeCode, r source, leaves *[]string, inAny bool) {
	put := func(v any) { *leaves = append(*leaves, fmt.Sprint(v)) }
	elements := func(n int) {
		c := t.Content().Unalias()
		k, each, once := c.Kind(), 1, atOnce(r, t, inAny)
		if o, ok := r.(*omniReader); ok && !o.python && !inAny {
			k, each, once = inOneStep(t)
		}
		if once {
			for _, v := range r.array(k, n*each) {
				put(v)
			}
			return
		}
		for range n {
			eachLeaf(c, r, leaves, inAny)
		}
	}
	switch k := t.Kind(); k {
	case tc.TkAlias:
		eachLeaf(t.Content(), r, leaves, inAny)
	case tc.TkStruct:
		for i := range t.Len() {
			eachLeaf(t.MemberType(i), r, leaves, inAny)
		}
	case tc.TkArray:
		elements(int(t.Length()))
	case tc.TkUnion:
		label := r.primitive(t.Discriminator().Kind())
		put(label)
		if i := t.Arm(int64(label)); i >= 0 {
			eachLeaf(t.MemberType(i), r, leaves, inAny)
		}
	case tc.TkSequence:
		n := r.primitive(tc.TkULong)
		if n > 1<<16 {
			panic(misreads("MARSHAL: a sequence that is too long"))
		}
		put(n)
		elements(int(n))
	case tc.TkString:
		put(r.text())
	case tc.TkWString:
		put(len(r.wide()))
	case tc.TkWChar:
		put(r.wchar())
	case tc.TkAny:
		if s, ok := r.(stateReader); ok {
			r.anyValue(s.readType(r), leaves)
		} else {
			r.anyValue(nil, leaves)
		}
	case tc.TkValue, tc.TkValueBox:
		s := r.(stateReader)
		switch h := s.value(); {
		case h.at == 0:
			put("none")
		case !h.begins:
			put(fmt.Sprint("value ", s.number(h.at, false)))
		default:
			s.number(h.at, true)
			of, truncated := s.known(h.id, t)
			readState(of, s, leaves, truncated)
			s.finish(truncated)
		}
	default:
		put(r.primitive(k))
	}
}

// atOnce reports whether r reads the elements of a sequence or array in one step. In an any most do so with octets alone.
func atOnce(r source, t *tc.TypeCode, inAny bool) bool {
	k := t.Content().Unalias().Kind()
	switch r := r.(type) {
	case *omniReader:
		if r.python {
			return k == tc.TkOctet
		}
	case *jacReader:
		if inAny {
			return k == tc.TkOctet && t.Kind() == tc.TkArray
		}
	case *combatReader:
		inAny = false
	}
	return !inAny && sizeOf(k) > 0 && k != tc.TkEnum
}

// A levelReader looks for chunks before and behind the members of each of a value's types.
type levelReader interface{ level(truncated bool) }

func readState(t *tc.TypeCode, r stateReader, leaves *[]string, truncated bool) {
	level := func(truncated bool) {
		if l, ok := r.(levelReader); ok {
			l.level(truncated)
		}
	}
	if t == customCode {
		seed := int32(r.primitive(tc.TkLong))
		*leaves = append(*leaves, fmt.Sprint(seed))
		for _, p := range customParts(seed) {
			eachLeaf(p.of, r, leaves, false)
		}
		return
	}
	if t.Kind() == tc.TkValueBox {
		level(false)
		eachLeaf(t.Content(), r, leaves, false)
		level(truncated)
		return
	}
	if base := t.Content(); base != nil {
		level(false)
		readState(base, r, leaves, false)
	}
	level(false)
	for i := range t.Len() {
		eachLeaf(t.MemberType(i), r, leaves, false)
	}
	level(truncated)
}

// A jacReader reads values as JacORB 3.9 does (CDRInputStream): before each step it looks whether the chunk ends.
type jacReader struct {
	b      []byte
	little bool
	pos    int
	chunk  int // its end, -1 for none
	level  int

	expected
}

func (r *jacReader) look() {
	if r.chunk >= r.pos && r.chunk <= up(r.pos, 4) {
		r.adjust()
	}
}

func (r *jacReader) adjust() {
	r.chunk = -1
	back := r.pos
	switch tag := int32(r.primitive(tc.TkLong)); {
	case tag < 0:
		if int(-tag) > r.level {
			panic(misreads("INTERNAL: an end tag"))
		}
		if r.level = int(-tag) - 1; r.level > 0 {
			r.chunk = r.pos
			r.look()
		}
	case tag > 0 && tag < 0x7fffff00:
		r.chunk = r.pos + int(tag)
	default:
		r.pos = back
	}
}

func (r *jacReader) take(n, align int) []byte {
	r.pos = up(r.pos, align) + n
	if r.pos > len(r.b) {
		panic(misreads("MARSHAL: past the end"))
	}
	return r.b[r.pos-n : r.pos]
}

func (r *jacReader) word(b []byte) uint64 {
	o := omniReader{little: r.little}
	return wordOf(b, o.order())
}

func (r *jacReader) primitive(k tc.Kind) uint64 {
	n := sizeOf(k)
	if n > 1 {
		r.look()
	} else if r.pos == r.chunk {
		r.adjust()
	}
	return r.word(r.take(n, n))
}

func (r *jacReader) wchar() uint64 {
	r.look()
	return wordOf(r.take(int(r.take(1, 1)[0]), 1), binary.BigEndian)
}

func (r *jacReader) text() string {
	b := r.wide()
	return string(b[:max(len(b)-1, 0)])
}

func (r *jacReader) wide() []byte {
	r.look()
	n := r.word(r.take(4, 4))
	if n > 1<<20 {
		panic(misreads("MARSHAL: a text that is too long"))
	}
	return r.take(int(n), 1)
}

func (r *jacReader) array(k tc.Kind, n int) []uint64 {
	size := sizeOf(k)
	if n == 0 && size > 1 {
		return nil
	}
	r.look()
	o := omniReader{little: r.little}
	return wordsOf(r.take(n*size, size), size, o.order())
}

func (r *jacReader) anyValue(t *tc.TypeCode, leaves *[]string) { eachLeaf(t, r, leaves, true) }

func (r *jacReader) value() (h head) {
	tag := uint32(r.primitive(tc.TkULong))
	switch {
	case tag == 0:
		return h
	case tag == 0xffffffff:
		n := int(int32(r.primitive(tc.TkLong)))
		return head{at: r.pos - 4 + n}
	case tag < 0x7fffff00:
		panic(misreads("MARSHAL: no value"))
	}
	h = head{begins: true, at: r.pos - 4}
	ids := 0
	switch tag & 6 {
	case 2:
		ids = 1
	case 6:
		ids = int(r.primitive(tc.TkULong))
	}
	for i := range ids {
		var id string
		if n := uint32(r.primitive(tc.TkULong)); n == 0xffffffff {
			n := int(int32(r.primitive(tc.TkLong)))
			id = r.idAt(r.pos - 4 + n)
		} else if n > 1<<20 {
			panic(misreads("MARSHAL: an id that is too long"))
		} else {
			at := r.pos - 4
			id = r.newID(at, r.take(int(n), 1))
		}
		if i == 0 {
			h.id = id
		}
	}
	r.level++
	size := r.primitive(tc.TkULong)
	if size == 0 || size >= 0x7fffff00 {
		panic(misreads("MARSHAL: JacORB wants a chunk where a state begins"))
	}
	r.chunk = r.pos + int(size)
	return h
}

func (r *jacReader) finish(bool) {}

func (r *jacReader) ended() {}

// tryReader has a model read a value and a number behind it.
func tryReader(r stateReader, t *tc.TypeCode) (leaves []string, failed string) {
	defer func() {
		if e := recover(); e != nil {
			m, ok := e.(misreads)
			if !ok {
				panic(e)
			}
			failed = string(m)
		}
	}()
	eachLeaf(t, r, &leaves, false)
	r.ended()
	var behind uint64
	if o, ok := r.(*omniReader); ok {
		behind = uint64(o.longActual())
	} else {
		behind = r.primitive(tc.TkULong)
	}
	return append(leaves, fmt.Sprint(behind)), ""
}

const readerRounds = 1500

// TestReaders: what is in a value of any type is read by models of the ORBs that are known to read chunks with less care than others: right by those for which
// it is written, and never wrong without an error.
func TestReaders(t *testing.T) {
	t.Parallel()
	for _, reader := range []cdr.Reader{cdr.AnyReader, cdr.OtherOrder, cdr.JacORB, cdr.NotJacORB, cdr.OmniORB, cdr.Other, cdr.Combat} {
		t.Run(fmt.Sprint(reader), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(readerRounds) {
				checkReaders(t, reader, seed)
			}
		})
	}
}

// readersOf are the models that what is written for reader is read by.
func readersOf(reader cdr.Reader) (all []string) {
	omni := []string{"omniORB", "omniORBpy", "omniORB of the other order"}
	switch reader {
	case cdr.AnyReader:
		all = append(omni, "JacORB", "GlassFish")
	case cdr.OtherOrder:
		all = append(omni[1:], "JacORB", "GlassFish")
	case cdr.JacORB:
		all = []string{"JacORB"}
	case cdr.NotJacORB, cdr.OmniORB:
		all = append(omni, "GlassFish")
	case cdr.Other:
		all = []string{"GlassFish", "TAO", "Combat"}
	case cdr.Combat:
		all = []string{"Combat", "GlassFish"}
	}
	return all
}

func checkReaders(t *testing.T, reader cdr.Reader, seed uint64) {
	r := &randomValue{Rand: rand.New(rand.NewPCG(seed, 1)), values: map[string]*tc.TypeCode{}, number: map[*dyn.Valuetype]int{}}
	least := 8 * (1 + r.IntN(12))
	before := 1 + r.IntN(40) // 0 is no place of a value
	m := r.value(2)
	a, err := dyn.Of(randomBase, m.make())
	if err != nil {
		t.Fatal(err)
	}
	r.values[randomBase.ID()] = randomBase
	limits := limitsOf(r.values, r.anys)
	for _, little := range []bool{false, true} {
		e := cdr.NewEncoder(nil, little, &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16, Fragment: least, Reader: reader})
		for range before {
			e.Octet(0)
		}
		at := e.Len()
		dyn.PutValue(e, a)
		e.ULong(42)
		if e.Err() != nil {
			if !(reader == cdr.OmniORB && limits.behindValue || reader == cdr.JacORB && r.boxes || reader == cdr.Combat && r.inside) {
				t.Errorf("reader %d, seed %d: %v for %v", reader, seed, e.Err(), m.of)
			}
			continue
		}
		if reader == cdr.JacORB && r.boxes || reader == cdr.Combat && r.inside {
			t.Errorf("reader %d, seed %d: it is written what it reads wrong: %v", reader, seed, m.of)
		}
		for _, name := range readersOf(reader) {
			if r.custom && name != "JacORB" && name != "GlassFish" { // it has no such values
				continue
			}
			for _, cut := range []bool{false, true} {
				x, want := expected{types: r.anys, values: r.values}, append(append([]string(nil), r.leaves...), "42")
				if cut {
					x.values, want = nil, []string{"7", "42"}
				}
				s := model(name, e.Bytes(), little, at, least, seed, x)
				may := func(failed string) bool { return mayFail(name, reader, r, limits, cut, failed) }
				got, failed := tryReader(s, m.of)
				if failed == "" && reflect.DeepEqual(got, want) || failed != "" && may(failed) || failed == "" && may("reads wrong") {
					continue
				}
				if failed == "" {
					failed = "reads wrong"
				}
				t.Errorf("reader %d, seed %d, little %v, from %d, %d octets in a buffer: %s, cut %v: %s\n%v\n%v", reader, seed, little, at, least, name, cut, failed, m.of, e.Bytes()[at:])
				if failed == "reads wrong" {
					t.Logf("got %q, not %q", got, want)
				}
			}
		}
	}
}

// model returns the model of a reader, before a value.
func model(name string, b []byte, little bool, at, least int, seed uint64, x expected) stateReader {
	switch name {
	case "JacORB":
		return &jacReader{b: b, little: little, pos: at, chunk: -1, expected: x}
	case "GlassFish":
		return &glassReader{b: b, little: little, pos: at, block: noBlock, expected: x}
	case "Combat":
		return &combatReader{b: b, little: little, pos: at, chunk: -1, expected: x}
	case "TAO":
		return &taoReader{b: b, little: little, pos: at, expected: x}
	}
	return &omniReader{b: b, little: little, same: name == "omniORB", python: name == "omniORBpy", random: rand.New(rand.NewPCG(seed, 2)), least: least,
		mkr: at, buffer: min(len(b), up(at, 8)+least), expected: x}
}

// mayFail reports whether a reader may fail so with what is written for reader, or read it wrong: that is said in docs/design.md.
func mayFail(name string, reader cdr.Reader, r *randomValue, limits omniLimits, cut bool, failed string) bool {
	wrong := failed == "reads wrong"
	switch name {
	case "JacORB": // it cuts no value, and enters no box, whoever writes
		return cut || r.boxes || !wrong && strings.HasPrefix(failed, "MARSHAL: JacORB")
	case "GlassFish": // it cuts no value, and takes no padding before the end of a chunk for that of an array of one short behind it
		return cut || reader <= cdr.OtherOrder && failed == "MARSHAL: the chunk ends within what is wanted"
	case "TAO": // it reads no value inside another in chunks, and cuts where the state of a base ends its chunk, as its own client has it end
		return cut || !wrong && r.inside
	case "Combat": // it reads no value inside another in chunks, and looks for a chunk behind an empty text or sequence of octets that is the last of a state
		return reader != cdr.Combat && r.inside || failed == "MARSHAL: past the end"
	}
	switch {
	case wrong:
		return false
	case strings.HasPrefix(failed, "the process ends"):
		return limits.behindValue && reader != cdr.OmniORB
	case strings.HasPrefix(failed, "MARSHAL: a value of a type that is not known"):
		return cut && r.inside
	}
	return limits.behindRun || limits.row && name == "omniORB" || limits.octets && name == "omniORBpy"
}
