package cdr_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// within returns a mid in which are so many, each the last member of that around it.
func within(levels int) cdr.Value {
	if levels == 0 {
		return &base{1, "in"}
	}
	return &mid{base{byte(levels), "mid"}, 0.5, within(levels - 1)}
}

// TestOneEndTag holds the tags at the end of values whose last member is a value, and reads them: those that are written, and
// one for each value, as other ORBs may write.
func TestOneEndTag(t *testing.T) {
	t.Parallel()
	const moreChunk = "0000000c" + "00000000" + "00000000" + "00000005" + "ffffffff" // what a leaf has behind its mid
	for _, c := range []struct {
		name           string
		v              cdr.Value
		written, other string
	}{
		{"no value inside", &mid{base{1, "b"}, 0.5, nil}, "00000000" + "ffffffff", ""},
		{"one", within(1), "ffffffff", "fffffffe" + "ffffffff"},
		{"three", within(3), "ffffffff", "fffffffc" + "fffffffd" + "fffffffe" + "ffffffff"},
		{"three, and more behind", &leaf{mid{base{1, "b"}, 0.5, within(2)}, nil, nil, 5}, "fffffffe" + moreChunk,
			"fffffffc" + "fffffffd" + "fffffffe" + moreChunk},
		{"two in a row", &leaf{mid{base{1, "b"}, 0.5, within(0)}, nil, &node{ID: 1, Name: "n"}, 5}, "fffffffe" + "00000004" + "00000005" + "ffffffff", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := cdr.NewEncoder(nil, false, nil)
			e.Value(c.v, baseType)
			e.Long(42)
			if e.Err() != nil {
				t.Fatal(e.Err())
			}
			want := unhex(t, c.written+"0000002a")
			body, found := bytes.CutSuffix(e.Bytes(), want)
			if !found {
				t.Fatalf("the end of % x, want % x", e.Bytes(), want)
			}
			if n := len(body); c.name != "no value inside" && int32(be(body[n-4:])) < 0 {
				t.Errorf("another end tag before % x", want)
			}
			forms := [][]byte{e.Bytes()}
			if c.other != "" {
				forms = append(forms, append(bytes.Clone(body), unhex(t, c.other+"0000002a")...))
			}
			for _, b := range forms {
				for _, known := range []*cdr.ValueType{baseType, narrowType} {
					d := cdr.NewDecoder(b, false, nil)
					got, behind := d.Value(known), d.Long()
					if d.Err() != nil || behind != 42 || d.Remaining() != 0 {
						t.Errorf("% x: %v, then %d, %d octets are left", b, d.Err(), behind, d.Remaining())
					}
					if known == baseType && shape([]cdr.Value{got}) != shape([]cdr.Value{c.v}) {
						t.Errorf("% x: got %s, want %s", b, shape([]cdr.Value{got}), shape([]cdr.Value{c.v}))
					}
				}
			}
		})
	}
}

