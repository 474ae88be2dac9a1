package giop_test

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/golden"
)

// recording returns the octets of a compressed recording in testdata.
func recording(t *testing.T, name string) []byte {
	t.Helper()
	z, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	r, err := gzip.NewReader(z)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// S is struct S { octet o; double d; } of the recording below.
type S struct {
	o byte
	d float64
}

// omniORB 4.2.5 called void f(in octet lead, in sequence<S> s, in sequence<double> d) with
// 7, S{i, i + 0.5} for 1,500 i, and 2i + 1 for 4,000 i. In 1.1 alignment counts from the
// header of each fragment.
func TestOmniORBFragments(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V11, cdr.V12} {
		pieces := cut(t, recording(t, "omniorb-doubles-"+v.String()+".gz"))
		if len(pieces) != 4 {
			t.Fatalf("%d messages", len(pieces))
		}
		var a giop.Assembler
		out, heads, err := join(&a, pieces)
		if err != nil || len(out) != 1 {
			t.Fatalf("%d messages, %v", len(out), err)
		}
		var d cdr.Decoder
		giop.Open(&d, heads[0], out[0], nil)
		var req giop.Request
		if err := req.Parse(heads[0], &d); err != nil || string(req.Operation) != "f" {
			t.Fatalf("%q, %v", req.Operation, err)
		}
		again := d
		for _, bulk := range []bool{false, true} {
			d := again
			if lead := d.Octet(); lead != 7 {
				t.Errorf("GIOP %v: lead %d", v, lead)
			}
			n := d.Count(16)
			for i := range n {
				want := S{byte(i), float64(i) + 0.5}
				if got := (S{d.Octet(), d.Double()}); got != want {
					t.Fatalf("GIOP %v: s[%d] is %v, want %v", v, i, got, want)
				}
			}
			m := d.Count(8)
			list := make([]float64, m)
			if bulk {
				d.Doubles(list)
			} else {
				for i := range list {
					list[i] = d.Double()
				}
			}
			for i, got := range list {
				if got != float64(2*i+1) {
					t.Fatalf("GIOP %v: d[%d] is %v", v, i, got)
				}
			}
			if n != 1500 || m != 4000 || d.Err() != nil || d.Remaining() != 0 {
				t.Errorf("GIOP %v: %d, %d, %v, %d left", v, n, m, d.Err(), d.Remaining())
			}
		}
	}
}

// omniORB 4.2.5 called void fq(in Q) with struct Q { sequence<octet> o; sequence<double> d; long l; }
// in version 1.1: n zero octets, the doubles from 1 on, and n. The beginning of the doubles, or
// one of them, lies at or near the end of a fragment, and goes on raw in the next.
func TestOmniORBBulk(t *testing.T) {
	t.Parallel()
	var a giop.Assembler
	requests, heads, err := join(&a, cut(t, recording(t, "omniorb-bulk-1.1.gz")))
	if err != nil {
		t.Fatal(err)
	}
	for i, msg := range requests {
		var d cdr.Decoder
		giop.Open(&d, heads[i], msg, nil)
		var req giop.Request
		if err := req.Parse(heads[i], &d); err != nil || string(req.Operation) != "fq" {
			t.Fatalf("%q, %v", req.Operation, err)
		}
		n := len(d.OctetSeqView())
		list := make([]float64, d.Count(8))
		again := d
		d.Doubles(list)
		last := d.Long()
		for k, got := range list {
			if got != float64(k+1) {
				t.Errorf("%d octets, %d doubles: the double %d is %v", n, len(list), k, got)
				break
			}
		}
		if err := d.Done(); err != nil || last != int32(n) {
			t.Errorf("%d octets, %d doubles: %d behind them, %v", n, len(list), last, err)
		}
		if raw := again.WordsView(len(list), 8); len(raw) != 8*len(list) || again.Long() != last {
			t.Errorf("%d octets, %d doubles: a view of %d octets, %v", n, len(list), len(raw), again.Err())
		}
	}
	if len(requests) != 24 {
		t.Errorf("%d requests", len(requests))
	}
}

