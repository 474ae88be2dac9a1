package cdr_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
)

// TestEndTagOfTheOutermost: -1 between the chunks of the outermost value, which is cut, is its end tag, also if what follows the value
// would make an indirection of it that leads to a value.
func TestEndTagOfTheOutermost(t *testing.T) {
	t.Parallel()
	const leads = 0 // to the value's tag, that is
	for _, n := range []int32{-100, -1, leads, 5} {
		e := cdr.NewEncoder(nil, true, nil)
		beginTwo(e)
		e.ULong(4)
		e.Long(7)
		e.Long(-1)
		if n == leads {
			n = int32(-e.Len())
		}
		e.Long(n)
		e.Long(9)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		h := d.BeginValue()
		first := d.Long()
		d.EndValue(h, true)
		if got, last := d.Long(), d.Long(); first != 7 || got != n || last != 9 || d.Err() != nil || d.Remaining() != 0 {
			t.Errorf("%d, and behind it %d and %d, want 7, %d and 9: %v, %d octets are left", first, got, last, n, d.Err(), d.Remaining())
		}
	}
}

// TestEndTagOfBoth: -1 is also the end tag of a value inside the outermost that is the last in it, be it cut or not, whatever follows: unless that
// are chunks and end tags up to the end of all values.
func TestEndTagOfBoth(t *testing.T) {
	t.Parallel()
	for _, little := range []bool{false, true} {
		for _, next := range []int32{0, 1, 3, 9, 1000, -1 << 31, -3, 0x7fffff02, 0x7ffffff8, toTheEnd} {
			e := cdr.NewEncoder(nil, little, nil)
			beginTwo(e)
			e.ULong(4)
			e.Long(6)
			beginTwo(e)
			e.ULong(8)
			e.Long(7)
			e.Long(8) // to be cut
			e.Long(-1)
			leads := int32(-e.Len())
			e.Long(leads)
			last := int32(11)
			if next == toTheEnd { // a tag deeper than any value is, and then that of the end of all
				next, last = -3, -1
			}
			e.Long(next)
			e.Long(last)
			d := cdr.NewDecoder(e.Bytes(), little, nil)
			outer := d.BeginValue()
			first := d.Long()
			inner := d.BeginValue()
			second := d.Long()
			d.EndValue(inner, true)
			d.EndValue(outer, true)
			got := []int32{first, second, d.Long(), d.Long(), d.Long()}
			if want := []int32{6, 7, leads, next, last}; !slices.Equal(got, want) || d.Err() != nil || d.Remaining() != 0 {
				t.Errorf("little-endian %v: %d, want %d: %v, %d octets are left", little, got, want, d.Err(), d.Remaining())
			}
		}
	}
}

// toTheEnd is none of the tags.
const toTheEnd = 77

// TestSkippedIndirections: an indirection between the chunks of a value inside another that is cut is passed over, though its tag is
// that of the end of all values as well.
func TestSkippedIndirections(t *testing.T) {
	t.Parallel()
	for _, leads := range []bool{false, true} {
		e := cdr.NewEncoder(nil, true, nil)
		beginTwo(e)
		beginTwo(e)
		e.ULong(4)
		e.Long(7)
		if leads {
			e.ULong(0xffffffff)
			e.Long(int32(-e.Len())) // to the outermost
			e.Long(-2)
		}
		e.Long(-1)
		e.Long(9)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		outer := d.BeginValue()
		inner := d.BeginValue()
		n := d.Long()
		d.EndValue(inner, true)
		d.EndValue(outer, true)
		if behind := d.Long(); n != 7 || behind != 9 || d.Err() != nil || d.Remaining() != 0 {
			t.Errorf("leads %v: %d, and behind it %d, %v, %d octets are left", leads, n, behind, d.Err(), d.Remaining())
		}
	}
}

// beginTwo begins a value in chunks, of one of two types.
func beginTwo(e *cdr.Encoder) {
	e.ULong(0x7fffff0e)
	e.Count(2)
	e.RawString(twoID)
	e.Align(4)
	e.RawString(baseID)
	e.Align(4)
}

