package ws

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// The bounds of frames.
const (
	mostHeader  = 14  // octets before what a frame holds
	mostControl = 125 // octets in a frame of control (RFC 6455, section 5.5)

	// MostControl is how many frames without octets of messages, such as pings, a peer may send in a second.
	MostControl = 64
)

// The kinds of frames (RFC 6455, section 11.8).
const (
	continuation = 0x0
	text         = 0x1
	binaryFrame  = 0x2
	closing      = 0x8
	ping         = 0x9
	pong         = 0xa
)

const (
	final    = 0x80
	reserved = 0x70
	masked   = 0x80
)

// The reasons by which an end is told (RFC 6455, section 7.4.1).
const (
	normal         = 1000
	protocolBroken = 1002
	wrongData      = 1003
	tooMuch        = 1008
)

// A FrameError says what is wrong with what a peer sends. The connection has ended.
type FrameError struct {
	Code int // by which the peer is told
	Text string
}

func (e *FrameError) Error() string { return "WebSocket: " + e.Text }

func broken(format string, args ...any) error {
	return &FrameError{protocolBroken, fmt.Sprintf(format, args...)}
}

// A reader takes frames apart. Whatever length a frame claims, it holds no more of it than what has come, and that is in the reader's own memory only while it is a header or of
// control.
type reader struct {
	client bool // the frames are a server's

	part [mostHeader + mostControl]byte // of a header, or of a frame of control
	have int

	left   uint64 // octets to come of a frame of data
	key    [4]byte
	keyAt  uint64
	masked bool
	within bool // a message is not at its end

	idle  int // frames without octets, since
	since time.Time

	ping func([]byte) // answers
}

// take takes b apart in place, and returns how many octets of messages are at its front now. io.EOF says that the peer sends no more; with any error what stands behind was not looked at.
func (r *reader) take(b []byte) (n int, err error) {
	for at := 0; at < len(b); {
		if r.left > 0 {
			k := int(min(uint64(len(b)-at), r.left))
			r.unmask(b[at : at+k])
			if n != at {
				copy(b[n:], b[at:at+k])
			}
			n, at = n+k, at+k
			continue
		}
		k := copy(r.part[r.have:r.need()], b[at:])
		r.have, at = r.have+k, at+k
		if r.have == 2 {
			if err := r.check(); err != nil {
				return n, err
			}
		}
		if r.have < r.need() {
			continue
		}
		if err := r.frame(); err != nil {
			return n, err
		}
		r.have = 0
	}
	return n, nil
}

// unmask undoes the mask of octets of the frame under way, which are the next.
func (r *reader) unmask(p []byte) {
	if r.masked {
		mask(p, r.key, r.keyAt)
		r.keyAt += uint64(len(p))
	}
	r.left -= uint64(len(p))
}

// need returns how many octets are to be there of a header, or of a frame of control, as far as is known by now.
func (r *reader) need() int {
	if r.have < 2 {
		return 2
	}
	n := 2
	switch r.part[1] &^ masked {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if r.part[1]&masked != 0 {
		n += 4
	}
	if r.part[0]&8 != 0 {
		n += int(r.part[1] &^ masked)
	}
	return n
}

// check looks at the first two octets of a frame.
func (r *reader) check() error {
	kind, length := r.part[0]&15, r.part[1]&^masked
	switch {
	case r.part[0]&reserved != 0:
		return broken("a frame is compressed, or extended in another way, which was not agreed upon")
	case r.client == (r.part[1]&masked != 0):
		return broken("a frame of a client is masked and one of a server is not; this one was otherwise")
	case kind == text:
		return &FrameError{wrongData, "WebSocket: a message is text, and GIOP is octets"}
	case kind == continuation && !r.within:
		return broken("a frame continues a message that has not begun")
	case kind&8 != 0 && (r.part[0]&final == 0 || length > mostControl):
		return broken("a frame of control is in pieces, or has more than %d octets", mostControl)
	case kind != continuation && kind != binaryFrame && kind != closing && kind != ping && kind != pong:
		return broken("a frame is of kind %d, which is none", kind)
	}
	return nil // a message in frames that all say binaryFrame is omniORB's, which does not know continuations
}

// frame takes a header that is there, with what a frame of control holds.
func (r *reader) frame() error {
	b := r.part[2:r.have]
	length := uint64(r.part[1] &^ masked)
	switch length {
	case 126:
		length, b = uint64(binary.BigEndian.Uint16(b)), b[2:]
		if length < 126 {
			return broken("a length of %d is in the form for longer ones", length)
		}
	case 127:
		length, b = binary.BigEndian.Uint64(b), b[8:]
		if length>>63 != 0 || length <= 0xffff {
			return broken("a length of %#x is in the form for others", length)
		}
	}
	r.masked, r.keyAt = r.part[1]&masked != 0, 0
	if r.masked {
		copy(r.key[:], b)
		b = b[4:]
	}
	kind := r.part[0] & 15
	if kind&8 == 0 {
		r.left, r.within = length, r.part[0]&final == 0
		if length > 0 {
			r.idle = 0
			return nil
		}
		return r.without()
	}
	if r.masked {
		mask(b, r.key, 0)
	}
	switch kind {
	case closing:
		if len(b) == 1 {
			return broken("a reason of one octet")
		}
		return io.EOF
	case ping:
		r.ping(b)
	}
	return r.without()
}

// without counts a frame that has no octets of messages.
func (r *reader) without() error {
	if now := time.Now(); r.idle == 0 || now.Sub(r.since) > time.Second {
		r.idle, r.since = 0, now
	}
	if r.idle++; r.idle > MostControl {
		return &FrameError{tooMuch, fmt.Sprintf("more than %d pings, and other frames without octets, in a second (MostControl)", MostControl)}
	}
	return nil
}

// mask puts a mask on p, or takes it off: p stands in its frame behind at octets.
func mask(p []byte, key [4]byte, at uint64) {
	var turned [4]byte
	for i := range turned {
		turned[i] = key[(at+uint64(i))&3]
	}
	k := uint64(binary.LittleEndian.Uint32(turned[:]))
	k |= k << 32
	for len(p) >= 32 {
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)^k)
		binary.LittleEndian.PutUint64(p[8:], binary.LittleEndian.Uint64(p[8:])^k)
		binary.LittleEndian.PutUint64(p[16:], binary.LittleEndian.Uint64(p[16:])^k)
		binary.LittleEndian.PutUint64(p[24:], binary.LittleEndian.Uint64(p[24:])^k)
		p = p[32:]
	}
	for len(p) >= 8 {
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)^k)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= turned[i&3]
	}
}

// appendHeader appends the header of a frame that holds n octets; key is nil for one that is not masked.
func appendHeader(b []byte, kind byte, n int, key *[4]byte) []byte {
	var m byte
	if key != nil {
		m = masked
	}
	b = append(b, final|kind)
	switch {
	case n < 126:
		b = append(b, m|byte(n))
	case n <= 0xffff:
		b = append(b, m|126)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b = append(b, m|127)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	if key != nil {
		b = append(b, key[:]...)
	}
	return b
}
