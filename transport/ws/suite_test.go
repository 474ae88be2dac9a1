package ws_test

import (
	"runtime"
	"testing"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/proxyhttp"
	"github.com/opendsom/dsom/internal/race"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

var here = transport.Endpoint{Network: ws.Name, Host: "127.0.0.1"}

func newTransport(t testing.TB, c ws.Config) *ws.Transport {
	t.Helper()
	w, err := ws.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{Transport: newTransport(t, ws.Config{}), Endpoint: here, Lazy: runtime.GOOS != "windows"})
}

// TestSuiteSealed is the suite within TLS, through a proxy of HTTP.
func TestSuiteSealed(t *testing.T) {
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	sealed, err := tls.New(tls.Config{Certificate: own.Cert, Key: own.Key, Authorities: ca.File})
	if err != nil {
		t.Fatal(err)
	}
	p := proxyhttp.Start(t)
	at := here
	at.Network = ws.Sealed
	transporttest.Run(t, transporttest.Subject{
		Transport: newTransport(t, ws.Config{TLS: sealed, Proxy: "http://bank:secret@" + p.Address}), Endpoint: at, Lazy: runtime.GOOS != "windows", Allocates: 1,
		Many: 30,
	})
	if asked := p.Asked(); len(asked) == 0 || asked[0].User != "bank:secret" {
		t.Errorf("the proxy was asked %v", asked)
	}
}

// TestWriteAllocatesNothing: a short Write is as good as buffers, on either side.
func TestWriteAllocatesNothing(t *testing.T) {
	by := newTransport(t, ws.Config{})
	l, err := by.Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	came := make(chan transport.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			err = c.(interface{ Handshake() error }).Handshake()
		}
		if err != nil {
			t.Error(err)
		}
		came <- c
	}()
	client, err := by.Dial(t.Context(), l.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server := <-came
	defer server.Close()
	word := []byte("a short message")
	for _, ends := range [][2]transport.Conn{{client, server}, {server, client}} {
		n := testing.AllocsPerRun(500, func() {
			if _, err := ends[0].Write(word); err != nil {
				t.Fatal(err)
			}
			b, _, err := ends[1].ReadChunk()
			if err != nil {
				t.Fatal(err)
			}
			b.Free()
		})
		if n > 0 && !race.Enabled {
			t.Errorf("%v allocations", n)
		}
	}
}
