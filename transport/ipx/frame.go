package ipx

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// A Framing is how Ethernet carries packets. All who speak on a network use one.
type Framing uint8

// The framings, by Novell's names.
const (
	EthernetII  Framing = iota // type 8137: ETHERNET_II
	Ethernet802                // a length, and the packet: ETHERNET_802.3, "raw"
	EthernetLLC                // a length, and LLC with E0 E0 03: ETHERNET_802.2
	EthernetSNAP
	numFramings
)

var framings = [numFramings]string{EthernetII: "ii", Ethernet802: "802.3", EthernetLLC: "802.2", EthernetSNAP: "snap"}

// String returns the name by which ParseFraming knows it.
func (f Framing) String() string { return framings[f] }

// ParseFraming parses ii, 802.3, 802.2 or snap, or Novell's names of them.
func ParseFraming(s string) (Framing, error) {
	for f, name := range framings {
		if l := strings.ToLower(s); l == name || l == "ethernet_"+name {
			return Framing(f), nil
		}
	}
	return 0, fmt.Errorf("the framing %q is none of ii, 802.3, 802.2 and snap", s)
}

// etherType is IPX in frames that have a type.
const etherType = 0x8137

// The heads behind the two addresses and the type or length of a frame.
var (
	llcHead  = []byte{0xe0, 0xe0, 0x03}
	snapHead = []byte{0xaa, 0xaa, 0x03, 0, 0, 0, etherType >> 8, etherType & 0xff}
)

// MostFrame is the most octets of a frame's content, and frameHead those before it.
const (
	MostFrame = 1500
	frameHead = 14
)

// Most returns how many octets a packet may have in a frame.
func (f Framing) Most() int { return MostFrame - len(f.head()) }

func (f Framing) head() []byte {
	switch f {
	case EthernetLLC:
		return llcHead
	case EthernetSNAP:
		return snapHead
	}
	return nil
}

// AppendFrame appends a frame with a packet, without padding: the driver of the interface sees to it that short frames have 60 octets.
func AppendFrame(dst []byte, f Framing, to, from Node, packet []byte) []byte {
	dst = append(append(dst, to[:]...), from[:]...)
	kind := uint16(etherType)
	if f != EthernetII {
		kind = uint16(len(f.head()) + len(packet))
	}
	dst = binary.BigEndian.AppendUint16(dst, kind)
	return append(append(dst, f.head()...), packet...)
}

// ParseFrame returns the packet of a frame, and what may be behind it; ok is false if it has none of this framing: the network is others' too.
func ParseFrame(f Framing, b []byte) (to, from Node, packet []byte, ok bool) {
	if len(b) < frameHead {
		return to, from, nil, false
	}
	to, from = Node(b[:6]), Node(b[6:12])
	kind, rest := int(binary.BigEndian.Uint16(b[12:])), b[frameHead:]
	if f == EthernetII {
		return to, from, rest, kind == etherType
	}
	if kind > MostFrame || kind > len(rest) {
		return to, from, nil, false
	}
	rest = rest[:kind]
	head := f.head()
	if f == Ethernet802 { // no head: the checksum that there is none of tells it from LLC
		head = []byte{noChecksum >> 8, noChecksum & 0xff}
	}
	if len(rest) < len(head) || string(rest[:len(head)]) != string(head) {
		return to, from, nil, false
	}
	return to, from, rest[len(f.head()):], true
}
