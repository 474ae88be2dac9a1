package cdr

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// An Encoder appends values to a buffer. Alignment counts from the place where the buffer
// ended when the encoder was made or [Encoder.Reset], and inside an encapsulation from its start.
type Encoder struct {
	buf    []byte
	base   int // alignment counts from here
	little bool
	depth  int
	err    error
	env    *Env
	vals   *valuePut // nil until a value is written

	borrows bool // long runs of octets
	loans   []Loan
	lent    int // octets of loans
}

// NewEncoder returns an encoder that appends to buf. env may be nil.
func NewEncoder(buf []byte, little bool, env *Env) *Encoder {
	e := new(Encoder)
	e.Reset(buf, little, env)
	return e
}

// Reset makes e a new encoder that appends to buf, and forgets its error and what it has borrowed.
func (e *Encoder) Reset(buf []byte, little bool, env *Env) {
	clear(e.loans)
	*e = Encoder{buf: buf, base: len(buf), little: little, env: envOr(env), loans: e.loans[:0]}
}

// Forget lets go of all that e was given and has not copied: loans, and the Go objects of values, whose
// scope ends. The buffer is as without them.
func (e *Encoder) Forget() {
	for len(e.loans) > 0 {
		e.giveBack()
	}
	e.vals = nil
}

// Bytes returns the buffer with what was appended. It is the encoder's until Reset.
func (e *Encoder) Bytes() []byte {
	if len(e.loans) > 0 {
		e.gather()
	}
	return e.buf
}

// Len returns the length of the whole buffer, with what is borrowed.
func (e *Encoder) Len() int { return len(e.buf) + e.lent }

// Little reports whether e writes little-endian.
func (e *Encoder) Little() bool { return e.little }

// Env returns the environment, never nil.
func (e *Encoder) Env() *Env { return e.env }

// Err returns the first error.
func (e *Encoder) Err() error { return e.err }

// Fail makes err the encoder's error, unless it has one.
func (e *Encoder) Fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// Truncate cuts the buffer back to n octets, a value of [Encoder.Len] before, and forgets
// the error: what followed is to be written anew.
func (e *Encoder) Truncate(n int) {
	for i := len(e.loans) - 1; i >= 0 && n-(e.lent-len(e.loans[i].Octets)) <= e.loans[i].At; i-- {
		e.giveBack()
	}
	e.buf, e.err, e.vals = e.buf[:n-e.lent], nil, nil
}

// Align appends zeros until the next octet is at a multiple of n: 1, 2, 4 or 8.
func (e *Encoder) Align(n int) {
	for (len(e.buf)-e.base)&(n-1) != 0 {
		e.buf = append(e.buf, 0)
	}
}

// room appends zeros until the next octet is at a multiple of size, and n octets, which it returns: the caller
// overwrites all of them.
func (e *Encoder) room(size, n int) []byte {
	end := len(e.buf)
	at := end + (e.base-end)&(size-1)
	if at+n > cap(e.buf) {
		e.grow(at + n)
	}
	e.buf = e.buf[:at+n] // the pointer is not written: no barrier
	for ; end < at; end++ {
		e.buf[end] = 0
	}
	return e.buf[at:]
}

// grow makes the buffer's capacity at least n octets.
//
//go:noinline
func (e *Encoder) grow(n int) { e.buf = slices.Grow(e.buf, n-len(e.buf)) }

// Octet appends an octet.
func (e *Encoder) Octet(v byte) { e.buf = append(e.buf, v) }

// Boolean appends a boolean: 1 or 0.
func (e *Encoder) Boolean(v bool) {
	var b byte
	if v {
		b = 1
	}
	e.buf = append(e.buf, b)
}

// Int8 and UInt8 are IDL 4's names of an octet with and without sign.
func (e *Encoder) Int8(v int8) { e.buf = append(e.buf, byte(v)) }

// UInt8 appends an octet.
func (e *Encoder) UInt8(v uint8) { e.buf = append(e.buf, v) }

// Char appends a narrow character.
func (e *Encoder) Char(c byte) {
	if e.env.Narrow != nil {
		w, err := e.env.Narrow.Char(c)
		if err != nil {
			e.Fail(err)
		}
		c = w
	}
	e.buf = append(e.buf, c)
}

// UShort appends an unsigned short.
func (e *Encoder) UShort(v uint16) {
	if e.vals != nil {
		e.step(2)
	}
	if b := e.room(2, 2); e.little {
		binary.LittleEndian.PutUint16(b, v)
	} else {
		binary.BigEndian.PutUint16(b, v)
	}
}

