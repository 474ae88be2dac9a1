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

// sayings are what was put aside while an upgrade tried the process out, and is not said yet.
type sayings struct {
	log   *slog.Logger
	trial func() bool // whether the process does not serve: an upgrade tries it out, or another version has taken its place

	mu   sync.Mutex
	left []*saying     // of each thing the last, in the place of the first
	turn chan struct{} // holds a token while something is being said; nil: nothing was put aside yet

	under int           // how much is being said
	over  chan struct{} // closed when nothing is any more; nil: nobody waits
}

// begin notes that something is being said; mu is held.
func (l *sayings) begin() { l.under++ }

// end notes that it is said, or not.
func (l *sayings) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.under--; l.under == 0 && l.over != nil {
		close(l.over)
		l.over = nil
	}
}

// quiet waits until nothing is being said, or ctx ends. Where the process does not serve any more nothing is after that.
func (l *sayings) quiet(ctx context.Context) {
	l.mu.Lock()
	if l.under == 0 {
		l.mu.Unlock()
		return
	}
	if l.over == nil {
		l.over = make(chan struct{})
	}
	over := l.over
	l.mu.Unlock()
	select {
	case <-over:
	case <-ctx.Done():
	}
}

// Say has the naming service say something of the server by do, which may be called again: now, or, in a process that an upgrade tries out, when that has gone well, and not at all if it does not. Until then the
// version before serves. It is said again where the server has got another name meanwhile. Of what is said of the same thing the last counts. What was put aside is tried again until it succeeds, also when the daemon was killed meanwhile, or is refused for good, which is logged.
func (s *Server) Say(ctx context.Context, of string, do func(context.Context) error) error {
	if s.lease == nil {
		return do(ctx)
	}
	return s.said.now(ctx, of, func(ctx context.Context) error {
		for {
			name := s.Name()
			if err := do(ctx); err != nil || s.Name() == name {
				return err
			} // what the daemon has moved to the other name may be without this
		}
	})
}

// now says something by do, or, in a trial, puts it aside. While something is left that was put aside it has to wait for its turn; what was put aside of the same thing is left until this is said.
func (l *sayings) now(ctx context.Context, of string, do func(context.Context) error) error {
	x := &saying{of, do}
	l.mu.Lock()
	if l.trial() { // asked under the lock: what ends it looks at what is left afterwards
		defer l.mu.Unlock()
		l.aside(x)
		return nil
	}
	free := len(l.left) == 0
	turn := l.turns()
	if free {
		l.begin()
	}
	l.mu.Unlock()
	if free {
		defer l.end()
		return do(ctx)
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	if l.trial() { // by now
		defer l.mu.Unlock()
		l.aside(x)
		return nil
	}
	l.begin()
	l.mu.Unlock()
	defer l.end()
	if err := do(ctx); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = slices.DeleteFunc(l.left, x.same)
	return nil
}

// aside puts x aside; mu is held.
func (l *sayings) aside(x *saying) {
	if at := slices.IndexFunc(l.left, x.same); at >= 0 {
		l.left[at] = x
	} else {
		l.left = append(l.left, x)
	}
}

// same reports whether another saying is of the same thing.
func (x *saying) same(y *saying) bool { return y.of == x.of }

// turns returns the token; mu is held.
func (l *sayings) turns() chan struct{} {
	if l.turn == nil {
		l.turn = make(chan struct{}, 1)
	}
	return l.turn
}

// say says what is left, until nothing is, another version takes the place of the process, or ctx ends.
func (l *sayings) say(ctx context.Context) {
	for pause := firstSayWait; ; pause = min(2*pause, lastSayWait) {
		l.mu.Lock()
		all := slices.Clone(l.left)
		l.mu.Unlock()
		for _, x := range all {
			l.once(ctx, x)
		}
		l.mu.Lock()
		over := len(l.left) == 0 || l.trial()
		l.mu.Unlock()
		if over {
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
	still := slices.Contains(l.left, x) && !l.trial()
	if still {
		l.begin()
	}
	l.mu.Unlock()
	if !still {
		return
	}
	defer l.end()
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
