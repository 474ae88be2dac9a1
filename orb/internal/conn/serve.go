package conn

import (
	"slices"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport"
)

// heldLimit is how many octets of replies are held back while more requests are buffered.
const heldLimit = 16 << 10

// Run serves the connection until it ends. Handlers that still run then have got their signal.
// A handler that ends its goroutine (runtime.Goexit) does not end the connection: Run stays
// until that has ended, and only then does the goroutine.
func (c *Conn) Run() {
	defer func() { <-c.gone }()
	l := c.lock()
	run := c.handler != nil && !c.s.reading && c.s.phase != closed
	if run {
		c.s.reading = true
		r := c.newRunner()
		l.unlock()
		c.serve(r)
	} else {
		l.unlock()
	}
}

// newRunner returns a runner that is the one with the reading role.
func (c *Conn) newRunner() *runner {
	r := &runner{conn: c}
	r.work.runner = r
	c.runner.Store(r)
	return r
}

// serve reads and serves until the connection ends or is taken from r.
func (c *Conn) serve(r *runner) {
	for {
		full := c.shares.Load() && c.in.nextAsks() && !c.hasRoom()
		if full && (!c.answer(r) || !c.waitForRoom(r)) {
			return
		}
		m, ok, err := c.in.next()
		switch {
		case err != nil:
			c.end(r, err)
			return
		case ok:
			more, err := c.handle(r, m, full)
			if err != nil {
				c.end(r, err)
				return
			}
			if !more || c.urgent.Load() && !c.goOn(r, nil) {
				return
			}
			if r.out == nil || len(r.out.b) < heldLimit {
				continue
			}
		}
		c.t.SetBusy(c.crowd.see(r.batch > 1))
		if !c.answer(r) {
			return
		}
		if ok {
			continue
		}
		r.batch = 0
		if c.calm >= calmReplies && c.stepBack(r) {
			return
		}
		err = c.in.fill()
		if err != nil || c.urgent.Load() {
			if !c.goOn(r, err) {
				return
			}
		}
	}
}

// goOn deals with a read that failed, or a connection that is not open any more. It reports
// whether r goes on reading.
func (c *Conn) goOn(r *runner, err error) bool {
	if err != nil && isOurs(err) {
		c.end(r, err)
		return false
	}
	l := c.lock()
	l.afterRead(&r.waiter, err)
	phase := c.s.phase
	l.unlock()
	switch phase {
	case open:
		return true
	case draining:
		return c.drainOn(r)
	default:
		c.end(r, nil)
	}
	return false
}

// handle deals with a message. full says that there was no room for a request when it was
// looked for. It reports whether r still has the connection.
func (c *Conn) handle(r *runner, m message, full bool) (more bool, err error) {
	asks := m.head.Type == giop.TypeRequest || m.head.Type == giop.TypeLocateRequest
	if asks && !full {
		return c.dispatch(r, m)
	}
	l := c.lock()
	if asks && l.room() {
		l.unlock()
		return c.dispatch(r, m)
	}
	defer l.unlock()
	return true, l.deliver(m)
}

// cancelled gives the request its signal that a CancelRequest names, if it runs or was set aside.
func (l locked) cancelled(m message) error {
	id, err := giop.RequestID(m.head, m.octets)
	if err != nil {
		return err
	}
	for _, all := range [][]*runner{l.s.served, l.s.aside} {
		for _, r := range all {
			if r.id == id {
				r.cancel(nil)
			}
		}
	}
	return nil
}

// dispatch calls the handler. It reports whether r still has the connection afterwards.
func (c *Conn) dispatch(r *runner, m message) (more bool, err error) {
	if r.out == nil {
		r.out = getBuffer(r.last)
	}
	c.calm = 0
	r.batch++
	w := &r.work
	r.msg, r.held = m, r.out.b
	w.begin(m, r.held)
	busy := (r.state.Load()>>stateBits+1)<<stateBits | isBusy
	r.state.Store(busy)
	if !c.watched.Load() {
		c.shared.monitor.watch(c)
	}
	if c.wary.Load() > 0 {
		c.foresee(r, busy)
	}
	returned := false
	defer func() {
		if !returned {
			go c.carryOn(r, m, busy)
		}
	}()
	c.handler.Serve(w)
	returned = true
	return c.served(r, m, busy)
}

// foresee hands the connection on before r's handler is called, since others of this connection were slow lately. Were
// it left to the monitor each time, slow requests would wait for one another, a tick or two each, and quick ones for all
// of them; likewise callbacks within callbacks.
func (c *Conn) foresee(r *runner, busy uint64) {
	c.wary.Add(-1)
	l := c.lock()
	l.takeOver(r, busy)
	l.unlock()
}

