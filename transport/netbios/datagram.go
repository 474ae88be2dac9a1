package netbios

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"sync/atomic"

	"github.com/opendsom/dsom/transport/netbios/nbds"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// A Datagrams is a node's datagram service: octets for a name, which may be lost, without an answer. Methods are safe for concurrent use; Receive is for one goroutine.
//
// Datagrams of 512 octets at most are sent whole; pieces of longer ones are counted, and not put together. There is no distribution server: P nodes reach unique names, and no groups.
type Datagrams struct {
	node      *node.Node
	carrier   node.Carrier // at the node's address
	all       netip.Addr   // to which is sent what is for a group; zero: nothing is
	port      uint16
	malformed atomic.Uint64
	pieces    atomic.Uint64
	foreign   atomic.Uint64
	strangers atomic.Uint64
}

// NewDatagrams makes the service of a node, over a carrier at the node's address, or at that of all if it is to hear what is for groups and is not to send. A port of 0 is 138.
func NewDatagrams(n *node.Node, c node.Carrier, all netip.Addr, port uint16) *Datagrams {
	if port == 0 {
		port = nbds.Port
	}
	return &Datagrams{node: n, carrier: c, all: all, port: port}
}

// Close ends the service, and wakes Receive.
func (d *Datagrams) Close() error { return d.carrier.Close() }

// A DatagramCounts says how often what has happened.
type DatagramCounts struct {
	Malformed uint64 // packets that could not be read
	Pieces    uint64 // of datagrams that were longer than one
	Foreign   uint64 // packets that tell another source than their sender's
	Strangers uint64 // datagrams for names that are not the node's
}

// Counts returns how often what has happened.
func (d *Datagrams) Counts() DatagramCounts {
	return DatagramCounts{d.malformed.Load(), d.pieces.Load(), d.foreign.Load(), d.strangers.Load()}
}

// Send sends data from a name of the node's to another: to the node that has it, or to all if it is a group's.
func (d *Datagrams) Send(ctx context.Context, from, to nbname.Name, data []byte) error {
	if len(data) > nbds.MostData {
		return fmt.Errorf("a datagram of %d octets: %d at most are sent (netbios-datagram)", len(data), nbds.MostData)
	}
	owners, err := d.node.Lookup(ctx, to)
	if err != nil {
		return err
	}
	p := nbds.Packet{Type: nbds.DirectUnique, First: true, Node: uint8(d.node.Type()) % 3, Source: netip.AddrPortFrom(d.node.Addr(), d.port), From: from, To: to, Data: data}
	at := owners[0].Addr
	if owners[0].Group {
		if p.Type, at = nbds.DirectGroup, d.all; !at.IsValid() {
			return fmt.Errorf("%v is a group, and what is for all cannot be sent", to)
		}
	}
	var id [2]byte
	_, _ = rand.Read(id[:])
	p.ID = binary.BigEndian.Uint16(id[:])
	return d.carrier.WriteTo(p.Append(nil), netip.AddrPortFrom(at, d.port))
}

// A Datagram is one that has come.
type Datagram struct {
	From, To nbname.Name
	Group    bool
	Source   netip.Addr
	Data     []byte
}

// Receive waits for the next datagram for a name of the node's. Its error is net.ErrClosed after Close. Who sends one to a unique name that the node has not is told so.
func (d *Datagrams) Receive() (Datagram, error) {
	b := make([]byte, 2048)
	for {
		n, from, err := d.carrier.ReadFrom(b)
		if err != nil {
			return Datagram{}, err
		}
		p, err := nbds.Parse(b[:n])
		switch {
		case err != nil:
			d.malformed.Add(1)
			continue
		case p.Source.Addr() != from.Addr().Unmap():
			d.foreign.Add(1)
			continue
		case p.Type != nbds.DirectUnique && p.Type != nbds.DirectGroup: // answers, and what is for all names
			continue
		case p.More || p.Offset > 0:
			d.pieces.Add(1)
			continue
		}
		group, has := d.node.Has(p.To)
		if !has || group != (p.Type == nbds.DirectGroup) {
			d.strangers.Add(1)
			if p.Type == nbds.DirectUnique {
				e := nbds.Packet{Type: nbds.Error, First: true, ID: p.ID, Source: netip.AddrPortFrom(d.node.Addr(), d.port), Code: nbds.NotPresent}
				_ = d.carrier.WriteTo(e.Append(nil), from)
			}
			continue
		}
		return Datagram{p.From, p.To, group, p.Source.Addr(), append([]byte(nil), p.Data...)}, nil
	}
}
