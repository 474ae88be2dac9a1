// Package transporttest holds the suite that every transport passes, and connections with
// faults for the tests of what stands on transports.
package transporttest

import (
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport"
)

// Faults says what is wrong with a connection. The zero value is a connection as it is.
type Faults struct {
	ReadMost  int           // octets that one Read returns at most; 0: no bound
	WriteMost int           // octets that are written at once; 0: no bound
	Pause     time.Duration // between pieces of WriteMost octets

	// After so many octets in a direction the connection breaks, as by a cable that is cut; 0: never.
	CutRead, CutWrite int64
}

// ErrCut is the error of a connection that was cut.
var ErrCut = errors.New("transporttest: the connection was cut")

// Wrap returns c with faults.
func (f Faults) Wrap(c transport.Conn) transport.Conn { return &faulty{Conn: c, f: f} }

type faulty struct {
	transport.Conn
	f             Faults
	read, written atomic.Int64
}

// room returns how many of n octets may pass, done having passed before.
func room(n int, most int, cut, done int64) (int, error) {
	if most > 0 {
		n = min(n, most)
	}
	if cut > 0 {
		if n = int(min(int64(n), cut-done)); n <= 0 {
			return 0, ErrCut
		}
	}
	return n, nil
}

// Identity is that of the connection below.
func (c *faulty) Identity() transport.Identity { return transport.IdentityOf(c.Conn) }

func (c *faulty) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := room(len(p), c.f.ReadMost, c.f.CutRead, c.read.Load())
	if err != nil {
		c.Conn.Close()
		return 0, err
	}
	n, err = c.Conn.Read(p[:n])
	c.read.Add(int64(n))
	return n, err
}

func (c *faulty) ReadChunk() (*transport.Chunk, int, error) {
	b := transport.NewChunk()
	n, err := c.Read(b[:])
	if n == 0 {
		b.Free()
		return nil, 0, err
	}
	return b, n, nil
}

func (c *faulty) Write(p []byte) (int, error) {
	total := 0
	for total < len(p) {
		n, err := room(len(p)-total, c.f.WriteMost, c.f.CutWrite, c.written.Load())
		if err != nil {
			c.Conn.Close()
			return total, err
		}
		n, err = c.Conn.Write(p[total : total+n])
		total += n
		c.written.Add(int64(n))
		if err != nil {
			return total, err
		}
		if c.f.Pause > 0 && total < len(p) {
			time.Sleep(c.f.Pause)
		}
	}
	return total, nil
}

func (c *faulty) WriteBuffers(v *net.Buffers) (int64, error) {
	var total int64
	for len(*v) > 0 {
		n, err := c.Write((*v)[0])
		total += int64(n)
		if err != nil {
			return total, err
		}
		*v = (*v)[1:]
	}
	return total, nil
}
