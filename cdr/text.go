package cdr

import (
	"encoding/binary"
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
	if s := d.slab; s != nil && uint(len(b)-1) < shortText && len(b) <= cap(s.b)-len(s.b) {
		at := len(s.b)
		s.b = s.b[:at+len(b)]
		copy(s.b[at:], b)
		return unsafe.String(&s.b[at], len(b))
	}
	return d.ownText(b)
}

// ownText is text where the slab, if there is one, has no room.
func (d *Decoder) ownText(b []byte) string {
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
	s.next = min(max(2*s.next, slabLeast), slabMost)
	s.b = make([]byte, 0, min(s.next, len(b)+d.end-d.pos)) // no more octets can follow
	return d.text(b)
}

// plain reports whether all octets of s are ASCII and none is zero.
func plain(s []byte) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(s) >= 8; s = s[8:] {
		// Of octets below 0x80, only a zero has its top bit set when 1 is taken from each.
		if w := binary.LittleEndian.Uint64(s); (w|(w-ones))&tops != 0 {
			return false
		}
	}
	for _, c := range s {
		if c-1 >= 0x7f {
			return false
		}
	}
	return true
}

// Chars returns how many characters a bounded string has, or, if it cannot have more than its bound, how many at
// most. Octets that are no UTF-8 count for one each.
func Chars(s string, bound int) int {
	if len(s) <= bound {
		return len(s)
	}
	return utf8.RuneCountInString(s)
}
