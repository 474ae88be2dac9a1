package miop

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"
)

// An IDs makes ids of messages: one for each sender, which may be used by several goroutines. The zero value is not one: see [NewIDs].
//
// An id has 12 octets: eleven letters and digits and a zero. PolyORB ends when it meets one that is not text, or lacks the zero.
type IDs struct {
	sender uint64 // drawn at random; its low 24 bits are 0
	next   atomic.Uint64
}

// NewIDs returns what makes the ids of a new sender.
func NewIDs() *IDs {
	var b [8]byte
	_, _ = rand.Read(b[:])
	v := binary.BigEndian.Uint64(b[:])
	x := &IDs{sender: v &^ (1<<24 - 1)}
	x.next.Store(v)
	return x
}

// Next returns an id that this sender has not used for 2^24 messages.
func (x *IDs) Next() []byte {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
	v := x.sender | x.next.Add(1)&(1<<24-1)
	id := make([]byte, 12)
	for i := 10; i >= 0; i-- {
		id[i] = digits[v&31]
		v >>= 5
	}
	return id
}