// TestPassValue: a value that was read is passed over where it is met again, one that was not is read.
func TestPassValue(t *testing.T) {
	t.Parallel()
	for _, chunked := range []bool{false, true} {
		e := cdr.NewEncoder(nil, true, nil)
		m := e.BeginValue("v", nil, chunked)
		e.Long(1)
		in := e.BeginValue("in", nil, chunked)
		e.Long(2)
		e.EndValue(in)
		e.Long(3)
		e.EndValue(m)
		e.SharedValue("in")
		e.Long(4)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		for n := range 3 {
			read := func() {
				h := d.BeginValue()
				if d.PassValue(h) != (n > 0) {
					t.Errorf("chunked %v, time %d: it was passed %v", chunked, n, n == 0)
				}
				if n > 0 {
					return
				}
				d.Long()
				if in := d.BeginValue(); d.PassValue(in) {
					t.Error("what was not read was passed")
				} else if got := d.Long(); got != 2 {
					t.Errorf("%d is inside", got)
				} else {
					d.EndValue(in, false)
				}
				if d.PassValue(h) {
					t.Error("what was not read to its end was passed")
				}
				d.Long()
				d.EndValue(h, false)
			}
			if n == 0 {
				read()
			} else {
				d.ReadAgain(0, read)
			}
		}
		if h := d.BeginValue(); h.Kind != cdr.SharedValue || d.Long() != 4 || d.Err() != nil || d.Remaining() != 0 {
			t.Errorf("chunked %v: %v is behind it, %v", chunked, h.Kind, d.Err())
		}
	}
}

// places are values at places that a decoder does not come by.
type places map[int]cdr.Placed

func (p places) ValueAt(at int) (cdr.Placed, bool) {
	v, ok := p[at]
	return v, ok
}

// TestPlaces: a decoder of the end of an input is led to values before it, and outside of it.
func TestPlaces(t *testing.T) {
	t.Parallel()
	outside, stead := &base{5, "outside"}, &base{6, "instead"}
	write := func(chunked bool) (b []byte, from int, known places) {
		e := cdr.NewEncoder(nil, true, nil)
		e.PlaceValue(outside, -1)
		known = places{-1: {Value: outside}}
		put := func(v *base, ids []string) {
			level := e.ChunkLevel()
			m := e.BeginValue(v, ids, chunked)
			v.MarshalState(e)
			e.EndValue(m)
			known[m.At] = cdr.Placed{End: e.Len(), Level: level}
		}
		first, second := &base{1, "first"}, &base{2, "second"}
		around := e.BeginValue("around", []string{baseID}, chunked)
		put(first, []string{baseID})
		e.EndValue(around)
		from = e.Len()
		e.SharedValue(first)
		e.SharedValue(outside)
		m := e.BeginValue(second, []string{baseID}, chunked) // which leads to the id of the first
		second.MarshalState(e)
		e.EndValue(m)
		known[m.At] = cdr.Placed{Value: stead, End: e.Len()}
		e.SharedValue(first)
		e.Long(42)
		return e.Bytes(), from, known
	}
	for _, chunked := range []bool{false, true} {
		b, from, known := write(chunked)
		d := new(cdr.Decoder)
		d.Reset(b, from, true, nil)
		if d.Value(baseType); d.Err() == nil {
			t.Error("a place of which nobody told")
		}
		d.Reset(b, from, true, nil)
		d.SetPlaces(known)
		got := []cdr.Value{d.Value(baseType), d.Value(baseType), d.Value(baseType), d.Value(baseType)}
		if n := d.Long(); n != 42 || d.Err() != nil || d.Remaining() != 0 {
			t.Fatalf("chunked %v: got %v, then %d, %v", chunked, shape(got), n, d.Err())
		}
		if v, ok := got[0].(*base); !ok || *v != (base{1, "first"}) || got[1] != cdr.Value(outside) || got[2] != cdr.Value(stead) || got[3] != got[0] {
			t.Errorf("chunked %v: got %v", chunked, shape(got))
		}
	}
}

// TestIsCut: that a value lacks members is known of the value, until the scope ends; and so is what a caller keeps.
func TestIsCut(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	m := e.BeginValue(1, []string{"IDL:Unknown:1.0", baseID}, true)
	(&base{9, "cut"}).MarshalState(e)
	e.Long(1)
	e.EndValue(m)
	at := e.Len()
	e.Value(&base{8, "whole"}, baseType)
	d := cdr.NewDecoder(e.Bytes(), true, nil)
	if d.Kept() != nil || d.IsCut(0) {
		t.Error("something is known before a scope begins")
	}
	d.Value(baseType)
	d.Value(baseType)
	d.Keep("kept")
	if !d.IsCut(0) || d.IsCut(at) || d.Kept() != "kept" || d.Err() != nil {
		t.Errorf("cut: %v, %v, %v, %v", d.IsCut(0), d.IsCut(at), d.Kept(), d.Err())
	}
	if d.ForgetValues(); d.IsCut(0) || d.Kept() != nil {
		t.Error("what is known outlasts the scope")
	}
}
