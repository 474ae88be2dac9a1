package orb

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// Why a way is not gone, or not waited for.
var (
	errNoAnswer = errors.New("no answer in the call's time")
	errUndercut = errors.New("it is not sealed, and the reference offers TLS")
)

// connect returns a connection to one of the route's ways: the first that is there. They are tried in the reference's order of
// preference, beginning with the one that was reached last, or behind that which failed. Each has a head start (limits.HeadStart, as RFC 8305,
// section 5, has it for the addresses of a name) before the next is tried beside it; one that fails gives the next its turn at once. When one is there,
// the others are given up.
func (rt *route) connect(ctx context.Context, deadline time.Time) (to *reached, fresh bool, err error) {
	if to := rt.last.Load(); to != nil && to.conn.Usable() {
		return to, false, nil
	}
	if rt.orb.life.Err() != nil {
		return nil, false, shutDown()
	}
	if rt.err != nil {
		return nil, false, rt.err
	}
	until := deadline
	if rt.forwarded { // the original reference is to have a share too
		n := len(rt.ways)
		until = time.Now().Add(time.Until(deadline) / time.Duration(n+1) * time.Duration(n))
	}
	if len(rt.ways) == 1 {
		return rt.alone(ctx, until, deadline)
	}
	r := race{route: rt, came: make(chan runner, len(rt.ways)), over: make(chan struct{}), errs: make([]error, len(rt.ways)), first: int(rt.begin.Load())}
	defer r.end()
	wait, turn := time.NewTimer(time.Until(until)), time.NewTimer(rt.orb.limits.Time(limits.HeadStart))
	defer wait.Stop()
	defer turn.Stop()
	for again := true; ; {
		for again && r.begun < len(rt.ways) { // the next's turn
			i := r.next()
			if l := rt.orb.wayBack(rt.from, rt.ways[i].hop); l != nil {
				r.won = true
				return rt.took(i, l), false, nil
			}
			again = !r.start(i)
			turn.Reset(rt.orb.limits.Time(limits.HeadStart))
		}
		if len(r.running) == 0 {
			return nil, false, unreachable(rt.ways, r.errs, rt.refused)
		}
		again = false
		select {
		case w := <-r.came:
			if err := w.link.err; err != nil {
				r.fail(w, err)
				again = true
				break
			}
			r.leave(w, took)
			return rt.took(w.way, w.link), w.fresh, nil
		case <-turn.C:
			again = true
		case <-ctx.Done():
			rt.begin.Store(int32(r.next()))
			return nil, false, conn.ContextError(ctx.Err(), exc.No)
		case <-wait.C:
			rt.begin.Store(int32(r.next()))
			if !time.Now().Before(deadline) {
				return nil, false, conn.ContextError(context.DeadlineExceeded, exc.No)
			}
			for i := range r.errs {
				if r.errs[i] == nil {
					r.errs[i] = errNoAnswer
				}
			}
			return nil, false, unreachable(rt.ways, r.errs, rt.refused)
		}
		if rt.orb.life.Err() != nil { // meanwhile: that is why
			return nil, false, shutDown()
		}
	}
}

// alone is connect where there is one way, which allocates less.
func (rt *route) alone(ctx context.Context, until, deadline time.Time) (to *reached, fresh bool, err error) {
	w := &rt.ways[0]
	if l := rt.orb.wayBack(rt.from, w.hop); l != nil {
		return rt.took(0, l), false, nil
	}
	fail := func(err error) (*reached, bool, error) {
		if rt.orb.life.Err() != nil { // meanwhile: that is why
			err = shutDown()
		} else {
			err = unreachable(rt.ways, []error{err}, rt.refused)
		}
		return nil, false, err
	}
	if err := rt.barred(w); err != nil {
		return fail(err)
	}
	l, fresh, err := rt.orb.join(w.hop)
	if err != nil {
		return fail(err)
	}
	how := other
	defer func() { rt.orb.links.part(l, how) }()
	select {
	case <-l.ready: // mostly, if it is not fresh
	default:
		wait := time.NewTimer(time.Until(until))
		defer wait.Stop()
		select {
		case <-l.ready:
		case <-ctx.Done():
			return nil, false, conn.ContextError(ctx.Err(), exc.No)
		case <-wait.C:
			if !time.Now().Before(deadline) {
				return nil, false, conn.ContextError(context.DeadlineExceeded, exc.No)
			}
			return fail(errNoAnswer)
		}
	}
	if l.err != nil {
		return fail(l.err)
	}
	how = took
	return rt.took(0, l), fresh, nil
}

// barred returns why calls do not go by a way, nil if they may.
func (rt *route) barred(w *way) error {
	switch {
	case strings.HasSuffix(w.endpoint.Host, nowhere):
		return errGone
	case rt.orb.callSealed && !w.sealedHere():
		return errNotSealed
	case rt.sealed && !w.sealedHere(): // whoever is on the way could bring about that it is faster
		return errUndercut
	}
	return nil
}

// took notes that l is what the way i has led to.
func (rt *route) took(i int, l *link) *reached {
	to := &rt.first
	if !rt.taken.CompareAndSwap(false, true) {
		to = new(reached)
	}
	to.link, to.way = l, &rt.ways[i]
	rt.begin.Store(int32(i))
	rt.last.Store(to)
	return to
}

// A race is one connect under way.
type race struct {
	route   *route
	first   int      // the way that was begun with
	begun   int      // how many ways have had their turn
	running []runner // those that have not come yet
	came    chan runner
	over    chan struct{}
	errs    []error // of the ways
	won     bool
}

// A runner is a way in a race, and what is to come of it.
type runner struct {
	way   int
	link  *link
	fresh bool
}

// next returns the way whose turn it is.
func (r *race) next() int {
	i := (r.first + r.begun) % len(r.route.ways)
	r.begun++
	return i
}

// start has the way i run, unless it cannot.
func (r *race) start(i int) bool {
	rt := r.route
	if r.errs[i] = rt.barred(&rt.ways[i]); r.errs[i] != nil {
		return false
	}
	l, fresh, err := rt.orb.join(rt.ways[i].hop)
	if err != nil {
		r.errs[i] = err
		return false
	}
	w := runner{i, l, fresh}
	r.running = append(r.running, w)
	go func() {
		select {
		case <-l.ready:
			r.came <- w
		case <-r.over:
		}
	}()
	return true
}

// fail notes why w did not come.
func (r *race) fail(w runner, err error) {
	r.leave(w, other)
	r.errs[w.way] = err
	r.route.begin.Store(int32((w.way + 1) % len(r.route.ways)))
}

// leave takes w out of the race.
func (r *race) leave(w runner, how parting) {
	for i := range r.running {
		if r.running[i] == w {
			r.running = append(r.running[:i], r.running[i+1:]...)
			break
		}
	}
	r.won = r.won || how == took
	r.route.orb.links.part(w.link, how)
}

// end gives up those that still run. If none has won, what they were to reach is made for the next call.
func (r *race) end() {
	close(r.over)
	how := other
	if r.won {
		how = lost
	}
	for _, w := range r.running {
		r.route.orb.links.part(w.link, how)
	}
}
