package cdr

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// A Decoder reads values from a buffer. After the first error every read returns zero.
// Values that it returns are copies, but for those of the methods named …View.
type Decoder struct {
	buf    []byte
	pos    int
	end    int
	base   int // alignment counts from here
	little bool
	depth  int
	spent  int64 // memory that was charged to the message
	steps  int64 // that were counted
	most   int64 // steps that the message may take, once one was counted
	err    error
	env    *Env
	seams  *Seams    // nil, but in messages of GIOP 1.1 that came in fragments
	slab   *slab     // nil until a string is read
	vals   *valueGet // nil until a value is read
	given  *bool     // to be set when a part of buf is given away; nil: that must not be
}

// NewDecoder returns a decoder of buf. Alignment counts from its first octet. env may be nil.
func NewDecoder(buf []byte, little bool, env *Env) *Decoder {
	d := new(Decoder)
	d.Reset(buf, 0, little, env)
	return d
}

// Reset makes d a new decoder of buf[pos:], with alignment counted from buf's first octet,
// and forgets its error.
func (d *Decoder) Reset(buf []byte, pos int, little bool, env *Env) {
	*d = Decoder{buf: buf, pos: pos, end: len(buf), little: little, env: envOr(env)}
}

// Little reports whether d reads little-endian.
func (d *Decoder) Little() bool { return d.little }

// Env returns the environment, never nil.
func (d *Decoder) Env() *Env { return d.env }

// SetEnv changes the environment for what follows: code sets are known only once the
// header that announces them has been read.
func (d *Decoder) SetEnv(env *Env) { d.env = envOr(env) }

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

// Fail makes err the decoder's error, unless it has one, and ends the input.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.pos = d.end
}

// Pos returns the index in the whole buffer of the next octet, before any alignment.
func (d *Decoder) Pos() int { return d.pos }

// Remaining returns how many octets are left; inside a value in chunks, with all that is behind it.
func (d *Decoder) Remaining() int {
	if d.chunked() {
		return max(d.vals.end-d.pos, 0)
	}
	return d.end - d.pos
}

// Done fails if octets are left over that are not padding. In a message of GIOP 1.1 that can be read in two ways there must
// be none at all; see [Decoder.Reread].
func (d *Decoder) Done() error {
	if left := d.end - d.pos; d.err == nil && (left >= 8 || left > 0 && d.seams != nil && d.seams.apart) {
		d.Fail(marshal(exc.MinorTrailing, "%d octets are left over behind the last value", d.end-d.pos))
	}
	return d.err
}

// short says that n octets were wanted.
//
//go:noinline
func (d *Decoder) short(n int) {
	if d.err == nil {
		d.Fail(marshal(exc.MinorTruncated, "%d octets wanted at offset %d, but the input ends at %d", n, d.pos-d.base, d.end-d.base))
	}
}

// Align skips padding to a multiple of n: 1, 2, 4 or 8. What the padding holds does not matter.
func (d *Decoder) Align(n int) {
	p := (d.pos-d.base+n-1)&^(n-1) + d.base
	if n == 8 && d.seams != nil {
		p = d.alignSeams()
	}
	if p >= d.end && d.chunked() && d.err == nil {
		if d.nextChunk() {
			d.Align(n)
		}
		return // the next value is between chunks, or nothing follows
	}
	if p > d.end {
		d.short(p - d.pos)
		return
	}
	d.pos = p
}

// AlignIfMore is Align where nothing may follow: a body that is empty has no padding before it.
func (d *Decoder) AlignIfMore(n int) {
	if d.pos < d.end {
		d.Align(n)
	}
}

// Octet reads an octet.
func (d *Decoder) Octet() byte {
	if d.pos >= d.end && !d.more(1, 1) {
		return 0
	}
	v := d.buf[d.pos]
	d.pos++
	return v
}

