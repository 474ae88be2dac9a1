package miop

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// A SenderConfig says how messages are sent. The zero value sends by the interface that the system chooses.
type SenderConfig struct {
	// Interface is by which messages to groups go: its name, or an address of IPv4 or IPv6 of this machine. "" is the system's choice. The reach of what goes to a group is the network of
	// that interface: the system sends it with a time to live of 1.
	Interface string

	// PacketSize is the most that a packet has, header included; 0 is MostPacket.
	PacketSize int
}

// A Sender sends messages. It is safe for concurrent use.
type Sender struct {
	c   SenderConfig
	ids *IDs

	mu     sync.Mutex
	conns  map[way]*net.UDPConn
	closed bool
}

// A way is what needs a socket of its own.
type way struct{ six, group bool }

// NewSender returns a sender, which opens its socket when it first sends.
func NewSender(c SenderConfig) *Sender {
	return &Sender{c: c, ids: NewIDs(), conns: map[way]*net.UDPConn{}}
}

// Send sends a message of GIOP, in as many packets as it takes. That nobody has received it is no error. Its errors are ErrSize, net.ErrClosed, and the system's; after an error of the system some of
// the packets may have been sent, by which no receiver does anything.
func (s *Sender) Send(msg []byte, little bool, to netip.AddrPort) error {
	c, err := s.conn(to.Addr())
	if err != nil {
		return err
	}
	return Split(msg, s.ids.Next(), little, s.c.PacketSize, func(b []byte) error {
		_, err := c.WriteToUDPAddrPort(b, to)
		return err
	})
}

// conn returns the socket for an address.
func (s *Sender) conn(to netip.Addr) (*net.UDPConn, error) {
	six := to.Is6() && !to.Is4In6()
	w := way{six, to.IsMulticast()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, net.ErrClosed
	}
	if c := s.conns[w]; c != nil {
		return c, nil
	}
	at := &net.UDPAddr{}
	if s.c.Interface != "" && w.group {
		a, _, err := findInterface(s.c.Interface, six)
		if err != nil {
			return nil, err
		}
		at = net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)) // by which the system chooses the interface, too
	}
	network := "udp4"
	if six {
		network = "udp6"
	}
	c, err := net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	s.conns[w] = c
	return c, nil
}

// Close ends the sender.
func (s *Sender) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var err error
	for _, c := range s.conns {
		if e := c.Close(); e != nil {
			err = e
		}
	}
	s.conns = map[way]*net.UDPConn{}
	return err
}

// Listen hears what is sent to an address: of a group, which it joins on an interface ("" is the system's choice), or of this machine. Several sockets may hear a group, of several programs. Of a group of IPv4 on Linux, what is sent to another address
// is not heard; elsewhere what is sent to the port by other addresses of this machine may be heard as well.
func Listen(at netip.AddrPort, iface string) (*net.UDPConn, error) {
	if !at.Addr().IsMulticast() {
		return net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	}
	var by *net.Interface
	if iface != "" {
		var err error
		if _, by, err = findInterface(iface, at.Addr().Is6()); err != nil {
			return nil, err
		}
	}
	return listenGroup(at, by)
}

// listenPort joins a group and hears its port.
func listenPort(at netip.AddrPort, by *net.Interface) (*net.UDPConn, error) {
	network := "udp4"
	if at.Addr().Is6() {
		network = "udp6"
	}
	return net.ListenMulticastUDP(network, by, net.UDPAddrFromAddrPort(at))
}

// findInterface returns the interface of a name or address, and its first address of a kind, or the address that was given.
func findInterface(s string, six bool) (netip.Addr, *net.Interface, error) {
	want, err := netip.ParseAddr(s)
	if err != nil {
		want = netip.Addr{}
	}
	all, err := net.Interfaces()
	if err != nil {
		return netip.Addr{}, nil, err
	}
	for i := range all {
		if !want.IsValid() && all[i].Name != s {
			continue
		}
		list, err := all[i].Addrs()
		if err != nil {
			return netip.Addr{}, nil, err
		}
		for _, a := range list {
			p, err := netip.ParsePrefix(a.String())
			if err != nil || p.Addr().Is6() != six || want.IsValid() && p.Addr() != want {
				continue
			}
			at := p.Addr()
			if at.IsLinkLocalUnicast() && six {
				at = at.WithZone(all[i].Name)
			}
			return at, &all[i], nil
		}
		if !want.IsValid() {
			return netip.Addr{}, nil, fmt.Errorf("the interface %s has no address for the group", s)
		}
	}
	return netip.Addr{}, nil, fmt.Errorf("this machine has no interface %q, by name or by an address for the group", s)
}
