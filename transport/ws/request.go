package ws

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	crand "crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/opendsom/dsom/transport"
)

// A StatusError says that a server of HTTP, or a proxy, has refused what it was asked for.
type StatusError struct {
	By     string // "the proxy", or "the server"
	Peer   string // its address
	Status string // such as "403 Forbidden"
	Text   string // what it says besides, shortened
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s at %s answers %q", e.By, e.Peer, e.Status)
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// A NotHTTPError says that what answers is no server of HTTP.
type NotHTTPError struct {
	By, Peer string
	Err      error
}

func (e *NotHTTPError) Error() string {
	return fmt.Sprintf("%s at %s does not answer by HTTP: %v", e.By, e.Peer, e.Err)
}
func (e *NotHTTPError) Unwrap() error { return e.Err }

// checkLiteral asks the guard of ctx about a host that is an address, which a proxy would connect to.
func checkLiteral(ctx context.Context, host string) error {
	if allow := transport.GuardOf(ctx); allow != nil {
		if at, err := netip.ParseAddr(host); err == nil {
			return allow(at)
		}
	}
	return nil
}

// tunnel asks the proxy, which raw leads to, for a connection to e (RFC 9110, section 9.3.6).
func (t *Transport) tunnel(ctx context.Context, raw transport.Conn, e transport.Endpoint) error {
	at := e.Address()
	request := "CONNECT " + at + " HTTP/1.1\r\nHost: " + at + "\r\n"
	if t.user != nil {
		password, _ := t.user.Password()
		request += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(t.user.Username()+":"+password)) + "\r\n"
	}
	answer, chunk, head, n, err := exchange(ctx, raw, request+"\r\n", http.MethodConnect, "the proxy")
	if err != nil {
		return err
	}
	defer chunk.Free()
	switch {
	case answer.StatusCode/100 != 2:
		return status(answer, "the proxy", raw, chunk[head:n])
	case n > head:
		return &NotHTTPError{"the proxy", raw.RemoteAddr().String(), fmt.Errorf("%d octets stand behind the answer, where the client is to speak", n-head)}
	}
	return nil
}

// ask asks the server for a WebSocket (RFC 6455, section 4.1).
func (c *conn) ask(ctx context.Context, e transport.Endpoint) error {
	var key [16]byte
	crand.Read(key[:])
	text := base64.StdEncoding.EncodeToString(key[:])
	// omniORB compares the fields' values whole
	request := "GET " + cmp.Or(e.Path, "/") + " HTTP/1.1\r\nHost: " + e.Address() + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " + Protocol +
		"\r\nSec-WebSocket-Key: " + text + "\r\n\r\n"
	answer, chunk, head, n, err := exchange(ctx, c.raw, request, http.MethodGet, "the server")
	if err != nil {
		return err
	}
	wrong := ""
	switch h := answer.Header; {
	case answer.StatusCode != http.StatusSwitchingProtocols:
		defer chunk.Free()
		return status(answer, "the server", c.raw, chunk[head:n])
	case !has(h, "Upgrade", "websocket") || !has(h, "Connection", "upgrade"):
		wrong = "it does not say that it goes over to WebSocket"
	case h.Get("Sec-WebSocket-Accept") != accept(text):
		wrong = "Sec-WebSocket-Accept is not what follows from the request"
	case h.Get("Sec-WebSocket-Protocol") != Protocol:
		wrong = "the subprotocol is not " + Protocol
	case h.Get("Sec-WebSocket-Extensions") != "":
		wrong = "it takes extensions, and none was offered"
	}
	if wrong != "" {
		chunk.Free()
		return &StatusError{"the server", c.raw.RemoteAddr().String(), answer.Status, wrong}
	}
	c.spoken.Store(web)
	c.unpack(chunk, head, n)
	c.respond()
	return nil
}

// exchange writes a request and reads the head of the answer, which is the first head of the n octets in the chunk that it returns. It ends when ctx does.
func exchange(ctx context.Context, raw transport.Conn, request, method, by string) (answer *http.Response, chunk *transport.Chunk, head, n int, err error) {
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if !stop() || ctx.Err() != nil {
			err = ctx.Err()
		} else if err == nil {
			err = raw.SetDeadline(time.Time{})
		}
		if err != nil {
			chunk.Free()
			chunk = nil
		}
	}()
	if _, err = io.WriteString(rawWriter{raw}, request); err != nil {
		return nil, nil, 0, 0, err
	}
	bad := func(err error) error { return &NotHTTPError{by, raw.RemoteAddr().String(), err} }
	if chunk, n, err = raw.ReadChunk(); err != nil {
		if err == io.EOF {
			err = bad(err)
		}
		return nil, nil, 0, 0, err
	}
	const begins = "HTTP/1."
	for {
		if string(chunk[:min(n, len(begins))]) != begins[:min(n, len(begins))] {
			return nil, chunk, 0, 0, bad(fmt.Errorf("it begins with %.16q", chunk[:n]))
		}
		if end := bytes.Index(chunk[:n], []byte("\r\n\r\n")); end >= 0 && end+4 <= MostHead {
			head = end + 4
			break
		}
		if n >= MostHead {
			return nil, chunk, 0, 0, bad(fmt.Errorf("the head has more than %d octets (MostHead)", MostHead))
		}
		m, err := raw.Read(chunk[n:MostHead])
		if n += m; m == 0 && err != nil {
			if err == io.EOF {
				err = bad(io.ErrUnexpectedEOF)
			}
			return nil, chunk, 0, 0, err
		}
	}
	answer, err = http.ReadResponse(bufio.NewReader(bytes.NewReader(chunk[:head])), &http.Request{Method: method})
	if err != nil {
		return nil, chunk, 0, 0, bad(err)
	}
	return answer, chunk, head, n, nil
}

// status is the error of an answer that is none wanted, of whose body some octets are there.
func status(answer *http.Response, by string, raw transport.Conn, body []byte) error {
	const most = 200
	e := &StatusError{By: by, Peer: raw.RemoteAddr().String(), Status: answer.Status}
	if ct := answer.Header.Get("Content-Type"); len(ct) >= 10 && ct[:10] == "text/plain" {
		e.Text = string(bytes.TrimSpace(body[:min(len(body), most)]))
	}
	return e
}
