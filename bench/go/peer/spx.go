package peer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/rfc1234"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tcp"
)

// The peer "dsom-spx" is "dsom" by SPX over UDP, as RFC 1234 has it; "udp" is the same stream of octets in datagrams of the same size, with no more than keeps them from being lost
// on loopback: after every sixteenth the receiver says a word, and no more than 64 are on their way.

const spxSocket = 0x4d53

func init() {
	Peers["dsom-spx"] = Peer{Serve: serveSPX, Dial: dialSPX}
	Peers["udp"] = Peer{Serve: serveUDP, Dial: dialUDP}
}

// spxAt is the transport at an address of loopback.
func spxAt(at netip.AddrPort) *spx.Transport {
	return spx.New(spx.Config{Open: func(ctx context.Context) (*ipx.Station, error) {
		c, err := rfc1234.Listen(ctx, rfc1234.Config{Local: at.Addr(), Net: 1, Port: at.Port()})
		if err != nil {
			return nil, err
		}
		return ipx.NewStation(c), nil
	}})
}

func serveSPX(l net.Listener) error {
	l.Close()
	at := netip.MustParseAddrPort(l.Addr().String())
	return serveBy(orb.Config{Listen: []string{"spx::" + strconv.Itoa(spxSocket)}, Transports: transport.Set{spxAt(at)}})
}

func dialSPX(addr string) (Conn, error) {
	at := netip.MustParseAddrPort(addr)
	to := ipx.Addr{Net: 1, Node: rfc1234.NodeOf(at.Addr())}
	var err error
	for n := range 250 { // addresses of loopback that nobody has at this port
		t := spxAt(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, byte(1 + os.Getpid()%250), byte(2 + n)}), at.Port()))
		if _, err = t.Host(context.Background()); err == nil {
			return dialBy(orb.Config{Transports: transport.Set{tcp.New(), t}}, "corbaloc:"+spx.Endpoint(to.Host(), spxSocket).String()+"/Echo")
		}
	}
	return nil, err
}

// The sizes of the plain stream: what a packet of SPX-II carries, and its headers.
const (
	udpHead   = ipx.HeaderSize + spx.HeaderSizeII
	udpData   = rfc1234.Most - udpHead
	udpAck    = 16
	udpWindow = 64
)

// A udpStream is one side.
type udpStream struct {
	c    *net.UDPConn
	peer netip.AddrPort
	out  [rfc1234.Most]byte
	in   [rfc1234.Most]byte
}

// send sends the octets of a message.
func (s *udpStream) send(p []byte) error {
	total, flying := len(p), 0
	for first := true; first || len(p) > 0; first = false {
		n := copy(s.out[udpHead:], p)
		p = p[n:]
		binary.BigEndian.PutUint32(s.out[:], uint32(total))
		if _, err := s.c.WriteToUDPAddrPort(s.out[:udpHead+n], s.peer); err != nil {
			return err
		}
		for flying++; flying > udpWindow-udpAck || len(p) == 0 && flying >= udpAck; {
			if _, _, err := s.c.ReadFromUDPAddrPort(s.in[:]); err != nil {
				return err
			}
			flying -= udpAck
		}
	}
	return nil
}

// receive reads a message into p, which grows.
func (s *udpStream) receive(p []byte) ([]byte, error) {
	p = p[:0]
	for k := 1; ; k++ {
		n, from, err := s.c.ReadFromUDPAddrPort(s.in[:])
		if err != nil {
			return p, err
		}
		s.peer = from
		total := int(binary.BigEndian.Uint32(s.in[:]))
		p = append(p, s.in[udpHead:n]...)
		if k%udpAck == 0 {
			if _, err := s.c.WriteToUDPAddrPort(s.in[:udpHead], from); err != nil {
				return p, err
			}
		}
		if len(p) >= total {
			return p, nil
		}
	}
}

func serveUDP(l net.Listener) error {
	l.Close()
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(l.Addr().String())))
	if err != nil {
		return err
	}
	s := &udpStream{c: c}
	var p []byte
	for {
		if p, err = s.receive(p); err != nil {
			return err
		}
		if err := s.send(p); err != nil {
			return err
		}
	}
}

type udpConn struct {
	mu sync.Mutex
	s  udpStream
	p  []byte
}

func dialUDP(addr string) (Conn, error) {
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		return nil, err
	}
	return &udpConn{s: udpStream{c: c, peer: netip.MustParseAddrPort(addr)}}, nil
}

func (c *udpConn) Ping() error {
	_, err := c.Echo(nil)
	return err
}

func (c *udpConn) Echo(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.s.c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil { // a datagram was lost after all
		return 0, err
	}
	err := c.s.send(p)
	if err == nil {
		c.p, err = c.s.receive(c.p)
	}
	if err == nil && len(c.p) != len(p) {
		err = fmt.Errorf("%d octets come back as %d: %w", len(p), len(c.p), io.ErrUnexpectedEOF)
	}
	return len(c.p), err
}

func (c *udpConn) Structs(int) func() (int, error) {
	return func() (int, error) { return 0, errors.New("a stream of octets has no structs") }
}

func (c *udpConn) Close() error { return c.s.c.Close() }
