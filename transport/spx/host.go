package spx

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// The bounds of a host.
const (
	mostConns       = 4096 // spx-connections: those that end among them
	mostUnconfirmed = 128  // spx-unconfirmed: whose clients have not shown that they are where they say
	mostOfNode      = 32   // spx-unconfirmed-per-node: of those, from one node
	backlog         = 128  // spx-backlog: of a listener, that nobody has taken yet
	backlogOfNode   = 32   // spx-backlog-per-node: of those, from one node, whose further requests are not heard until some are taken
	mostResets      = 64   // spx-resets: strangers who are told that they are, at once and a second
)

// A HostConfig says how connections are.
type HostConfig struct {
	Window int  // packets that a connection holds which were not read; 0: 64, which is the most
	Only1  bool // speak SPX, not SPX-II
}

// Counts says how often what has happened at a host.
type Counts struct {
	Asked     uint64 // connections that others have asked for
	Opened    uint64 // that were made, by either side
	Again     uint64 // packets that were sent again
	Doubled   uint64 // packets that came again
	Beyond    uint64 // packets for which no room was promised
	Malformed uint64
	Lies      uint64 // packets that acknowledge what was not sent
	Elsewhere uint64 // packets of a connection from another than its peer
	Stray     uint64 // packets of no connection
	Full      uint64 // connections for which there was no room
	Silent    uint64 // peers that were given up
}

type counters struct {
	asked, opened, again, doubled, beyond, malformed, lies, elsewhere, stray, full, silent atomic.Uint64
}

// A Host has the connections of a station. It is safe for concurrent use.
type Host struct {
	s      *ipx.Station
	c      HostConfig
	counts counters
	resets ipx.Bucket

	mu        sync.Mutex
	conns     map[uint16]*Conn
	peers     map[peer]*Conn // by what a client is, so that one that asks again has one connection
	listeners map[uint16]*Listener
	asks      uint16       // the socket that clients' connections have; 0: not open yet
	pending   int          // connections that are unconfirmed
	ofNode    map[host]int // of those, from each node
	closed    bool
	other     ipx.Handler // of packets at listeners' sockets that are none of SPX
	losses    []loss      // of flushFor, mostConns at most, the latest last: what Flush has not told yet
}

// A loss is a connection that was closed and ended before all that was written had arrived.
type loss struct {
	over chan struct{} // the connection's
	at   time.Time
}

type peer struct {
	at ipx.Addr
	id uint16
}

// A host is a node on its network.
type host struct {
	net  uint32
	node ipx.Node
}

func hostOf(a ipx.Addr) host { return host{a.Net, a.Node} }

// NewHost makes the host of a station. One station has one.
func NewHost(s *ipx.Station, c HostConfig) *Host {
	if c.Window <= 0 || c.Window > mostWindow {
		c.Window = mostWindow
	}
	h := &Host{
		s: s, c: c, conns: map[uint16]*Conn{}, peers: map[peer]*Conn{}, listeners: map[uint16]*Listener{}, ofNode: map[host]int{},
		resets: ipx.Bucket{Burst: mostResets, PerSecond: mostResets},
	}
	s.Stray(func(p *ipx.Packet) {
		if p.Type == ipx.TypeSPX {
			h.take(p)
		}
	})
	return h
}

// Station returns the station.
func (h *Host) Station() *ipx.Station { return h.s }

// Counts returns how often what has happened.
func (h *Host) Counts() Counts {
	c := &h.counts
	return Counts{
		c.asked.Load(), c.opened.Load(), c.again.Load(), c.doubled.Load(), c.beyond.Load(), c.malformed.Load(), c.lies.Load(), c.elsewhere.Load(), c.stray.Load(), c.full.Load(), c.silent.Load(),
	}
}

// Others has f take packets that come to listeners' sockets and are none of SPX. It must not wait.
func (h *Host) Others(f ipx.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.other = f
}

