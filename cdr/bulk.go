package cdr

import (
	"encoding/binary"
	"math"
)

// Arrays of primitives, and the elements of sequences of them, go in bulk: one alignment and
// one bounds check for all. Lengths are not written or read; see Count.

// Booleans appends booleans.
func (e *Encoder) Booleans(v []bool) {
	for _, x := range v {
		e.Boolean(x)
	}
}

// Chars appends narrow characters.
func (e *Encoder) Chars(v []byte) {
	if e.env.Narrow == nil {
		e.buf = append(e.buf, v...)
		return
	}
	for _, x := range v {
		e.Char(x)
	}
}

// WChars appends wide characters.
func (e *Encoder) WChars(v []rune) {
	for _, x := range v {
		e.WChar(x)
	}
}

// LongDoubles appends long doubles.
func (e *Encoder) LongDoubles(v []LongDouble) {
	for _, x := range v {
		e.LongDouble(x)
	}
}

// grow aligns for n elements of size octets and returns the room for them.
func (e *Encoder) grow(n, size int) []byte {
	if n == 0 {
		return nil
	}
	e.Align(size)
	at := len(e.buf)
	if need := at + n*size; need <= cap(e.buf) {
		e.buf = e.buf[:need]
	} else {
		e.buf = append(e.buf, make([]byte, n*size)...)
	}
	return e.buf[at:]
}

type word16 interface{ ~int16 | ~uint16 }
type word32 interface{ ~int32 | ~uint32 }
type word64 interface{ ~int64 | ~uint64 }

func put16[T word16](e *Encoder, v []T) {
	b := e.grow(len(v), 2)
	if e.little {
		for i, x := range v {
			binary.LittleEndian.PutUint16(b[2*i:], uint16(x))
		}
		return
	}
	for i, x := range v {
		binary.BigEndian.PutUint16(b[2*i:], uint16(x))
	}
}

func put32[T word32](e *Encoder, v []T) {
	b := e.grow(len(v), 4)
	if e.little {
		for i, x := range v {
			binary.LittleEndian.PutUint32(b[4*i:], uint32(x))
		}
		return
	}
	for i, x := range v {
		binary.BigEndian.PutUint32(b[4*i:], uint32(x))
	}
}

func put64[T word64](e *Encoder, v []T) {
	b := e.grow(len(v), 8)
	if e.little {
		for i, x := range v {
			binary.LittleEndian.PutUint64(b[8*i:], uint64(x))
		}
		return
	}
	for i, x := range v {
		binary.BigEndian.PutUint64(b[8*i:], uint64(x))
	}
}

// Shorts appends shorts.
func (e *Encoder) Shorts(v []int16) { put16(e, v) }

// UShorts appends unsigned shorts.
func (e *Encoder) UShorts(v []uint16) { put16(e, v) }

// Longs appends longs.
func (e *Encoder) Longs(v []int32) { put32(e, v) }

// ULongs appends unsigned longs.
func (e *Encoder) ULongs(v []uint32) { put32(e, v) }

// LongLongs appends long longs.
func (e *Encoder) LongLongs(v []int64) { put64(e, v) }

// ULongLongs appends unsigned long longs.
func (e *Encoder) ULongLongs(v []uint64) { put64(e, v) }

// Floats appends floats.
func (e *Encoder) Floats(v []float32) {
	b := e.grow(len(v), 4)
	if e.little {
		for i, x := range v {
			binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
		}
		return
	}
	for i, x := range v {
		binary.BigEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
}

// Doubles appends doubles.
func (e *Encoder) Doubles(v []float64) {
	b := e.grow(len(v), 8)
	if e.little {
		for i, x := range v {
			binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(x))
		}
		return
	}
	for i, x := range v {
		binary.BigEndian.PutUint64(b[8*i:], math.Float64bits(x))
	}
}

// Booleans fills dst.
func (d *Decoder) Booleans(dst []bool) {
	for i := range dst {
		dst[i] = d.Boolean()
	}
}

