package cdr

import (
	"unicode/utf8"
	"unsafe"
)

// Short strings share memory with others of their message: an allocation for each costs more
// than all else in decoding a structure. A string that is kept therefore keeps up to slabMost
// octets of its neighbours. The first string of a message stands alone, as do long ones.
const (
	shortText = 64
	slabLeast = 64
	slabMost  = 512
)

// A slab is what a message's short strings share; copies of a decoder have the same.
type slab struct {
	b    []byte
	next int // size of the next b
}

// first stands for the slab of a message of which one string has been read.
var first slab

// text returns b, just read, as a string that does not alias it.
func (d *Decoder) text(b []byte) string {
	switch {
	case len(b) == 0 || len(b) > shortText:
		return string(b)
	case d.slab == nil:
		d.slab = &first
		return string(b)
	case d.slab == &first:
		d.slab = new(slab)
	}
	s := d.slab
	if len(b) > cap(s.b)-len(s.b) {
		s.next = min(max(2*s.next, slabLeast), slabMost)
		s.b = make([]byte, 0, min(s.next, len(b)+d.end-d.pos)) // no more octets can follow
	}
	at := len(s.b)
	s.b = append(s.b, b...)
	return unsafe.String(&s.b[at], len(b))
}

// Chars returns how many characters a bounded string has, or, if it cannot have more than its bound, how many at
// most. Octets that are no UTF-8 count for one each.
func Chars(s string, bound int) int {
	if len(s) <= bound {
		return len(s)
	}
	return utf8.RuneCountInString(s)
}
