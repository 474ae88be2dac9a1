package spx

import (
	"encoding/binary"
	"fmt"

	"github.com/opendsom/dsom/transport/ipx"
)

// Sizes in octets. That of SPX-II has a field more, but in the packet that asks for a connection.
const (
	HeaderSize   = 12
	HeaderSizeII = 14

	most1 = ipx.LeastMost                       // a packet of SPX, with the header of IPX
	Most1 = most1 - ipx.HeaderSize - HeaderSize // octets of data in it: 534
	least = ipx.HeaderSize + HeaderSize         // a packet without data
	whole = ipx.HeaderSize + HeaderSizeII       // that of SPX-II
)

// Bits of Header.Control.
const (
	System    = 0x80 // the packet has no number of its own, and no data
	SendAck   = 0x40
	Attention = 0x20
	EndOfMsg  = 0x10
	II        = 0x08 // the packet is of SPX-II
	Negotiate = 0x04 // it is as long as packets may be, or says how long one was
	Extended  = 0x01 // its header is longer, which nobody here has asked for
)

// Values of Header.Stream that are the protocol's own; those below are the program's.
const (
	Released    = 0xfc // acknowledges Release
	Release     = 0xfd // no data will come any more from this side: orderly release
	End         = 0xfe // the connection ends, in both directions
	Ended       = 0xff // acknowledges End
	MostStream  = 0xfb // the greatest of a program's
	nobody      = 0xffff
	leastNumber = 1 // of a connection's numbers
)

// A Header is what stands before the data of each packet.
type Header struct {
	Control, Stream uint8
	Src, Dst        uint16 // numbers of the connection, each side's own; Dst is ffff in who asks for one
	Seq, Ack, Alloc uint16 // number of the packet; of the next that is expected; of the last that there is room for
	Size            uint16 // SPX-II: octets of the longest packet, with its headers
}

func (h *Header) long() bool { return h.Control&II != 0 && h.Dst != nobody }

// size is how many octets the header has.
func (h *Header) size() int {
	if h.long() {
		return HeaderSizeII
	}
	return HeaderSize
}

// Append appends h to dst.
func (h *Header) Append(dst []byte) []byte {
	dst = append(dst, h.Control, h.Stream)
	for _, v := range [...]uint16{h.Src, h.Dst, h.Seq, h.Ack, h.Alloc} {
		dst = binary.BigEndian.AppendUint16(dst, v)
	}
	if h.long() {
		dst = binary.BigEndian.AppendUint16(dst, h.Size)
	}
	return dst
}

// A FormError says why octets are no packet of SPX.
type FormError struct{ What string }

func (e *FormError) Error() string { return "malformed packet of SPX: " + e.What }

// Parse reads the header that b begins with, and returns the data behind it, which are of b.
func Parse(b []byte) (h Header, data []byte, err error) {
	if len(b) < HeaderSize {
		return h, nil, &FormError{fmt.Sprintf("%d octets are no header", len(b))}
	}
	be := binary.BigEndian
	h = Header{b[0], b[1], be.Uint16(b[2:]), be.Uint16(b[4:]), be.Uint16(b[6:]), be.Uint16(b[8:]), be.Uint16(b[10:]), 0}
	n := HeaderSize
	if h.long() {
		if len(b) < HeaderSizeII {
			return h, nil, &FormError{fmt.Sprintf("%d octets are no header of SPX-II", len(b))}
		}
		h.Size, n = be.Uint16(b[12:]), HeaderSizeII
	}
	if h.Control&Extended != 0 && h.Control&II != 0 {
		return h, nil, &FormError{"it has an extended header"}
	}
	if h.Src == nobody || h.Dst == 0 {
		return h, nil, &FormError{fmt.Sprintf("connection %04x at %04x", h.Src, h.Dst)}
	}
	if n > len(b) {
		n = len(b)
	}
	return h, b[n:], nil
}

// before reports whether number a is before b, as they go round.
func before(a, b uint16) bool { return int16(a-b) < 0 }
