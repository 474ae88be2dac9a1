package orb

import (
	"context"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// slowOneway is how long a oneway call within the process holds up those that were made after it.
const slowOneway = time.Millisecond

// oneways are the oneway calls within the process that their callers do not wait for. They are begun in the order in which
// they were made, each when the one before has ended or has taken [slowOneway]: as a server begins what comes
// over one connection. Each may wait for another, therefore.
type oneways struct {
	under running
	room  chan struct{} // holds one of each, as many as [limits.OutstandingRequests] says

	mu      sync.Mutex
	waiting []func() // not begun
	busy    bool     // a goroutine has the turn
	turn    uint64   // which
}

// newOneways returns a place for no more calls than l says.
func newOneways(l *limits.Limits) *oneways {
	return &oneways{room: make(chan struct{}, l.Int(limits.OutstandingRequests))}
}

// post has f run in another goroutine. It waits for room, until ctx ends or by comes, and for nothing else. After an
// error, which is completed NO, f is not run.
func (q *oneways) post(ctx context.Context, by time.Time, f func()) error {
	if err := q.takeRoom(ctx, by); err != nil {
		return err
	}
	return q.enqueue(f)
}

// enqueue is post for who has taken room.
func (q *oneways) enqueue(f func()) error {
	if !q.under.begin() {
		<-q.room
		return shutDown()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, f)
	if !q.busy {
		q.next()
	}
	return nil
}

func (q *oneways) takeRoom(ctx context.Context, by time.Time) error {
	select {
	case q.room <- struct{}{}:
		return nil
	default:
	}
	end := time.NewTimer(time.Until(by))
	defer end.Stop()
	select {
	case q.room <- struct{}{}:
		return nil
	case <-ctx.Done():
		return conn.ContextError(ctx.Err(), exc.No)
	case <-end.C:
		return conn.ContextError(context.DeadlineExceeded, exc.No)
	}
}

// next gives the turn to a new goroutine. The lock is held.
func (q *oneways) next() {
	q.busy = true
	q.turn++
	go q.run(q.turn)
}

// run runs what waits, as long as it has the turn.
func (q *oneways) run(turn uint64) {
	slow := time.AfterFunc(slowOneway, func() { q.pass(turn) })
	defer slow.Stop()
	for f := q.take(turn); f != nil; f = q.take(turn) {
		slow.Reset(slowOneway) // should it run late, it takes the turn too early at worst
		q.call(turn, f)
	}
}

// take returns what is to be run next, or nil if that is not for the one with this turn, or nothing waits.
func (q *oneways) take(turn uint64) (f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.turn != turn {
		return nil
	}
	if len(q.waiting) == 0 {
		q.busy, q.waiting = false, nil
		return nil
	}
	f, q.waiting[0], q.waiting = q.waiting[0], nil, q.waiting[1:]
	return f
}

func (q *oneways) call(turn uint64, f func()) {
	returned := false
	defer func() {
		<-q.room
		q.under.done()
		if !returned { // the servant ended this goroutine
			q.pass(turn)
		}
	}()
	f()
	returned = true
}

// pass takes the turn from the one who has this.
func (q *oneways) pass(turn uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.turn != turn || !q.busy: // it has it no more
	case len(q.waiting) > 0:
		q.next()
	default:
		q.busy = false
		q.turn++
	}
}
