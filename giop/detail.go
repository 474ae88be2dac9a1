package giop

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
)

// ExceptionDetail returns the service context that tells the reason of an exception in
// words: an encapsulated wstring in UTF-16 (ExceptionDetailMessage, part 2, clause 7.7.1).
// It goes with a reason that is meant for the peer and with no other.
func ExceptionDetail(text string) Context {
	units := utf16.Encode([]rune(text))
	b := append(make([]byte, 0, 8+2*len(units)), 0, 0, 0, 0) // big-endian, padding
	b = binary.BigEndian.AppendUint32(b, uint32(2*len(units)))
	for _, u := range units {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return Context{ID: ContextExceptionDetail, Data: b}
}

// ParseExceptionDetail returns the text in the data of an ExceptionDetail context. It is
// lenient, for ORBs differ in what they put there: a byte order mark counts, without one
// the order is that which gives more ASCII, and octets that are no wide string at all are
// taken for a narrow one. A text in vain is the empty string.
func ParseExceptionDetail(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	var d cdr.Decoder
	d.Reset(data, 1, data[0]&1 != 0, nil)
	b := d.OctetSeqView()
	if d.Err() != nil || len(b) == 0 {
		return ""
	}
	if len(b)%2 != 0 {
		if s := strings.TrimRight(string(b), "\x00"); utf8.ValidString(s) {
			return s
		}
		return ""
	}
	little := false
	switch {
	case b[0] == 0xfe && b[1] == 0xff:
		b = b[2:]
	case b[0] == 0xff && b[1] == 0xfe:
		little, b = true, b[2:]
	default:
		even, odd := 0, 0
		for i := 0; i < len(b); i += 2 {
			if b[i] == 0 {
				even++
			}
			if b[i+1] == 0 {
				odd++
			}
		}
		little = odd > even
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		if little {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		} else {
			units[i] = binary.BigEndian.Uint16(b[2*i:])
		}
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}
