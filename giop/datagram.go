package giop

import (
	"fmt"

	"github.com/opendsom/dsom/cdr"
)

// A LocateRequest may be asked by a datagram, whatever carries it, and is then answered by one (docs/udp.md). Who answers says no more than a multiple of what he was asked, so that he is of no use against others.

// LocateQuestion returns a LocateRequest of GIOP 1.2 for a datagram. It is as long as is needed for an answer of room octets from those who say times of its octets at most: octets behind the end of a LocateRequest, within
// its size, mean nothing.
func LocateQuestion(id uint32, key []byte, room, times int) []byte {
	e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12})
	PutLocateRequest(e, cdr.V12, id, key, nil)
	b := e.Bytes()
	if n := (room+times-1)/times - len(b); n > 0 {
		b = append(b, make([]byte, n)...)
		PatchSize(b)
	}
	return b
}

// OpenDatagram reads the header of the one message that a datagram holds. The error says what it is instead.
func OpenDatagram(b []byte) (Header, error) {
	if len(b) < HeaderSize || string(b[:4]) != "GIOP" {
		return Header{}, fmt.Errorf("%d octets are no message of GIOP", len(b))
	}
	h, err := ParseHeader(b)
	if err == nil && (h.More || int64(h.Size) != int64(len(b)-HeaderSize)) {
		err = fmt.Errorf("a %v of %d octets that is not all there, or not alone", h.Type, h.Size)
	}
	return h, err
}

// OpenLocateAnswer reads the LocateReply that a datagram holds. The decoder stands at its body: a reference, if the status is ObjectForward or ObjectForwardPerm.
func OpenLocateAnswer(b []byte) (Header, LocateReply, *cdr.Decoder, error) {
	h, err := OpenDatagram(b)
	if err == nil && h.Type != TypeLocateReply {
		err = fmt.Errorf("a %v is no LocateReply", h.Type)
	}
	if err != nil {
		return h, LocateReply{}, nil, err
	}
	d := new(cdr.Decoder)
	d.Reset(b, HeaderSize, h.Little, &cdr.Env{Version: h.Version})
	var r LocateReply
	err = r.Parse(h, d)
	return h, r, d, err
}
