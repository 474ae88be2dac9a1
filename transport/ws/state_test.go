package ws_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/ws"
)

// A stuck connection takes nothing, once it is stuck, until it is let go.
type stuck struct {
	transport.Conn
	is    atomic.Bool
	letGo chan struct{}
	tried atomic.Int32
}

func (s *stuck) Write(p []byte) (int, error) {
	if s.is.Load() {
		s.tried.Add(1)
		<-s.letGo
	}
	return s.Conn.Write(p)
}

// openedOver returns a client's end of TCP, what is below the server's, and that, when the WebSocket is open.
func openedOver(t *testing.T) (net.Conn, *stuck, transport.Conn) {
	t.Helper()
	l, err := tcp.New().Listen(t.Context(), transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	e := l.Endpoint()
	client, err := net.Dial("tcp", e.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	client.SetDeadline(time.Now().Add(20 * time.Second))
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	raw := &stuck{Conn: accepted, letGo: make(chan struct{})}
	server := newTransport(t, ws.Config{}).Over(raw)
	t.Cleanup(func() { server.Close() })
	if _, err := io.WriteString(client, request()); err != nil {
		t.Fatal(err)
	}
	if err := server.(interface{ Handshake() error }).Handshake(); err != nil {
		t.Fatal(err)
	}
	said(t, client)
	return client, raw, server
}

// stateUntil asks for the state of a connection until ok.
func stateUntil(t *testing.T, c transport.Conn, ok func(transport.State) bool) {
	t.Helper()
	done := make(chan bool, 1)
	go func() {
		end, is := time.Now().Add(20*time.Second), false
		for !is && time.Now().Before(end) {
			is = ok(c.State())
			time.Sleep(time.Millisecond)
		}
		done <- is
	}()
	select {
	case is := <-done:
		if !is {
			t.Fatal("the state does not come")
		}
	case <-time.After(30 * time.Second):
		t.Fatal("State waits for the peer")
	}
}

// TestStateWaitsForNobody: a peer that pings, and takes no answers, holds up nobody who asks for the state of the connection; and of many pings that came together the last is answered.
func TestStateWaitsForNobody(t *testing.T) {
	client, raw, server := openedOver(t)
	raw.is.Store(true)
	var pings []byte
	for i := range ws.MostControl - 4 {
		pings = append(pings, frame(0x89, fmt.Appendf(nil, "%03d", i))...)
	}
	client.Write(pings)
	stateUntil(t, server, func(s transport.State) bool {
		return s == transport.Quiet && raw.tried.Load() == 1 && raw.State() == transport.Quiet
	})
	raw.is.Store(false)
	close(raw.letGo)
	last := fmt.Appendf(nil, "\x8a\x03%03d", ws.MostControl-5)
	answers := make(chan []byte, 1)
	go func() {
		var got []byte
		for b := make([]byte, 5); !bytes.HasSuffix(got, last); {
			if _, err := io.ReadFull(client, b); err != nil {
				break
			}
			got = append(got, b...)
		}
		answers <- got
	}()
	var got []byte
	stateUntil(t, server, func(transport.State) bool {
		select {
		case got = <-answers:
			return true
		default:
			return false
		}
	})
	if n := len(got) / len(last); !bytes.HasSuffix(got, last) || n > 10 {
		t.Errorf("%d answers, %q", n, got)
	}
}

// TestStateEndTold: a peer that State finds to break the protocol is told so when the connection is closed.
func TestStateEndTold(t *testing.T) {
	client, _, server := openedOver(t)
	client.Write(bytes.Repeat(frame(0x89, nil), ws.MostControl+1))
	stateUntil(t, server, func(s transport.State) bool { return s == transport.Gone })
	server.Close()
	if got, err := io.ReadAll(client); !bytes.HasSuffix(got, []byte{0x88, 2, 1008 >> 8, 1008 & 0xff}) {
		t.Errorf("the client is told %x, %v", got, err)
	}
}
