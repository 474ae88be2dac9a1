package ws

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport"
)

// What is spoken over a connection.
const (
	undecided = iota // a client's, of which too little has come
	plain            // no WebSocket: octets as they come
	web
)

// A conn is a stream in the frames of a WebSocket. Where the frames begin and end means nothing: a Write is one, unless it was interrupted, which is
// made up for by the next.
type conn struct {
	raw    transport.Conn
	client bool
	spoken atomic.Int32

	// of a server's
	patience time.Duration // for the client's request
	origins  []string
	path     string // that is to be asked for; "": any
	began    time.Time
	refused  atomic.Bool
	denied   error
	why      atomic.Pointer[error] // the client was refused, or has broken the protocol

	in       sync.Mutex // held by who reads
	frames   reader
	chunk    *transport.Chunk // octets that were read before they were wanted, chunk[from:to]
	from, to int
	failed   error // after those

	writing
	closed atomic.Bool

	deadlines sync.Mutex
	readBy    time.Time
	writeBy   time.Time
}

var (
	_ transport.Conn       = (*conn)(nil)
	_ transport.Identified = (*conn)(nil)
)

func newConn(raw transport.Conn, client bool) *conn {
	c := &conn{raw: raw, client: client}
	c.frames.client, c.frames.ping = client, c.asks
	return c
}

// Handshake finds out what the client of a server speaks. It is done by the first Read as well.
func (c *conn) Handshake() error {
	c.in.Lock()
	defer c.in.Unlock()
	return c.begin()
}

// begin finds out what is spoken, and returns what has failed if no octets are left.
func (c *conn) begin() error {
	if c.spoken.Load() == undecided {
		if err := c.hear(); err != nil {
			return err
		}
	}
	if c.chunk == nil {
		return c.failed
	}
	return nil
}

// Refused returns why the client has got no WebSocket, a [RefusedError], or how it has broken the protocol, a [FrameError]; else what the connection below says.
func (c *conn) Refused() error {
	if why := c.why.Load(); why != nil {
		return *why
	}
	return transport.RefusedOf(c.raw)
}

// Identity is that of the connection below.
func (c *conn) Identity() transport.Identity { return transport.IdentityOf(c.raw) }

