package tls

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport"
)

// A carrier is the connection below, as package tls sees it. It reads without waiting where that is wanted. What package tls writes once hands are shaken is kept in memory, and
// written to the system by who writes, or by a goroutine of its own if nobody does: package tls writes under a lock that it wants for reading too, when new keys are asked for, and for
// closing, and it does not survive a write that was interrupted, and the ORB interrupts writes. What the connection below has
// not taken when the deadline passes goes out in the background, one record as a rule and a piece of mostRecord at most, before anything else.
type carrier struct {
	raw transport.Conn

	// of who reads
	mode     readMode
	chunk    *transport.Chunk // the first octets, which were looked at
	from, to int
	received bool        // an octet
	full     atomic.Bool // lost is errSealed

	mu       sync.Mutex
	keeps    bool          // hands are shaken: before that nobody writes but who reads, and straight to the connection below
	sealed   *[]byte       // records that are to go out; nil: none are
	going    int           // octets of others, which the connection below is given
	writing  bool          // somebody writes, who sends what is sealed by then
	sent     chan struct{} // closed when all that is sealed has gone out in the background; nil: nothing does
	lost     error         // why nothing can be written any more
	deadline time.Time     // of writing
	passed   chan struct{} // closed when deadline has passed while somebody waits for sent; remade by the next
	timer    *time.Timer
	closed   bool
}

// mostSealed is how many octets are kept that the connection below has not taken: a piece of mostRecord in short records, and answers to the peer's words on keys.
const mostSealed = 64 << 10

var errSealed = fmt.Errorf("TLS: the peer has more to be answered than it reads: limit tls-sealed, %d octets", mostSealed)

// sealeds are buffers for a record of full length, as a rule.
var sealeds = sync.Pool{New: func() any { b := make([]byte, 0, mostRecord+1<<10); return &b }}

func freeSealed(b *[]byte) {
	if cap(*b) <= 2*mostRecord {
		*b = (*b)[:0]
		sealeds.Put(b)
	}
}

type readMode uint8

const (
	mayWait     readMode = iota
	whatIsThere          // what the system has; errWouldWait if it has nothing
	fromMemory           // errWouldWait: the system is not asked
)

// errWouldWait is a net.Error that package tls takes for no end.
var errWouldWait net.Error = wouldWait{}

type wouldWait struct{}

func (wouldWait) Error() string   { return "TLS: nothing is there to be read" }
func (wouldWait) Timeout() bool   { return true }
func (wouldWait) Temporary() bool { return true }

func newCarrier(raw transport.Conn) *carrier { return &carrier{raw: raw} }

// peek returns the first octet, and leaves it.
func (c *carrier) peek() (byte, error) {
	if c.chunk == nil {
		var err error
		if c.chunk, c.to, err = c.raw.ReadChunk(); err != nil {
			return 0, err
		}
		c.received = true
	}
	return c.chunk[c.from], nil
}

// Read reads below.
func (c *carrier) Read(p []byte) (int, error) {
	if c.chunk != nil {
		n := copy(p, c.chunk[c.from:c.to])
		if c.from += n; c.from == c.to {
			c.chunk.Free()
			c.chunk = nil
		}
		return n, nil
	}
	if c.full.Load() {
		return 0, errSealed
	}
	if c.mode == fromMemory || c.mode == whatIsThere && c.raw.State() == transport.Quiet {
		return 0, errWouldWait
	}
	n, err := c.raw.Read(p)
	c.received = c.received || n > 0
	return n, err
}

// readChunk is ReadChunk below.
func (c *carrier) readChunk() (*transport.Chunk, int, error) {
	if c.chunk == nil {
		return c.raw.ReadChunk()
	}
	b := c.chunk
	n := copy(b[:], b[c.from:c.to])
	c.chunk, c.from, c.to = nil, 0, 0
	return b, n, nil
}

// state is State below.
func (c *carrier) state() transport.State {
	if c.chunk != nil {
		return transport.Waiting
	}
	return c.raw.State()
}

// nothing reports whether no octet has ever come.
func (c *carrier) nothing() bool { return !c.received }

// Write keeps p, which package tls has sealed. It waits for nothing, but in a handshake, and for the last word to go out. What cannot be written any more it forgets, which flush and begin tell:
// package tls would not change the keys by which it reads if its answer to a peer's new ones failed, and take all that comes behind that for forged.
func (c *carrier) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	busy := c.writing || c.sent != nil
	switch {
	case c.lost != nil && c.keeps:
		return len(p), nil
	case !c.keeps, c.closed && !busy:
		c.mu.Unlock()
		defer c.mu.Lock()
		return c.raw.Write(p)
	}
	if c.sealed == nil {
		c.sealed = sealeds.Get().(*[]byte)
	}
	if c.going+len(*c.sealed)+len(p) > mostSealed {
		c.lost = errSealed
		c.full.Store(true)
		return len(p), nil
	}
	*c.sealed = append(*c.sealed, p...)
	if !busy { // what who reads has to answer
		c.background()
	}
	return len(p), nil
}

