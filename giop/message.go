package giop

import (
	"math"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// A Mark remembers where in an encoder a message began, from one of the Begin functions to
// [Finish]. Between the two the caller writes the message's body.
type Mark struct {
	start int // of the message
	head  int // the end of its header
	body  int // where the body begins: head, or the next multiple of 8
}

// begin writes the twelve octets that each message begins with. The encoder must have been
// Reset where the message is to begin: alignment counts from there.
func begin(e *cdr.Encoder, v cdr.Version, t Type) int {
	start := e.Len()
	var order byte
	if e.Little() {
		order = flagLittle
	}
	e.Octet('G')
	e.Octet('I')
	e.Octet('O')
	e.Octet('P')
	e.Octet(v.Major)
	e.Octet(v.Minor)
	e.Octet(order)
	e.Octet(byte(t))
	e.ULong(0)
	return start
}

// body ends the header. In version 1.2 the body of a Request and a Reply begins at a
// multiple of 8 (clause 9.4.2.2); the padding is taken back by Finish if there is no body.
func body(e *cdr.Encoder, v cdr.Version, start int) Mark {
	m := Mark{start: start, head: e.Len()}
	if v.AtLeast(cdr.V12) {
		e.Align(8)
	}
	m.body = e.Len()
	return m
}

// putOctets appends a sequence of octets that is copied in any case: headers are never borrowed from.
func putOctets(e *cdr.Encoder, v []byte) {
	e.Count(len(v))
	e.Octets(v)
}

// HasBody reports whether anything was written since the header.
func (m Mark) HasBody(e *cdr.Encoder) bool { return e.Len() > m.body }

// Finish ends the message that m began: it sets its size, and takes back the padding before
// a body that turned out empty.
func Finish(e *cdr.Encoder, m Mark) {
	if e.Err() != nil {
		return
	}
	if e.Len() == m.body && m.head != m.body {
		e.Truncate(m.head)
	}
	n := e.Len() - m.start - HeaderSize
	if uint64(n) > math.MaxUint32 {
		e.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "a message of %d octets is longer than GIOP can say", n))
		return
	}
	e.PutULong(m.start+8, uint32(n))
}

// Open makes d a decoder of the message msg, header included, and leaves it behind the
// header h, ready for the Parse methods.
func Open(d *cdr.Decoder, h Header, msg []byte, env *cdr.Env) {
	d.Reset(msg, HeaderSize, h.Little, env)
	d.SetSeams(h.Seams)
}

// RequestID returns the request id of a message, header included, without parsing more of it
// than must be. Messages that have none, and those cut short, give an error.
func RequestID(h Header, msg []byte) (uint32, error) {
	var d cdr.Decoder
	Open(&d, h, msg, nil)
	switch h.Type {
	case TypeRequest, TypeReply:
		if !h.Version.AtLeast(cdr.V12) {
			for range d.Count(8) {
				d.ULong()
				if d.OctetSeqView(); d.Err() != nil {
					break
				}
			}
		}
	case TypeCancelRequest, TypeLocateRequest, TypeLocateReply:
	case TypeFragment:
		if !h.Version.AtLeast(cdr.V12) {
			return 0, protocolError("a Fragment of GIOP %v has no request id", h.Version)
		}
	default:
		return 0, protocolError("a %v has no request id", h.Type)
	}
	id := d.ULong()
	return id, d.Err()
}

func protocolError(format string, args ...any) error {
	return exc.New(exc.CommFailure, exc.MinorProtocol, exc.No, format, args...)
}