// Conns returns how many connections there are, those that end among them.
func (h *Host) Conns() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// An UnsentError says that connections that were closed had not brought to their peers all that was written.
type UnsentError struct {
	Conns int
	Ended int   // of those, that were ended by their peers, or for a peer's silence
	Why   error // that of the context; nil: their time was over
}

func (e *UnsentError) Error() string {
	why := fmt.Sprintf("within %v, limit spx-flush", flushFor)
	switch {
	case e.Ended == e.Conns:
		why = "before they ended"
	case e.Why != nil:
		why = "before " + e.Why.Error()
	}
	return fmt.Sprintf("SPX: of %d connections the peers have not said %s that all has arrived: what was written last may be lost", e.Conns, why)
}

func (e *UnsentError) Unwrap() error { return e.Why }

// all returns the connections that there are. The lock is held.
func (h *Host) all() []*Conn {
	all := make([]*Conn, 0, len(h.conns))
	for _, c := range h.conns {
		all = append(all, c)
	}
	return all
}

// Flush waits until connections that were closed have ended, each for flushFor after its Close at most, or until ctx ends. Its error, an UnsentError, counts those of the last flushFor that had ended before, and that nobody was told of, too.
func (h *Host) Flush(ctx context.Context) error {
	now := time.Now()
	h.mu.Lock()
	all := h.all()
	h.losses = slices.DeleteFunc(h.losses, func(l loss) bool { return now.Sub(l.at) > flushFor })
	e := UnsentError{Conns: len(h.losses), Ended: len(h.losses)}
	h.losses = nil
	h.mu.Unlock()
	for _, c := range all {
		switch arrived, ended := c.flushed(ctx); {
		case arrived:
		case ended:
			e.Ended++
			fallthrough
		default:
			e.Conns++
		}
	}
	if e.Conns == 0 {
		return nil
	}
	e.Why = ctx.Err()
	return &e
}

// flushed waits until a connection that was closed has ended, and reports whether all has arrived, or else whether it has ended. Of others there is nothing to wait for.
func (c *Conn) flushed(ctx context.Context) (arrived, ended bool) {
	c.mu.Lock()
	over, until := c.over, c.endBy.Add(flushFor-endFor)
	c.mu.Unlock()
	if over == nil {
		return true, false
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-over:
		return c.h.arrived(over), true
	default:
	}
	select {
	case <-over:
		return c.h.arrived(over), true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false, false
}

// arrived reports whether all had arrived of a connection that has ended. That it had not is told once.
func (h *Host) arrived(over chan struct{}) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.losses)
	h.losses = slices.DeleteFunc(h.losses, func(l loss) bool { return l.over == over })
	return len(h.losses) == n
}

// Close ends all connections and listeners; the station lives on. Those that were closed before may end as Flush has it, the others are ended without a word.
func (h *Host) Close() error {
	h.mu.Lock()
	h.closed = true
	var ls []*Listener
	for _, l := range h.listeners {
		ls = append(ls, l)
	}
	h.mu.Unlock()
	for _, l := range ls {
		_ = l.Close()
	}
	_ = h.Flush(context.Background()) // who wants to know calls it before
	h.mu.Lock()
	all := h.all()
	h.mu.Unlock()
	for _, c := range all {
		c.mu.Lock()
		if c.state >= open && c.state != gone {
			c.abort()
		}
		c.fail(net.ErrClosed)
		c.mu.Unlock()
	}
	if h.asks != 0 {
		h.s.Shut(h.asks)
	}
	h.s.Stray(nil)
	return nil
}

// add gives a connection its number. The lock is held.
func (h *Host) add(c *Conn) error {
	if h.closed {
		return net.ErrClosed
	}
	if len(h.conns) >= mostConns {
		h.counts.full.Add(1)
		return fmt.Errorf("limit spx-connections: there are %d", mostConns)
	}
	for c.id == 0 || h.conns[c.id] != nil {
		c.id = uint16(leastNumber + rand.IntN(nobody-leastNumber))
	}
	h.conns[c.id] = c
	return nil
}

// met takes note of the peer of a client's connection.
func (h *Host) met(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.peers[peer{c.peer, c.peerID}] = c
	h.counts.opened.Add(1)
}

