package cdr_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/bounded"
)

// knownForEach is the habit of a sender that has been seen to align each value of 8 octets.
func knownForEach(t testing.TB) *cdr.Habit {
	t.Helper()
	h := new(cdr.Habit)
	d := fragmented(make([]byte, 28), []int{16}, h)
	d.Rereads()
	for again := true; again; again = d.Reread() {
		d.ULongLongs(make([]uint64, 3))
	}
	if err := d.Done(); err != nil {
		t.Fatal(err)
	}
	return h
}

// fragmented returns a decoder of a message that was put together from fragments of GIOP 1.1, whose data begin at the places.
func fragmented(msg []byte, seams []int, h *cdr.Habit) *cdr.Decoder {
	d := cdr.NewDecoder(msg, true, nil)
	s := cdr.NewSeams(h)
	for _, at := range seams {
		s.Add(at, 12)
	}
	d.SetSeams(s)
	return d
}

// What a program does by one octet: the low three bits say what, the others how often, or how.
const (
	readOctet = iota
	readUShort
	readULong
	readULongLong
	readList
	readSequence
	beginValue
	endValue
)

// follow reads what a program says, and returns the numbers that are read. singly: lists are read one number at a time.
func follow(d *cdr.Decoder, program []byte, singly bool) (got []uint64) {
	list := func(n int) {
		to := make([]uint64, n)
		if singly {
			for i := range to {
				to[i] = d.ULongLong()
			}
		} else {
			d.ULongLongs(to)
		}
		got = append(got, to...)
	}
	var open []cdr.ValueHead
	for _, b := range program {
		switch how := int(b >> 3); b & 7 {
		case readOctet:
			got = append(got, uint64(d.Octet()))
		case readUShort:
			got = append(got, uint64(d.UShort()))
		case readULong:
			got = append(got, uint64(d.ULong()))
		case readULongLong:
			got = append(got, d.ULongLong())
		case readList:
			list(how)
		case readSequence:
			list(d.Count(8))
		case beginValue:
			if h := d.BeginValue(); h.Kind == cdr.NewValue {
				open = append(open, h)
			}
		case endValue:
			if n := len(open); n > 0 {
				d.EndValue(open[n-1], how > 0)
				open = open[:n-1]
			}
		}
		if d.Err() != nil {
			break
		}
	}
	return got
}

// FuzzRereads reads messages in fragments by programs. Whatever they hold, there are no more than three passes, and a list whose numbers are
// aligned each is what the same numbers are one at a time.
func FuzzRereads(f *testing.F) {
	octets := func(parts ...any) (b []byte) {
		for _, p := range parts {
			b, _ = binary.Append(b, binary.LittleEndian, p)
		}
		return b
	}
	numbers := []uint64{0x3fb999999999999a, 0x3ff199999999999a, 0x4000cccccccccccd, 0x4008cccccccccccd, 0x4010666666666666, 0x4014666666666666}
	f.Add([]byte{16}, []byte{3<<3 | readList}, octets(numbers[:2], uint32(0), numbers[2]), byte(0))                                                                                                 // each
	f.Add([]byte{16}, []byte{4<<3 | readList}, octets(numbers[:4]), byte(1))                                                                                                                        // copied
	f.Add([]byte{20, 16}, []byte{readSequence, readULongLong}, octets(uint32(5), uint32(0), numbers[:5], uint32(0), numbers[5]), byte(2))                                                           // both, and one behind
	f.Add([]byte{32}, []byte{beginValue, readSequence, endValue}, octets(uint32(0x7fffff08), uint32(20), uint32(4), uint32(0), numbers[:2], uint32(16), numbers[2:4], uint32(0xffffffff)), byte(3)) // a chunk in each
	f.Add([]byte{24}, []byte{beginValue, 3<<3 | readList, endValue, readULong}, octets(uint32(0x7fffff08), uint32(24), numbers[:3], uint32(0xffffffff), uint32(7)), byte(1))                        // a chunk over the seam
	f.Fuzz(func(t *testing.T, cuts, program, msg []byte, knows byte) {
		if len(cuts) > 64 || len(program) > 256 || len(msg) > 4096 {
			return
		}
		var seams []int
		at := 0
		for _, c := range cuts {
			if at += int(c); c > 0 && at < len(msg) {
				seams = append(seams, at)
			}
		}
		if len(seams) == 0 {
			return
		}
		h := new(cdr.Habit)
		switch knows % 3 {
		case 1:
			h = nil
		case 2:
			h = knownForEach(t)
		}
		bound := bounded.Decoder
		bound.Least += 64 * 8 * 32 * len(program) // for the lists that the program has by itself
		bound.Run(t, len(msg), func() {
			for range 2 { // what the first teaches may matter to the second
				d := fragmented(msg, seams, h)
				d.Rereads()
				passes := 0
				for again := true; again; again = d.Reread() {
					passes++
					follow(d, program, false)
				}
				if passes > 3 {
					t.Errorf("%d passes", passes)
				}
				_ = d.Done()
			}
		})
		d := fragmented(msg, seams, knownForEach(t))
		d.Rereads()
		lists := follow(d, program, false)
		one := fragmented(msg, seams, nil)
		got := follow(one, program, true)
		if failed := d.Err() != nil; failed != (one.Err() != nil) || !failed && (!slices.Equal(got, lists) || one.Pos() != d.Pos()) {
			t.Errorf("lists are %x up to %d, %v, and number by number it is %x up to %d, %v", lists, d.Pos(), d.Err(), got, one.Pos(), one.Err())
		}
	})
}
