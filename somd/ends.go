package somd

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// endTimeout is how long the end of a proxy waits for that of its target.
const endTimeout = 5 * time.Second

// MaxEnds bounds how many references are given back at a time to targets that have not answered. Whoever gives back another waits for one of those.
const MaxEnds = 1024

// ends are the references that the proxies of a domain give back. They go at once, whatever became of those before; who gives one back waits for the answer, but not for that of a server which has not answered
// another in time: that one would have each proxy of it wait for as long.
type ends struct {
	once sync.Once
	room chan struct{} // holds a token for each that is under way

	mu     sync.Mutex
	wait   time.Duration   // 0: endTimeout
	silent map[string]bool // servers that have not answered the last in time
}

// give gives a reference back to its target, and returns what waits for the answer.
func (e *ends) give(ref *orb.Ref) (wait func()) {
	server := serverOf(ref) // "": of an ORB of another kind, which are one here
	e.mu.Lock()
	within, silent := cmp.Or(e.wait, endTimeout), e.silent[server]
	e.mu.Unlock()
	e.once.Do(func() { e.room = make(chan struct{}, MaxEnds) })
	e.room <- struct{}{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { <-e.room }()
		ctx, stop := context.WithTimeout(context.Background(), within)
		defer stop()
		err := freeTarget(ctx, ref)
		e.answered(server, !errors.Is(err, exc.Timeout))
	}()
	if silent {
		return func() {}
	}
	return func() { <-done }
}

// answered notes whether a server has answered in time. A connection that fails is an answer.
func (e *ends) answered(server string, in bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case in:
		delete(e.silent, server)
	case len(e.silent) == 0, len(e.silent) >= MaxEnds: // of so many most are gone
		e.silent = map[string]bool{server: true}
	default:
		e.silent[server] = true
	}
}