// confirmed takes note that a client is where it says.
func (h *Host) confirmed(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.decided(c)
	h.counts.opened.Add(1)
}

// decided ends the account of a connection that was unconfirmed. The lock is held.
func (h *Host) decided(c *Conn) {
	h.pending--
	at := hostOf(c.peer)
	if h.ofNode[at]--; h.ofNode[at] == 0 {
		delete(h.ofNode, at)
	}
}

// forget takes a connection out. lost says that it was closed and that not all has arrived.
func (h *Host) forget(c *Conn, lost bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); lost {
		for len(h.losses) > 0 && (len(h.losses) >= mostConns || now.Sub(h.losses[0].at) > flushFor) {
			h.losses = h.losses[1:]
		}
		h.losses = append(h.losses, loss{c.over, now})
	}
	if h.conns[c.id] != c {
		return
	}
	delete(h.conns, c.id)
	if k := (peer{c.peer, c.peerID}); h.peers[k] == c {
		delete(h.peers, k)
	}
	if c.of != nil && !c.accepted {
		h.decided(c)
	}
}

// take hands a packet to its connection.
func (h *Host) take(p *ipx.Packet) {
	if p.Type != ipx.TypeSPX {
		h.mu.Lock()
		other := h.other
		if h.listeners[p.Dst.Socket] == nil {
			other = nil
		}
		h.mu.Unlock()
		if other == nil {
			h.counts.malformed.Add(1)
			return
		}
		other(p)
		return
	}
	head, data, err := Parse(p.Data)
	if err != nil {
		h.counts.malformed.Add(1)
		return
	}
	now := time.Now()
	if head.Dst == nobody {
		h.asked(head, p)
		return
	}
	h.mu.Lock()
	c := h.conns[head.Dst]
	h.mu.Unlock()
	switch {
	case c == nil:
		h.stray(head, p)
	case !c.peer.Is(p.Src) || c.local.Socket != p.Dst.Socket || p.Dst.Node == ipx.Broadcast:
		h.counts.elsewhere.Add(1)
	default:
		c.take(head, data, now)
	}
}

// asked takes a request for a connection.
func (h *Host) asked(head Header, p *ipx.Packet) {
	if head.Control&(System|SendAck) != System|SendAck || head.Src == 0 || p.Dst.Node == ipx.Broadcast || p.Src.Node == ipx.Broadcast {
		h.counts.malformed.Add(1)
		return
	}
	h.counts.asked.Add(1)
	h.mu.Lock()
	l, old := h.listeners[p.Dst.Socket], h.peers[peer{p.Src, head.Src}]
	if old != nil { // whose answer was lost, it may be
		h.mu.Unlock()
		old.mu.Lock()
		defer old.mu.Unlock()
		if old.of != nil && old.state == unconfirmed {
			old.answer()
		}
		return
	}
	if l == nil {
		h.mu.Unlock()
		h.stray(head, p)
		return
	}
	if h.pending >= mostUnconfirmed || h.ofNode[hostOf(p.Src)] >= mostOfNode || !l.room(hostOf(p.Src)) {
		h.mu.Unlock()
		h.counts.full.Add(1)
		return
	}
	c := h.newConn(ipx.Addr{Net: h.s.Addr().Net, Node: h.s.Addr().Node, Socket: p.Dst.Socket}, p.Src)
	c.of, c.peerID, c.state = l, head.Src, unconfirmed
	c.two = head.Control&II != 0 && !h.c.Only1
	c.out.alloc = head.Alloc
	if err := h.add(c); err != nil {
		h.mu.Unlock()
		return
	}
	h.peers[peer{c.peer, c.peerID}] = c
	h.pending++
	h.ofNode[hostOf(c.peer)]++
	h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer()
	c.arm(time.Now())
}

