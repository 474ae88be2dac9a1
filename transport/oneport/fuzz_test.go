package oneport_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/oneport"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

// A fed connection gives what was put into it, step octets at a time, and keeps what is written.
type fed struct {
	net.Conn
	in   *bytes.Reader
	step int
	out  bytes.Buffer
}

func (f *fed) Read(p []byte) (int, error)       { return f.in.Read(p[:min(len(p), f.step)]) }
func (f *fed) Write(p []byte) (int, error)      { return f.out.Write(p) }
func (f *fed) Close() error                     { return nil }
func (f *fed) SetDeadline(time.Time) error      { return nil }
func (f *fed) SetReadDeadline(time.Time) error  { return nil }
func (f *fed) SetWriteDeadline(time.Time) error { return nil }
func (f *fed) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 7} }
func (f *fed) LocalAddr() net.Addr              { return f.RemoteAddr() }

// FuzzFirst: whatever a client begins with at a port of several protocols, and however it is cut, it is read as it speaks unless it begins as TLS does or asks for a WebSocket, and is answered by none of them then.
func FuzzFirst(f *testing.F) {
	ca := certs.New(f, "authority")
	own := ca.Issue(f, certs.Order{})
	sealed, err := tls.New(tls.Config{Certificate: own.Cert, Key: own.Key, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		f.Fatal(err)
	}
	web, err := ws.New(ws.Config{})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"GIOP\x01\x02\x01\x00\x00\x00\x00\x00", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n", "\x00\x00\x00\x00", "G", "PROXY TCP4 ", "\x16"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		raw := &fed{in: bytes.NewReader(data), step: int(step) + 1}
		c := oneport.Over(transport.Wrap(raw), oneport.Config{TLS: sealed, Web: web})
		got, err := io.ReadAll(c)
		var refused *ws.RefusedError
		switch first := bytes.HasPrefix(data, []byte{0x16}); {
		case first:
			if err == nil || len(got) > 0 {
				t.Errorf("%x is read within TLS: %q, %v", data, got, err)
			}
		case errors.As(err, &refused), strings.HasPrefix(raw.out.String(), "HTTP/1.1 101 "):
			if !bytes.HasPrefix(data, []byte("GET ")) {
				t.Errorf("%q is taken for HTTP", data)
			}
		default:
			if !bytes.Equal(got, data) || err != nil || raw.out.Len() > 0 {
				t.Errorf("%q is read as %q, %v; told %q", data, got, err, raw.out.String())
			}
		}
	})
}
