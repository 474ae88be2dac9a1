// Package sap is Novell's Service Advertising Protocol, as far as DSOM needs it: a server says by what name and at which address it is, and who looks for it asks all on the network.
// Who answers is not known for sure, as nobody is on IPX: a name says where to ask, and never who is there.
package sap

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/transport/ipx"
)

// TypeDSOM is the type of service that DSOM's daemons advertise. Novell gave none for it; it is the number of their port.
const TypeDSOM = 0x0bed

// TypeAny is all types, in a query.
const TypeAny = 0xffff

// The operations of packets.
const (
	Query          = 1 // who is there, of a type
	Response       = 2 // some are: an answer, or what is told from time to time
	NearestQuery   = 3
	NearestAnswer  = 4
	Down           = 16 // hops of a server that ends
	mostName       = 47
	entrySize      = 64
	mostEntries    = 7 // of a packet, as the protocol has it
	sizeOfQuery    = 4
	sizeOfBegin    = 2
	sizeOfNameText = 48
)

// An Entry is a server.
type Entry struct {
	Type uint16
	Name string
	Addr ipx.Addr
	Hops uint16
}

// A Packet is a packet of the protocol.
type Packet struct {
	Op      uint16
	Type    uint16  // of queries
	Entries []Entry // of answers
}

// Append appends p to dst.
func (p *Packet) Append(dst []byte) []byte {
	be := binary.BigEndian
	dst = be.AppendUint16(dst, p.Op)
	if p.Op == Query || p.Op == NearestQuery {
		return be.AppendUint16(dst, p.Type)
	}
	for _, e := range p.Entries {
		dst = be.AppendUint16(dst, e.Type)
		var name [sizeOfNameText]byte
		copy(name[:mostName], e.Name)
		dst = append(dst, name[:]...)
		dst = be.AppendUint32(dst, e.Addr.Net)
		dst = append(dst, e.Addr.Node[:]...)
		dst = be.AppendUint16(dst, e.Addr.Socket)
		dst = be.AppendUint16(dst, e.Hops)
	}
	return dst
}

// Parse reads a packet.
func Parse(b []byte) (p Packet, err error) {
	be := binary.BigEndian
	if len(b) < sizeOfBegin {
		return p, fmt.Errorf("malformed packet of SAP: %d octets", len(b))
	}
	p.Op, b = be.Uint16(b), b[sizeOfBegin:]
	switch p.Op {
	case Query, NearestQuery:
		if len(b) < 2 {
			return p, fmt.Errorf("malformed packet of SAP: a query of no type")
		}
		p.Type = be.Uint16(b)
	case Response, NearestAnswer:
		if len(b)%entrySize != 0 || len(b)/entrySize > mostEntries {
			return p, fmt.Errorf("malformed packet of SAP: %d octets of servers; each has %d, and a packet up to %d", len(b), entrySize, mostEntries)
		}
		for ; len(b) > 0; b = b[entrySize:] {
			name, _, _ := strings.Cut(string(b[2:2+sizeOfNameText]), "\x00")
			at := b[2+sizeOfNameText:]
			p.Entries = append(p.Entries, Entry{
				be.Uint16(b), name, ipx.Addr{Net: be.Uint32(at), Node: ipx.Node(at[4:10]), Socket: be.Uint16(at[10:])}, be.Uint16(at[12:]),
			})
		}
	default:
		return p, fmt.Errorf("malformed packet of SAP: the operation %d", p.Op)
	}
	return p, nil
}

// Name returns how a server's name is told: in capitals.
func Name(s string) (string, error) {
	if s == "" || len(s) > mostName {
		return "", fmt.Errorf("limit ipx-name: the name %q of a server of IPX has 1 to %d octets", s, mostName)
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`/\:;,*?".@[]`, c) >= 0 {
			return "", fmt.Errorf("the name %q of a server of IPX: %q is not for names", s, c)
		}
	}
	return strings.ToUpper(s), nil
}