// Boolean reads a boolean. Values other than 0 and 1 are an error.
func (d *Decoder) Boolean() bool {
	v := d.Octet()
	if v > 1 {
		d.Fail(marshal(exc.MinorBadValue, "boolean of value %d", v))
		return false
	}
	return v == 1
}

// Int8 reads an octet with a sign.
func (d *Decoder) Int8() int8 { return int8(d.Octet()) }

// UInt8 reads an octet.
func (d *Decoder) UInt8() uint8 { return d.Octet() }

// Char reads a narrow character.
func (d *Decoder) Char() byte {
	c := d.Octet()
	if d.env.Narrow != nil && d.err == nil {
		m, err := d.env.Narrow.ParseChar(c)
		if err != nil {
			d.Fail(err)
			return 0
		}
		return m
	}
	return c
}

// UShort reads an unsigned short.
func (d *Decoder) UShort() uint16 {
	p := (d.pos-d.base+1)&^1 + d.base
	if p+2 > d.end {
		if !d.more(2, 2) {
			return 0
		}
		p = d.pos
	}
	d.pos = p + 2
	b := d.buf[p : p+2 : p+2]
	if d.little {
		return binary.LittleEndian.Uint16(b)
	}
	return binary.BigEndian.Uint16(b)
}

// ULong reads an unsigned long (32 bits).
func (d *Decoder) ULong() uint32 {
	p := (d.pos-d.base+3)&^3 + d.base
	if p+4 > d.end {
		if !d.more(4, 4) {
			return 0
		}
		p = d.pos
	}
	d.pos = p + 4
	b := d.buf[p : p+4 : p+4]
	if d.little {
		return binary.LittleEndian.Uint32(b)
	}
	return binary.BigEndian.Uint32(b)
}

// ULongLong reads an unsigned long long (64 bits).
func (d *Decoder) ULongLong() uint64 {
	p := (d.pos-d.base+7)&^7 + d.base
	if d.seams != nil {
		p = d.alignSeams()
	}
	if p+8 > d.end {
		if !d.more(8, 8) {
			return 0
		}
		p = d.pos
	}
	d.pos = p + 8
	b := d.buf[p : p+8 : p+8]
	if d.little {
		return binary.LittleEndian.Uint64(b)
	}
	return binary.BigEndian.Uint64(b)
}

// Short reads a short.
func (d *Decoder) Short() int16 { return int16(d.UShort()) }

// Long reads a long (32 bits).
func (d *Decoder) Long() int32 { return int32(d.ULong()) }

// LongLong reads a long long (64 bits).
func (d *Decoder) LongLong() int64 { return int64(d.ULongLong()) }

// Float reads a float.
func (d *Decoder) Float() float32 { return math.Float32frombits(d.ULong()) }

// Double reads a double.
func (d *Decoder) Double() float64 { return math.Float64frombits(d.ULongLong()) }

// Enum reads an enumerator of an enum that has n of them.
func (d *Decoder) Enum(n uint32) uint32 {
	v := d.ULong()
	if v >= n && d.err == nil {
		d.Fail(marshal(exc.MinorBadValue, "enum value %d, but the enum has %d enumerators", v, n))
		return 0
	}
	return v
}

// Count reads the length of a sequence whose elements take at least size octets each (at
// least 1), and fails unless that many can follow.
func (d *Decoder) Count(size int) int {
	n := d.ULong()
	if need := uint64(n) * uint64(max(size, 1)); need > uint64(d.end-d.pos) && need > uint64(d.Remaining()) {
		if d.err == nil {
			d.Fail(marshal(exc.MinorTruncated, "sequence of %d elements of at least %d octets, but %d octets are left", n, size, d.Remaining()))
		}
		return 0
	}
	return int(n)
}

// CountMax is Count for a bounded sequence.
func (d *Decoder) CountMax(size, bound int) int {
	n := d.Count(size)
	if n > bound {
		d.Fail(marshal(exc.MinorBound, "sequence of %d elements, but its bound is %d", n, bound))
		return 0
	}
	return n
}

