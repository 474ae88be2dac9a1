package giop

import (
	"encoding/binary"

	"github.com/opendsom/dsom/cdr"
)

// A CancelRequest says that its sender no longer waits for a reply (clause 9.4.4).
type CancelRequest struct{ ID uint32 }

// Parse reads a CancelRequest from d, which stands behind the message header; see [Open].
func (c *CancelRequest) Parse(_ Header, d *cdr.Decoder) error {
	c.ID = d.ULong()
	return d.Err()
}

// AppendCancelRequest appends a whole CancelRequest to dst.
func AppendCancelRequest(dst []byte, v cdr.Version, little bool, id uint32) []byte {
	dst = AppendHeader(dst, Header{Version: v, Little: little, Type: TypeCancelRequest, Size: 4})
	if little {
		return binary.LittleEndian.AppendUint32(dst, id)
	}
	return binary.BigEndian.AppendUint32(dst, id)
}
