package nbns

import (
	"encoding/binary"
	"net/netip"

	"github.com/opendsom/dsom/transport/netbios/nbname"
)

// Query is NAME QUERY REQUEST (RFC 1002, clause 4.2.12).
func Query(id uint16, n nbname.Name, broadcast bool) *Packet {
	return &Packet{ID: id, RecursionDesired: true, Broadcast: broadcast, Questions: []Question{{n, TypeNB, ClassIN}}}
}

// StatusQuery is NODE STATUS REQUEST (clause 4.2.17).
func StatusQuery(id uint16, n nbname.Name) *Packet {
	return &Packet{ID: id, Questions: []Question{{n, TypeNBSTAT, ClassIN}}}
}

// about is a request about a name of its sender's.
func about(id uint16, op Op, n nbname.Name, e Entry, ttl uint32, broadcast bool) *Packet {
	return &Packet{
		ID: id, Op: op, Broadcast: broadcast, Questions: []Question{{n, TypeNB, ClassIN}},
		Additionals: []Record{{n, TypeNB, ClassIN, ttl, AppendEntries(nil, e)}},
	}
}

// Registration is NAME REGISTRATION REQUEST (clause 4.2.2).
func Registration(id uint16, n nbname.Name, e Entry, ttl uint32, broadcast bool) *Packet {
	p := about(id, OpRegistration, n, e, ttl, broadcast)
	p.RecursionDesired = true
	return p
}

// Overwrite is NAME OVERWRITE REQUEST, and DEMAND (clause 4.2.3): a registration that does not ask.
func Overwrite(id uint16, n nbname.Name, e Entry, ttl uint32, broadcast bool) *Packet {
	return about(id, OpRegistration, n, e, ttl, broadcast)
}

// Refresh is NAME REFRESH REQUEST (clause 4.2.4).
func Refresh(id uint16, n nbname.Name, e Entry, ttl uint32) *Packet {
	return about(id, OpRefresh, n, e, ttl, false)
}

// Release is NAME RELEASE REQUEST, and DEMAND (clause 4.2.9).
func Release(id uint16, n nbname.Name, e Entry, broadcast bool) *Packet {
	return about(id, OpRelease, n, e, 0, broadcast)
}

// answer is a response to q with one record.
func answer(q *Packet, code Code, r Record) *Packet {
	return &Packet{ID: q.ID, Response: true, Op: q.Op, Authoritative: true, RecursionDesired: q.RecursionDesired, Code: code, Answers: []Record{r}}
}

// Registered answers a registration, refresh or release, by what it asked for (clauses 4.2.5, 4.2.6, 4.2.10, 4.2.11): positively with OK, and negatively with
// every other code. A refresh is answered as a registration.
func Registered(q *Packet, code Code, ttl uint32, server bool) *Packet {
	n, _ := q.Name()
	r := Record{Name: n, Type: TypeNB, Class: ClassIN, TTL: ttl, Data: AppendEntries(nil, Entry{})}
	if len(q.Additionals) > 0 && len(q.Additionals[0].Data) >= entrySize {
		r.Data = q.Additionals[0].Data
	}
	p := answer(q, code, r)
	if p.Op != OpRelease {
		p.Op, p.RecursionDesired = OpRegistration, true
	}
	p.RecursionAvailable = server
	return p
}

// Challenge is END-NODE CHALLENGE NAME REGISTRATION RESPONSE (clause 4.2.7): the node has to ask the owner itself.
func Challenge(q *Packet, owner Entry) *Packet {
	n, _ := q.Name()
	p := answer(q, OK, Record{Name: n, Type: TypeNB, Class: ClassIN, Data: AppendEntries(nil, owner)})
	p.RecursionDesired = true
	return p
}

// Conflict is NAME CONFLICT DEMAND (clause 4.2.8): the receiver is to stop using a name.
func Conflict(id uint16, n nbname.Name) *Packet {
	return &Packet{
		ID: id, Response: true, Op: OpRegistration, Authoritative: true, RecursionDesired: true, RecursionAvailable: true, Code: ConflictErr,
		Answers: []Record{{n, TypeNB, ClassIN, 0, AppendEntries(nil, Entry{})}},
	}
}

// Found is POSITIVE NAME QUERY RESPONSE (clause 4.2.13).
func Found(q *Packet, ttl uint32, owners []Entry, server bool) *Packet {
	n, _ := q.Name()
	p := answer(q, OK, Record{Name: n, Type: TypeNB, Class: ClassIN, TTL: ttl, Data: AppendEntries(nil, owners...)})
	p.RecursionDesired, p.RecursionAvailable = true, server
	return p
}

// NotFound is NEGATIVE NAME QUERY RESPONSE (clause 4.2.14).
func NotFound(q *Packet, code Code) *Packet {
	n, _ := q.Name()
	p := answer(q, code, Record{Name: n, Type: TypeNull, Class: ClassIN})
	p.RecursionDesired, p.RecursionAvailable = true, true
	return p
}

// Redirect is REDIRECT NAME QUERY RESPONSE (clause 4.2.15): another name server is to be asked.
func Redirect(q *Packet, server nbname.Name, at netip.Addr) *Packet {
	n, _ := q.Name()
	p := &Packet{ID: q.ID, Response: true, RecursionDesired: true, Questions: []Question{{n, TypeNB, ClassIN}}}
	a := at.As4()
	p.Authority = []Record{{n, TypeNS, ClassIN, 0, server.Append(nil)}}
	p.Additionals = []Record{{server, TypeA, ClassIN, 0, a[:]}}
	return p
}

// RedirectTo returns the name server that a redirect names.
func (p *Packet) RedirectTo() (netip.Addr, bool) {
	if !p.Response || p.Op != OpQuery || p.Code != OK || p.Authoritative || len(p.Authority) == 0 || p.Authority[0].Type != TypeNS {
		return netip.Addr{}, false
	}
	for _, r := range p.Additionals {
		if r.Type == TypeA && len(r.Data) == 4 {
			return netip.AddrFrom4([4]byte(r.Data)), true
		}
	}
	return netip.Addr{}, false
}

// Wait is WAIT FOR ACKNOWLEDGEMENT RESPONSE (clause 4.2.16): the answer takes so many seconds more.
func Wait(q *Packet, seconds uint32) *Packet {
	n, _ := q.Name()
	return &Packet{
		ID: q.ID, Response: true, Op: OpWACK, Authoritative: true,
		Answers: []Record{{n, TypeNull, ClassIN, seconds, binary.BigEndian.AppendUint16(nil, q.word())}},
	}
}

// OfStatus is NODE STATUS RESPONSE (clause 4.2.18).
func OfStatus(q *Packet, s Status) *Packet {
	n, _ := q.Name()
	return answer(q, OK, Record{Name: n, Type: TypeNBSTAT, Class: ClassIN, Data: s.Append(nil)})
}

// Owner returns the owner that a request about a name tells.
func (p *Packet) Owner() (Entry, bool) {
	if len(p.Questions) == 0 || len(p.Additionals) == 0 || p.Additionals[0].Name != p.Questions[0].Name {
		return Entry{}, false
	}
	all, err := p.Additionals[0].Entries()
	if err != nil || len(all) != 1 {
		return Entry{}, false
	}
	return all[0], true
}
