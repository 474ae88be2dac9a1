package cdr_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/limits"
)

// step writes a value, reads it back and says whether it is the same.
type step struct {
	name string
	put  func(*cdr.Encoder)
	get  func(*cdr.Decoder) bool
}

// value makes a step of an encoder's and a decoder's method.
func value[T comparable](name string, v T, put func(*cdr.Encoder, T), get func(*cdr.Decoder) T) step {
	return step{name, func(e *cdr.Encoder) { put(e, v) }, func(d *cdr.Decoder) bool { return get(d) == v }}
}

// array makes a step of bulk methods.
func array[T comparable](name string, v []T, put func(*cdr.Encoder, []T), get func(*cdr.Decoder, []T)) step {
	return step{name, func(e *cdr.Encoder) { put(e, v) }, func(d *cdr.Decoder) bool {
		got := make([]T, len(v))
		get(d, got)
		for i := range got {
			if got[i] != v[i] {
				return false
			}
		}
		return true
	}}
}

// steps are all primitives, each behind an octet so that it needs padding.
var steps = []step{
	value("octet", 0xee, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("boolean", true, (*cdr.Encoder).Boolean, (*cdr.Decoder).Boolean),
	value("int8", -2, (*cdr.Encoder).Int8, (*cdr.Decoder).Int8),
	value("uint8", 254, (*cdr.Encoder).UInt8, (*cdr.Decoder).UInt8),
	value("char", 'x', (*cdr.Encoder).Char, (*cdr.Decoder).Char),
	value("short", -2, (*cdr.Encoder).Short, (*cdr.Decoder).Short),
	value("unsigned short", 0x1234, (*cdr.Encoder).UShort, (*cdr.Decoder).UShort),
	value("octet", 1, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("long", -70000, (*cdr.Encoder).Long, (*cdr.Decoder).Long),
	value("octet", 2, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("unsigned long", 0x12345678, (*cdr.Encoder).ULong, (*cdr.Decoder).ULong),
	value("octet", 3, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("long long", math.MinInt64, (*cdr.Encoder).LongLong, (*cdr.Decoder).LongLong),
	value("octet", 4, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("unsigned long long", 0x123456789abcdef0, (*cdr.Encoder).ULongLong, (*cdr.Decoder).ULongLong),
	value("octet", 5, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("float", 1.5, (*cdr.Encoder).Float, (*cdr.Decoder).Float),
	value("octet", 6, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("double", -2.25, (*cdr.Encoder).Double, (*cdr.Decoder).Double),
	value("octet", 7, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet),
	value("string", "héllo", (*cdr.Encoder).String, (*cdr.Decoder).String),
	value("empty string", "", (*cdr.Encoder).String, (*cdr.Decoder).String),
	{"enum", func(e *cdr.Encoder) { e.Enum(2, 3) }, func(d *cdr.Decoder) bool { return d.Enum(3) == 2 }},
	{"octet sequence", func(e *cdr.Encoder) { e.OctetSeq([]byte("abc")) }, func(d *cdr.Decoder) bool { return string(d.OctetSeq()) == "abc" }},
	array("booleans", []bool{true, false}, (*cdr.Encoder).Booleans, (*cdr.Decoder).Booleans),
	array("chars", []byte("xy"), (*cdr.Encoder).Chars, (*cdr.Decoder).Chars),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("shorts", []int16{-1, 2}, (*cdr.Encoder).Shorts, (*cdr.Decoder).Shorts),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("unsigned shorts", []uint16{1, 2}, (*cdr.Encoder).UShorts, (*cdr.Decoder).UShorts),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("longs", []int32{-1, 2}, (*cdr.Encoder).Longs, (*cdr.Decoder).Longs),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("unsigned longs", []uint32{1, 2}, (*cdr.Encoder).ULongs, (*cdr.Decoder).ULongs),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("long longs", []int64{-1, 2}, (*cdr.Encoder).LongLongs, (*cdr.Decoder).LongLongs),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("unsigned long longs", []uint64{1, 2}, (*cdr.Encoder).ULongLongs, (*cdr.Decoder).ULongLongs),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("floats", []float32{1, 2.5}, (*cdr.Encoder).Floats, (*cdr.Decoder).Floats),
	array("octets", []byte{1}, (*cdr.Encoder).Octets, (*cdr.Decoder).Octets),
	array("doubles", []float64{1, 2.5}, (*cdr.Encoder).Doubles, (*cdr.Decoder).Doubles),
	array("no doubles", []float64{}, (*cdr.Encoder).Doubles, (*cdr.Decoder).Doubles),
	{"encapsulation", func(e *cdr.Encoder) {
		m := e.Begin()
		e.Double(2)
		in := e.Begin()
		e.ULong(7)
		e.End(in)
		e.Octet(8)
		e.End(m)
	}, func(d *cdr.Decoder) bool {
		out := d.Encapsulation()
		v := out.Double()
		in := out.Encapsulation()
		return v == 2 && in.ULong() == 7 && in.Err() == nil && out.Octet() == 8 && out.Err() == nil && out.Remaining() == 0
	}},
	value("long behind an encapsulation", -5, (*cdr.Encoder).Long, (*cdr.Decoder).Long),
}

// All primitives in both orders: the octets are golden, they read as what was written, and
// no proper prefix of them does.
func TestPrimitives(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for _, little := range []bool{false, true} {
		e := cdr.NewEncoder(nil, little, nil)
		var ends []int
		for _, s := range steps {
			s.put(e)
			ends = append(ends, e.Len())
		}
		if e.Err() != nil {
			t.Fatal(e.Err())
		}
		b := e.Bytes()
		p := binfmt.New(b)
		p.Text("little-endian %v", little)
		for i, s := range steps {
			p.To(ends[i], "%s", s.name)
		}
		text.WriteString(p.String() + "\n")
		for n := 0; n <= len(b); n++ {
			d := cdr.NewDecoder(b[:n:n], little, nil)
			for i, s := range steps {
				ok := s.get(d)
				if n == len(b) && !ok {
					t.Errorf("little-endian %v: %s differs, %v", little, s.name, d.Err())
				}
				if n == len(b) && d.Pos() != ends[i] {
					t.Errorf("little-endian %v: %s ends at %d, was written up to %d", little, s.name, d.Pos(), ends[i])
				}
			}
			if (d.Err() == nil) != (n == len(b)) {
				t.Errorf("little-endian %v: %d of %d octets: %v", little, n, len(b), d.Err())
			}
		}
	}
	golden.Check(t, "primitives.txt", text.String())
}

// Alignment counts from where the buffer ended when the encoder was made, and from where
// the decoder's begins.
func TestBase(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder([]byte("abc"), false, nil)
	e.Octet(1)
	e.ULong(2)
	if got, want := hex.EncodeToString(e.Bytes()), "61626301000000"+"00000002"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var d cdr.Decoder
	d.Reset(e.Bytes()[3:], 1, false, nil)
	if got := d.ULong(); got != 2 || d.Err() != nil {
		t.Errorf("got %d, %v", got, d.Err())
	}
	at := e.Len()
	e.String("long")
	e.Truncate(at)
	e.PutULong(7, 9)
	if got, want := hex.EncodeToString(e.Bytes()), "61626301000000"+"00000009"; got != want {
		t.Errorf("after Truncate and PutULong: %s, want %s", got, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, in string
		read     func(*cdr.Decoder)
		minor    uint32
	}{
		{"boolean 2", "02", func(d *cdr.Decoder) { d.Boolean() }, exc.MinorBadValue},
		{"enum beyond", "00000003", func(d *cdr.Decoder) { d.Enum(3) }, exc.MinorBadValue},
		{"string without end", "00000001 41", func(d *cdr.Decoder) { _ = d.String() }, exc.MinorBadValue},
		{"string with a zero inside", "00000003 410000", func(d *cdr.Decoder) { _ = d.String() }, exc.MinorBadValue},
		{"string of 4 GiB", "ffffffff 41", func(d *cdr.Decoder) { _ = d.String() }, exc.MinorTruncated},
		{"string beyond its bound", "00000003 414200", func(d *cdr.Decoder) { d.StringMax(1) }, exc.MinorBound},
		{"sequence of 4 Gi", "ffffffff 00", func(d *cdr.Decoder) { d.Count(8) }, exc.MinorTruncated},
		{"sequence that overflows", "20000001 0000000000000000", func(d *cdr.Decoder) { d.Count(8) }, exc.MinorTruncated},
		{"sequence of elements of no size", "ffffffff 00", func(d *cdr.Decoder) { d.Count(0) }, exc.MinorTruncated},
		{"sequence beyond its bound", "00000002 0000", func(d *cdr.Decoder) { d.CountMax(1, 1) }, exc.MinorBound},
		{"octets beyond", "0102", func(d *cdr.Decoder) { d.OctetsView(3) }, exc.MinorTruncated},
		{"octets of a negative number", "0102", func(d *cdr.Decoder) { d.OctetsView(-1) }, exc.MinorTruncated},
		{"words beyond", "0102", func(d *cdr.Decoder) { d.WordsView(1<<30, 8) }, exc.MinorTruncated},
		{"object outside an ORB", "00000001 00 00000000", func(d *cdr.Decoder) { d.Object() }, exc.MinorNotAnObject},
		{"trailing octets", "0102030405060708", func(d *cdr.Decoder) { _ = d.Done() }, exc.MinorTrailing},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.in, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		d := cdr.NewDecoder(b, false, nil)
		c.read(d)
		var sys *exc.SystemException
		if !errors.As(d.Err(), &sys) || sys.Kind != exc.Marshal || sys.Minor != c.minor {
			t.Errorf("%s: got %v, want MARSHAL minor %#x", c.what, d.Err(), c.minor)
		}
		first := d.Err()
		if d.ULong() != 0 || d.Double() != 0 || d.String() != "" || d.OctetSeq() != nil || d.Boolean() || d.Err() != first {
			t.Errorf("%s: a value or another error after the first one", c.what)
		}
	}
	// An encapsulation is empty, or has no valid order: the error is inside.
	for _, in := range []string{"00000000", "00000001 02"} {
		b, _ := hex.DecodeString(strings.ReplaceAll(in, " ", ""))
		d := cdr.NewDecoder(b, false, nil)
		if e := d.Encapsulation(); e.Err() == nil || d.Err() != nil {
			t.Errorf("encapsulation %s: inside %v, outside %v", in, e.Err(), d.Err())
		}
	}
	d := cdr.NewDecoder(make([]byte, 7), false, nil)
	if err := d.Done(); err != nil {
		t.Errorf("seven octets that may be padding: %v", err)
	}
	d = cdr.NewDecoder([]byte{0, 0, 0, 0}, false, nil)
	if s := d.String(); s != "" || d.Err() != nil {
		t.Errorf("a string of length 0: %q, %v", s, d.Err())
	}
	d = cdr.NewDecoder(nil, false, nil)
	if d.AlignIfMore(8); d.Err() != nil {
		t.Errorf("nothing follows: %v", d.Err())
	}
}

func TestEncodeErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		write func(*cdr.Encoder)
		want  exc.Kind
	}{
		{"zero in a string", func(e *cdr.Encoder) { e.String("a\x00b") }, exc.BadParam},
		{"zero in a raw string", func(e *cdr.Encoder) { e.RawString("\x00") }, exc.BadParam},
		{"enum beyond", func(e *cdr.Encoder) { e.Enum(3, 3) }, exc.BadParam},
		{"string beyond its bound", func(e *cdr.Encoder) { e.StringMax("abc", 2) }, exc.Marshal},
		{"string of characters beyond its bound", func(e *cdr.Encoder) { e.StringMax("äöü", 2) }, exc.Marshal},
		{"sequence beyond its bound", func(e *cdr.Encoder) { e.CountMax(3, 2) }, exc.Marshal},
		{"wide char without a code set", func(e *cdr.Encoder) { e.WChar('a') }, exc.InvObjref},
		{"wide string without a code set", func(e *cdr.Encoder) { e.WString("a") }, exc.InvObjref},
		{"wide string beyond its bound", func(e *cdr.Encoder) { e.WStringMax("€€", 1) }, exc.Marshal},
		{"object outside an ORB", func(e *cdr.Encoder) { e.Object(nil, nil) }, exc.Marshal},
	} {
		e := cdr.NewEncoder(nil, false, nil)
		c.write(e)
		first := e.Err()
		if !errors.Is(first, c.want) {
			t.Errorf("%s: got %v, want %v", c.what, first, c.want)
		}
		e.String("\x00")
		e.ULong(1)
		if e.Err() != first {
			t.Errorf("%s: the error became %v", c.what, e.Err())
		}
	}
	for _, read := range []func(*cdr.Decoder){func(d *cdr.Decoder) { d.WChar() }, func(d *cdr.Decoder) { d.WString() }} {
		d := cdr.NewDecoder(make([]byte, 8), false, nil)
		if read(d); !errors.Is(d.Err(), exc.BadParam) {
			t.Errorf("wide characters without a code set: %v", d.Err())
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	l := &limits.Limits{}
	l.Set(limits.ValueDepth, 3)
	d := cdr.NewDecoder(nil, false, &cdr.Env{Limits: l})
	for range 5 { // what is left does not count
		for range 3 {
			if !d.Enter() {
				t.Fatal(d.Err())
			}
		}
		for range 3 {
			d.Leave()
		}
	}
	for range 3 {
		d.Enter()
	}
	var limit *limits.Error
	if d.Enter() || !errors.As(d.Err(), &limit) || limit.Name != limits.ValueDepth || l.Hits(limits.ValueDepth) != 1 {
		t.Errorf("the fourth level: %v", d.Err())
	}
}

// Decoded values do not change with the buffer; the View forms do.
func TestCopies(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, false, nil)
	e.String("abc")
	e.OctetSeq([]byte("abc"))
	e.OctetSeq([]byte("abc"))
	b := e.Bytes()
	d := cdr.NewDecoder(b, false, nil)
	s, o, v := d.String(), d.OctetSeq(), d.OctetSeqView()
	for i := range b {
		b[i] = 'x'
	}
	if s != "abc" || string(o) != "abc" || string(v) != "xxx" {
		t.Errorf("got %q, %q and the view %q", s, o, v)
	}
}

func TestNoAllocations(t *testing.T) {
	var e cdr.Encoder
	var d cdr.Decoder
	buf := make([]byte, 0, 1024)
	longs, doubles := make([]int32, 16), make([]float64, 16)
	n := testing.AllocsPerRun(100, func() {
		e.Reset(buf, true, nil)
		e.Boolean(true)
		e.String("hello")
		m := e.Begin()
		e.Double(1)
		e.End(m)
		e.Longs(longs)
		e.Doubles(doubles)
		d.Reset(e.Bytes(), 0, true, nil)
		d.Boolean()
		d.RawStringView()
		in := d.Encapsulation()
		in.Double()
		d.Longs(longs)
		d.Doubles(doubles)
	})
	if n != 0 || d.Err() != nil {
		t.Errorf("%v allocations, %v", n, d.Err())
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if cdr.V11.String() != "1.1" || !cdr.V12.AtLeast(cdr.V12) || cdr.V10.AtLeast(cdr.V11) || !(cdr.Version{Major: 2}).AtLeast(cdr.V12) || (cdr.Version{Minor: 9}).AtLeast(cdr.V10) {
		t.Error("versions compare wrongly")
	}
}

// A program of operations, each octet one: what the decoder makes of any octets never
// panics, and what an encoder writes of that reads the same.
func FuzzProgram(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, []byte("\x01\x00\x00\x00\x00\x00\x00\x05abcd\x00 some octets to read, and a few more of them 1234567890"), false)
	f.Add([]byte{9, 9, 10, 11, 12}, bytes.Repeat([]byte{0, 0, 0, 4, 'a', 'b', 'c', 0}, 6), true)
	f.Fuzz(func(t *testing.T, program, data []byte, little bool) {
		d := cdr.NewDecoder(data, little, nil)
		e := cdr.NewEncoder(nil, !little, nil)
		var checks []func(*cdr.Decoder) bool
		for _, op := range program {
			if d.Err() != nil {
				break
			}
			switch op % 14 {
			case 0:
				same(&checks, e, d, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet)
			case 1:
				same(&checks, e, d, (*cdr.Encoder).Boolean, (*cdr.Decoder).Boolean)
			case 2:
				same(&checks, e, d, (*cdr.Encoder).Short, (*cdr.Decoder).Short)
			case 3:
				same(&checks, e, d, (*cdr.Encoder).ULong, (*cdr.Decoder).ULong)
			case 4:
				same(&checks, e, d, (*cdr.Encoder).LongLong, (*cdr.Decoder).LongLong)
			case 5:
				d.Align(8)
			case 6:
				same(&checks, e, d, (*cdr.Encoder).String, (*cdr.Decoder).String)
			case 7:
				same(&checks, e, d, func(e *cdr.Encoder, s string) { e.OctetSeq([]byte(s)) }, func(d *cdr.Decoder) string { return string(d.OctetSeq()) })
			case 8:
				same(&checks, e, d, (*cdr.Encoder).LongDouble, (*cdr.Decoder).LongDouble)
			case 9:
				same(&checks, e, d, func(e *cdr.Encoder, v cdr.Fixed) { e.Fixed(v, 7, 3) }, func(d *cdr.Decoder) cdr.Fixed { return d.Fixed(7, 3) })
			case 10:
				same(&checks, e, d, func(e *cdr.Encoder, v uint32) { e.Enum(v, 100) }, func(d *cdr.Decoder) uint32 { return d.Enum(100) })
			case 11:
				in := d.Encapsulation()
				in.ULong()
				_ = in.String()
			case 12:
				n := d.Count(8)
				v := make([]uint64, n)
				d.ULongLongs(v)
			case 13:
				v := make([]uint16, d.CountMax(2, 1000))
				d.UShorts(v)
			}
		}
		if e.Err() != nil {
			if d.Err() == nil {
				t.Fatal(e.Err())
			}
			return
		}
		back := cdr.NewDecoder(e.Bytes(), !little, nil)
		for i, check := range checks {
			if !check(back) || back.Err() != nil {
				t.Fatalf("value %d differs, %v", i, back.Err())
			}
		}
	})
}

// same reads a value, writes it, and remembers to compare.
func same[T comparable](checks *[]func(*cdr.Decoder) bool, e *cdr.Encoder, d *cdr.Decoder, put func(*cdr.Encoder, T), get func(*cdr.Decoder) T) {
	v := get(d)
	if d.Err() != nil {
		return
	}
	put(e, v)
	*checks = append(*checks, func(d *cdr.Decoder) bool { return get(d) == v })
}

// TestStringsShareMemory: what strings share is none of the buffer's, not more than a few
// hundred octets, and not written twice, whoever reads on from a copy of the decoder.
func TestStringsShareMemory(t *testing.T) {
	t.Parallel()
	words := []string{"", "one", "", strings.Repeat("long", 40), "two", "ä", "three"}
	for i := range 200 {
		words = append(words, fmt.Sprint("word ", i), strings.Repeat("x", i))
	}
	e := cdr.NewEncoder(nil, true, nil)
	for _, w := range words {
		e.String(w)
	}
	buf := slices.Clone(e.Bytes())
	d := cdr.NewDecoder(buf, true, nil)
	var got, twin []string
	for range 5 {
		got = append(got, d.String())
	}
	fork := *d
	for range len(words) - 5 {
		got = append(got, d.String())
		twin = append(twin, fork.String())
	}
	clear(buf)
	if !slices.Equal(got, words) || !slices.Equal(twin, words[5:]) || d.Err() != nil {
		t.Errorf("got %q, and from a copy %q, %v", got, twin, d.Err())
	}
}

func TestStringAllocations(t *testing.T) {
	e := cdr.NewEncoder(nil, true, nil)
	for range 100 {
		e.String("sixteen octets..")
	}
	var d cdr.Decoder
	if n := testing.AllocsPerRun(100, func() {
		d.Reset(e.Bytes(), 0, true, nil)
		for range 100 {
			_ = d.String()
		}
	}); n > 10 {
		t.Errorf("100 strings take %v allocations", n)
	}
}
