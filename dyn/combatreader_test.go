package dyn_test

import (
	"encoding/binary"
	"strings"

	tc "github.com/opendsom/dsom/typecode"
)

// A combatReader reads values as Combat 0.8.1 does (cdr.tcl): it aligns, looks whether the chunk has ended, and does not align again in the next.
type combatReader struct {
	b        []byte
	little   bool
	pos      int
	chunk    int // its end, -1 for none
	chunking bool
	level    int
	chunked  []bool

	expected
}

func (r *combatReader) order() binary.ByteOrder {
	if r.little {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

func (r *combatReader) align(n int) {
	r.pos = up(r.pos, n)
	r.look()
}

func (r *combatReader) look() {
	if r.chunk != -1 && r.pos >= r.chunk {
		r.pos, r.chunk = r.chunk, -1
		r.beginChunk()
	}
}

func (r *combatReader) beginChunk() {
	n := min(uint32(r.long()), mostOctets)
	r.chunk = r.pos + int(n)
}

func (r *combatReader) raw(n int) []byte {
	if n < 0 || n > mostOctets || r.pos+n > len(r.b) {
		panic(misreads("MARSHAL: past the end"))
	}
	r.pos += n
	return r.b[r.pos-n : r.pos]
}

func (r *combatReader) octets(n int) []byte {
	r.look()
	return r.raw(n)
}

func (r *combatReader) long() int {
	r.align(4)
	r.look()
	return int(int32(r.order().Uint32(r.raw(4))))
}

func (r *combatReader) primitive(k tc.Kind) uint64 {
	n := sizeOf(k)
	if n > 1 {
		r.align(n)
	}
	r.look()
	return wordOf(r.raw(n), r.order())
}

func (r *combatReader) wchar() uint64 {
	n := r.primitive(tc.TkOctet)
	return wideOf(r.octets(int(n)))
}

func (r *combatReader) text() string {
	s := string(r.octets(r.long() - 1))
	r.primitive(tc.TkOctet)
	return s
}

func (r *combatReader) wide() []byte { return r.octets(r.long()) }

func (r *combatReader) array(k tc.Kind, n int) (all []uint64) {
	if k == tc.TkOctet || k == tc.TkChar {
		return wordsOf(r.octets(n), 1, r.order())
	}
	for range n {
		all = append(all, r.primitive(k))
	}
	return all
}

func (r *combatReader) anyValue(t *tc.TypeCode, leaves *[]string) { eachLeaf(t, r, leaves, true) }

func (r *combatReader) id() string {
	at := up(r.pos, 4)
	n := r.long()
	if n == -1 {
		at = r.pos
		return r.idAt(at + r.long())
	}
	b := r.octets(n)
	return r.newID(at, []byte(strings.TrimSuffix(string(b), "\x00")))
}

func (r *combatReader) value() (h head) {
	r.align(4)
	at := r.pos
	tag := uint32(r.long())
	switch tag {
	case 0:
		return h
	case 0xffffffff:
		at = r.pos
		return head{at: at + r.long()}
	}
	h = head{begins: true, at: at}
	chunked := tag&8 != 0 || r.chunking
	switch tag & 6 {
	case 2:
		h.id = r.id()
	case 4:
		panic(misreads("an error: no tag of a value"))
	case 6:
		n := r.long()
		for i := range n {
			if s := r.id(); i == 0 {
				h.id = s
			}
		}
	}
	r.chunked = append(r.chunked, chunked)
	if chunked {
		r.chunking = true
		r.level++
		r.beginChunk()
	}
	return h
}

func (r *combatReader) endChunk() {
	if r.chunk != -1 {
		r.pos, r.chunk = r.chunk, -1
	}
}

func (r *combatReader) finish(bool) {
	chunked := r.chunked[len(r.chunked)-1]
	r.chunked = r.chunked[:len(r.chunked)-1]
	if !chunked {
		return
	}
	r.endChunk()
	level, at := r.level+1, 0
	for level > r.level {
		at = r.pos
		switch tag := r.long(); {
		case tag < 0:
			level = -tag
		case tag > 0 && tag < noBlock:
			r.pos = at
			r.beginChunk()
			r.endChunk()
		default:
			panic(misreads("an error: a value that is skipped"))
		}
	}
	if level < r.level {
		r.pos = at
	}
	if r.level--; r.level == 0 {
		r.chunking = false
	}
}

func (r *combatReader) ended() {}
