package pipe

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Microsoft/go-winio"

	"github.com/opendsom/dsom/transport"
)

// An ender is a pipe of messages, of which one of nothing ends a direction.
type ender interface {
	net.Conn
	CloseWrite() error // waits until the peer has read all
}

// A conn knows who is at its other end, once it has read from there. What is written is handed to a goroutine piece by piece: a write to a pipe that is given up is given up whole, and
// nobody could tell how much of it the peer has read; a piece that is under way when time is over is written, and goes on.
type conn struct {
	ender
	whose func(net.Conn) *transport.Process
	at    string // the pipe's name

	out    net.Conn      // the pieces
	sent   chan struct{} // closed when no piece is written any more
	failed error         // why, once sent is closed; nil: out was closed
	half   atomic.Bool   // the peer is to be told of the end
	closed atomic.Bool
	asked  atomic.Bool // who is at the other end

	mu   sync.Mutex // the pipe is closed under it, so that nobody asks of what is closed
	peer *transport.Process
}

var (
	_ transport.Conn       = (*conn)(nil)
	_ transport.Identified = (*conn)(nil)
)

// The bounds of what is written and has not gone yet.
const (
	piece  = 32 << 10
	linger = 2 * time.Second       // how long the last piece may take once the connection is closed
	brief  = 50 * time.Millisecond // how much of that Close waits for
)

// newConn takes c over, also where it is an error: c is of no messages, and none of an ORB's therefore.
func newConn(c net.Conn, whose func(net.Conn) *transport.Process, at string) (transport.Conn, error) {
	e, ok := c.(ender)
	if !ok {
		c.Close()
		return nil, fmt.Errorf("the pipe %s is none of an ORB's: it has no messages", at)
	}
	out, in := net.Pipe()
	p := &conn{ender: e, whose: whose, at: at, out: out, sent: make(chan struct{})}
	go p.send(in)
	return p, nil
}

// send writes pieces until there are no more.
func (c *conn) send(in net.Conn) {
	b := make([]byte, piece)
	for c.failed == nil {
		n, err := in.Read(b)
		if err != nil {
			break
		}
		_, c.failed = c.ender.Write(b[:n])
	}
	in.Close()
	close(c.sent)
	if c.failed == nil && c.half.Load() {
		_ = c.ender.CloseWrite()
	}
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.out.Write(p)
	if errors.Is(err, io.ErrClosedPipe) {
		err = net.ErrClosed
		if !c.closed.Load() && !c.half.Load() {
			if <-c.sent; c.failed != nil {
				err = c.failed
			}
		}
		err = &net.OpError{Op: "write", Net: Name, Addr: c.RemoteAddr(), Err: err}
	}
	return n, err
}

func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) { return v.WriteTo(c) }

func (c *conn) SetWriteDeadline(t time.Time) error { return c.out.SetWriteDeadline(t) }

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetWriteDeadline(t), c.SetReadDeadline(t))
}

// CloseWrite does not wait until the peer has read what was written.
func (c *conn) CloseWrite() error {
	c.half.Store(true)
	return c.out.Close()
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.ender.Read(p)
	if n > 0 && !c.asked.Swap(true) {
		c.Identity() // later he may be gone
	}
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case c.closed.Load():
		err = net.ErrClosed
	case errors.Is(err, winio.ErrTimeout):
		err = os.ErrDeadlineExceeded
	}
	return n, &net.OpError{Op: "read", Net: Name, Addr: c.RemoteAddr(), Err: err}
}

// ReadChunk holds its chunk while it waits: there is no way here to wait for octets alone.
func (c *conn) ReadChunk() (*transport.Chunk, int, error) { return transport.ReadChunk(c) }

// Close lets the last piece go, but for an end that the peer does not fetch nobody waits.
func (c *conn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	c.out.Close()
	c.SetReadDeadline(time.Unix(1, 0)) // a reader is woken
	if c.isSent(brief) {
		return c.shut()
	}
	go func() {
		c.isSent(linger)
		c.shut()
	}()
	return nil
}

func (c *conn) shut() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ender.Close()
}

// isSent waits until no piece is written any more, d at most.
func (c *conn) isSent(d time.Duration) bool {
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-c.sent:
		return true
	case <-late.C:
		return false
	}
}

// Identity returns the process at the other end. The server is told who calls with what it reads: before that it is nobody. It is asked for with the first octets, and known from then on.
func (c *conn) Identity() transport.Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.peer == nil && !c.closed.Load() {
		c.peer = c.whose(c.ender)
	}
	return transport.Identity{Sealed: true, Process: c.peer}
}

func (c *conn) SetBusy(bool) {}

// State cannot look without waiting; a connection that the peer closed is found when it is used.
func (c *conn) State() transport.State { return transport.Quiet }

func (c *conn) LocalAddr() net.Addr { return address(c.at) }

type address string

func (address) Network() string  { return Name }
func (a address) String() string { return string(a) }
