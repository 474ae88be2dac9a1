package orb

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// BiDir says what an ORB does of bidirectional GIOP (part 2, clause 9.9): requests from a server over
// the connection that its client has made, so that a client can be called back that cannot be
// connected to. It needs GIOP 1.2. The zero value is the specification's NORMAL: nothing.
type BiDir struct {
	// Offer tells each server that is called that it may make requests over that connection. Only objects
	// of adapters whose policy is BOTH can be called there (see orb/poa), whatever else the server asks for.
	// An ORB that listens nowhere can make references then: they name a host below ".invalid",
	// which nobody can connect to and which a server finds among those that were offered. Connections with
	// such an offer are not closed for being idle, whether the ORB listens or not: it may be behind NAT.
	Offer bool

	// Accept believes clients that offer it, as far as it harms nobody: a reference is called over a client's
	// connection if it came from the client's address and names what the client
	// offered. Connections of such clients are not closed for being idle.
	Accept bool

	// Trust, if set, is asked whether a client is believed beyond that: whether all calls to
	// references that name host and port are to go over a connection from the address client, wherever they came
	// from. A client that lies can take the calls meant for another. It is called when a client offers
	// what it has not offered before, concurrently, and must not call the ORB.
	Trust func(client net.Addr, host string, port uint16) bool
}

// bidir is what an ORB knows of requests against the direction of connections.
type bidir struct {
	BiDir
	mu   sync.Mutex
	back map[point][]*serverConn // those who may be called at a point, the latest last
}

// A point is an address that clients offered, as far as they are believed.
type point struct {
	from string // the host that references must have come from; "": any
	host string // in lower case
	port uint16
}

// nowhere is the domain of hosts that cannot be connected to (RFC 6761).
const nowhere = ".invalid"

// fakeHost returns the host that references of this ORB name when it listens nowhere. It is the same
// in each process of the server.
func (o *ORB) fakeHost() string { return "dsom-" + hex.EncodeToString(o.serverID[:]) + nowhere }

// fakePort is the port beside it: some ORBs leave out addresses of port 0.
const fakePort = 1

// listenPoints returns the data of the service context that offers a peer to call back: what
// the references name that it gets; nil: there is no offer.
func (o *ORB) listenPoints(refs references) []byte {
	if !o.bidir.Offer || o.maxVersion.Minor < 2 {
		return nil
	}
	to := refs.now()
	points := make([]giop.ListenPoint, 0, len(to.own.Plain)+len(to.own.Sealed))
	for _, at := range slices.Concat(to.own.Plain, to.own.Sealed) {
		points = append(points, giop.ListenPoint{Host: at.Host, Port: at.Port})
	}
	if len(points) == 0 {
		return nil
	}
	return giop.AppendListenPoints(nil, points)
}

// serves returns who serves the requests that come over l, a connection that this ORB makes to h: nobody, if it offers nothing.
func (o *ORB) serves(l *link, h hop, refs references) conn.Handler {
	if h.version.Minor < 2 {
		return nil
	}
	if l.offer = o.listenPoints(refs); l.offer == nil {
		return nil
	}
	return &serverConn{orb: o, refs: refs, env: l.env, sets: h.sets, made: l}
}

var errNotOffered = exc.New(exc.CommFailure, exc.MinorProtocol, exc.No, "a request from a server that was not offered to make any")

// admits reports why a request that came over s must not be carried out by t.
func (s *serverConn) admits(t Target) error {
	if s.made == nil || t.Bidirectional || t.Servant == nil {
		return nil
	}
	return exc.New(exc.ObjAdapter, exc.MinorNotBidirectional, exc.No, "the object's adapter does not let it be called over connections that its own side has made")
}

