package spx

import (
	"net"
	"sync"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// maxQueue is how many packets are queued or on their way at most, spx-queue: a power of two. A write waits for room.
const maxQueue = 64

// The bounds of the time after which a packet is sent again. It is measured (Karn: of packets that were sent once), and doubles each time that nothing comes.
const (
	firstWait  = time.Second
	leastWait  = 50 * time.Millisecond
	mostWait   = 5 * time.Second
	mostTries  = 10 // spx-retries: then the peer is gone
	ackEvery   = 8  // packets of which one at least asks for an acknowledgement
	firstBurst = 8  // packets on their way before anything is known of the network
	leastBurst = 4  // when packets are lost: SPX, which knows nothing of congestion, has as many where it has a window at all
	dupAcks    = 3  // acknowledgements that say nothing new, after which a packet is lost
)

// An outgoing is a packet that is queued, or on its way: its header is made when it is sent.
type outgoing struct {
	n       int // octets of it, with the headers
	control uint8
	stream  uint8
	at      time.Time
	again   bool
	b       [ipx.MostFrame]byte
}

var outgoings = sync.Pool{New: func() any { return new(outgoing) }}

// A sender is what a connection knows of what it sends: packets una to next are on their way, next to end are queued.
type sender struct {
	q              [maxQueue]*outgoing
	una, next, end uint16
	alloc          uint16 // of the peer: the last number that it has room for
	asked          int    // packets since the last that asked for an acknowledgement

	window, threshold int // packets that may be on their way; below the threshold it grows by each that arrives
	grown             int
	dups              int
	recovering        bool
	recover           uint16 // what was next when a packet was lost

	smooth, spread, wait time.Duration
	due                  time.Time // when the oldest is sent again, or the peer asked for room
	tries                int
	released             bool // Release is queued
}

func (s *sender) init() { s.window, s.threshold, s.wait = firstBurst, maxQueue, firstWait }

func (s *sender) at(seq uint16) **outgoing { return &s.q[seq%maxQueue] }
func (s *sender) flying() int              { return int(s.next - s.una) }

// room reports whether there is room for a packet, beside that for Release.
func (s *sender) room() bool { return s.end-s.una < maxQueue-1 }

// may reports whether the next packet may be sent.
func (s *sender) may() bool {
	return s.next != s.end && !before(s.alloc, s.next) && s.flying() < s.window
}

func (s *sender) drop() {
	for ; s.una != s.end; s.una++ {
		outgoings.Put(*s.at(s.una))
		*s.at(s.una) = nil
	}
	s.next, s.due = s.end, time.Time{}
}

// dataMost is how many octets of data a packet has.
func (c *Conn) dataMost() int {
	if c.two {
		return c.most - whole
	}
	return c.most - least
}

// queue queues a packet with the begin of v, for which there is room, and consumes that. It returns how many octets that is.
func (c *Conn) queue(v *net.Buffers, control, stream uint8) int {
	o := outgoings.Get().(*outgoing)
	head := least
	if c.two {
		head = whole
	}
	o.n, o.control, o.stream, o.again = head, control, stream, false
	for v != nil && len(*v) > 0 {
		k := copy(o.b[o.n:head+c.dataMost()], (*v)[0])
		o.n += k
		if (*v)[0] = (*v)[0][k:]; len((*v)[0]) > 0 {
			break
		}
		(*v)[0] = nil
		*v = (*v)[1:]
	}
	*c.out.at(c.out.end) = o
	c.out.end++
	return o.n - head
}

// push sends what may be sent.
func (c *Conn) push(now time.Time) {
	s := &c.out
	for s.may() {
		o := *s.at(s.next)
		o.at = now
		seq := s.next
		s.next++
		s.asked++
		ask := !s.may() || s.asked >= ackEvery
		if ask {
			s.asked = 0
		}
		c.transmit(o, seq, ask)
	}
	switch {
	case s.una == s.end || c.state == gone:
		s.due = time.Time{}
	case s.due.IsZero(): // something is on its way, or the peer has no room
		s.due = now.Add(s.wait)
		c.arm(now)
	}
}

// transmit sends a packet.
func (c *Conn) transmit(o *outgoing, seq uint16, ask bool) {
	h := c.header(o.control, o.stream)
	if h.Seq = seq; ask {
		h.Control |= SendAck
	}
	c.in.told = h.Alloc
	p := ipx.Packet{Type: ipx.TypeSPX, Dst: c.peer, Src: c.local}
	h.Append(ipx.AppendHeader(o.b[:0], &p, o.n-ipx.HeaderSize))
	_ = c.send(o.b[:o.n])
}

// retransmit sends the oldest packet again.
func (c *Conn) retransmit() {
	if o := *c.out.at(c.out.una); o != nil && c.out.una != c.out.next {
		o.again = true
		c.h.counts.again.Add(1)
		c.transmit(o, c.out.una, true)
	}
}

// acked takes what a packet says of those that have arrived, and of the room there.
func (c *Conn) acked(h Header, now time.Time) {
	s := &c.out
	more := before(s.alloc, h.Alloc)
	if more {
		s.alloc = h.Alloc
	}
	n := int(int16(h.Ack - s.una))
	if n <= 0 {
		if n == 0 && !more && h.Control&System != 0 && h.Control&Negotiate == 0 && s.flying() > 0 {
			if s.dups++; s.dups == min(dupAcks, max(s.flying()-1, 1)) && !s.recovering { // fewer where fewer can come
				s.lost(max(s.flying()/2, leastBurst))
				c.retransmit()
			}
		}
		if more && s.flying() == 0 {
			s.due, s.tries = time.Time{}, 0
		}
		return
	}
	s.dups, s.tries = 0, 0
	once := !s.recovering // what waited for another that was lost says nothing of the network
	for ; s.una != h.Ack; s.una++ {
		o := *s.at(s.una)
		once = once && !o.again
		if s.una+1 == h.Ack && once {
			s.measured(now.Sub(o.at))
		}
		outgoings.Put(o)
		*s.at(s.una) = nil
	}
	if s.smooth > 0 {
		s.wait = s.waits()
	}
	s.due = time.Time{}
	c.writable.Broadcast()
	if s.recovering && before(s.una, s.recover) {
		c.retransmit() // the next hole
		return
	}
	s.recovering = false
	if s.window < s.threshold {
		s.window = min(s.window+n, maxQueue)
	} else if s.grown += n; s.grown >= s.window {
		s.grown, s.window = 0, min(s.window+1, maxQueue)
	}
}

// lost takes note that a packet is.
func (s *sender) lost(window int) {
	s.recovering, s.recover = true, s.next
	s.threshold = max(s.flying()/2, leastBurst)
	s.window, s.grown = window, 0
}

// measured takes the time that a packet and its acknowledgement took.
func (s *sender) measured(d time.Duration) {
	if s.smooth == 0 {
		s.smooth, s.spread = max(d, 1), d/2
		return
	}
	s.spread += ((d - s.smooth).Abs() - s.spread) / 4
	s.smooth = max(s.smooth+(d-s.smooth)/8, 1)
}

func (s *sender) waits() time.Duration { return min(max(s.smooth+4*s.spread, leastWait), mostWait) }

// late is called when nothing was heard of the oldest packet in time, or a peer without room has said nothing of it.
func (c *Conn) late(now time.Time) {
	s := &c.out
	s.due = time.Time{}
	if s.flying() == 0 {
		if s.una != s.end { // the watchdog decides whether the peer is there at all
			c.say(c.header(System|SendAck, 0), 0)
			s.wait = min(2*s.wait, mostWait)
		}
		c.push(now)
		return
	}
	if s.tries++; s.tries > mostTries {
		c.h.counts.silent.Add(1)
		c.abort()
		c.fail(errTimeout)
		return
	}
	if !s.recovering || s.tries > 1 {
		s.lost(leastBurst / 2)
	}
	s.dups = 0
	s.wait = min(2*s.wait, mostWait)
	c.retransmit()
	s.due = now.Add(s.wait)
}
