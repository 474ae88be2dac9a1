package oneport_test

import (
	"context"
	"io"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/oneport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A by is what is listened at by all, and called by one.
type by struct {
	transport.Transport
	all transport.Transport
}

func (b by) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	e.Network = b.all.Name()
	l, err := b.all.Listen(ctx, e)
	if err != nil {
		return nil, err
	}
	return named{l, b.Name()}, nil
}

// Accept takes the word with which clients of TCP and TLS begin.
func (n named) Accept() (transport.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil && (n.network == tcp.Name || n.network == tls.Name) {
		_, err = io.ReadFull(c, make([]byte, 4))
	}
	return c, err
}

type named struct {
	transport.Listener
	network string
}

func (n named) Endpoint() transport.Endpoint {
	e := n.Listener.Endpoint()
	e.Network = n.network
	return e
}

// TestSuites: whatever a client speaks at such a port, the connection is as good as at a port of its own.
func TestSuites(t *testing.T) {
	all, ways := together(t)
	for _, way := range ways {
		t.Run(way.Name(), func(t *testing.T) {
			allocates := 0
			if way.Name() == tls.Name || way.Name() == ws.Sealed {
				allocates = 1
			}
			transporttest.Run(t, transporttest.Subject{
				Transport: by{way, all}, Endpoint: transport.Endpoint{Network: way.Name(), Host: "127.0.0.1"}, Lazy: runtime.GOOS != "windows", Allocates: allocates, Many: 30, Queues: way.Name() == tcp.Name,
			})
		})
	}
}

func together(t *testing.T) (transport.Transport, transport.Set) {
	t.Helper()
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	sealed, err := tls.New(tls.Config{Certificate: own.Cert, Key: own.Key, Authorities: ca.File})
	if err != nil {
		t.Fatal(err)
	}
	web, err := ws.New(ws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	both, err := ws.New(ws.Config{TLS: sealed})
	if err != nil {
		t.Fatal(err)
	}
	return oneport.New(tcp.New(), oneport.Config{TLS: sealed, Web: web}), transport.Set{spoken{tcp.New()}, spoken{sealed}, web, both}
}

// spoken is a transport whose clients say something first, as those of GIOP do: else it is not known what they speak.
type spoken struct{ transport.Transport }

func (s spoken) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	c, err := s.Transport.Dial(ctx, e)
	if err == nil {
		_, err = io.WriteString(c, "GIOP")
	}
	return c, err
}

// TestVisitors: who speaks something else is read as he speaks, and is nobody that is sealed, or that should have been.
func TestVisitors(t *testing.T) {
	all, _ := together(t)
	l, err := all.Listen(t.Context(), transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := l.Endpoint()
	var names []string
	for _, e := range l.(interface{ Also() []transport.Endpoint }).Also() {
		if names = append(names, e.Network); e.Port != at.Port || e.Host != at.Host {
			t.Errorf("%v is elsewhere than %v", e, at)
		}
	}
	if !slices.Equal(names, []string{"tls", "ws", "wss"}) {
		t.Errorf("the others are %q", names)
	}
	for _, said := range []string{"GIOP\x01\x02", "SSH-2.0-x\r\n", "GET / HTTP/1.0\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n", "\x00\x00\x00\x00", "G", "GE", "\r\n\r\n"} {
		client, err := net.Dial("tcp", at.Address())
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		server.SetDeadline(time.Now().Add(20 * time.Second))
		io.WriteString(client, said)
		client.(*net.TCPConn).CloseWrite()
		if got, err := io.ReadAll(server); err != nil || string(got) != said {
			t.Errorf("%q is read as %q, %v", said, got, err)
		}
		if k := transport.IdentityOf(server); k.Sealed || k.Plain {
			t.Errorf("%q makes its client %+v", said, k)
		}
		server.Close()
		client.Close()
	}
}
