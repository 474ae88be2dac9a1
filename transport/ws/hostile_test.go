package ws_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/ws"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const key = "dGhlIHNhbXBsZSBub25jZQ=="

// request is the head of a request for a WebSocket, with fields changed: "" takes one away.
func request(change ...string) string {
	fields := []string{"Host", "h", "Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Protocol", ws.Protocol, "Sec-WebSocket-Key", key}
	s := "GET /x HTTP/1.1\r\n"
	fields = append(fields, change...)
	for i := 0; i < len(fields); i += 2 {
		last := i
		for j := i; j < len(fields); j += 2 {
			if fields[j] == fields[i] {
				last = j
			}
		}
		if last == i && fields[i+1] != "" {
			s += fields[i] + ": " + fields[i+1] + "\r\n"
		}
	}
	return s + "\r\n"
}

// ends returns a client's end of TCP, and the server's of the transport.
func ends(t *testing.T, c ws.Config) (net.Conn, transport.Conn) {
	t.Helper()
	l, err := newTransport(t, c).Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	e := l.Endpoint()
	client, err := net.Dial("tcp", e.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	client.SetDeadline(time.Now().Add(20 * time.Second))
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	server.SetDeadline(time.Now().Add(20 * time.Second))
	return client, server
}

// said reads a head of HTTP.
func said(t *testing.T, c net.Conn) string {
	t.Helper()
	var b []byte
	for !bytes.Contains(b, []byte("\r\n\r\n")) {
		var one [1]byte
		if _, err := c.Read(one[:]); err != nil {
			t.Fatalf("after %q: %v", b, err)
		}
		b = append(b, one[0])
	}
	return string(b)
}

// TestRequests: what is asked for in HTTP, and what becomes of it.
func TestRequests(t *testing.T) {
	long := strings.Repeat("x", 100)
	many := ""
	for i := range ws.MostFields {
		many += fmt.Sprintf("X-%d: 1\r\n", i)
	}
	for _, c := range []struct {
		name, request string
		origins       []string
		status        string // "": it is left as it came
	}{
		{"a client", request(), nil, "101"},
		{"fields in other letters", strings.ToLower(request())[len("get /x http/1.1"):], nil, ""},
		{"a list of protocols and of options", request("Connection", "keep-alive, Upgrade", "Sec-WebSocket-Protocol", "chat, "+ws.Protocol, "Sec-WebSocket-Extensions", "permessage-deflate"), nil, "101"},
		{"a page of an origin", request("Origin", "https://bank.example.org"), []string{"https://bank.example.org"}, "101"},
		{"any page", request("Origin", "https://other.example.org"), []string{ws.AnyOrigin}, "101"},
		{"a page of another", request("Origin", "https://evil.example.org"), []string{"https://bank.example.org"}, "403"},
		{"a page of another port", request("Origin", "https://bank.example.org:8443"), []string{"https://bank.example.org"}, "403"},
		{"a page where none may", request("Origin", "https://bank.example.org"), nil, "403"},
		{"a page of the very host, whose name may have been made to lead here", request("Origin", "http://h", "Host", "h"), nil, "403"},
		{"a page of no origin", request("Origin", "null"), []string{"https://bank.example.org"}, "403"},
		{"two origins", strings.Replace(request(), "Host", "Origin: https://a.example.org\r\nOrigin: https://b.example.org\r\nHost", 1), []string{"https://a.example.org", "https://b.example.org"}, "403"},
		{"another protocol", request("Sec-WebSocket-Protocol", "chat"), nil, "400"},
		{"no protocol", request("Sec-WebSocket-Protocol", ""), nil, "400"},
		{"another version", request("Sec-WebSocket-Version", "8"), nil, "426"},
		{"no key", request("Sec-WebSocket-Key", ""), nil, "400"},
		{"a short key", request("Sec-WebSocket-Key", "YQ=="), nil, "400"},
		{"no connection", request("Connection", "close"), nil, "400"},
		{"a body", request("Content-Length", "5"), nil, "400"},
		{"many fields", strings.Replace(request(), "Host", many+"Host", 1), nil, "431"},
		{"a long head", strings.Replace(request(), "Host", strings.Repeat("X: "+long+"\r\n", 100)+"Host", 1), nil, "431"},
		{"a long line", "GET /" + strings.Repeat("x", ws.MostHead) + " HTTP/1.1\r\n", nil, "431"},
		{"a browser", request("Upgrade", ""), nil, ""},
		{"no HTTP", "GET what\r\n\r\n", nil, ""},
		{"a post", "POST / HTTP/1.1\r\n\r\n", nil, ""},
		{"GIOP", "GIOP\x01\x00\x01\x03", nil, ""},
		{"a secure shell", "SSH-2.0-x\r\n", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, server := ends(t, ws.Config{Origins: c.origins})
			if _, err := io.WriteString(client, c.request); err != nil {
				t.Fatal(err)
			}
			if c.status == "" {
				got := make([]byte, len(c.request))
				if _, err := io.ReadFull(server, got); err != nil || string(got) != c.request {
					t.Errorf("read %q, %v; want what was sent", got, err)
				}
				return
			}
			err := server.(interface{ Handshake() error }).Handshake()
			if answer := said(t, client); !strings.HasPrefix(answer, "HTTP/1.1 "+c.status+" ") || strings.Contains(answer, "Extensions") {
				t.Errorf("answered %q, want %s", answer, c.status)
			}
			var refused *ws.RefusedError
			if c.status == "101" != (err == nil) || err != nil && (!errors.As(err, &refused) || fmt.Sprint(refused.Status) != c.status) {
				t.Errorf("the server's error is %v", err)
			}
			if err == nil {
				return
			}
			server.Close()
			if _, err := io.ReadAll(client); err != nil {
				t.Errorf("the answer is cut off: %v", err)
			}
			if _, err := server.Read(make([]byte, 1)); err == nil {
				t.Error("what was refused can be read")
			}
		})
	}
}

