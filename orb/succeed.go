package orb

import (
	"net"
	"net/netip"
	"strconv"

	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport"
)

// succeed lets found, which the object of asked has returned, be called over the connection that asked was called by, where both are at one
// address: a corbaname URL says nothing of its server but the address, so that what is spoken there is another way than what a whole
// reference tells, and a client would keep two connections to one daemon. From then on the connection is for both.
//
// Code sets are agreed on with the first request of a connection, and this is not the first any more: so it is for servers of this kind alone, which take
// what each request says. Nobody but asked, whose call has ended, may have been given the connection: what others have sent by it would be
// answered in code sets that they do not expect. An ORB that offers to be called back
// keeps two connections: that by which it asked may be of a version in which nothing is offered, nor served.
func (o *ORB) succeed(asked, found *Ref) {
	s := &o.links
	from, to := asked.route().last.Load(), found.route()
	if o.bidir.Offer || from == nil || !asked.route().terse || to.local || len(to.ways) == 0 {
		return
	}
	w := &to.ways[0]
	h := w.hop
	if !ofThisKind(found, w.profile) || !sameEnd(from, h.endpoint) {
		return
	}
	h.endpoint, h.version, h.sets, h.reader, h.withIDs = from.hop.endpoint, from.hop.version, from.hop.sets, from.hop.reader, from.hop.withIDs
	if from.hop.sets != (codeset.Choice{}) || h != from.hop { // by other rules
		return
	}
	l := &link{conn: from.conn, hop: w.hop, refs: from.refs, ready: from.ready, codeSets: w.sets.Append(nil), also: []hop{from.hop}, taken: true}
	var err error
	if l.env, err = o.env(coding{version: w.version, sets: w.sets, reader: w.reader, withIDs: w.withIDs}, l.refs); err != nil {
		return
	}
	s.mu.Lock()
	there := s.byHop[w.hop]
	mine := !s.closed && from.joined == 1 && s.byHop[from.hop] == from.link
	spare := false
	switch {
	case !mine:
	case there == nil || there.dead():
		from.heir = l
		s.byHop[w.hop], s.byHop[from.hop] = l, l
	case there.made():
		there.also = append(there.also, from.hop)
		s.byHop[from.hop] = there
		spare = true
	}
	s.mu.Unlock()
	if spare {
		from.conn.Close()
	}
}

// made reports whether l's connection is there.
func (l *link) made() bool {
	select {
	case <-l.ready:
		return l.err == nil
	default:
		return false
	}
}

// ofThisKind reports whether a profile of a reference says that an ORB of this kind has made it.
func ofThisKind(r *Ref, profile int) bool {
	p, err := r.route().ior.Profiles[profile].IIOP()
	if err != nil {
		return false
	}
	made, told := orbType(p)
	return told && made == ior.ORBTypeDSOM
}

// sameEnd reports whether a link leads to an endpoint, be it by a name for the same address.
func sameEnd(l *reached, e transport.Endpoint) bool {
	at := l.hop.endpoint
	if at == e {
		return true
	}
	ip, err := netip.ParseAddr(e.Host)
	if err != nil || at.Network != e.Network {
		return false
	}
	return l.conn.RemoteAddr().String() == net.JoinHostPort(ip.String(), strconv.Itoa(int(e.Port)))
}
