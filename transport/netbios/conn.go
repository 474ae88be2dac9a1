package netbios

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios/nbss"
)

// A conn is a session. What is written at once is a session message, or as few as can hold it; read, it is a stream of octets. A write that is cut short leaves a
// message that lacks its end, which the next write fills: so nothing is lost, and nothing twice.
type conn struct {
	raw   transport.Conn
	greet func() error // of a server that has not read the session request yet; its error ends the connection
	open  atomic.Bool  // there is a session

	in    sync.Mutex // of who reads, or looks at the state
	left  int        // octets of the message under way
	head  [nbss.HeadSize]byte
	heads int   // octets of head that are there
	err   error // of the stream, for good
	idle  int   // packets without octets, since
	since time.Time
	flood *atomic.Uint64 // counts the session if it is ended for those

	out  [nbss.HeadSize]byte // the head of the message that is written
	rest int                 // octets of it that are to be written yet
	owed int                 // octets that it has promised, and that are not written
	vec  [][]byte
	all  net.Buffers
}

var _ transport.Conn = (*conn)(nil)

// errUnready is the error of a server that writes before it has been asked for a session.
var errUnready = errors.New("there is no session yet: the client has not asked for one")

// Handshake answers the client's session request, if that was not done. Reading does so by itself.
func (c *conn) Handshake() error {
	c.in.Lock()
	defer c.in.Unlock()
	return c.begin()
}

// begin does what has to be done before reading. The lock of readers is held.
func (c *conn) begin() error {
	if c.err == nil && c.greet != nil {
		if c.err = c.greet(); c.err != nil {
			c.raw.Close()
		} else {
			c.open.Store(true)
		}
		c.greet = nil
	}
	return c.err
}

// Read reads what is behind the heads of session messages.
func (c *conn) Read(p []byte) (int, error) {
	c.in.Lock()
	defer c.in.Unlock()
	if err := c.begin(); err != nil || len(p) == 0 {
		return 0, err
	}
	for c.left == 0 {
		n, err := c.raw.Read(c.head[c.heads:])
		if c.heads += n; c.heads == len(c.head) {
			if err := c.next(); err != nil {
				return 0, err
			}
		} else if err != nil {
			return 0, c.cut(err)
		}
	}
	n, err := c.raw.Read(p[:min(len(p), c.left)])
	c.left -= n
	if n > 0 {
		return n, nil
	}
	return 0, c.cut(err)
}