// ULong appends an unsigned long (32 bits).
func (e *Encoder) ULong(v uint32) {
	end := len(e.buf)
	at := end + (e.base-end)&3
	if at+4 > cap(e.buf) {
		e.grow(at + 4)
	}
	e.buf = e.buf[:at+4]
	binary.LittleEndian.PutUint32(e.buf[end:], 0) // the padding, and more
	if e.little {
		binary.LittleEndian.PutUint32(e.buf[at:], v)
	} else {
		binary.BigEndian.PutUint32(e.buf[at:], v)
	}
}

// ULongLong appends an unsigned long long (64 bits).
func (e *Encoder) ULongLong(v uint64) {
	end := len(e.buf)
	at := end + (e.base-end)&7
	if at+8 > cap(e.buf) {
		e.grow(at + 8)
	}
	e.buf = e.buf[:at+8]
	binary.LittleEndian.PutUint64(e.buf[end:], 0) // the padding, and more
	if e.little {
		binary.LittleEndian.PutUint64(e.buf[at:], v)
	} else {
		binary.BigEndian.PutUint64(e.buf[at:], v)
	}
}

// Short appends a short.
func (e *Encoder) Short(v int16) { e.UShort(uint16(v)) }

// Long appends a long (32 bits).
func (e *Encoder) Long(v int32) { e.ULong(uint32(v)) }

// LongLong appends a long long (64 bits).
func (e *Encoder) LongLong(v int64) { e.ULongLong(uint64(v)) }

// Float appends a float.
func (e *Encoder) Float(v float32) { e.ULong(math.Float32bits(v)) }

// Double appends a double.
func (e *Encoder) Double(v float64) { e.ULongLong(math.Float64bits(v)) }

// Enum appends an enumerator of an enum that has n of them.
func (e *Encoder) Enum(v, n uint32) {
	if v >= n {
		e.Fail(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "enum value %d, but the enum has %d enumerators", v, n))
	}
	e.ULong(v)
}

// Count appends the length of a sequence.
func (e *Encoder) Count(n int) {
	if uint64(n) > math.MaxUint32 {
		e.Fail(marshal(exc.MinorBound, "sequence of %d elements is longer than CDR can say", n))
	}
	e.ULong(uint32(n))
}

// CountMax is Count for a bounded sequence.
func (e *Encoder) CountMax(n, bound int) {
	if n > bound {
		e.Fail(marshal(exc.MinorBound, "sequence of %d elements, but its bound is %d", n, bound))
	}
	e.Count(n)
}

// String appends a string in the negotiated code set.
func (e *Encoder) String(s string) {
	if e.env.Narrow == nil {
		e.RawString(s)
		return
	}
	if e.vals == nil && plain(unsafe.Slice(unsafe.StringData(s), len(s))) && e.env.Narrow.ASCII() {
		e.text(s)
		return
	}
	if strings.IndexByte(s, 0) >= 0 {
		e.nul()
		return
	}
	e.ULong(0)
	at := len(e.buf)
	b, err := e.env.Narrow.AppendString(e.buf, s)
	if err != nil {
		e.Fail(err)
		return
	}
	e.buf = append(b, 0)
	e.patch(at-4, len(e.buf)-at)
	e.endRun(at)
}

// RawString appends a string as it is in memory: operation names, repository ids and
// others that are ASCII by definition.
func (e *Encoder) RawString(s string) {
	if strings.IndexByte(s, 0) >= 0 {
		e.nul()
		return
	}
	e.text(s)
	e.endRun(len(e.buf) - len(s) - 1)
}

// text appends a string that needs neither conversion nor a look.
func (e *Encoder) text(s string) {
	n := len(s) + 1
	b := e.room(4, 4+n)
	if e.little {
		binary.LittleEndian.PutUint32(b, uint32(n))
	} else {
		binary.BigEndian.PutUint32(b, uint32(n))
	}
	copy(b[4:], s)
	b[3+n] = 0
}

// StringMax is String for a bounded string. The bound counts characters, however many octets they take here or there.
func (e *Encoder) StringMax(s string, bound int) {
	if n := Chars(s, bound); n > bound {
		e.Fail(marshal(exc.MinorBound, "string of %d characters, but its bound is %d", n, bound))
		return
	}
	e.String(s)
}

func (e *Encoder) nul() {
	e.Fail(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "a string with a zero octet inside cannot be sent"))
}

// WChar appends a wide character. What is behind the octet of its length is a run in an any.
func (e *Encoder) WChar(r rune) {
	if w := e.wide(); w != nil {
		e.step(1)
		at := len(e.buf)
		w.PutWChar(e, r)
		e.endRun(at + 1)
	}
}