// TestSlowRequest: a head that comes in drops is waited for as long as a handshake may take, and a client that has shown nothing of itself for as long as the caller says.
func TestSlowRequest(t *testing.T) {
	l := new(limits.Limits)
	l.Set(limits.ConnectTimeout, int64(300*time.Millisecond))
	client, server := ends(t, ws.Config{Limits: l})
	stop := make(chan struct{})
	defer close(stop)
	go func(client net.Conn) {
		for _, b := range []byte(request()) {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				client.Write([]byte{b})
			}
		}
	}(client)
	err := server.(interface{ Handshake() error }).Handshake()
	var refused *ws.RefusedError
	if !errors.As(err, &refused) || refused.Status != 408 || !strings.Contains(err.Error(), "connect-timeout") {
		t.Errorf("got %v", err)
	}
	long := new(limits.Limits)
	long.Set(limits.ConnectTimeout, int64(time.Minute))
	client, server = ends(t, ws.Config{Limits: long})
	server.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, _, err := server.ReadChunk(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("of a silent client: %v", err)
	}
	server.SetReadDeadline(time.Now().Add(20 * time.Second))
	half := request()[:40]
	io.WriteString(client, half)
	server.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, _, err := server.ReadChunk(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("of half a head, by the caller's own deadline: %v", err)
	}
	server.SetReadDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(client, request()[40:]+string(frame(0x82, []byte("whole"))))
	b, n, err := server.ReadChunk()
	if err != nil || string(b[:n]) != "whole" {
		t.Fatalf("then the rest: %v", err)
	}
	b.Free()
}

// frame is a client's frame.
func frame(first byte, data []byte) []byte {
	b := []byte{first}
	switch n := len(data); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	k := [4]byte{1, 2, 3, 4}
	b = append(b, k[:]...)
	for i, c := range data {
		b = append(b, c^k[i%4])
	}
	return b
}

// opened returns the ends of a WebSocket whose client is to be spoken for by hand.
func opened(t *testing.T) (net.Conn, transport.Conn) {
	t.Helper()
	client, server := ends(t, ws.Config{})
	io.WriteString(client, request())
	if err := server.(interface{ Handshake() error }).Handshake(); err != nil {
		t.Fatal(err)
	}
	if s := said(t, client); !strings.Contains(s, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") { // the example of RFC 6455, section 1.3
		t.Fatalf("answered %q", s)
	}
	return client, server
}

