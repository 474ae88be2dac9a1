package ws

import (
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/transport"
)

// writing is what a connection keeps of what it writes.
type writing struct {
	out   sync.Mutex
	begun []byte // octets of frames' headers, and of control, that are to go out first: the system has taken the others
	owed  int    // octets of messages that the frame under way lacks
	key   [4]byte
	keyAt uint64
	ended bool        // a frame has said that no more comes
	vec   net.Buffers // a header and what stands behind it, and what is left of that
	rest  net.Buffers
	one   net.Buffers // that Write makes of what it is given, and what is left of it
	view  net.Buffers

	pings  sync.Mutex
	asked  bool // a ping has come that is not answered
	asking [mostControl]byte
	length int
	later  atomic.Bool // a goroutine answers

	keys [64]byte // random octets
	used int      // so many are left of them
}

// nextKey draws the key of a frame: the peer must not know it beforehand (RFC 6455, section 10.3).
func (w *writing) nextKey() (k [4]byte) {
	if w.used == 0 {
		crand.Read(w.keys[:])
		w.used = len(w.keys)
	}
	copy(k[:], w.keys[w.used-4:])
	w.used -= 4
	return k
}

// Write writes p as a frame.
func (c *conn) Write(p []byte) (int, error) {
	if c.spoken.Load() != web {
		return c.raw.Write(p)
	}
	c.out.Lock()
	defer c.out.Unlock()
	if c.one == nil {
		c.one = make(net.Buffers, 1)
	}
	c.view = c.one[:1]
	c.view[0] = p
	n, err := c.write(&c.view)
	c.one[0] = nil
	return int(n), err
}

// WriteBuffers writes all of v as a frame.
func (c *conn) WriteBuffers(v *net.Buffers) (int64, error) {
	if c.spoken.Load() != web {
		return c.raw.WriteBuffers(v)
	}
	c.out.Lock()
	defer c.out.Unlock()
	return c.write(v)
}

var errEnded = errors.New("WebSocket: no more can be written, as was said to the peer")

