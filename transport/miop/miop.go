// Package miop has the packets of the Unreliable Multicast Inter-ORB Protocol (CORBA 3.3 part 2, clause 11): messages of GIOP in datagrams, to one
// receiver or to a group of them, that may be lost, doubled and out of order, and to which nobody answers.
//
// A message that is longer than a datagram is sent in several packets: see [Split]. An [Assembler] puts them together, within limits that all have names.
// What both of them cannot do is in their errors; nothing that comes from outside makes them panic, wait, or keep more than the limits say.
package miop

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The sizes of what packets have.
const (
	fixedSize = 20  // octets before the id of the message
	MostID    = 252 // octets of an id (clause 11.2)

	// MostHeader is how many octets a header has at most, padding included.
	MostHeader = 272

	// MostPacket is how many octets a packet has that is sent unless another size is asked for: what goes through a link of Ethernet, by IPv6 too, with room for
	// tunnels, and is not put into pieces by IP.
	MostPacket = 1232

	// MostDatagram is how many octets a datagram of UDP has at most, by IPv4.
	MostDatagram = 65507

	// LeastPacket is the least size that [Split] takes.
	LeastPacket = MostHeader + 8
)

// A Packet is one packet: a message, or a piece of one.
type Packet struct {
	Little bool   // the byte order of the header; that of the message is in the message
	Stop   bool   // the last of its message is marked. It is not to be relied on: peers mark others
	Number uint32 // which piece it is, from 0
	Of     uint32 // how many there are; never 0 in a packet that was read
	ID     []byte // by which the pieces of a message are known, MostID octets at most
	Data   []byte // of the message

	// Length is what the header of a packet that was read says of its length. Some count the header, as TAO and PolyORB do, others do not, as JacORB: Data is what the
	// datagram has, and Length tells whether it was that.
	Length int
}

// The flags.
const (
	flagLittle = 1 << 0
	flagStop   = 1 << 1
)

const version = 0x10 // 1.0, a digit in each half

// A PacketError says why a datagram is no packet of MIOP. Errors of one Why are the same to [errors.Is].
type PacketError struct{ Why string }

// Error says it.
func (e *PacketError) Error() string { return "no packet of MIOP: " + e.Why }

// Is reports whether target is a PacketError that says the same.
func (e *PacketError) Is(target error) bool {
	o, ok := target.(*PacketError)
	return ok && o.Why == e.Why
}

// The reasons why a datagram is no packet.
var (
	ErrShort   error = &PacketError{"it ends before its header does"}
	ErrMagic   error = &PacketError{"it does not begin with MIOP"}
	ErrVersion error = &PacketError{"its version is not 1.0"}
	ErrID      error = &PacketError{fmt.Sprintf("the id of its message is longer than %d octets", MostID)}
	ErrNumber  error = &PacketError{"its number is not below that of the packets"}
	ErrLength  error = &PacketError{"the length that it tells is neither that of the datagram nor that of what is behind the header"}
	ErrEmpty   error = &PacketError{"it has nothing of a message"}
)

// IsPacket reports whether a datagram begins as packets do.
func IsPacket(b []byte) bool { return len(b) >= 4 && string(b[:4]) == "MIOP" }

// headerSize is the size of a header whose id has n octets, up to where the message goes on.
func headerSize(n int) int { return (fixedSize + n + 7) &^ 7 }

// Append appends the packet to b, which is a datagram of its own. Its ID must have MostID octets at most and the whole at most MostDatagram, else it panics; the length that it tells is
// that of Data, as the specification has it (clause 11.2).
func (p *Packet) Append(b []byte) []byte {
	if len(p.ID) > MostID || headerSize(len(p.ID))+len(p.Data) > MostDatagram {
		panic("miop: a packet that no datagram has room for")
	}
	start := len(b)
	var flags byte
	if p.Little {
		flags |= flagLittle
	}
	if p.Stop {
		flags |= flagStop
	}
	var order binary.AppendByteOrder = binary.BigEndian
	if p.Little {
		order = binary.LittleEndian
	}
	b = append(b, 'M', 'I', 'O', 'P', version, flags)
	b = order.AppendUint16(b, uint16(len(p.Data)))
	b = order.AppendUint32(b, p.Number)
	b = order.AppendUint32(b, p.Of)
	b = order.AppendUint32(b, uint32(len(p.ID)))
	b = append(b, p.ID...)
	for len(b)-start < headerSize(len(p.ID)) {
		b = append(b, 0)
	}
	return append(b, p.Data...)
}

// Parse reads a datagram. ID and Data are views of it. Flags that nobody knows are passed over: PolyORB sets such. Its errors are of type *PacketError.
func Parse(b []byte) (p Packet, err error) {
	switch {
	case len(b) >= 4 && !IsPacket(b):
		return p, ErrMagic
	case len(b) < fixedSize:
		return p, ErrShort
	case b[4] != version:
		return p, ErrVersion
	}
	p.Little, p.Stop = b[5]&flagLittle != 0, b[5]&flagStop != 0
	var order binary.ByteOrder = binary.BigEndian
	if p.Little {
		order = binary.LittleEndian
	}
	p.Length = int(order.Uint16(b[6:]))
	p.Number, p.Of = order.Uint32(b[8:]), order.Uint32(b[12:])
	n := order.Uint32(b[16:])
	if n > MostID {
		return p, ErrID
	}
	at := headerSize(int(n))
	if at > len(b) {
		return p, ErrShort
	}
	p.ID, p.Data = b[fixedSize:fixedSize+n:fixedSize+n], b[at:len(b):len(b)]
	switch {
	case p.Number >= p.Of:
		return p, ErrNumber
	case len(p.Data) == 0:
		return p, ErrEmpty
	case p.Length != len(p.Data) && p.Length != len(b):
		return p, ErrLength
	}
	return p, nil
}

// ErrSize says that a message cannot be cut as it was asked for.
var ErrSize = errors.New("a message of MIOP cannot be sent")

// Split cuts a message into packets of at most size octets each, header included, and hands each to send, whose slice is valid until it returns; the next follow if it returns nil. A size of 0 is
// MostPacket. All pieces but the last have a multiple of 8 octets. The id is to be one that no other message of this sender has had lately: 12 octets, of which the last is zero, as
// [ID] makes them, suit all peers. Who receives a message of more than MostPackets packets leaves it, so that is refused here, with an error that is ErrSize and a *LimitError.
func Split(msg, id []byte, little bool, size int, send func([]byte) error) error {
	if size == 0 {
		size = MostPacket
	}
	if len(msg) == 0 || len(id) > MostID || size < LeastPacket || size > MostDatagram {
		return fmt.Errorf("%w: %d octets with an id of %d, in packets of %d", ErrSize, len(msg), len(id), size)
	}
	room := (size - headerSize(len(id))) &^ 7
	n := (len(msg) + room - 1) / room
	if n > MostPackets {
		return fmt.Errorf("%w: %w", ErrSize, &LimitError{"miop-packets", MostPackets, int64(n)})
	}
	if len(msg) > MostMessage {
		return fmt.Errorf("%w: %w", ErrSize, &LimitError{"miop-message", MostMessage, int64(len(msg))})
	}
	b := make([]byte, 0, min(size, headerSize(len(id))+len(msg)))
	for i := range n {
		piece := msg[i*room : min(len(msg), (i+1)*room)]
		p := Packet{Little: little, Stop: i == n-1, Number: uint32(i), Of: uint32(n), ID: id, Data: piece}
		if err := send(p.Append(b)); err != nil {
			return err
		}
	}
	return nil
}
