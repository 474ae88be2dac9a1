package giop

import (
	"encoding/binary"
	"slices"

	"github.com/opendsom/dsom/cdr"
)

// InsertContexts returns the Request or Reply msg, or a beginning of it that its body is in part in, with more service contexts behind those it
// has, of which those that have an id of more's are left out. Its body stays as it is: where a version does not align it by itself, before 1.2, a
// context of four octets that mean nothing keeps it in its place of eight. msg is not changed.
func InsertContexts(msg []byte, more []Context) ([]byte, error) {
	h, err := ParseHeader(msg)
	if err != nil {
		return nil, err
	}
	had, begin, end, err := contextsOf(h, msg)
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
	size := len(msg) + 20
	for _, c := range more {
		size += 12 + len(c.Data)
	}
	out := make([]byte, 0, size)
	out = append(out, msg[:begin]...)
	out = order.AppendUint32(out, 0) // how many there are
	count := uint32(0)
	put := func(id uint32, data []byte) {
		out = alignTo(out, 4)
		out = order.AppendUint32(out, id)
		out = order.AppendUint32(out, uint32(len(data)))
		out = append(out, data...)
		count++
	}
	for id, data, ok := had.Next(); ok; id, data, ok = had.Next() {
		if !slices.ContainsFunc(more, func(c Context) bool { return c.ID == id }) {
			put(id, data)
		}
	}
	for _, c := range more {
		put(c.ID, c.Data)
	}
	if h.Version.AtLeast(cdr.V12) { // the body, if there is one, is aligned at both places
		if body := (end + 7) &^ 7; body < len(msg) {
			out = append(alignTo(out, 8), msg[body:]...)
		}
	} else {
		rest := (end + 3) &^ 3
		out = alignTo(out, 4)
		if (len(out)-rest)%8 != 0 {
			put(ContextPadding, make([]byte, 4))
		}
		out = append(out, msg[rest:]...)
	}
	order.PutUint32(out[begin:], count)
	order.PutUint32(out[8:], h.Size+uint32(len(out)-len(msg)))
	return out, nil
}

// contextsOf returns the service contexts of a message, and where they are.
func contextsOf(h Header, msg []byte) (c Contexts, begin, end int, err error) {
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
	if c.parse(&d); d.Err() != nil {
		return c, 0, 0, d.Err()
	}
	return c, begin, d.Pos(), nil
}

func alignTo(b []byte, n int) []byte {
	for len(b)%n != 0 {
		b = append(b, 0)
	}
	return b
}
