package conn

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
)

// A Call is a request on its way and then its reply. It belongs to one goroutine, which may
// use it for one call after another. It must not be copied. See the package's text for the order of methods.
type Call struct {
	Header giop.Header // of Reply
	Reply  []byte      // the whole message, header included; valid until Release

	waiter
	id         uint32
	oneway     bool
	minor      byte // of the version of the request
	little     bool // its byte order
	deadline   int64
	begin, end int64 // place in the stream; begin is unsent before it has one
	ticket     uint64
	err        error
	buf        *buffer
	given      bool // parts of Reply are others' from now on
}

// unsent is the place of a message that is not in the stream.
const unsent = math.MaxInt64

// idleCheck is how long after a call began alone the connection is looked at before another
// uses it: the peer may have closed it, or been killed. It is a moment: long enough for calls
// behind one another not to look each time, and too short for anybody to start a call,
// see the server end, and make the next, which would then get lost on the dead connection.
const idleCheck = int64(time.Millisecond)

// keptReply is the size of the buffer that a Call keeps for its next reply.
const keptReply = 4 << 10

// Gift returns what one sets who lets others have a part of Reply for good: it is not used again then.
func (call *Call) Gift() *bool { return &call.given }

// Release ends the view that Reply is.
func (call *Call) Release() {
	switch {
	case call.given:
		call.buf.give()
		call.buf, call.given = nil, false
	case call.buf != nil && cap(call.buf.b) > keptReply:
		call.buf.free()
		call.buf = nil
	}
	call.Reply = nil
}

// Reserve registers call and returns its request id, which no other call of the connection
// that is outstanding has. While as many calls are outstanding as [limits.OutstandingRequests] says it
// waits. deadline is the time until which the reply must be there; zero is never.
// Errors are completed NO.
func (c *Conn) Reserve(ctx context.Context, call *Call, deadline time.Time) (uint32, error) {
	call.waiter.call = call
	call.word.Store(0)
	call.begin, call.end, call.err, call.oneway, call.given = unsent, unsent, nil, false, false
	call.deadline = c.shared.at(deadline)
	l := c.lock()
	s := &c.s
	if s.calls.used == 0 {
		if now := c.shared.now(); now-s.lastBegan > idleCheck {
			if l.probe() {
				l.probe() // the end may stand behind what had come
			}
			s.lastBegan = now
		}
	}
	if s.phase == open && (s.calls.used >= c.most || s.blocked.head != nil) {
		l.queueUp(ctx, call)
	}
	if (s.phase != open || s.cut != nil) && call.err == nil && (!l.takesCalls() || s.calls.used >= c.most) {
		l.refuse(call)
	}
	if call.err != nil {
		l.unlock()
		return 0, call.err
	}
	s.calls.add(call)
	l.unlock()
	c.shared.due(call.deadline)
	return call.id, nil
}

// queueUp waits until the connection takes another call, or call has an error.
func (l locked) queueUp(ctx context.Context, call *Call) {
	s := &l.s
	var ended *atomic.Pointer[error]
	if ctx.Done() != nil {
		call.ticket = l.shared.tickets.Add(1)
		l.unlock()
		var stop func() bool
		ended, stop = l.watchQueue(ctx, call, call.ticket)
		defer func() {
			l.unlock()
			stop()
			l.relock()
		}()
		l.relock()
	}
	for !call.told(isDone) && s.phase == open && s.calls.used >= l.most {
		if ended != nil {
			if why := ended.Load(); why != nil {
				l.turnAway(call, ContextError(*why, exc.No))
				return
			}
		}
		l.shared.due(call.deadline) // each time: a sweep may have missed it between two waits
		l.wait(&call.waiter, &s.blocked)
		l.relock()
	}
}

// watchQueue makes the end of ctx the end of call's waiting in queueUp: ended, with the
// reason, is set first, for one who is only about to wait.
func (c *Conn) watchQueue(ctx context.Context, call *Call, ticket uint64) (ended *atomic.Pointer[error], stop func() bool) {
	ended = new(atomic.Pointer[error])
	return ended, context.AfterFunc(ctx, func() {
		why := ctx.Err()
		ended.Store(&why)
		l := c.lock()
		defer l.unlock()
		for w := c.s.blocked.head; w != nil; w = w.next {
			if w.call == call && call.ticket == ticket {
				l.turnAway(call, ContextError(why, exc.No))
				return
			}
		}
	})
}

// turnAway ends a call that is not registered.
func (l locked) turnAway(call *Call, err error) {
	call.err = err
	call.tell(isDone)
	l.wake(&call.waiter)
}

// refuse is turnAway on a connection that is not open.
func (l locked) refuse(call *Call) {
	e := l.s.ending
	switch {
	case e != nil:
	case l.s.cut != nil:
		e = parted(l.s.cut.err)
	default:
		e = parted(errClosedHere)
	}
	l.turnAway(call, e.failure(l.peer(), exc.No))
}

