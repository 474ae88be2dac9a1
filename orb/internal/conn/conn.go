package conn

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// Options are what connections of one owner have in common. The zero value is useful.
type Options struct {
	// Limits bounds what the peer may do, and says after what times this side gives up.
	Limits *limits.Limits

	// Logger gets what the peer did wrong; nil is slog.Default.
	Logger *slog.Logger

	// FragmentSize is the size in octets above which messages of GIOP 1.2 are sent in
	// fragments; 0 is never.
	FragmentSize int

	// NoCancel keeps this side from sending CancelRequests: to a peer that cannot bear them.
	NoCancel bool

	// Ended, if set, is called once, without any lock, when the connection is closed.
	Ended func()

	// Shared serves all connections of one owner; nil makes one for this connection alone.
	Shared *Shared
}

// A Conn is one GIOP connection. All methods are safe for concurrent use.
type Conn struct {
	t        transport.Conn
	handler  Handler // nil: requests are not served
	shared   *Shared
	limits   *limits.Limits
	first    []byte // of a peer that said no whole message, when the connection has ended
	log      *slog.Logger
	fragment int
	mute     bool // no CancelRequest is sent
	ended    func()
	most     int // requests outstanding, of either side

	usable  atomic.Bool            // phase is open
	urgent  atomic.Bool            // phase is not open: the runner is to look
	shares  atomic.Bool            // requests are served by others than the runner
	gone    chan struct{}          // closed when all is over but for handlers that run on
	left    chan struct{}          // closed when t is
	runner  atomic.Pointer[runner] // the one with the reading role, on a server
	watched atomic.Bool            // the monitor looks at it
	seen    uint64                 // the monitor's: state of the runner when it looked last
	quiet   int                    // the monitor's: how often it has seen the same

	unreadSince int64 // the monitor's: what had come, and one, when it saw that nobody reads

	in      reader       // of the reading role
	calm    int          // likewise: replies that came since the last request, up to calmReplies
	crowd   crowd        // likewise: of requests
	vec     net.Buffers  // of the writing role
	vecs    [][]byte     // likewise
	written atomic.Int64 // octets; of the writing role, read by the sweeper
	sample  sample       // the sweeper's
	wary    atomic.Int32 // how many requests are taken for slow beforehand

	mu sync.Mutex
	s  state
}

// A phase is where a connection is in its life.
type phase uint8

const (
	open     phase = iota
	draining       // nothing new is begun; what is outstanding is finished
	closed         // ending says why
)

// A state is what the lock of a connection guards.
type state struct {
	phase   phase
	ending  *ending
	shut    bool          // unlock is to close the transport
	shutAll bool          // the transport has been closed
	drained chan struct{} // closed when nothing is outstanding; nil unless Shutdown waits
	minor   byte          // of the highest version of GIOP used for calls
	woken   *waiter       // whom unlock is to wake
	report  *ending       // what unlock is to log
	stay    bool          // it is not ended for lack of use
	unread  bool          // unlock is to have the monitor look after the reading role

	// The reading role.
	reading     bool
	reader      *waiter // who has it; nil if he is not to be thrown out
	readStopped bool    // he is being thrown out of his read
	helping     bool    // who has it, and reads, waits for something else than octets

	// The writing role.
	writing      bool
	writer       *waiter // likewise
	inWrite      bool    // he is in a write
	writeStopped bool
	crowd        crowd   // of calls
	out          *buffer // to be written next; nil: nothing
	outCharged   int     // octets of the budget, for out
	cut          *ending // a write has failed like that, and the peer's last words are waited for
	queued       int64   // octets of the stream up to the end of out
	posting      int     // octets of replies that runners wait to get rid of
	offered      int64   // octets that the transport was given to write
	sent         int64   // octets that it took

	// Calls.
	calls     table
	oneways   int      // of calls, those without a reply
	unwritten []oneway // of these, those whose octets are in out
	lastBegan int64    // when calls was last empty and got one
	blocked   queue    // callers who wait until fewer calls are outstanding
	followers queue    // callers who wait for a reply while another reads
	writers   queue    // those who wait for the writing role
	resting   queue    // the runner, while it waits for those in served, or for room
	waiting   bool     // the runner waits for room, resting or reading

	served []*runner // those in a handler from which the connection was taken
	aside  []*runner // those whose request waits for room
	lent   int       // of served, those from whom a caller took the reading role
}

// A oneway is a call that is done when it is written.
type oneway struct {
	id  uint32
	end int64
}

// Client returns a connection that makes requests over t. It must be ended with Shutdown or Close.
func Client(t transport.Conn, o Options) *Conn { return newConn(t, o, nil) }

// Both is Client for a connection over which the peer may make requests too, which h serves.
func Both(t transport.Conn, o Options, h Handler) *Conn {
	c := newConn(t, o, h)
	c.shared.monitor.watch(c) // who gives it a reader when nobody calls
	return c
}

