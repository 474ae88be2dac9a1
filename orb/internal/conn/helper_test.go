package conn_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
	"github.com/opendsom/dsom/transport/tcp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A request as the tests write and read it: the operation's name, and octets as its body.

func appendRequest(dst []byte, v cdr.Version, id uint32, op string, body []byte) []byte {
	var e cdr.Encoder
	e.Reset(dst, true, nil)
	putRequest(&e, v, id, op, body)
	return e.Bytes()
}

func putRequest(e *cdr.Encoder, v cdr.Version, id uint32, op string, body []byte) {
	m := giop.BeginRequest(e, v, &giop.RequestHead{ID: id, Flags: giop.SyncTarget, Key: []byte("key"), Operation: op})
	e.OctetSeq(body)
	giop.Finish(e, m)
}

func appendReply(dst []byte, v cdr.Version, id uint32, body []byte) []byte {
	var e cdr.Encoder
	e.Reset(dst, true, nil)
	putReply(&e, v, id, body)
	return e.Bytes()
}

func putReply(e *cdr.Encoder, v cdr.Version, id uint32, body []byte) {
	m := giop.BeginReply(e, v, id, giop.NoException, nil)
	e.OctetSeq(body)
	giop.Finish(e, m)
}

// replyBody returns the octets that a reply carries.
func replyBody(h giop.Header, msg []byte) ([]byte, error) {
	var d cdr.Decoder
	giop.Open(&d, h, msg, nil)
	var r giop.Reply
	if err := r.Parse(h, &d); err != nil {
		return nil, err
	}
	b := d.OctetSeqView()
	return b, d.Err()
}

// A server of the tests: what a request's operation does.
type handler struct {
	serve func(w *conn.Work, op string, body []byte) (reply []byte, ok bool)
}

func (h *handler) Serve(w *conn.Work) {
	var d cdr.Decoder
	giop.Open(&d, w.Header, w.Message, nil)
	if w.Header.Type == giop.TypeLocateRequest {
		var q giop.LocateRequest
		if err := q.Parse(w.Header, &d); err != nil {
			w.Fail(err)
			return
		}
		var e cdr.Encoder
		e.Reset(w.Out, true, nil)
		giop.Finish(&e, giop.BeginLocateReply(&e, w.Header.Version, q.ID, giop.ObjectHere))
		w.Out = e.Bytes()
		return
	}
	var r giop.Request
	if err := r.Parse(w.Header, &d); err != nil {
		w.Fail(err)
		return
	}
	body := d.OctetSeqView()
	if err := d.Err(); err != nil {
		w.Fail(err)
		return
	}
	reply, ok := body, true
	if h.serve != nil {
		reply, ok = h.serve(w, string(r.Operation), body)
	}
	if ok && r.Expected() {
		var e cdr.Encoder
		e.Reset(w.Out, true, nil)
		if w.Conn().Borrows() {
			e.Borrow()
		}
		putReply(&e, w.Header.Version, r.ID, reply)
		w.Out, w.Loans = e.Parts()
	}
}

// fastHandler answers without allocating.
type fastHandler struct{}

func (fastHandler) Serve(w *conn.Work) {
	var d cdr.Decoder
	giop.Open(&d, w.Header, w.Message, nil)
	var r giop.Request
	if r.Parse(w.Header, &d) != nil {
		return
	}
	w.Out = appendReply(w.Out, w.Header.Version, r.ID, d.OctetSeqView())
}

// do makes one call and returns a copy of what came back.
func do(ctx context.Context, c *conn.Conn, call *conn.Call, deadline time.Time, op string, body []byte) ([]byte, error) {
	id, err := c.Reserve(ctx, call, deadline)
	if err != nil {
		return nil, err
	}
	defer call.Release()
	var e cdr.Encoder
	e.Reset(nil, true, nil)
	if c.Borrows() {
		e.Borrow()
	}
	putRequest(&e, cdr.V12, id, op, body)
	msg, loans := e.Parts()
	if err := c.RoundTrip(ctx, call, msg, loans...); err != nil {
		return nil, err
	}
	b, err := replyBody(call.Header, call.Reply)
	return append([]byte(nil), b...), err
}

// A pair is a client and a server connected.
type pair struct {
	client, server *conn.Conn
	ended          chan struct{} // Run has returned
}

func (p *pair) close() {
	p.client.Close()
	p.server.Close()
	<-p.ended
}

func connect(t testing.TB, ours, theirs transport.Conn, l *limits.Limits, h conn.Handler) *pair {
	t.Helper()
	p := &pair{
		client: conn.Client(ours, conn.Options{Limits: l}),
		server: conn.Server(theirs, conn.Options{Limits: l}, h),
		ended:  make(chan struct{}),
	}
	go func() {
		p.server.Run()
		close(p.ended)
	}()
	return p
}

// connectBoth is connect for a connection over which both sides make requests.
func connectBoth(ours, theirs transport.Conn, o conn.Options, h conn.Handler) *pair {
	p := &pair{
		client: conn.Both(ours, o, h),
		server: conn.Server(theirs, o, h),
		ended:  make(chan struct{}),
	}
	go func() {
		p.server.Run()
		close(p.ended)
	}()
	return p
}

func memPair(t testing.TB, l *limits.Limits, h conn.Handler) *pair {
	ours, theirs := mem.New().Pipe()
	return connect(t, ours, theirs, l, h)
}

// tcpConns returns the two ends of a connection over the loopback.
func tcpConns(t testing.TB) (ours, theirs transport.Conn) {
	t.Helper()
	tr := tcp.New()
	l, err := tr.Listen(context.Background(), transport.Endpoint{Network: "tcp", Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if ours, err = tr.Dial(context.Background(), l.Endpoint()); err != nil {
		t.Fatal(err)
	}
	if theirs, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

func tcpPair(t testing.TB, l *limits.Limits, h conn.Handler) *pair {
	ours, theirs := tcpConns(t)
	return connect(t, ours, theirs, l, h)
}

func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func isAll(err error, targets ...error) bool {
	for _, t := range targets {
		if !errors.Is(err, t) {
			return false
		}
	}
	return true
}
