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

// align8 returns the place at or behind pos at which a value of 8 octets stands, if
// alignment counts from base up to the first seam.
func (s *Seams) align8(pos, base int) int {
	i, found := slices.BinarySearchFunc(s.at, pos, func(m seam, pos int) int { return m.at - pos })
	if found {
		i++
	}
	if i > 0 {
		base = s.at[i-1].base
	}
	p := (pos-base+7)&^7 + base
	for ; i < len(s.at) && p >= s.at[i].at; i++ { // the fragment ended before the value
		base = s.at[i].base
		p = (s.at[i].at-base+7)&^7 + base
	}
	return p
}

// scattered is words for 8 octets each, in a copy: there may be padding between them.
func (d *Decoder) scattered(n int) []byte {
	if n > (d.end-d.pos)/8 {
		d.short(n)
		return nil
	}
	b := make([]byte, 0, 8*n)
	for range n {
		d.Align(8)
		b = append(b, d.OctetsView(8)...)
		if d.err != nil {
			return nil
		}
	}
	return b
}
