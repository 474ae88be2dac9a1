package spx

import (
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
)

var _ transport.Conn = (*Conn)(nil)

// A deadline ends the waiting of one side.
type deadline struct {
	timer  *time.Timer
	passed bool
	set    int // counts, so that a timer that was replaced does nothing
}

func (c *Conn) setDeadline(d *deadline, cond *sync.Cond, t time.Time) {
	d.set++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.passed = false
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		cond.Broadcast()
		return
	}
	set := d.set
	d.timer = time.AfterFunc(left, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if d.set == set {
			d.passed = true
			cond.Broadcast()
		}
	})
}

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline ends reads that wait after t.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setDeadline(&c.rd, &c.readable, t)
	return nil
}

// SetWriteDeadline ends writes that wait after t. What they have queued is sent: their result says how much that is.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setDeadline(&c.wr, &c.writable, t)
	return nil
}

// writes says why nothing can be written; nil: it may. Only waits for room if there is none.
func (c *Conn) writes(wait bool) error {
	for {
		switch {
		case c.shut, c.out.released:
			return net.ErrClosed
		case c.wr.passed:
			return os.ErrDeadlineExceeded
		case c.state == gone && c.in.end:
			return ErrEnded
		case c.state == gone:
			return c.err
		case !wait || c.out.room():
			return nil
		}
		c.push(time.Now())
		c.writable.Wait()
	}
}

// Write writes p as a message of SPX, in as few packets as can hold it. It returns when all of it is queued or sent.
func (c *Conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.one[0] = p
	v := net.Buffers(c.one[:])
	n, err := c.write(&v)
	c.one[0] = nil
	return int(n), err
}

// WriteBuffers writes v as a message.
func (c *Conn) WriteBuffers(v *net.Buffers) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write(v)
}

// write queues v, and sends what there is room for.
func (c *Conn) write(v *net.Buffers) (total int64, err error) {
	left := 0
	for _, p := range *v {
		left += len(p)
	}
	if err := c.writes(false); err != nil {
		return 0, err
	}
	for left > 0 {
		if err = c.writes(true); err != nil {
			break
		}
		control := uint8(0)
		if left <= c.dataMost() {
			control = EndOfMsg
		}
		n := c.queue(v, control, 0)
		left -= n
		total += int64(n)
	}
	for len(*v) > 0 && len((*v)[0]) == 0 {
		*v = (*v)[1:]
	}
	c.push(time.Now())
	return total, err
}

// Attend sends p, of one packet at most, past the stream: the peer's program is told of it when it comes, before what is queued there is read (Attention).
func (c *Conn) Attend(p []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(p) == 0 || len(p) > c.dataMost() {
		return fmt.Errorf("limit spx-attention: %d octets, and a packet has 1 to %d", len(p), c.dataMost())
	}
	if err := c.writes(true); err != nil {
		return err
	}
	c.queue(&net.Buffers{p}, Attention|EndOfMsg, 0)
	c.push(time.Now())
	return nil
}

// OnAttention has f be told of what the peer sends past the stream. f must not wait, nor call the connection; its octets are its own until it returns.
func (c *Conn) OnAttention(f func([]byte)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attention = f
}

// CloseWrite ends the direction of writing, when what was written has been sent: by the orderly release of SPX-II. A peer of SPX without that sees a packet without data.
func (c *Conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut {
		return net.ErrClosed
	}
	if c.out.released {
		return nil
	}
	c.out.released = true
	if c.state == gone {
		return nil
	}
	c.queue(nil, 0, Release)
	c.push(time.Now())
	return nil
}

// Close ends the connection. What was written is sent on in the background, for endFor at most; what comes is not read any more. A program that ends before that waits by
// [Host.Flush], or what was written is lost.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut {
		return net.ErrClosed
	}
	c.shut = true
	c.setDeadline(&c.rd, &c.readable, time.Time{})
	c.setDeadline(&c.wr, &c.writable, time.Time{})
	c.readable.Broadcast()
	c.writable.Broadcast()
	if c.state == gone {
		c.in.drop(true)
		return nil
	}
	if c.state < open {
		if c.peerID != 0 {
			c.abort()
		}
		c.fail(net.ErrClosed)
		return nil
	}
	c.in.drop(true)
	now := time.Now()
	if c.in.release && !c.out.released { // both directions end in order
		c.queue(nil, 0, Release)
		c.out.released = true
	}
	c.state, c.probing, c.again, c.tries, c.over = ending, 0, time.Time{}, 0, make(chan struct{})
	c.endBy = now.Add(endFor)
	c.push(now)
	c.finish(now)
	if c.state != gone {
		c.arm(now)
	}
	return nil
}

// SetBusy changes nothing.
func (c *Conn) SetBusy(bool) {}

// LocalAddr returns this side's address.
func (c *Conn) LocalAddr() net.Addr { return Addr(c.local) }

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return Addr(c.peer) }

// Two reports whether the connection is of SPX-II, and how many octets its packets have at most.
func (c *Conn) Two() (two bool, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.two, c.most
}

// An Addr is an address of IPX as package net has them: NET.NODE:PORT, the port, which is the socket, in base 10 as everywhere.
type Addr ipx.Addr

// Network returns the name of the transport.
func (Addr) Network() string { return Name }

// String returns NET.NODE:PORT.
func (a Addr) String() string { return fmt.Sprintf("%s:%d", ipx.Addr(a).Host(), a.Socket) }
