// Package nbns has the packets of the name service of NetBIOS over TCP/IP (RFC 1002, clause 4.2): their form, and those that nodes and name servers send each other.
package nbns

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/transport/netbios/nbname"
)

// Port is where nodes and name servers are asked, by UDP.
const Port = 137

// The bounds of packets.
const (
	MostOctets  = 576 // of a packet that is sent (RFC 1002, clause 4.2.1.1)
	MostRead    = 1500
	MostRecords = 64 // of questions, and of records of each kind, in a packet that is read
)

// An Op is what a packet is about.
type Op uint8

// The operations. Refresh is also told as 9, by whom the specification's other place is believed.
const (
	OpQuery        Op = 0
	OpRegistration Op = 5
	OpRelease      Op = 6
	OpWACK         Op = 7
	OpRefresh      Op = 8
	OpRefreshToo   Op = 9
	OpMultihomed   Op = 15 // a registration of a machine with several addresses, which came later
)

// A Code is what a response says of the request.
type Code uint8

// The codes.
const (
	OK          Code = 0
	FormatErr   Code = 1 // the request is malformed
	ServerErr   Code = 2 // the name server cannot
	NameErr     Code = 3 // there is no such name
	Unsupported Code = 4 // the request is not for this name server
	Refused     Code = 5 // by policy
	ActiveErr   Code = 6 // the name is another node's
	ConflictErr Code = 7 // a unique name is owned by more than one node
)

var codes = [...]string{"success", "the request is malformed", "the name server has failed", "there is no such name", "the request is not supported",
	"refused", "the name is another node's", "the name is in conflict"}

// String returns the code in words.
func (c Code) String() string {
	if int(c) < len(codes) {
		return codes[c]
	}
	return fmt.Sprintf("code %d", uint8(c))
}

// The types of records and questions.
const (
	TypeA      uint16 = 0x0001
	TypeNS     uint16 = 0x0002
	TypeNull   uint16 = 0x000a
	TypeNB     uint16 = 0x0020
	TypeNBSTAT uint16 = 0x0021
)

// ClassIN is the class of all.
const ClassIN uint16 = 1

// A Packet is a packet.
type Packet struct {
	ID                 uint16
	Response           bool
	Op                 Op
	Authoritative      bool // AA
	Truncated          bool // TC
	RecursionDesired   bool // RD
	RecursionAvailable bool // RA
	Broadcast          bool // B: sent to all
	Code               Code

	Questions                       []Question
	Answers, Authority, Additionals []Record
}

// A Question is what is asked for.
type Question struct {
	Name        nbname.Name
	Type, Class uint16
}

// A Record is something about a name.
type Record struct {
	Name        nbname.Name
	Type, Class uint16
	TTL         uint32 // seconds; 0 of a name: for ever
	Data        []byte
}

const headSize = 12

// The bits of the second word of a packet. The operation is in bits 11 to 14, and the code in 0 to 3.
const (
	bitResponse  = 1 << 15
	bitAA        = 1 << 10
	bitTC        = 1 << 9
	bitRD        = 1 << 8
	bitRA        = 1 << 7
	bitBroadcast = 1 << 4
)

// word is the second word of the packet.
func (p *Packet) word() uint16 {
	w := uint16(p.Op&15)<<11 | uint16(p.Code&15)
	for _, f := range [...]struct {
		set bool
		bit uint16
	}{{p.Response, bitResponse}, {p.Authoritative, bitAA}, {p.Truncated, bitTC}, {p.RecursionDesired, bitRD}, {p.RecursionAvailable, bitRA}, {p.Broadcast, bitBroadcast}} {
		if f.set {
			w |= f.bit
		}
	}
	return w
}

// Append appends the packet. The name of a record that is the first question's is a pointer to that.
func (p *Packet) Append(b []byte) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint16(b, p.ID)
	b = binary.BigEndian.AppendUint16(b, p.word())
	for _, n := range [...]int{len(p.Questions), len(p.Answers), len(p.Authority), len(p.Additionals)} {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	for _, q := range p.Questions {
		b = q.Name.Append(b)
		b = binary.BigEndian.AppendUint16(b, q.Type)
		b = binary.BigEndian.AppendUint16(b, q.Class)
	}
	for _, list := range [...][]Record{p.Answers, p.Authority, p.Additionals} {
		for _, r := range list {
			if len(p.Questions) > 0 && p.Questions[0].Name == r.Name && len(b)-start > headSize {
				b = append(b, 0xc0, headSize)
			} else {
				b = r.Name.Append(b)
			}
			b = binary.BigEndian.AppendUint16(b, r.Type)
			b = binary.BigEndian.AppendUint16(b, r.Class)
			b = binary.BigEndian.AppendUint32(b, r.TTL)
			b = binary.BigEndian.AppendUint16(b, uint16(len(r.Data)))
			b = append(b, r.Data...)
		}
	}
	return b
}

// ErrShort says that a packet ends before what it says it has.
var ErrShort = errors.New("a packet of the name service ends before its end")

// Parse reads a packet. What stands behind its records is not looked at. The data of its records are copied.
func Parse(b []byte) (*Packet, error) {
	if len(b) < headSize {
		return nil, ErrShort
	}
	w := binary.BigEndian.Uint16(b[2:])
	p := &Packet{
		ID: binary.BigEndian.Uint16(b), Response: w&bitResponse != 0, Op: Op(w >> 11 & 15), Code: Code(w & 15),
		Authoritative: w&bitAA != 0, Truncated: w&bitTC != 0, RecursionDesired: w&bitRD != 0, RecursionAvailable: w&bitRA != 0, Broadcast: w&bitBroadcast != 0,
	}
	var n [4]int
	for i := range n {
		if n[i] = int(binary.BigEndian.Uint16(b[4+2*i:])); n[i] > MostRecords {
			return nil, fmt.Errorf("a packet of the name service says it has %d records of a kind: %d at most are read", n[i], MostRecords)
		}
	}
	at := headSize
	for range n[0] {
		name, next, err := nbname.Read(b, at)
		if err != nil {
			return nil, err
		}
		if next+4 > len(b) {
			return nil, ErrShort
		}
		p.Questions = append(p.Questions, Question{name, binary.BigEndian.Uint16(b[next:]), binary.BigEndian.Uint16(b[next+2:])})
		at = next + 4
	}
	for i, list := range [...]*[]Record{&p.Answers, &p.Authority, &p.Additionals} {
		for range n[i+1] {
			name, next, err := nbname.Read(b, at)
			if err != nil {
				return nil, err
			}
			if next+10 > len(b) {
				return nil, ErrShort
			}
			r := Record{Name: name, Type: binary.BigEndian.Uint16(b[next:]), Class: binary.BigEndian.Uint16(b[next+2:]), TTL: binary.BigEndian.Uint32(b[next+4:])}
			size := int(binary.BigEndian.Uint16(b[next+8:]))
			if at = next + 10 + size; at > len(b) {
				return nil, ErrShort
			}
			if size > 0 {
				r.Data = append([]byte(nil), b[next+10:at]...)
			}
			*list = append(*list, r)
		}
	}
	return p, nil
}

// Name returns the name that the packet is about: that of its first question, or of its first answer.
func (p *Packet) Name() (n nbname.Name, ok bool) {
	switch {
	case len(p.Questions) > 0:
		return p.Questions[0].Name, true
	case len(p.Answers) > 0:
		return p.Answers[0].Name, true
	}
	return n, false
}
