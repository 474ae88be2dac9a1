package daemon

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/implrepo"
)

// The times of registering what a version has said that has taken over.
const (
	takenTime  = 10 * time.Second // for one attempt
	takenAgain = time.Second      // after which it is tried again, and then twice as long, and so on
	takenMost  = time.Minute      // at most
)

// descriptions are the registrations of what servers say of themselves that could not be made at once: the server was told already that they would be. The zero value is ready, and safe for concurrent use.
type descriptions struct {
	mu     sync.Mutex
	again  time.Duration      // 0: takenAgain
	turns  uint64             // how often something was said
	latest map[string]uint64  // by the server's UUID, which of these was the last of it
	busy   map[string]*single // by the server's UUID, who registers something just now
	life   context.Context    // which ends with it, as all that registers in its own time; nil: nothing has yet
	end    func()
	ended  bool
	work   sync.WaitGroup
}

// A single is the right to register something of a server, which one at a time has.
type single struct {
	free    chan struct{} // holds a token while nobody has it
	waiting int           // and how many want it, or have it
}

// alone waits until nobody else registers anything of a server, and keeps others from it until the function that it returns is called: so what a version of a server says that does not serve any more
// does not come after what the one says that has taken its place. The error is ctx's.
func (x *descriptions) alone(ctx context.Context, server string) (done func(), err error) {
	x.mu.Lock()
	s := x.busy[server]
	if s == nil {
		s = &single{free: make(chan struct{}, 1)}
		s.free <- struct{}{}
		if x.busy == nil {
			x.busy = map[string]*single{}
		}
		x.busy[server] = s
	}
	s.waiting++
	x.mu.Unlock()
	leave := func(had bool) {
		x.mu.Lock()
		defer x.mu.Unlock()
		if had {
			s.free <- struct{}{}
		}
		if s.waiting--; s.waiting == 0 {
			delete(x.busy, server)
		}
	}
	select {
	case <-s.free:
		return sync.OnceFunc(func() { leave(true) }), nil
	case <-ctx.Done():
		leave(false)
		return nil, ctx.Err()
	}
}

// take registers what a process says of its server, now or, if aside puts that aside, when an upgrade that tries the process out is committed: bad is why it cannot be registered whatever else is, which the process
// is told in either case; then what was said before goes when the process takes over, since that is true no longer. Aside is [supervise.Lease.Aside].
func (x *descriptions) take(ctx context.Context, server string, aside func(func(context.Context)) (bool, error), bad error, register func(context.Context) error) error {
	done, err := x.alone(ctx, server)
	if err != nil {
		return err
	}
	defer done() // an upgrade that is committed meanwhile registers what it has put aside after this
	switch put, err := aside(func(ctx context.Context) { x.taken(ctx, server, aside, register) }); {
	case err != nil:
		return errors.Join(err, bad)
	case put:
		return bad
	}
	x.begin(server)
	return register(ctx)
}

// attempt is the time of one attempt, which ends with x.
func (x *descriptions) attempt(ctx context.Context) (context.Context, func()) {
	x.mu.Lock()
	life := x.lives()
	x.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, takenTime)
	stop := context.AfterFunc(life, cancel)
	return ctx, func() { stop(); cancel() }
}

// lives returns what ends with x; mu is held.
func (x *descriptions) lives() context.Context {
	if x.life == nil {
		x.life, x.end = context.WithCancel(context.Background())
	}
	return x.life
}

// taken registers what was put aside: the process was told that it would be.
func (x *descriptions) taken(ctx context.Context, server string, aside func(func(context.Context)) (bool, error), register func(context.Context) error) {
	ctx, cancel := x.attempt(ctx)
	defer cancel()
	done, err := x.alone(ctx, server)
	if err == nil {
		defer done()
	}
	turn := x.begin(server)
	if err == nil {
		err = register(ctx)
	}
	if !settled(err) {
		still := func() bool { _, err := aside(nil); return err == nil }
		x.try(server, turn, still, register)
	}
}

// begin notes that something is said of a server: what was said before is not tried any longer.
func (x *descriptions) begin(server string) (turn uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.latest == nil {
		x.latest = map[string]uint64{}
	}
	x.turns++
	x.latest[server] = x.turns
	return x.turns
}

// forget notes that nothing is said of a server any more.
func (x *descriptions) forget(server string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.latest, server)
}

// try registers something in the background, again and again, until that has gone well, or cannot for what it is; until something else is said of the server, or it is not to be registered still.
func (x *descriptions) try(server string, turn uint64, still func() bool, register func(context.Context) error) {
	x.until(func() bool { return x.once(server, turn, still, register) })
}

// until calls f in the background, again and again, until it reports that this was the last time, or x is closed.
func (x *descriptions) until(f func() bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return
	}
	closed, wait := x.lives().Done(), cmp.Or(x.again, takenAgain)
	x.work.Go(func() {
		for ; ; wait = min(2*wait, takenMost) {
			t := time.NewTimer(wait)
			select {
			case <-t.C:
			case <-closed:
				t.Stop()
				return
			}
			if f() {
				return
			}
		}
	})
}

// once tries it once, and reports whether that was the last time.
func (x *descriptions) once(server string, turn uint64, still func() bool, register func(context.Context) error) bool {
	ctx, cancel := x.attempt(context.Background())
	defer cancel()
	done, err := x.alone(ctx, server)
	if err != nil {
		return false
	}
	defer done()
	x.mu.Lock()
	over := x.ended || x.latest[server] != turn
	x.mu.Unlock()
	return over || !still() || settled(register(ctx))
}

// settled reports whether another attempt would end no better.
func settled(err error) bool {
	limit := (*ifr.LimitError)(nil)
	return err == nil || errors.Is(err, ifr.ErrInvalid) || errors.Is(err, implrepo.ErrUnknown) || errors.As(err, &limit)
}

// close ends it, and what is being registered in its own time.
func (x *descriptions) close() {
	x.mu.Lock()
	x.lives()
	x.end()
	x.ended = true
	x.mu.Unlock()
	x.work.Wait()
}