// offered takes note of the service context by which a client offers to be called back. s.mu is held.
func (s *serverConn) offered(data []byte) error {
	if s.over || len(data) > 0 && bytes.Equal(data, s.offer) { // as in each request, as a rule
		return nil
	}
	o := s.orb
	points, err := giop.ParseListenPoints(data, o.limits)
	if err != nil {
		return err
	}
	client := s.conn.RemoteAddr()
	host := hostOf(client)
	for _, p := range points {
		if p.Host == "" || p.Port == 0 {
			continue
		}
		at := point{host, strings.ToLower(p.Host), p.Port}
		if slices.Contains(s.points, at) {
			continue
		}
		if n := len(s.points) + 1; n > o.limits.Int(limits.ListenPoints) {
			return exc.New(exc.Marshal, exc.MinorLimit, exc.No, "a client offers to be called: %w", o.limits.Exceeded(limits.ListenPoints, int64(n)))
		}
		s.points = append(s.points, at)
		o.bidir.add(at, s)
		if o.bidir.Trust != nil && o.bidir.Trust(client, p.Host, p.Port) {
			o.bidir.add(point{"", at.host, at.port}, s)
		}
		o.log.Debug("client can be called back over its connection", "client", client.String(), "host", p.Host, "port", p.Port)
	}
	s.offer = slices.Clone(data)
	if len(s.points) > 0 {
		s.conn.StayUp()
		s.env = s.marked(s.env)
	}
	return nil
}

func (b *bidir) add(at point, s *serverConn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.back == nil {
		b.back = map[point][]*serverConn{}
	}
	b.back[at] = append(b.back[at], s)
}

// forget is the end of s.
func (b *bidir) forget(s *serverConn) {
	s.mu.Lock()
	s.over = true
	points := s.points
	s.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, at := range points {
		for _, at := range []point{at, {"", at.host, at.port}} {
			all := slices.DeleteFunc(b.back[at], func(x *serverConn) bool { return x == s })
			if b.back[at] = all; len(all) == 0 {
				delete(b.back, at)
			}
		}
	}
}

// marked returns env for what comes from a client that can be called back: references remember where they
// came from. s.mu is held.
func (s *serverConn) marked(env *cdr.Env) *cdr.Env {
	if len(s.points) == 0 {
		return env
	}
	if m := s.marks[env]; m != nil {
		return m
	}
	m := *env
	refs := m.Refs.(references)
	refs.from = s.points[0].from
	m.Refs = refs
	if s.marks == nil {
		s.marks = map[*cdr.Env]*cdr.Env{}
	}
	s.marks[env], s.marks[&m] = &m, &m // bounded: versions times known code sets times readers, twice
	return &m
}

// wayBack returns the link over the connection of a client that offered the address of h to what came from the host from,
// if there is one.
func (o *ORB) wayBack(from string, h hop) *link {
	b := &o.bidir
	if !b.Accept || h.version.Minor < 2 {
		return nil
	}
	host := strings.ToLower(h.endpoint.Host)
	b.mu.Lock()
	all := slices.Clone(b.back[point{"", host, h.endpoint.Port}])
	if from != "" {
		all = append(all, b.back[point{from, host, h.endpoint.Port}]...)
	}
	b.mu.Unlock()
	for _, s := range slices.Backward(all) {
		if l := s.linkBack(h); l != nil && l.conn.Usable() {
			return l
		}
	}
	return nil
}

// A wayBack is what decides how a client is called back.
type wayBack struct {
	sets    codeset.Choice
	reader  cdr.Reader
	withIDs bool
}

// linkBack returns the link to the client of s, in the code sets that it announced or, if it did not, in
// those that its object's reference allows.
func (s *serverConn) linkBack(h hop) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	sets, announce := s.sets, false
	if sets == (codeset.Choice{}) {
		sets, announce = h.sets, h.sets != (codeset.Choice{})
	}
	w := wayBack{sets, h.reader, h.withIDs}
	if w.reader == cdr.AnyReader {
		w.reader = s.env.Reader
	}
	if l := s.links[w]; l != nil {
		return l
	}
	env, err := s.orb.env(coding{version: cdr.V12, sets: sets, reader: w.reader, withIDs: w.withIDs}, s.refs)
	if err != nil {
		return nil
	}
	l := &link{conn: s.conn, env: s.marked(env), ready: make(chan struct{})}
	close(l.ready)
	if announce {
		l.codeSets = sets.Append(nil)
	}
	if h.noCancel {
		s.conn.NoCancel()
	}
	if s.links == nil {
		s.links = map[wayBack]*link{}
	}
	s.links[w] = l // bounded: known code sets times readers
	return l
}

// errGone says why a host below ".invalid" is not connected to.
var errGone = errors.New("its process listens nowhere, and has no connection to this one over which it offers to be called")

// serving returns the connections of this ORB's making over which requests come.
func (s *links) serving() []*conn.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*conn.Conn
	for _, l := range s.byHop {
		select {
		case <-l.ready:
			if l.conn != nil && l.offer != nil {
				all = append(all, l.conn)
			}
		default:
		}
	}
	return all
}
