package codeset

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// byteWide has wide characters in a set of octets, such as Shift-JIS. From GIOP 1.2 on a wchar is a count of octets and what the
// set has for the character, and a wstring likewise (part 2, clauses 9.3.1.6 and 9.3.2.7): neither asks of how many octets
// the characters of a set are. There is no byte order in it, and no mark. GIOP 1.1 has characters of two octets alone,
// which such a set has not.
type byteWide struct{ cdr.CodeSet }

func (w byteWide) PutWChar(e *cdr.Encoder, r rune) {
	if !w.sends(e) {
		return
	}
	if r < 0 || r > utf8.MaxRune || utf16.IsSurrogate(r) {
		e.Fail(unmappedWide(w.ID(), r))
		return
	}
	var room [utf8.UTFMax]byte
	if w.beyond(e, string(r)) {
		return
	}
	b, err := w.AppendString(room[:0], string(r))
	if err != nil {
		e.Fail(err)
		return
	}
	e.Octet(byte(len(b)))
	e.Octets(b)
}

func (w byteWide) WChar(d *cdr.Decoder) rune {
	if !w.receives(d) {
		return 0
	}
	b := d.OctetsView(int(d.Octet()))
	text := w.text(d, b)
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case d.Err() != nil:
		return 0
	case size == 0 || size != len(text):
		d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wchar of %d octets in %s", len(b), Name(w.ID())))
		return 0
	}
	return r
}

func (w byteWide) PutWString(e *cdr.Encoder, s string) {
	if !w.sends(e) {
		return
	}
	if _, ok := wideText(e, s, func(rune) bool { return true }, w.ID()); !ok {
		return
	}
	if w.beyond(e, s) {
		return
	}
	b, err := w.AppendString(nil, s)
	if err != nil {
		e.Fail(err)
		return
	}
	e.Count(len(b))
	e.Octets(b)
}

// beyond fails, and reports that, if a text has characters that the reader would take for others: JacORB (3.9) knows no more than three octets of a wide
// character in UTF-8.
func (w byteWide) beyond(e *cdr.Encoder, s string) bool {
	if e.Env().Reader != cdr.JacORB {
		return false
	}
	at := strings.IndexFunc(s, func(r rune) bool { return r > 0xffff })
	if at >= 0 {
		e.Fail(conversion("a JacORB reads no wide characters beyond U+FFFF in %s: there is one at octet %d", Name(w.ID()), at))
	}
	return at >= 0
}

func (w byteWide) WString(d *cdr.Decoder) string {
	if !w.receives(d) {
		return ""
	}
	b := d.OctetSeqView()
	if n := len(b); n > 0 && b[n-1] == 0 {
		b = b[:n-1] // some ORBs send a terminator where there is to be none
	}
	text := w.text(d, b)
	if strings.IndexByte(text, 0) >= 0 {
		d.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "wide string with a zero character inside"))
		return ""
	}
	return text
}

// text converts octets that were received to UTF-8.
func (w byteWide) text(d *cdr.Decoder, b []byte) string {
	if d.Err() != nil {
		return ""
	}
	text, err := w.ParseString(b)
	if err == nil && !utf8.ValidString(text) {
		err = invalid(Name(w.ID()), b)
	}
	if err != nil {
		d.Fail(err)
		return ""
	}
	return text
}

// sends reports whether wide characters can be written in the version of the message.
func (w byteWide) sends(e *cdr.Encoder) bool {
	switch v := e.Env().Version; {
	case v.AtLeast(cdr.V12):
		return true
	case v.AtLeast(cdr.V11):
		e.Fail(w.notFixed())
	default:
		e.Fail(cdr.NoWide(v))
	}
	return false
}

// receives reports whether there can be wide characters in the version of the message.
func (w byteWide) receives(d *cdr.Decoder) bool {
	switch v := d.Env().Version; {
	case v.AtLeast(cdr.V12):
		return true
	case v.AtLeast(cdr.V11):
		d.Fail(w.notFixed())
	default:
		d.Fail(cdr.WideReceived(v))
	}
	return false
}

func (w byteWide) notFixed() error {
	return conversion("wide characters in %s need GIOP 1.2: those of 1.1 have two octets each", Name(w.ID()))
}
