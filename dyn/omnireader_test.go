package dyn_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	tc "github.com/opendsom/dsom/typecode"
)

// misreads are what a model of a reader fails with: it raises MARSHAL, or ends.
type misreads string

// An omniReader reads values as omniORB 4.2.5 does (cdrValueChunkStream and giopImpl12): it has a part of the message in a buffer that ends at a multiple of 8,
// reads numbers wherever they are, and runs to the end of the buffer, then of the chunk, then over the ends of chunks.
type omniReader struct {
	b      []byte
	little bool
	same   bool // it is of the order of the message, and copies what is in anys in blocks
	python bool // it is omniORBpy, which reads texts and arrays of octets there in runs, and all else by itself
	random *rand.Rand
	least  int // octets in a buffer

	mkr    int // where it reads
	end    int // of what it may read of the buffer without a look
	buffer int // the end of the buffer

	remaining int // octets of the chunk behind the buffer
	inHeader  bool
	inChunk   bool
	level     int
	inAny     bool

	expected // types of anys
}

func up(p, n int) int { return (p + n - 1) &^ (n - 1) }

// fetchActual is what the stream below does that wants n octets.
func (r *omniReader) fetchActual(align, n int) {
	last := up(r.mkr, align)
	if last+n <= r.buffer {
		return
	}
	if last+n-r.buffer != n || r.buffer+n > len(r.b) {
		panic(misreads("MARSHAL: past the end"))
	}
	r.mkr = r.buffer
	r.refill()
}

func (r *omniReader) refill() { r.buffer = min(len(r.b), r.buffer+r.least+8*r.random.IntN(2)) }

// copyActual is what it does with a run.
func (r *omniReader) copyActual(n, align int) []byte {
	if r.mkr = up(r.mkr, align); r.mkr > r.buffer || r.mkr+n > len(r.b) {
		panic(misreads("MARSHAL: past the end"))
	}
	at := r.mkr
	for n > 0 {
		if r.mkr == r.buffer {
			r.refill()
		}
		k := min(n, r.buffer-r.mkr)
		r.mkr, n = r.mkr+k, n-k
	}
	return r.b[at:r.mkr]
}

func (r *omniReader) order() binary.ByteOrder {
	if r.little {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

func (r *omniReader) longActual() int {
	r.fetchActual(4, 4)
	r.mkr = up(r.mkr, 4) + 4
	return int(int32(r.order().Uint32(r.b[r.mkr-4:])))
}

// peek looks at the next tag; the place stays.
func (r *omniReader) peek() int {
	r.fetchActual(4, 4)
	return int(int32(r.order().Uint32(r.b[up(r.mkr, 4):])))
}

func (r *omniReader) startChunk() {
	n := 0
	if tag := r.peek(); tag > 0 && tag < 0x7fffff00 {
		n = r.longActual()
	}
	r.within(n)
	r.inChunk = true
}

// within says that n octets of the chunk are ahead.
func (r *omniReader) within(n int) {
	r.end, r.remaining = r.buffer, 0
	if n > r.buffer-r.mkr {
		r.remaining = n - (r.buffer - r.mkr)
	} else {
		r.end = r.mkr + n
	}
}

func (r *omniReader) endValue() {
	tag := r.longActual()
	if tag >= 0 || -tag-1 >= r.level {
		panic(misreads(fmt.Sprintf("MARSHAL: %d for the end of a value at level %d", tag, r.level)))
	}
	r.level, r.inChunk, r.end = -tag-1, false, r.mkr
}

// fetch has n octets before the end, for a number that is aligned so.
func (r *omniReader) fetch(align, n int) {
	for up(r.mkr, align)+n > r.end {
		switch {
		case r.inHeader:
			r.fetchActual(align, n)
			r.end = r.buffer
			return
		case !r.inChunk:
			r.startChunk()
		case r.remaining > 0:
			if r.end != r.buffer {
				panic(misreads("an assertion fails: more of the chunk is to come, but not behind this buffer"))
			}
			r.fetchActual(align, n)
			r.within(r.remaining)
			return
		default:
			switch tag := r.peek(); {
			case tag < 0:
				r.endValue()
			case tag == 0:
				panic(misreads("MARSHAL: a chunk of no octets"))
			case tag < 0x7fffff00:
				r.startChunk()
			default:
				if n != 4 {
					panic(misreads("MARSHAL: a value where none is wanted"))
				}
				r.end = up(r.mkr, align) + n
				r.inChunk, r.inHeader = false, true
				r.level++
				return
			}
		}
	}
}

func (r *omniReader) numeral(n int) uint64 {
	r.fetch(n, n)
	r.mkr = up(r.mkr, n) + n
	return wordOf(r.b[r.mkr-n:r.mkr], r.order())
}

func wordOf(b []byte, order binary.ByteOrder) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(order.Uint16(b))
	case 4:
		return uint64(order.Uint32(b))
	}
	return order.Uint64(b)
}