// TestBulkAtASeam shows the shortest case: the padding before the doubles fills the fragment, and they
// begin with the data of the next, at an offset of 12.
func TestBulkAtASeam(t *testing.T) {
	t.Parallel()
	w := &filler{room: 48}
	w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
	for _, v := range []uint32{0, 1, 0, 12} { // no contexts, id, status, length of the octets
		w.put(4, uint64(v))
	}
	for range 12 {
		w.put(1, 7)
	}
	w.put(4, 3)
	w.bulk([]uint64{math.Float64bits(0.5), math.Float64bits(1.5), math.Float64bits(2.5)})
	w.put(4, 99)
	w.close(false)
	pieces := cut(t, w.out)
	first, second := binfmt.New(pieces[0]), binfmt.New(pieces[1])
	first.Text("the first of two fragments: struct { sequence<octet> before; sequence<double> list; long after; }")
	for _, note := range []struct {
		at   int
		text string
	}{{12, "header"}, {16, "service contexts: 0"}, {20, "request id 1"}, {24, "reply status 0"}, {28, "before: length 12"}, {40, "before"}, {44, "list: length 3"}, {48, "padding"}} {
		first.To(note.at, "%s", note.text)
	}
	second.To(12, "header")
	for i, at := range []int{20, 28, 36} {
		second.To(at, "list[%d], not aligned", i)
	}
	second.To(40, "after")
	golden.Check(t, "bulk-1.1.txt", first.String()+"\n"+second.String())
	var a giop.Assembler
	out, heads, err := join(&a, pieces)
	if err != nil || len(out) != 1 {
		t.Fatalf("%d messages, %v", len(out), err)
	}
	var d cdr.Decoder
	var r giop.Reply
	giop.Open(&d, heads[0], out[0], nil)
	if err := r.Parse(heads[0], &d); err != nil {
		t.Fatal(err)
	}
	before := len(d.OctetSeqView())
	list := make([]float64, d.Count(8))
	d.Doubles(list)
	if after := d.Long(); before != 12 || !slices.Equal(list, []float64{0.5, 1.5, 2.5}) || after != 99 || d.Done() != nil {
		t.Errorf("got %d octets, %v, %d, %v", before, list, after, d.Done())
	}
}

// A sender of GIOP 1.1 that fills fragments as omniORB does, against the decoder.
func TestSeams(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 300 {
		room := 32 + 8*r.IntN(6) // octets of a message
		w := &filler{room: room}
		w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
		var want []string
		for _, v := range []uint32{0, 1, 0} { // no contexts, id, status
			w.put(4, uint64(v))
		}
		for range 60 {
			size := []int{1, 2, 4, 8}[r.IntN(4)]
			v := r.Uint64() >> (64 - 8*size)
			if n := r.IntN(30); size == 8 && n > 0 && n < 20 {
				list := make([]uint64, n)
				for i := range list {
					list[i] = v + uint64(i)
				}
				w.bulk(list)
				want = append(want, fmt.Sprint(-n, v))
				continue
			}
			w.put(size, v)
			want = append(want, fmt.Sprint(size, v))
		}
		w.close(false)
		var a giop.Assembler
		out, heads, err := join(&a, cut(t, w.out))
		if err != nil || len(out) != 1 {
			t.Fatal(err)
		}
		var d cdr.Decoder
		giop.Open(&d, heads[0], out[0], nil)
		var p giop.Reply
		if err := p.Parse(heads[0], &d); err != nil || p.ID != 1 {
			t.Fatal(err)
		}
		for i, s := range want {
			var size int
			var v, got uint64
			if _, err := fmt.Sscan(s, &size, &v); err != nil {
				t.Fatal(err)
			}
			switch size {
			case 1:
				got = uint64(d.Octet())
			case 2:
				got = uint64(d.UShort())
			case 4:
				got = uint64(d.ULong())
			case 8:
				got = d.ULongLong()
			default:
				list := make([]uint64, -size)
				d.ULongLongs(list)
				for k, x := range list {
					if x != v+uint64(k) {
						t.Fatalf("round %d, room %d: value %d, element %d of %d, is %#x, want %#x, %v", round, room, i, k, len(list), x, v+uint64(k), d.Err())
					}
				}
				got = list[0]
			}
			if got != v || d.Err() != nil {
				t.Fatalf("round %d, room %d: value %d of %d octets is %#x, want %#x, %v", round, room, i, size, got, v, d.Err())
			}
		}
	}
}

