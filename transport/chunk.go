package transport

import (
	"net"
	"sync"
)

// ChunkSize is the size of a [Chunk] in octets. It takes some hundred small requests at
// once, and is small enough that little of a long message is read into it and copied
// to its place, while the rest is read there straight away.
const ChunkSize = 16 << 10

// A Chunk is a buffer for reading. Chunks are pooled.
type Chunk [ChunkSize]byte

var chunks = sync.Pool{New: func() any { return new(Chunk) }}

// NewChunk takes a chunk from the pool. Its content is arbitrary.
func NewChunk() *Chunk { return chunks.Get().(*Chunk) }

// Free gives c back. It must not be used afterwards. A nil c is allowed.
func (c *Chunk) Free() {
	if c != nil {
		chunks.Put(c)
	}
}

// Wrap makes a Conn of any stream, with what net.Conn alone can do: it takes its chunk before it
// waits, writes buffers one by one unless the stream is one of package net, and its State is always Quiet.
func Wrap(c net.Conn) Conn { return &plain{c} }

type plain struct{ net.Conn }

var _ Conn = (*plain)(nil)

func (p *plain) ReadChunk() (*Chunk, int, error) { return ReadChunk(p.Conn) }

// ReadChunk is [Conn.ReadChunk] for a connection that cannot tell whether octets are there: it
// holds a chunk while it waits.
func ReadChunk(c net.Conn) (*Chunk, int, error) {
	b := NewChunk()
	for {
		n, err := c.Read(b[:])
		switch {
		case n > 0:
			return b, n, nil // an error comes again with the next Read
		case err != nil:
			b.Free()
			return nil, 0, err
		}
	}
}

func (p *plain) WriteBuffers(v *net.Buffers) (int64, error) { return v.WriteTo(p.Conn) }

func (p *plain) SetBusy(bool) {}

func (p *plain) CloseWrite() error {
	if c, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

func (p *plain) State() State { return Quiet }
