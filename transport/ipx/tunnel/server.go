package tunnel

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// The bounds of a server.
const (
	MostClients     = 150             // ipx-clients: as many as DOSBox's has
	MostPerAddress  = 32              // ipx-clients-per-address
	silentFor       = 5 * time.Minute // after which a client may lose its place to another
	broadcastsBurst = 256             // ipx-broadcasts: of all clients at once,
	broadcastsRate  = 128             // and a second
)

// ServerNet is the network that the answer to a registration comes from, as DOSBox's does.
const ServerNet = 1

// ServerCounts says how often what has happened at a server.
type ServerCounts struct {
	Registered uint64
	Relayed    uint64
	Broadcast  uint64
	Malformed  uint64
	Unknown    uint64 // packets from who has not registered
	Foreign    uint64 // packets from a client in another's name
	NoClient   uint64 // packets to nodes that are not there
	Full       uint64 // registrations and broadcasts for which there was no room
}

// A Server is a server of the tunnel. It is a node itself, whose packets it takes and sends as a client's: it is a carrier. It is safe for concurrent use, but Receive.
type Server struct {
	c    *net.UDPConn
	addr ipx.Addr

	mu      sync.Mutex
	clients []client // in the order of their registration
	looped  chan []byte
	done    chan struct{}
	work    sync.WaitGroup
	casts   ipx.Bucket

	registered, relayed, broadcast, malformed, unknown, foreign, noClient, full atomic.Uint64
}

type client struct {
	at    netip.AddrPort
	node  ipx.Node
	heard time.Time
}

var _ ipx.Carrier = (*Server)(nil)

// NodeOf returns the node of a client at an address of IPv4, as DOSBox's server makes it: the address and the port.
func NodeOf(at netip.AddrPort) (n ipx.Node) {
	a := at.Addr().Unmap().As4()
	copy(n[:], a[:])
	binary.BigEndian.PutUint16(n[4:], at.Port())
	return n
}

// Listen serves at an address of UDP, ADDRESS:PORT of IPv4. network is that of all clients, for the server's own address.
func Listen(ctx context.Context, at string, network uint32) (*Server, error) {
	var lc net.ListenConfig
	raw, err := lc.ListenPacket(ctx, "udp4", at)
	if err != nil {
		return nil, err
	}
	s := &Server{
		c: raw.(*net.UDPConn), looped: make(chan []byte, 1024), done: make(chan struct{}),
		casts: ipx.Bucket{Burst: broadcastsBurst, PerSecond: broadcastsRate},
	}
	_ = s.c.SetReadBuffer(socketBuffer)
	_ = s.c.SetWriteBuffer(socketBuffer)
	s.addr = ipx.Addr{Net: network, Node: NodeOf(s.At())}
	s.work.Go(s.serve)
	return s, nil
}

// At returns where the server listens.
func (s *Server) At() netip.AddrPort { return s.c.LocalAddr().(*net.UDPAddr).AddrPort() }

// Addr returns the server's own node.
func (s *Server) Addr() ipx.Addr { return s.addr }

// Most returns Most.
func (*Server) Most() int { return Most }

// Clients returns how many clients there are.
func (s *Server) Clients() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients)
}

// Counts returns how often what has happened.
func (s *Server) Counts() ServerCounts {
	return ServerCounts{
		s.registered.Load(), s.relayed.Load(), s.broadcast.Load(), s.malformed.Load(), s.unknown.Load(), s.foreign.Load(), s.noClient.Load(), s.full.Load(),
	}
}

// Send sends a packet of the server's own to a client, or to all.
func (s *Server) Send(to ipx.Node, packet []byte) error { return s.relay(to, s.addr.Node, packet) }

// Receive waits for a packet to the server's own node, or to all.
func (s *Server) Receive(b []byte) (int, error) {
	select {
	case p := <-s.looped:
		return copy(b, p), nil
	case <-s.done:
		return 0, net.ErrClosed
	}
}

