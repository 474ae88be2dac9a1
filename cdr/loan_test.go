package cdr_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/opendsom/dsom/cdr"
)

// inOrder returns what e has, put together from its parts.
func inOrder(e *cdr.Encoder) []byte {
	buf, loans := e.Parts()
	var all []byte
	at := 0
	for _, l := range loans {
		all = append(append(all, buf[at:l.At]...), l.Octets...)
		at = l.At
	}
	return append(all, buf[at:]...)
}

// sameMemory reports whether two slices are the same memory.
func sameMemory(a, b []byte) bool {
	return len(a) == len(b) && unsafe.SliceData(a) == unsafe.SliceData(b)
}

// TestLoansAreAsCopies holds that an encoder that borrows writes what one that copies does, whatever is written.
func TestLoansAreAsCopies(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		long := make([]byte, cdr.LeastLoan+rnd.IntN(40))
		for i := range long {
			long[i] = byte(rnd.Uint32())
		}
		prefix := make([]byte, rnd.IntN(20))
		var lends, copies cdr.Encoder
		little := seed%2 == 0
		lends.Reset(slices.Clone(prefix), little, nil)
		copies.Reset(slices.Clone(prefix), little, nil)
		lends.Borrow()
		both := []*cdr.Encoder{&lends, &copies}
		var marks [2][]cdr.Mark
		var places []int // of unsigned longs, outside of encapsulations
		for range 1 + rnd.IntN(25) {
			what, n := rnd.IntN(9), rnd.IntN(len(long))
			place := -1
			for i, e := range both {
				switch what {
				case 0:
					e.OctetSeq(long)
				case 1:
					e.OctetSeq(long[n:])
				case 2:
					e.Octet(byte(n))
				case 3:
					e.Align(4)
					place = e.Len()
					e.ULong(uint32(n))
				case 4:
					e.ULongLong(uint64(n))
				case 5:
					e.Doubles([]float64{1, float64(n)})
				case 6:
					marks[i] = append(marks[i], e.Begin())
				case 7:
					if k := len(marks[i]) - 1; k >= 0 {
						e.End(marks[i][k])
						marks[i] = marks[i][:k]
					}
				case 8:
					if len(places) > 0 {
						e.PutULong(places[n%len(places)], uint32(n))
					}
				}
			}
			if place >= 0 {
				places = append(places, place)
			}
			if lends.Len() != copies.Len() {
				t.Fatalf("seed %d: %d octets, and copied %d", seed, lends.Len(), copies.Len())
			}
		}
		if got := inOrder(&lends); !bytes.Equal(got, copies.Bytes()) {
			t.Fatalf("seed %d: the parts are not what is copied", seed)
		}
		if len(places) > 0 && len(marks[0]) == 0 && rnd.IntN(2) == 0 {
			cut := places[rnd.IntN(len(places))]
			for _, e := range both {
				e.Truncate(cut)
				e.ULongLong(7)
			}
		}
		if !bytes.Equal(lends.Bytes(), copies.Bytes()) {
			t.Fatalf("seed %d: Bytes is not what is copied", seed)
		}
		for _, e := range both { // Bytes has ended the loans
			e.ULongLong(9)
		}
		if !bytes.Equal(lends.Bytes(), copies.Bytes()) {
			t.Fatalf("seed %d: what follows Bytes is at another place", seed)
		}
	}
}