// Abandon takes back a call that was reserved and will not be sent.
func (c *Conn) Abandon(call *Call) {
	l := c.lock()
	defer l.unlock()
	if c.s.calls.get(call.id) == call {
		l.finish(call, nil)
	}
}

// RoundTrip sends msg, the whole request of call but for what is lent to it, and waits for the reply. When ctx or the
// deadline that was given to Reserve ends before, it returns at once, and the peer is sent a CancelRequest.
// msg and the loans are the caller's again when it returns: nobody but his goroutine writes them, and what
// the transport has not taken by then is copied. There must be no loans unless c [Conn.Borrows].
func (c *Conn) RoundTrip(ctx context.Context, call *Call, msg []byte, loans ...cdr.Loan) error {
	return c.send(ctx, call, parcel{msg, loans}, false)
}

// Send is RoundTrip for a request to which there is no reply. It waits until the transport has taken it.
func (c *Conn) Send(ctx context.Context, call *Call, msg []byte, loans ...cdr.Loan) error {
	return c.send(ctx, call, parcel{msg, loans}, true)
}

// Borrows reports whether long octets may be lent to messages, instead of being in them: not where these are
// cut into fragments.
func (c *Conn) Borrows() bool { return c.fragment == 0 }

func (c *Conn) send(ctx context.Context, call *Call, p parcel, oneway bool) error {
	if ctx.Done() != nil {
		if err := ctx.Err(); err != nil {
			c.Abandon(call)
			return ContextError(err, exc.No)
		}
		stop := c.watch(ctx, call, call.id)
		defer stop()
	}
	l := c.lock()
	if !oneway {
		l.borrow()
	}
	if !call.told(isDone) {
		s := &c.s
		call.oneway = oneway
		call.minor, call.little = p.own[5], p.own[6]&1 != 0
		s.minor = max(s.minor, call.minor)
		if oneway {
			s.oneways++
		}
		if c.fragment > 0 && len(p.own) > c.fragment {
			if b := c.split(p.own); b != nil {
				defer b.free()
				p.own = b.b
			}
		}
		l.post(&call.waiter, p)
	}
	l.await(call)
	return call.err
}

// watch makes the end of ctx the end of call.
func (c *Conn) watch(ctx context.Context, call *Call, id uint32) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		why := ctx.Err()
		l := c.lock()
		defer l.unlock()
		if c.s.calls.get(id) != call {
			if c.s.writer == &call.waiter {
				l.stopWriting() // it has its reply, and writes for others
			}
			return
		}
		if l.giveUp(call, ContextError(why, l.completed(call))) {
			l.flush(nil, parcel{})
		}
	})
}

// giveUp ends a call by an error, and queues the message that tells the peer. It returns
// true if that must be flushed, for which the caller got the writing role.
func (l locked) giveUp(call *Call, err error) (flush bool) {
	s := &l.s
	posted := call.begin != unsent && !call.oneway
	l.finish(call, err)
	if !posted || l.mute || s.phase == closed || s.out != nil && len(s.out.b) > queueLimit {
		return false
	}
	var b [16]byte
	msg := giop.AppendCancelRequest(b[:0], cdr.Version{Major: 1, Minor: call.minor}, call.little, call.id)
	if s.out == nil {
		s.out = getBuffer(len(msg))
	}
	s.out.b = append(s.out.b, msg...)
	s.queued += int64(len(msg))
	if s.writing {
		return false
	}
	s.writing = true
	return true
}

// completed says whether the peer may have got a call that ends without a reply.
func (l locked) completed(call *Call) exc.Completed {
	s := &l.s
	switch {
	case call.begin == unsent:
		return exc.No
	case s.phase != closed:
		return exc.Maybe // what is queued will be sent
	case s.inWrite && call.begin < s.offered:
		return exc.Maybe
	case call.end > s.sent:
		return exc.No // not, or not all of it
	}
	return exc.Maybe
}

// finish ends a call that is registered: with its reply, or with an error.
func (l locked) finish(call *Call, err error) {
	s := &l.s
	s.calls.remove(call.id)
	if call.oneway {
		s.oneways--
	}
	call.err = err
	call.tell(isDone)
	l.wake(&call.waiter)
	if s.reader == &call.waiter {
		l.stopReading()
	}
	if s.writer == &call.waiter && err != nil {
		l.stopWriting()
	}
	if w := s.blocked.head; w != nil {
		l.wake(w)
	}
	if s.phase != open && s.calls.used == 0 {
		l.settle()
		if s.phase == draining && l.runner.Load() != nil {
			l.resume() // the runner may end the connection now
			l.stopReading()
		}
	}
}

// onewaysWritten ends the oneway calls whose octets the transport took.
func (l locked) onewaysWritten() {
	s := &l.s
	n := 0
	for ; n < len(s.unwritten) && s.unwritten[n].end <= s.sent; n++ {
		if call := s.calls.get(s.unwritten[n].id); call != nil && call.oneway {
			l.finish(call, nil)
		}
	}
	s.unwritten = append(s.unwritten[:0], s.unwritten[n:]...)
}
