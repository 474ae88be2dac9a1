// Package ipxtest has networks of IPX in memory, which lose, double, reorder and delay packets as they are told, and recordings of them.
package ipxtest

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// Net is the network that wires are.
const Net = 0x00003053

// Faults say what a wire does to packets. The zero value delivers each at once, in order.
type Faults struct {
	Seed    uint64
	Loss    float64       // how many are lost, of 1
	Double  float64       // how many come twice
	Reorder float64       // how many come up to Late after their time
	Late    time.Duration // 0: 5 ms
	Delay   time.Duration // of each
	Jitter  time.Duration // up to so much more
}

// A Wire is a network. It is safe for concurrent use.
type Wire struct {
	Most int // octets of a packet; 0: 1424
	// Drop, if set, is asked of each packet whether it is lost. It is called under the wire's lock.
	Drop func(packet []byte) bool
	// Saw, if set, is told of each packet that is sent, delivered or not. It is called under the wire's lock.
	Saw func(to ipx.Node, packet []byte)

	f     Faults
	mu    sync.Mutex
	r     *rand.Rand
	ports map[ipx.Node]*Port
	Lost  int
}

// New returns a wire.
func New(f Faults) *Wire {
	if f.Late == 0 {
		f.Late = 5 * time.Millisecond
	}
	return &Wire{f: f, r: rand.New(rand.NewPCG(f.Seed, 0x1b2)), ports: map[ipx.Node]*Port{}}
}

// Change changes the wire's fields, or what its functions look at, while it is in use.
func (w *Wire) Change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// A Port is a node's end of a wire.
type Port struct {
	w    *Wire
	node ipx.Node
	in   chan []byte
	done chan struct{}
	once sync.Once

	mu   sync.Mutex
	late [][]byte
}

var _ ipx.Carrier = (*Port)(nil)

// Node returns the node of a number.
func Node(n byte) ipx.Node { return ipx.Node{2, 0, 0, 0, 0, n} }

// Port returns the end of a node, of which there is one.
func (w *Wire) Port(node ipx.Node) *Port {
	p := &Port{w: w, node: node, in: make(chan []byte, 1<<14), done: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ports[node] = p
	return p
}

// Addr returns the port's address.
func (p *Port) Addr() ipx.Addr { return ipx.Addr{Net: Net, Node: p.node} }

// Most returns how long packets may be.
func (p *Port) Most() int {
	if p.w.Most > 0 {
		return p.w.Most
	}
	return 1424
}

// Send sends a packet, or does not.
func (p *Port) Send(to ipx.Node, packet []byte) error {
	w := p.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Saw != nil {
		w.Saw(to, packet)
	}
	for node, q := range w.ports {
		if node != to && (to != ipx.Broadcast || q == p) {
			continue
		}
		times := 1
		if w.f.Double > 0 && w.r.Float64() < w.f.Double {
			times = 2
		}
		for range times {
			if len(packet) > q.Most() || w.f.Loss > 0 && w.r.Float64() < w.f.Loss || w.Drop != nil && w.Drop(packet) {
				w.Lost++
				continue
			}
			wait := w.f.Delay
			if w.f.Jitter > 0 {
				wait += time.Duration(w.r.Int64N(int64(w.f.Jitter)))
			}
			if w.f.Reorder > 0 && w.r.Float64() < w.f.Reorder {
				wait += time.Duration(w.r.Int64N(int64(w.f.Late))) + 1
			}
			b := append([]byte(nil), packet...)
			if wait == 0 {
				q.put(b)
				continue
			}
			if wait == w.f.Delay { // who is as late as the others comes in their order
				q.mu.Lock()
				q.late = append(q.late, b)
				q.mu.Unlock()
				time.AfterFunc(wait, q.next)
				continue
			}
			time.AfterFunc(wait, func() { q.put(b) })
		}
	}
	return nil
}

// Inject puts octets before the reader of a port, as if they had come.
func (p *Port) Inject(b []byte) { p.put(append([]byte(nil), b...)) }

// next puts the first of those that are late.
func (p *Port) next() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.put(p.late[0])
	p.late = p.late[1:]
}

func (p *Port) put(b []byte) {
	select {
	case p.in <- b:
	case <-p.done:
	default: // the queue of a network's card is bounded too
	}
}

// Receive waits for a packet.
func (p *Port) Receive(b []byte) (int, error) {
	select {
	case q := <-p.in:
		return copy(b, q), nil
	case <-p.done:
		return 0, net.ErrClosed
	}
}

// Close unplugs the port.
func (p *Port) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}
