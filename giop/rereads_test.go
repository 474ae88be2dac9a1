package giop_test

import (
	"math"
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

// listMessage returns a decoder of the body of a reply in fragments of 64 octets, which holds the numbers and, if alone, one more by itself.
// What is at the place of the padding in the first fragment is not zero.
func listMessage(t *testing.T, a *giop.Assembler, pads int, each bool, numbers []uint64, alone bool) *cdr.Decoder {
	t.Helper()
	w := &filler{room: 64, pads: pads}
	w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
	for _, v := range []uint64{0x01, 0x44534f4d, 0, 1, 0} { // one context, which is empty; id, status
		w.put(4, v)
	}
	if each {
		for _, v := range numbers {
			w.put(8, v)
		}
	} else {
		w.bulk(numbers)
	}
	if alone {
		w.put(8, math.Float64bits(-0.7))
	}
	w.close(false)
	out, heads, err := join(a, cut(t, w.out))
	if err != nil || len(out) != 1 {
		t.Fatal(err)
	}
	d := new(cdr.Decoder)
	giop.Open(d, heads[0], out[0], nil)
	if err := new(giop.Reply).Parse(heads[0], d); err != nil {
		t.Fatal(err)
	}
	return d
}

// uneven are numbers of which no octets look like padding.
func uneven(n int) []uint64 {
	list := make([]uint64, n)
	for i := range list {
		list[i] = math.Float64bits(math.Sqrt(float64(i) + 2))
	}
	return list
}

// TestPaddingTells reads messages that end with both readings: a number behind the list takes the room that is between them. What is padding in the
// reading that is right is zero, or what was at that place before; in the other it is half a number. Before the
// number that stands by itself it is so as well as within the list.
func TestPaddingTells(t *testing.T) {
	t.Parallel()
	for name, pads := range map[string]int{"zeros": zeros, "left over": leftOvers} {
		for n := 6; n < 40; n++ {
			list := uneven(n)
			d := listMessage(t, new(giop.Assembler), pads, true, list, true)
			got := make([]uint64, n)
			var alone float64
			d.Rereads()
			for again := true; again; again = d.Reread() {
				d.ULongLongs(got)
				alone = d.Double()
			}
			if err := d.Done(); err != nil || !slices.Equal(got, list) || alone != -0.7 {
				t.Errorf("%s, %d numbers: %x and %v, %v", name, n, got, alone, err)
			}
		}
	}
	undecided := 0
	for n := 6; n < 40; n++ { // it is padding in neither: where both end with the message, nothing tells
		list := uneven(n)
		d := listMessage(t, new(giop.Assembler), garbage, true, list, true)
		got := make([]uint64, n)
		d.Rereads()
		for again := true; again; again = d.Reread() {
			d.ULongLongs(got)
			d.Double()
		}
		if d.Done() != nil {
			undecided++
		} else if !slices.Equal(got, list) {
			t.Errorf("garbage, %d numbers: %x", n, got)
		}
	}
	if undecided == 0 {
		t.Error("of garbage in place of padding something is made out")
	}
}

// TestHabitChanges lets a sender that is known for one way of putting lists into fragments send them in the other, and back.
func TestHabitChanges(t *testing.T) {
	t.Parallel()
	var a giop.Assembler
	for i, each := range []bool{true, true, false, true, false, false, false, true} {
		list := uneven(20 + i)
		d := listMessage(t, &a, zeros, each, list, false)
		got := make([]uint64, len(list))
		d.Rereads()
		for again := true; again; again = d.Reread() {
			d.ULongLongs(got)
		}
		if err := d.Done(); err != nil || !slices.Equal(got, list) {
			t.Errorf("message %d, each %t: %x, %v", i, each, got, err)
		}
	}
}

// TestRereadUnbegun: who asks for a second reading without having told where the first began gets none, but MARSHAL.
func TestRereadUnbegun(t *testing.T) {
	t.Parallel()
	for _, each := range []bool{false, true} {
		d := listMessage(t, new(giop.Assembler), zeros, each, uneven(20), false)
		d.ULongLongs(make([]uint64, 20))
		if d.Reread() {
			t.Fatalf("each %t: it is to be read again, from where nobody knows", each)
		}
		if d.Done() == nil {
			t.Errorf("each %t: nothing is wrong", each)
		}
	}
}
