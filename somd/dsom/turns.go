package dsom

import (
	"context"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// turns has the calls of a server carried out when its program says so: by those who are in execute_request_loop or execute_next_request, one at a time
// each, in their own threads. Of a server that is registered for several threads the calls are carried out as they come, once
// somebody has been there. The calls that the process makes of itself are carried out at once: who waits for them would wait for itself.
type turns struct {
	several bool // the server is registered for several threads

	work  chan *turn    // calls that wait for somebody who carries them out
	begun chan struct{} // closed when somebody has come
	over  chan struct{} // closed by interrupt_server
	done  chan struct{} // closed when no more calls come

	begin, interrupt, end func() // close those, once
}

func newTurns(several bool) *turns {
	t := &turns{several: several, work: make(chan *turn), begun: make(chan struct{}), over: make(chan struct{}), done: make(chan struct{})}
	t.begin = sync.OnceFunc(func() { close(t.begun) })
	t.interrupt = sync.OnceFunc(func() { close(t.over) })
	t.end = sync.OnceFunc(func() { close(t.done) })
	return t
}

// A turn is a call that waits to be carried out.
type turn struct {
	ctx   context.Context
	next  func(context.Context) error
	err   error
	panic any
	ended chan struct{} // closed when it was carried out
}

// run carries the call out. What panics does so where the call came.
func (x *turn) run() {
	defer close(x.ended)
	defer func() { x.panic = recover() }()
	x.err = x.next(x.ctx)
}

// around is the server's interceptor. Whether an object exists is asked by the daemon, too, to see whether the server works, and no object is called for it.
func (t *turns) around(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
	if orb.Peer(ctx) == nil || r.Operation() == "_non_existent" {
		return next(ctx)
	}
	x := &turn{ctx: ctx, next: next, ended: make(chan struct{})}
	work, begun := t.work, (chan struct{})(nil)
	if t.several {
		work, begun = nil, t.begun
	}
	select {
	case work <- x:
		<-x.ended
		if x.panic != nil {
			panic(x.panic)
		}
		return x.err
	case <-begun:
		return next(ctx)
	case <-ctx.Done():
		return exc.New(exc.Timeout, 0, exc.No, "the server's program did not carry the call out in time (execute_request_loop): %w", context.Cause(ctx))
	case <-t.done:
		return exc.New(exc.Transient, exc.MinorServerHolding, exc.No, "the server ends")
	}
}

// one carries one call out. With NoWait the answer is NoMessages if none waits; else 0 is that one was carried out, or that there will be none.
func (t *turns) one(ctx context.Context, flag uint32) (status uint32, last bool, err error) {
	t.begin()
	select {
	case <-t.over:
		return 0, true, nil
	case <-t.done:
		return 0, true, nil
	default:
	}
	if flag&NoWait != 0 {
		select {
		case x := <-t.work:
			x.run()
			return 0, false, nil
		default:
			return uint32(wire.NoMessages), true, nil
		}
	}
	select {
	case x := <-t.work:
		x.run()
		return 0, false, nil
	case <-t.over:
		return 0, true, nil
	case <-t.done:
		return 0, true, nil
	case <-ctx.Done():
		return 0, true, ctx.Err()
	}
}

// loop carries calls out until there will be none: interrupt_server was called, or the server has been stopped and those that had come are carried out.
// With NoWait it is over, with NoMessages, as soon as none waits.
func (t *turns) loop(ctx context.Context, flag uint32) (uint32, error) {
	for {
		if status, last, err := t.one(ctx, flag); last {
			return status, err
		}
	}
}

// drain carries out what comes until no more does.
func (t *turns) drain() {
	t.begin()
	for {
		select {
		case x := <-t.work:
			x.run()
		case <-t.done:
			return
		}
	}
}
