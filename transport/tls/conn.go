package tls

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport"
)

// A conn is a connection that is sealed, or is to be: one that a client has made shakes hands with its first read.
type conn struct {
	*carrier
	tls      *tls.Conn
	peer     string // its address
	server   bool
	session  *session      // of a client
	open     bool          // what is not TLS is read as it comes
	patience time.Duration // for the handshake of a server

	asked, shown atomic.Bool // the server wanted a certificate, and got one
	ready        atomic.Bool // hands are shaken
	plain        atomic.Bool // the client speaks no TLS but GIOP
	refused      atomic.Bool // the client was told that hands are not shaken
	why          atomic.Pointer[error]
	identity     atomic.Pointer[transport.Identity]

	in       sync.Mutex // held by who reads
	ahead    [1]byte    // an octet that was read before it was wanted
	hasAhead bool
	failed   error // what State met

	heard atomic.Bool // an octet has come that was sealed
}

var (
	_ transport.Conn       = (*conn)(nil)
	_ transport.Identified = (*conn)(nil)
)

// errUnready says that a server wrote before its client had shaken hands, which it has no reason to do but to send it away.
var errUnready = errors.New("TLS: the client has not shaken hands yet")

// Handshake shakes hands, if that has not been done. It is done by the first Read as well.
func (c *conn) Handshake() error {
	c.in.Lock()
	defer c.in.Unlock()
	return c.shake()
}

// shake is Handshake for who reads. An error comes again.
func (c *conn) shake() error {
	if c.ready.Load() || c.plain.Load() {
		return nil
	}
	first, err := c.carrier.peek()
	if err != nil {
		return err
	}
	if first == 'G' || c.open && first != recordOfHandshake { // of GIOP; no record of TLS begins so
		c.plain.Store(true)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.patience)
	defer cancel()
	if err := c.tls.HandshakeContext(ctx); err != nil {
		c.refused.Store(true)
		err = c.explain(err)
		c.why.Store(&err)
		return err
	}
	c.shaken()
	return nil
}

// shaken notes that hands are shaken.
func (c *conn) shaken() {
	c.carrier.keep()
	c.ready.Store(true)
}

// recordOfHandshake begins all that a client of TLS sends first (RFC 8446, section 5.1).
const recordOfHandshake = 0x16

// Refused returns why hands were not shaken with a client.
func (c *conn) Refused() error {
	if why := c.why.Load(); why != nil {
		return *why
	}
	return nil
}

// Identity returns who the peer is by its certificate; a server that has not been called yet does not know.
func (c *conn) Identity() transport.Identity {
	if !c.ready.Load() {
		return transport.Identity{Plain: c.plain.Load() && !c.open}
	}
	if k := c.identity.Load(); k != nil {
		return *k
	}
	k := transport.Identity{Sealed: true}
	if s := c.tls.ConnectionState(); len(s.VerifiedChains) > 0 {
		k.Certificates = s.VerifiedChains[0]
	}
	c.identity.Store(&k)
	return k
}

// Read reads what was sealed. An error by which the peer refuses this side is a [transport.HandshakeError]: in TLS 1.3 a
// client learns only then that the server does not take its certificate.
func (c *conn) Read(p []byte) (int, error) {
	c.in.Lock()
	defer c.in.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if err := c.begin(); err != nil {
		return 0, err
	}
	switch {
	case c.plain.Load():
		return c.carrier.Read(p)
	case c.hasAhead:
		c.hasAhead = false
		p[0] = c.ahead[0]
		n, _ := c.rest(p[1:])
		return 1 + n, nil
	}
	n, err := c.tls.Read(p)
	return n, c.readError(n, err)
}

// begin shakes hands, and returns what State has met, or that the peer has asked for too much: what has come behind that is not read.
func (c *conn) begin() error {
	if err := c.shake(); err != nil {
		return err
	}
	if c.carrier.full.Load() {
		return errSealed
	}
	if c.hasAhead {
		return nil
	}
	return c.failed
}

// rest reads what is there already of the record under way.
func (c *conn) rest(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c.carrier.mode = fromMemory
	n, err := c.tls.Read(p)
	c.carrier.mode = mayWait
	if errors.Is(err, errWouldWait) {
		err = nil
	}
	return n, err
}

// readError returns what a read error means. That a peer refuses this side is believed of what it says first: what comes behind an octet of its own ends a connection that was agreed upon.
func (c *conn) readError(n int, err error) error {
	if n > 0 {
		c.heard.Store(true)
	}
	if err == nil || n > 0 {
		return nil // it comes again
	}
	if c.server || c.heard.Load() || temporary(err) {
		return err
	}
	resumed := c.resumed()
	if resumed {
		c.session.forget()
	}
	if a, ok := alertOf(err); ok {
		if r := c.byAlert(a); r != transport.HandshakeFailed {
			return &transport.HandshakeError{Reason: r, Peer: c.peer, Err: err, Resumed: resumed}
		}
	}
	return err
}

// resumed reports whether the session of an earlier connection was resumed.
func (c *conn) resumed() bool { return c.tls.ConnectionState().DidResume }

// ReadChunk takes a chunk when an octet is there: it is read alone, and then the rest of its record.
func (c *conn) ReadChunk() (*transport.Chunk, int, error) {
	c.in.Lock()
	defer c.in.Unlock()
	if err := c.begin(); err != nil {
		return nil, 0, err
	}
	if c.plain.Load() {
		return c.carrier.readChunk()
	}
	if !c.hasAhead {
		n, err := c.tls.Read(c.ahead[:])
		if err := c.readError(n, err); err != nil {
			return nil, 0, err
		}
	}
	c.hasAhead = false
	b := transport.NewChunk()
	b[0] = c.ahead[0]
	n, _ := c.rest(b[1:])
	return b, 1 + n, nil
}

