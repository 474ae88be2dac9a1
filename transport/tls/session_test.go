package tls_test

import (
	"context"
	ctls "crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
)

// TestOffendedOnce: who refuses every session, and who refuses everybody, has one connection more, and no further.
func TestOffendedOnce(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	own, err := ctls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	var refusesAll atomic.Bool
	base := &ctls.Config{Certificates: []ctls.Certificate{own}}
	picky := base.Clone()
	picky.UnwrapSession = func([]byte, ctls.ConnectionState) (*ctls.SessionState, error) { return nil, errors.New("no") }
	base.GetConfigForClient = func(*ctls.ClientHelloInfo) (*ctls.Config, error) {
		if refusesAll.Load() {
			return nil, errors.New("nobody")
		}
		return picky, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var taken atomic.Int32
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			taken.Add(1)
			s := ctls.Server(c, base)
			if s.Handshake() == nil {
				_, _ = s.Write([]byte("x")) // behind the tickets
			}
			s.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	client := newTransport(t, tls.Config{Authorities: ca.File})
	at, err := transport.ParseEndpoint("tls:" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	meet := func() error {
		c, err := client.Dial(t.Context(), at)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = io.ReadFull(c, make([]byte, 1))
		return err
	}
	for i, want := range []int32{1, 3, 5} {
		if err := meet(); err != nil || taken.Load() != want {
			t.Errorf("call %d: %v, %d connections in all, want %d", i, err, taken.Load(), want)
		}
	}
	refusesAll.Store(true)
	if err := meet(); err == nil || taken.Load() != 7 {
		t.Errorf("where everybody is refused: %v, %d connections", err, taken.Load())
	}
	if err := meet(); err == nil || taken.Load() != 8 { // the session is forgotten
		t.Errorf("again: %v, %d connections", err, taken.Load())
	}
	var shake *transport.HandshakeError
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := client.Dial(ctx, at); err == nil || errors.As(err, &shake) {
		t.Errorf("a ctx that has ended: %v", err)
	}
}

// An alerted connection below says in the peer's name that it refuses this side's certificate, once it is told to.
type alerted struct {
	transport.Conn
	now atomic.Bool
}

func (a *alerted) Read(p []byte) (int, error) {
	if a.now.Load() {
		return 0, &net.OpError{Op: "remote error", Err: ctls.AlertError(42)}
	}
	return a.Conn.Read(p)
}

// TestRefusedBehindAnOctet: that a peer refuses this side, so that nothing has been carried out, is believed of what it says first, and of nothing that comes later.
func TestRefusedBehindAnOctet(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	tr := newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key, Authorities: ca.File})
	l, err := tr.Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, heard := range []bool{false, true} {
		ended := make(chan error, 1)
		go func() {
			c, err := l.Accept()
			if err == nil {
				err = c.(interface{ Handshake() error }).Handshake()
			}
			if err == nil {
				_, err = c.Write([]byte("x"))
				defer c.Close()
			}
			ended <- err
		}()
		at := l.Endpoint()
		at.Network = tcp.Name
		raw, err := tcp.New().Dial(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		below := &alerted{Conn: raw}
		c, err := tr.Client(t.Context(), below, at)
		if err != nil {
			t.Fatal(err)
		}
		if heard {
			if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
		below.now.Store(true)
		_, err = c.Read(make([]byte, 1))
		var shake *transport.HandshakeError
		if errors.As(err, &shake) == heard || !heard && shake.Reason != transport.CertificateRefused || err == nil {
			t.Errorf("behind an octet (%v): %v", heard, err)
		}
		c.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
