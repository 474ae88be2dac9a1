package peer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"math"
	"net"
	"runtime"
	"sync"
)

const hdr = 16

type head struct{ n, id, op uint32 }

func readHead(br *bufio.Reader) (head, error) {
	b, err := br.Peek(hdr)
	if err != nil {
		return head{}, err
	}
	h := head{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])}
	if h.n > 8<<20 {
		return h, errors.New("frame too long")
	}
	br.Discard(hdr)
	return h, nil
}

func putHead(b []byte, n int, id, op uint32) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint32(b, op)
	return binary.LittleEndian.AppendUint32(b, 0)
}

var pingAsk, pingReply = make([]byte, 48), make([]byte, 8)

// reply appends the answer to a request, or all but its body when that is long.
func reply(out []byte, h head, body []byte) ([]byte, []byte) {
	switch h.op {
	case 0:
		return append(putHead(out, 8, h.id, 0), pingReply...), nil
	case 2:
		s := decode(body)
		at := len(out)
		out = encode(putHead(out, 0, h.id, 2), s)
		binary.LittleEndian.PutUint32(out[at:], uint32(len(out)-at-hdr))
		return out, nil
	}
	out = putHead(out, len(body), h.id, h.op)
	if len(body) <= 4096 {
		return append(out, body...), nil
	}
	return out, body
}

func encode(b []byte, s []Item) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
	for i := range s {
		b = binary.LittleEndian.AppendUint32(b, uint32(s[i].ID))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s[i].X))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s[i].Y))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s[i].Name)))
		b = append(b, s[i].Name...)
	}
	return b
}

func decode(b []byte) []Item {
	s := make([]Item, binary.LittleEndian.Uint32(b))
	b = b[4:]
	for i := range s {
		n := binary.LittleEndian.Uint32(b[20:])
		s[i] = Item{int32(binary.LittleEndian.Uint32(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[4:])),
			math.Float64frombits(binary.LittleEndian.Uint64(b[12:])), string(b[24 : 24+n])}
		b = b[24+n:]
	}
	return s
}

// decodeShared is decode with one string for all names: two allocations in all.
func decodeShared(b []byte) []Item {
	all := string(b)
	s := make([]Item, binary.LittleEndian.Uint32(b))
	at := uint32(4)
	for i := range s {
		f := b[at:]
		n := binary.LittleEndian.Uint32(f[20:])
		s[i] = Item{int32(binary.LittleEndian.Uint32(f)), math.Float64frombits(binary.LittleEndian.Uint64(f[4:])),
			math.Float64frombits(binary.LittleEndian.Uint64(f[12:])), all[at+24 : at+24+n]}
		at += 24 + n
	}
	return s
}

// Codec is what inproc times: 100 structs to octets and back, in two ways.
func Codec() (enc, dec, shared func()) {
	s := items(100)
	b := encode(nil, s)
	var out []byte
	var keep []Item
	return func() { out = encode(out[:0], s) }, func() { keep = decode(b) }, func() { keep = decodeShared(b); _ = keep }
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// wq writes frames; with combine, frames that come while a write is under way go
// out together in the next.
type wq struct {
	mu         sync.Mutex
	c          net.Conn
	combine    bool
	yield      bool
	flying     int
	buf, spare []byte
	flushing   bool
	err        error
	vec        net.Buffers
	vecs       [2][]byte
}

func (q *wq) send(f func(b []byte) ([]byte, []byte)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.combine {
		b, tail := f(q.buf[:0])
		q.buf = b
		return q.raw(b, tail)
	}
	b, tail := f(q.buf)
	q.buf = append(b, tail...)
	if q.flushing {
		return q.err
	}
	q.flushing = true
	for len(q.buf) > 0 {
		if q.yield && q.flying > 1 {
			q.mu.Unlock()
			runtime.Gosched()
			q.mu.Lock()
		}
		w := q.buf
		q.buf = q.spare[:0]
		q.mu.Unlock()
		_, err := q.c.Write(w)
		q.mu.Lock()
		q.spare = w
		if err != nil {
			q.err = err
			break
		}
	}
	q.flushing = false
	return q.err
}

func (q *wq) raw(b, tail []byte) error {
	if len(tail) == 0 {
		_, err := q.c.Write(b)
		return err
	}
	q.vecs = [2][]byte{b, tail}
	q.vec = q.vecs[:]
	_, err := q.vec.WriteTo(q.c)
	return err
}
