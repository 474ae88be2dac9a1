package node_test

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/node"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A lan is a network in memory, on which time may be virtual.
type lan struct {
	mu    sync.Mutex
	ports map[netip.AddrPort][]*port
	seen  []packet                                           // all that was sent
	lose  func(p *nbns.Packet, from, to netip.AddrPort) bool // what does not arrive
	alter func(p *nbns.Packet, from netip.AddrPort)          // what arrives as another
}

type packet struct {
	*nbns.Packet
	from, to netip.AddrPort
}

var toAll = netip.MustParseAddr("10.0.0.255")

func newLAN() *lan { return &lan{ports: map[netip.AddrPort][]*port{}} }

type port struct {
	l    *lan
	at   netip.AddrPort // of the sender
	in   chan datagram
	done chan struct{}
	once sync.Once
}

type datagram struct {
	b    []byte
	from netip.AddrPort
}

// open opens a port at an address; what is heard there is for hear.
func (l *lan) open(at, hear netip.AddrPort) *port {
	p := &port{l: l, at: at, in: make(chan datagram, 256), done: make(chan struct{})}
	l.mu.Lock()
	l.ports[hear] = append(l.ports[hear], p)
	l.mu.Unlock()
	return p
}

func (p *port) ReadFrom(b []byte) (int, netip.AddrPort, error) {
	select {
	case d := <-p.in:
		return copy(b, d.b), d.from, nil
	case <-p.done:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

func (p *port) WriteTo(b []byte, to netip.AddrPort) error {
	l := p.l
	l.mu.Lock()
	defer l.mu.Unlock()
	q, err := nbns.Parse(b)
	if err == nil {
		l.seen = append(l.seen, packet{q, p.at, to})
		if l.lose != nil && l.lose(q, p.at, to) {
			return nil
		}
		if l.alter != nil {
			l.alter(q, p.at)
			b = q.Append(nil)
		}
	}
	for _, r := range l.ports[to] {
		select {
		case r.in <- datagram{slices.Clone(b), p.at}:
		default:
			return errors.New("a port is full")
		}
	}
	return nil
}

func (p *port) Close() error {
	p.once.Do(func() {
		p.l.mu.Lock()
		for at, list := range p.l.ports {
			p.l.ports[at] = slices.DeleteFunc(list, func(r *port) bool { return r == p })
		}
		p.l.mu.Unlock()
		close(p.done)
	})
	return nil
}

// count counts what was sent of which is says that.
func (l *lan) count(is func(packet) bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, p := range l.seen {
		if is(p) {
			n++
		}
	}
	return n
}

func (l *lan) forget() {
	l.mu.Lock()
	l.seen = nil
	l.mu.Unlock()
}

func addr(last byte) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, last}) }

func at(last byte) netip.AddrPort { return netip.AddrPortFrom(addr(last), nbns.Port) }

// node starts a node, which ends with the test unless before.
func (l *lan) node(t *testing.T, last byte, kind nbns.NodeType, change func(*node.Config)) *node.Node {
	t.Helper()
	c := node.Config{Type: kind, Addr: addr(last), All: toAll, Unicast: l.open(at(last), at(last)), Broadcast: l.open(at(last), netip.AddrPortFrom(toAll, nbns.Port))}
	if change != nil {
		change(&c)
	}
	n, err := node.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// serves makes a node a name server.
func serves(c *node.Config) { c.Serve = true }

// asks makes a node ask those name servers.
func asks(servers ...byte) func(*node.Config) {
	return func(c *node.Config) {
		for _, s := range servers {
			c.Servers = append(c.Servers, at(s))
		}
	}
}

func name(text string) nbname.Name {
	n, err := nbname.New(text, nbname.DSOM, "")
	if err != nil {
		panic(err)
	}
	return n
}
