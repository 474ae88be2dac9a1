// Package giop holds the messages of the General Inter-ORB Protocol, versions 1.0 to 1.2,
// a file each (CORBA 3.3 part 2, clause 9.4). Messages know no network: they are appended
// to buffers and parsed from them.
package giop

import (
	"encoding/binary"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// HeaderSize is the length of the header that every message begins with, in octets.
const HeaderSize = 12

// A Type is the kind of a message.
type Type byte

// The message types (clause 9.4.1). Fragment is of version 1.1 and later.
const (
	TypeRequest Type = iota
	TypeReply
	TypeCancelRequest
	TypeLocateRequest
	TypeLocateReply
	TypeCloseConnection
	TypeMessageError
	TypeFragment
)

var typeNames = [...]string{"Request", "Reply", "CancelRequest", "LocateRequest", "LocateReply", "CloseConnection", "MessageError", "Fragment"}

// String returns the name of t as the specification spells it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "message type " + string([]byte{'0' + byte(t)/100, '0' + byte(t)/10%10, '0' + byte(t)%10})
}

// A Header begins each message.
type Header struct {
	Version cdr.Version
	Little  bool // byte order of all that follows, and of Size
	More    bool // fragments follow; always false in version 1.0
	Type    Type
	Size    uint32 // octets behind the header

	// Seams is nil, but for messages of version 1.1 that an [Assembler] put together: the
	// Parse methods hand it on to the decoder.
	Seams *cdr.Seams
}

const (
	flagLittle = 1
	flagMore   = 2
)

// ParseHeader parses the header at the start of b, which holds HeaderSize octets at least.
// A wrong magic, an unknown version or type is an error; the size is not judged.
func ParseHeader(b []byte) (Header, error) {
	if len(b) < HeaderSize {
		return Header{}, exc.New(exc.Marshal, exc.MinorTruncated, exc.No, "GIOP header of %d octets", len(b))
	}
	if string(b[:4]) != "GIOP" {
		return Header{}, exc.New(exc.CommFailure, exc.MinorProtocol, exc.No, "not GIOP: the message begins with %q", b[:4])
	}
	h := Header{Version: cdr.Version{Major: b[4], Minor: b[5]}, Type: Type(b[7]), Little: b[6]&flagLittle != 0}
	if h.Version.Major != 1 || h.Version.Minor > 2 {
		return h, exc.New(exc.CommFailure, exc.MinorProtocol, exc.No, "GIOP %d.%d is not known", b[4], b[5])
	}
	last := TypeMessageError
	if h.Version.Minor >= 1 {
		h.More = b[6]&flagMore != 0
		last = TypeFragment
	}
	if h.Type > last {
		return h, exc.New(exc.CommFailure, exc.MinorProtocol, exc.No, "%v is not known in GIOP %v", h.Type, h.Version)
	}
	if h.Little {
		h.Size = binary.LittleEndian.Uint32(b[8:])
	} else {
		h.Size = binary.BigEndian.Uint32(b[8:])
	}
	return h, nil
}

// AppendHeader appends h to dst.
func AppendHeader(dst []byte, h Header) []byte {
	var flags byte
	if h.Little {
		flags = flagLittle
	}
	if h.More && h.Version.Minor >= 1 {
		flags |= flagMore
	}
	dst = append(dst, 'G', 'I', 'O', 'P', h.Version.Major, h.Version.Minor, flags, byte(h.Type))
	if h.Little {
		return binary.LittleEndian.AppendUint32(dst, h.Size)
	}
	return binary.BigEndian.AppendUint32(dst, h.Size)
}

// PatchSize sets the size in the header of the message msg to what msg holds.
func PatchSize(msg []byte) {
	n := uint32(len(msg) - HeaderSize)
	if msg[6]&flagLittle != 0 {
		binary.LittleEndian.PutUint32(msg[8:], n)
	} else {
		binary.BigEndian.PutUint32(msg[8:], n)
	}
}
