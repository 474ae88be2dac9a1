package giop_test

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

// chunks writes the state of a value in chunks over the fragments of a filler.
type chunks struct {
	filler
	each   bool // each element of a list is aligned; otherwise a list that goes over the fragment's end is copied, in a chunk of its own
	early  bool // the size of a chunk is said before its first value is known to go into the next fragment, as omniORB does it
	joined int  // octets of the fragments before, as they are put together
	size   int  // where the open chunk's size is, in out and what follows; 0: none is open
	start  int  // of the open chunk's data, in the message
}

func (w *chunks) at() int { return w.joined + len(w.msg) }

// split fills the fragment up and begins another.
func (w *chunks) split() {
	w.joined += len(w.msg) - giop.HeaderSize
	w.next()
}

func (w *chunks) number(size int, v uint64) {
	if w.pad(size); len(w.msg)+size > w.room {
		w.split()
		w.pad(size)
	}
	w.raw(size, v)
}

func (w *chunks) begin() {
	w.number(4, 0)
	w.size, w.start = len(w.out)+len(w.msg)-4, w.at()
}

func (w *chunks) end() {
	if w.size == 0 {
		return
	}
	octets := w.msg
	if w.size -= len(w.out); w.size < 0 {
		w.size += len(w.out)
		octets = w.out
	}
	binary.LittleEndian.PutUint32(octets[w.size:], uint32(w.at()-w.start))
	w.size = 0
}

// value writes one of size octets into the open chunk, which ends where the fragment does unless nothing is in it yet.
func (w *chunks) value(size int, v uint64) {
	if w.size == 0 {
		w.begin()
	}
	empty := w.at() == w.start
	w.pad(size)
	switch full := len(w.msg)+size > w.room; {
	case full && !empty:
		w.end()
		w.value(size, v)
		return
	case full && w.early:
		w.joined += size
		w.end()
		w.joined -= size
	}
	w.number(size, v)
}

func (w *chunks) list(list []uint64) {
	w.value(4, uint64(len(list)))
	if len(list) == 0 {
		return
	}
	if w.size == 0 {
		w.begin()
	}
	if w.each || (len(w.msg)+7)&^7+8*len(list) <= w.room {
		for _, v := range list {
			w.value(8, v)
		}
		return
	}
	if w.at() > w.start {
		w.end()
		w.begin()
	}
	w.pad(8)
	for _, v := range list {
		for k := range 8 { // an element may go over the end as well
			if len(w.msg) == w.room {
				w.split()
			}
			w.raw(1, v>>(8*k)&0xff)
		}
	}
	w.end()
}

// TestChunksOverSeams lets senders of both kinds fill fragments with values in chunks, which hold numbers, and lists that go over the
// ends of chunks, of fragments, and of both: none comes as another, and most come.
func TestChunksOverSeams(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 8))
	read, undecided := 0, 0
	for round := range 600 {
		w := &chunks{filler: filler{room: 64 + 8*r.IntN(30), pads: zeros}, each: r.IntN(2) == 0, early: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			w.pads = leftOvers
		}
		w.open(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Little: true, Type: giop.TypeReply}))
		for _, v := range []uint64{0, 1, 0, 0x7fffff08} { // no contexts, id, status; a value in chunks, of the type that is declared
			w.number(4, v)
		}
		type member struct {
			size int // 0: a list
			list []uint64
		}
		var members []member
		for range 1 + r.IntN(6) {
			m := member{[]int{0, 0, 1, 2, 4, 8}[r.IntN(6)], make([]uint64, 1)}
			if m.size == 0 {
				m.list = make([]uint64, r.IntN(60))
				for i := range m.list {
					m.list[i] = r.Uint64()
				}
				w.list(m.list)
			} else {
				m.list[0] = r.Uint64() >> (64 - 8*m.size)
				w.value(m.size, m.list[0])
			}
			members = append(members, m)
		}
		w.end()
		w.number(4, 0xffffffff)
		w.number(4, 0xcafe)
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
		var got [][]uint64
		var behind uint32
		passes := 0
		d.Rereads()
		for again := true; again; again = d.Reread() {
			passes++
			got = nil
			h := d.BeginValue()
			for _, m := range members {
				list := make([]uint64, 1)
				switch m.size {
				case 0:
					list = make([]uint64, d.Count(8))
					d.ULongLongs(list)
				case 1:
					list[0] = uint64(d.Octet())
				case 2:
					list[0] = uint64(d.UShort())
				case 4:
					list[0] = uint64(d.ULong())
				default:
					list[0] = d.ULongLong()
				}
				got = append(got, list)
			}
			d.EndValue(h, false)
			behind = d.ULong()
		}
		if err := d.Done(); err != nil {
			if undecided++; passes != 2 || !strings.Contains(err.Error(), "can be read in two ways") {
				t.Errorf("round %d, each %t, room %d, %d seams: %v after %d passes", round, w.each, w.room, len(heads), err, passes)
			}
			continue
		}
		read++
		for i, m := range members {
			if !slices.Equal(got[i], m.list) {
				t.Errorf("round %d, each %t, room %d, pass %d: member %d of %v is %v", round, w.each, w.room, passes, i, m, got[i])
			}
		}
		if behind != 0xcafe {
			t.Errorf("round %d: %#x behind the value", round, behind)
		}
	}
	t.Logf("%d read, %d undecided", read, undecided)
	if undecided > read/100 {
		t.Error("too much is left undecided")
	}
}
