//go:build cgo && unix

package native

import (
	"sync"
	"sync/atomic"
)

// A table gives out numbers, from 1, by which C holds what is Go's. Looking one up takes no lock.
type table[T any] struct {
	mu    sync.Mutex
	slots atomic.Pointer[[]T]
	free  []uint64
}

func (t *table[T]) put(v T) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		at := t.free[n-1]
		t.free = t.free[:n-1]
		(*t.slots.Load())[at-1] = v
		return at
	}
	var old []T
	if p := t.slots.Load(); p != nil {
		old = *p
	}
	if len(old) < cap(old) {
		grown := append(old, v)
		t.slots.Store(&grown)
		return uint64(len(grown))
	}
	grown := make([]T, len(old)+1, 2*len(old)+16)
	copy(grown, old)
	grown[len(old)] = v
	t.slots.Store(&grown)
	return uint64(len(grown))
}

// get returns what has a number, or the zero value where nothing has.
func (t *table[T]) get(at uint64) (v T) {
	if p := t.slots.Load(); p != nil && at-1 < uint64(len(*p)) {
		return (*p)[at-1]
	}
	return v
}

// drop frees a number that was given out.
func (t *table[T]) drop(at uint64) {
	var zero T
	t.mu.Lock()
	defer t.mu.Unlock()
	(*t.slots.Load())[at-1] = zero
	t.free = append(t.free, at)
}
