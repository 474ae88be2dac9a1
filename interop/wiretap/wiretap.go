// Package wiretap listens at the transports of a Go ORB and writes down the GIOP messages that it sends and receives, so
// that a test can hold what one side did against what the other side and tshark saw.
package wiretap

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport"
)

// A Message is a message, or a fragment of one, that crossed a connection of the ORB.
type Message struct {
	Sent      bool // by the ORB; otherwise it was received
	From, To  int  // TCP ports
	Header    giop.Header
	ID        uint32 // request id, of the types that have one; of a Fragment from 1.2 on
	Operation string // of a Request
	Expected  bool   // of a Request: a reply is wanted
	Status    giop.ReplyStatus
	Located   giop.LocateStatus
}

// A Tap records. The zero Tap is ready; it is safe for concurrent use.
type Tap struct {
	// Spoil names operations whose replies are changed on their way, so that a test can see that somebody notices: the last
	// octet becomes another. It is set before the first connection is made.
	Spoil func(operation string) bool

	mu       sync.Mutex
	writing  int       // writes that are under way: what they send is not told yet, and may have been answered
	written  sync.Cond // told when one has ended
	messages []Message
	trouble  []error
}

// write runs a write of a connection, which tells what it has sent before it ends.
func (p *Tap) write(f func()) {
	p.mu.Lock()
	p.writing++
	p.mu.Unlock()
	f()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writing--
	if p.written.L != nil {
		p.written.Broadcast()
	}
}

// settled waits until no write is under way; mu is held.
func (p *Tap) settled() {
	p.written.L = &p.mu
	for p.writing > 0 {
		p.written.Wait()
	}
}

// Messages returns what was recorded so far. What is no GIOP is an error.
func (p *Tap) Messages() ([]Message, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settled()
	if len(p.trouble) > 0 {
		return nil, fmt.Errorf("%d connections carried what is no GIOP: %w", len(p.trouble), p.trouble[0])
	}
	return slices.Clone(p.messages), nil
}

// Count returns how many messages are as wanted.
func (p *Tap) Count(wanted func(Message) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settled()
	n := 0
	for _, m := range p.messages {
		if wanted(m) {
			n++
		}
	}
	return n
}

// Made is for Count: requests that the ORB sent.
func Made(m Message) bool { return m.Sent && m.Header.Type == giop.TypeRequest }

// Answered is for Count: replies that the ORB sent, but for those that say where the object is.
func Answered(m Message) bool {
	return m.Sent && m.Header.Type == giop.TypeReply && m.Status <= giop.SystemException
}

// Oneway is for Count: requests that the ORB received and that want no reply.
func Oneway(m Message) bool { return !m.Sent && m.Header.Type == giop.TypeRequest && !m.Expected }

func (p *Tap) add(m Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, m)
}

func (p *Tap) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = append(p.trouble, err)
}

// On returns t with the tap on all its connections.
func (p *Tap) On(t transport.Transport) transport.Transport { return tapped{t, p} }

// Machine is that of the transport that is tapped.
func (t tapped) Machine() [16]byte {
	if m, ok := t.Transport.(interface{ Machine() [16]byte }); ok {
		return m.Machine()
	}
	return [16]byte{}
}

type tapped struct {
	transport.Transport
	tap *Tap
}

func (t tapped) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	c, err := t.Transport.Dial(ctx, e)
	if err != nil {
		return nil, err
	}
	return newConn(c, t.tap), nil
}

func (t tapped) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	l, err := t.Transport.Listen(ctx, e)
	if err != nil {
		return nil, err
	}
	return listener{l, t.tap}, nil
}

type listener struct {
	transport.Listener
	tap *Tap
}

func (l listener) Accept() (transport.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newConn(c, l.tap), nil
}

// A conn is a connection with a scanner for each direction. One goroutine reads and one writes at a time, as the
// interface has it, so that the scanners need no lock.
type conn struct {
	transport.Conn
	in, out scanner
}

// Identity is that of the connection that is tapped.
func (c *conn) Identity() transport.Identity { return transport.IdentityOf(c.Conn) }

func newConn(c transport.Conn, p *Tap) *conn {
	here, there := port(c.LocalAddr()), port(c.RemoteAddr())
	return &conn{
		Conn: c,
		in:   scanner{tap: p, from: there, to: here},
		out:  scanner{tap: p, from: here, to: there, sent: true},
	}
}

func port(a net.Addr) int {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.Port
	}
	return 0
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.in.spoil(b[:n])
	c.in.scan(b[:n])
	return n, err
}

func (c *conn) ReadChunk() (*transport.Chunk, int, error) {
	b, n, err := c.Conn.ReadChunk()
	if b != nil {
		c.in.spoil(b[:n])
		c.in.scan(b[:n])
	}
	return b, n, err
}

func (c *conn) Write(b []byte) (int, error) {
	if c.out.tap.Spoil != nil {
		b = slices.Clone(b)
		c.out.spoil(b)
	}
	var n int
	var err error
	c.out.tap.write(func() {
		n, err = c.Conn.Write(b)
		c.out.scan(b[:n])
	})
	return n, err
}

func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) {
	all := slices.Clone(*v)
	var n int64
	var err error
	c.out.tap.write(func() {
		n, err = c.Conn.WriteBuffers(v)
		for left := int(n); left > 0; all = all[1:] {
			part := all[0][:min(left, len(all[0]))]
			c.out.scan(part)
			left -= len(part)
		}
	})
	return n, err
}

// A scanner cuts one direction of a connection into messages.
type scanner struct {
	tap      *Tap
	sent     bool
	from, to int
	buf      []byte
	lost     bool // what came was no GIOP
}

func (s *scanner) scan(b []byte) {
	if s.lost {
		return
	}
	s.buf = append(s.buf, b...)
	for len(s.buf) >= giop.HeaderSize {
		h, err := giop.ParseHeader(s.buf)
		if err != nil {
			s.lost = true
			s.tap.fail(fmt.Errorf("from port %d to port %d: %w", s.from, s.to, err))
			return
		}
		end := giop.HeaderSize + int(h.Size)
		if len(s.buf) < end {
			return
		}
		if err := s.message(h, s.buf[:end]); err != nil {
			s.tap.fail(fmt.Errorf("%v from port %d to port %d: %w", h.Type, s.from, s.to, err))
		}
		s.buf = s.buf[end:]
	}
}

func (s *scanner) message(h giop.Header, msg []byte) error {
	m, err := s.read(h, msg)
	s.tap.add(m)
	return err
}

// read reads what is told of a message.
func (s *scanner) read(h giop.Header, msg []byte) (m Message, err error) {
	m = Message{Sent: s.sent, From: s.from, To: s.to, Header: h}
	var d cdr.Decoder
	giop.Open(&d, h, msg, nil)
	switch h.Type {
	case giop.TypeRequest:
		var r giop.Request
		err = r.Parse(h, &d)
		m.ID, m.Operation, m.Expected = r.ID, string(r.Operation), r.Expected()
	case giop.TypeReply:
		var r giop.Reply
		err = r.Parse(h, &d)
		m.ID, m.Status = r.ID, r.Status
	case giop.TypeLocateReply:
		var r giop.LocateReply
		err = r.Parse(h, &d)
		m.ID, m.Located = r.ID, r.Status
	case giop.TypeCloseConnection, giop.TypeMessageError:
	case giop.TypeFragment:
		if h.Version.AtLeast(cdr.V12) {
			m.ID, err = giop.RequestID(h, msg)
		}
	default:
		m.ID, err = giop.RequestID(h, msg)
	}
	return m, err
}
