package ipx

import (
	"encoding/binary"
	"fmt"
)

// Sizes in octets.
const (
	HeaderSize = 30
	LeastMost  = 576   // what every network of IPX carries, with the header
	MostPacket = 65535 // what the length in a header can say
)

// MostHops is how many routers a packet passes at most; the next throws it away.
const MostHops = 16

// Types of packets.
const (
	TypeUnknown = 0
	TypeRIP     = 1
	TypeEcho    = 2
	TypeSAP     = 4 // "packet exchange", as SAP sends it
	TypeSPX     = 5
	TypeNetBIOS = 20
)

// noChecksum stands where a checksum would. None is made, as in Novell's own drivers as they come, and one that is there is not believed.
const noChecksum = 0xffff

// A Packet is a packet of IPX.
type Packet struct {
	Hops     uint8 // "transport control": routers that it has passed
	Type     uint8
	Dst, Src Addr
	Data     []byte
}

// A FormError says why octets are no packet.
type FormError struct{ What string }

func (e *FormError) Error() string { return "malformed packet of IPX: " + e.What }

// Append appends p to dst. Its data have MostPacket-HeaderSize octets at most.
func (p *Packet) Append(dst []byte) []byte {
	return append(AppendHeader(dst, p, len(p.Data)), p.Data...)
}

// AppendHeader appends the header of p with size octets of data, which stand in no Data.
func AppendHeader(dst []byte, p *Packet, size int) []byte {
	dst = binary.BigEndian.AppendUint16(dst, noChecksum)
	dst = binary.BigEndian.AppendUint16(dst, uint16(HeaderSize+size))
	dst = append(dst, p.Hops, p.Type)
	return p.Src.append(p.Dst.append(dst))
}

// Parse reads the packet that b begins with; what is behind it, such as the padding of a short frame, is left aside. Data are of b.
func Parse(b []byte) (p Packet, err error) {
	if len(b) < HeaderSize {
		return p, &FormError{fmt.Sprintf("%d octets are no header", len(b))}
	}
	if sum := binary.BigEndian.Uint16(b); sum != noChecksum {
		return p, &FormError{fmt.Sprintf("it has a checksum, %04x, and none is made here", sum)}
	}
	size := int(binary.BigEndian.Uint16(b[2:]))
	if size < HeaderSize || size > len(b) {
		return p, &FormError{fmt.Sprintf("it says that it has %d octets, and %d are there", size, len(b))}
	}
	p = Packet{Hops: b[4], Type: b[5], Dst: addrAt(b[6:]), Src: addrAt(b[18:]), Data: b[HeaderSize:size]}
	if p.Hops > MostHops {
		return p, &FormError{fmt.Sprintf("it has passed %d routers, and %d are the most", p.Hops, MostHops)}
	}
	if p.Src.Node == Broadcast {
		return p, &FormError{"it comes from everybody"}
	}
	return p, nil
}
