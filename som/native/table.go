//go:build cgo && unix

package native

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// A table gives out numbers, from 1, by which C holds what is Go's. Looking one up takes no lock, and two loads that do not
// wait for each other: the memory only grows, and where it is is told before how much of it there is.
type table[T any] struct {
	first atomic.Pointer[T]
	n     atomic.Uint64

	mu   sync.Mutex
	all  []T
	free []uint64
}

func (t *table[T]) put(v T) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		at := t.free[n-1]
		t.free = t.free[:n-1]
		t.all[at-1] = v
		return at
	}
	t.all = append(t.all, v)
	t.first.Store(&t.all[0])
	t.n.Store(uint64(len(t.all)))
	return uint64(len(t.all))
}

// get returns what has a number, or the zero value where nothing has.
func (t *table[T]) get(at uint64) (v T) {
	if at-1 < t.n.Load() {
		return *(*T)(unsafe.Add(unsafe.Pointer(t.first.Load()), uintptr(at-1)*unsafe.Sizeof(v)))
	}
	return v
}

// drop frees a number that was given out.
func (t *table[T]) drop(at uint64) {
	var zero T
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[at-1] = zero
	t.free = append(t.free, at)
}
