package cdr

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Arrays of primitives, and the elements of sequences of them, go in bulk: one alignment and
// one bounds check for all. Lengths are not written or read; see Count.

// Booleans appends booleans.
func (e *Encoder) Booleans(v []bool) {
	e.step(1)
	at := len(e.buf)
	for _, x := range v {
		e.Boolean(x)
	}
	e.endRun(at)
}

// Chars appends narrow characters.
func (e *Encoder) Chars(v []byte) {
	if e.env.Narrow == nil {
		e.Octets(v)
		return
	}
	e.step(1)
	at := len(e.buf)
	for _, x := range v {
		e.Char(x)
	}
	e.endRun(at)
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

// A word is a number that takes the same octets in memory as in CDR, but for their order.
type word interface {
	~int16 | ~uint16 | ~int32 | ~uint32 | ~float32 | ~int64 | ~uint64 | ~float64
}

// hostLittle says that this machine keeps numbers in little-endian order.
var hostLittle = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// memory returns the octets of v, where they are.
func memory[T word](v []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(*new(T))))
}

// swap turns around the octets of each word in b, which has size octets: 2, 4 or 8.
func swap(b []byte, size int) {
	order := binary.NativeEndian
	switch size {
	case 2:
		for ; len(b) >= 2; b = b[2:] {
			order.PutUint16(b, bits.ReverseBytes16(order.Uint16(b)))
		}
	case 4:
		for ; len(b) >= 4; b = b[4:] {
			order.PutUint32(b, bits.ReverseBytes32(order.Uint32(b)))
		}
	case 8:
		for ; len(b) >= 8; b = b[8:] {
			order.PutUint64(b, bits.ReverseBytes64(order.Uint64(b)))
		}
	}
}

func put[T word](e *Encoder, v []T) {
	if len(v) == 0 {
		return
	}
	size := int(unsafe.Sizeof(v[0]))
	e.alignRun(size)
	if e.little == hostLittle {
		e.octets(memory(v))
		return
	}
	at := len(e.buf)
	e.buf = append(e.buf, memory(v)...)
	swap(e.buf[at:], size)
	e.endRun(at)
}

// Words is for those who pass primitives of size octets on as they are, in the encoder's byte order; see
// [Decoder.WordsView].
func (e *Encoder) Words(octets []byte, size int) {
	e.alignRun(size)
	if s := e.vals; size == 2 && s != nil && s.runs > 0 && s.parts { // each is a step there, but only the last may be moved
		n := max(len(octets)-3*size, 0)
		e.buf = append(e.buf, octets[:n]...)
		for octets = octets[n:]; len(octets) > 0; octets = octets[size:] {
			e.step(size)
			e.buf = append(e.buf, octets[:size]...)
		}
		return
	}
	e.octets(octets)
}

// Shorts appends shorts.
func (e *Encoder) Shorts(v []int16) { put(e, v) }

// UShorts appends unsigned shorts.
func (e *Encoder) UShorts(v []uint16) { put(e, v) }

// Longs appends longs.
func (e *Encoder) Longs(v []int32) { put(e, v) }

// ULongs appends unsigned longs.
func (e *Encoder) ULongs(v []uint32) { put(e, v) }

// LongLongs appends long longs.
func (e *Encoder) LongLongs(v []int64) { put(e, v) }

// ULongLongs appends unsigned long longs.
func (e *Encoder) ULongLongs(v []uint64) { put(e, v) }

// Floats appends floats.
func (e *Encoder) Floats(v []float32) { put(e, v) }

// Doubles appends doubles.
func (e *Encoder) Doubles(v []float64) { put(e, v) }

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
		return d.seamWords(n)
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

func get[T word](d *Decoder, dst []T) {
	size := int(unsafe.Sizeof(*new(T)))
	b := d.words(len(dst), size)
	if b == nil {
		return
	}
	copy(memory(dst), b)
	if d.little != hostLittle {
		swap(memory(dst), size)
	}
}

// Shorts fills dst.
func (d *Decoder) Shorts(dst []int16) { get(d, dst) }

// UShorts fills dst.
func (d *Decoder) UShorts(dst []uint16) { get(d, dst) }

// Longs fills dst.
func (d *Decoder) Longs(dst []int32) { get(d, dst) }

// ULongs fills dst.
func (d *Decoder) ULongs(dst []uint32) { get(d, dst) }

// LongLongs fills dst.
func (d *Decoder) LongLongs(dst []int64) { get(d, dst) }

// ULongLongs fills dst.
func (d *Decoder) ULongLongs(dst []uint64) { get(d, dst) }

// Floats fills dst.
func (d *Decoder) Floats(dst []float32) { get(d, dst) }

// Doubles fills dst.
func (d *Decoder) Doubles(dst []float64) { get(d, dst) }
