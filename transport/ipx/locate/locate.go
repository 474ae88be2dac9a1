// Package locate answers, and asks, by a datagram of IPX whether an object is at a node: a LocateRequest of GIOP in one packet has a LocateReply in one. Nothing is started, made or changed for it.
//
// An answer is OBJECT_HERE, and the client asks again by a connection, or UNKNOWN_OBJECT; where an object has gone to no datagram says. So an answer is 54 octets long, and a question never less than a third of it.
package locate

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport/ipx"
)

// Type is the type of packets that are sent: "packet exchange". Those of type 0, which programs send that know of no types, are heard too.
const Type = 4

// The bounds.
const (
	mostAsked  = 100                    // ipx-locates: questions looked at, at once and a second
	mostQueued = 64                     // ipx-locates-queued: that wait for their answer
	answerTime = 100 * time.Millisecond // for an answer: what is not known at once is for a connection to tell
	askEvery   = 500 * time.Millisecond
	askTries   = 3
)

// Counts says how often what has happened.
type Counts struct {
	Here      uint64
	Unknown   uint64
	Malformed uint64 // packets that are no LocateRequest, and are not answered
	Limited   uint64 // packets that were not looked at
}

// A Server answers questions. It is safe for concurrent use.
type Server struct {
	s    *ipx.Station
	find func(ctx context.Context, key []byte) (exists bool, err error)

	limit ipx.Bucket
	queue chan question
	done  chan struct{}
	work  sync.WaitGroup

	here, unknown, malformed, limited atomic.Uint64
}

type question struct {
	from ipx.Addr
	at   uint16
	h    giop.Header
	id   uint32
	key  []byte
}

// New returns a server at a station. find says whether an object of a key is there; it must start, make and change nothing, and end with its ctx. After an error the client is told that it is
// here, and learns the rest by a connection.
func New(s *ipx.Station, find func(ctx context.Context, key []byte) (exists bool, err error)) *Server {
	l := &Server{s: s, find: find, limit: ipx.Bucket{Burst: mostAsked, PerSecond: mostAsked}, queue: make(chan question, mostQueued), done: make(chan struct{})}
	l.work.Go(l.answer)
	return l
}

// Counts returns how often what has happened.
func (l *Server) Counts() Counts {
	return Counts{l.here.Load(), l.unknown.Load(), l.malformed.Load(), l.limited.Load()}
}

// Close ends the server.
func (l *Server) Close() {
	close(l.done)
	l.work.Wait()
}

// Take takes a packet that is none of SPX, and does not wait: an [ipx.Handler].
func (l *Server) Take(p *ipx.Packet) {
	if p.Type != Type && p.Type != ipx.TypeUnknown || p.Dst.Node == ipx.Broadcast {
		l.malformed.Add(1)
		return
	}
	if !l.limit.Take() {
		l.limited.Add(1)
		return
	}
	h, q, err := parse(p.Data)
	if err != nil {
		l.malformed.Add(1)
		return
	}
	select {
	case l.queue <- question{p.Src, p.Dst.Socket, h, q.ID, append([]byte(nil), q.Key...)}:
	default:
		l.limited.Add(1)
	}
}

// parse reads a LocateRequest that is all of b.
func parse(b []byte) (h giop.Header, q giop.LocateRequest, err error) {
	if h, err = header(b); err != nil {
		return h, q, err
	}
	if h.Type != giop.TypeLocateRequest {
		return h, q, fmt.Errorf("a message of type %v", h.Type)
	}
	var d cdr.Decoder
	d.Reset(b, giop.HeaderSize, h.Little, &cdr.Env{Version: h.Version})
	if err = q.Parse(h, &d); err == nil && (q.Target.NoKey != nil || len(q.Key) == 0) {
		err = fmt.Errorf("a target without a key")
	}
	return h, q, err
}

func header(b []byte) (h giop.Header, err error) {
	if len(b) < giop.HeaderSize {
		return h, fmt.Errorf("%d octets are no message", len(b))
	}
	if h, err = giop.ParseHeader(b); err == nil && (h.More || int64(h.Size) != int64(len(b)-giop.HeaderSize)) {
		err = fmt.Errorf("a message that is not all there")
	}
	return h, err
}

func (l *Server) answer() {
	for {
		select {
		case q := <-l.queue:
			status := giop.ObjectHere
			if exists, err := l.look(q.key); err == nil && !exists {
				status = giop.UnknownObject
				l.unknown.Add(1)
			} else {
				l.here.Add(1)
			}
			e := cdr.NewEncoder(nil, q.h.Little, &cdr.Env{Version: q.h.Version})
			giop.Finish(e, giop.BeginLocateReply(e, q.h.Version, q.id, status))
			_ = l.s.Send(&ipx.Packet{Type: Type, Dst: q.from, Src: ipx.Addr{Socket: q.at}, Data: e.Bytes()}) // who hears nothing asks again
		case <-l.done:
			return
		}
	}
}

// look asks for an object, within a time. A panic is an error.
func (l *Server) look(key []byte) (exists bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("looking for an object panicked: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	return l.find(ctx, key)
}

// ErrSilent is the error of asking one who does not answer.
var ErrSilent = fmt.Errorf("nobody answers a datagram of IPX there, %d times", askTries)

// Ask asks a socket of a node whether it takes calls of an object.
func Ask(ctx context.Context, s *ipx.Station, at ipx.Addr, key []byte) (giop.LocateStatus, error) {
	id := uint32(time.Now().UnixNano())
	got := make(chan giop.LocateStatus, 1)
	if at.Net == 0 {
		at.Net = s.Addr().Net
	}
	socket, err := s.Open(0, func(p *ipx.Packet) {
		h, err := header(p.Data)
		if err != nil || p.Src != at || h.Type != giop.TypeLocateReply {
			return
		}
		var d cdr.Decoder
		d.Reset(p.Data, giop.HeaderSize, h.Little, &cdr.Env{Version: h.Version})
		var r giop.LocateReply
		if r.Parse(h, &d) == nil && r.ID == id {
			select {
			case got <- r.Status:
			default:
			}
		}
	})
	if err != nil {
		return 0, err
	}
	defer s.Shut(socket)
	e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12})
	giop.PutLocateRequest(e, cdr.V12, id, key, nil)
	for range askTries {
		if err := s.Send(&ipx.Packet{Type: Type, Dst: at, Src: ipx.Addr{Socket: socket}, Data: e.Bytes()}); err != nil {
			return 0, err
		}
		again := time.NewTimer(askEvery)
		select {
		case status := <-got:
			again.Stop()
			return status, nil
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return 0, context.Cause(ctx)
		}
	}
	return 0, ErrSilent
}