// Server returns a connection that serves requests which come over t, once its Run is called. Requests
// may be made over it as well, if the peer takes them; the ORB knows that.
func Server(t transport.Conn, o Options, h Handler) *Conn {
	c := newConn(t, o, h)
	c.s.calls.last-- // odd ids
	return c
}

func newConn(t transport.Conn, o Options, h Handler) *Conn {
	c := &Conn{t: t, handler: h, shared: o.Shared, limits: o.Limits, log: o.Logger, fragment: o.FragmentSize, mute: o.NoCancel, ended: o.Ended, gone: make(chan struct{}), left: make(chan struct{})}
	if c.shared == nil {
		c.shared = NewShared(o.Limits)
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	c.most = c.limits.Int(limits.OutstandingRequests)
	c.in.t, c.in.limits, c.in.budget, c.in.parts.Limits = t, o.Limits, c.shared.budget, o.Limits
	c.usable.Store(true)
	c.s.lastBegan = c.shared.now() // as good as a call: the peer was there just now
	c.shared.add(c)
	return c
}

// Heard reports whether the peer has ever sent a whole message: that it is one of GIOP.
func (c *Conn) Heard() bool { return c.in.heard.Load() }

// First returns, when Run has returned and no whole message has ever come, what came first, 64 octets of it at most.
func (c *Conn) First() []byte { return c.first }

// Refused returns why the transport has refused the peer, if it has.
func (c *Conn) Refused() error { return transport.RefusedOf(c.t) }

// Octets returns how many octets have come, and how many the transport has taken.
func (c *Conn) Octets() (received, written int64) { return c.in.received.Load(), c.written.Load() }

// Usable reports whether new calls can be made, as far as is known.
func (c *Conn) Usable() bool {
	if c.usable.Load() || c.handler == nil {
		return c.usable.Load()
	}
	l := c.lock()
	defer l.unlock()
	return l.takesCalls()
}

// takesCalls reports whether new calls can be made: until the end if requests are served, which may call back.
func (l locked) takesCalls() bool {
	s := &l.s
	if s.phase != draining || l.handler == nil {
		return s.phase == open && s.cut == nil
	}
	r := l.runner.Load()
	return len(s.served) > 0 || r != nil && r.state.Load()&(1<<stateBits-1) == isBusy
}

// StayUp keeps the connection from being ended because it is not used: one side could not make another.
func (c *Conn) StayUp() {
	l := c.lock()
	defer l.unlock()
	c.s.stay = true
}

// NoCancel keeps this side from sending CancelRequests from now on: see [Options].
func (c *Conn) NoCancel() {
	l := c.lock()
	defer l.unlock()
	c.mute = true
}

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.t.RemoteAddr() }

// LocalAddr returns this side's address.
func (c *Conn) LocalAddr() net.Addr { return c.t.LocalAddr() }

// Identity returns what the transport has made sure of about the peer.
func (c *Conn) Identity() transport.Identity { return transport.IdentityOf(c.t) }

// Close ends the connection at once. Calls that wait for a reply fail, handlers that run get
// their signal. It does not wait for them, nor does the end of the connection.
func (c *Conn) Close() {
	l := c.lock()
	defer l.unlock()
	l.leave()
	l.end(closedHere())
	l.s.shut = true
}

// leave takes the reading role from a runner that is in a handler: nobody knows when that returns.
func (l locked) leave() {
	if r := l.runner.Load(); r != nil {
		l.takeOver(r, r.state.Load())
	}
}

// Shutdown ends the connection in order: it takes no more calls and serves no more requests,
// waits for those under way, tells the peer, and closes. When ctx ends before that it closes
// at once, as Close does, and returns the error of ctx, or a [CutOff] if handlers ran.
func (c *Conn) Shutdown(ctx context.Context) error {
	l := c.lock()
	drained := l.drain()
	l.unlock()
	select {
	case <-drained:
		if c.handler == nil {
			c.part(errClosedHere)
		}
	case <-c.gone:
	case <-ctx.Done():
	}
	select {
	case <-c.gone:
	case <-ctx.Done():
		return c.cutOff(ctx.Err())
	}
	select { // whoever has ended it sees to that next
	case <-c.left:
	case <-ctx.Done():
	}
	return nil
}

// drain begins the phase draining, and returns what is closed when nothing is outstanding
// any more. The runner of a server, woken, does the rest.
func (l locked) drain() chan struct{} {
	s := &l.s
	if s.phase == open {
		s.phase = draining
		l.usable.Store(false)
		l.urgent.Store(true)
		for s.blocked.head != nil {
			l.refuse(s.blocked.head.call)
		}
		switch {
		case l.handler == nil:
		case s.reading:
			l.stopReading()
		default:
			l.takeReading()
			l.leaveReading() // to a runner, who does the rest
		}
		if w := s.resting.head; w != nil {
			l.wake(w)
		}
	}
	if s.drained == nil {
		s.drained = make(chan struct{})
		l.settle()
	}
	return s.drained
}

