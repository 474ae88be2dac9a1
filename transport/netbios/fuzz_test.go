package netbios

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/transport"
)

// A fed connection gives what was put into it, step octets at a time.
type fed struct {
	net.Conn
	in   *bytes.Reader
	step int
}

func (f *fed) Read(p []byte) (int, error)      { return f.in.Read(p[:min(len(p), f.step)]) }
func (f *fed) Close() error                    { return nil }
func (f *fed) SetReadDeadline(time.Time) error { return nil }
func (f *fed) RemoteAddr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 7} }

// FuzzSession: whatever comes in a session, however it is cut, and by whichever way it is read, the octets and the end are the same, and no more than came.
func FuzzSession(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x05hello\x85\x00\x00\x00\x00\x00\x00\x01!"), uint8(3))
	f.Add([]byte("\x00\x01\xff\xffhello"), uint8(1))
	f.Add([]byte("\x00\x02\x00\x00"), uint8(9))
	f.Add([]byte("\x81\x00\x00\x44"), uint8(2))
	f.Add([]byte("\x85\x00\x00\x01x\x00\x00\x00\x00"), uint8(4))
	f.Fuzz(func(t *testing.T, data []byte, cut uint8) {
		session := func(step int) *conn {
			return &conn{raw: transport.Wrap(&fed{in: bytes.NewReader(data), step: step}), flood: new(atomic.Uint64)}
		}
		whole, err := io.ReadAll(session(len(data) + 1))
		pieces, err2 := io.ReadAll(session(int(cut) + 1))
		var chunks []byte
		var err3 error
		for c := session(int(cut) + 1); err3 == nil; {
			var b *transport.Chunk
			var n int
			if b, n, err3 = c.ReadChunk(); err3 == nil {
				chunks = append(chunks, b[:n]...)
				b.Free()
			}
		}
		if err3 == io.EOF {
			err3 = nil
		}
		if !bytes.Equal(whole, pieces) || !bytes.Equal(whole, chunks) || !same(err, err2) || !same(err, err3) {
			t.Fatalf("whole: %q, %v; in pieces: %q, %v; in chunks: %q, %v", whole, err, pieces, err2, chunks, err3)
		}
		var form *FormError
		if err != nil && err != io.ErrUnexpectedEOF && !errors.As(err, &form) || len(whole) > len(data) {
			t.Fatalf("%d octets of %d, %v", len(whole), len(data), err)
		}
	})
}

func same(a, b error) bool { return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error()) }

// BenchmarkStrip: heads are taken out of a chunk of messages of one octet in a time that grows with the chunk, and not with its square: what an octet takes is the same for each length.
func BenchmarkStrip(b *testing.B) {
	for _, size := range []int{transport.ChunkSize / 16, transport.ChunkSize} {
		wire := bytes.Repeat([]byte("\x00\x00\x00\x01x"), size/5)
		buf := make([]byte, len(wire))
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				c := &conn{}
				if n := c.strip(buf[:copy(buf, wire)]); n != size/5 {
					b.Fatalf("%d octets", n)
				}
			}
		})
	}
}
