package giop

import (
	"encoding/binary"

	"github.com/opendsom/dsom/cdr"
)

// InsertContexts returns the Request or Reply msg, or a beginning of it that its body is in part in, with more service contexts behind those it
// has. Its body stays as it is: where a version does not align it by itself, before 1.2, a
// context of four octets that mean nothing keeps it in its place of eight. msg is not changed.
func InsertContexts(msg []byte, more []Context) ([]byte, error) {
	h, err := ParseHeader(msg)
	if err != nil {
		return nil, err
	}
	begin, end, err := contextsOf(h, msg)
	if err != nil {
		return nil, err
	}
	var order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	} = binary.BigEndian
	if h.Little {
		order = binary.LittleEndian
	}
	count := order.Uint32(msg[begin:]) + uint32(len(more))
	size := len(msg) + 20
	for _, c := range more {
		size += 12 + len(c.Data)
	}
	out := make([]byte, 0, size)
	out = append(out, msg[:begin]...)
	out = order.AppendUint32(out, count)
	out = append(out, msg[begin+4:end]...)
	for _, c := range more {
		out = alignTo(out, 4)
		out = order.AppendUint32(out, c.ID)
		out = order.AppendUint32(out, uint32(len(c.Data)))
		out = append(out, c.Data...)
	}
	if h.Version.AtLeast(cdr.V12) { // the body, if there is one, is aligned at both places
		if body := (end + 7) &^ 7; body < len(msg) {
			out = append(alignTo(out, 8), msg[body:]...)
		}
	} else {
		rest := (end + 3) &^ 3
		out = alignTo(out, 4)
		if (len(out)-rest)%8 != 0 {
			out = order.AppendUint32(out, ContextPadding)
			out = order.AppendUint32(out, 4)
			out = append(out, 0, 0, 0, 0)
			order.PutUint32(out[begin:], count+1)
		}
		out = append(out, msg[rest:]...)
	}
	order.PutUint32(out[8:], h.Size+uint32(len(out)-len(msg)))
	return out, nil
}

// contextsOf returns where the service contexts of a message are.
func contextsOf(h Header, msg []byte) (begin, end int, err error) {
	var d cdr.Decoder
	Open(&d, h, msg, nil)
	if h.Version.AtLeast(cdr.V12) {
		d.ULong() // id
		d.ULong() // of a request: flags, reserved; of a reply: its status
		if h.Type == TypeRequest {
			new(Target).parse(&d)
			d.RawStringView()
		}
	}
	for (d.Pos()%4) != 0 && d.Err() == nil {
		d.Octet()
	}
	begin = d.Pos()
	var c Contexts
	if c.parse(&d); d.Err() != nil {
		return 0, 0, d.Err()
	}
	return begin, d.Pos(), nil
}

func alignTo(b []byte, n int) []byte {
	for len(b)%n != 0 {
		b = append(b, 0)
	}
	return b
}