// Read reads octets of messages. Those of a long frame go straight to where they are wanted.
func (c *conn) Read(p []byte) (int, error) {
	c.in.Lock()
	defer c.in.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if err := c.begin(); err != nil {
			return 0, err
		}
		switch {
		case c.chunk != nil:
			n := copy(p, c.chunk[c.from:c.to])
			if c.from += n; c.from == c.to {
				c.chunk.Free()
				c.chunk = nil
			}
			return n, nil
		case c.spoken.Load() == plain:
			return c.raw.Read(p)
		case c.frames.left > 0:
			n, err := c.raw.Read(p[:min(uint64(len(p)), c.frames.left)])
			c.frames.unmask(p[:n])
			if n > 0 {
				return n, nil
			}
			return 0, c.cut(err)
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
}

// ReadChunk takes the chunk of the connection below, and moves what frames hold to its front.
func (c *conn) ReadChunk() (*transport.Chunk, int, error) {
	c.in.Lock()
	defer c.in.Unlock()
	for {
		if err := c.begin(); err != nil {
			return nil, 0, err
		}
		if c.chunk != nil {
			b := c.chunk
			n := c.to - c.from
			if c.from > 0 {
				copy(b[:], b[c.from:c.to])
			}
			c.chunk = nil
			return b, n, nil
		}
		if c.spoken.Load() == plain {
			return c.raw.ReadChunk()
		}
		if err := c.fill(); err != nil {
			return nil, 0, err
		}
	}
}

// fill reads a chunk and takes it apart: afterwards there are octets, or the end, or neither. What that calls for is said.
func (c *conn) fill() error {
	if err := c.look(); err != nil {
		return err
	}
	c.respond()
	return nil
}

// look is fill without a word.
func (c *conn) look() error {
	b, n, err := c.raw.ReadChunk()
	if err != nil {
		return c.cut(err)
	}
	c.unpack(b, 0, n)
	return nil
}

// respond says what is called for by what has come.
func (c *conn) respond() {
	if c.owesPong() {
		c.answer()
	}
	if code := c.code(); code != normal {
		c.tell(code)
	}
}

// code is the reason by which the peer is told the end.
func (c *conn) code() int {
	why := c.why.Load()
	if why == nil {
		return normal
	}
	if e := (*FrameError)(nil); errors.As(*why, &e) {
		return e.Code
	}
	return normal
}

// unpack takes b[from:to] apart.
func (c *conn) unpack(b *transport.Chunk, from, to int) {
	n, err := c.frames.take(b[from:to])
	if c.chunk = b; n == 0 {
		b.Free()
		c.chunk = nil
	}
	c.from, c.to = from, from+n
	if err != nil {
		c.fail(err)
	}
}

// fail notes the end of what can be read.
func (c *conn) fail(err error) {
	c.failed = err
	var e *FrameError
	if errors.As(err, &e) {
		c.why.Store(&err)
	}
}

// cut returns what an error of the connection below means: an end within a frame is none.
func (c *conn) cut(err error) error {
	if err == io.EOF && (c.frames.left > 0 || c.frames.have > 0) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// State looks behind what is no octet of the peer's. It says nothing itself, since a peer that reads nothing may have that wait: a ping is answered by a goroutine, and why the
// connection ends is told when it is closed.
func (c *conn) State() transport.State {
	if !c.in.TryLock() { // somebody reads, who will find it
		return transport.Quiet
	}
	defer c.in.Unlock()
	defer c.answerLater()
	for {
		switch {
		case c.chunk != nil:
			return transport.Waiting
		case c.failed != nil:
			return transport.Gone
		}
		s := c.raw.State()
		if s != transport.Waiting || c.spoken.Load() != web {
			return s
		}
		if err := c.look(); err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() { // a deadline that has passed
				return transport.Quiet
			}
			return transport.Gone
		}
	}
}

// Close says that no more will come, if there is room for that, and ends the connection.
func (c *conn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	if c.spoken.Load() == web {
		c.tell(c.code())
	}
	if c.refused.Load() && c.raw.CloseWrite() == nil {
		go c.linger()
		return nil
	}
	return c.raw.Close()
}

// linger reads what a client that was refused sends, for a while: were it left unread, the system would take back the answer.
func (c *conn) linger() {
	defer c.raw.Close()
	_ = c.raw.SetReadDeadline(time.Now().Add(lingering))
	_, _ = io.CopyN(io.Discard, c.raw, mostLate)
}

// How long, and for how many octets, a client is listened to that is refused.
const (
	lingering = time.Second
	mostLate  = 256 << 10
)

func (c *conn) LocalAddr() net.Addr  { return c.raw.LocalAddr() }
func (c *conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }
func (c *conn) SetBusy(busy bool)    { c.raw.SetBusy(busy) }

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.readBy = t
	return c.raw.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.writeBy = t
	return c.raw.SetWriteDeadline(t)
}

// readUntil has reads end at t, or at the caller's own deadline, if that is earlier. The zero time is the caller's own alone.
func (c *conn) readUntil(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	if t.IsZero() || !c.readBy.IsZero() && c.readBy.Before(t) {
		t = c.readBy
	}
	return c.raw.SetReadDeadline(t)
}

// briefly calls f, whose writes take so long as an empty buffer needs.
func (c *conn) briefly(f func()) {
	c.deadlines.Lock()
	_ = c.raw.SetWriteDeadline(time.Now().Add(brief))
	c.deadlines.Unlock()
	f()
	c.deadlines.Lock()
	_ = c.raw.SetWriteDeadline(c.writeBy)
	c.deadlines.Unlock()
}

// brief is how long a word of control may take to be written: an empty buffer takes it at once.
const brief = 100 * time.Millisecond