// WString appends a wide string.
func (e *Encoder) WString(s string) {
	if w := e.wide(); w != nil {
		e.beginRun(false)
		w.PutWString(e, s)
		e.EndRun()
	}
}

// WStringMax is WString for a bounded one. The bound counts characters.
func (e *Encoder) WStringMax(s string, bound int) {
	n := 0
	for range s {
		n++
	}
	if n > bound {
		e.Fail(marshal(exc.MinorBound, "wide string of %d characters, but its bound is %d", n, bound))
		return
	}
	e.WString(s)
}

func (e *Encoder) wide() WideCodeSet {
	if e.env.Wide == nil {
		e.Fail(NoWide(e.env.Version))
	}
	return e.env.Wide
}

// NoWide says that wide characters cannot be sent in GIOP v: INV_OBJREF, as the reference allows none.
func NoWide(v Version) error {
	if !v.AtLeast(V11) {
		return exc.New(exc.InvObjref, exc.MinorWCharNotNegotiated, exc.No, "GIOP %v has no wide characters", v)
	}
	return exc.New(exc.InvObjref, exc.MinorWCharNotNegotiated, exc.No,
		"wide characters need a code set, and none is negotiated over GIOP %v with this peer", v)
}

// WideReceived says that wide characters came in GIOP v without a code set: MARSHAL where the version
// has none, otherwise BAD_PARAM (CORBA 3.3 part 2, clause 7.10.2.6).
func WideReceived(v Version) error {
	if !v.AtLeast(V11) {
		return marshal(exc.MinorWCharInGIOP10, "wide characters came in GIOP %v, which has none", v)
	}
	return exc.New(exc.BadParam, exc.MinorWCharUnannounced, exc.No,
		"wide characters came over GIOP %v from a peer that has announced no code set for them", v)
}

// Octets appends octets without a length.
func (e *Encoder) Octets(v []byte) {
	e.step(1)
	e.octets(v)
}

func (e *Encoder) octets(v []byte) {
	at := len(e.buf)
	e.buf = append(e.buf, v...)
	e.endRun(at)
}

// OctetSeq appends a sequence of octets, or borrows it; see [Encoder.Borrow].
func (e *Encoder) OctetSeq(v []byte) {
	e.Count(len(v))
	if len(v) >= LeastLoan && e.borrows {
		e.borrow(v)
		return
	}
	e.Octets(v)
}

// Object appends the reference of v; see [References].
func (e *Encoder) Object(v, class any) {
	if e.env.Refs == nil {
		e.Fail(marshal(exc.MinorNotAnObject, "an object reference cannot be written outside an ORB"))
		return
	}
	e.env.Refs.PutObject(e, v, class)
}

// A Mark is where an encapsulation began.
type Mark struct {
	at, base int
	vals     *valuePut
	borrows  bool
}

// Begin starts an encapsulation: a sequence of octets with a byte order and an alignment
// of its own, and a scope of its own for values. What follows is inside it until [Encoder.End].
func (e *Encoder) Begin() Mark {
	e.ULong(0)
	m := Mark{len(e.buf), e.base, e.vals, e.borrows}
	e.base, e.vals, e.borrows = len(e.buf), nil, false
	e.Boolean(e.little)
	return m
}

// End ends the encapsulation that Begin started.
func (e *Encoder) End(m Mark) {
	e.patch(m.at-4, len(e.buf)-m.at)
	e.base, e.vals, e.borrows = m.base, m.vals, m.borrows
	e.endRun(m.at)
}

// patch writes an unsigned long over the four octets at at.
func (e *Encoder) patch(at, v int) {
	if uint64(v) > math.MaxUint32 {
		e.Fail(marshal(exc.MinorBound, "%d octets are more than CDR can count", v))
	}
	if e.little {
		binary.LittleEndian.PutUint32(e.buf[at:], uint32(v))
	} else {
		binary.BigEndian.PutUint32(e.buf[at:], uint32(v))
	}
}

// PutULong writes an unsigned long over the four octets at at, counted in the whole buffer.
func (e *Encoder) PutULong(at int, v uint32) { e.patch(e.inBuffer(at), int(v)) }

// Enter counts a level of nesting of a recursive type; every Enter that reports true has
// its [Encoder.Leave]. It reports false after an error, and with one when
// [limits.ValueDepth] is exceeded.
func (e *Encoder) Enter() bool {
	if e.err != nil {
		return false
	}
	if e.depth >= e.env.Limits.Int(limits.ValueDepth) {
		e.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "%w", e.env.Limits.Exceeded(limits.ValueDepth, int64(e.depth+1))))
		return false
	}
	e.depth++
	return true
}

// Leave ends what Enter began.
func (e *Encoder) Leave() { e.depth-- }
