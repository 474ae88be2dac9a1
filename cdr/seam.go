package cdr

import "slices"

// Seams are the places of a message of GIOP 1.1 at which it was put together from
// fragments. omniORB and the Java ORBs count alignment from the header of each fragment,
// where the specification is silent; as its 12 octets are not a multiple of 8, what must
// stand at a multiple of 8 is found with their help. In GIOP 1.2 the header has 16.
type Seams struct {
	at []seam
}

type seam struct {
	at   int // where the fragment's data begin in the message
	base int // from where alignment counts in them
}

// Add says that data which stood at the offset within in their fragment begin at at in the
// message. Places are added in order.
func (s *Seams) Add(at, within int) {
	s.at = append(s.at, seam{at, at - within})
}

// SetSeams makes d count alignment as s says; nil: from the base alone. It does not matter inside
// encapsulations, which have an alignment of their own.
func (d *Decoder) SetSeams(s *Seams) { d.seams = s }

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
