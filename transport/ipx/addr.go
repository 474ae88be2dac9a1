// Package ipx is Novell's Internetwork Packet Exchange: addresses, packets, the four ways in which Ethernet carries them, and a [Station], which has a
// node's address on a network and hands packets to the sockets that are open there.
//
// What carries packets is a [Carrier]: package tunnel's over UDP in the form of DOSBox's IPXNET, package rfc1234's in that of RFC 1234, package ether's by frames
// of Ethernet. Nothing here is sealed, and an address proves nothing: who can send on a network can send as anybody on it.
package ipx

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A Node is the address of a node on its network: on Ethernet that of the interface.
type Node [6]byte

// Broadcast is every node of a network.
var Broadcast = Node{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// An Addr is a socket of a node on a network. Network 0 is the one that the sender is on.
type Addr struct {
	Net    uint32
	Node   Node
	Socket uint16
}

// Is reports whether a packet from b is from a. On network 0, which a station is on that was not told another, that goes by node and socket: who is there may know its number.
func (a Addr) Is(b Addr) bool {
	return a.Node == b.Node && a.Socket == b.Socket && (a.Net == b.Net || a.Net == 0)
}

// Sockets that the protocol has given away (Novell's and Xerox' numbers), and the first and last of those that a station draws from for programs that ask for none in
// particular. Novell leaves 4000 to 7fff to them, but gave some of the first to its own, which decoders take them for.
const (
	SocketEcho = 0x0002 // echoes, and by them the registrations of the tunnel
	SocketRIP  = 0x0453
	SocketSAP  = 0x0452
	FirstFree  = 0x4100
	LastFree   = 0x7fff
)

const nodeLetters = 12

// String returns n as twelve digits.
func (n Node) String() string { return hex.EncodeToString(n[:]) }

// String returns a as Novell writes it: NET:NODE:SOCKET, each in base 16.
func (a Addr) String() string { return fmt.Sprintf("%08x:%v:%04x", a.Net, a.Node, a.Socket) }

// Host returns network and node as hosts of endpoints are written: NET.NODE.
func (a Addr) Host() string { return fmt.Sprintf("%08x.%v", a.Net, a.Node) }

// ParseHost parses network and node, NET.NODE, of eight digits of base 16 at most and of twelve.
func ParseHost(s string) (Addr, error) {
	net, node, ok := strings.Cut(s, ".")
	a, err := parse(net, node)
	if !ok || err != nil {
		return Addr{}, fmt.Errorf("%q is no address of IPX: write it as NET.NODE, such as 00003053.020000000001", s)
	}
	return a, nil
}

// ParseAddr parses what String returns.
func ParseAddr(s string) (Addr, error) {
	part := strings.Split(s, ":")
	if len(part) == 3 {
		if a, err := parse(part[0], part[1]); err == nil && len(part[2]) <= 4 {
			if n, err := strconv.ParseUint(part[2], 16, 16); err == nil {
				a.Socket = uint16(n)
				return a, nil
			}
		}
	}
	return Addr{}, fmt.Errorf("%q is no address of IPX: write it as NET:NODE:SOCKET, such as 00003053:020000000001:4d53", s)
}

func parse(net, node string) (a Addr, err error) {
	n, err := strconv.ParseUint(net, 16, 32)
	if err != nil || len(net) > 8 || len(node) != nodeLetters {
		return a, fmt.Errorf("malformed")
	}
	a.Net = uint32(n)
	_, err = hex.Decode(a.Node[:], []byte(node))
	return a, err
}

// append appends a as packets have it.
func (a Addr) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, a.Net)
	dst = append(dst, a.Node[:]...)
	return binary.BigEndian.AppendUint16(dst, a.Socket)
}

// addrAt reads the address that b begins with, of at least addrOctets.
func addrAt(b []byte) Addr {
	return Addr{binary.BigEndian.Uint32(b), Node(b[4:10]), binary.BigEndian.Uint16(b[10:])}
}