// TestFrames: frames of all kinds, and what the server makes of them.
func TestFrames(t *testing.T) {
	cat := func(all ...[]byte) []byte { return bytes.Join(all, nil) }
	ping := frame(0x89, []byte("are you there"))
	for _, c := range []struct {
		name string
		sent []byte
		want string // that is read
		code uint16 // with which the server ends it; 0: it does not, io.EOF is the client's
		says string
	}{
		{"a message", cat(frame(0x82, []byte("one")), frame(0x82, []byte("two"))), "onetwo", 0, ""},
		{"in pieces", cat(frame(0x02, []byte("one")), frame(0x00, []byte("two")), frame(0x80, []byte("three"))), "onetwothree", 0, ""},
		{"in pieces, as omniORB sends them", cat(frame(0x02, []byte("one")), frame(0x82, []byte("two"))), "onetwo", 0, ""},
		{"a ping between pieces", cat(frame(0x02, []byte("one")), ping, frame(0x80, []byte("two"))), "onetwo", 0, ""},
		{"an end", cat(frame(0x82, []byte("one")), frame(0x88, []byte{3, 232}), []byte("more")), "one", 0, ""},
		{"a pong that nobody asked for", cat(frame(0x8a, nil), frame(0x82, []byte("one"))), "one", 0, ""},
		{"text", frame(0x81, []byte("text")), "", 1003, "text"},
		{"a compressed one", cat(frame(0x82, []byte("one")), frame(0xc2, []byte("two"))), "one", 1002, "compressed"},
		{"not masked", []byte{0x82, 1, 'x'}, "", 1002, "masked"},
		{"a continuation of nothing", frame(0x80, []byte("x")), "", 1002, "not begun"},
		{"a kind that is none", frame(0x83, []byte("x")), "", 1002, "kind 3"},
		{"a control that is none", frame(0x8b, []byte("x")), "", 1002, "kind 11"},
		{"a ping in pieces", frame(0x09, []byte("x")), "", 1002, "control"},
		{"a long ping", frame(0x89, make([]byte, 126)), "", 1002, "125"},
		{"a short length in two octets", []byte{0x82, 0xfe, 0, 125, 0, 0, 0, 0}, "", 1002, "form"},
		{"a short length in eight octets", []byte{0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0}, "", 1002, "form"},
		{"a negative length", []byte{0x82, 0xff, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, "", 1002, "form"},
		{"half a reason", frame(0x88, []byte{3}), "", 1002, "one octet"},
		{"pings without end", bytes.Repeat(ping, ws.MostControl+1), "", 1008, "MostControl"},
		{"empty frames without end", bytes.Repeat(frame(0x82, nil), ws.MostControl+1), "", 1008, "MostControl"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, server := opened(t)
			go func() {
				client.Write(c.sent)
				client.(*net.TCPConn).CloseWrite()
			}()
			got, err := io.ReadAll(server)
			if string(got) != c.want {
				t.Errorf("read %q, want %q", got, c.want)
			}
			var broken *ws.FrameError
			if c.code == 0 && err != nil || c.code != 0 && (!errors.As(err, &broken) || broken.Code != int(c.code) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v", err)
			}
			server.Close()
			answer, _ := io.ReadAll(client)
			if end := []byte{0x88, 2, byte(c.code >> 8), byte(c.code)}; c.code != 0 && !bytes.HasSuffix(answer, end) {
				t.Errorf("the client is told %x, which should end with %x", answer, end)
			}
		})
	}
}

// TestLyingLength: a frame that claims to be as long as can be takes no more memory than what comes, and its end before that is an error.
func TestLyingLength(t *testing.T) {
	client, server := opened(t)
	client.Write([]byte{0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 'a', 'b'})
	client.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(server); string(got) != "ab" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q, %v", got, err)
	}
}

// TestPings: one is answered with what it holds while nobody writes, and never within a frame.
func TestPings(t *testing.T) {
	client, server := opened(t)
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, server)
		done <- err
	}()
	client.Write(frame(0x89, []byte("hello")))
	got := make([]byte, 7)
	if _, err := io.ReadFull(client, got); err != nil || string(got) != "\x8a\x05hello" {
		t.Fatalf("answered %q, %v", got, err)
	}
	// a frame under way, whose writer waits for room
	want := bytes.Repeat([]byte("abcdefgh"), 4<<20/8)
	wrote := make(chan error, 1)
	go func() {
		_, err := server.Write(want)
		wrote <- err
	}()
	head := make([]byte, 10)
	if _, err := io.ReadFull(client, head); err != nil {
		t.Fatal(err)
	}
	client.Write(frame(0x89, []byte("in the middle")))
	all := make([]byte, len(want))
	if _, err := io.ReadFull(client, all); err != nil || !bytes.Equal(all, want) {
		t.Fatalf("the frame is another, %v", err)
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	go func() { // what was not answered then is with the next
		server.Write([]byte("next"))
		server.(interface{ CloseWrite() error }).CloseWrite()
	}()
	rest, err := io.ReadAll(io.LimitReader(client, 15+6))
	if err != nil || !bytes.Contains(rest, []byte("\x8a\x0din the middle")) || !bytes.Contains(rest, []byte("\x82\x04next")) {
		t.Errorf("then came %q, %v", rest, err)
	}
	client.Close()
	<-done
}

