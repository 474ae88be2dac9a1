package codeset

import (
	"encoding/binary"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// The wide code sets. UCS2 is UTF16 without the characters beyond U+FFFF.
//
// From GIOP 1.2 on a wchar is a length of one octet and so many octets, a wstring a length
// in octets and so many, without a terminator. Octets are big-endian unless a byte order mark says
// otherwise. As omniORB does, a wchar is sent big-endian without a mark, and a wstring with
// a mark in the byte order of the message: that is what both new ORBs and those before
// CORBA 2.4, which took the message's byte order, understand.
//
// In GIOP 1.1 characters are unsigned shorts in the byte order of the message, and a wstring
// counts them, with a terminating zero (part 2, clause 9.3.1.6). GIOP 1.0 has none.
var (
	UTF16 cdr.WideCodeSet = utf16Set{id: IDUTF16, last: utf8.MaxRune}
	UCS2  cdr.WideCodeSet = utf16Set{id: IDUCS2, last: 0xffff}
)

type utf16Set struct {
	id   uint32
	last rune // the last code point of the set
}

const bom = 0xfeff

func (w utf16Set) ID() uint32 { return w.id }

// holds reports whether r is in the set.
func (w utf16Set) holds(r rune) bool { return r >= 0 && r <= w.last && !utf16.IsSurrogate(r) }

func (w utf16Set) PutWChar(e *cdr.Encoder, r rune) {
	if !w.holds(r) {
		e.Fail(unmappedWide(w.id, r))
		return
	}
	switch v := e.Env().Version; {
	case v.AtLeast(cdr.V12):
		if r > 0xffff {
			hi, lo := utf16.EncodeRune(r)
			e.Octets([]byte{4, byte(hi >> 8), byte(hi), byte(lo >> 8), byte(lo)})
			return
		}
		if r == bom { // alone it would be taken for a mark
			e.Octets([]byte{4, bom >> 8, bom & 0xff, bom >> 8, bom & 0xff})
			return
		}
		e.Octet(2)
		e.Octet(byte(r >> 8))
		e.Octet(byte(r))
	case v.AtLeast(cdr.V11):
		if r > 0xffff {
			e.Fail(conversion("%s does not fit into a wchar of GIOP 1.1", strconv.QuoteRune(r)))
			return
		}
		e.UShort(uint16(r))
	default:
		e.Fail(cdr.NoWide(v))
	}
}

func (w utf16Set) WChar(d *cdr.Decoder) rune {
	switch v := d.Env().Version; {
	case v.AtLeast(cdr.V12):
		b := d.OctetsView(int(d.Octet()))
		if d.Err() != nil {
			return 0
		}
		if len(b) == 4 { // a mark and a unit, or two surrogates
			if order, marked := mark(b); marked {
				return w.unit(d, rune(order.Uint16(b[2:])))
			}
			return w.pair(d, binary.BigEndian, b)
		}
		if len(b) == 6 {
			if order, marked := mark(b); marked {
				return w.pair(d, order, b[2:])
			}
		}
		if len(b) != 2 {
			d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wchar of %d octets in %s", len(b), Name(w.id)))
			return 0
		}
		return w.unit(d, rune(binary.BigEndian.Uint16(b)))
	case v.AtLeast(cdr.V11):
		return w.unit(d, rune(d.UShort()))
	default:
		d.Fail(cdr.WideReceived(v))
		return 0
	}
}

// unit checks a character that was received.
func (w utf16Set) unit(d *cdr.Decoder, r rune) rune {
	if utf16.IsSurrogate(r) || r > w.last {
		d.Fail(conversion("wchar %#x is no character of %s", r, Name(w.id)))
		return 0
	}
	return r
}

// pair joins two surrogates.
func (w utf16Set) pair(d *cdr.Decoder, order binary.ByteOrder, b []byte) rune {
	hi, lo := rune(order.Uint16(b)), rune(order.Uint16(b[2:]))
	r := utf16.DecodeRune(hi, lo)
	if r == utf8.RuneError {
		d.Fail(conversion("wchar of %#x and %#x, which are no surrogate pair", hi, lo))
		return 0
	}
	return w.unit(d, r)
}

func (w utf16Set) PutWString(e *cdr.Encoder, s string) {
	if _, ok := wideText(e, s, w.holds, w.id); !ok {
		return
	}
	units := 0
	for _, r := range s {
		units += utf16.RuneLen(r)
	}
	if !wideLength(e, units, 2) {
		return
	}
	for _, r := range s {
		if r > 0xffff {
			hi, lo := utf16.EncodeRune(r)
			e.UShort(uint16(hi))
			e.UShort(uint16(lo))
			continue
		}
		e.UShort(uint16(r))
	}
	if !e.Env().Version.AtLeast(cdr.V12) {
		e.UShort(0)
	}
}

func (w utf16Set) WString(d *cdr.Decoder) string {
	b, order, ok := wideOctets(d, 2, w.id)
	if !ok {
		return ""
	}
	if d.Env().Version.AtLeast(cdr.V12) {
		if o, marked := mark(b); marked {
			order, b = o, b[2:]
		}
	}
	return w.text(d, b, order)
}

// text converts units to UTF-8.
func (w utf16Set) text(d *cdr.Decoder, b []byte, order binary.ByteOrder) string {
	out := make([]byte, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		r := rune(order.Uint16(b[i:]))
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if i+4 <= len(b) {
				pair = utf16.DecodeRune(r, rune(order.Uint16(b[i+2:])))
			}
			if pair == utf8.RuneError {
				d.Fail(conversion("wide string with half a surrogate pair, %#x", r))
				return ""
			}
			r = pair
			i += 2
		}
		switch {
		case r == 0 && i+2 >= len(b):
			return string(out) // some ORBs send a terminator where there is to be none
		case r == 0:
			d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wide string with a zero character inside"))
			return ""
		case r > w.last:
			d.Fail(conversion("%s is not in %s, the wide code set of this connection", strconv.QuoteRune(r), Name(w.id)))
			return ""
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// mark returns the byte order that a byte order mark at the start of b gives.
func mark(b []byte) (binary.ByteOrder, bool) {
	if len(b) >= 2 {
		switch {
		case b[0] == 0xfe && b[1] == 0xff:
			return binary.BigEndian, true
		case b[0] == 0xff && b[1] == 0xfe:
			return binary.LittleEndian, true
		}
	}
	return nil, false
}
