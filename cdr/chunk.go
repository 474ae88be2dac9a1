package cdr

import (
	"math"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// The state of a value may come in chunks, so that who does not know its type can skip what
// it does not understand (CORBA 3.3 part 2, clause 9.3.4.6): each chunk has its size before it, values
// inside stand between chunks, and an end tag of minus the level of nesting ends a value, and
// with it all that are inside. While a decoder is in a chunk its end is that of the chunk; between
// chunks it is where it stands.

// enterChunks begins the state of a chunked value.
func (d *Decoder) enterChunks(h *ValueHead) {
	s := d.vals
	if most := d.env.Limits.Int(limits.ValueDepth); s.level >= most {
		d.Fail(exceeded(d.env, limits.ValueDepth, s.level+1))
		return
	}
	if s.level == 0 {
		s.end = d.end
	}
	s.level++
	h.level = s.level
	d.end = d.pos
}

// chunked reports whether d is in a chunk or between two. It is not where it reads what stands
// between chunks: there its end is that of the input.
func (d *Decoder) chunked() bool {
	return d.vals != nil && d.vals.level > 0 && !d.vals.over && d.end < d.vals.end
}

// align returns the place of the next multiple of n.
func (d *Decoder) align(n int) int {
	if n == 8 && d.seams != nil {
		return d.seams.align8(d.pos, d.base)
	}
	return (d.pos-d.base+n-1)&^(n-1) + d.base
}

// more is what primitives try when their octets are not before d's end: the next chunk may
// have them. It leaves d aligned before n octets, or fails.
//
//go:noinline
func (d *Decoder) more(n, align int) bool {
	if d.err == nil && d.chunked() && d.align(align) >= d.end {
		if !d.goOn(n) {
			return false
		}
		if n == 8 && align == 8 && d.seams != nil {
			d.countPadding()
		}
		if p := d.align(align); n <= d.end-p {
			d.pos = p
			return true
		}
	}
	d.short(n)
	return false
}

// goOn enters the next chunk, for n octets, or fails.
func (d *Decoder) goOn(n int) bool {
	on := d.nextChunk()
	if !on && d.err == nil {
		d.Fail(marshal(exc.MinorTruncated, "%d octets wanted at offset %d, but the value's state ends there", n, d.pos-d.base))
	}
	return on
}

// nextChunk enters the chunk that starts behind this one's end, if one does.
func (d *Decoder) nextChunk() bool {
	s := d.vals
	back := [2]int{d.pos, d.end}
	d.pos, d.end = d.end, s.end
	tag := d.ULong()
	switch {
	case d.err != nil:
		return false
	case !isChunkSize(tag):
		d.pos, d.end = back[0], back[1]
		return false
	case int64(tag) > int64(d.end-d.pos):
		d.Fail(marshal(exc.MinorTruncated, "a chunk of %d octets, but %d octets are left", tag, d.end-d.pos))
		return false
	}
	d.end = d.pos + int(tag)
	return true
}

// valueTag reads the tag of a value, null or an indirection, and returns its place. In a
// chunked value the former stands between chunks, the others in one or, from some peers, between.
func (d *Decoder) valueTag() (tag uint32, at int) {
	if !d.chunked() {
		d.Align(4)
		return d.ULong(), d.pos - 4
	}
	if d.align(4) >= d.end && !d.nextChunk() && d.err == nil {
		d.pos, d.end = d.end, d.vals.end // behind the padding
		tag = d.ULong()
		return tag, d.pos - 4
	}
	tag = d.ULong()
	if isValueTag(tag) {
		d.Fail(marshal(exc.MinorBadValue, "a value starts at offset %d in the middle of a chunk", d.pos-4-d.base))
	}
	return tag, d.pos - 4
}

// EndValue ends a value that BeginValue began. If members are to be left over, because its
// type is not known as it is, they are skipped; only a chunked value can be left so.
func (d *Decoder) EndValue(h ValueHead, truncated bool) {
	if d.err != nil {
		return
	}
	if !h.Chunked {
		if h.seen != nil {
			h.seen.end = d.pos
		}
		return
	}
	s := d.vals
	if s.level < h.level { // the end of one inside was its end as well
		d.ended(h)
		return
	}
	if !truncated && d.end-d.align(4) > 0 {
		d.Fail(marshal(exc.MinorTrailing, "%d octets are left over in a value's state at offset %d", d.end-d.pos, d.pos-d.base))
		return
	}
	d.pos, d.end = d.end, s.end
	for s.level >= h.level && d.err == nil {
		d.skipInside(truncated)
	}
	if d.err == nil {
		d.ended(h)
	}
}

// ended leaves d behind a value: between chunks, or behind all of them. Of the values around that have ended with it nothing
// more can be read.
func (d *Decoder) ended(h ValueHead) {
	s := d.vals
	s.over = s.level < h.level-1
	h.seen.end = d.pos
	if d.end = s.end; s.over || s.level > 0 {
		d.end = d.pos
	}
}

// skipInside reads a tag between chunks, and skips what it announces.
func (d *Decoder) skipInside(truncated bool) {
	s := d.vals
	tag := d.ULong()
	at := d.pos - 4
	end := -int64(int32(tag))
	switch {
	case d.err != nil:
	case truncated && d.skippedIndirection(tag):
	case end > 0:
		if end > int64(s.level) {
			d.Fail(marshal(exc.MinorBadValue, "an end tag of level %d at offset %d, at level %d", end, at-d.base, s.level))
			return
		}
		s.level = int(end) - 1
	case !truncated:
		d.Fail(marshal(exc.MinorTrailing, "something is left over in a value's state at offset %d", at-d.base))
	case tag == tagNull:
	case isChunkSize(tag):
		d.OctetsView(int(tag))
	default: // a value inside, to which an indirection may lead later
		h := ValueHead{At: at}
		if d.valueHead(&h, tag); d.err == nil && !h.Chunked {
			d.Fail(marshal(exc.MinorBadValue, "a value that is not in chunks inside one that is"))
		}
		d.end = s.end
	}
}

// skippedIndirection skips an indirection between chunks, which some peers write, if tag is
// that of one and not the end of all values: it leads to a value, and the values around go on behind it to their end. Where the outermost value may
// end it is the end tag: only inside of another, whose end is still to come, is it anything else.
func (d *Decoder) skippedIndirection(tag uint32) bool {
	if tag != tagIndirection || d.vals.level < 2 || d.align(4)+4 > d.end {
		return false
	}
	ahead := *d
	if d.vals.seen[ahead.target()] == nil {
		return false
	}
	until, on := ahead.goesOn()
	if !d.Spend(until-ahead.pos, 1) || !on {
		return false
	}
	d.pos = ahead.pos
	return true
}

// goesOn reports whether chunks, values and end tags follow up to the end of all values, and how far it has looked. Another tag that may be that
// end is taken for it.
func (d *Decoder) goesOn() (until int, on bool) {
	a := Decoder{buf: d.buf, pos: d.pos, end: d.end, base: d.base, little: d.little, env: d.env}
	for level := d.vals.level; a.err == nil; {
		tag := a.ULong()
		switch end := -int64(int32(tag)); {
		case end > int64(level):
			return a.pos, false
		case end == 1:
			return a.pos, a.err == nil
		case end > 0:
			level = int(end) - 1
		case tag == tagNull:
		case isChunkSize(tag):
			a.OctetsView(int(tag))
		default:
			a.skipHead(tag)
			level++
		}
	}
	return a.pos, false
}

// skipHead passes over what follows a value's tag, in which ids and URLs may be indirections.
func (d *Decoder) skipHead(tag uint32) {
	n := uint32(tag & flagCodebase)
	switch tag & flagsIDs {
	case flagOneID:
		n++
	case flagIDs:
		if ids := d.ULong(); ids != tagIndirection {
			n += ids
		} else {
			d.ULong()
		}
	}
	for ; n > 0 && d.err == nil; n-- {
		if size := d.ULong(); size != tagIndirection {
			d.OctetsView(int(min(size, math.MaxInt32)))
		} else {
			d.ULong()
		}
	}
	if tag&flagChunked == 0 {
		d.Fail(marshal(exc.MinorBadValue, "a value that is not in chunks inside one that is"))
	}
}

// gather returns the next n octets, which are in several chunks, in a copy.
func (d *Decoder) gather(n int) []byte {
	if n > d.Remaining() {
		d.short(n)
		return nil
	}
	b := make([]byte, 0, n)
	for len(b) < n {
		if d.pos == d.end && !d.more(1, 1) {
			return nil
		}
		k := min(n-len(b), d.end-d.pos)
		b = append(b, d.buf[d.pos:d.pos+k]...)
		d.pos += k
	}
	return b
}

// gatherWords is gather for n elements of size octets, none of which is in two chunks.
func (d *Decoder) gatherWords(n, size int) []byte {
	if n > d.Remaining()/size {
		d.short(n)
		return nil
	}
	b := make([]byte, 0, n*size)
	for len(b) < n*size {
		if d.align(size)+size > d.end && !d.more(size, size) {
			return nil
		}
		d.pos = d.align(size)
		k := min(n*size-len(b), (d.end-d.pos)/size*size)
		b = append(b, d.buf[d.pos:d.pos+k]...)
		d.pos += k
	}
	return b
}