// TestCutAnywhere: octets that come in any pieces, and are read in any, are the same.
func TestCutAnywhere(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20 {
		client, server := opened(t)
		var sent, want []byte
		for range 1 + r.IntN(20) {
			n := r.IntN(200)
			if r.IntN(4) == 0 {
				n = r.IntN(80_000)
			}
			data := make([]byte, n)
			for i := range data {
				data[i] = byte(r.Uint32())
			}
			sent, want = append(sent, frame(0x82, data)...), append(want, data...)
			if r.IntN(3) == 0 {
				sent = append(sent, frame(0x8a, data[:min(n, r.IntN(126))])...)
			}
		}
		cuts := rand.New(rand.NewPCG(seed, 1))
		go func() {
			for p := sent; len(p) > 0; {
				n := min(len(p), 1+cuts.IntN(1+cuts.IntN(40_000)))
				client.Write(p[:n])
				p = p[n:]
			}
			client.(*net.TCPConn).CloseWrite()
		}()
		var got []byte
		for {
			var n int
			var err error
			switch r.IntN(3) {
			case 0:
				var b *transport.Chunk
				if b, n, err = server.ReadChunk(); err == nil {
					got = append(got, b[:n]...)
					b.Free()
				}
			case 1:
				server.State()
				fallthrough
			default:
				b := make([]byte, 1+r.IntN(30_000))
				n, err = server.Read(b)
				got = append(got, b[:n]...)
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("read %d octets, want the %d that were sent", len(got), len(want))
		}
		client.Close()
		server.Close()
	}
}

// TestAnswers: what a client makes of servers and proxies that answer in other ways.
func TestAnswers(t *testing.T) {
	ok := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: " + ws.Protocol + "\r\n"
	for _, c := range []struct{ name, answer, want string }{
		{"an error", "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nnobody", `the server at ADDR answers "404 Not Found": nobody`},
		{"a page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", `answers "200 OK"`},
		{"another key", ok + "Sec-WebSocket-Accept: " + key + "\r\n\r\n", "Sec-WebSocket-Accept"},
		{"extensions", ok + "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n", "Accept"},
		{"no HTTP", "SSH-2.0-x\r\n", "does not answer by HTTP"},
		{"GIOP", "GIOP\x01\x00\x01\x06\x00\x00\x00\x00", "does not answer by HTTP"},
		{"a head without end", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", ws.MostHead), "MostHead"},
		{"half a head", "HTTP/1.1 101", "unexpected EOF"},
		{"nothing", "", "EOF"},
	} {
		for _, by := range []string{"server", "proxy"} {
			t.Run(c.name+" of a "+by, func(t *testing.T) {
				l, err := tcp.New().Listen(t.Context(), transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"})
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				done := make(chan struct{})
				go func() {
					defer close(done)
					s, err := l.Accept()
					if err != nil {
						return
					}
					s.SetDeadline(time.Now().Add(20 * time.Second))
					said := bytes.NewBuffer(nil)
					for !strings.Contains(said.String(), "\r\n\r\n") {
						if _, err := io.CopyN(said, s, 1); err != nil {
							t.Error(err)
							return
						}
					}
					io.WriteString(s, c.answer)
					s.CloseWrite()
					io.Copy(io.Discard, s)
					s.Close()
				}()
				at := l.Endpoint()
				conf := ws.Config{}
				if by == "proxy" {
					conf.Proxy = "http://user:secret@" + at.Address()
				}
				at.Network = ws.Name
				conn, err := newTransport(t, conf).Dial(t.Context(), at)
				if err == nil {
					conn.Close()
					t.Fatal("connected")
				}
				want := strings.ReplaceAll(c.want, "ADDR", at.Address())
				if by == "proxy" {
					want = strings.ReplaceAll(want, "the server", "the proxy")
				}
				if strings.Contains(want, "Accept") && by == "proxy" {
					want = "101"
				}
				if by == "proxy" && strings.Contains(c.answer, "200 OK\r\nC") { // it is what a proxy says when it has connected, but for what is behind it
					want = "stand behind the answer"
				}
				if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %q, want %q in it", err, want)
				}
				<-done
			})
		}
	}
}