// RawStringView reads a string as it is on the wire and returns its octets in the buffer,
// without the terminator. They are valid as long as the buffer.
//
// A length of 0, which the specification forbids and some ORBs send, is an empty string.
func (d *Decoder) RawStringView() []byte {
	n := d.Count(1)
	if n == 0 {
		return nil
	}
	b := d.OctetsView(n)
	if b == nil {
		return nil
	}
	if b[n-1] != 0 {
		d.Fail(marshal(exc.MinorBadValue, "string of %d octets without its terminating zero", n))
		return nil
	}
	return b[:n-1]
}

// RawString is RawStringView, copied.
func (d *Decoder) RawString() string { return d.text(d.RawStringView()) }

// String reads a string in the negotiated code set.
func (d *Decoder) String() string {
	// Most are ASCII and lie whole before the end.
	if p := (d.pos-d.base+3)&^3 + d.base; p+4 <= d.end {
		var n uint32
		if d.little {
			n = binary.LittleEndian.Uint32(d.buf[p:])
		} else {
			n = binary.BigEndian.Uint32(d.buf[p:])
		}
		if p += 4; n > 0 && uint64(n) <= uint64(d.end-p) {
			b := d.buf[p : p+int(n)]
			if last := len(b) - 1; b[last] == 0 && plain(b[:last]) && (d.env.Narrow == nil || d.env.Narrow.ASCII()) {
				d.pos = p + int(n)
				return d.text(b[:last])
			}
		}
	}
	return d.anyString()
}

// anyString is String for all strings.
func (d *Decoder) anyString() string {
	b := d.RawStringView()
	if bytes.IndexByte(b, 0) >= 0 {
		d.Fail(marshal(exc.MinorBadValue, "string with a zero octet inside"))
		return ""
	}
	if d.env.Narrow == nil || d.env.Narrow.Plain(b) {
		return d.text(b)
	}
	s, err := d.env.Narrow.ParseString(b)
	if err != nil {
		d.Fail(err)
		return ""
	}
	return s
}

// StringMax is String for a bounded string. The bound counts characters, however many octets they take.
func (d *Decoder) StringMax(bound int) string {
	s := d.String()
	if n := Chars(s, bound); n > bound {
		d.Fail(marshal(exc.MinorBound, "string of %d characters, but its bound is %d", n, bound))
		return ""
	}
	return s
}

// WChar reads a wide character.
func (d *Decoder) WChar() rune {
	if d.env.Wide == nil {
		d.Fail(WideReceived(d.env.Version))
		return 0
	}
	return d.env.Wide.WChar(d)
}

// WString reads a wide string.
func (d *Decoder) WString() string {
	if d.env.Wide == nil {
		d.Fail(WideReceived(d.env.Version))
		return ""
	}
	return d.env.Wide.WString(d)
}

// WStringMax is WString for a bounded one. The bound counts characters.
func (d *Decoder) WStringMax(bound int) string {
	s := d.WString()
	n := 0
	for range s {
		n++
	}
	if n > bound {
		d.Fail(marshal(exc.MinorBound, "wide string of %d characters, but its bound is %d", n, bound))
		return ""
	}
	return s
}

// OctetsView returns the next n octets in the buffer. They are valid as long as it is.
func (d *Decoder) OctetsView(n int) []byte {
	if n < 0 || n > d.end-d.pos {
		if d.err == nil && n > 0 && d.chunked() {
			return d.gather(n)
		}
		d.short(n)
		return nil
	}
	b := d.buf[d.pos : d.pos+n : d.pos+n]
	d.pos += n
	return b
}

// Octets fills dst.
func (d *Decoder) Octets(dst []byte) { copy(dst, d.OctetsView(len(dst))) }

// OctetSeqView reads a sequence of octets and returns it in the buffer.
func (d *Decoder) OctetSeqView() []byte { return d.OctetsView(d.Count(1)) }

