package tls_test

import (
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tls"
)

// A hose is one end of a connection within one goroutine: what one writes the other reads, and what is not there cannot be waited for.
type hose struct {
	net.Conn // for the handshake, which takes two goroutines
	peer     *hose
	octets   []byte
	from     int
	open     bool // hands are shaken
}

func (h *hose) Write(p []byte) (int, error) {
	if !h.open {
		return h.Conn.Write(p)
	}
	h.peer.octets = append(h.peer.octets, p...)
	return len(p), nil
}

func (h *hose) Read(p []byte) (int, error) {
	if !h.open {
		return h.Conn.Read(p)
	}
	n := copy(p, h.octets[h.from:])
	if h.from += n; h.from == len(h.octets) {
		h.octets, h.from = h.octets[:0], 0
	}
	if n == 0 {
		return 0, io.ErrNoProgress
	}
	return n, nil
}

// BenchmarkRecords is what this package and crypto/tls cost a message that goes over, without the system's part.
func BenchmarkRecords(b *testing.B) {
	ca := certs.New(b, "authority")
	p := ca.Issue(b, certs.Order{})
	t := newTransport(b, tls.Config{Certificate: p.Cert, Key: p.Key, Authorities: ca.File})
	near, far := net.Pipe()
	x, y := &hose{Conn: near}, &hose{Conn: far}
	x.peer, y.peer = y, x
	server := t.Server(transport.Wrap(y))
	done := make(chan error, 1)
	go func() { // to the first octet, behind the tickets
		_, err := server.Read(make([]byte, 1))
		done <- err
	}()
	client, err := t.Client(b.Context(), transport.Wrap(x), transport.Endpoint{Network: tls.Name, Host: "127.0.0.1", Port: 1})
	if err == nil {
		_, err = client.Write([]byte{1})
	}
	if err == nil {
		err = <-done
	}
	if err != nil {
		b.Fatal(err)
	}
	x.open, y.open = true, true
	for _, size := range []int{64, 16 << 10, 256 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			message, room := make([]byte, size), make([]byte, size)
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := client.Write(message); err != nil {
					b.Fatal(err)
				}
				c, n, err := server.ReadChunk()
				c.Free()
				for err == nil && n < size {
					var k int
					k, err = server.Read(room[n:])
					n += k
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