// background has what is sealed go out without anybody's waiting for it. The lock is held.
func (c *carrier) background() {
	if c.lost = c.raw.SetWriteDeadline(time.Time{}); c.lost == nil {
		c.sent = make(chan struct{})
		go c.send()
	}
}

// send writes what is sealed, until nothing is.
func (c *carrier) send() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.lost == nil && c.sealed != nil {
		_, err := c.put()
		c.lost = err
	}
	if !c.closed {
		_ = c.raw.SetWriteDeadline(c.deadline) // who writes next is told what is wrong
	}
	close(c.sent)
	c.sent = nil
}

// put writes what is sealed, and returns what was not taken of it. The lock is held, but not while it waits.
func (c *carrier) put() (rest *[]byte, err error) {
	b := c.sealed
	c.sealed, c.going = nil, len(*b)
	c.mu.Unlock()
	n, err := c.raw.Write(*b)
	c.mu.Lock()
	c.going = 0
	if err == nil {
		freeSealed(b)
		return nil, nil
	}
	*b = (*b)[:copy(*b, (*b)[n:])]
	return b, err
}

// flush sends what is sealed. When the deadline passes in the middle, the rest goes out in the background. It ends what begin has begun.
func (c *carrier) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.lost == nil && c.sealed != nil && c.sent == nil {
		rest, err := c.put()
		switch {
		case err == nil:
		case c.closed || !errors.Is(err, os.ErrDeadlineExceeded):
			c.lost = err
		default:
			if c.sealed != nil { // while that was written
				*rest = append(*rest, *c.sealed...)
			}
			c.sealed = rest
			c.background()
		}
	}
	c.writing = false
	return c.lost
}

// begin waits until nothing goes out in the background, and begins to write, which flush ends. Its error is that of the deadline for writing, if that passes, or of what went before.
func (c *carrier) begin() error {
	for {
		sent, passed, err := c.look()
		if sent == nil || err != nil {
			return err
		}
		select {
		case <-sent:
		case <-passed:
		}
	}
}

// look begins to write, or returns what begin waits for.
func (c *carrier) look() (sent, passed chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.lost != nil:
		return nil, nil, c.lost
	case c.closed:
		return nil, nil, net.ErrClosed
	case !c.deadline.IsZero() && !time.Now().Before(c.deadline):
		return nil, nil, os.ErrDeadlineExceeded
	case c.sent == nil:
		c.writing = true
		return nil, nil, nil
	}
	if c.passed == nil {
		c.passed = make(chan struct{})
	}
	c.arm()
	return c.sent, c.passed, nil
}

// keep has what is written kept from now on: hands are shaken.
func (c *carrier) keep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keeps = true
}

// arm has those who wait in begin look again when the deadline passes. The lock is held.
func (c *carrier) arm() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if c.passed != nil && !c.deadline.IsZero() {
		c.timer = time.AfterFunc(time.Until(c.deadline), c.wake)
	}
}

// wake has those who wait in begin look again.
func (c *carrier) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.passed != nil {
		close(c.passed)
		c.passed = nil
	}
}

func (c *carrier) setWriteDeadline(t time.Time) error {
	defer c.wake()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	if c.sent != nil {
		return nil // what goes out in the background has none; send sets this one
	}
	return c.raw.SetWriteDeadline(t)
}

// closing begins the end. It reports whether it had not begun before. What is sealed is given up, as far as the system does not have it.
func (c *carrier) closing() bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	c.closed = true
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	busy := c.writing || c.sent != nil
	c.mu.Unlock()
	c.wake()
	if busy {
		_ = c.raw.Close() // nobody is to wait for who does not read
	}
	return true
}

func (c *carrier) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// Close is package tls's: when its handshake is given up, and at the end.
func (c *carrier) Close() error { return c.raw.Close() }

// SetDeadline, SetReadDeadline and SetWriteDeadline are package tls's: for its last word. It may take as long as an empty buffer needs.
func (c *carrier) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}
func (c *carrier) SetReadDeadline(t time.Time) error { return c.raw.SetReadDeadline(t) }
func (c *carrier) SetWriteDeadline(t time.Time) error {
	if !c.isClosed() {
		return nil // CloseWrite: the deadline stays the caller's
	}
	return c.raw.SetWriteDeadline(time.Now().Add(closing))
}

func (c *carrier) LocalAddr() net.Addr  { return c.raw.LocalAddr() }
func (c *carrier) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

var _ io.ReadWriteCloser = (*carrier)(nil)
