package spx

import (
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// A state is where a connection is in its life.
type state uint8

const (
	asking      state = iota // a client whose request is not answered
	negotiating              // SPX-II: the peer is there, and how long packets may be is not known
	unconfirmed              // a server whose client has not shown that it has had the answer
	open
	ending // Close was called: what is queued is sent, and End
	gone
)

// A Conn is a connection: a stream of octets in each direction. Its methods are those of [transport.Conn], and are as safe for concurrent use.
type Conn struct {
	h      *Host
	local  ipx.Addr
	peer   ipx.Addr
	of     *Listener // of whom it is accepted; nil: a client's
	id     uint16    // this side's number of it
	peerID uint16    // 0: it is not known

	mu                 sync.Mutex
	readable, writable sync.Cond
	settled            chan struct{} // closed when the connection is open, or gone
	over               chan struct{} // closed when a connection that ends is gone; nil before Close
	state              state
	two                bool  // SPX-II
	err                error // why it is gone
	shut               bool  // Close was called
	accepted           bool  // its listener has it, or had
	rd, wr             deadline

	in  receiver
	out sender

	most      int // octets of a packet that this side sends, headers of IPX and SPX with it
	probing   int // octets of the probe under way; 0: none
	probes    int // how often it was sent
	more      int // answers to requests that may come yet
	timer     *time.Timer
	due       time.Time // when the timer fires; zero: it does not
	again     time.Time // when a request, a probe or End is sent again; zero: none is
	tries     int
	heard     time.Time // when the peer was
	verified  time.Time // when it was last told or asked
	endBy     time.Time // when a connection that ends is given up
	attention func([]byte)
	head      [whole]byte
	one       [1][]byte // what Write writes
}

// The times of the protocol: NetWare's own, of ticks of 1/18.2 s.
const (
	askEvery    = time.Second            // a request for a connection is sent again
	probeEvery  = 500 * time.Millisecond // a packet by which the size is negotiated
	probeTries  = 3                      // of each size
	verifyAfter = 3 * time.Second        // 54 ticks: a peer that is silent so long is told that this side is there
	listenAfter = 6 * time.Second        // 108 ticks: it is asked whether it is
	abortAfter  = 30 * time.Second       // 540 ticks: it is gone
	confirmFor  = 10 * time.Second       // a client has to confirm
	confirmWait = 200 * time.Millisecond // and is asked to then
	endEvery    = 500 * time.Millisecond // End is sent again
	endFor      = 10 * time.Second       // Close waits, in the background
	flushFor    = 5 * time.Second        // spx-flush: of that, a program that ends
	endTries    = 6
)

// errRefused, errReset: as sockets of the system say it.
var (
	errRefused = &net.OpError{Op: "dial", Net: Name, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	errReset   = &net.OpError{Op: "read", Net: Name, Err: syscall.ECONNRESET}
	errTimeout = &net.OpError{Op: "read", Net: Name, Err: syscall.ETIMEDOUT}
)

// ErrEnded is the error of writing to a peer that has ended the connection.
var ErrEnded = &net.OpError{Op: "write", Net: Name, Err: syscall.EPIPE}

func (h *Host) newConn(local, peer ipx.Addr) *Conn {
	c := &Conn{h: h, local: local, peer: peer, settled: make(chan struct{}), most: min(most1, h.s.Most())}
	c.readable.L, c.writable.L = &c.mu, &c.mu
	c.in.window = uint16(h.c.Window)
	c.out.init()
	c.heard = time.Now()
	c.verified = c.heard
	return c
}

// header is that of the next packet.
func (c *Conn) header(control, stream uint8) Header {
	h := Header{Control: control, Stream: stream, Src: c.id, Dst: c.peerID, Seq: c.out.next, Ack: c.in.next, Alloc: c.in.alloc()}
	if c.two {
		h.Control |= II
		h.Size = uint16(c.h.s.Most())
	}
	return h
}

// say sends a packet without a number, of a header and zeros, if it is to have some size. The lock is held.
func (c *Conn) say(h Header, size int) {
	n := ipx.HeaderSize + h.size()
	p := ipx.Packet{Type: ipx.TypeSPX, Dst: c.peer, Src: c.local}
	if size <= n {
		b := ipx.AppendHeader(c.head[:0], &p, h.size())
		_ = c.send(h.Append(b)) // what does not go is sent again
		return
	}
	b := make([]byte, 0, size)
	b = h.Append(ipx.AppendHeader(b, &p, size-ipx.HeaderSize))
	_ = c.send(b[:size])
}

// send sends a packet to the peer. One that has not shown that it is where it says is but answered.
func (c *Conn) send(packet []byte) error {
	if c.state == unconfirmed {
		return c.h.s.AnswerEncoded(c.peer, packet)
	}
	return c.h.s.SendEncoded(c.peer, packet)
}

// ack tells the peer what has come, and how much room there is.
func (c *Conn) ack(stream uint8) {
	h := c.header(System, stream)
	c.in.told = h.Alloc
	c.say(h, 0)
}

// abort tells the peer that the connection ends, and not in order: with a number that is none to come, so that what it lacks is not taken for what there was.
func (c *Conn) abort() {
	h := c.header(System, End)
	h.Seq = c.out.una - 1
	c.say(h, 0)
}

// request asks for the connection.
func (c *Conn) request() {
	h := Header{Control: System | SendAck, Src: c.id, Dst: nobody, Alloc: c.in.alloc()}
	if !c.h.c.Only1 {
		h.Control |= II | Negotiate
	}
	c.in.told = h.Alloc
	c.say(h, 0)
	c.tries++
	c.at(&c.again, askEvery)
}

// answer tells a client that it has its connection.
func (c *Conn) answer() {
	h := c.header(System, 0)
	if c.two {
		h.Control |= Negotiate
	}
	c.in.told = h.Alloc
	c.say(h, 0)
}

// probe sends a packet as long as packets may be, if the network takes it.
func (c *Conn) probe() {
	h := c.header(System|SendAck|Negotiate, 0)
	h.Size = uint16(c.probing)
	c.probes++
	c.say(h, c.probing)
	c.at(&c.again, probeEvery)
}

// settle has the connection be open, for whoever waits for that.
func (c *Conn) settle() {
	if c.state >= open {
		return
	}
	c.state, c.again, c.tries = open, time.Time{}, 0
	close(c.settled)
	c.arm(time.Now())
}

// fail ends the connection at once. Who reads gets what has come in order before.
func (c *Conn) fail(err error) {
	if c.state == gone {
		return
	}
	if c.state < open {
		close(c.settled)
	}
	c.state = gone
	if c.err == nil {
		c.err = err
	}
	left := c.out.end - c.out.una
	lost := c.over != nil && left > 0 && !(left == 1 && c.out.released) // Release has no octets
	c.in.drop(c.shut)
	c.out.drop()
	c.again, c.due = time.Time{}, time.Time{}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.h.forget(c, lost)
	if c.over != nil { // by now it is known whether all has arrived
		close(c.over)
	}
	c.readable.Broadcast()
	c.writable.Broadcast()
}

// take takes a packet that comes for the connection, from whom it is with.
func (c *Conn) take(h Header, data []byte, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == gone {
		return
	}
	if c.peerID == 0 {
		c.answered(h)
		return
	}
	if h.Src != c.peerID {
		c.h.counts.elsewhere.Add(1)
		return
	}
	if before(c.out.next, h.Ack) {
		c.h.counts.lies.Add(1)
		return
	}
	c.heard, c.verified = at, at
	if c.state == unconfirmed && h.Stream != End && !c.confirmed(h) {
		return
	}
	switch {
	case h.Control&System != 0 && h.Stream == End, h.Stream == End && h.Seq == c.in.next:
		c.ended(h)
		return
	case h.Control&System != 0 && h.Stream == Ended:
		if c.state == ending {
			c.fail(net.ErrClosed)
		}
		return
	case h.Control&(System|Negotiate) == System|Negotiate && c.two:
		c.negotiated(h, len(data))
	}
	if c.state == gone {
		return
	}
	c.acked(h, at)
	switch {
	case h.Control&System == 0:
		c.data(h, data)
	case h.Control&SendAck != 0 && h.Control&Negotiate == 0 && h.Dst != nobody:
		c.ack(0)
	}
	c.push(at)
	c.finish(at)
}

// answered takes the answer to a request.
func (c *Conn) answered(h Header) {
	if h.Control&System != 0 && h.Stream == End { // nobody listens there
		c.fail(errRefused)
		return
	}
	if h.Control&System == 0 || h.Src == 0 {
		return
	}
	c.peerID = h.Src
	c.two = h.Control&II != 0 && !c.h.c.Only1
	c.out.alloc = h.Alloc
	c.heard = time.Now()
	c.verified = c.heard
	c.h.met(c)
	if !c.two {
		c.settle()
		return
	}
	c.state, c.more = negotiating, c.tries-1
	c.begin(int(h.Size))
}

// begin begins to find out how long packets may be: as long as both sides take, if the network does.
func (c *Conn) begin(theirs int) {
	if c.probing = min(c.h.s.Most(), theirs); c.probing <= most1 {
		c.probing = 0
		if c.state == negotiating {
			c.settle()
		}
		return
	}
	c.probes = 0
	c.probe()
}

// negotiated takes a packet that is as long as packets may be, or the answer to one.
func (c *Conn) negotiated(h Header, data int) {
	if h.Control&SendAck != 0 { // the peer's own
		a := c.header(System|Negotiate, 0)
		a.Size = uint16(ipx.HeaderSize + h.size() + data)
		c.say(a, 0)
		return
	}
	if c.more > 0 { // an answer to another request, it may be, which looks the same; the next is none
		c.more--
		return
	}
	if n := int(h.Size); c.probing > 0 && n >= most1 && n <= c.probing {
		c.most, c.probing, c.again = n, 0, time.Time{}
		if c.state == negotiating {
			c.settle()
		}
	}
}

// smaller gives a size up that the network does not take, and tries the next.
func (c *Conn) smaller() {
	if c.probes < probeTries {
		c.probe()
		return
	}
	if c.probing > 1024 {
		c.probing, c.probes = 1024, 0
		c.probe()
		return
	}
	c.probing, c.again = 0, time.Time{}
	if c.state == negotiating {
		c.settle()
	}
}

// confirmed has the listener take the connection: the client has shown that it has had the answer, and so is where it says that it is. Before that it is sent
// nothing that is longer than what it has sent. It reports whether there is room.
func (c *Conn) confirmed(h Header) bool {
	if !c.of.offer(c) {
		c.h.counts.full.Add(1)
		c.abort()
		c.fail(errReset)
		return false
	}
	c.h.confirmed(c)
	c.settle()
	if c.two {
		c.begin(int(h.Size))
	}
	return true
}

// ended takes the peer's End, after which nothing comes. Is something missing before it, it is no end in order.
func (c *Conn) ended(h Header) {
	a := c.header(System, Ended)
	if h.Control&System == 0 {
		a.Ack++
	}
	c.say(a, 0)
	if h.Ack == c.out.end { // all has arrived
		c.out.drop()
	}
	switch {
	case c.state < open:
		c.fail(errRefused)
	case h.Seq == c.in.next || c.in.release:
		c.in.end = true
		c.fail(nil)
	default:
		c.fail(errReset)
	}
}

// finish sends End when the connection is to end and all that was written has arrived.
func (c *Conn) finish(at time.Time) {
	if c.state != ending || c.out.una != c.out.end {
		return
	}
	if c.out.released && c.in.release { // neither side has anything to say
		c.fail(net.ErrClosed)
		return
	}
	if c.again.IsZero() {
		c.sayEnd(at)
	}
}

func (c *Conn) sayEnd(time.Time) {
	c.tries++
	c.say(c.header(System|SendAck, End), 0)
	c.at(&c.again, endEvery)
}

// at sets a time of the connection, and the timer.
func (c *Conn) at(when *time.Time, in time.Duration) {
	now := time.Now()
	*when = now.Add(in)
	c.arm(now)
}

// arm sets the timer to what is due first, if that is before what it is set to: else it is looked at when it fires.
func (c *Conn) arm(now time.Time) {
	first := c.again
	for _, t := range [...]time.Time{c.out.due, c.watch(), c.endBy} {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if first.IsZero() || !c.due.IsZero() && !first.Before(c.due) {
		return
	}
	c.due = first
	if d := first.Sub(now); c.timer == nil {
		c.timer = time.AfterFunc(d, c.tick)
	} else {
		c.timer.Reset(d)
	}
}

// watch is when the peer has been silent for too long.
func (c *Conn) watch() time.Time {
	switch c.state {
	case asking:
		return time.Time{} // the context bounds it
	case unconfirmed:
		if c.tries == 0 {
			return c.heard.Add(confirmWait)
		}
		if c.tries == 1 && !c.two { // of SPX-II, it probes the network itself
			return c.heard.Add(10 * confirmWait)
		}
		return c.heard.Add(confirmFor)
	}
	if c.in.end || c.out.released && c.in.release && c.out.una == c.out.end {
		return time.Time{}
	}
	if c.verified == c.heard {
		return c.heard.Add(verifyAfter)
	}
	return c.verified.Add(verifyAfter)
}

// tick does what is due.
func (c *Conn) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == gone {
		return
	}
	now := time.Now()
	c.due = time.Time{}
	if !c.again.IsZero() && !now.Before(c.again) {
		switch {
		case c.state == asking:
			c.request()
		case c.probing > 0:
			c.smaller()
		case c.state == ending && c.tries >= endTries:
			c.fail(net.ErrClosed)
			return
		case c.state == ending:
			c.sayEnd(now)
		default:
			c.again = time.Time{}
		}
	}
	if !c.endBy.IsZero() && !now.Before(c.endBy) {
		c.abort()
		c.fail(net.ErrClosed)
		return
	}
	if !c.out.due.IsZero() && !now.Before(c.out.due) {
		c.late(now)
	}
	if t := c.watch(); c.state != gone && !t.IsZero() && !now.Before(t) {
		c.verify(now)
	}
	if c.state != gone {
		c.arm(now)
	}
}

// verify tells a silent peer that this side is there, or asks whether it is, or gives it up.
func (c *Conn) verify(now time.Time) {
	silent := now.Sub(c.heard)
	c.verified = now
	switch {
	case c.state == unconfirmed && silent >= confirmFor: // no more than three times as much was sent there as was heard
		c.fail(errTimeout)
	case silent >= abortAfter:
		c.h.counts.silent.Add(1)
		c.abort()
		c.fail(errTimeout)
	case c.state == unconfirmed:
		c.tries++
		c.say(c.header(System|SendAck, 0), 0)
	case silent >= listenAfter:
		c.say(c.header(System|SendAck, 0), 0)
	default:
		c.say(c.header(System, 0), 0)
	}
}

// String names both ends.
func (c *Conn) String() string { return fmt.Sprintf("%v and %v", c.local, c.peer) }
