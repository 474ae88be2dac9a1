package mem

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/opendsom/dsom/transport"
)

// A stream is one direction of a connection: a ring of octets.
type stream struct {
	mu       sync.Mutex
	readable sync.Cond // octets, an end, or the reader's deadline
	writable sync.Cond // room, an end, or the writer's deadline
	limit    int
	ring     []byte // nil while the stream is empty
	at, n    int    // where the octets begin, and how many there are
	ended    bool   // the writer has said that no more will come
	broken   bool   // the reader has gone: what is written is lost
	closed   bool   // the reader's own end is closed
	shut     bool   // the writer's own end is closed

	read, write deadline
}

// A deadline ends the waiting of one side.
type deadline struct {
	timer  *time.Timer
	passed bool
	set    int // counts, so that a timer that was replaced does nothing
}

func newStream(limit int) *stream {
	s := &stream{limit: limit}
	s.readable.L, s.writable.L = &s.mu, &s.mu
	return s
}

// setDeadline sets d, the deadline of those who wait at cond.
func (s *stream) setDeadline(d *deadline, cond *sync.Cond, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
		s.mu.Lock()
		defer s.mu.Unlock()
		if d.set == set {
			d.passed = true
			cond.Broadcast()
		}
	})
}

// await waits for octets, with the lock held.
func (s *stream) await() error {
	for {
		switch {
		case s.closed:
			return net.ErrClosed
		case s.read.passed:
			return os.ErrDeadlineExceeded
		case s.n > 0:
			return nil
		case s.ended:
			return io.EOF
		}
		s.readable.Wait()
	}
}

// take moves octets to p, with the lock held.
func (s *stream) take(p []byte) int {
	n := 0
	for n < len(p) && s.n > 0 {
		k := copy(p[n:], s.ring[s.at:min(s.at+s.n, len(s.ring))])
		n += k
		s.n -= k
		s.at = (s.at + k) % len(s.ring)
	}
	if s.n == 0 {
		s.at = 0
	}
	s.writable.Broadcast()
	return n
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if err := s.await(); err != nil {
		return 0, err
	}
	return s.take(p), nil
}

func (s *stream) ReadChunk() (*transport.Chunk, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.await(); err != nil {
		return nil, 0, err
	}
	c := transport.NewChunk()
	return c, s.take(c[:]), nil
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for {
		switch {
		case s.shut || s.ended:
			return n, net.ErrClosed
		case s.write.passed:
			return n, os.ErrDeadlineExceeded
		case s.broken:
			return n, syscall.EPIPE
		case n == len(p):
			return n, nil
		}
		if room := s.limit - s.n; room > 0 {
			n += s.put(p[n:min(len(p), n+room)])
			s.readable.Broadcast()
			continue
		}
		s.writable.Wait()
	}
}

// put adds p, for which there is room, with the lock held.
func (s *stream) put(p []byte) int {
	if s.n+len(p) > len(s.ring) {
		ring := make([]byte, min(s.limit, max(512, 2*(s.n+len(p)))))
		k := copy(ring, s.ring[s.at:min(s.at+s.n, len(s.ring))])
		copy(ring[k:], s.ring[:s.n-k])
		s.ring, s.at = ring, 0
	}
	for q := p; len(q) > 0; {
		end := (s.at + s.n) % len(s.ring)
		k := copy(s.ring[end:], q[:min(len(q), len(s.ring)-s.n)])
		s.n += k
		q = q[k:]
	}
	return len(p)
}

func (s *stream) state() transport.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return transport.Gone
	case s.n > 0:
		return transport.Waiting
	case s.ended:
		return transport.Gone
	}
	return transport.Quiet
}

// update changes s and wakes everybody.
func (s *stream) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.readable.Broadcast()
	s.writable.Broadcast()
}

// A conn is one end of a connection.
type conn struct {
	in, out       *stream
	local, remote addr
	once          sync.Once
}

var _ transport.Conn = (*conn)(nil)

func (c *conn) Read(p []byte) (int, error)                 { return c.in.Read(p) }
func (c *conn) ReadChunk() (*transport.Chunk, int, error)  { return c.in.ReadChunk() }
func (c *conn) Write(p []byte) (int, error)                { return c.out.Write(p) }
func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) { return v.WriteTo(c.out) }
func (c *conn) State() transport.State                     { return c.in.state() }
func (c *conn) LocalAddr() net.Addr                        { return c.local }
func (c *conn) RemoteAddr() net.Addr                       { return c.remote }

// Identity says that nobody else reads what is sent: it does not leave the process.
func (*conn) Identity() transport.Identity { return transport.Identity{Sealed: true} }

// SetBusy changes nothing.
func (c *conn) SetBusy(bool) {}

func (c *conn) CloseWrite() error {
	c.out.update(func() { c.out.ended = true })
	return nil
}

// Close ends both directions. What the peer had not read it can still read; what it writes from now on fails.
func (c *conn) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		err = nil
		c.SetDeadline(time.Time{})
		c.out.update(func() { c.out.ended, c.out.shut = true, true })
		c.in.update(func() { c.in.broken, c.in.closed, c.in.n = true, true, 0 })
	})
	return err
}

func (c *conn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.read, &c.in.readable, t)
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.setDeadline(&c.out.write, &c.out.writable, t)
	return nil
}