// TestWhatIsBorrowed holds that long sequences are, where the encoder may, and nothing else.
func TestWhatIsBorrowed(t *testing.T) {
	t.Parallel()
	long := make([]byte, cdr.LeastLoan)
	for _, c := range []struct {
		name  string
		write func(e *cdr.Encoder)
		want  int
	}{
		{"long", func(e *cdr.Encoder) { e.OctetSeq(long) }, 1},
		{"short", func(e *cdr.Encoder) { e.OctetSeq(long[1:]) }, 0},
		{"array", func(e *cdr.Encoder) { e.Octets(long) }, 0},
		{"in an encapsulation", func(e *cdr.Encoder) { m := e.Begin(); e.OctetSeq(long); e.End(m) }, 0},
		{"behind one", func(e *cdr.Encoder) { e.End(e.Begin()); e.OctetSeq(long) }, 1},
		{"behind a value", func(e *cdr.Encoder) { e.EndValue(e.BeginValue("key", nil, false)); e.OctetSeq(long) }, 0},
		{"after Reset", func(e *cdr.Encoder) { e.OctetSeq(long); e.Reset(nil, true, nil); e.OctetSeq(long) }, 0},
		{"forgotten", func(e *cdr.Encoder) { e.OctetSeq(long); e.Forget() }, 0},
	} {
		var e cdr.Encoder
		e.Reset(nil, true, nil)
		e.Borrow()
		c.write(&e)
		_, loans := e.Parts()
		if len(loans) != c.want {
			t.Errorf("%s: %d loans, want %d", c.name, len(loans), c.want)
		}
		for _, l := range loans {
			if !sameMemory(l.Octets, long) {
				t.Errorf("%s: what is lent is not what was given", c.name)
			}
		}
	}
}

// TestGiveAway holds when a decoder returns a sequence where it is, and that it says so then and only then.
func TestGiveAway(t *testing.T) {
	t.Parallel()
	const n = cdr.LeastLoan
	for _, c := range []struct {
		name           string
		before, octets int
		gives, want    bool
	}{
		{"most of it", 100, n, true, true},
		{"half", n - 8, n, true, true},
		{"less than half", n, n, true, false},
		{"short", 0, n - 1, true, false},
		{"not allowed", 100, n, false, false},
	} {
		e := cdr.NewEncoder(nil, true, nil)
		e.Octets(make([]byte, c.before))
		e.OctetSeq(bytes.Repeat([]byte{7}, c.octets))
		buf := slices.Clip(e.Bytes())
		buf = append(make([]byte, 0, len(buf)), buf...)
		buf = buf[:len(buf):len(buf)]
		d := cdr.NewDecoder(buf, true, nil)
		var given bool
		if c.gives {
			d.GiveAway(&given)
		}
		d.OctetsView(c.before)
		copied := *d // tells the same
		got := copied.OctetSeq()
		if len(got) != c.octets || got[0] != 7 || cap(got) > 2*len(got) {
			t.Fatalf("%s: %d octets", c.name, len(got))
		}
		if aliases := sameMemory(got, buf[len(buf)-c.octets:]); aliases != c.want || given != c.want {
			t.Errorf("%s: in the buffer: %v, said: %v; want %v", c.name, aliases, given, c.want)
		}
		if c.want && cap(got) != len(got) {
			t.Errorf("%s: what is behind the sequence can be appended over", c.name)
		}
	}
}

// TestNumbersInBulk holds that numbers are the same one by one and in bulk, in either byte order.
func TestNumbersInBulk(t *testing.T) {
	t.Parallel()
	for _, little := range []bool{true, false} {
		bulk, single := cdr.NewEncoder([]byte{1}, little, nil), cdr.NewEncoder([]byte{1}, little, nil)
		bulk.Shorts([]int16{1, -2, 0x1234})
		bulk.UShorts(nil) // not even aligned
		bulk.Octet(1)
		bulk.Floats([]float32{1.5, -2e9})
		bulk.LongLongs([]int64{-1, 0x0123456789abcdef})
		for _, x := range []int16{1, -2, 0x1234} {
			single.Short(x)
		}
		single.Octet(1)
		for _, x := range []float32{1.5, -2e9} {
			single.Float(x)
		}
		for _, x := range []int64{-1, 0x0123456789abcdef} {
			single.LongLong(x)
		}
		if !bytes.Equal(bulk.Bytes(), single.Bytes()) {
			t.Fatalf("little=%v: in bulk %x, one by one %x", little, bulk.Bytes(), single.Bytes())
		}
		d := cdr.NewDecoder(bulk.Bytes()[1:], little, nil)
		shorts, floats, longs := make([]int16, 3), make([]float32, 2), make([]int64, 2)
		d.Shorts(shorts)
		d.Octet()
		d.Floats(floats)
		d.LongLongs(longs)
		if d.Done() != nil || shorts[2] != 0x1234 || floats[1] != -2e9 || longs[1] != 0x0123456789abcdef {
			t.Errorf("little=%v: read %x %v %x, %v", little, shorts, floats, longs, d.Err())
		}
	}
}