// Chars fills dst with narrow characters.
func (d *Decoder) Chars(dst []byte) {
	if d.env.Narrow == nil {
		d.Octets(dst)
		return
	}
	for i := range dst {
		dst[i] = d.Char()
	}
}

// WChars fills dst with wide characters.
func (d *Decoder) WChars(dst []rune) {
	for i := range dst {
		dst[i] = d.WChar()
	}
}

// LongDoubles fills dst.
func (d *Decoder) LongDoubles(dst []LongDouble) {
	for i := range dst {
		dst[i] = d.LongDouble()
	}
}

// words aligns for n elements of size octets and returns their octets, or nil.
func (d *Decoder) words(n, size int) []byte {
	if n == 0 {
		return nil
	}
	if size == 8 && d.seams != nil {
		d.pos = min(d.seams.alignBulk(d.pos, d.base), d.end)
		return d.OctetsView(8 * n)
	}
	if d.chunked() && n > (d.end-d.align(size))/size {
		return d.gatherWords(n, size)
	}
	d.Align(size)
	return d.OctetsView(n * size)
}

// WordsView is for those who pass n primitives of size octets on as they are: it returns
// their octets, in the decoder's byte order, after any padding before the first. They are valid as long as the buffer.
func (d *Decoder) WordsView(n, size int) []byte {
	if n > d.Remaining()/size {
		d.short(n)
		return nil
	}
	return d.words(n, size)
}

func get16[T word16](d *Decoder, dst []T) {
	b := d.words(len(dst), 2)
	if b == nil {
		return
	}
	if d.little {
		for i := range dst {
			dst[i] = T(binary.LittleEndian.Uint16(b[2*i:]))
		}
		return
	}
	for i := range dst {
		dst[i] = T(binary.BigEndian.Uint16(b[2*i:]))
	}
}

func get32[T word32](d *Decoder, dst []T) {
	b := d.words(len(dst), 4)
	if b == nil {
		return
	}
	if d.little {
		for i := range dst {
			dst[i] = T(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return
	}
	for i := range dst {
		dst[i] = T(binary.BigEndian.Uint32(b[4*i:]))
	}
}

func get64[T word64](d *Decoder, dst []T) {
	b := d.words(len(dst), 8)
	if b == nil {
		return
	}
	if d.little {
		for i := range dst {
			dst[i] = T(binary.LittleEndian.Uint64(b[8*i:]))
		}
		return
	}
	for i := range dst {
		dst[i] = T(binary.BigEndian.Uint64(b[8*i:]))
	}
}

// Shorts fills dst.
func (d *Decoder) Shorts(dst []int16) { get16(d, dst) }

// UShorts fills dst.
func (d *Decoder) UShorts(dst []uint16) { get16(d, dst) }

// Longs fills dst.
func (d *Decoder) Longs(dst []int32) { get32(d, dst) }

// ULongs fills dst.
func (d *Decoder) ULongs(dst []uint32) { get32(d, dst) }

// LongLongs fills dst.
func (d *Decoder) LongLongs(dst []int64) { get64(d, dst) }

// ULongLongs fills dst.
func (d *Decoder) ULongLongs(dst []uint64) { get64(d, dst) }

// Floats fills dst.
func (d *Decoder) Floats(dst []float32) {
	b := d.words(len(dst), 4)
	if b == nil {
		return
	}
	for i := range dst {
		if d.little {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		} else {
			dst[i] = math.Float32frombits(binary.BigEndian.Uint32(b[4*i:]))
		}
	}
}

// Doubles fills dst.
func (d *Decoder) Doubles(dst []float64) {
	b := d.words(len(dst), 8)
	if b == nil {
		return
	}
	for i := range dst {
		if d.little {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		} else {
			dst[i] = math.Float64frombits(binary.BigEndian.Uint64(b[8*i:]))
		}
	}
}
