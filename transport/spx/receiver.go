package spx

import (
	"io"
	"net"
	"os"
	"sync"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
)

// mostWindow is how many packets a connection holds at most that were not read, spx-window.
const mostWindow = 64

// An incoming is a packet that has come, and was not read to its end.
type incoming struct {
	at, n   int
	release bool
	b       [ipx.MostFrame]byte
}

var incomings = sync.Pool{New: func() any { return new(incoming) }}

// A receiver is what a connection knows of what it has received: packets first to next are there in order, behind that there may be some.
type receiver struct {
	q           [mostWindow]*incoming
	window      uint16
	first, next uint16
	told        uint16 // the last number for which the peer was told that there is room
	release     bool   // the peer's Release has come in order
	end         bool   // and so has its End
}

// alloc is the last number for which there is room.
func (r *receiver) alloc() uint16 { return r.first + r.window - 1 }

func (r *receiver) at(seq uint16) **incoming { return &r.q[seq%mostWindow] }

// drop frees what did not come in order, and the rest too.
func (r *receiver) drop(all bool) {
	for i := range r.q {
		if seq := r.first + uint16(i); r.q[seq%mostWindow] != nil && (all || !before(seq, r.next)) {
			incomings.Put(r.q[seq%mostWindow])
			r.q[seq%mostWindow] = nil
		}
	}
	if all {
		r.first = r.next
	}
}

// data takes a packet with a number.
func (c *Conn) data(h Header, data []byte) {
	r := &c.in
	if c.shut { // nobody reads any more
		c.unread(h)
		return
	}
	if h.Stream == End { // with a number, and before it something is missing: the peer sends both again
		c.ack(0)
		return
	}
	switch {
	case before(h.Seq, r.next) || *r.at(h.Seq) != nil && !before(r.alloc(), h.Seq):
		c.h.counts.doubled.Add(1)
		c.ack(0)
		return
	case before(r.alloc(), h.Seq) || len(data) > ipx.MostFrame:
		c.h.counts.beyond.Add(1)
		c.ack(0)
		return
	}
	in := incomings.Get().(*incoming)
	in.at, in.release = 0, h.Stream == Release
	in.n = copy(in.b[:], data)
	if h.Control&Attention != 0 {
		if c.attention != nil {
			c.attention(data)
		}
		in.n = 0
	}
	*r.at(h.Seq) = in
	order := h.Seq == r.next
	for r.next != r.first+r.window && *r.at(r.next) != nil {
		if (*r.at(r.next)).release {
			r.release = true
		}
		r.next++
	}
	if order {
		c.readable.Broadcast()
		r.skip()
	}
	if h.Control&SendAck != 0 || !order {
		stream := uint8(0)
		if h.Stream == Release && order {
			stream = Released
		}
		c.ack(stream)
	}
}

// unread takes a packet when nobody will read it: it has arrived, so that a peer that ends the connection too comes to its end.
func (c *Conn) unread(h Header) {
	r := &c.in
	if h.Seq != r.next || h.Stream == End {
		c.ack(0)
		return
	}
	r.next++
	r.first = r.next
	switch {
	case h.Stream == Release:
		r.release = true
		c.ack(Released)
	case h.Control&SendAck != 0:
		c.ack(0)
	}
}

// consume frees the first packet, and those without octets behind it.
func (r *receiver) consume() {
	r.free()
	r.skip()
}

// free frees the first packet.
func (r *receiver) free() {
	in := r.at(r.first)
	incomings.Put(*in)
	*in = nil
	r.first++
}

// skip frees packets without octets that come next: a read finds octets, or the end.
func (r *receiver) skip() {
	for r.first != r.next && (*r.at(r.first)).n == 0 && !(*r.at(r.first)).release {
		r.free()
	}
}

// await waits for octets. The lock is held.
func (c *Conn) await() error {
	for {
		switch {
		case c.shut:
			return net.ErrClosed
		case c.rd.passed:
			return os.ErrDeadlineExceeded
		case c.in.first != c.in.next:
			if (*c.in.at(c.in.first)).release {
				return io.EOF
			}
			return nil
		case c.in.end:
			return io.EOF
		case c.state == gone:
			return c.err
		}
		c.readable.Wait()
	}
}

// move moves octets to p. The lock is held.
func (c *Conn) move(p []byte) int {
	n := 0
	for n < len(p) && c.in.first != c.in.next {
		in := *c.in.at(c.in.first)
		if in.release {
			break
		}
		k := copy(p[n:], in.b[in.at:in.n])
		n += k
		if in.at += k; in.at == in.n {
			c.in.consume()
		}
	}
	// A peer that had little room is told when there is more.
	if r := &c.in; c.state == open && int16(r.told-r.next)+1 <= int16(r.window/4) && r.alloc()-r.told >= (r.window+1)/2 {
		c.ack(0)
	}
	return n
}

// Read reads what has come.
func (c *Conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if err := c.await(); err != nil {
		return 0, err
	}
	return c.move(p), nil
}

// ReadChunk reads what has come into a chunk.
func (c *Conn) ReadChunk() (*transport.Chunk, int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.await(); err != nil {
		return nil, 0, err
	}
	b := transport.NewChunk()
	return b, c.move(b[:]), nil
}

// State tells what a read would find.
func (c *Conn) State() transport.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.shut:
		return transport.Gone
	case c.in.first != c.in.next:
		if (*c.in.at(c.in.first)).release {
			return transport.Gone
		}
		return transport.Waiting
	case c.in.end || c.state == gone:
		return transport.Gone
	}
	return transport.Quiet
}