// settle notices that nothing is outstanding any more.
func (l locked) settle() {
	s := &l.s
	if s.phase == open || s.phase == draining && (s.calls.used > 0 || len(s.served) > 0) || s.drained == nil {
		return
	}
	select {
	case <-s.drained:
	default:
		close(s.drained)
	}
}

// A locked is a connection whose lock is held. What changes the state is a method of it.
type locked struct{ *Conn }

func (c *Conn) lock() locked {
	c.mu.Lock()
	return locked{c}
}

// relock takes the lock again after unlock.
func (l locked) relock() { l.mu.Lock() }

// unlock lets go of the lock and does what had to wait until then.
func (l locked) unlock() {
	if l.letGo() {
		l.depart()
	}
}

// unlockSoon is unlock for the sweeper, which looks after all connections: a transport's last word may have to wait for a peer that reads nothing.
func (l locked) unlockSoon() {
	if l.letGo() {
		go l.depart()
	}
}

// letGo is unlock but for the transport's end, which it reports to be due.
func (l locked) letGo() (shut bool) {
	s := &l.s
	w, e, unread := s.woken, s.report, s.unread
	s.woken, s.report, s.unread = nil, nil, false
	if shut = s.shut && !s.shutAll; shut {
		s.shutAll = true
	}
	l.mu.Unlock()
	for w != nil {
		next := w.woken
		w.woken = nil
		w.fence.Add(1)
		w.cond.Signal()
		w = next
	}
	if unread && !l.watched.Load() {
		l.shared.monitor.watch(l.Conn)
	}
	if e != nil {
		l.shared.Complain(l.log, slog.LevelWarn, "connection ended", "peer", l.peer(), "reason", e.err)
	}
	return shut
}

// depart closes the transport.
func (c *Conn) depart() {
	c.t.Close()
	close(c.left)
	c.shared.remove(c)
	if c.ended != nil {
		c.ended()
	}
}

// part ends the connection of a client in order, when nothing is outstanding. In version 1.2
// a client may say so too.
func (c *Conn) part(why error) {
	l := c.lock()
	defer l.unlock()
	if c.s.phase == closed {
		return // whoever closed it sees to the rest
	}
	if c.s.minor >= 2 {
		l.farewell(new(waiter), parted(why), giop.AppendCloseConnection(nil, cdr.V12, true))
	} else {
		l.end(parted(why))
	}
	c.s.shut = true
}

// end begins the phase closed and reports whether it had not begun before. The caller sets shut, now
// or when it has said good-bye.
func (l locked) end(e *ending) bool {
	s := &l.s
	if s.phase == closed {
		return false
	}
	s.phase, s.ending = closed, e
	if !e.quiet {
		s.report = e
	}
	l.usable.Store(false)
	l.urgent.Store(true)
	for _, call := range s.calls.slots {
		if call != nil {
			l.finish(call, e.failure(l.peer(), l.completed(call)))
		}
	}
	for s.blocked.head != nil {
		l.refuse(s.blocked.head.call)
	}
	for s.writers.head != nil { // runners: callers have gone
		s.writers.head.tell(isDone)
		l.wake(s.writers.head)
	}
	if r := l.runner.Load(); r != nil {
		r.cancel(e.err)
		l.wake(&r.waiter)
	}
	for _, r := range s.served {
		r.cancel(e.err)
	}
	if s.cut != nil {
		l.dropUnwritten()
	}
	l.dropAside()
	l.settle()
	if !s.reading {
		l.over()
	}
	return true
}

// over is the end of the reading role on a closed connection.
func (l locked) over() {
	l.in.close()
	close(l.gone)
}

func (l locked) peer() string { return l.t.RemoteAddr().String() }

// A deadline in the past throws out who waits.
var past = time.Unix(1, 0)

// stopReading throws the goroutine that has the reading role out of its read.
func (l locked) stopReading() {
	if !l.s.readStopped && l.s.phase != closed {
		l.s.readStopped = true
		l.t.SetReadDeadline(past)
	}
}

// readAgain is called by the one that has the reading role, after each read.
func (l locked) readAgain() {
	if l.s.readStopped {
		l.s.readStopped = false
		l.t.SetReadDeadline(time.Time{})
	}
}

// stopWriting throws the goroutine that has the writing role out of its write.
func (l locked) stopWriting() {
	if l.s.inWrite && !l.s.writeStopped && l.s.phase != closed {
		l.s.writeStopped = true
		l.t.SetWriteDeadline(past)
	}
}