// stray tells a stranger that there is no such connection, or nobody who listens, unless another program of this machine may know better. What it is told is no longer
// than what it has said, and is not answered.
func (h *Host) stray(head Header, p *ipx.Packet) {
	h.counts.stray.Add(1)
	if !h.s.Alone() || p.Dst.Node == ipx.Broadcast || head.Stream == Ended || head.Control&(System|SendAck) == System || !h.resets.Take() {
		return
	}
	r := Header{Control: System, Stream: End, Src: head.Dst, Dst: head.Src, Seq: head.Ack - 1, Ack: head.Seq}
	switch {
	case head.Dst == nobody:
		r.Src = 0
	case head.Stream == End: // a connection that is gone here in order
		r.Stream, r.Seq = Ended, head.Ack
	}
	if head.Control&II != 0 && head.Dst != nobody {
		r.Control |= II
	}
	b := r.Append(nil)
	_ = h.s.Answer(&ipx.Packet{Type: ipx.TypeSPX, Dst: p.Src, Src: ipx.Addr{Socket: p.Dst.Socket}, Data: b})
}

// Dial connects to an address.
func (h *Host) Dial(ctx context.Context, to ipx.Addr) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	own := h.s.Addr()
	if to.Net == 0 {
		to.Net = own.Net
	}
	h.mu.Lock()
	if h.asks == 0 && !h.closed {
		socket, err := h.s.Open(0, h.take)
		if err != nil {
			h.mu.Unlock()
			return nil, err
		}
		h.asks = socket
	}
	c := h.newConn(ipx.Addr{Net: own.Net, Node: own.Node, Socket: h.asks}, to)
	err := h.add(c)
	h.mu.Unlock()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.request()
	c.mu.Unlock()
	select {
	case <-c.settled:
	case <-ctx.Done():
		_ = c.Close()
		return nil, context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == gone && !c.in.end { // one that the peer has ended in order already is read to its end
		return nil, c.err
	}
	return c, nil
}

// A Listener takes connections at a socket.
type Listener struct {
	h      *Host
	socket uint16
	queue  chan *Conn
	mu     sync.Mutex   // of closing, and offers
	ofNode map[host]int // connections that nobody has taken, from each node
	closed chan struct{}
}

// Listen takes connections at a socket; 0 is one that is free.
func (h *Host) Listen(socket uint16) (*Listener, error) {
	l := &Listener{h: h, queue: make(chan *Conn, backlog), ofNode: map[host]int{}, closed: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, net.ErrClosed
	}
	var err error
	if l.socket, err = h.s.Open(socket, h.take); err != nil {
		return nil, err
	}
	h.listeners[l.socket] = l
	return l, nil
}

// Socket returns the socket.
func (l *Listener) Socket() uint16 { return l.socket }

// room reports whether there is room for a connection from a node.
func (l *Listener) room(from host) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue) < backlog && l.ofNode[from] < backlogOfNode
}

// taken notes that a connection is in the queue no more.
func (l *Listener) taken(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := hostOf(c.peer)
	if l.ofNode[from]--; l.ofNode[from] == 0 {
		delete(l.ofNode, from)
	}
}

// offer hands a connection, whose lock is held, to who accepts. It reports whether there is room.
func (l *Listener) offer(c *Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.closed:
		return false
	default:
	}
	select {
	case l.queue <- c:
		c.accepted = true
		l.ofNode[hostOf(c.peer)]++
		return true
	default:
		return false
	}
}

// Accept waits for a connection. After Close its error is net.ErrClosed.
func (l *Listener) Accept() (*Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-l.queue:
		l.taken(c)
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends listening. Connections that nobody has accepted are closed; the others live on, at the listener's socket.
func (l *Listener) Close() error {
	l.mu.Lock()
	select {
	case <-l.closed:
		l.mu.Unlock()
		return net.ErrClosed
	default:
	}
	close(l.closed)
	l.mu.Unlock()
	l.h.mu.Lock()
	delete(l.h.listeners, l.socket)
	l.h.mu.Unlock()
	l.h.s.Shut(l.socket)
	for {
		select {
		case c := <-l.queue:
			_ = c.Close()
		default:
			return nil
		}
	}
}
