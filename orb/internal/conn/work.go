package conn

import (
	"context"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport"
)

// A Handler answers requests.
type Handler interface {
	// Serve answers the Request or LocateRequest w. It appends a whole reply message to w.Out, or
	// nothing if none is wanted; replies are sent when it has returned. It is called from the goroutine that
	// reads the connection; when it takes longer than about a millisecond another goroutine goes on reading, and Serve
	// is called concurrently for what comes. It must not panic, and not keep w. It may end its
	// goroutine (runtime.Goexit); what it has appended by then is the reply.
	Serve(w *Work)
}

// A Work is a request that a Handler is to answer. It is valid until Serve returns, and but for Done and
// Err it is for one goroutine.
type Work struct {
	Header  giop.Header
	Message []byte // the whole message, header included; a view, valid until Serve returns

	// Out is where the reply is appended. It may hold other replies already, to which alignment
	// has no relation, and which must be left as they are.
	Out []byte

	// Loans are octets of the reply that are not in Out, at their places in Out. Whoever lends them must not change
	// them any more: they are read after Serve has returned. As a rule the reply goes out before anything else of the
	// connection is served, but not if the peer is slow to take it. There must be none unless the connection [Conn.Borrows].
	Loans []cdr.Loan

	// Scratch is the handler's: it finds there what it left. Works that are served at the same time have
	// different ones, and those of different connections too.
	Scratch any

	runner *runner
	bad    error
	given  bool // parts of Message are others' from now on

	touched atomic.Bool // what follows has been used, under the connection's lock
	done    chan struct{}
	cause   error
}

// Conn returns the connection that the request came from.
func (w *Work) Conn() *Conn { return w.runner.conn }

// Done is closed when the client cancels the request or the connection ends. It may be asked
// for from any goroutine while Serve runs, and waited for longer: it may never be closed then.
func (w *Work) Done() <-chan struct{} {
	l := w.runner.conn.lock()
	defer l.unlock()
	w.touched.Store(true)
	if w.done == nil {
		w.done = make(chan struct{})
		if w.cause != nil {
			close(w.done)
		}
	}
	return w.done
}

// Err is nil until Done is closed, and then says why: it is context.Canceled, or wraps it.
func (w *Work) Err() error {
	l := w.runner.conn.lock()
	defer l.unlock()
	return w.cause
}

// Detach lets another goroutine read the connection at once, instead of after a millisecond. A handler
// calls it before something of which it knows that it takes long.
func (w *Work) Detach() {
	r := w.runner
	l := r.conn.lock()
	defer l.unlock()
	l.takeOver(r, r.state.Load())
}

// Reply sends a whole reply message at once, and not with what is in Out when the handler has
// returned: for one who does not wait for that. It may wait until the peer takes it.
func (w *Work) Reply(msg []byte) {
	l := w.runner.conn.lock()
	defer l.unlock()
	if l.s.phase != closed {
		l.reply(new(waiter), parcel{own: msg})
	}
}

// Gift returns what one sets who lets others have a part of Message for good: it is not used again then. It
// returns nil if that cannot be.
func (w *Work) Gift() *bool {
	if !w.runner.msg.apart {
		return nil
	}
	return &w.given
}

// Fail says that the message is malformed: instead of a reply the peer gets a MessageError, and
// the connection ends.
func (w *Work) Fail(err error) { w.bad = err }

// begin makes w ready for another request.
func (w *Work) begin(m message, out []byte) {
	w.Header, w.Message, w.Out, w.Loans, w.bad, w.given = m.head, m.octets, out, nil, nil, false
	if w.touched.Load() {
		l := w.runner.conn.lock()
		defer l.unlock()
		if l.s.phase != closed {
			w.done, w.cause = nil, nil
			w.touched.Store(false)
		}
	}
}

// repay lets go of what was lent to the reply.
func (w *Work) repay() {
	clear(w.Loans)
	w.Loans = nil
}

// A cancellation says why a Work was cancelled.
type cancellation struct{ err error }

func (c *cancellation) Error() string { return "the request was cancelled: " + c.err.Error() }
func (c *cancellation) Unwrap() error { return context.Canceled }

// cancel gives r's work its signal. The lock is held.
func (r *runner) cancel(err error) {
	w := &r.work
	w.touched.Store(true)
	if w.cause != nil {
		return
	}
	if w.cause = context.Canceled; err != nil {
		w.cause = &cancellation{err}
	}
	if w.done != nil {
		close(w.done)
	}
}

// A runner is a goroutine that serves, and what belongs to it.
type runner struct {
	waiter
	conn *Conn
	work Work

	// state is a count of requests, shifted, and isBusy, isTaken or neither. It decides between the
	// handler that returns and the monitor that takes its connection.
	state atomic.Uint64

	msg   message // in the handler
	out   *buffer // replies that are held until all requests that are buffered are answered
	held  []byte  // of out, those before the request in the handler
	batch int     // requests that one read brought
	last  int     // octets that went out last: as much may be needed again

	id    uint32           // of the request, when the connection was taken
	looks int64            // that the monitor had taken then
	lent  bool             // a caller took the reading role
	done  bool             // the handler has returned, and the reply may be on its way
	chunk *transport.Chunk // likewise: what msg is a view of
}

const (
	isBusy    uint64 = 1 // in the handler, or in a write
	isTaken   uint64 = 2 // the connection was taken from it; 0: it reads
	stateBits        = 2
)
