// Package rip finds the routers of a network of IPX: by Novell's Routing Information Protocol, as a node does that routes nothing itself.
package rip

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// The bounds of what is known, and how often is asked.
const (
	mostRoutes   = 64              // ipx-routes: networks that this side calls
	mostAnswered = 64              // ipx-routes-answered: networks that it answers alone
	knownFor     = 3 * time.Minute // as routers tell each minute
	askAgain     = time.Second
	entry        = 8
	request      = 1
	response     = 2
	noWay        = 16 // hops of a network that is not reached
)

// Routes are the routers that a station knows. They are safe for concurrent use.
type Routes struct {
	s  *ipx.Station
	mu sync.Mutex
	by map[uint32]*route
}

type route struct {
	node   ipx.Node
	ticks  uint16
	known  time.Time
	asked  time.Time
	called bool // not answered alone
}

// New returns the routes of a station, to which it opens the socket of RIP. Where another has that they are none.
func New(s *ipx.Station) (*Routes, error) {
	r := &Routes{s: s, by: map[uint32]*route{}}
	if _, err := s.Open(ipx.SocketRIP, r.take); err != nil {
		return nil, err
	}
	s.Route(r)
	return r, nil
}

// Next returns the router to a network, for an answer to somebody who says that he is there, or for a word of one's own. If none is known all are asked, and the error is an UnreachableError: who sends again finds one, if there is one.
func (r *Routes) Next(net uint32, answer bool) (ipx.Node, error) {
	now := time.Now()
	r.mu.Lock()
	w := r.by[net]
	if w == nil || !w.called && !answer {
		room := true
		if answer {
			r.replace()
		} else {
			room = r.room(now)
		}
		switch {
		case w == nil && !room:
			r.mu.Unlock()
			return ipx.Node{}, &ipx.UnreachableError{Net: net}
		case w == nil:
			w = &route{}
			r.by[net] = w
		}
		w.called = !answer && room
	}
	node, fresh, ask := w.node, !w.known.IsZero() && now.Sub(w.known) < knownFor, now.Sub(w.asked) >= askAgain
	if fresh {
		r.mu.Unlock()
		return node, nil
	}
	if ask {
		w.asked = now
	}
	r.mu.Unlock()
	if ask {
		data := binary.BigEndian.AppendUint16(nil, request)
		data = binary.BigEndian.AppendUint32(data, net)
		data = append(data, 0xff, 0xff, 0xff, 0xff) // hops and ticks, which are not known
		_ = r.s.Send(&ipx.Packet{
			Type: ipx.TypeRIP, Dst: ipx.Addr{Net: r.s.Addr().Net, Node: ipx.Broadcast, Socket: ipx.SocketRIP}, Src: ipx.Addr{Socket: ipx.SocketRIP}, Data: data,
		})
	}
	return ipx.Node{}, &ipx.UnreachableError{Net: net}
}

// count returns how many networks are called, or answered alone. The lock is held.
func (r *Routes) count(called bool) (n int) {
	for _, x := range r.by {
		if x.called == called {
			n++
		}
	}
	return n
}

// room makes room for a network that is called, and reports whether there is some. The lock is held.
func (r *Routes) room(now time.Time) bool {
	if r.count(true) < mostRoutes {
		return true
	}
	for n, x := range r.by { // one that is not in use
		if x.called && now.Sub(x.known) > knownFor && now.Sub(x.asked) > knownFor {
			delete(r.by, n)
		}
	}
	return r.count(true) < mostRoutes
}

// replace makes room for a network that is answered alone. Anybody can say that he is there: so it takes the place of one of which no router has said anything, rather than of one that is reached, and of the one that was asked for longest ago. The lock is held.
func (r *Routes) replace() {
	if r.count(false) < mostAnswered {
		return
	}
	var worst uint32
	var w *route
	for n, x := range r.by {
		if !x.called && (w == nil || x.known.IsZero() && !w.known.IsZero() || x.known.IsZero() == w.known.IsZero() && x.asked.Before(w.asked)) {
			worst, w = n, x
		}
	}
	delete(r.by, worst)
}

// take takes what a router says of networks that were asked for, and of no others. The quickest way is kept.
func (r *Routes) take(p *ipx.Packet) {
	b := p.Data
	if len(b) < 2 || (len(b)-2)%entry != 0 || binary.BigEndian.Uint16(b) != response || p.Src.Net != r.s.Addr().Net || p.Src.Socket != ipx.SocketRIP {
		return
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for b = b[2:]; len(b) > 0; b = b[entry:] {
		w := r.by[binary.BigEndian.Uint32(b)]
		hops, ticks := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
		switch {
		case w == nil:
		case hops >= noWay:
			if p.Src.Node == w.node {
				w.known = time.Time{}
			}
		case w.known.IsZero() || now.Sub(w.known) >= knownFor || ticks < w.ticks || p.Src.Node == w.node:
			w.node, w.ticks, w.known = p.Src.Node, ticks, now
		}
	}
}
