package peer

import (
	"bufio"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// watched is a connection whose reader dispatches its requests itself; the monitor
// takes the connection from a reader that is held up in a handler.
type watched struct {
	c    net.Conn
	br   *bufio.Reader
	busy atomic.Uint64 // odd in a handler
	seen uint64        // the monitor's

	mu  sync.Mutex
	gen uint64 // of the goroutine that reads
	out []byte
	n   int // readers alive
	end chan struct{}
}

func (w *watched) done() chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.end == nil {
		w.end = make(chan struct{})
		if w.n == 0 {
			close(w.end)
		}
	}
	return w.end
}

func (w *watched) read(gen uint64) {
	w.mu.Lock()
	w.n++
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.n--
		if w.n == 0 && w.end != nil {
			close(w.end)
		}
		w.mu.Unlock()
	}()
	var body []byte
	for {
		h, err := readHead(w.br)
		if err != nil {
			return
		}
		body = grow(body, int(h.n))
		if _, err := io.ReadFull(w.br, body); err != nil {
			return
		}
		w.busy.Add(1)
		monitor.poke()
		// A real handler runs here, outside the lock; reply stands for it and for the encoding.
		w.mu.Lock()
		w.busy.Add(1)
		var tail []byte
		w.out, tail = reply(w.out, h, body)
		lost := w.gen != gen
		if lost || tail != nil || len(w.out) > 1<<16 || w.br.Buffered() < hdr {
			_, err = w.c.Write(w.out)
			if err == nil && tail != nil {
				_, err = w.c.Write(tail)
			}
			w.out = w.out[:0]
		}
		w.mu.Unlock()
		if lost || err != nil {
			return
		}
	}
}

type monitors struct {
	mu   sync.Mutex
	all  map[*watched]bool
	on   atomic.Bool
	used atomic.Bool
}

var monitor = monitors{all: map[*watched]bool{}}

func (m *monitors) add(w *watched)    { m.mu.Lock(); m.all[w] = true; m.mu.Unlock() }
func (m *monitors) remove(w *watched) { m.mu.Lock(); delete(m.all, w); m.mu.Unlock() }

// poke keeps the monitor going, or starts it.
func (m *monitors) poke() {
	if !m.used.Load() {
		m.used.Store(true)
	}
	if !m.on.Load() && m.on.CompareAndSwap(false, true) {
		go m.run()
	}
}

func (m *monitors) run() {
	for idle := 0; idle < 20; idle++ {
		time.Sleep(time.Millisecond)
		if m.used.Swap(false) {
			idle = 0
		}
		m.mu.Lock()
		for w := range m.all {
			b := w.busy.Load()
			if b&1 == 1 && b == w.seen {
				idle = 0
				w.mu.Lock()
				if w.busy.Load() == b { // still, and it cannot leave while this holds the lock
					w.gen++
					if len(w.out) > 0 {
						w.c.Write(w.out)
						w.out = w.out[:0]
					}
					go w.read(w.gen)
				}
				w.mu.Unlock()
			}
			w.seen = b
		}
		m.mu.Unlock()
	}
	m.on.Store(false)
}
