package peer

import (
	"bufio"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
)

// ask makes the frame of a call.
func ask(id, op uint32, body []byte) func(b []byte) ([]byte, []byte) {
	return func(b []byte) ([]byte, []byte) {
		b = putHead(b, len(body), id, op)
		if len(body) <= 4096 {
			return append(b, body...), nil
		}
		return b, body
	}
}

type caller interface {
	call(op uint32, body []byte) ([]byte, error)
}

type direct struct {
	c       net.Conn
	mu      sync.Mutex
	br      *bufio.Reader
	id      uint32
	out, in []byte
	vecs    [2][]byte
	vec     net.Buffers
}

func (d *direct) call(op uint32, body []byte) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.id++
	d.out = putHead(d.out[:0], len(body), d.id, op)
	var err error
	if len(body) <= 4096 {
		d.out = append(d.out, body...)
		_, err = d.c.Write(d.out)
	} else {
		d.vecs = [2][]byte{d.out, body}
		d.vec = d.vecs[:]
		_, err = d.vec.WriteTo(d.c)
	}
	if err != nil {
		return nil, err
	}
	h, err := readHead(d.br)
	if err != nil {
		return nil, err
	}
	d.in = grow(d.in, int(h.n))
	_, err = io.ReadFull(d.br, d.in)
	return d.in, err
}
func (d *direct) Ping() error                       { _, err := d.call(0, pingAsk); return err }
func (d *direct) Echo(p []byte) (int, error)        { return rawEcho(d, p) }
func (d *direct) Structs(k int) func() (int, error) { return rawStructs(d, k) }
func (d *direct) Close() error                      { return d.c.Close() }

func rawEcho(c caller, p []byte) (int, error) {
	b, err := c.call(1, p)
	return len(b), err
}
func rawStructs(c caller, k int) func() (int, error) {
	s := items(k)
	var b []byte
	return func() (int, error) {
		b = encode(b[:0], s)
		r, err := c.call(2, b)
		if err != nil {
			return 0, err
		}
		return len(decode(r)), nil
	}
}

type waiter struct {
	ch   chan struct{}
	body []byte
	done bool
	err  error
}

// wake says that the waiter's state or the lead is worth another look.
func (w *waiter) wake() {
	select {
	case w.ch <- struct{}{}:
	default:
	}
}

var waiters = sync.Pool{New: func() any { return &waiter{ch: make(chan struct{}, 1)} }}

type mux struct {
	c       net.Conn
	q       wq
	mu      sync.Mutex
	id      uint32
	pending map[uint32]*waiter
}

func (m *mux) read(br *bufio.Reader, lock bool) {
	if lock {
		runtime.LockOSThread()
	}
	for {
		h, err := readHead(br)
		if err != nil {
			return
		}
		m.mu.Lock()
		w := m.pending[h.id]
		delete(m.pending, h.id)
		m.mu.Unlock()
		if w == nil {
			return
		}
		w.body = grow(w.body, int(h.n))
		if _, w.err = io.ReadFull(br, w.body); w.err != nil {
			w.ch <- struct{}{}
			return
		}
		w.ch <- struct{}{}
	}
}
func (m *mux) call(op uint32, body []byte) ([]byte, error) {
	w := waiters.Get().(*waiter)
	m.mu.Lock()
	m.id++
	id := m.id
	m.pending[id] = w
	m.mu.Unlock()
	if err := m.q.send(ask(id, op, body)); err != nil {
		return nil, err
	}
	<-w.ch
	b, err := w.body, w.err
	waiters.Put(w)
	return b, err
}
func (m *mux) Ping() error                       { _, err := m.call(0, pingAsk); return err }
func (m *mux) Echo(p []byte) (int, error)        { return rawEcho(m, p) }
func (m *mux) Structs(k int) func() (int, error) { return rawStructs(m, k) }
func (m *mux) Close() error                      { return m.c.Close() }

type lead struct {
	c       net.Conn
	q       wq
	br      *bufio.Reader
	mu      sync.Mutex
	id      uint32
	reading bool
	pending map[uint32]*waiter
}

func (m *lead) call(op uint32, body []byte) ([]byte, error) {
	w := waiters.Get().(*waiter)
	w.done = false
	for len(w.ch) > 0 {
		<-w.ch
	}
	m.mu.Lock()
	m.id++
	id := m.id
	m.pending[id] = w
	m.q.flying = len(m.pending)
	m.mu.Unlock()
	if err := m.q.send(ask(id, op, body)); err != nil {
		return nil, err
	}
	m.mu.Lock()
	for !w.done {
		if m.reading {
			m.mu.Unlock()
			<-w.ch
			m.mu.Lock()
			continue
		}
		m.reading = true
		for !w.done || m.br.Buffered() >= hdr {
			m.mu.Unlock()
			h, err := readHead(m.br)
			m.mu.Lock()
			if err != nil {
				m.mu.Unlock()
				return nil, err
			}
			p := m.pending[h.id]
			delete(m.pending, h.id)
			if p == nil {
				m.mu.Unlock()
				return nil, errors.New("reply to nothing")
			}
			m.mu.Unlock()
			p.body = grow(p.body, int(h.n))
			_, p.err = io.ReadFull(m.br, p.body)
			m.mu.Lock()
			p.done = true
			if p != w {
				p.wake()
			}
		}
		m.reading = false
		for _, p := range m.pending {
			p.wake()
			break
		}
	}
	m.mu.Unlock()
	b, err := w.body, w.err
	waiters.Put(w)
	return b, err
}
func (m *lead) Ping() error                       { _, err := m.call(0, pingAsk); return err }
func (m *lead) Echo(p []byte) (int, error)        { return rawEcho(m, p) }
func (m *lead) Structs(k int) func() (int, error) { return rawStructs(m, k) }
func (m *lead) Close() error                      { return m.c.Close() }