// OctetSeq reads a sequence of octets. An empty one is nil.
func (d *Decoder) OctetSeq() []byte {
	v := d.OctetSeqView()
	if len(v) >= LeastLoan && d.given != nil && 2*len(v) >= cap(d.buf) {
		*d.given = true
		return v
	}
	return append([]byte(nil), v...)
}

// GiveAway lets d return, instead of a copy, a long sequence of octets that takes half of the buffer or more where it is, and
// set *given: nobody else may have a use for the buffer then. It holds until [Decoder.Reset], but not in encapsulations.
func (d *Decoder) GiveAway(given *bool) { d.given = given }

// Object reads an object reference: nil, or what the ORB makes of it; see [References].
func (d *Decoder) Object() any {
	if d.env.Refs == nil {
		d.Fail(marshal(exc.MinorNotAnObject, "an object reference cannot be read outside an ORB"))
		return nil
	}
	return d.env.Refs.Object(d)
}

// Encapsulation reads an encapsulation and returns a decoder of what is inside. An error
// inside, and what is charged there, reaches d by [Decoder.EndEncapsulation]. An empty one, which lacks
// its byte order, is an error inside.
func (d *Decoder) Encapsulation() Decoder {
	n := d.Count(1)
	in := Decoder{buf: d.buf, pos: d.pos, end: d.pos + n, base: d.pos, depth: d.depth, spent: d.spent, err: d.err, env: d.env}
	if n > d.end-d.pos { // over several chunks
		in.buf, in.pos, in.base = d.gather(n), 0, 0
		in.end = len(in.buf)
	} else {
		d.pos += n
	}
	in.little = in.Boolean()
	return in
}

// EndEncapsulation ends what Encapsulation began: the error and the charges of in become those of d.
func (d *Decoder) EndEncapsulation(in *Decoder) {
	d.spent = in.spent
	if in.err != nil {
		d.Fail(in.err)
	}
}

// stepsPerOctet is how many steps each octet of a message pays for: the values that an octet is may be inside
// one another.
const stepsPerOctet = 8

// Step counts a value that is visited on a walk by types known at run time, of which some take no octets at
// all. It reports false, with an error, when [limits.AnySteps] is exceeded: the time that a message takes is
// bounded by its size.
func (d *Decoder) Step() bool {
	if d.steps++; d.steps <= d.most {
		return true
	}
	return d.firstStep()
}

func (d *Decoder) firstStep() bool {
	paid := stepsPerOctet * int64(len(d.buf))
	if d.most == 0 {
		d.most = paid + int64(d.env.Limits.Int(limits.AnySteps))
	}
	if d.steps > d.most && d.err == nil {
		d.Fail(exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d values in %d octets: %w", d.steps, len(d.buf), d.env.Limits.Exceeded(limits.AnySteps, d.steps-paid)))
	}
	return d.err == nil
}

// Spend charges the memory of n elements of size octets, about to be allocated, to the message.
// It reports false after an error, and with one when [limits.DecodedSize] is exceeded.
func (d *Decoder) Spend(n, size int) bool {
	if d.err != nil {
		return false
	}
	most := d.env.Limits.Get(limits.DecodedSize)
	if size > 0 && int64(n) > (most-d.spent)/int64(size) {
		d.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "%d elements of %d octets in memory: %w", n, size, d.env.Limits.Exceeded(limits.DecodedSize, 0)))
		return false
	}
	d.spent += int64(n) * int64(size)
	return true
}

// Enter counts a level of nesting of a recursive type; every Enter that reports true has
// its [Decoder.Leave]. It reports false after an error, and with one when
// [limits.ValueDepth] is exceeded.
func (d *Decoder) Enter() bool {
	if d.err != nil {
		return false
	}
	if d.depth >= d.env.Limits.Int(limits.ValueDepth) {
		d.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "%w", d.env.Limits.Exceeded(limits.ValueDepth, int64(d.depth+1))))
		return false
	}
	d.depth++
	return true
}

// Leave ends what Enter began.
func (d *Decoder) Leave() { d.depth-- }
