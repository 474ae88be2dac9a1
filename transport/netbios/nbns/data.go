package nbns

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/opendsom/dsom/transport/netbios/nbname"
)

// A NodeType is how a node finds names (RFC 1001, clause 10).
type NodeType uint8

// The types.
const (
	B NodeType = 0 // by asking all on its network
	P NodeType = 1 // by asking a name server
	M NodeType = 2 // first as B, then as P
	H NodeType = 3 // first as P, then as B: not in the RFC, which leaves the number free
)

// String returns the type's letter.
func (t NodeType) String() string { return string("BPMH"[t&3]) }

// An Entry is an owner of a name, as records of type NB have it.
type Entry struct {
	Group bool
	Type  NodeType
	Addr  netip.Addr // of IPv4
}

const entrySize = 6

// The first bits of an entry's flags.
const (
	bitGroup  = 1 << 15
	shiftType = 13
)

func (e Entry) flags() uint16 {
	w := uint16(e.Type&3) << shiftType
	if e.Group {
		w |= bitGroup
	}
	return w
}

// AppendEntries appends what a record of type NB holds. Addresses that are not of IPv4 are 0.0.0.0.
func AppendEntries(b []byte, list ...Entry) []byte {
	for _, e := range list {
		b = binary.BigEndian.AppendUint16(b, e.flags())
		var a [4]byte
		if e.Addr.Is4() {
			a = e.Addr.As4()
		}
		b = append(b, a[:]...)
	}
	return b
}

// Entries returns what a record of type NB holds.
func (r Record) Entries() ([]Entry, error) {
	if r.Type != TypeNB || len(r.Data)%entrySize != 0 {
		return nil, fmt.Errorf("a record of type %#x with %d octets does not hold owners of a name", r.Type, len(r.Data))
	}
	var all []Entry
	for b := r.Data; len(b) > 0; b = b[entrySize:] {
		w := binary.BigEndian.Uint16(b)
		all = append(all, Entry{w&bitGroup != 0, NodeType(w >> shiftType & 3), netip.AddrFrom4([4]byte(b[2:6]))})
	}
	return all, nil
}

// A Held is a name that a node says it has (RFC 1002, clause 4.2.18).
type Held struct {
	Name          nbname.Name // without a scope
	Group         bool
	Type          NodeType
	Deregistering bool
	Conflict      bool
	Active        bool
	Permanent     bool
}

// A Status is what a node says of itself.
type Status struct {
	Names []Held
	Unit  [6]byte // the hardware address of its interface, if it tells
}

const (
	heldSize       = 18
	statisticsSize = 46
	mostHeld       = 255
)

// Append appends what a record of type NBSTAT holds. The statistics but for the unit's id are zero. Beyond 255 names are left out.
func (s Status) Append(b []byte) []byte {
	names := s.Names[:min(len(s.Names), mostHeld)]
	b = append(b, byte(len(names)))
	for _, h := range names {
		b = append(b, h.Name.Text[:]...)
		w := Entry{Group: h.Group, Type: h.Type}.flags()
		for _, f := range [...]struct {
			set bool
			bit uint16
		}{{h.Deregistering, 1 << 12}, {h.Conflict, 1 << 11}, {h.Active, 1 << 10}, {h.Permanent, 1 << 9}} {
			if f.set {
				w |= f.bit
			}
		}
		b = binary.BigEndian.AppendUint16(b, w)
	}
	b = append(b, s.Unit[:]...)
	return append(b, make([]byte, statisticsSize-len(s.Unit))...)
}

// Status returns what a record of type NBSTAT holds. Statistics may be missing, or longer.
func (r Record) Status() (Status, error) {
	var s Status
	if r.Type != TypeNBSTAT || len(r.Data) < 1 || len(r.Data) < 1+heldSize*int(r.Data[0]) {
		return s, fmt.Errorf("a record of type %#x with %d octets does not hold a node's status", r.Type, len(r.Data))
	}
	b := r.Data[1:]
	for range r.Data[0] {
		w := binary.BigEndian.Uint16(b[16:])
		s.Names = append(s.Names, Held{
			Name: nbname.Name{Text: [16]byte(b[:16])}, Group: w&bitGroup != 0, Type: NodeType(w >> shiftType & 3),
			Deregistering: w&(1<<12) != 0, Conflict: w&(1<<11) != 0, Active: w&(1<<10) != 0, Permanent: w&(1<<9) != 0,
		})
		b = b[heldSize:]
	}
	copy(s.Unit[:], b)
	return s, nil
}
