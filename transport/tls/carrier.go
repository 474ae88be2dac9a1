package tls

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/opendsom/dsom/transport"
)

// A carrier is the connection below, as package tls sees it. It reads without waiting where that is wanted, and takes whatever is
// written: package tls does not survive a write that was interrupted, and the ORB interrupts writes. What the connection has
// not taken when the deadline passes goes out in the background, one record as a rule and a piece of mostRecord at most, before anything else.
type carrier struct {
	raw transport.Conn

	// of who reads
	mode     readMode
	chunk    *transport.Chunk // the first octets, which were looked at
	from, to int
	received bool // an octet

	mu       sync.Mutex
	late     []byte        // what is to go out in the background
	sent     chan struct{} // closed when all of that has gone; nil: there is nothing
	lost     error         // why it cannot
	deadline time.Time     // of writing
	passed   chan struct{} // closed when deadline has passed while somebody waits for sent; remade by the next
	timer    *time.Timer
	closed   bool
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

// Write takes all of p. Only package tls calls it, one at a time.
func (c *carrier) Write(p []byte) (int, error) {
	c.mu.Lock()
	if c.lost != nil {
		defer c.mu.Unlock()
		return 0, c.lost
	}
	if c.sent != nil { // the rest of a piece
		c.late = append(c.late, p...)
		c.mu.Unlock()
		return len(p), nil
	}
	c.mu.Unlock()
	n, err := c.raw.Write(p)
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return n, err
	}
	c.late = append([]byte(nil), p[n:]...)
	c.sent = make(chan struct{})
	if err := c.raw.SetWriteDeadline(time.Time{}); err != nil {
		c.lost = err
		return n, err
	}
	go c.send()
	return len(p), nil
}

// send writes what is late, until nothing is.
func (c *carrier) send() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.lost == nil && len(c.late) > 0 {
		p := c.late
		c.late = nil
		c.mu.Unlock()
		_, err := c.raw.Write(p)
		c.mu.Lock()
		c.lost = err
	}
	if !c.closed {
		_ = c.raw.SetWriteDeadline(c.deadline) // who writes next is told what is wrong
	}
	close(c.sent)
	c.sent = nil
}

// room waits until nothing is late. Its error is that of the deadline for writing, if that passes, or of what went before.
func (c *carrier) room() error {
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

// look returns what room waits for; no channels where it need not.
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
		return nil, nil, nil
	}
	if c.passed == nil {
		c.passed = make(chan struct{})
	}
	c.arm()
	return c.sent, c.passed, nil
}

// arm has those who wait in room look again when the deadline passes. The lock is held.
func (c *carrier) arm() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if c.passed != nil && !c.deadline.IsZero() {
		c.timer = time.AfterFunc(time.Until(c.deadline), c.wake)
	}
}

// wake has those who wait in room look again.
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
		return nil // what is late has none; send sets this one
	}
	return c.raw.SetWriteDeadline(t)
}

// closing begins the end. It reports whether it had not begun before. What is late is given up, as far as the system does not have it.
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
	background := c.sent != nil
	c.mu.Unlock()
	c.wake()
	if background {
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
