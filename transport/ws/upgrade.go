package ws

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// The bounds of the head of a request, or of an answer.
const (
	MostHead   = 8 << 10 // octets
	MostFields = 64      // header fields
)

// A RefusedError says why a server did not take a WebSocket that a client asked for. The client was told, and nothing was carried out.
type RefusedError struct {
	Status int    // of HTTP, that the client was answered with
	Peer   string // its address
	Text   string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the WebSocket of %s is refused (%d): %s", e.Peer, e.Status, e.Text)
}

const method = "GET " // as a request for a WebSocket begins (RFC 6455, section 4.1)

// hear reads what a client begins with, until it is known what it speaks. What it asks for in HTTP without a WebSocket is left to be read as it came. What is there when
// a deadline of the caller passes stays.
func (c *conn) hear() error {
	if c.denied != nil {
		return c.denied
	}
	for {
		if c.chunk == nil {
			b, n, err := c.raw.ReadChunk()
			if err != nil {
				return err
			}
			c.chunk, c.from, c.to, c.began = b, 0, n, time.Now()
		}
		got := c.chunk[:c.to]
		if begun := got[:min(len(got), len(method))]; string(begun) != method[:len(begun)] {
			c.spoken.Store(plain)
			return nil
		}
		if end := bytes.Index(got, []byte("\r\n\r\n")); end >= 0 && end+4 <= MostHead {
			return c.upgrade(end + 4)
		}
		if len(got) >= MostHead {
			return c.deny(http.StatusRequestHeaderFieldsTooLarge, "the head of the request has more than %d octets (MostHead)", MostHead)
		}
		until := c.began.Add(c.patience)
		if err := c.readUntil(until); err != nil {
			return err
		}
		n, err := c.raw.Read(c.chunk[c.to:MostHead])
		_ = c.readUntil(time.Time{})
		c.to += n
		var timeout net.Error
		switch {
		case n > 0:
		case errors.As(err, &timeout) && timeout.Timeout() && !time.Now().Before(until):
			return c.deny(http.StatusRequestTimeout, "the head of the request did not come within %v (connect-timeout)", c.patience)
		case err == io.EOF: // who reads is to see it
			c.spoken.Store(plain)
			return nil
		case err != nil:
			return err
		}
	}
}

// deny answers a request with an error of HTTP. The error returned comes again.
func (c *conn) deny(status int, format string, args ...any) error {
	e := &RefusedError{status, c.raw.RemoteAddr().String(), fmt.Sprintf(format, args...)}
	c.denied = e
	c.why.Store(&c.denied)
	c.refused.Store(true)
	c.chunk.Free()
	c.chunk = nil
	body := e.Text + "\n"
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %d\r\nConnection: close\r\n", status, http.StatusText(status), len(body))
	if status == http.StatusUpgradeRequired {
		head += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	}
	c.out.Lock()
	defer c.out.Unlock()
	c.briefly(func() { _, _ = io.WriteString(rawWriter{c.raw}, head+"\r\n"+body) }) // the connection ends in any case
	return e
}

// rawWriter is a connection that has no WriteString.
type rawWriter struct{ io.Writer }

// upgrade answers the request whose head is the first n octets there.
func (c *conn) upgrade(n int) error {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(c.chunk[:n])))
	if err != nil || !has(r.Header, "Upgrade", "websocket") {
		c.spoken.Store(plain) // another visitor
		return nil
	}
	fields := 0
	for _, v := range r.Header {
		fields += len(v)
	}
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	origin, given := r.Header["Origin"]
	switch {
	case fields > MostFields:
		return c.deny(http.StatusRequestHeaderFieldsTooLarge, "the request has %d header fields, and %d are taken (MostFields)", fields, MostFields)
	case c.path != "" && r.URL.Path != c.path:
		return c.deny(http.StatusNotFound, "WebSockets are taken at %s", c.path)
	case !r.ProtoAtLeast(1, 1) || r.Host == "" || !has(r.Header, "Connection", "upgrade") || r.ContentLength > 0 || len(r.TransferEncoding) > 0:
		return c.deny(http.StatusBadRequest, "a request for a WebSocket is of HTTP/1.1, names the host, says Connection: Upgrade, and has no body")
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return c.deny(http.StatusUpgradeRequired, "version 13 of the protocol is spoken")
	case err != nil || len(key) != 16 || len(r.Header["Sec-Websocket-Key"]) != 1:
		return c.deny(http.StatusBadRequest, "Sec-WebSocket-Key is not 16 octets in base64")
	case given && (len(origin) != 1 || !allows(c.origins, origin[0])):
		return c.deny(http.StatusForbidden, "pages from %q may not connect: see the option for the origins of WebSockets", strings.Join(origin, ", "))
	case !has(r.Header, "Sec-WebSocket-Protocol", Protocol):
		return c.deny(http.StatusBadRequest, "the subprotocol is %s, in Sec-WebSocket-Protocol", Protocol)
	}
	b, to := c.chunk, c.to
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept(r.Header.Get("Sec-WebSocket-Key")) +
		"\r\nSec-WebSocket-Protocol: " + Protocol + "\r\n\r\n"
	c.out.Lock()
	c.briefly(func() { _, err = io.WriteString(rawWriter{c.raw}, answer) })
	c.out.Unlock()
	c.chunk = nil
	if err != nil {
		b.Free()
		c.denied = err
		return err
	}
	c.spoken.Store(web)
	c.unpack(b, n, to)
	c.respond()
	return nil
}

// accept returns what a server answers to a key (RFC 6455, section 4.2.2).
func accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// has reports whether a header field, which is a list, has a token, whatever its letters' case.
func has(h http.Header, field, token string) bool {
	for _, v := range h.Values(field) {
		for s := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(s), token) {
				return true
			}
		}
	}
	return false
}