// State looks behind what is no octet of the peer's: tickets, new keys, the word that it writes no more.
func (c *conn) State() transport.State {
	if !c.in.TryLock() { // somebody reads, who will find it
		return transport.Quiet
	}
	defer c.in.Unlock()
	if !c.hasAhead && c.failed == nil && (c.plain.Load() || !c.ready.Load()) {
		return c.carrier.state()
	}
	c.lookAhead()
	switch {
	case c.hasAhead:
		return transport.Waiting
	case c.failed != nil:
		return gone(c.failed)
	}
	return transport.Quiet
}

// gone is the state of a connection that has ended so: who is told why must read that.
func gone(err error) transport.State {
	var e *transport.HandshakeError
	if errors.As(err, &e) {
		return transport.Waiting
	}
	return transport.Gone
}

func temporary(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// Write seals p. When the deadline passes in the middle, what has been sealed by then counts as written, and goes out as soon as the
// peer makes room: a record cannot be taken back.
func (c *conn) Write(p []byte) (int, error) {
	if c.plain.Load() {
		return c.raw.Write(p)
	}
	if !c.ready.Load() {
		return 0, errUnready
	}
	total := 0
	for {
		if err := c.carrier.begin(); err != nil {
			return total, err
		}
		piece := p[total:min(len(p), total+mostRecord)]
		n, err := c.tls.Write(piece)
		if lost := c.carrier.flush(); lost != nil {
			n, err = 0, lost
		}
		total += n
		if err != nil || total == len(p) {
			return total, c.writeError(err)
		}
	}
}

// writeError returns what a write error means.
func (c *conn) writeError(err error) error {
	if err == nil {
		return nil
	}
	if c.carrier.isClosed() {
		return net.ErrClosed
	}
	if refusal := c.lastWord(); refusal != nil && !temporary(err) {
		return refusal
	}
	return err
}

// lastWord returns that the peer refuses this side, if it has said so: one that then closes is written to, as often as not, before it is read.
func (c *conn) lastWord() error {
	if c.server {
		return nil
	}
	if !c.in.TryLock() { // who reads finds it, but others may connect before that
		if c.resumed() && !c.heard.Load() {
			c.session.forget()
		}
		return nil
	}
	defer c.in.Unlock()
	c.lookAhead()
	var e *transport.HandshakeError
	if errors.As(c.failed, &e) {
		return e
	}
	return nil
}

// lookAhead reads an octet, if it is there, or why none comes any more. Hands are shaken.
func (c *conn) lookAhead() {
	if c.hasAhead || c.failed != nil {
		return
	}
	if c.carrier.full.Load() {
		c.failed = errSealed
		return
	}
	c.carrier.mode = whatIsThere
	n, err := c.tls.Read(c.ahead[:])
	c.carrier.mode = mayWait
	if c.hasAhead = n > 0; c.hasAhead {
		c.heard.Store(true)
	} else if err != nil && !errors.Is(err, errWouldWait) {
		if err = c.readError(n, err); !temporary(err) {
			c.failed = err
		}
	}
}

// mostRecord is how much is sealed in one piece (RFC 8446, section 5.1).
const mostRecord = 16 << 10

// WriteBuffers gathers short buffers into records.
func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) {
	if c.plain.Load() {
		return c.raw.WriteBuffers(v)
	}
	var total int64
	var gather *transport.Chunk
	defer func() { gather.Free() }()
	for len(*v) > 0 {
		piece := (*v)[0]
		if len(*v) > 1 && len(piece) < mostRecord {
			if gather == nil {
				gather = transport.NewChunk()
			}
			n := 0
			for _, b := range *v {
				k := copy(gather[n:], b)
				if n += k; k < len(b) {
					break
				}
			}
			piece = gather[:n]
		}
		n, err := c.Write(piece)
		consume(v, n)
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	return total, nil
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

// CloseWrite says that no more will come (close_notify), and leaves the connection below as it is.
func (c *conn) CloseWrite() error {
	if c.plain.Load() {
		return c.raw.CloseWrite()
	}
	if !c.ready.Load() {
		return errUnready
	}
	if err := c.carrier.begin(); err != nil {
		return err
	}
	return errors.Join(c.tls.CloseWrite(), c.carrier.flush())
}

// Close says that no more will come, if there is room for that, and ends the connection.
func (c *conn) Close() error {
	if !c.carrier.closing() {
		return net.ErrClosed
	}
	if c.ready.Load() {
		_ = c.tls.Close() // which the connection below does not outlive
		return nil
	}
	if c.refused.Load() && c.raw.CloseWrite() == nil {
		go c.linger()
		return nil
	}
	return c.raw.Close()
}

// linger reads what a client has written in the belief that hands were shaken, for a while: were it left unread, the system would take back the word by which
// the client is told that they are not.
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

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) SetReadDeadline(t time.Time) error  { return c.raw.SetReadDeadline(t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.carrier.setWriteDeadline(t) }
func (c *conn) SetBusy(busy bool)                  { c.raw.SetBusy(busy) }

// String says what is spoken, for logs.
func (c *conn) String() string {
	if !c.ready.Load() {
		return "no TLS yet"
	}
	s := c.tls.ConnectionState()
	text := fmt.Sprintf("%s, %s", tls.VersionName(s.Version), tls.CipherSuiteName(s.CipherSuite))
	if s.DidResume {
		text += ", resumed"
	}
	return text
}
