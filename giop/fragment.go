package giop

import (
	"encoding/binary"

	"github.com/opendsom/dsom/cdr"
)

// fragmentHead returns the length of the header of a Fragment: in version 1.2 it includes
// the request id (clause 9.4.9).
func fragmentHead(v cdr.Version) int {
	if v.AtLeast(cdr.V12) {
		return HeaderSize + 4
	}
	return HeaderSize
}

// A Fragment continues a message. The data are a view.
type Fragment struct {
	ID   uint32 // in version 1.2
	Data []byte
}

// Parse reads a Fragment from d, which stands behind the message header h; see [Open].
func (f *Fragment) Parse(h Header, d *cdr.Decoder) error {
	*f = Fragment{}
	if h.Version.AtLeast(cdr.V12) {
		f.ID = d.ULong()
	}
	f.Data = d.OctetsView(d.Remaining())
	return d.Err()
}

// AppendFragment appends a whole Fragment to dst. more says that others follow. The id is
// sent in version 1.2 only.
func AppendFragment(dst []byte, v cdr.Version, little, more bool, id uint32, data []byte) []byte {
	head := fragmentHead(v)
	dst = AppendHeader(dst, Header{Version: v, Little: little, More: more, Type: TypeFragment, Size: uint32(head - HeaderSize + len(data))})
	if head > HeaderSize {
		if little {
			dst = binary.LittleEndian.AppendUint32(dst, id)
		} else {
			dst = binary.BigEndian.AppendUint32(dst, id)
		}
	}
	return append(dst, data...)
}

// MinFragment is the least size that [Split] can cut to: the header of a Fragment and eight octets.
const MinFragment = 24

// Split appends to dst the complete message msg, cut into a first message and Fragments of
// at most size octets each, headers included. All but the last are a multiple of 8 long, so
// that alignment goes on as if there were no cut. msg is appended whole when it is not
// longer, and when it cannot be cut: in version 1.0, which has no fragments; in version 1.1,
// where omniORB and the Java ORBs count the alignment of what follows from each Fragment's own
// header, so that a message that was marshalled whole has no right place for a cut; and
// messages of other types than Request, Reply, LocateRequest and LocateReply.
func Split(dst, msg []byte, size int) ([]byte, error) {
	h, err := ParseHeader(msg)
	if err != nil {
		return dst, err
	}
	if len(msg) <= size || !h.Version.AtLeast(cdr.V12) || !mayFragment(h) {
		return append(dst, msg...), nil
	}
	id, err := RequestID(h, msg)
	if err != nil {
		return dst, err
	}
	size = max(size, MinFragment) &^ 7
	first := len(dst)
	dst = append(dst, msg[:size]...)
	PatchSize(dst[first:])
	dst[first+6] |= flagMore
	room := size - fragmentHead(h.Version)
	for rest := msg[size:]; len(rest) > 0; {
		n := min(room, len(rest))
		dst = AppendFragment(dst, h.Version, h.Little, n < len(rest), id, rest[:n])
		rest = rest[n:]
	}
	return dst, nil
}

// mayFragment reports whether a message of this kind may come in fragments.
func mayFragment(h Header) bool {
	switch h.Type {
	case TypeRequest, TypeReply:
		return h.Version.AtLeast(cdr.V11)
	case TypeLocateRequest, TypeLocateReply:
		return h.Version.AtLeast(cdr.V12)
	}
	return false
}
