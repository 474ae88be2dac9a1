package poa

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// A thread calls one function at a time: SINGLE_THREAD_MODEL has one for each adapter,
// MAIN_THREAD_MODEL one for all.
type thread struct {
	busy  chan struct{}   // full while a function runs
	tasks chan *task      // for the main thread; nil: each is called by its own goroutine
	over  <-chan struct{} // closed when there is no main thread any more
}

// newMainThread returns the thread that Main serves, until over is closed.
func newMainThread(over <-chan struct{}) *thread {
	return &thread{busy: make(chan struct{}, 1), tasks: make(chan *task), over: over}
}

// threadFor returns the thread of an adapter, nil for ORB_CTRL_MODEL.
func (r *Root) threadFor(t Threads) *thread {
	switch t {
	case SingleThreadModel:
		return &thread{busy: make(chan struct{}, 1)}
	case MainThreadModel:
		return r.main
	}
	return nil
}

// Main calls the servants of adapters with MainThreadModel in the calling goroutine, one after another, until
// ctx ends, whose error it returns, or the ORB is shut down. Requests for them wait as long as nobody runs it.
// A program whose libraries want the process's first thread calls runtime.LockOSThread in an init function, and Main in main.
func (r *Root) Main(ctx context.Context) error {
	for {
		select {
		case t := <-r.main.tasks:
			t.run(r.main)
		case <-ctx.Done():
			return ctx.Err()
		case <-r.draining:
			return nil
		}
	}
}

// A place is where a call stands to a thread. That of one from without is zero.
type place struct {
	within bool       // it has been made by what runs in the thread, or on its behalf
	beside *orb.Aside // in this other goroutine; nil: in the thread itself
}

// place returns that of a call with ctx. One that is made in an upcall that runs in t is part of that, and would wait for itself otherwise; but one that goes on in another goroutine
// is beside the upcall, which may not even wait for it.
func (t *thread) place(ctx context.Context) place {
	if t == nil {
		return place{}
	}
	u, in := orb.UpcallOf(ctx), turnOf(ctx)
	for u != nil && !t.runs(u) {
		u = u.Outer()
	}
	for in != nil && (in.thread != t || in.over.Load()) {
		in = turnOf(in.outer)
	}
	switch { // the inner of the two is where somebody may wait for it
	case u != nil && (in == nil || in.holds(u.Caller())):
		return place{true, orb.LeftBy(ctx, u.Caller())}
	case in != nil:
		return place{true, orb.LeftBy(ctx, in.outer)}
	}
	return place{}
}

// runs reports whether u is an upcall of an adapter of t.
func (t *thread) runs(u *orb.Upcall) bool {
	s, ours := u.Scope.(interface{ adapter() *POA })
	return ours && s.adapter().thread == t
}

// within reports whether ctx belongs to what runs in t, be it beside it: who waits in it for what is to run in t may wait for himself.
func (t *thread) within(ctx context.Context) bool { return t.place(ctx).within }

// A turn is a servant manager's method in a thread: to those a servant's upcall does not lead.
type turn struct {
	thread *thread
	outer  context.Context
	over   atomic.Bool // it has returned
}

type turnKey struct{ orb.ForUpcall }

func turnOf(ctx context.Context) *turn {
	if ctx == nil {
		return nil
	}
	in, _ := ctx.Value(turnKey{}).(*turn)
	return in
}

// holds reports whether ctx derives from that of the turn.
func (in *turn) holds(ctx context.Context) bool {
	for of := turnOf(ctx); of != nil; of = turnOf(of.outer) {
		if of == in {
			return true
		}
	}
	return false
}

// turn returns ctx for a servant manager's method that is called in t, and what is to be called when it has returned.
func (t *thread) turn(ctx context.Context) (context.Context, func()) {
	if t == nil {
		return ctx, func() {}
	}
	in := &turn{thread: t, outer: ctx}
	return context.WithValue(ctx, turnKey{}, in), func() { in.over.Store(true) }
}

// do calls f when it is its turn, at once if it is called from within the thread; from beside that, as soon as what runs there waits for it, or has
// returned. The error is that of ctx, and says that f was not called. A nil thread calls all at once.
func (t *thread) do(ctx context.Context, at place, f func()) error {
	if t == nil || at.within && at.beside == nil {
		f()
		return nil
	}
	tasks, over := t.tasks, t.over
	var busy chan<- struct{}
	if tasks == nil {
		busy = t.busy
		select {
		case busy <- struct{}{}:
			defer func() { <-t.busy }()
			f()
			return nil
		default:
		}
	}
	k := &task{f: f, done: make(chan struct{})}
	for {
		o := k.offer(at)
		select {
		case tasks <- k:
			k.wait()
			return nil
		case busy <- struct{}{}:
			defer func() { <-t.busy }()
			f()
			return nil
		case at.beside.Offers() <- o:
			if o.Taken(ctx) {
				k.wait()
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			tasks, over, busy = nil, nil, t.busy
		}
	}
}

// A task is a call that the main thread makes for another goroutine.
type task struct {
	f        func()
	done     chan struct{}
	returned bool
	panicked any
}

// run makes the call in the main thread.
func (k *task) run(t *thread) {
	defer close(k.done)
	t.busy <- struct{}{}
	defer func() { <-t.busy }()
	k.call("the main thread")
}

// offer returns the offer of the call to what runs in the thread, if it is made beside that.
func (k *task) offer(at place) *orb.Offer {
	if at.beside == nil {
		return nil
	}
	return orb.NewOffer(func() { // what runs in the thread has it busy
		defer close(k.done)
		k.call("the thread of the upcall that waits for it")
	})
}

func (k *task) call(in string) {
	defer func() {
		if x := recover(); x != nil {
			k.panicked = fmt.Sprintf("%v, in %s:\n%s", x, in, debug.Stack())
		}
	}()
	k.f()
	k.returned = true
}

// wait ends as the call did.
func (k *task) wait() {
	<-k.done
	switch {
	case k.panicked != nil:
		panic(k.panicked)
	case !k.returned:
		runtime.Goexit()
	}
}

// A threaded is a servant that is called in a thread.
type threaded struct {
	orb.Servant
	thread *thread
	at     place
}

// Oneway tells what the servant tells.
func (s *threaded) Oneway(operation string) bool { return orb.IsOneway(s.Servant, operation) }

// Dispatch runs the operation when it is its turn, unless that comes too late.
func (s *threaded) Dispatch(r *orb.ServerRequest) (known bool) {
	ctx, stop := r.Arriving()
	defer stop()
	called := false
	waited := s.thread.do(ctx, s.at, func() {
		if called = r.Late() == nil; called {
			known = s.Servant.Dispatch(r)
		}
	})
	if called {
		return known
	}
	r.Returned(exc.From(cmp.Or(r.Late(), waited), exc.No))
	return true
}
