// Package nbds has the packets of the datagram service of NetBIOS over TCP/IP (RFC 1002, clause 4.4).
package nbds

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/opendsom/dsom/transport/netbios/nbname"
)

// Port is where datagrams are sent, by UDP.
const Port = 138

// MostData is how many octets of a user's a datagram has that is sent; what is longer would have to go in pieces. More are read, as Samba sends them.
const MostData = 512

// A Type is a kind of packet.
type Type uint8

// The kinds.
const (
	DirectUnique Type = 0x10
	DirectGroup  Type = 0x11
	Broadcast    Type = 0x12
	Error        Type = 0x13
	Query        Type = 0x14 // to a distribution server
	Positive     Type = 0x15
	Negative     Type = 0x16
)

// The errors that a packet of that kind tells.
const (
	NotPresent     uint8 = 0x82 // the name is not there
	BadSource      uint8 = 0x83 // the sender's name is malformed
	BadDestination uint8 = 0x84 // the receiver's name is malformed
)

// A Packet is a packet. What it has depends on its kind.
type Packet struct {
	Type   Type
	More   bool  // pieces of the datagram follow
	First  bool  // it is the first piece
	Node   uint8 // the sender's type: 0 B, 1 P, 2 M, 3 a distribution server
	ID     uint16
	Source netip.AddrPort // the sender's, of IPv4

	Offset   uint16      // of a datagram: where in the whole this piece begins
	From, To nbname.Name // of a datagram; To of a question to a distribution server, and of its answers
	Data     []byte      // of a datagram

	Code uint8 // of an error
}

const headSize = 10

// datagram reports whether a kind carries a user's octets.
func (t Type) datagram() bool { return t == DirectUnique || t == DirectGroup || t == Broadcast }

// Append appends the packet.
func (p *Packet) Append(b []byte) []byte {
	flags := p.Node & 3 << 2
	if p.More {
		flags |= 1
	}
	if p.First {
		flags |= 2
	}
	b = append(b, byte(p.Type), flags)
	b = binary.BigEndian.AppendUint16(b, p.ID)
	var a [4]byte
	if p.Source.Addr().Is4() {
		a = p.Source.Addr().As4()
	}
	b = append(b, a[:]...)
	b = binary.BigEndian.AppendUint16(b, p.Source.Port())
	switch {
	case p.Type.datagram():
		at := len(b)
		b = append(b, 0, 0)
		b = binary.BigEndian.AppendUint16(b, p.Offset)
		start := len(b)
		b = append(p.To.Append(p.From.Append(b)), p.Data...)
		binary.BigEndian.PutUint16(b[at:], uint16(len(b)-start))
	case p.Type == Error:
		b = append(b, p.Code)
	default:
		b = p.To.Append(b)
	}
	return b
}

// ErrShort says that a packet ends before what it says it has.
var ErrShort = errors.New("a packet of the datagram service ends before its end")

// Parse reads a packet. The data are those of b, and not copied.
func Parse(b []byte) (*Packet, error) {
	if len(b) < headSize {
		return nil, ErrShort
	}
	p := &Packet{
		Type: Type(b[0]), More: b[1]&1 != 0, First: b[1]&2 != 0, Node: b[1] >> 2 & 3, ID: binary.BigEndian.Uint16(b[2:]),
		Source: netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), binary.BigEndian.Uint16(b[8:])),
	}
	rest := b[headSize:]
	switch {
	case p.Type.datagram():
		if len(rest) < 4 {
			return nil, ErrShort
		}
		size := int(binary.BigEndian.Uint16(rest))
		p.Offset = binary.BigEndian.Uint16(rest[2:])
		if rest = rest[4:]; size > len(rest) {
			return nil, ErrShort
		}
		rest = rest[:size:size]
		from, next, err := nbname.Read(rest, 0)
		if err != nil {
			return nil, err
		}
		to, end, err := nbname.Read(rest, next)
		if err != nil {
			return nil, err
		}
		p.From, p.To = from, to
		if end < len(rest) {
			p.Data = rest[end:]
		}
	case p.Type == Error:
		if len(rest) < 1 {
			return nil, ErrShort
		}
		p.Code = rest[0]
	case p.Type == Query, p.Type == Positive, p.Type == Negative:
		to, _, err := nbname.Read(rest, 0)
		if err != nil {
			return nil, err
		}
		p.To = to
	default:
		return nil, fmt.Errorf("a packet of type %#x: the datagram service has none", b[0])
	}
	return p, nil
}
