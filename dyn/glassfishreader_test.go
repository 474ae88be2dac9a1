package dyn_test

import (
	"encoding/binary"

	tc "github.com/opendsom/dsom/typecode"
)

// A glassReader reads values as the ORB of GlassFish does (CDRInputStream_1_0, 4.2): before each primitive it looks whether the chunk ends at the very place.
type glassReader struct {
	b       []byte
	little  bool
	pos     int
	block   int // the end of the chunk; noBlock if it is in none
	chunked bool
	level   int // what the end tag is of the innermost value in chunks
	around  []bool

	expected
}

const (
	noBlock    = 0x7fffff00
	mostOctets = 1 << 20 // longer than any message here
)

func (r *glassReader) order() binary.ByteOrder {
	if r.little {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

// check is what it does before n octets that are aligned.
func (r *glassReader) check(align, n int) {
	if !r.chunked {
		return
	}
	end := false
	if r.block == r.pos {
		r.startBlock()
		end = r.block == noBlock
	} else if r.block < r.pos {
		panic(misreads("MARSHAL: beyond the chunk"))
	}
	if r.block != noBlock && r.block < up(r.pos, align)+n {
		panic(misreads("MARSHAL: the chunk ends within what is wanted"))
	}
	if end && r.peek() < 0 {
		panic(misreads("MARSHAL: the value ends"))
	}
}

func (r *glassReader) raw(n, align int) []byte {
	r.pos = up(r.pos, align) + min(n, mostOctets)
	if n < 0 || r.pos > len(r.b) {
		panic(misreads("MARSHAL: past the end"))
	}
	return r.b[r.pos-n : r.pos]
}

func (r *glassReader) take(n, align int) []byte {
	r.check(align, n)
	return r.raw(n, align)
}

func (r *glassReader) long() int { return int(int32(r.order().Uint32(r.take(4, 4)))) }

func (r *glassReader) peek() int {
	n := r.long()
	r.pos -= 4 // the padding is behind it
	return n
}

func (r *glassReader) startBlock() {
	if !r.chunked {
		return
	}
	r.block = noBlock
	if n := r.long(); n > 0 && n < noBlock {
		r.block = r.pos + min(n, mostOctets)
	} else {
		r.pos -= 4
	}
}

func (r *glassReader) primitive(k tc.Kind) uint64 {
	n := sizeOf(k)
	return wordOf(r.take(n, n), r.order())
}

func (r *glassReader) wchar() uint64 {
	n := r.primitive(tc.TkOctet)
	return wideOf(r.raw(int(n), 1))
}

func (r *glassReader) text() string {
	n := r.long()
	if n == 0 {
		return ""
	}
	s := string(r.raw(n-1, 1))
	r.primitive(tc.TkOctet)
	return s
}

func (r *glassReader) wide() []byte { return r.raw(r.long(), 1) }

func (r *glassReader) array(k tc.Kind, n int) (all []uint64) {
	if k == tc.TkOctet && n > 0 {
		r.check(1, 1)
		return wordsOf(r.raw(n, 1), 1, r.order())
	}
	for range n {
		all = append(all, r.primitive(k))
	}
	return all
}

func (r *glassReader) anyValue(t *tc.TypeCode, leaves *[]string) { eachLeaf(t, r, leaves, true) }

func (r *glassReader) value() (h head) {
	tag := uint32(r.long())
	switch {
	case tag == 0:
		return h
	case tag == 0xffffffff:
		return head{at: r.long() + r.pos - 4}
	case tag < noBlock:
		panic(misreads("MARSHAL: no value"))
	}
	h = head{begins: true, at: r.pos - 4}
	r.around = append(r.around, r.chunked)
	r.chunked = tag&8 != 0
	id := func() string {
		at := up(r.pos, 4)
		n := r.long()
		if n == -1 {
			return r.idAt(r.long() + r.pos - 4)
		}
		b := r.raw(n-1, 1)
		r.primitive(tc.TkOctet)
		return r.newID(at, b)
	}
	if r.chunked && len(r.around) > 1 && r.around[len(r.around)-1] {
		r.block = noBlock // the header is in no chunk
	}
	switch tag & 6 {
	case 2:
		h.id = id()
	case 6:
		n := r.long()
		for i := range n {
			if s := id(); i == 0 {
				h.id = s
			}
		}
	}
	r.startBlock()
	if r.chunked {
		r.level--
	}
	return h
}

func (r *glassReader) finish(bool) {
	if r.chunked {
		for r.block != noBlock {
			if r.block < r.pos {
				panic(misreads("MARSHAL: beyond the chunk"))
			}
			r.pos = r.block
			r.startBlock()
		}
		if r.peek() >= 0 {
			panic(misreads("MARSHAL: a value that nobody wants"))
		}
		switch tag := r.long(); {
		case tag < r.level:
			panic(misreads("MARSHAL: the end of a value around all"))
		case tag != r.level:
			r.pos -= 4
		}
		r.level++
	}
	r.chunked = r.around[len(r.around)-1]
	r.around = r.around[:len(r.around)-1]
	r.startBlock()
}

func (r *glassReader) ended() {}
