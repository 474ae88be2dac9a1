package codeset

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// wideText counts the characters of s and checks that they can be sent: valid, not zero, and such as
// holds approves.
func wideText(e *cdr.Encoder, s string, holds func(rune) bool, id uint32) (n int, ok bool) {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !utf8.ValidString(s[i:i+min(3, len(s)-i)]):
			e.Fail(conversion("a string that is not valid UTF-8 cannot be sent: %s", shorten(s)))
			return 0, false
		case r == 0:
			e.Fail(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "a wide string with a zero character inside cannot be sent"))
			return 0, false
		case !holds(r):
			e.Fail(unmappedWide(id, r))
			return 0, false
		}
		n++
	}
	return n, true
}

// wideLength writes what stands before a wide string of n characters of size octets, and reports whether
// the characters follow.
func wideLength(e *cdr.Encoder, n, size int) bool {
	switch v := e.Env().Version; {
	case v.AtLeast(cdr.V12) && n == 0:
		e.ULong(0)
		return false
	case v.AtLeast(cdr.V12):
		e.Count(size * (n + 1))
		if size == 4 {
			e.ULong(bom)
		} else {
			e.UShort(bom)
		}
	case v.AtLeast(cdr.V11):
		e.Count(n + 1)
	default:
		e.Fail(cdr.NoWide(v))
		return false
	}
	return true
}

// wideOctets reads the octets of a wide string of characters of size octets in the buffer, without
// the terminator that it has before GIOP 1.2, and the byte order that is to be supposed.
func wideOctets(d *cdr.Decoder, size int, id uint32) (b []byte, order binary.ByteOrder, ok bool) {
	switch v := d.Env().Version; {
	case v.AtLeast(cdr.V12):
		b = d.OctetSeqView()
		if len(b)%size != 0 {
			d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wide string of %d octets in %s", len(b), Name(id)))
		}
		return b, binary.BigEndian, d.Err() == nil
	case v.AtLeast(cdr.V11):
		n := d.Count(size)
		if n == 0 {
			return nil, nil, false // the terminator is missing, as some ORBs send an empty string
		}
		d.Align(size)
		b = d.OctetsView(size * n)
		if d.Err() != nil {
			return nil, nil, false
		}
		for _, c := range b[size*(n-1):] {
			if c != 0 {
				d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wide string of %d characters without its terminating zero", n))
				return nil, nil, false
			}
		}
		if order = binary.BigEndian; d.Little() {
			order = binary.LittleEndian
		}
		return b[:size*(n-1)], order, true
	default:
		d.Fail(cdr.WideReceived(v))
		return nil, nil, false
	}
}

func unmappedWide(id uint32, r rune) error {
	return conversion("%s has no counterpart in %s, the wide code set of this connection", strconv.QuoteRune(r), Name(id))
}
