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
// there is padding between them, or the end of a chunk, a copy. None is in two chunks.
func (d *Decoder) seamWords(n int) []byte {
	if !d.chunked() {
		return d.seamRun(n, n)
	}
	var b []byte
	for left, entered := n, false; left > 0; {
		run := d.seamRun(left, 0)
		switch {
		case len(run) == 8*n:
			return run
		case len(run) > 0:
			b = append(b, run...)
			left -= len(run) / 8
			entered = false
		case d.err != nil:
			return nil
		case entered || d.seams.alignRun(d.pos, d.base) < d.end: // more than padding is left, or nothing else is there
			d.short(8)
			return nil
		case !d.goOn(8):
			return nil
		default:
			entered = true
			if d.seams.now == readEach {
				d.countPadding()
			}
		}
	}
	return b
}

// countPadding lets a chunk that has just been entered, for a value of 8 octets, go on to the end of that, if nothing but the value is in the chunk, and stands
// behind a seam with padding that the chunk's size lacks: omniORB says how long such a chunk is before the next fragment has shown that it wants padding.
func (d *Decoder) countPadding() {
	s := d.seams
	i, _ := s.before(d.pos)
	told := align8(d.pos, s.base(i, d.base))
	if _, found := s.before(told); !found || d.end != told+8 {
		return
	}
	if p := s.align8(d.pos, d.base); p+8 <= d.vals.end {
		d.end = p + 8
	}
}

// seamRun is seamWords for those of n that are before d's end, which must be least at least.
func (d *Decoder) seamRun(n, least int) []byte {
	s := d.seams
	bulk := s.alignBulk(d.pos, d.base)
	whole := min(n, max(d.end-bulk, 0)/8)
	first, end, each := s.each(d.pos, d.base, n, d.end, nil)
	differ := each != whole || whole > 0 && (first != bulk || end != bulk+8*whole)
	if s.apart = s.apart || differ; differ && s.now == readEach {
		whole, bulk = each, first
	}
	switch {
	case whole < least:
		d.short(8 * n)
		return nil
	case whole == 0:
		return nil
	case s.now != readEach || end == first+8*each:
		if differ {
			s.look(d.buf, d.pos, bulk)
		}
		d.pos = bulk
		return d.OctetsView(8 * whole)
	}
	b := make([]byte, 0, 8*each)
	at := d.pos
	s.each(d.pos, d.base, each, d.end, func(from, to int) {
		s.look(d.buf, at, from)
		b, at = append(b, d.buf[from:to]...), to
	})
	d.pos = end
	return b
}

// each tells f, unless it is nil, where n values of 8 octets stand at or behind pos if each is aligned,
// as many at a time as follow one another, but for those that go over limit. It returns where the first begins, the last ends, and how many
// there are.
func (s *Seams) each(pos, base, n, limit int, f func(from, to int)) (first, end, got int) {
	for first = s.align8(pos, base); got < n; {
		from, k := s.align8(pos, base), n-got
		i, found := s.before(from)
		if found {
			i++
		}
		if i < len(s.at) {
			k = min(k, (s.at[i].at-from+7)/8)
		}
		fit := min(k, max(limit-from, 0)/8)
		if fit > 0 {
			pos = from + 8*fit
			if got += fit; f != nil {
				f(from, pos)
			}
		}
		if fit < k {
			break
		}
	}
	return first, pos, got
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

// alignRun returns the place at which, in the present reading, values of 8 octets that follow one another begin.
func (s *Seams) alignRun(pos, base int) int {
	if s.now == readEach {
		return s.align8(pos, base)
	}
	return s.alignBulk(pos, base)
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
