package conn

import (
	"math/bits"
	"sync"
)

// Buffers come in powers of two. What is larger than the largest is not kept.
const (
	leastClass = 10 // 1 KiB
	mostClass  = 23 // 8 MiB
	numClasses = mostClass - leastClass + 1
)

// A buffer is a pooled slice. Its owner may append to b, beyond its capacity too.
type buffer struct{ b []byte }

var pools [numClasses]sync.Pool

// getBuffer returns an empty buffer of capacity n at least.
func getBuffer(n int) *buffer {
	if b := idleBuffer(n); b != nil {
		return b
	}
	if c := bits.Len(uint(max(n, 1<<leastClass) - 1)); c <= mostClass {
		return &buffer{make([]byte, 0, 1<<c)}
	}
	return &buffer{make([]byte, 0, n)}
}

// idleBuffer is getBuffer if one lies in the pool, and nil if memory would have to be got for it.
func idleBuffer(n int) *buffer {
	c := bits.Len(uint(max(n, 1<<leastClass) - 1))
	if c > mostClass {
		return nil
	}
	b, _ := pools[c-leastClass].Get().(*buffer)
	return b
}

// free gives b back. A nil b is allowed.
func (b *buffer) free() {
	if b == nil {
		return
	}
	c := bits.Len(uint(cap(b.b))) - 1 // the class that cap(b.b) suffices for
	if c < leastClass || cap(b.b) > 1<<mostClass {
		return
	}
	b.b = b.b[:0]
	pools[c-leastClass].Put(b)
}
