// Package nbss has the packets of the session service of NetBIOS over TCP/IP (RFC 1002, clause 4.3).
package nbss

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/opendsom/dsom/transport/netbios/nbname"
)

// Port is where sessions are asked for, by TCP.
const Port = 139

// The sizes of packets, in octets.
const (
	HeadSize    = 4
	MostMessage = 1<<17 - 1                           // of a session message: the length has 17 bits
	MostRequest = 2 * (1 + 32 + 2 + nbname.MostScope) // of a session request, behind its head
)

// A Type is a kind of packet.
type Type uint8

// The kinds.
const (
	Message   Type = 0x00
	Request   Type = 0x81
	Positive  Type = 0x82
	Negative  Type = 0x83
	Retarget  Type = 0x84
	KeepAlive Type = 0x85
)

// String returns the kind in words.
func (t Type) String() string {
	switch t {
	case Message:
		return "session message"
	case Request:
		return "session request"
	case Positive:
		return "positive session response"
	case Negative:
		return "negative session response"
	case Retarget:
		return "retarget"
	case KeepAlive:
		return "keep alive"
	}
	return fmt.Sprintf("packet of type %#x", uint8(t))
}

// AppendHead appends the head of a packet with so many octets behind it, 131071 at most.
func AppendHead(b []byte, t Type, size int) []byte {
	return append(b, byte(t), byte(size>>16), byte(size>>8), byte(size))
}

// ParseHead reads the head of a packet: its kind, and how many octets are behind it. Of flags there is one, which is the length's highest bit. Each kind has the sizes that it may
// have, and no others.
func ParseHead(b [HeadSize]byte) (Type, int, error) {
	t, size := Type(b[0]), int(b[1]&1)<<16|int(binary.BigEndian.Uint16(b[2:]))
	good := false
	switch t {
	case Message:
		good = true
	case Request:
		good = size >= 2*34 && size <= MostRequest
	case Positive:
		good = size <= MostRequest // impacket's server sends the names of the request back, which mean nothing there
	case KeepAlive:
		good = size == 0
	case Negative:
		good = size == 1
	case Retarget:
		good = size == 6
	default:
		return t, size, fmt.Errorf("%v: the session service has none", t)
	}
	if !good || b[1]&^1 != 0 {
		return t, size, fmt.Errorf("%v with the flags %#x and %d octets", t, b[1], size)
	}
	return t, size, nil
}

// AppendRequest appends SESSION REQUEST: who is called, and by whom.
func AppendRequest(b []byte, called, calling nbname.Name) []byte {
	names := calling.Append(called.Append(nil))
	return append(AppendHead(b, Request, len(names)), names...)
}

// ParseRequest reads what is behind the head of a session request.
func ParseRequest(b []byte) (called, calling nbname.Name, err error) {
	called, next, err := nbname.Read(b, 0)
	if err != nil {
		return called, calling, err
	}
	calling, next, err = nbname.Read(b, next)
	if err == nil && next != len(b) {
		err = fmt.Errorf("a session request has %d octets behind its names", len(b)-next)
	}
	return called, calling, err
}

// A Code says why there is no session.
type Code uint8

// The codes.
const (
	NotListeningCalled  Code = 0x80
	NotListeningCalling Code = 0x81
	NotPresent          Code = 0x82
	NoResources         Code = 0x83
	Unspecified         Code = 0x8f
)

// String returns the code in words.
func (c Code) String() string {
	switch c {
	case NotListeningCalled:
		return "nobody listens on the called name"
	case NotListeningCalling:
		return "nobody listens for the calling name"
	case NotPresent:
		return "the called name is not there"
	case NoResources:
		return "the called name is there, with too few resources"
	case Unspecified:
		return "unspecified error"
	}
	return fmt.Sprintf("code %#x", uint8(c))
}

// AppendNegative appends NEGATIVE SESSION RESPONSE.
func AppendNegative(b []byte, c Code) []byte { return append(AppendHead(b, Negative, 1), byte(c)) }

// AppendRetarget appends SESSION RETARGET RESPONSE: the session is to be asked for elsewhere, at an address of IPv4.
func AppendRetarget(b []byte, to netip.AddrPort) []byte {
	a := to.Addr().As4()
	return binary.BigEndian.AppendUint16(append(AppendHead(b, Retarget, 6), a[:]...), to.Port())
}

// ParseRetarget reads what is behind the head of a retarget.
func ParseRetarget(b [6]byte) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[:4])), binary.BigEndian.Uint16(b[4:]))
}
