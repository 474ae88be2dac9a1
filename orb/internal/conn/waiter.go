package conn

import (
	"sync"
	"sync/atomic"
)

// What a waiter has been told. The word is set under the lock, and before the waiter is woken.
const (
	isDone   uint32 = 1 << iota // nothing more to wait for
	mayWrite                    // the writing role is his
	mayRead                     // the reading role is his
)

// A waiter is a goroutine that can wait for what happens on a connection. The word says
// what happened, so that one who is only done needs no lock to go on.
type waiter struct {
	cond       sync.Cond
	word       atomic.Uint32
	fence      atomic.Uint32 // what was done to w before he was woken happened before he goes on
	call       *Call         // whose it is; nil for a runner's
	in         *queue        // where it waits
	prev, next *waiter       // there
	woken      *waiter       // next of those that unlock is to wake
}

// told reports whether bit of the word is set.
func (w *waiter) told(bit uint32) bool { return w.word.Load()&bit != 0 }

// hasDone reports whether w, a caller or nobody, has nothing more to wait for.
func (w *waiter) hasDone() bool { return w != nil && w.call != nil && w.told(isDone) }

// tell sets a bit of the word.
func (w *waiter) tell(bit uint32) { w.word.Store(w.word.Load() | bit) }

// took clears a bit of the word, and reports whether it was set.
func (w *waiter) took(bit uint32) bool {
	old := w.word.Load()
	w.word.Store(old &^ bit)
	return old&bit != 0
}

// A queue is a list of waiters, who are in one at most.
type queue struct{ head, tail *waiter }

func (q *queue) push(w *waiter) {
	w.in, w.prev, w.next = q, q.tail, nil
	if q.tail != nil {
		q.tail.next = w
	} else {
		q.head = w
	}
	q.tail = w
}

func (q *queue) remove(w *waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		q.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		q.tail = w.prev
	}
	w.in, w.prev, w.next = nil, nil, nil
}

// wait puts w into q and waits until somebody wakes it. It lets go of the lock, and does
// not take it again.
func (l locked) wait(w *waiter, q *queue) {
	q.push(w)
	w.cond.L = (*letGo)(l.Conn)
	w.cond.Wait()
	w.fence.Load()
}

// letGo makes sync.Cond let go of a connection's lock and return without it: what is
// woken with a reply has no need of the lock, for which the one who woke it would be a rival.
type letGo Conn

func (g *letGo) Lock()   {}
func (g *letGo) Unlock() { locked{(*Conn)(g)}.unlock() }

// wake ends the waiting of w, when the lock is let go.
func (l locked) wake(w *waiter) {
	if w.in == nil {
		return
	}
	w.in.remove(w)
	w.woken = l.s.woken
	l.s.woken = w
}