// carryOn does for r what its goroutine would have done, had the handler not ended it.
func (c *Conn) carryOn(r *runner, m message, busy uint64) {
	more, err := c.served(r, m, busy)
	switch {
	case err != nil:
		c.end(r, err)
	case more && (!c.urgent.Load() || c.goOn(r, nil)):
		c.serve(r)
	}
}

// served takes the reply of a handler that has returned. It reports whether r still has the connection.
func (c *Conn) served(r *runner, m message, busy uint64) (more bool, err error) {
	w := &r.work
	if !r.state.CompareAndSwap(busy, busy&^isBusy) {
		return c.returnTaken(r), nil
	}
	r.msg, w.Message = message{}, nil
	if w.given {
		m.own.give()
		m.own = nil
	}
	if w.bad != nil {
		r.out.b = r.held
		w.repay()
		c.in.drop(m)
		return true, w.bad
	}
	r.out.b = c.fragmented(w.Out, len(r.held))
	more = true
	if len(w.Loans) > 0 {
		more = c.answer(r) // at once: who lent may change it when he serves again
	}
	c.in.drop(m)
	return more, nil
}

// fragmented cuts the reply behind the first n octets of out into fragments, if the options say so.
func (c *Conn) fragmented(out []byte, n int) []byte {
	if c.fragment == 0 || len(out)-n <= c.fragment {
		return out
	}
	b := c.split(out[n:])
	if b == nil {
		return out
	}
	out = append(out[:n], b.b...)
	b.free()
	return out
}

// answer writes the replies that are held. The peer may not take them before this side reads
// what it says: then the monitor takes the connection as it does from a slow handler. It reports
// whether r still has it.
func (c *Conn) answer(r *runner) (more bool) {
	if r.out == nil {
		return true
	}
	if more = true; len(r.out.b) > 0 {
		busy := (r.state.Load()>>stateBits+1)<<stateBits | isBusy
		r.held = nil
		r.state.Store(busy)
		l := c.lock()
		if l.s.phase != closed {
			l.reply(&r.waiter, parcel{r.out.b, r.work.Loans})
		}
		if more = r.state.CompareAndSwap(busy, busy&^isBusy); !more {
			l.forget(r)
			more = l.giveBack(r)
		}
		l.unlock()
	}
	r.last = len(r.out.b)
	r.out.free()
	r.out = nil
	r.work.repay()
	return more
}

// takeOver takes the connection from r, if it is still in the state was, and lets another goroutine go on. It reports
// whether it did.
func (l locked) takeOver(r *runner, was uint64) bool {
	if !l.part(r, was) {
		return false
	}
	n := l.newRunner()
	n.state.Store((was>>stateBits + 1) << stateBits)
	go l.serveOn(n)
	return true
}

// part takes the connection from r, if it is still in the state was, and reports whether it did. The
// reading role is the caller's to give then.
func (l locked) part(r *runner, was uint64) bool {
	c, s := l.Conn, &l.s
	if was&(1<<stateBits-1) != isBusy || s.phase == closed || c.runner.Load() != r {
		return false
	}
	if !r.state.CompareAndSwap(was, was&^isBusy|isTaken) {
		return false
	}
	// Should its handler return now, r waits for the lock. Until then it uses its Work only.
	s.served = append(s.served, r)
	r.looks = c.shared.monitor.looks.Load()
	c.shares.Store(true)
	c.in.budget.add(runCost)
	if r.msg.octets != nil {
		r.id, _ = giop.RequestID(r.msg.head, r.msg.octets)
	}
	if r.msg.octets != nil && !r.msg.apart {
		r.chunk = c.in.split()
	}
	if len(r.held) > 0 {
		l.place(&r.waiter, len(r.held))
		if s.out == nil {
			s.out = getBuffer(len(r.held))
		}
		s.out.b = append(s.out.b, r.held...)
		l.chargeOut()
	}
	return true
}

// split leaves the chunk to the one whose message is in it, and goes on with another.
func (in *reader) split() *transport.Chunk {
	old := in.chunk
	in.chunk = nil
	if in.r < in.w {
		in.chunk = transport.NewChunk()
		in.w = copy(in.chunk[:], old[in.r:in.w])
		in.r = 0
	} else {
		in.r, in.w = 0, 0
	}
	return old
}

