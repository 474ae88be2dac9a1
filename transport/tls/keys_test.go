package tls_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	gotls "crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
)

// A stuck connection takes nothing, once it is stuck, until it is let go.
type stuck struct {
	transport.Conn
	is    atomic.Bool
	gone  atomic.Bool // it has no peer any more that reads
	letGo chan struct{}
	tried atomic.Int32
}

func (s *stuck) Write(p []byte) (int, error) {
	if s.is.Load() {
		s.tried.Add(1)
		<-s.letGo
	}
	if s.gone.Load() {
		s.tried.Add(1)
		return 0, syscall.EPIPE
	}
	return s.Conn.Write(p)
}

// A rekeyer is a server of TLS 1.3, to which crypto/tls shakes hands and reads, and that writes its records itself: those by which it asks for new keys among them (RFC 8446, clause 4.6.3).
type rekeyer struct {
	*gotls.Conn
	raw    net.Conn
	hash   func() hash.Hash
	secret []byte
	length int // of a key
	number uint64
}

// shaken returns a client's connection, what is below it, and its server, when hands are shaken.
func shaken(t *testing.T) (transport.Conn, *stuck, *rekeyer) {
	t.Helper()
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	pair, err := gotls.LoadX509KeyPair(own.Cert, own.Key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var logged strings.Builder
	server := make(chan *rekeyer, 1)
	go func() {
		raw, err := l.Accept()
		if err != nil {
			server <- nil
			return
		}
		r := &rekeyer{raw: raw, Conn: gotls.Server(raw, &gotls.Config{Certificates: []gotls.Certificate{pair}, MinVersion: gotls.VersionTLS13, SessionTicketsDisabled: true, KeyLogWriter: &logged})}
		if r.Handshake() != nil {
			r = nil
		}
		server <- r
	}()
	at := transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port)}
	below, err := tcp.New().Dial(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	raw := &stuck{Conn: below, letGo: make(chan struct{})}
	client, err := newTransport(t, tls.Config{Authorities: ca.File}).Client(t.Context(), raw, at)
	r := <-server
	if err != nil || r == nil {
		t.Fatal("hands are not shaken: ", err)
	}
	t.Cleanup(func() { client.Close(); r.raw.Close() })
	r.raw.SetDeadline(time.Now().Add(20 * time.Second))
	switch s := r.ConnectionState().CipherSuite; s {
	case gotls.TLS_AES_128_GCM_SHA256:
		r.hash, r.length = sha256.New, 16
	case gotls.TLS_AES_256_GCM_SHA384:
		r.hash, r.length = sha512.New384, 32
	default:
		t.Skipf("the cipher suite is %s: this test writes records of AES alone, which a machine without its instructions does not choose", gotls.CipherSuiteName(s))
	}
	_, line, _ := strings.Cut(logged.String(), "SERVER_TRAFFIC_SECRET_0 ")
	line, _, _ = strings.Cut(line, "\n")
	if _, text, ok := strings.Cut(line, " "); ok {
		r.secret, err = hex.DecodeString(text)
	}
	if err != nil || len(r.secret) == 0 {
		t.Fatalf("the secret is not logged: %q, %v", logged.String(), err)
	}
	return client, raw, r
}

// expand is HKDF-Expand-Label (RFC 8446, clause 7.1).
func (r *rekeyer) expand(label string, n int) []byte {
	label = "tls13 " + label
	info := append([]byte{byte(n >> 8), byte(n), byte(len(label))}, label...)
	b, err := hkdf.Expand(r.hash, r.secret, string(append(info, 0)), n)
	if err != nil {
		panic(err)
	}
	return b
}

