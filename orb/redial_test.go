package orb_test

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
)

// turnAway listens, and ends so many connections in order when a request has come on them, unanswered; requests on
// further ones are answered. It is what omniORB's server does to a connection that happens to be new when it looks for idle ones.
func turnAway(t *testing.T, times int) (addr string, connections *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections = new(atomic.Int32)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := int(connections.Add(1))
			serveOne(c, n > times)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String(), connections
}

// takeMessage reads a message.
func takeMessage(c net.Conn) (h giop.Header, msg []byte, err error) {
	msg = make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(c, msg); err != nil {
		return h, nil, err
	}
	if h, err = giop.ParseHeader(msg); err != nil {
		return h, nil, err
	}
	msg = append(msg, make([]byte, h.Size)...)
	_, err = io.ReadFull(c, msg[giop.HeaderSize:])
	return h, msg, err
}

// serveOne reads a request and answers it, or closes in order.
func serveOne(c net.Conn, answer bool) {
	c.SetDeadline(time.Now().Add(20 * time.Second))
	h, msg, err := takeMessage(c)
	if err != nil {
		return
	}
	if !answer {
		c.Write(giop.AppendCloseConnection(nil, cdr.V12, true))
		return
	}
	id, err := giop.RequestID(h, msg)
	if err != nil {
		return
	}
	e := cdr.NewEncoder(nil, true, nil)
	giop.Finish(e, giop.BeginReply(e, cdr.V12, id, giop.NoException, nil))
	c.Write(e.Bytes())
	io.Copy(io.Discard, c)
}

// TestTurnedAway holds that a call whose connection the peer ends in order is made again on another one, a bounded number
// of times: the peer has said that it did not take it.
func TestTurnedAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		times int
		fails bool
	}{{0, false}, {1, false}, {3, false}, {100, true}} {
		addr, connections := turnAway(t, c.times)
		o := newClient(t, nil)
		ref, err := o.Resolve(t.Context(), "corbaloc:iiop:1.2@"+addr+"/any")
		if err != nil {
			t.Fatal(err)
		}
		err = EchoClass.Unchecked(ref).Ping(t.Context())
		var sys *exc.SystemException
		switch {
		case c.fails && (!errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Minor != exc.MinorPeerClosed || sys.Completed != exc.No):
			t.Errorf("turned away %d times: %v, want TRANSIENT", c.times, err)
		case !c.fails && err != nil:
			t.Errorf("turned away %d times: %v", c.times, err)
		case int(connections.Load()) != min(c.times, 3)+1:
			t.Errorf("turned away %d times: %d connections", c.times, connections.Load())
		}
	}
}
