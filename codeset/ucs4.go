package codeset

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// UCS4 is the wide code set of four octets a character. Its forms are those of [UTF16]: from GIOP
// 1.2 on big-endian but for a byte order mark, before that unsigned longs in the order of the message.
var UCS4 cdr.WideCodeSet = ucs4Set{IDUCS4}

type ucs4Set struct{ id uint32 }

func (w ucs4Set) ID() uint32 { return w.id }

func (w ucs4Set) PutWChar(e *cdr.Encoder, r rune) {
	if !utf8.ValidRune(r) {
		e.Fail(unmappedWide(w.id, r))
		return
	}
	switch v := e.Env().Version; {
	case v.AtLeast(cdr.V12):
		e.Octets([]byte{4, byte(r >> 24), byte(r >> 16), byte(r >> 8), byte(r)})
	case v.AtLeast(cdr.V11):
		e.ULong(uint32(r))
	default:
		e.Fail(cdr.NoWide(v))
	}
}

func (w ucs4Set) WChar(d *cdr.Decoder) rune {
	switch v := d.Env().Version; {
	case v.AtLeast(cdr.V12):
		b := d.OctetsView(int(d.Octet()))
		if d.Err() != nil {
			return 0
		}
		order := binary.ByteOrder(binary.BigEndian)
		if len(b) == 8 {
			if o, marked := mark4(b); marked {
				order, b = o, b[4:]
			}
		}
		if len(b) != 4 {
			d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wchar of %d octets in %s", len(b), Name(w.id)))
			return 0
		}
		return w.char(d, order.Uint32(b))
	case v.AtLeast(cdr.V11):
		return w.char(d, d.ULong())
	default:
		d.Fail(cdr.WideReceived(v))
		return 0
	}
}

// char checks a character that was received.
func (w ucs4Set) char(d *cdr.Decoder, u uint32) rune {
	if u > utf8.MaxRune || !utf8.ValidRune(rune(u)) {
		d.Fail(conversion("wchar %#x is no character of %s", u, Name(w.id)))
		return 0
	}
	return rune(u)
}

func (w ucs4Set) PutWString(e *cdr.Encoder, s string) {
	n, ok := wideText(e, s, utf8.ValidRune, w.id)
	if !ok || !wideLength(e, n, 4) {
		return
	}
	for _, r := range s {
		e.ULong(uint32(r))
	}
	if !e.Env().Version.AtLeast(cdr.V12) {
		e.ULong(0)
	}
}

func (w ucs4Set) WString(d *cdr.Decoder) string {
	b, order, ok := wideOctets(d, 4, w.id)
	if !ok {
		return ""
	}
	if d.Env().Version.AtLeast(cdr.V12) {
		if o, marked := mark4(b); marked {
			order, b = o, b[4:]
		}
	}
	out := make([]byte, 0, len(b)/4)
	for i := 0; i < len(b); i += 4 {
		u := order.Uint32(b[i:])
		switch {
		case u == 0 && i+4 >= len(b):
			return string(out) // some ORBs send a terminator where there is to be none
		case u == 0:
			d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wide string with a zero character inside"))
			return ""
		}
		r := w.char(d, u)
		if d.Err() != nil {
			return ""
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// mark4 returns the byte order that a byte order mark of four octets at the start of b gives.
func mark4(b []byte) (binary.ByteOrder, bool) {
	if len(b) >= 4 {
		switch binary.BigEndian.Uint32(b) {
		case bom:
			return binary.BigEndian, true
		case 0xfffe0000:
			return binary.LittleEndian, true
		}
	}
	return nil, false
}
