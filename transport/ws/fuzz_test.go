package ws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/transport"
)

// FuzzFrames: whatever comes, and however it is cut, the octets of messages and the end are the same, and never more than came.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x82\x85\x01\x02\x03\x04hello\x89\x80\x00\x00\x00\x00\x88\x80\x00\x00\x00\x00"), uint8(3), false)
	f.Add([]byte("\x82\xfe\x00\x7e\x00\x00\x00\x00"), uint8(1), false)
	f.Add([]byte("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00x"), uint8(2), true)
	f.Add([]byte("\x02\x01a\x00\x01b\x80\x01c\xc1"), uint8(5), true)
	f.Fuzz(func(t *testing.T, data []byte, cut uint8, client bool) {
		take := func(step int) (out []byte, pings int, err error) {
			r := reader{client: client, ping: func([]byte) { pings++ }}
			for at := 0; at < len(data) && err == nil; {
				b := bytes.Clone(data[at:min(len(data), at+step)])
				var n int
				n, err = r.take(b)
				if n > len(b) {
					t.Fatalf("%d octets of %d", n, len(b))
				}
				out, at = append(out, b[:n]...), at+len(b)
			}
			return out, pings, err
		}
		whole, pings, err := take(max(len(data), 1))
		pieces, pings2, err2 := take(int(cut) + 1)
		if !bytes.Equal(whole, pieces) || pings != pings2 || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("whole: %q, %d pings, %v; in pieces of %d: %q, %d, %v", whole, pings, err, int(cut)+1, pieces, pings2, err2)
		}
		var broken *FrameError
		if err != nil && err != io.EOF && !errors.As(err, &broken) {
			t.Fatalf("got %v", err)
		}
	})
}

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

// FuzzRequest: whatever a client begins with, and however it is cut, it gets a WebSocket, is refused in HTTP with a reason, or is read as it speaks, octet by octet.
func FuzzRequest(f *testing.F) {
	const good = "GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: giop.omniorb.net\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	for _, s := range []string{
		good + "\r\n\x82\x85\x01\x02\x03\x04hello", good + "Origin: https://evil.example\r\n\r\n", good + "Content-Length: 5\r\n\r\n12345", "GET / HTTP/1.0\r\n\r\n", "GIOP\x01\x02\x01\x00", "GE", "GET \r\n\r\n", "GET /%zz HTTP/1.1\r\n" + good[17:] + "\r\n",
	} {
		f.Add([]byte(s), uint16(7))
	}
	server, err := New(Config{Origins: []string{"https://bank.example.org"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, step uint16) {
		raw := &fed{in: bytes.NewReader(data), step: int(step) + 1}
		c := server.over(transport.Wrap(raw), "").(*conn)
		got, err := io.ReadAll(c)
		wrote := raw.out.String()
		var refused *RefusedError
		switch {
		case errors.As(err, &refused):
			if !strings.HasPrefix(wrote, fmt.Sprintf("HTTP/1.1 %d ", refused.Status)) || len(got) > 0 {
				t.Errorf("refused with %v, told %q, read %q", err, wrote, got)
			}
		case strings.HasPrefix(wrote, "HTTP/1.1 101 "):
			if len(got) > len(data) {
				t.Errorf("%d octets of %d", len(got), len(data))
			}
		default:
			if wrote != "" || err != nil || !bytes.Equal(got, data) {
				t.Errorf("%q is read as %q, %v; told %q", data, got, err, wrote)
			}
		}
	})
}

// FuzzAnswer: whatever a server, or a proxy before it, answers to a client, that is an error which says by whom, or a WebSocket.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Type: text/plain\r\n\r\nno",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: giop.omniorb.net\r\n\r\n", "SSH-2.0-x\r\n", "HTTP/1.1 999", "HTTP/1.1 -1 \r\n\r\n",
	} {
		f.Add([]byte(s), uint16(9), true)
		f.Add([]byte(s), uint16(900), false)
	}
	at := transport.Endpoint{Network: Name, Host: "bank.example.org", Port: 80, Path: "/orb"}
	f.Fuzz(func(t *testing.T, data []byte, step uint16, proxy bool) {
		c := Config{}
		if proxy {
			c.Proxy = "http://u:p@proxy.example.org:3128"
		}
		client, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		client.carrier = feeding{&fed{in: bytes.NewReader(data), step: int(step) + 1}}
		got, err := client.Dial(t.Context(), at)
		if (got == nil) == (err == nil) {
			t.Fatalf("%v, %v", got, err)
		}
		if err == nil { // that would be an answer to a key that was drawn a moment ago
			t.Errorf("%q is taken for a WebSocket", data)
		}
		var status *StatusError
		var other *NotHTTPError
		if !errors.As(err, &status) && !errors.As(err, &other) {
			t.Errorf("%q: %v", data, err)
		}
	})
}

// A feeding transport has one connection.
type feeding struct{ to *fed }

func (feeding) Name() string { return "tcp" }
func (f feeding) Dial(context.Context, transport.Endpoint) (transport.Conn, error) {
	return transport.Wrap(f.to), nil
}
func (feeding) Listen(context.Context, transport.Endpoint) (transport.Listener, error) {
	return nil, errors.ErrUnsupported
}