// cut is the error of a stream that ends: within a packet that is no end.
func (c *conn) cut(err error) error {
	if err == io.EOF && (c.left > 0 || c.heads > 0) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// next takes the head that is there whole.
func (c *conn) next() error {
	c.heads = 0
	kind, size, err := nbss.ParseHead(c.head)
	if err == nil && kind != nbss.Message && kind != nbss.KeepAlive {
		err = fmt.Errorf("a %v in the middle of a session", kind)
	}
	if err != nil {
		c.err = &FormError{c.raw.RemoteAddr().String(), err}
		return c.err
	}
	if c.left = size; size > 0 {
		c.idle = 0
		return nil
	}
	return c.without()
}

// without counts a packet that has no octets.
func (c *conn) without() error {
	if now := time.Now(); c.idle == 0 || now.Sub(c.since) > time.Second {
		c.idle, c.since = 0, now
	}
	if c.idle++; c.idle > MostControl {
		c.flood.Add(1)
		c.err = &FormError{c.raw.RemoteAddr().String(), fmt.Errorf("more than %d packets without octets, such as keep alive, in a second (MostControl)", MostControl)}
	}
	return c.err
}

// ReadChunk takes the heads out of what has come.
func (c *conn) ReadChunk() (*transport.Chunk, int, error) {
	c.in.Lock()
	defer c.in.Unlock()
	if err := c.begin(); err != nil {
		return nil, 0, err
	}
	for {
		b, n, err := c.raw.ReadChunk()
		if err != nil {
			return nil, 0, c.cut(err)
		}
		if n = c.strip(b[:n]); n > 0 {
			return b, n, nil
		}
		b.Free()
		if c.err != nil {
			return nil, 0, c.err
		}
	}
}

// strip takes the heads out of b, and returns how many octets are left at its front. An error is kept for the next read.
func (c *conn) strip(b []byte) int {
	n := 0
	for at := 0; at < len(b); {
		if c.left > 0 {
			k := min(c.left, len(b)-at)
			if n != at {
				copy(b[n:], b[at:at+k])
			}
			c.left -= k
			n, at = n+k, at+k
			continue
		}
		k := copy(c.head[c.heads:], b[at:])
		c.heads, at = c.heads+k, at+k
		if c.heads == len(c.head) && c.next() != nil {
			return n
		}
	}
	return n
}

// State looks behind heads, such as those of packets that only keep the session alive.
func (c *conn) State() transport.State {
	if !c.in.TryLock() { // somebody reads, who will find it
		return transport.Quiet
	}
	defer c.in.Unlock()
	for {
		if c.err != nil {
			return transport.Gone
		}
		s := c.raw.State()
		if s != transport.Waiting || c.left > 0 || c.greet != nil {
			return s
		}
		n, err := c.raw.Read(c.head[c.heads:]) // which does not wait: octets are there
		if c.heads += n; c.heads == len(c.head) {
			err = c.next()
		}
		if err != nil && n == 0 {
			return transport.Quiet // a deadline, it may be: who reads is told
		}
	}
}

// Write writes p as session messages.
func (c *conn) Write(p []byte) (int, error) {
	if !c.open.Load() {
		return 0, errUnready
	}
	total := 0
	for total < len(p) {
		if err := c.settle(); err != nil {
			return total, err
		}
		n, err := c.piece(p[total:])
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// settle writes what is left of a head.
func (c *conn) settle() error {
	for c.rest > 0 {
		n, err := c.raw.Write(c.out[len(c.out)-c.rest:])
		c.rest -= n
		if err != nil {
			return err
		}
	}
	return nil
}

// promise begins a message.
func (c *conn) promise(size int) {
	nbss.AppendHead(c.out[:0], nbss.Message, size)
	c.rest, c.owed = len(c.out), size
}

// wrote takes note of octets that went out, those of a head among them, and returns how many others there were.
func (c *conn) wrote(n int) int {
	k := min(n, c.rest)
	c.rest -= k
	c.owed -= n - k
	return n - k
}

// piece writes a part of p: the rest of a message that was promised, or a message.
func (c *conn) piece(p []byte) (int, error) {
	if c.owed > 0 {
		n, err := c.raw.Write(p[:min(len(p), c.owed)])
		return c.wrote(n), err
	}
	p = p[:min(len(p), nbss.MostMessage)]
	c.promise(len(p))
	if len(p) > transport.ChunkSize-nbss.HeadSize {
		c.vec = append(c.vec[:0], c.out[:], p)
		return c.flush()
	}
	b := transport.NewChunk()
	n, err := c.raw.Write(b[:copy(b[copy(b[:], c.out[:]):], p)+len(c.out)])
	b.Free()
	return c.wrote(n), err
}

// flush writes what stands in vec.
func (c *conn) flush() (int, error) {
	c.all = c.vec
	n, err := c.raw.WriteBuffers(&c.all)
	clear(c.vec)
	return c.wrote(int(n)), err
}

// WriteBuffers writes v as session messages, as few as can hold it.
func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) {
	if !c.open.Load() {
		return 0, errUnready
	}
	var total int64
	for len(*v) > 0 {
		if len((*v)[0]) == 0 {
			*v = (*v)[1:]
			continue
		}
		if err := c.settle(); err != nil {
			return total, err
		}
		var n int
		var err error
		if len(*v) == 1 || c.owed > 0 {
			n, err = c.piece((*v)[0])
		} else {
			n, err = c.several(*v)
		}
		total += int64(n)
		consume(v, n)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// several writes a message with the begin of v.
func (c *conn) several(v net.Buffers) (int, error) {
	size := 0
	c.vec = append(c.vec[:0], c.out[:])
	for _, p := range v {
		p = p[:min(len(p), nbss.MostMessage-size)]
		if len(p) > 0 {
			c.vec = append(c.vec, p)
		}
		if size += len(p); size == nbss.MostMessage {
			break
		}
	}
	c.promise(size)
	if size > transport.ChunkSize-nbss.HeadSize {
		return c.flush()
	}
	b := transport.NewChunk()
	n := 0
	for _, p := range c.vec {
		n += copy(b[n:], p)
	}
	clear(c.vec)
	n, err := c.raw.Write(b[:n])
	b.Free()
	return c.wrote(n), err
}

// consume takes n octets, and buffers that are empty then, from v.
func consume(v *net.Buffers, n int) {
	for len(*v) > 0 && n >= len((*v)[0]) {
		n -= len((*v)[0])
		(*v)[0] = nil
		*v = (*v)[1:]
	}
	if n > 0 {
		(*v)[0] = (*v)[0][n:]
	}
}
