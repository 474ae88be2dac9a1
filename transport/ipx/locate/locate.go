// Package locate carries, and asks, the question whether an object is at a node by a datagram of IPX: a LocateRequest of GIOP in one packet has a LocateReply in one. How it is answered is for who has
// the objects to say, and so is that nothing is started, made or changed for it; a reply that is longer than [MostReply], or than three times its question, is not sent.
package locate

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport/ipx"
)

// Type is the type of packets that are sent: "packet exchange". Those of type 0, which programs send that know of no types, are heard too.
const Type = 4

// MostReply is how many octets of data an answer has at most, so that each network of IPX carries it.
const MostReply = 546

// The bounds.
const (
	mostAsked     = 100 // ipx-locates: questions looked at, at once and a second
	mostQueued    = 64  // ipx-locates-queued: that wait for their answer
	amplification = 3   // octets of an answer for each of its question
	askEvery      = 500 * time.Millisecond
	askTries      = 3
)

// Counts says how often what has happened.
type Counts struct {
	Answered uint64
	Silent   uint64 // packets that had no answer, since they are no question
	Limited  uint64 // packets that were not looked at
}

// A Server has questions answered. It is safe for concurrent use.
type Server struct {
	s   *ipx.Station
	say func(out []byte, from ipx.Addr, b []byte) []byte

	limit ipx.Bucket
	queue chan question
	done  chan struct{}
	work  sync.WaitGroup

	answered, silent, limited atomic.Uint64
}

type question struct {
	from ipx.Addr
	at   uint16
	b    []byte
}

// New returns a server at a station. say appends to out what is to be said to a packet's data, nothing if they are no question. It is called by one goroutine; the server waits for it, so it must take care of its time.
func New(s *ipx.Station, say func(out []byte, from ipx.Addr, b []byte) []byte) *Server {
	l := &Server{s: s, say: say, limit: ipx.Bucket{Burst: mostAsked, PerSecond: mostAsked}, queue: make(chan question, mostQueued), done: make(chan struct{})}
	l.work.Go(l.answer)
	return l
}

// Counts returns how often what has happened.
func (l *Server) Counts() Counts {
	return Counts{l.answered.Load(), l.silent.Load(), l.limited.Load()}
}

// Close ends the server.
func (l *Server) Close() {
	close(l.done)
	l.work.Wait()
}

// Take takes a packet that is none of SPX, and does not wait: an [ipx.Handler].
func (l *Server) Take(p *ipx.Packet) {
	if p.Type != Type && p.Type != ipx.TypeUnknown || p.Dst.Node == ipx.Broadcast {
		l.silent.Add(1)
		return
	}
	if !l.limit.Take() {
		l.limited.Add(1)
		return
	}
	select {
	case l.queue <- question{p.Src, p.Dst.Socket, append([]byte(nil), p.Data...)}:
	default:
		l.limited.Add(1)
	}
}

func (l *Server) answer() {
	var out []byte
	for {
		select {
		case q := <-l.queue:
			b := l.say(out[:0], q.from, q.b)
			if len(b) == 0 || len(b) > min(MostReply, amplification*len(q.b)) {
				l.silent.Add(1)
				continue
			}
			out = b
			l.answered.Add(1)
			_ = l.s.Answer(&ipx.Packet{Type: Type, Dst: q.from, Src: ipx.Addr{Socket: q.at}, Data: b}) // who hears nothing asks again
		case <-l.done:
			return
		}
	}
}

// ErrSilent is the error of asking one who does not answer.
var ErrSilent = fmt.Errorf("nobody answers a datagram of IPX there, %d times", askTries)

// Ask asks a socket of a node whether it takes calls of an object, and where else it is if not. The question is as long as it takes for an answer of MostReply octets. Its errors are ErrSilent, that of ctx and the station's.
func Ask(ctx context.Context, s *ipx.Station, at ipx.Addr, key []byte) (status giop.LocateStatus, forward *ior.IOR, err error) {
	type answer struct {
		status  giop.LocateStatus
		forward *ior.IOR
	}
	id := uint32(time.Now().UnixNano())
	got := make(chan answer, 1)
	if at.Net == 0 {
		at.Net = s.Addr().Net
	}
	socket, err := s.Open(0, func(p *ipx.Packet) {
		_, r, d, err := giop.OpenLocateAnswer(p.Data)
		if err != nil || !at.Is(p.Src) || r.ID != id {
			return
		}
		a := answer{status: r.Status}
		if r.Status == giop.ObjectForward {
			if a.forward = ior.Get(d); d.Err() != nil || a.forward.IsNil() {
				return
			}
		}
		select {
		case got <- a:
		default:
		}
	})
	if err != nil {
		return 0, nil, err
	}
	defer s.Shut(socket)
	b := giop.LocateQuestion(id, key, MostReply, amplification)
	for range askTries {
		if err := s.Send(&ipx.Packet{Type: Type, Dst: at, Src: ipx.Addr{Socket: socket}, Data: b}); err != nil {
			return 0, nil, err
		}
		again := time.NewTimer(askEvery)
		select {
		case a := <-got:
			again.Stop()
			return a.status, a.forward, nil
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return 0, nil, context.Cause(ctx)
		}
	}
	return 0, nil, ErrSilent
}
