package ether

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/opendsom/dsom/transport/ipx"
)

// How Linux labels the frames of each framing (linux/if_ether.h): by it a socket hears those alone.
var labels = map[ipx.Framing]uint16{ipx.EthernetII: 0x8137, ipx.Ethernet802: 0x0001, ipx.EthernetLLC: 0x0004, ipx.EthernetSNAP: 0x0004}

// A Carrier is a carrier. It is safe for concurrent use, but Receive.
type Carrier struct {
	f     *os.File
	raw   syscall.RawConn
	c     Config
	index int
	node  ipx.Node
	out   sync.Pool
	in    []byte
}

var (
	_ ipx.Carrier = (*Carrier)(nil)
	_ ipx.Shared  = (*Carrier)(nil)
)

// Open opens a carrier at an interface.
func Open(_ context.Context, c Config) (*Carrier, error) {
	i, node, err := nodeOf(c.Interface)
	if err != nil {
		return nil, err
	}
	label := network(labels[c.Framing])
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, int(label))
	if err != nil {
		return nil, fmt.Errorf("a packet socket for IPX, which needs CAP_NET_RAW: %w", os.NewSyscallError("socket", err))
	}
	if err := syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: label, Ifindex: i.Index}); err != nil {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("the interface %q: %w", c.Interface, os.NewSyscallError("bind", err))
	}
	x := &Carrier{f: os.NewFile(uintptr(fd), "packet:"+c.Interface), c: c, index: i.Index, node: node, in: make([]byte, 14+ipx.MostFrame+64)}
	x.out.New = func() any { b := make([]byte, 0, 14+ipx.MostFrame); return &b }
	if x.raw, err = x.f.SyscallConn(); err != nil {
		_ = x.f.Close()
		return nil, err
	}
	return x, nil
}

// network returns v in the order in which the network has octets.
func network(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}

// Addr returns the network and the interface's node.
func (c *Carrier) Addr() ipx.Addr { return ipx.Addr{Net: c.c.Net, Node: c.node} }

// Most returns how many octets a packet may have in a frame.
func (c *Carrier) Most() int { return c.c.Framing.Most() }

// Shared says that other programs of this machine may have the same node.
func (*Carrier) Shared() {}

// Send sends a packet in a frame.
func (c *Carrier) Send(to ipx.Node, packet []byte) error {
	b := c.out.Get().(*[]byte)
	defer c.out.Put(b)
	*b = ipx.AppendFrame((*b)[:0], c.c.Framing, to, c.node, packet)
	_, err := c.f.Write(*b)
	return err
}

// Receive waits for a packet in a frame of the carrier's framing, for this node or for all.
func (c *Carrier) Receive(b []byte) (int, error) {
	for {
		var n int
		var from syscall.Sockaddr
		var failed error
		err := c.raw.Read(func(fd uintptr) bool {
			n, from, failed = syscall.Recvfrom(int(fd), c.in, 0)
			return failed != syscall.EAGAIN
		})
		if err != nil {
			return 0, net.ErrClosed
		}
		if failed != nil {
			return 0, os.NewSyscallError("recvfrom", failed)
		}
		if l, ok := from.(*syscall.SockaddrLinklayer); !ok || l.Pkttype == syscall.PACKET_OUTGOING || l.Ifindex != c.index {
			continue
		}
		to, _, packet, ok := ipx.ParseFrame(c.c.Framing, c.in[:n])
		if ok && (to == c.node || to == ipx.Broadcast) {
			return copy(b, packet), nil
		}
	}
}

// Close ends the carrier.
func (c *Carrier) Close() error { return c.f.Close() }

// nodeOf returns an interface and its node.
func nodeOf(name string) (*net.Interface, ipx.Node, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, ipx.Node{}, fmt.Errorf("the interface %q: %w", name, err)
	}
	if len(i.HardwareAddr) != len(ipx.Node{}) {
		return nil, ipx.Node{}, fmt.Errorf("the interface %q has no address of Ethernet, and IPX in frames needs one", name)
	}
	return i, ipx.Node(i.HardwareAddr), nil
}