// TestRereads lets senders of both kinds fill fragments with values that end, or do not, with a list of doubles, and reads them without being
// told the kind: what is not decided is MARSHAL and never another value, and once the habit is known all is read.
func TestRereads(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 7))
	undecided, twice := 0, 0
	for round := range 400 {
		w := &filler{room: 64 + 8*r.IntN(30), pads: zeros}
		if r.IntN(2) == 0 {
			w.pads = leftOvers
		}
		each, whole := r.IntN(2) == 0, r.IntN(2) == 0
		var a giop.Assembler
		for range 4 {
			type value struct {
				size int
				list []uint64
			}
			var values []value
			w.out = nil
			w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
			for _, v := range []uint32{0, 1, 0} { // no contexts, id, status
				w.put(4, uint64(v))
			}
			for range 1 + r.IntN(5) {
				v := value{[]int{1, 2, 4, 8}[r.IntN(4)], make([]uint64, 1)}
				if v.size == 8 {
					v.list = make([]uint64, 1+r.IntN(40))
				}
				for i := range v.list {
					v.list[i] = r.Uint64() >> (64 - 8*v.size)
					if whole && v.size == 8 {
						v.list[i] = math.Float64bits(float64(r.IntN(9)))
					}
				}
				if v.size < 8 || each {
					for _, x := range v.list {
						w.put(v.size, x)
					}
				} else {
					w.bulk(v.list)
				}
				values = append(values, v)
			}
			w.close(false)
			out, heads, err := join(&a, cut(t, w.out))
			if err != nil || len(out) != 1 {
				t.Fatal(err)
			}
			var d cdr.Decoder
			giop.Open(&d, heads[0], out[0], nil)
			var p giop.Reply
			if err := p.Parse(heads[0], &d); err != nil {
				t.Fatal(err)
			}
			var got []value
			passes := 0
			d.Rereads()
			for again := true; again; again = d.Reread() {
				passes++
				got = nil
				for _, v := range values {
					g := value{v.size, make([]uint64, len(v.list))}
					switch v.size {
					case 1:
						g.list[0] = uint64(d.Octet())
					case 2:
						g.list[0] = uint64(d.UShort())
					case 4:
						g.list[0] = uint64(d.ULong())
					default:
						d.ULongLongs(g.list)
					}
					got = append(got, g)
				}
			}
			if passes > 3 {
				t.Fatalf("round %d: %d passes", round, passes)
			}
			if d.Done() != nil {
				undecided++
				if passes != 2 {
					t.Fatalf("round %d: %v after %d passes", round, d.Err(), passes)
				}
				continue
			}
			for i, v := range values {
				if !slices.Equal(v.list, got[i].list) {
					t.Fatalf("round %d, each %t, room %d, pass %d: value %d of %v is %v", round, each, w.room, passes, i, v, got[i])
				}
			}
			if passes > 1 {
				twice++
			}
		}
	}
	t.Logf("%d undecided, %d read more than once", undecided, twice)
	if twice == 0 || undecided > twice {
		t.Error("the senders leave too much undecided, or nothing")
	}
}

