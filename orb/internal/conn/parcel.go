package conn

import (
	"iter"

	"github.com/opendsom/dsom/cdr"
)

// A parcel is a message on its way out: octets of its sender's, and others that were lent to him, at
// their places among these.
type parcel struct {
	own   []byte
	loans []cdr.Loan
}

// size returns how many octets p has.
func (p parcel) size() int {
	n := len(p.own)
	for i := range p.loans {
		n += len(p.loans[i].Octets)
	}
	return n
}

// pieces are p's octets, in order.
func (p parcel) pieces() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		at := 0
		for _, l := range p.loans {
			if !yield(p.own[at:l.At]) || !yield(l.Octets) {
				return
			}
			at = l.At
		}
		if at < len(p.own) {
			yield(p.own[at:])
		}
	}
}

// put writes buf and p. It returns how many octets the transport took.
func (c *Conn) put(buf *buffer, p parcel) (int, error) {
	if buf == nil && len(p.loans) == 0 {
		return c.putOne(p.own)
	}
	if buf != nil && p.own == nil {
		return c.putOne(buf.b)
	}
	all := c.vecs[:0]
	if buf != nil {
		all = append(all, buf.b)
	}
	for b := range p.pieces() {
		all = append(all, b)
	}
	c.vecs = all
	total, err := c.putAll(all)
	clear(c.vecs)
	if cap(c.vecs) > keptVecs {
		c.vecs = nil
	}
	return total, err
}

// keptVecs is how many pieces a connection keeps the room for.
const keptVecs = 8

// putOne writes b.
func (c *Conn) putOne(b []byte) (total int, err error) {
	for len(b) > 0 && err == nil {
		var n int
		n, err = c.t.Write(b[:min(len(b), pieceSize)])
		c.written.Add(int64(n))
		total += n
		b = b[n:]
	}
	return total, err
}

// putAll writes all, as much as makes a piece at once, and changes the slice.
func (c *Conn) putAll(all [][]byte) (total int, err error) {
	for len(all) > 0 && err == nil {
		k, size := 0, 0
		for ; k < len(all) && size < pieceSize; k++ {
			size += len(all[k])
		}
		last := all[k-1]
		cut := len(last) - max(size-pieceSize, 0)
		all[k-1] = last[:cut]
		c.vec = all[:k]
		var n int64
		n, err = c.t.WriteBuffers(&c.vec)
		c.vec = nil
		c.written.Add(n)
		total += int(n)
		if cut < len(last) {
			k--
			all[k] = last[cut:]
		}
		all = all[k:]
	}
	return total, err
}
