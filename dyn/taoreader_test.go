package dyn_test

import (
	"encoding/binary"

	tc "github.com/opendsom/dsom/typecode"
)

// A taoReader reads values as TAO does (ValueBase.cpp, and what tao_idl generates): it looks for chunks before and behind the members of each of a value's
// types, and nowhere between.
type taoReader struct {
	b      []byte
	little bool
	pos    int
	values []taoValue // around the place

	expected
}

type taoValue struct {
	chunked bool
	levels  int
	end     int // of the chunk
}

func (r *taoReader) order() binary.ByteOrder {
	if r.little {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

func (r *taoReader) take(n, align int) []byte {
	r.pos = up(r.pos, align) + min(n, mostOctets)
	if n < 0 || r.pos > len(r.b) {
		panic(misreads("MARSHAL: past the end"))
	}
	return r.b[r.pos-n : r.pos]
}

func (r *taoReader) long() int { return int(int32(r.order().Uint32(r.take(4, 4)))) }

// level looks for a chunk, or skips what is left of the value.
func (r *taoReader) level(truncated bool) {
	v := &r.values[len(r.values)-1]
	switch {
	case !v.chunked:
	case truncated:
		for {
			switch tag := r.long(); {
			case tag == -1:
				return
			case tag < 0:
			case tag < noBlock:
				r.take(tag, 1)
			default:
				panic(misreads("MARSHAL: a value in what is cut"))
			}
		}
	case r.pos < v.end:
		v.levels++
	case v.end != 0 && r.pos > v.end:
		panic(misreads("MARSHAL: beyond the chunk"))
	default:
		r.tag(v)
	}
}

func (r *taoReader) tag(v *taoValue) {
	switch tag := r.long(); {
	case tag < 0:
		if -tag > v.levels {
			panic(misreads("MARSHAL: an end tag"))
		}
		v.levels, v.end = -tag-1, 0
		if v.levels > 0 {
			r.tag(v)
		}
	case tag < noBlock:
		v.end = r.pos + min(tag, mostOctets)
		v.levels++
	default:
		panic(misreads("MARSHAL: a value where none is wanted"))
	}
}

func (r *taoReader) primitive(k tc.Kind) uint64 {
	n := sizeOf(k)
	return wordOf(r.take(n, n), r.order())
}

func (r *taoReader) wchar() uint64 {
	return wideOf(r.take(int(r.primitive(tc.TkOctet)), 1))
}

func (r *taoReader) text() string {
	b := r.wide()
	return string(b[:max(len(b)-1, 0)])
}

func (r *taoReader) wide() []byte { return r.take(r.long(), 1) }

func (r *taoReader) array(k tc.Kind, n int) []uint64 {
	if n == 0 {
		return nil
	}
	return wordsOf(r.take(n*sizeOf(k), sizeOf(k)), sizeOf(k), r.order())
}

func (r *taoReader) anyValue(t *tc.TypeCode, leaves *[]string) { eachLeaf(t, r, leaves, true) }

func (r *taoReader) value() (h head) {
	tag := uint32(r.long())
	switch {
	case tag == 0:
		return h
	case tag == 0xffffffff:
		n := r.long()
		return head{at: r.pos - 4 + n}
	}
	h = head{begins: true, at: r.pos - 4}
	id := func() string {
		n := r.long()
		at := r.pos - 4
		if n == -1 {
			n = r.long()
			return r.idAt(r.pos - 4 + n)
		}
		return r.newID(at, r.take(n, 1))
	}
	switch tag & 6 {
	case 2:
		h.id = id()
	case 6:
		for i := range r.long() {
			if s := id(); i == 0 {
				h.id = s
			}
		}
	}
	r.values = append(r.values, taoValue{tag&8 != 0, 1, 0})
	return h
}

func (r *taoReader) finish(bool) { r.values = r.values[:len(r.values)-1] }

func (r *taoReader) ended() {}