// TestHabit shows that a sender's messages are tried first in the reading that was right last.
func TestHabit(t *testing.T) {
	t.Parallel()
	list := make([]float64, 20)
	for i := range list {
		list[i] = float64(i) + 0.1
	}
	for _, each := range []bool{false, true} {
		var a giop.Assembler
		for i := range 3 {
			w := &filler{room: 64}
			w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
			for _, v := range []uint32{0, 1, 0} {
				w.put(4, uint64(v))
			}
			var octets []uint64
			for _, x := range list {
				octets = append(octets, math.Float64bits(x))
			}
			if each {
				for _, x := range octets {
					w.put(8, x)
				}
			} else {
				w.bulk(octets)
			}
			w.close(false)
			out, heads, err := join(&a, cut(t, w.out))
			if err != nil || len(out) != 1 {
				t.Fatal(err)
			}
			var d cdr.Decoder
			giop.Open(&d, heads[0], out[0], nil)
			if err := new(giop.Reply).Parse(heads[0], &d); err != nil {
				t.Fatal(err)
			}
			got, passes := make([]float64, len(list)), 0
			d.Rereads()
			for again := true; again; again = d.Reread() {
				passes++
				d.Doubles(got)
			}
			if err := d.Done(); err != nil || !slices.Equal(got, list) {
				t.Fatalf("each %t, message %d: %v, %v", each, i, got, err)
			}
			if i == 0 && passes == 1 || i > 0 && passes != 1 {
				t.Errorf("each %t, message %d: %d passes", each, i, passes)
			}
		}
	}
}

// TestUnasked shows that who does not ask whether to read again gets no other values, but MARSHAL.
func TestUnasked(t *testing.T) {
	t.Parallel()
	w := &filler{room: 64}
	w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
	for _, v := range []uint32{0, 1, 0} {
		w.put(4, uint64(v))
	}
	for i := range 20 {
		w.put(8, uint64(i))
	}
	w.close(false)
	var a giop.Assembler
	out, heads, err := join(&a, cut(t, w.out))
	if err != nil || len(out) != 1 {
		t.Fatal(err)
	}
	var d cdr.Decoder
	giop.Open(&d, heads[0], out[0], nil)
	if err := new(giop.Reply).Parse(heads[0], &d); err != nil {
		t.Fatal(err)
	}
	d.ULongLongs(make([]uint64, 20))
	if d.Done() == nil {
		t.Error("nothing is wrong")
	}
}

// filler writes little-endian GIOP 1.1, fragment by fragment, each aligned from its own header.
type filler struct {
	out, msg []byte
	before   []byte // the fragment before
	room     int
	pads     int
}

// What padding holds.
const (
	garbage = iota
	zeros
	leftOvers // of the fragment before
)

func (w *filler) pad(size int) {
	for at := len(w.msg); at%size != 0; at++ {
		var octet byte
		switch {
		case w.pads == garbage:
			octet = 0xdd
		case w.pads == leftOvers && at < len(w.before):
			octet = w.before[at]
		}
		w.msg = append(w.msg, octet)
	}
}

func (w *filler) open(head []byte) { w.msg = head }

func (w *filler) close(more bool) {
	giop.PatchSize(w.msg)
	if more {
		w.msg[6] |= 2
	}
	w.out = append(w.out, w.msg...)
	w.before = w.msg
}

func (w *filler) put(size int, v uint64) {
	w.pad(size)
	if len(w.msg)+size > w.room {
		w.next()
		w.pad(size)
	}
	w.raw(size, v)
}

// next fills the fragment up and begins another.
func (w *filler) next() {
	w.pad(8)
	w.close(true)
	w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeFragment}))
}

func (w *filler) raw(size int, v uint64) {
	for range size {
		w.msg = append(w.msg, byte(v))
		v >>= 8
	}
}

// bulk aligns once, and copies through as many fragments as it takes.
func (w *filler) bulk(list []uint64) {
	w.pad(8)
	var octets []byte
	for _, v := range list {
		octets = binary.LittleEndian.AppendUint64(octets, v)
	}
	for len(octets) > 0 {
		if len(w.msg) == w.room {
			w.next()
		}
		n := min(len(octets), w.room-len(w.msg))
		w.msg = append(w.msg, octets[:n]...)
		octets = octets[n:]
	}
}
