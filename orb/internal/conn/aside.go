package conn

import (
	"slices"

	"github.com/opendsom/dsom/giop"
)

// On a connection that carries requests both ways a request may come to one who cannot serve it: a
// caller who reads and waits for his own reply; or a runner for which there is no room, while behind
// the request there may be the reply that makes room. It is set aside then, and served by a goroutine of its own
// as soon as there is room.

// mayAside reports whether another request may be set aside. No more are than are served; a peer that
// keeps to the same limit as this side has no more than that outstanding. Beyond it requests are left
// unread, and calls whose replies are behind them end by their deadlines.
func (l locked) mayAside() bool {
	n := len(l.s.aside)
	return n < l.most && (n < alwaysParallel || !l.in.budget.crowded())
}

// stuck reports whether the message that comes next is a request that can neither be served nor be set aside.
func (l locked) stuck() bool {
	return l.handler != nil && l.in.nextAsks() && !l.room() && !l.mayAside()
}

// awaits reports whether calls of this side wait for replies.
func (l locked) awaits() bool { return l.s.calls.used > l.s.oneways }

// setAside keeps a request for another goroutine, and starts that if there is room.
func (l locked) setAside(m message) error {
	id, err := giop.RequestID(m.head, m.octets)
	if err != nil {
		l.in.drop(m)
		return err
	}
	if !m.apart { // a view of the chunk, in which the reader goes on
		m.own = getBuffer(len(m.octets))
		m.own.b = append(m.own.b, m.octets...)
		m.octets, m.apart, m.charged = m.own.b, true, len(m.octets)
		l.in.budget.add(m.charged)
	}
	r := &runner{conn: l.Conn, msg: m, id: id}
	r.work.runner = r
	r.work.begin(m, nil) // from now on it may be cancelled
	r.state.Store(isTaken)
	l.s.aside = append(l.s.aside, r)
	l.serveAside()
	return nil
}

// serveAside starts to serve requests that were set aside, as far as there is room.
func (l locked) serveAside() {
	s := &l.s
	for len(s.aside) > 0 && s.phase != closed && l.room() {
		r := s.aside[0] // the oldest
		s.aside = slices.Delete(s.aside, 0, 1)
		s.served = append(s.served, r)
		l.shares.Store(true)
		l.in.budget.add(runCost)
		go l.Conn.serveApart(r)
	}
}

// serveApart serves a request that was set aside, and the connection then if nobody else does.
func (c *Conn) serveApart(r *runner) {
	w := &r.work
	r.out = getBuffer(0)
	r.held = r.out.b
	w.Out = r.held
	returned := false
	defer func() {
		if !returned { // the handler ended its goroutine
			go c.carryOn(r, r.msg, 0)
		}
	}()
	c.handler.Serve(w)
	returned = true
	c.carryOn(r, r.msg, 0)
}

// dropAside forgets what was set aside, on a connection that is closed.
func (l locked) dropAside() {
	for _, r := range l.s.aside {
		l.in.drop(r.msg)
	}
	l.s.aside = nil
}
