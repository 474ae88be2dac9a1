package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// A tag stands before each item of a stream and says of which type it is (Externalization Service 1.0, clause 8.5: the
// standard stream data format). Numbers are big-endian.
type tag byte

const (
	tagOctet   tag = 0xf2
	tagULong   tag = 0xf3
	tagUShort  tag = 0xf4
	tagLong    tag = 0xf5
	tagBoolean tag = 0xf9
	tagString  tag = 0xfa // ends with a zero octet
)

func (t tag) String() string {
	switch t {
	case tagOctet:
		return "an octet"
	case tagULong:
		return "an unsigned long"
	case tagUShort:
		return "an unsigned short"
	case tagLong:
		return "a long"
	case tagBoolean:
		return "a boolean"
	case tagString:
		return "a string"
	}
	return fmt.Sprintf("what begins with the octet 0x%02x", byte(t))
}

// A StreamError says where a stream does not hold what it should.
type StreamError struct {
	Offset int    // in octets
	Item   string // what was being read, such as "impl_alias"
	Reason string
}

// Error names the place and the item.
func (e *StreamError) Error() string {
	return fmt.Sprintf("the stream, octet %d: %s: %s", e.Offset, e.Item, e.Reason)
}

// A reader takes the items of a stream, one by one. Its first error stays, and what is read after that is zero.
type reader struct {
	b   []byte
	pos int
	err error
}

func (r *reader) fail(item, format string, args ...any) {
	if r.err == nil {
		r.err = &StreamError{r.pos, item, fmt.Sprintf(format, args...)}
	}
}

// take returns the n octets of an item of a type.
func (r *reader) take(item string, t tag, n int) []byte {
	if !r.is(item, t) {
		return nil
	}
	if len(r.b)-r.pos-1 < n {
		r.fail(item, "%v is cut off", t)
		return nil
	}
	v := r.b[r.pos+1 : r.pos+1+n]
	r.pos += 1 + n
	return v
}

// is reports whether an item of a type comes next.
func (r *reader) is(item string, t tag) bool {
	switch {
	case r.err != nil:
	case r.pos == len(r.b):
		r.fail(item, "the end is here, and not %v", t)
	case tag(r.b[r.pos]) != t:
		r.fail(item, "%v is here, and not %v", tag(r.b[r.pos]), t)
	default:
		return true
	}
	return false
}

func (r *reader) ushort(item string) uint16 {
	if b := r.take(item, tagUShort, 2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) ulong(item string) uint32 {
	if b := r.take(item, tagULong, 4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) boolean(item string) bool {
	b := r.take(item, tagBoolean, 1)
	if b != nil && b[0] > 1 {
		r.fail(item, "%d is no boolean", b[0])
	}
	return b != nil && b[0] == 1
}

// text reads a string of most octets at most.
func (r *reader) text(item string, most int) string {
	if !r.is(item, tagString) {
		return ""
	}
	s, _, ended := bytes.Cut(r.b[r.pos+1:], []byte{0})
	switch {
	case !ended:
		r.fail(item, "the string has no end")
		return ""
	case len(s) > most:
		r.fail(item, "%d octets, the limit is %d", len(s), most)
		return ""
	}
	r.pos += len(s) + 2
	return string(s)
}

// octets reads a number, and so many octets, each an item of its own.
func (r *reader) octets(item string, most int) []byte {
	b := r.take(item, tagLong, 4)
	if b == nil {
		return nil
	}
	n := int64(int32(binary.BigEndian.Uint32(b)))
	if left := int64(len(r.b)-r.pos) / 2; n < 0 || n > int64(most) || n > left {
		r.fail(item, "%d octets are announced, %d can follow, and the limit is %d", n, left, most)
		return nil
	}
	var v []byte
	for range n {
		o := r.take(item, tagOctet, 1)
		if o == nil {
			return nil
		}
		v = append(v, o[0])
	}
	return v
}

// done returns the error, which there also is if anything is left.
func (r *reader) done(item string) error {
	if r.err == nil && r.pos < len(r.b) {
		r.fail(item, "%d octets follow its end", len(r.b)-r.pos)
	}
	return r.err
}

func putUShort(dst []byte, v uint16) []byte {
	return binary.BigEndian.AppendUint16(append(dst, byte(tagUShort)), v)
}

func putULong(dst []byte, v uint32) []byte {
	return binary.BigEndian.AppendUint32(append(dst, byte(tagULong)), v)
}

func putBoolean(dst []byte, v bool) []byte {
	if v {
		return append(dst, byte(tagBoolean), 1)
	}
	return append(dst, byte(tagBoolean), 0)
}

// putText writes a string. A zero octet would be its end, and is where it ends.
func putText(dst []byte, s string) []byte {
	s, _, _ = strings.Cut(s, "\x00")
	return append(append(append(dst, byte(tagString)), s...), 0)
}

func putOctets(dst, v []byte) []byte {
	dst = binary.BigEndian.AppendUint32(append(dst, byte(tagLong)), uint32(len(v)))
	for _, o := range v {
		dst = append(dst, byte(tagOctet), o)
	}
	return dst
}
