package pipe

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Microsoft/go-winio"

	"github.com/opendsom/dsom/transport"
)

// A conn knows who is at its other end, once it has read from there. What is written is handed to a goroutine piece by piece: a write to a pipe that is given up is given up whole, and
// nobody could tell how much of it the peer has read; a piece that is under way when time is over is written, and goes on.
type conn struct {
	net.Conn
	whose func(net.Conn) *transport.Process
	at    string // the pipe's name

	out    net.Conn      // the pieces
	sent   chan struct{} // closed when no piece is written any more
	failed error         // why, once sent is closed; nil: out was closed
	half   atomic.Bool   // the peer is to be told of the end
	closed atomic.Bool

	mu   sync.Mutex
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

func newConn(c net.Conn, whose func(net.Conn) *transport.Process, at string) *conn {
	out, in := net.Pipe()
	p := &conn{Conn: c, whose: whose, at: at, out: out, sent: make(chan struct{})}
	go p.send(in)
	return p
}

// send writes pieces until there are no more.
func (c *conn) send(in net.Conn) {
	defer close(c.sent)
	defer in.Close()
	b := make([]byte, piece)
	for {
		n, err := in.Read(b)
		if err != nil {
			if c.half.Load() {
				_ = c.Conn.(interface{ CloseWrite() error }).CloseWrite() // which waits until the peer has read all
			}
			return
		}
		if _, err := c.Conn.Write(b[:n]); err != nil {
			c.failed = err
			return
		}
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
	n, err := c.Conn.Read(p)
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

// Close lets the last piece go.
func (c *conn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	c.out.Close()
	if c.half.Load() { // for an end that the peer does not fetch nobody waits
		return c.Conn.Close()
	}
	c.Conn.SetReadDeadline(time.Unix(1, 0)) // a reader is woken
	if c.isSent(brief) {
		return c.Conn.Close()
	}
	go func() {
		c.isSent(linger)
		c.Conn.Close()
	}()
	return nil
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

// Identity returns the process at the other end. The server is told who calls with what it reads: before that it is nobody.
func (c *conn) Identity() transport.Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.peer == nil && !c.closed.Load() {
		c.peer = c.whose(c.Conn)
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