// wideOf returns a wide character of as many octets as it has.
func wideOf(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// align is what copies from anys do before a run.
func (r *omniReader) align(n int) {
	for up(r.mkr, n) > r.end {
		r.fetch(n, 0)
	}
	r.mkr = up(r.mkr, n)
}

// run reads octets at once.
func (r *omniReader) run(n, align int) (got []byte) {
	p := up(r.mkr, align)
	if p+n <= r.end {
		r.mkr = p + n
		return r.b[p:r.mkr]
	}
	if r.inHeader {
		got = r.copyActual(n, align)
		r.end = r.buffer
		return got
	}
	if !r.inChunk {
		panic(misreads("MARSHAL: a run outside of a chunk"))
	}
	if p > r.end {
		panic(misreads("the process ends: a run begins behind the end of its chunk"))
	}
	if p < r.end {
		if r.end > len(r.b) {
			panic(misreads("memory behind the message is read"))
		}
		got = append(got, r.b[p:r.end]...)
		r.mkr = r.end
	}
	if r.remaining > 0 {
		if r.end != r.buffer {
			panic(misreads("the state is wrong: more of the chunk is to come, but not behind this buffer"))
		}
		want := n - len(got)
		if r.remaining > want { // here it goes wrong: the end is where the chunk's is, whether the buffer is as long or not
			got = append(got, r.copyActual(want, align)...)
			r.remaining -= want
			r.end = r.mkr + r.remaining
		} else {
			got = append(got, r.copyActual(r.remaining, align)...)
			r.remaining, r.end = 0, r.mkr
		}
	}
	if len(got) == 0 && n > 0 {
		if r.peek() < 0 {
			r.endValue()
			r.inChunk = true
		}
	}
	for len(got) < n {
		k := r.longActual()
		if align == 8 && r.mkr&7 != 0 {
			k -= 4
		}
		if k <= 0 || k >= 0x7fffff00 {
			panic(misreads("MARSHAL: no chunk where a run goes on"))
		}
		want := n - len(got)
		got = append(got, r.copyActual(min(k, want), align)...)
		if r.end = r.mkr; k >= want {
			r.within(k - want)
		}
	}
	return got
}

func (r *omniReader) primitive(k tc.Kind) uint64 { return r.numeral(sizeOf(k)) }

func (r *omniReader) text() string {
	b := r.octets(r.bounded(r.numeral(4)))
	return string(b[:max(len(b)-1, 0)])
}

// octets reads a text: one by one if it is converted.
func (r *omniReader) octets(n int) (b []byte) {
	if !r.inAny || r.python {
		return r.run(n, 1)
	}
	for range n {
		b = append(b, byte(r.numeral(1)))
	}
	return b
}

func (r *omniReader) wide() []byte { return r.run(r.bounded(r.numeral(4)), 1) }

func (r *omniReader) array(k tc.Kind, n int) (all []uint64) {
	if k == tc.TkChar || n == 0 {
		for range n {
			all = append(all, r.primitive(k))
		}
		return all
	}
	return wordsOf(r.run(n*sizeOf(k), sizeOf(k)), sizeOf(k), r.order())
}

func wordsOf(b []byte, size int, order binary.ByteOrder) (all []uint64) {
	for ; len(b) >= size; b = b[size:] {
		all = append(all, wordOf(b[:size], order))
	}
	return all
}

// value begins a value.
func (r *omniReader) value() (h head) {
	var tag int
	outermost := r.level == 0
	if outermost {
		tag = r.longActual()
		r.level, r.inHeader, r.end = 1, true, r.buffer
	} else {
		tag = int(int32(r.numeral(4)))
	}
	switch {
	case tag == 0:
		return h
	case tag == -1:
		n := int(int32(r.numeral(4)))
		return head{at: r.mkr - 4 + n}
	case tag < 0x7fffff00:
		panic(misreads("MARSHAL: no value"))
	}
	h = head{begins: true, at: r.mkr - 4}
	ids := 0
	switch tag & 6 {
	case 2:
		ids = 1
	case 6:
		ids = int(r.numeral(4))
	}
	for i := range ids {
		var id string
		if n := int(int32(r.numeral(4))); n == -1 {
			n = int(int32(r.numeral(4)))
			id = r.idAt(r.mkr - 4 + n)
		} else {
			at := r.mkr - 4
			id = r.newID(at, r.run(n, 1))
		}
		if i == 0 {
			h.id = id
		}
	}
	if !r.inHeader {
		panic(misreads("MARSHAL: no header"))
	}
	r.inHeader = false
	r.startChunk()
	return h
}

// finish passes over what is left of a value that is cut.
func (r *omniReader) finish(truncated bool) {
	if !truncated {
		return
	}
	for level := r.level; r.level >= level; {
		r.mkr = r.end
		switch {
		case !r.inChunk:
			r.startChunk()
		case r.remaining > 0:
			r.fetchActual(1, 1)
			r.within(r.remaining)
		default:
			switch tag := r.peek(); {
			case tag < 0:
				r.endValue()
			case tag == 0:
				panic(misreads("MARSHAL: a chunk of no octets"))
			case tag < 0x7fffff00:
				r.startChunk()
			default:
				panic(misreads("MARSHAL: a value of a type that is not known, in what is cut"))
			}
		}
	}
}

// ended ends the outermost value.
func (r *omniReader) ended() {
	if r.level > 0 {
		r.endValue()
	}
	r.level, r.inChunk, r.end = 0, false, r.mkr
}

// A block is what is copied from an any at once, or one by one if it has no size.
type block struct {
	size, align int
	tc          *tc.TypeCode
}

// table returns the blocks of a type, as TypeCode_base::alignmentTable does.
func table(t *tc.TypeCode) []block {
	switch k := t.Kind(); k {
	case tc.TkAlias:
		return table(t.Content())
	case tc.TkArray:
		n := int(t.Length())
		of := table(t.Content())
		if n == 1 {
			return of
		}
		if !simple(of) {
			return []block{{tc: t}}
		}
		if len(of) == 1 {
			return []block{{of[0].size + (n-1)*up(of[0].size, of[0].align), of[0].align, nil}}
		}
		each := rowOf(of)
		return append(append([]block(nil), of...), block{(n - 1) * each, 1, nil})
	case tc.TkStruct:
		var all []block
		open := block{0, 8, nil}
		flush := func() {
			if open.size > 0 {
				all = append(all, open)
			}
			open = block{0, 8, nil}
		}
		for i := range t.Len() {
			for _, b := range table(t.MemberType(i)) {
				switch {
				case b.tc != nil:
					flush()
					all = append(all, b)
				case open.size%b.align == 0 && b.align <= open.align:
					if open.size == 0 {
						open.align = b.align
					}
					open.size += b.size
				default:
					flush()
					open = b
				}
			}
		}
		flush()
		return all
	case tc.TkChar, tc.TkWChar, tc.TkString, tc.TkWString, tc.TkAny, tc.TkSequence, tc.TkUnion, tc.TkTypeCode:
		return []block{{tc: t}}
	default:
		return []block{{sizeOf(k), sizeOf(k), nil}}
	}
}

func simple(all []block) bool {
	for _, b := range all {
		if b.tc != nil {
			return false
		}
	}
	return true
}

// rowOf returns how many octets each element takes behind the first.
func rowOf(of []block) int {
	first := 0
	for _, b := range of {
		first = up(first, b.align) + b.size
	}
	end := first
	for _, b := range of {
		end = up(end, b.align) + b.size
	}
	return end - first
}

// anyValue copies what an any holds, aligned as it will be in a stream of its own, where leaves are read.
func (r *omniReader) anyValue(t *tc.TypeCode, leaves *[]string) {
	if !r.same {
		around := r.inAny
		r.inAny = true
		eachLeaf(t, r, leaves, true)
		r.inAny = around
		return
	}
	c := &copied{order: r.order()}
	r.blocks(t, c)
	eachLeaf(t, c, leaves, true)
}

func (r *omniReader) copyTo(c *copied, n, align int) {
	r.align(align)
	for len(c.b)&(align-1) != 0 {
		c.b = append(c.b, 0)
	}
	c.b = append(c.b, r.run(n, align)...)
}

func (r *omniReader) blocks(t *tc.TypeCode, c *copied) {
	for _, b := range table(t) {
		if b.tc == nil {
			r.copyTo(c, b.size, b.align)
			continue
		}
		switch t := b.tc; t.Kind() {
		case tc.TkChar:
			c.put(r.numeral(1), 1)
		case tc.TkWChar:
			n := r.numeral(1)
			c.put(n, 1)
			r.copyTo(c, int(n), 1)
		case tc.TkString, tc.TkWString:
			n := r.numeral(4)
			c.put(n, 4)
			r.copyTo(c, r.bounded(n), 1)
		case tc.TkAny:
			in := r.readType(r)
			var leaves []string
			r.anyValue(in, &leaves)
			c.anys = append(c.anys, leaves)
		case tc.TkUnion:
			k := t.Discriminator().Kind()
			label := r.primitive(k)
			c.put(label, sizeOf(k))
			if i := t.Arm(int64(label)); i >= 0 {
				r.blocks(t.MemberType(i), c)
			}
		case tc.TkArray:
			for range t.Length() {
				r.blocks(t.Content(), c)
			}
		case tc.TkSequence:
			n := r.bounded(r.numeral(4))
			c.put(uint64(n), 4)
			of := table(t.Content())
			switch {
			case n == 0:
			case simple(of) && len(of) == 1:
				r.copyTo(c, of[0].size+(n-1)*up(of[0].size, of[0].align), of[0].align)
			case simple(of) && len(of) > 1:
				for _, b := range of {
					r.copyTo(c, b.size, b.align)
				}
				each := rowOf(of)
				r.copyTo(c, (n-1)*each, 1)
			default:
				for range n {
					r.blocks(t.Content(), c)
				}
			}
		default:
			panic(fmt.Sprint("the model knows nothing of ", t.Kind()))
		}
	}
}

func (r *omniReader) bounded(n uint64) int {
	if n > 1<<20 {
		panic(misreads("MARSHAL: longer than the message"))
	}
	return int(n)
}

// copied is what was copied from an any.
type copied struct {
	b     []byte
	pos   int
	order binary.ByteOrder
	anys  [][]string
}

func (c *copied) put(v uint64, n int) {
	for len(c.b)&(n-1) != 0 {
		c.b = append(c.b, 0)
	}
	switch o := c.order.(binary.AppendByteOrder); n {
	case 1:
		c.b = append(c.b, byte(v))
	case 2:
		c.b = o.AppendUint16(c.b, uint16(v))
	case 4:
		c.b = o.AppendUint32(c.b, uint32(v))
	case 8:
		c.b = o.AppendUint64(c.b, v)
	}
}

func (c *copied) take(n, align int) []byte {
	c.pos = up(c.pos, align)
	if c.pos+n > len(c.b) {
		panic(misreads("MARSHAL: the end of what was copied"))
	}
	c.pos += n
	return c.b[c.pos-n : c.pos]
}

func (c *copied) primitive(k tc.Kind) uint64 { return wordOf(c.take(sizeOf(k), sizeOf(k)), c.order) }

func (c *copied) text() string {
	b := c.take(int(c.primitive(tc.TkULong)), 1)
	return string(b[:max(len(b)-1, 0)])
}

func (c *copied) wide() []byte { return c.take(int(c.primitive(tc.TkULong)), 1) }

func (c *copied) array(k tc.Kind, n int) []uint64 {
	if n == 0 {
		return nil
	}
	return wordsOf(c.take(n*sizeOf(k), sizeOf(k)), sizeOf(k), c.order)
}

func (c *copied) anyValue(_ *tc.TypeCode, leaves *[]string) {
	*leaves = append(*leaves, c.anys[0]...)
	c.anys = c.anys[1:]
}

func (c *copied) wchar() uint64 {
	n := int(c.primitive(tc.TkOctet))
	return wordOf(c.take(n, 1), binary.BigEndian)
}

func (r *omniReader) wchar() uint64 {
	n := r.numeral(1)
	return wordOf(r.run(int(n), 1), binary.BigEndian)
}
