package conn

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport"
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
}

// unsent is the place of a message that is not in the stream.
const unsent = math.MaxInt64

// idleCheck is how long after a call began alone the connection is looked at before another
// uses it: the peer may have closed it.
const idleCheck = int64(time.Second)

// keptReply is the size of the buffer that a Call keeps for its next reply.
const keptReply = 4 << 10

// Release ends the view that Reply is.
func (call *Call) Release() {
	if call.buf != nil && cap(call.buf.b) > keptReply {
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
	call.begin, call.end, call.err, call.oneway = unsent, unsent, nil, false
	call.deadline = c.shared.at(deadline)
	l := c.lock()
	s := &c.s
	if s.calls.used == 0 {
		if now := c.shared.now(); now-s.lastBegan > idleCheck {
			l.probe()
			s.lastBegan = now
		}
	}
	if s.phase == open && (s.calls.used >= c.most || s.blocked.head != nil) {
		l.queueUp(ctx, call)
	}
	if s.phase != open && call.err == nil {
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
	l.shared.tickets.Add(1)
	call.ticket = l.shared.tickets.Load()
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func(c *Conn, call *Call, ticket uint64) func() {
			return func() { c.giveUpQueue(ctx, call, ticket) }
		}(l.Conn, call, call.ticket))
		defer stop()
	}
	l.shared.due(call.deadline)
	for {
		l.wait(&call.waiter, &s.blocked)
		l.relock()
		if call.told(isDone) || s.phase != open || s.calls.used < l.most {
			return
		}
	}
}