func be(b []byte) uint32 { return cdr.NewDecoder(b, false, nil).ULong() }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNothingBehindTheEnd: where an end tag has ended the value that is being read, with one inside it, what follows is none of its
// state, whatever it looks like.
func TestNothingBehindTheEnd(t *testing.T) {
	t.Parallel()
	begin := func(e *cdr.Encoder, ids ...string) {
		e.Align(4)
		e.ULong(0x7fffff0e)
		e.Count(len(ids))
		for _, id := range ids {
			e.RawString(id)
		}
	}
	chunk := func(e *cdr.Encoder, put func()) {
		e.Align(4)
		e.ULong(0)
		at := e.Len()
		put()
		e.PutULong(at-4, uint32(e.Len()-at))
		e.Align(4)
	}
	b := &base{1, "b"}
	beginTwo := func(e *cdr.Encoder) { // up to the end tag of its first value
		begin(e, twoID, baseID)
		chunk(e, func() { b.MarshalState(e); e.Octet(2) })
		begin(e, baseID)
		chunk(e, func() { b.MarshalState(e) })
	}
	rest := func(e *cdr.Encoder) { // of a two
		e.NullValue()
		e.Octet(3)
		e.Double(4)
	}
	for _, c := range []struct {
		name string
		put  func(*cdr.Encoder)
	}{
		{"outermost", func(e *cdr.Encoder) {
			beginTwo(e)
			e.Long(-1)
			rest(e)
		}},
		{"inside another", func(e *cdr.Encoder) {
			begin(e, midID, baseID)
			chunk(e, func() { b.MarshalState(e); e.Double(1) })
			beginTwo(e)
			e.Long(-2)
			chunk(e, func() { rest(e) })
			e.Long(-1)
		}},
		{"inside another, a value", func(e *cdr.Encoder) {
			begin(e, midID, baseID)
			chunk(e, func() { b.MarshalState(e); e.Double(1) })
			beginTwo(e)
			e.Long(-2)
			begin(e, baseID)
			chunk(e, func() { b.MarshalState(e) })
			e.Long(-2)
			chunk(e, func() { e.Octet(3); e.Double(4) })
			e.Long(-1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := cdr.NewEncoder(nil, false, nil)
			c.put(e)
			if e.Err() != nil {
				t.Fatal(e.Err())
			}
			d := cdr.NewDecoder(e.Bytes(), false, registered)
			if v := d.Value(baseType); !errors.Is(d.Err(), exc.Marshal) || !strings.Contains(d.Err().Error(), "input ends") {
				t.Errorf("got %s, %v", shape([]cdr.Value{v}), d.Err())
			}
		})
	}
}

// TestReadAgainIsPaidFor reads the same value again until the message has no more memory: each time costs what it takes, or an
// octet where it takes nothing.
func TestReadAgainIsPaidFor(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	e.Value(&node{ID: 1, Name: "n"}, nodeType)
	size := e.Len()
	lim := new(limits.Limits)
	lim.Set(limits.DecodedSize, int64(5*size))
	for _, c := range []struct {
		name string
		read func(d *cdr.Decoder)
		want int
	}{
		{"all of it", func(d *cdr.Decoder) { d.BeginValue(); d.Long(); d.BeginValue(); d.RawStringView() }, 5},
		{"nothing", func(*cdr.Decoder) {}, 5 * size},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: lim})
			at := d.BeginValue().At
			n := 0
			for d.Err() == nil && n <= c.want {
				d.ReadAgain(at, func() { c.read(d) })
				n++
			}
			if n != c.want+1 || !errors.Is(d.Err(), exc.Marshal) || !strings.Contains(d.Err().Error(), limits.DecodedSize.String()) {
				t.Errorf("read %d times until %v, want %d", n-1, d.Err(), c.want)
			}
		})
	}
}

// TestReadAgainBehindTheEnd reads a value again that was skipped, and whose end tag ended that around it as well, and then what follows the
// indirection to it.
func TestReadAgainBehindTheEnd(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, false, nil)
	m := e.BeginValue("outer", []string{twoID, baseID}, true)
	skipped := within(1)
	e.Value(&mid{base{9, "cut"}, 0.5, skipped}, narrowType)
	e.Value(skipped, narrowType)
	e.Value(&base{8, "next"}, narrowType)
	e.Long(42)
	e.EndValue(m)
	d := cdr.NewDecoder(e.Bytes(), false, nil)
	h := d.BeginValue()
	got := []cdr.Value{d.Value(narrowType), d.Value(narrowType), d.Value(narrowType)}
	n := d.Long()
	d.EndValue(h, false)
	if want := "base{9 cut}, base{1 mid}, base{8 next}"; shape(got) != want || n != 42 || d.Err() != nil || d.Remaining() != 0 {
		t.Errorf("got %s, then %d, want %s, then 42 (%v, %d octets are left)", shape(got), n, want, d.Err(), d.Remaining())
	}
}
