package giop

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/opendsom/dsom/cdr"
)

// policyRelativeRT is the type of Messaging::RelativeRoundtripTimeoutPolicy (part 1, clause 17.2).
const policyRelativeRT = 32

// RelativeRTSize is the length of what AppendRelativeRT appends.
const RelativeRTSize = 32

// AppendRelativeRT appends to dst the data of an InvocationPolicy context that tells the
// server how much time the caller still gives the request: a PolicyValueSeq with one
// relative round-trip time-out, in units of 100 ns. Less than nothing is sent as nothing.
func AppendRelativeRT(dst []byte, left time.Duration) []byte {
	dst = append(dst, 1, 0, 0, 0) // little-endian, padding
	dst = binary.LittleEndian.AppendUint32(dst, 1)
	dst = binary.LittleEndian.AppendUint32(dst, policyRelativeRT)
	dst = binary.LittleEndian.AppendUint32(dst, 16)
	dst = append(dst, 1, 0, 0, 0, 0, 0, 0, 0) // the value: little-endian, padding to 8
	return binary.LittleEndian.AppendUint64(dst, uint64(max(left, 0)/100))
}

// ParseRelativeRT returns the round-trip time-out in the data of an InvocationPolicy
// context. ok is false if there is none, or the data are malformed: the context is advice
// and no reason to refuse the request. It does not allocate for a well-formed context.
func ParseRelativeRT(data []byte) (left time.Duration, ok bool) {
	if len(data) < 8 {
		return 0, false
	}
	var d cdr.Decoder
	d.Reset(data, 1, data[0]&1 != 0, nil)
	for range d.Count(8) {
		kind, value := d.ULong(), d.OctetSeqView()
		if d.Err() != nil {
			return 0, false
		}
		if kind != policyRelativeRT || len(value) < 16 {
			continue
		}
		var in cdr.Decoder
		in.Reset(value, 1, value[0]&1 != 0, nil)
		t := in.ULongLong()
		if t > math.MaxInt64/100 {
			return math.MaxInt64, true
		}
		return time.Duration(t) * 100, true
	}
	return 0, false
}