// write writes v, in the frame that is owed octets, and then in one of its own. The lock is held.
func (c *conn) write(v *net.Buffers) (int64, error) {
	left := 0
	for _, b := range *v {
		left += len(b)
	}
	if c.ended {
		return 0, errEnded
	}
	var total int64
	for left > 0 {
		var room [mostHeader]byte
		header := room[:0]
		if c.owed == 0 {
			if err := c.pong(); err != nil {
				return total, err
			}
			var key *[4]byte
			if c.client {
				c.key = c.nextKey()
				key = &c.key
			}
			header = appendHeader(header, binaryFrame, left, key)
			c.keyAt = 0
		} else if err := c.flush(); err != nil {
			return total, err
		}
		n, err := c.piece(header, v, left)
		left -= n
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	consume(v, 0)
	return total, nil
}

// piece writes a header, if one is due, and octets of its frame; it returns how many of v, of which left are there, went out, and takes them from v.
func (c *conn) piece(header []byte, v *net.Buffers, left int) (n int, err error) {
	fresh := len(header) > 0
	if fresh && !c.client && len(header)+left > transport.ChunkSize {
		h := append(c.begun[:0], header...) // which is kept anyway
		c.vec = append(append(c.vec[:0], h), *v...)
		c.rest = c.vec
		var wrote int64
		wrote, err = c.raw.WriteBuffers(&c.rest)
		clear(c.vec)
		n = c.account(h, int(wrote), left)
		consume(v, n)
		return n, err
	}
	b := transport.NewChunk()
	defer b.Free()
	at := copy(b[:], header)
	most := len(b) - at
	if !fresh {
		most = min(most, c.owed)
	}
	k := 0
	for _, p := range *v {
		m := copy(b[at+k:at+most], p)
		if k += m; m < len(p) {
			break
		}
	}
	if c.client {
		mask(b[at:at+k], c.key, c.keyAt)
	}
	wrote, err := c.raw.Write(b[:at+k])
	n = c.account(b[:at], wrote, left)
	consume(v, n)
	return n, err
}

// account notes that wrote octets went out, of a header and of what left octets are there of, and returns how many were of the latter.
func (c *conn) account(header []byte, wrote, left int) int {
	if len(header) > 0 {
		if wrote == 0 {
			c.begun = c.begun[:0]
			return 0 // nothing has begun
		}
		c.owed = left
		c.begun = append(c.begun[:0], header[min(wrote, len(header)):]...)
	}
	n := max(wrote-len(header), 0)
	c.owed -= n
	c.keyAt += uint64(n)
	return n
}

// flush writes what has begun. The lock is held.
func (c *conn) flush() error {
	if len(c.begun) == 0 {
		return nil
	}
	n, err := c.raw.Write(c.begun)
	c.begun = c.begun[:copy(c.begun, c.begun[n:])]
	return err
}

// asks notes a ping. Of several that were not answered the last is (RFC 6455, section 5.5.3).
func (c *conn) asks(data []byte) {
	c.pings.Lock()
	defer c.pings.Unlock()
	c.asked, c.length = true, copy(c.asking[:], data)
}

// owesPong reports whether a ping is to be answered.
func (c *conn) owesPong() bool {
	c.pings.Lock()
	defer c.pings.Unlock()
	return c.asked
}

// answer answers a ping if nobody writes.
func (c *conn) answer() {
	if !c.out.TryLock() {
		return // who writes will
	}
	defer c.out.Unlock()
	if c.owed == 0 && !c.ended {
		c.briefly(func() { _ = c.pong() })
	}
}

// answerLater answers a ping, if one is to be, without anybody's waiting for it.
func (c *conn) answerLater() {
	if c.owesPong() && c.later.CompareAndSwap(false, true) {
		go func() {
			defer c.later.Store(false)
			c.answer()
		}()
	}
}

// pong writes what has begun, and the answer to a ping, if there is one to be. The lock is held, and no frame is under way.
func (c *conn) pong() error {
	if err := c.flush(); err != nil {
		return err
	}
	c.pings.Lock()
	if c.asked {
		c.asked = false
		c.control(pong, c.asking[:c.length])
	}
	c.pings.Unlock()
	return c.flush()
}

// control puts a frame of control into what has begun.
func (c *conn) control(kind byte, data []byte) {
	var key *[4]byte
	if c.client {
		k := c.nextKey()
		key = &k
	}
	c.begun = appendHeader(c.begun, kind, len(data), key)
	at := len(c.begun)
	c.begun = append(c.begun, data...)
	if key != nil {
		mask(c.begun[at:], *key, 0)
	}
}

// tell says that no more comes, and why, if nobody writes and no frame is under way.
func (c *conn) tell(code int) {
	if !c.out.TryLock() {
		return
	}
	defer c.out.Unlock()
	if c.owed > 0 || c.ended {
		return
	}
	c.briefly(func() { _ = c.end(code) })
}

// end says that no more comes. The lock is held.
func (c *conn) end(code int) error {
	if err := c.flush(); err != nil {
		return err
	}
	c.ended = true
	c.control(closing, binary.BigEndian.AppendUint16(nil, uint16(code)))
	return c.flush()
}

// CloseWrite says that no more comes. The connection below stays as it is: peers that are not this project's answer with the same, and read no more.
func (c *conn) CloseWrite() error {
	if c.spoken.Load() != web {
		return c.raw.CloseWrite()
	}
	c.out.Lock()
	defer c.out.Unlock()
	switch {
	case c.ended:
		return c.flush()
	case c.owed > 0:
		return errors.New("WebSocket: a frame is not at its end")
	}
	return c.end(normal)
}

// consume takes n octets, and buffers that are empty then, from v.
func consume(v *net.Buffers, n int) {
	for len(*v) > 0 && n >= len((*v)[0]) {
		n -= len((*v)[0])
		(*v)[0] = nil
		*v = (*v)[1:]
	}
	if n > 0 {
		(*v)[0] = (*v)[0][n:]
	}
}