// serveOn is serve for one that took the connection over. The replies that were held go out first.
func (c *Conn) serveOn(r *runner) {
	l := c.lock()
	if s := &c.s; s.out != nil && !s.writing {
		s.writing = true
		l.flush(&r.waiter, parcel{})
	}
	l.unlock()
	if !c.urgent.Load() || c.goOn(r, nil) {
		c.serve(r)
	}
}

// returnTaken sends the reply of a handler whose connection was taken meanwhile. It reports whether r
// has it again: nobody else had the reading role.
func (c *Conn) returnTaken(r *runner) (more bool) {
	w := &r.work
	reply := parcel{c.fragmented(w.Out, len(r.held))[len(r.held):], w.Loans}
	for i := range reply.loans {
		reply.loans[i].At -= len(r.held)
	}
	l := c.lock()
	s := &c.s
	if c.shared.monitor.looks.Load()-r.looks >= slowLooks {
		c.wary.Store(waryRequests)
	}
	r.done = true
	if w.bad == nil && s.phase != closed && len(reply.own) > 0 {
		l.reply(&r.waiter, reply)
	}
	l.forget(r)
	r.done = false
	if w.bad != nil && s.phase != closed {
		l.refuseMessage(&r.waiter, w.bad)
	}
	more = l.giveBack(r)
	l.unlock()
	r.out.free()
	w.repay()
	r.chunk.Free()
	if w.given {
		r.msg.own.give()
		r.msg.own = nil
	}
	c.in.drop(r.msg)
	r.out, r.held, r.chunk, r.msg, w.Message = nil, nil, nil, message{}, nil
	return more
}

// forget ends the time of a runner that the connection was taken from.
func (l locked) forget(r *runner) {
	s := &l.s
	i := slices.Index(s.served, r)
	s.served = slices.Delete(s.served, i, i+1)
	l.shares.Store(len(s.served) > 0)
	l.in.budget.add(-runCost)
	if r.lent {
		r.lent = false
		s.lent--
	}
	l.serveAside()
	l.resume()
	l.settle()
}

// cutOff ends the connection while handlers may run, and says which. why is the error of the context
// that bounded the wait for them.
func (c *Conn) cutOff(why error) error {
	l := c.lock()
	defer l.unlock()
	l.leave()
	e := &CutOff{Err: why}
	for _, r := range c.s.served {
		if m := &r.msg; m.octets != nil && !r.done { // else it is in a write, and the peer may have the reply
			e.Requests = append(e.Requests, Unanswered{m.head, slices.Clone(m.octets[:min(len(m.octets), beginning)])})
		}
	}
	l.end(closedHere())
	c.s.shut = true
	if len(e.Requests) == 0 {
		return why
	}
	return e
}

// drainOn waits for the requests that are served elsewhere, tells the peer that the connection ends in
// order, and ends it. While calls of this side wait for replies it reports that r goes on: replies must be read,
// and requests served on which they may depend.
func (c *Conn) drainOn(r *runner) bool {
	if !c.answer(r) {
		return false
	}
	l := c.lock()
	s := &c.s
	for s.phase == draining && (s.calls.used > 0 || len(s.served) > 0) {
		if l.awaits() {
			l.unlock()
			return true
		}
		l.wait(&r.waiter, &s.resting)
		l.relock()
	}
	if s.phase == draining {
		l.farewell(&r.waiter, parted(errClosedHere), giop.AppendCloseConnection(nil, cdr.Version{Major: 1, Minor: max(c.in.minor, s.minor)}, true))
	}
	l.unlock()
	c.end(r, nil)
	return false
}

// end is the end of r's reading, because of a malformed message or because the connection is closed.
func (c *Conn) end(r *runner, err error) {
	l := c.lock()
	s := &c.s
	if err != nil && s.phase != closed {
		var words []byte
		if r.out != nil {
			words = r.out.b
		}
		words = giop.AppendMessageError(words, cdr.Version{Major: 1, Minor: c.in.minor}, true)
		l.farewell(&r.waiter, broken(err), words)
	}
	said := !s.shut && !s.shutAll
	c.first = c.in.strange()
	l.unlock()
	if said {
		c.linger()
	}
	r.out.free()
	l.relock()
	s.reading = false
	s.shut = true
	c.runner.Store(nil)
	l.over()
	l.unlock()
}

// linger lets the peer read what was said last: were the transport closed while octets from
// the peer are not read, the system would throw away both.
func (c *Conn) linger() {
	b := transport.NewChunk()
	defer b.Free()
	for end := time.Now().Add(farewellTime); time.Now().Before(end); {
		c.t.SetReadDeadline(time.Now().Add(quietTime))
		if _, err := c.t.Read(b[:]); err != nil {
			return
		}
	}
}