// Close ends the server.
func (s *Server) Close() error {
	select {
	case <-s.done:
		return net.ErrClosed
	default:
	}
	close(s.done)
	err := s.c.Close()
	s.work.Wait()
	return err
}

func (s *Server) serve() {
	b := make([]byte, Most)
	for {
		n, from, err := s.c.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // of a client that is gone, as ICMP says
			continue
		}
		s.take(b[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
	}
}

func (s *Server) take(b []byte, from netip.AddrPort) {
	p, err := ipx.Parse(b)
	if err != nil {
		s.malformed.Add(1)
		return
	}
	if p.Dst.Socket == ipx.SocketEcho && p.Dst.Node == (ipx.Node{}) {
		s.register(from)
		return
	}
	s.mu.Lock()
	i := s.find(from)
	if i >= 0 {
		s.clients[i].heard = time.Now()
	}
	s.mu.Unlock()
	switch own := NodeOf(from); {
	case i < 0:
		s.unknown.Add(1)
	case p.Src.Node != own:
		s.foreign.Add(1)
	default:
		_ = s.relay(p.Dst.Node, own, b[:ipx.HeaderSize+len(p.Data)])
	}
}

func (s *Server) find(at netip.AddrPort) int {
	return slices.IndexFunc(s.clients, func(c client) bool { return c.at == at })
}

// register tells a client which node it is. The answer is as long as the question.
func (s *Server) register(from netip.AddrPort) {
	now := time.Now()
	s.mu.Lock()
	i, near, oldest := s.find(from), 0, -1
	for j, c := range s.clients {
		if c.at.Addr() == from.Addr() {
			near++
		}
		if now.Sub(c.heard) > silentFor && (oldest < 0 || c.heard.Before(s.clients[oldest].heard)) {
			oldest = j
		}
	}
	if i < 0 && oldest >= 0 && (len(s.clients) >= MostClients || near >= MostPerAddress) {
		if s.clients[oldest].at.Addr() == from.Addr() {
			near--
		}
		s.clients = slices.Delete(s.clients, oldest, oldest+1)
	}
	switch {
	case i >= 0:
		s.clients[i].heard = now
	case len(s.clients) >= MostClients || near >= MostPerAddress:
		s.mu.Unlock()
		s.full.Add(1)
		return
	default:
		s.clients = append(s.clients, client{from, NodeOf(from), now})
		s.registered.Add(1)
	}
	s.mu.Unlock()
	p := ipx.Packet{
		Dst: ipx.Addr{Node: NodeOf(from), Socket: ipx.SocketEcho},
		Src: ipx.Addr{Net: ServerNet, Node: s.addr.Node, Socket: ipx.SocketEcho},
	}
	_, _ = s.c.WriteToUDPAddrPort(p.Append(nil), from)
}

// relay sends a packet on to where it goes; one to all not to who sent it.
func (s *Server) relay(to, from ipx.Node, packet []byte) error {
	if to == s.addr.Node && from != to {
		s.own(packet)
		return nil
	}
	if to == ipx.Broadcast {
		if !s.casts.Take() {
			s.full.Add(1)
			return nil
		}
		s.broadcast.Add(1)
		s.mu.Lock()
		all := slices.Clone(s.clients)
		s.mu.Unlock()
		for _, c := range all {
			if c.node != from {
				_, _ = s.c.WriteToUDPAddrPort(packet, c.at)
			}
		}
		if from != s.addr.Node {
			s.own(packet)
		}
		return nil
	}
	s.mu.Lock()
	i := slices.IndexFunc(s.clients, func(c client) bool { return c.node == to })
	at := netip.AddrPort{}
	if i >= 0 {
		at = s.clients[i].at
	}
	s.mu.Unlock()
	if i < 0 {
		s.noClient.Add(1)
		return nil
	}
	s.relayed.Add(1)
	_, err := s.c.WriteToUDPAddrPort(packet, at)
	return err
}

// own keeps a packet for Receive.
func (s *Server) own(packet []byte) {
	select {
	case s.looped <- slices.Clone(packet):
	default:
		s.full.Add(1)
	}
}
