package cdr_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
)

// A hoard is a value with runs of octets of each kind.
type hoard struct {
	Text   string
	Octets []byte
	Longs  []int32
	Flags  []bool
	Last   int32
}

var hoardType = &cdr.ValueType{ID: "IDL:Hoard:1.0", Bases: []string{baseID}, New: func() cdr.Value { return new(hoard) }}

func (*hoard) IDLValue() *cdr.ValueType { return hoardType }

func (h *hoard) MarshalState(e *cdr.Encoder) {
	e.String(h.Text)
	e.OctetSeq(h.Octets)
	e.Count(len(h.Longs))
	e.Longs(h.Longs)
	e.Count(len(h.Flags))
	e.Booleans(h.Flags)
	m := e.Begin()
	e.RawString(h.Text)
	e.End(m)
	e.Long(h.Last)
}

func (h *hoard) UnmarshalState(d *cdr.Decoder) {
	h.Text, h.Octets = d.String(), d.OctetSeq()
	h.Longs = make([]int32, d.Count(4))
	d.Longs(h.Longs)
	h.Flags = make([]bool, d.Count(1))
	d.Booleans(h.Flags)
	in := d.Encapsulation()
	in.RawString()
	d.EndEncapsulation(&in)
	h.Last = d.Long()
}

// chunks returns how long the chunks of a hoard are that is alone in b.
func chunks(t *testing.T, b []byte) (sizes []int) {
	t.Helper()
	d := cdr.NewDecoder(b, false, nil)
	d.ULong() // tag
	for range d.Count(4) {
		d.RawString()
	}
	for {
		size := d.Long()
		if size < 0 || d.Err() != nil {
			if d.Err() != nil || d.Remaining() > 0 {
				t.Fatalf("no chunks: %v, %d octets are left", d.Err(), d.Remaining())
			}
			return sizes
		}
		sizes = append(sizes, int(size))
		d.OctetsView(int(size))
	}
}

// TestChunksEndBehindRuns demands that a chunk ends behind each run of octets that a peer may have read in part, and that a value
// that is in one piece is in one chunk.
func TestChunksEndBehindRuns(t *testing.T) {
	t.Parallel()
	small := &hoard{"text", []byte{1}, []int32{1}, []bool{true}, 7}
	long := func(n int) *hoard {
		return &hoard{strings.Repeat("x", n-1), make([]byte, n), make([]int32, n), make([]bool, n), 7}
	}
	for _, c := range []struct {
		name     string
		h        *hoard
		fragment int
		want     []int
	}{
		{"small", small, 0, []int{60}},
		{"small, in fragments", small, 16, []int{9, 5, 33, 4}},
		{"large", long(8000), 0, []int{8004, 8004, 32004, 8004, 8012, 4}},
		{"half", long(2048), 0, []int{4104, 8196, 2052, 2060, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Fragment: c.fragment})
			e.Value(c.h, baseType)
			if e.Err() != nil {
				t.Fatal(e.Err())
			}
			if got := chunks(t, e.Bytes()); !reflect.DeepEqual(got, c.want) {
				t.Errorf("chunks of %d octets, want %d", got, c.want)
			}
			d := cdr.NewDecoder(e.Bytes(), false, &cdr.Env{Version: cdr.V12, Values: hoards{}})
			if got := d.Value(baseType); d.Err() != nil || !reflect.DeepEqual(got, c.h) {
				t.Errorf("another value came back: %v", d.Err())
			}
		})
	}
}

// hoards know their type.
type hoards struct{}

func (hoards) ValueType(id string) *cdr.ValueType {
	if id == hoardType.ID {
		return hoardType
	}
	return nil
}

// TestFragmentsAreMultiplesOf8: a run that goes over the end of the first fragment, which is shorter than its greatest size, may be in
// two pieces.
func TestFragmentsAreMultiplesOf8(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint32{
		"and":  4 + 4 + 1, // the text ends with the fragment, at 16, and the octet behind it is in the same chunk
		"four": 4 + 5,     // it ends at 17
	} {
		e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Fragment: 23})
		m := e.BeginValue(0, nil, true)
		e.RawString(text)
		e.Octet(1)
		e.EndValue(m)
		if size := be(e.Bytes()[4:]); size != want {
			t.Errorf("%s: a first chunk of %d octets, want %d", text, size, want)
		}
	}
}
