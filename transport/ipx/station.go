package ipx

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Handler takes the packets that come for a socket. It is called by one goroutine at a time for those of the network, and by another for those that the
// station sends to itself; it must not wait. The packet's data are its own only until it returns.
type Handler func(p *Packet)

// The bounds of a station.
const (
	MostSockets = 1024                   // ipx-sockets: that are open
	mostLooped  = 512                    // ipx-looped: packets to oneself on their way
	mostPings   = 16                     // ipx-pings: answered at once, and a second
	idleError   = 100 * time.Millisecond // between two failures of the carrier
)

// Counts says how often what has happened at a station.
type Counts struct {
	Received  uint64
	Sent      uint64
	Malformed uint64 // packets that cannot be read
	Elsewhere uint64 // packets for other nodes and networks
	Unopened  uint64 // packets for sockets that are not open here
	Full      uint64 // packets for which there was no room
	Failed    uint64 // failures of the carrier
	Pings     uint64 // that were answered
}

// A Station is a node on a network. It is safe for concurrent use.
type Station struct {
	c    Carrier
	addr Addr

	mu      sync.RWMutex
	sockets map[uint16]Handler
	stray   Handler
	routes  Routes
	closed  bool

	looped chan *[]byte
	bufs   sync.Pool
	pings  Bucket
	work   sync.WaitGroup
	done   chan struct{}

	received, sent, malformed, elsewhere, unopened, full, failed, pinged atomic.Uint64
}

// Routes say which node of the station's network is next on the way to another.
type Routes interface {
	// Next is asked for an answer to who says that he is on a network, as anybody can, or for a word of one's own. The places that are kept for the former must not be taken from the latter.
	Next(net uint32, answer bool) (Node, error)
}

// An UnreachableError says that no router is known for a network.
type UnreachableError struct{ Net uint32 }

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no router is known to the network %08x of IPX", e.Net)
}

// ErrInUse is the error of opening a socket that is open.
var ErrInUse = errors.New("the socket of IPX is in use")

// NewStation makes the station that has a carrier's address, and that ends with the carrier, which it closes.
func NewStation(c Carrier) *Station {
	s := &Station{
		c: c, addr: c.Addr(), sockets: map[uint16]Handler{}, looped: make(chan *[]byte, mostLooped), done: make(chan struct{}),
		pings: Bucket{Burst: mostPings, PerSecond: mostPings},
	}
	s.bufs.New = func() any { b := make([]byte, 0, c.Most()); return &b }
	s.work.Go(s.receive)
	s.work.Go(s.loop)
	return s
}

// Addr returns the station's network and node.
func (s *Station) Addr() Addr { return s.addr }

// Most returns how many octets a packet may have here.
func (s *Station) Most() int { return s.c.Most() }

// Alone reports whether no other program has this node, so that what is not open here is open nowhere on it.
func (s *Station) Alone() bool {
	_, shared := s.c.(Shared)
	return !shared
}

// Counts returns how often what has happened.
func (s *Station) Counts() Counts {
	return Counts{
		s.received.Load(), s.sent.Load(), s.malformed.Load(), s.elsewhere.Load(), s.unopened.Load(), s.full.Load(), s.failed.Load(), s.pinged.Load(),
	}
}

// Route has packets to other networks go where r says. Without, they go nowhere, unless the carrier carries all.
func (s *Station) Route(r Routes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes = r
}

// Stray has h take packets for sockets that are not open.
func (s *Station) Stray(h Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stray = h
}

// Open has h take what comes for a socket; 0 is one that is free, drawn at random. It returns which it is.
func (s *Station) Open(socket uint16, h Handler) (uint16, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, net.ErrClosed
	}
	if len(s.sockets) >= MostSockets {
		return 0, fmt.Errorf("limit ipx-sockets: %d sockets of IPX are open", MostSockets)
	}
	for any := socket == 0; socket == 0 || s.sockets[socket] != nil; {
		if !any {
			return 0, fmt.Errorf("%w: %04x", ErrInUse, socket)
		}
		socket = uint16(FirstFree + rand.IntN(LastFree-FirstFree+1))
	}
	s.sockets[socket] = h
	return socket, nil
}

// Shut closes a socket.
func (s *Station) Shut(socket uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sockets, socket)
}

