package conn_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// A raw is the other end of a connection, in the hands of a test.
type raw struct {
	t *testing.T
	transport.Conn
}

// next reads a message.
func (r raw) next() (giop.Header, []byte) {
	r.t.Helper()
	h, msg, err := r.try()
	if err != nil {
		r.t.Fatalf("reading a message: %v", err)
	}
	return h, msg
}

func (r raw) try() (giop.Header, []byte, error) {
	msg := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(r, msg); err != nil {
		return giop.Header{}, nil, err
	}
	h, err := giop.ParseHeader(msg)
	if err != nil {
		return h, nil, err
	}
	msg = append(msg, make([]byte, h.Size)...)
	_, err = io.ReadFull(r, msg[giop.HeaderSize:])
	return h, msg, err
}

// expect reads a message of a type and returns its request id.
func (r raw) expect(want giop.Type) (id uint32) {
	r.t.Helper()
	h, msg := r.next()
	if h.Type != want {
		r.t.Fatalf("got a %v; want a %v", h.Type, want)
	}
	if id, err := giop.RequestID(h, msg); err == nil {
		return id
	}
	return 0
}

// expectReply reads a reply and holds it against what is wanted.
func (r raw) expectReply(id uint32, body string) {
	r.t.Helper()
	h, msg := r.next()
	if h.Type != giop.TypeReply {
		r.t.Fatalf("got a %v; want a Reply", h.Type)
	}
	got, err := giop.RequestID(h, msg)
	b, err2 := replyBody(h, msg)
	if got != id || string(b) != body || err != nil || err2 != nil {
		r.t.Fatalf("got a reply to %d with %q, %v %v; want one to %d with %q", got, b, err, err2, id, body)
	}
}

// expectEnd holds that nothing comes but the end.
func (r raw) expectEnd() {
	r.t.Helper()
	if b, err := io.ReadAll(r); err != nil || len(b) > 0 {
		r.t.Fatalf("got %q, %v; want the end", b, err)
	}
}

func (r raw) write(msgs ...[]byte) {
	r.t.Helper()
	if _, err := r.Write(bytes.Join(msgs, nil)); err != nil {
		r.t.Fatalf("writing: %v", err)
	}
}

func request(id uint32, op, body string) []byte {
	return appendRequest(nil, cdr.V12, id, op, []byte(body))
}

func reply(id uint32, body string) []byte { return appendReply(nil, cdr.V12, id, []byte(body)) }

// A logbook is what was logged.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (l *logbook) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSuffix(l.b.String(), "\n"), "\n")
}

// serveRaw returns a raw client of a server.
func serveRaw(t *testing.T, o conn.Options, h conn.Handler) (raw, *conn.Conn) {
	return serveRawOver(t, mem.New(), o, h)
}

func serveRawOver(t *testing.T, n *mem.Network, o conn.Options, h conn.Handler) (raw, *conn.Conn) {
	ours, theirs := n.Pipe()
	c := conn.Server(theirs, o, h)
	ended := make(chan struct{})
	go func() {
		c.Run()
		close(ended)
	}()
	t.Cleanup(func() {
		ours.Close()
		c.Close()
		<-ended
	})
	return raw{t, ours}, c
}

// callRaw returns a client and its raw server.
func callRaw(t *testing.T, o conn.Options) (*conn.Conn, raw) {
	return callRawOver(t, mem.New(), o)
}

func callRawOver(t *testing.T, n *mem.Network, o conn.Options) (*conn.Conn, raw) {
	ours, theirs := n.Pipe()
	c := conn.Client(ours, o)
	t.Cleanup(func() {
		theirs.Close()
		c.Close()
	})
	return c, raw{t, theirs}
}

func limited(set map[limits.Name]int64) *limits.Limits {
	l := new(limits.Limits)
	for n, v := range set {
		l.Set(n, v)
	}
	return l
}

// within fails t if f takes longer than d.
func within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if took := time.Since(began); took > d {
		t.Errorf("it took %v; want %v at most", took, d)
	}
}

var errOops = errors.New("oops")
