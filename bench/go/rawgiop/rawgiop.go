// Package rawgiop speaks just enough GIOP 1.2 to ping an object of the key Echo: for what is
// measured against connections, which clients of ORBs share.
package rawgiop

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
)

// A Conn is a connection.
type Conn struct {
	c   net.Conn
	br  *bufio.Reader
	out []byte
	in  []byte
}

// Dial connects to addr, host:port.
func Dial(addr string) (*Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Conn{c: c, br: bufio.NewReaderSize(c, 512)}, nil
}

// Close closes the connection.
func (g *Conn) Close() error { return g.c.Close() }

// Ping calls the object, and waits for the reply.
func (g *Conn) Ping() error {
	if g.out == nil {
		b := []byte("GIOP\x01\x02\x01\x00\x00\x00\x00\x00") // 1.2, little-endian, Request
		u32 := func(v uint32) { b = binary.LittleEndian.AppendUint32(b, v) }
		pad := func() {
			for len(b)%4 != 0 {
				b = append(b, 0)
			}
		}
		u32(2)                    // request id
		b = append(b, 3, 0, 0, 0) // response expected
		b = append(b, 0, 0, 0, 0) // target: KeyAddr
		u32(4)
		b = append(b, "Echo"...)
		u32(5)
		b = append(b, "ping\x00"...)
		pad()
		u32(0) // service contexts
		binary.LittleEndian.PutUint32(b[8:], uint32(len(b)-12))
		g.out = b
	}
	if _, err := g.c.Write(g.out); err != nil {
		return err
	}
	h, err := g.br.Peek(12)
	if err != nil {
		return err
	}
	var bo binary.ByteOrder = binary.BigEndian
	if h[6]&1 == 1 {
		bo = binary.LittleEndian
	}
	n := int(bo.Uint32(h[8:]))
	if string(h[:4]) != "GIOP" || h[7] != 1 || n > 1<<20 {
		return errors.New("not a GIOP reply")
	}
	g.br.Discard(12)
	if cap(g.in) < n {
		g.in = make([]byte, n)
	}
	g.in = g.in[:n]
	if _, err := io.ReadFull(g.br, g.in); err != nil {
		return err
	}
	if n < 12 || bo.Uint32(g.in[4:]) != 0 {
		return errors.New("GIOP reply is an exception")
	}
	return nil
}
