// Package rfc1234 carries IPX over UDP as RFC 1234 has it: each datagram is a packet, between nodes whose addresses are made of those of IPv4, all at one port.
// There is no server, and nobody can be asked who is there: what is for all goes to each of the peers that were named.
package rfc1234

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/opendsom/dsom/transport/ipx"
)

// Port is the port of UDP, at each peer (RFC 1234, "Packet Format").
const Port = 213

// Most is how many octets a packet may have: what goes over Ethernet with the heads of IP and UDP, so that no datagram is cut ("Maximum Transmission Unit" has 576 for the
// least, and leaves more to who knows his network).
const Most = 1472

// MostPeers is how many peers there may be, ipx-peers: a packet for all is sent so often.
const MostPeers = 64

const socketBuffer = 1 << 20

// NodeOf returns the node of an address of IPv4: two octets of zero before it.
func NodeOf(a netip.Addr) (n ipx.Node) {
	four := a.Unmap().As4()
	copy(n[2:], four[:])
	return n
}

// AddrOf returns the address of a node; ok is false if the node is none of RFC 1234.
func AddrOf(n ipx.Node) (a netip.Addr, ok bool) {
	return netip.AddrFrom4([4]byte(n[2:])), n[0] == 0 && n[1] == 0
}

// A Carrier is a carrier. It is safe for concurrent use, but Receive.
type Carrier struct {
	c     *net.UDPConn
	addr  ipx.Addr
	port  uint16
	peers []netip.Addr

	foreign atomic.Uint64
}

var _ ipx.Carrier = (*Carrier)(nil)

// A Config says where a carrier is.
type Config struct {
	Local netip.Addr   // this side's address of IPv4: it is its node
	Net   uint32       // the number of the network, which all peers are configured with
	Peers []netip.Addr // who has what is for all
	Port  uint16       // 0: 213
}

// Listen makes a carrier.
func Listen(ctx context.Context, c Config) (*Carrier, error) {
	if !c.Local.Unmap().Is4() || c.Local.IsUnspecified() {
		return nil, fmt.Errorf("the address %v, of which the node of IPX is to be made, is none of IPv4 that a peer can name", c.Local)
	}
	if len(c.Peers) > MostPeers {
		return nil, fmt.Errorf("limit ipx-peers: %d peers are named, and %d are the most", len(c.Peers), MostPeers)
	}
	for _, p := range c.Peers {
		if !p.Unmap().Is4() {
			return nil, fmt.Errorf("the peer %v has no address of IPv4", p)
		}
	}
	if c.Port == 0 {
		c.Port = Port
	}
	var lc net.ListenConfig
	raw, err := lc.ListenPacket(ctx, "udp4", netip.AddrPortFrom(c.Local, c.Port).String())
	if err != nil {
		return nil, err
	}
	r := &Carrier{c: raw.(*net.UDPConn), addr: ipx.Addr{Net: c.Net, Node: NodeOf(c.Local)}, port: c.Port, peers: c.Peers}
	_ = r.c.SetReadBuffer(socketBuffer)
	_ = r.c.SetWriteBuffer(socketBuffer)
	return r, nil
}

// Addr returns the network and the node.
func (c *Carrier) Addr() ipx.Addr { return c.addr }

// Most returns Most.
func (*Carrier) Most() int { return Most }

// Foreign returns how many packets came from another address than their node's.
func (c *Carrier) Foreign() uint64 { return c.foreign.Load() }

// Send sends a packet to a node's address, or to all peers.
func (c *Carrier) Send(to ipx.Node, packet []byte) error {
	if to == ipx.Broadcast {
		var all error
		for _, p := range c.peers {
			if _, err := c.c.WriteToUDPAddrPort(packet, netip.AddrPortFrom(p, c.port)); err != nil {
				all = errors.Join(all, err)
			}
		}
		return all
	}
	a, ok := AddrOf(to)
	if !ok {
		return fmt.Errorf("the node %v is none of RFC 1234: it is made of no address of IPv4", to)
	}
	_, err := c.c.WriteToUDPAddrPort(packet, netip.AddrPortFrom(a, c.port))
	return err
}

// Receive waits for a packet. What says that it is of this network, and comes from another address than its node's, is passed over.
func (c *Carrier) Receive(b []byte) (int, error) {
	for {
		n, from, err := c.c.ReadFromUDPAddrPort(b)
		if err != nil {
			return n, err
		}
		p, err := ipx.Parse(b[:n])
		if err == nil && (p.Src.Net == 0 || p.Src.Net == c.addr.Net) && p.Src.Node != NodeOf(from.Addr()) {
			c.foreign.Add(1)
			continue
		}
		return n, nil
	}
}

// Close ends the carrier.
func (c *Carrier) Close() error { return c.c.Close() }
