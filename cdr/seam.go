package cdr

import "slices"

// Seams are the places of a message of GIOP 1.1 at which it was put together from
// fragments. omniORB and the Java ORBs count alignment from the header of each fragment,
// where the specification is silent; as its 12 octets are not a multiple of 8, what must
// stand at a multiple of 8 is found with their help. In GIOP 1.2 the header has 16.
type Seams struct {
	at    []seam
	habit *Habit
	start Decoder // as it was before the first pass
	now   reading // that which the decoder follows
	known bool    // it is the sender's habit
	pass  int     // 0, 1, or 2: the last, and once it is settled
	apart bool    // values were met that stand elsewhere in the other reading
	ends  bool    // the first pass ended with the message
	doubt [3]bool // by reading: octets that are padding in it do not look like any
}

type seam struct {
	at   int // where the fragment's data begin in the message
	base int // from where alignment counts in them
}

// NewSeams returns the seams of a message, none so far. habit is what is known of its sender; nil: nothing ever.
func NewSeams(habit *Habit) *Seams { return &Seams{habit: habit} }

// Add says that data which stood at the offset within in their fragment begin at at in the
// message. Places are added in order.
func (s *Seams) Add(at, within int) {
	s.at = append(s.at, seam{at, at - within})
}

// SetSeams makes d count alignment as s says; nil: from the base alone. It does not matter inside
// encapsulations, which have an alignment of their own.
func (d *Decoder) SetSeams(s *Seams) { d.seams = s }

// alignSeams is where a single value of 8 octets stands at or behind d's place.
func (d *Decoder) alignSeams() int {
	p := d.seams.align8(d.pos, d.base)
	if d.seams.apart {
		d.seams.look(d.buf, d.pos, min(p, d.end))
	}
	return p
}

// seamWords returns the octets of n values of 8 octets that follow one another: a view, or where
// there is padding between them a copy.
func (d *Decoder) seamWords(n int) []byte {
	s := d.seams
	first, end := s.each(d.pos, d.base, n, nil)
	bulk := s.alignBulk(d.pos, d.base)
	if first == bulk && end == bulk+8*n {
		d.pos = min(bulk, d.end)
		return d.OctetsView(8 * n)
	}
	s.apart = true
	if s.now != readEach {
		bulk = min(bulk, d.end)
		s.look(d.buf, d.pos, bulk)
		d.pos = bulk
		return d.OctetsView(8 * n)
	}
	if end > d.end {
		d.short(end - d.pos)
		return nil
	}
	b := make([]byte, 0, 8*n)
	at := d.pos
	s.each(d.pos, d.base, n, func(from, to int) {
		s.look(d.buf, at, from)
		b, at = append(b, d.buf[from:to]...), to
	})
	d.pos = end
	return b
}

// each tells f, unless it is nil, where n values of 8 octets stand at or behind pos if each is aligned,
// as many at a time as follow one another. It returns where the first begins and the last ends.
func (s *Seams) each(pos, base, n int, f func(from, to int)) (first, end int) {
	for first = s.align8(pos, base); n > 0; {
		from, k := s.align8(pos, base), n
		i, found := s.before(from)
		if found {
			i++
		}
		if i < len(s.at) {
			k = min(n, (s.at[i].at-from+7)/8)
		}
		pos = from + 8*k
		if n -= k; f != nil {
			f(from, pos)
		}
	}
	return first, pos
}

// align8 returns the place at or behind pos at which a single value of 8 octets stands, if
// alignment counts from base up to the first seam.
func (s *Seams) align8(pos, base int) int {
	i, found := s.before(pos)
	if found {
		i++ // what stands at a seam is the fragment's behind it
	}
	p := align8(pos, s.base(i, base))
	for ; i < len(s.at) && p >= s.at[i].at; i++ { // the fragment ended before the value
		p = align8(s.at[i].at, s.at[i].base)
	}
	return p
}

// alignBulk is align8 for values of 8 octets that follow one another without anything between,
// as arrays and sequences do. omniORB aligns the first in the fragment that it is filling, and
// copies them from there through as many fragments as it takes: where that place is the end of the
// fragment they begin with the data of the next, and are not aligned there again.
func (s *Seams) alignBulk(pos, base int) int {
	i, _ := s.before(pos)
	p := align8(pos, s.base(i, base))
	for ; i < len(s.at) && p > s.at[i].at; i++ { // the fragment ended in the padding
		p = align8(s.at[i].at, s.at[i].base)
	}
	return p
}

// before returns how many seams are before pos, and whether the next is at pos.
func (s *Seams) before(pos int) (n int, found bool) {
	return slices.BinarySearchFunc(s.at, pos, func(m seam, pos int) int { return m.at - pos })
}

// base returns from where alignment counts behind the first i seams, if it does from base before any.
func (s *Seams) base(i, base int) int {
	if i == 0 {
		return base
	}
	return s.at[i-1].base
}

// align8 returns the next multiple of 8 at or behind pos, counted from base.
func align8(pos, base int) int { return (pos-base+7)&^7 + base }
