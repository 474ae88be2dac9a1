package sap

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// How often a server is told of, and how often queries are answered at most: at once and a second, ipx-queries.
const (
	tellEvery = time.Minute
	mostAsked = 32
)

// A Teller tells a network of a server, and answers who asks for it.
type Teller struct {
	s     *ipx.Station
	e     Entry
	limit ipx.Bucket
	done  chan struct{}
	work  sync.WaitGroup

	answered, refused, malformed atomic.Uint64
}

// Tell begins to tell of a server, by a name as Name returns it, at a socket of a station. No other program has the station's socket of SAP.
func Tell(s *ipx.Station, name string, socket uint16) (*Teller, error) {
	at := s.Addr()
	at.Socket = socket
	t := &Teller{s: s, e: Entry{Type: TypeDSOM, Name: name, Addr: at, Hops: 1}, limit: ipx.Bucket{Burst: mostAsked, PerSecond: mostAsked}, done: make(chan struct{})}
	if _, err := s.Open(ipx.SocketSAP, t.take); err != nil {
		return nil, err
	}
	t.work.Go(t.tell)
	return t, nil
}

// Counts returns how many queries were answered, how many were not since there were too many, and how many packets could not be read.
func (t *Teller) Counts() (answered, refused, malformed uint64) {
	return t.answered.Load(), t.refused.Load(), t.malformed.Load()
}

// Close tells that the server ends, and is silent.
func (t *Teller) Close() {
	close(t.done)
	t.work.Wait()
	t.s.Shut(ipx.SocketSAP)
	down := t.e
	down.Hops = Down
	t.send(ipx.Addr{Net: t.s.Addr().Net, Node: ipx.Broadcast, Socket: ipx.SocketSAP}, Response, down)
}

func (t *Teller) tell() {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		t.send(ipx.Addr{Net: t.s.Addr().Net, Node: ipx.Broadcast, Socket: ipx.SocketSAP}, Response, t.e)
		select {
		case <-tick.C:
		case <-t.done:
			return
		}
	}
}

func (t *Teller) send(to ipx.Addr, op uint16, e Entry) {
	p := Packet{Op: op, Entries: []Entry{e}}
	_ = t.s.Answer(&ipx.Packet{Type: ipx.TypeSAP, Dst: to, Src: ipx.Addr{Socket: ipx.SocketSAP}, Data: p.Append(nil)}) // it is told again
}

// take answers a query, by one packet of less than three times its length.
func (t *Teller) take(p *ipx.Packet) {
	q, err := Parse(p.Data)
	if err != nil {
		t.malformed.Add(1)
		return
	}
	op := uint16(Response)
	if q.Op == NearestQuery {
		op = NearestAnswer
	}
	if q.Op != Query && q.Op != NearestQuery || q.Type != TypeDSOM && q.Type != TypeAny || p.Src.Node == ipx.Broadcast {
		return
	}
	if !t.limit.Take() {
		t.refused.Add(1)
		return
	}
	t.answered.Add(1)
	t.send(p.Src, op, t.e)
}
