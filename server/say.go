package server

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/std/cosnaming"
)

// The times of what is said when the upgrade has gone well that tried the process out.
const (
	sayTime      = 10 * time.Second // for one attempt
	firstSayWait = 50 * time.Millisecond
	lastSayWait  = 30 * time.Second
)

// A saying is what the naming service is to say when the process serves.
type saying struct {
	of string
	do func(context.Context) error
}

// sayings are what was put aside while an upgrade tried the process out, and is not said yet. The zero value is ready.
type sayings struct {
	log *slog.Logger

	mu   sync.Mutex
	left []*saying     // of each thing the last, in the place of the first
	turn chan struct{} // holds a token while something is being said; nil: nothing was put aside yet
}

// Say has the naming service say something of the server by do, which may be called again: now, or, in a process that an upgrade tries out, when that has gone well, and not at all if it does not. Until then the
// version before serves. Of what is said of the same thing the last counts. What was put aside is tried again until it succeeds, also when the daemon was killed meanwhile, or is refused for good, which is logged.
func (s *Server) Say(ctx context.Context, of string, do func(context.Context) error) error {
	if s.lease == nil {
		return do(ctx)
	}
	done, aside, err := s.said.begin(ctx, &saying{of, do}, s.lease.Trial)
	if aside || err != nil {
		return err
	}
	defer done()
	return do(ctx)
}

// begin puts x aside in a trial. Else it waits until nothing else is being said that was put aside, and keeps others from it until done is called: what was put aside of the same thing is not said any more.
func (l *sayings) begin(ctx context.Context, x *saying, trial func() bool) (done func(), aside bool, err error) {
	l.mu.Lock()
	at := slices.IndexFunc(l.left, func(y *saying) bool { return y.of == x.of })
	if trial() { // asked under the lock: what ends it looks at what is left afterwards
		if at >= 0 {
			l.left[at] = x
		} else {
			l.left = append(l.left, x)
		}
		l.mu.Unlock()
		return nil, true, nil
	}
	if len(l.left) == 0 {
		l.mu.Unlock()
		return func() {}, false, nil
	}
	if at >= 0 {
		l.left = slices.Delete(l.left, at, at+1)
	}
	turn := l.turns()
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, false, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// turns returns the token; mu is held.
func (l *sayings) turns() chan struct{} {
	if l.turn == nil {
		l.turn = make(chan struct{}, 1)
	}
	return l.turn
}

// say says what is left, until nothing is or ctx ends.
func (l *sayings) say(ctx context.Context) {
	for pause := firstSayWait; ; pause = min(2*pause, lastSayWait) {
		l.mu.Lock()
		all := slices.Clone(l.left)
		l.mu.Unlock()
		for _, x := range all {
			l.once(ctx, x)
		}
		l.mu.Lock()
		left := len(l.left)
		l.mu.Unlock()
		if left == 0 {
			return
		}
		t := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

// once says something once, if it is left.
func (l *sayings) once(ctx context.Context, x *saying) {
	l.mu.Lock()
	turn := l.turns()
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return
	}
	l.mu.Lock()
	still := slices.Contains(l.left, x)
	l.mu.Unlock()
	if !still {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sayTime)
	defer cancel()
	err := x.do(ctx)
	switch {
	case err == nil:
	case hopeless(err):
		l.log.Error("the naming service refuses what the server has put aside until its upgrade", "of", x.of, "error", err)
	default:
		l.log.Warn("the naming service does not say yet what the server has put aside until its upgrade; this is tried again", "of", x.of, "error", err)
		return
	}
	l.mu.Lock()
	l.left = slices.DeleteFunc(l.left, func(y *saying) bool { return y == x })
	l.mu.Unlock()
}

// hopeless reports whether a naming service has refused something for what it is.
func hopeless(err error) bool {
	return errors.As(err, new(*cosnaming.NamingContext_NotFound)) || errors.As(err, new(*cosnaming.NamingContext_InvalidName)) ||
		errors.Is(err, exc.NoPermission) || errors.Is(err, exc.BadParam)
}
