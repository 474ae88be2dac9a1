package conn

import (
	"math/bits"
	"sync"
)

// Buffers come in eight sizes to the octave, so that not much of one is in vain that is given away with a
// message in it. What is larger than the largest is not kept.
const (
	leastSize  = 1 << leastBits
	mostSize   = 1 << mostBits
	leastBits  = 10 // 1 KiB
	mostBits   = 23 // 8 MiB
	numClasses = 8*(mostBits-leastBits) + 1
)

// A buffer is a pooled slice. Its owner may append to b, beyond its capacity too.
type buffer struct{ b []byte }

var pools [numClasses]sync.Pool

// hulls are buffers whose memory was given away.
var hulls = sync.Pool{New: func() any { return new(buffer) }}

// classOf returns the class of the smallest buffers that n octets have room in, and their size. n must not be
// larger than mostSize.
func classOf(n int) (class, size int) {
	n = max(n, leastSize)
	octave := bits.Len(uint(n-1)) - 1 // 1<<octave < n
	step := 1 << (octave - 3)
	steps := (n - 1<<octave + step - 1) / step
	return 8*(octave+1-leastBits) + steps - 8, 1<<octave + steps*step
}

// getBuffer returns an empty buffer of capacity n at least.
func getBuffer(n int) *buffer {
	if b := idleBuffer(n); b != nil {
		return b
	}
	if n <= mostSize {
		_, n = classOf(n)
	}
	b := hulls.Get().(*buffer)
	b.b = make([]byte, 0, n)
	return b
}

// idleBuffer is getBuffer if one lies in the pool, and nil if memory would have to be got for it.
func idleBuffer(n int) *buffer {
	if n > mostSize {
		return nil
	}
	class, _ := classOf(n)
	b, _ := pools[class].Get().(*buffer)
	return b
}

// free gives b back. A nil b is allowed.
func (b *buffer) free() {
	if b == nil || cap(b.b) < leastSize || cap(b.b) > mostSize {
		return
	}
	class, size := classOf(cap(b.b))
	if size > cap(b.b) {
		class--
	}
	b.b = b.b[:0]
	pools[class].Put(b)
}

// give leaves the memory of b to others. A nil b is allowed.
func (b *buffer) give() {
	if b != nil {
		if cap(b.b) >= longMessage {
			raiseFloor()
		}
		b.b = nil
		hulls.Put(b)
	}
}