// giveUpQueue ends the waiting of queueUp when ctx has ended.
func (c *Conn) giveUpQueue(ctx context.Context, call *Call, ticket uint64) {
	l := c.lock()
	defer l.unlock()
	for w := c.s.blocked.head; w != nil; w = w.next {
		if w.call == call && call.ticket == ticket {
			l.turnAway(call, ContextError(ctx.Err(), exc.No))
			return
		}
	}
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
	if e == nil {
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

// RoundTrip sends msg, the whole request of call, and waits for the reply. When ctx or the
// deadline that was given to Reserve ends before, it returns at once, and the peer is sent a CancelRequest.
// msg is the caller's again when it returns.
func (c *Conn) RoundTrip(ctx context.Context, call *Call, msg []byte) error {
	return c.send(ctx, call, msg, false)
}

// Send sends msg, the whole request of call, to which there is no reply, and waits until the
// transport has taken it.
func (c *Conn) Send(ctx context.Context, call *Call, msg []byte) error {
	return c.send(ctx, call, msg, true)
}

func (c *Conn) send(ctx context.Context, call *Call, msg []byte, oneway bool) error {
	if ctx.Done() != nil {
		stop := c.watch(ctx, call, call.id)
		defer stop()
	}
	l := c.lock()
	if !call.told(isDone) {
		s := &c.s
		call.oneway = oneway
		call.minor, call.little = msg[5], msg[6]&1 != 0
		s.minor = max(s.minor, call.minor)
		if oneway {
			s.oneways++
		}
		if c.fragment > 0 && len(msg) > c.fragment {
			if b := c.split(msg); b != nil {
				defer b.free()
				msg = b.b
			}
		}
		l.post(&call.waiter, msg)
	}
	l.await(call)
	return call.err
}

// watch makes the end of ctx the end of call.
func (c *Conn) watch(ctx context.Context, call *Call, id uint32) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		l := c.lock()
		defer l.unlock()
		if c.s.calls.get(id) != call {
			if c.s.writer == &call.waiter {
				l.stopWriting() // it has its reply, and writes for others
			}
			return
		}
		if l.giveUp(call, ContextError(ctx.Err(), l.completed(call))) {
			l.flush(nil, nil)
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

// await waits until call is done, and reads and writes for others meanwhile. It is called
// with the lock held, and returns without it.
func (l locked) await(call *Call) {
	s := &l.s
	for {
		switch {
		case call.took(mayWrite):
			l.flush(&call.waiter, nil)
		case call.told(mayRead):
			call.took(mayRead)
			l.lead(call)
		case call.told(isDone):
			l.unlock()
			return
		case !s.reading && s.phase != closed && s.calls.used > s.oneways:
			s.reading = true
			l.lead(call)
		default:
			l.wait(&call.waiter, &s.followers)
			if call.word.Load() == isDone {
				return
			}
			l.relock()
		}
	}
}

// lead reads with the reading role until call is done, and passes the role on.
func (l locked) lead(call *Call) {
	s := &l.s
	for {
		l.deliverAll(&call.waiter)
		if s.phase == closed || call.told(isDone) {
			break
		}
		s.reader = &call.waiter
		l.unlock()
		err := l.in.fill()
		l.relock()
		s.reader = nil
		l.afterRead(&call.waiter, err)
	}
	l.passReading()
}

// afterRead takes note of how a read by w ended.
func (l locked) afterRead(w *waiter, err error) {
	stopped := l.s.readStopped
	l.readAgain()
	switch {
	case err == nil || stopped && errors.Is(err, errThrownOut) || l.s.phase == closed:
	case isOurs(err):
		l.refuseMessage(w, err)
	default:
		l.end(lost(err))
		l.s.shut = true
	}
}

// passReading gives the reading role to a caller who waits, if one does.
func (l locked) passReading() {
	s := &l.s
	s.reader = nil
	switch w := s.followers.tail; {
	case s.phase == closed:
		s.reading = false
		l.over()
	case w != nil && s.calls.used > s.oneways:
		w.tell(mayRead)
		l.wake(w)
	default:
		s.reading = false
		l.in.idle()
	}
}

// readWhileWriting reads, although nobody waits for a reply, while a write does not go
// forward: the peer may not read before it has got rid of what it writes, such as late replies.
func (c *Conn) readWhileWriting() {
	l := c.lock()
	defer l.unlock()
	s := &c.s
	if s.reading || !s.inWrite {
		return
	}
	s.reading = true
	for l.deliverAll(nil); s.phase != closed && s.inWrite; l.deliverAll(nil) {
		s.helping = true
		l.unlock()
		err := l.in.fill()
		l.relock()
		s.helping = false
		l.afterRead(nil, err)
	}
	l.passReading()
}

// probe looks whether the peer has closed a connection that was not used for a while.
func (l locked) probe() {
	s := &l.s
	if s.reading || s.phase != open {
		return
	}
	s.reading = true
	l.unlock()
	state := l.t.State()
	var err error
	if state == transport.Waiting {
		err = l.in.fill()
	}
	l.relock()
	switch state {
	case transport.Gone:
		if l.end(parted(errEOF)) {
			s.shut = true
		}
	case transport.Waiting:
		l.afterRead(nil, err)
		l.deliverAll(nil)
	}
	l.passReading()
}

// deliverAll handles the messages that are buffered. w is the one who does it.
func (l locked) deliverAll(w *waiter) {
	for l.s.phase != closed {
		m, ok, err := l.in.next()
		if err == nil && !ok {
			return
		}
		if err == nil {
			err = l.deliver(m)
		}
		if err != nil {
			l.refuseMessage(w, err)
		}
	}
}

// deliver handles a message that is for the calling side.
func (l locked) deliver(m message) error {
	s := &l.s
	keep := false
	defer func() {
		if !keep {
			l.in.drop(m)
		} else {
			l.in.budget.add(-m.charged)
		}
	}()
	switch m.head.Type {
	case giop.TypeReply, giop.TypeLocateReply:
	case giop.TypeCloseConnection:
		if l.end(parted(errPeerClosed)) {
			s.shut = true
		}
		return nil
	case giop.TypeMessageError:
		if l.end(&ending{kind: exc.CommFailure, minor: exc.MinorProtocol, err: errPeerAngry}) {
			s.shut = true
		}
		return nil
	default:
		return unexpected("a %v from a server", m.head.Type)
	}
	id, err := giop.RequestID(m.head, m.octets)
	if err != nil {
		return err
	}
	call := s.calls.get(id)
	switch {
	case call == nil && !s.calls.wasGiven(id):
		return unexpected("a %v to request %d, which was not made", m.head.Type, id)
	case call == nil || call.oneway:
		return nil // its caller has given up
	case call.begin == unsent:
		return unexpected("a %v to request %d, which was not sent", m.head.Type, id)
	}
	call.Header = m.head
	if m.apart {
		call.buf.free()
		if call.buf = m.own; call.buf == nil {
			call.buf = &buffer{m.octets}
		}
		call.Reply, keep = m.octets, true
	} else {
		if call.buf == nil || cap(call.buf.b) < len(m.octets) {
			call.buf.free()
			call.buf = getBuffer(len(m.octets))
		}
		call.buf.b = append(call.buf.b[:0], m.octets...)
		call.Reply = call.buf.b
	}
	l.finish(call, nil)
	return nil
}

// refuseMessage ends the connection because of a message that this side does not understand,
// and tells the peer.
func (l locked) refuseMessage(w *waiter, err error) {
	if w == nil {
		w = new(waiter)
	}
	e := broken(err)
	if l.s.phase != closed {
		l.farewell(w, e, giop.AppendMessageError(nil, cdr.Version{Major: 1, Minor: l.s.minor}, true))
	}
	l.s.shut = true
}