// record returns a record of a type.
func (r *rekeyer) record(kind byte, data []byte) []byte {
	block, err := aes.NewCipher(r.expand("key", r.length))
	if err != nil {
		panic(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	nonce := r.expand("iv", seal.NonceSize())
	at := nonce[len(nonce)-8:]
	binary.BigEndian.PutUint64(at, binary.BigEndian.Uint64(at)^r.number)
	r.number++
	inner := append(append([]byte(nil), data...), kind)
	head := []byte{23, 3, 3, 0, 0}
	binary.BigEndian.PutUint16(head[3:], uint16(len(inner)+seal.Overhead()))
	return seal.Seal(head, nonce, inner, head)
}

// rekey returns the record by which new keys are taken, and asked for of the client.
func (r *rekeyer) rekey() []byte {
	b := r.record(22, []byte{24, 0, 0, 1, 1})
	r.secret, r.number = r.expand("traffic upd", r.hash().Size()), 0
	return b
}

// soon fails if f does not return.
func soon(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { f(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s waits for a peer that reads nothing", what)
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// TestKeysAskedFor: a peer that reads nothing, and asks for new keys, holds up nobody who asks for the state of the connection, be a write under way or none; when it reads again it gets all that was written, and the
// new keys.
func TestKeysAskedFor(t *testing.T) {
	for name, writes := range map[string]bool{"during a write": true, "else": false} {
		t.Run(name, func(t *testing.T) {
			client, raw, server := shaken(t)
			raw.is.Store(true)
			out := make([]byte, 200_000)
			wrote := make(chan error, 1)
			write := func() {
				_, err := client.Write(out)
				wrote <- err
			}
			if writes {
				go write()
				until(t, "the write is under way", func() bool { return raw.tried.Load() == 1 })
			}
			server.raw.Write(server.rekey())
			server.raw.Write(server.rekey())
			server.raw.Write(server.record(23, []byte("x")))
			soon(t, "State", func() {
				until(t, "an octet", func() bool { return client.State() == transport.Waiting })
			})
			if !writes {
				go write()
			}
			until(t, "an answer, or what is written, is tried", func() bool { return raw.tried.Load() == 1 })
			raw.is.Store(false)
			close(raw.letGo)
			if n, err := io.ReadFull(server, make([]byte, len(out))); err != nil {
				t.Errorf("%d octets come, %v", n, err)
			}
			if err := <-wrote; err != nil {
				t.Error(err)
			}
			if _, err := client.Write([]byte("y")); err != nil {
				t.Error(err)
			}
			if _, err := io.ReadFull(server, make([]byte, 1)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestKeysAskedForAndClosed: nor does such a peer hold up who closes the connection.
func TestKeysAskedForAndClosed(t *testing.T) {
	client, raw, server := shaken(t)
	raw.is.Store(true)
	defer close(raw.letGo)
	read := make(chan error, 1)
	go func() {
		_, err := client.Read(make([]byte, 1))
		read <- err
	}()
	server.raw.Write(server.rekey())
	until(t, "the answer is tried", func() bool { return raw.tried.Load() == 1 })
	soon(t, "Close", func() { client.Close() })
	if err := <-read; err == nil {
		t.Error("an octet is read that was not sent")
	}
}

// TestKeysOfOneWhoIsGone: what a peer has said is read to its end, though it has new keys in between, and nothing can be written to it any more.
func TestKeysOfOneWhoIsGone(t *testing.T) {
	client, raw, server := shaken(t)
	raw.gone.Store(true)
	server.raw.Write(server.rekey())
	server.raw.Write(server.record(23, []byte("last ")))
	got := make([]byte, len("last words"))
	if _, err := io.ReadFull(client, got[:5]); err != nil {
		t.Fatal(err)
	}
	until(t, "the answer is tried", func() bool { return raw.tried.Load() > 0 })
	server.raw.Write(server.rekey())
	server.raw.Write(server.record(23, []byte("words")))
	if _, err := io.ReadFull(client, got[5:]); err != nil || string(got) != "last words" {
		t.Errorf("%q is read, %v", got, err)
	}
	until(t, "a write that fails", func() bool {
		_, err := client.Write([]byte("y"))
		return errors.Is(err, syscall.EPIPE)
	})
}

// TestKeysWithoutEnd: what is kept for a peer that asks for keys and reads nothing is bounded. The connection ends there, and who reads and who writes are told the limit.
func TestKeysWithoutEnd(t *testing.T) {
	client, raw, server := shaken(t)
	raw.is.Store(true)
	defer close(raw.letGo)
	const rounds = 200 // 16 answers each, of 27 octets
	go func() {
		var b []byte
		for range rounds {
			for range 16 {
				b = append(b, server.rekey()...)
			}
			b = append(b, server.record(23, []byte("x"))...)
		}
		server.raw.Write(b)
	}()
	if n, err := io.ReadFull(client, make([]byte, rounds)); n == 0 || err == nil || !strings.Contains(err.Error(), "tls-sealed") {
		t.Fatalf("%d octets come, %v", n, err)
	}
	if _, err := client.Write([]byte("y")); err == nil || !strings.Contains(err.Error(), "tls-sealed") {
		t.Error(err)
	}
	soon(t, "Close", func() { client.Close() })
}