// Close ends the station and its carrier. When it returns no handler runs any more.
func (s *Station) Close() error {
	s.mu.Lock()
	was := s.closed
	s.closed = true
	s.mu.Unlock()
	if was {
		return net.ErrClosed
	}
	close(s.done)
	err := s.c.Close()
	s.work.Wait()
	return err
}

// Send sends a packet, whose source's network and node are the station's own whatever it says.
func (s *Station) Send(p *Packet) error { return s.sendPacket(p, false) }

// Answer is Send to one of whom nothing is known but that he says that he is there.
func (s *Station) Answer(p *Packet) error { return s.sendPacket(p, true) }

func (s *Station) sendPacket(p *Packet, answer bool) error {
	b := s.bufs.Get().(*[]byte)
	defer s.bufs.Put(b)
	if HeaderSize+len(p.Data) > s.c.Most() {
		return fmt.Errorf("limit ipx-packet: a packet of %d octets, and %d are the most", HeaderSize+len(p.Data), s.c.Most())
	}
	p.Src.Net, p.Src.Node = s.addr.Net, s.addr.Node
	*b = p.Append((*b)[:0])
	return s.send(p.Dst, *b, answer)
}

// SendEncoded sends a packet to dst that Append has made. It keeps nothing of it.
func (s *Station) SendEncoded(dst Addr, packet []byte) error { return s.send(dst, packet, false) }

// AnswerEncoded is to SendEncoded what Answer is to Send.
func (s *Station) AnswerEncoded(dst Addr, packet []byte) error { return s.send(dst, packet, true) }

func (s *Station) send(dst Addr, packet []byte, answer bool) error {
	s.sent.Add(1)
	if dst.Node == s.addr.Node && (dst.Net == 0 || dst.Net == s.addr.Net) {
		b := s.bufs.Get().(*[]byte)
		*b = append((*b)[:0], packet...)
		select {
		case s.looped <- b:
		default:
			s.full.Add(1)
		}
		return nil
	}
	next := dst.Node
	if dst.Net != 0 && s.addr.Net != 0 && dst.Net != s.addr.Net {
		s.mu.RLock()
		r := s.routes
		s.mu.RUnlock()
		if r == nil {
			return &UnreachableError{dst.Net}
		}
		var err error
		if next, err = r.Next(dst.Net, answer); err != nil {
			return err
		}
	}
	return s.c.Send(next, packet)
}

func (s *Station) receive() {
	b := make([]byte, s.c.Most()+64) // what is longer than a packet may be is no packet
	var p Packet
	for {
		n, err := s.c.Receive(b)
		if err == nil {
			s.take(b[:n], &p)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		s.failed.Add(1)
		select {
		case <-time.After(idleError):
		case <-s.done:
			return
		}
	}
}

func (s *Station) loop() {
	var p Packet
	for {
		select {
		case b := <-s.looped:
			s.take(*b, &p)
			s.bufs.Put(b)
		case <-s.done:
			return
		}
	}
}

// take hands a packet to whom it is for, in p. An address of network 0 is of this one.
func (s *Station) take(b []byte, p *Packet) {
	s.received.Add(1)
	var err error
	if *p, err = Parse(b); err != nil {
		s.malformed.Add(1)
		return
	}
	if p.Dst.Net == 0 {
		p.Dst.Net = s.addr.Net
	}
	if p.Src.Net == 0 {
		p.Src.Net = s.addr.Net
	}
	if p.Dst.Node != s.addr.Node && p.Dst.Node != Broadcast || p.Dst.Net != s.addr.Net && s.addr.Net != 0 {
		s.elsewhere.Add(1)
		return
	}
	s.mu.RLock()
	h, stray := s.sockets[p.Dst.Socket], s.stray
	s.mu.RUnlock()
	switch {
	case h != nil:
		h(p)
	case p.Dst.Socket == SocketEcho && p.Dst.Node == Broadcast && p.Src.Node != s.addr.Node:
		s.pong(p.Src)
	default:
		s.unopened.Add(1)
		if stray != nil {
			stray(p)
		}
	}
}

// pong answers one who asks everybody whether they are there, as DOSBox's "ipxnet ping" does: from socket 0 to its socket of echoes, so that answers are not answered.
func (s *Station) pong(to Addr) {
	if !s.pings.Take() {
		s.full.Add(1)
		return
	}
	s.pinged.Add(1)
	to.Socket = SocketEcho
	if err := s.Answer(&Packet{Type: TypeEcho, Dst: to}); err != nil {
		s.failed.Add(1)
	}
}
