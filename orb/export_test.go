package orb

import (
	"context"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
)

// Links returns how many connections to others o keeps in mind.
func Links(o *ORB) int {
	o.links.mu.Lock()
	defer o.links.mu.Unlock()
	return len(o.links.byHop)
}

// Envs returns how many environments of messages o keeps.
func Envs(o *ORB) int {
	o.envMu.Lock()
	defer o.envMu.Unlock()
	return len(o.envs)
}

// Reader returns what is known of the peer that r leads to first.
func Reader(r *Ref) cdr.Reader { return r.route().ways[0].reader }

// CodeSets returns the code sets that were negotiated for the peer that r leads to first.
func CodeSets(r *Ref) codeset.Choice { return r.route().ways[0].sets }

// ReplyReader returns what is known of a peer whose request to o is in a byte order. made is what the reference told by
// which the connection was made to it, AnyReader if the peer has made it. ids are those of its requests.
func ReplyReader(o *ORB, made cdr.Reader, little bool, ids ...uint32) (cdr.Reader, error) {
	s, err := readingConn(o, cdr.AnyReader)
	if err != nil {
		return 0, err
	}
	if made != cdr.AnyReader {
		s.made = &link{hop: hop{reader: made}}
	}
	var env *cdr.Env
	for _, id := range ids {
		if env, err = s.environment(giop.Header{Version: cdr.V12, Little: little}, id, giop.Contexts{}); err != nil {
			return 0, err
		}
	}
	return env.Reader, nil
}

// WayBackReader returns as what a client that told to be one reader is called back by a reference that says another, and then by one that says nothing.
func WayBackReader(o *ORB, of, told cdr.Reader) (by, again cdr.Reader) {
	s, err := readingConn(o, told)
	if err != nil {
		return 0, 0
	}
	return s.linkBack(hop{reader: of}).env.Reader, s.linkBack(hop{}).env.Reader
}

func readingConn(o *ORB, told cdr.Reader) (*serverConn, error) {
	refs := references{orb: o}
	env, err := o.env(coding{version: cdr.V12, reader: told}, refs)
	return &serverConn{orb: o, refs: refs, env: env}, err
}

// Offers has a client over t offer to be called back at a point, and then another one as its connection has ended: a request that was handed on is served so late.
// It returns at how many points o would call anybody, after either.
func Offers(o *ORB, t transport.Conn, first, late giop.ListenPoint) (meanwhile, after int, err error) {
	s, err := readingConn(o, cdr.AnyReader)
	if err != nil {
		return 0, 0, err
	}
	s.conn = conn.Server(t, o.connOptions, s)
	defer s.conn.Close()
	points := func() int {
		o.bidir.mu.Lock()
		defer o.bidir.mu.Unlock()
		return len(o.bidir.back)
	}
	offer := func(p giop.ListenPoint) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.offered(giop.AppendListenPoints(nil, []giop.ListenPoint{p}))
	}
	if err := offer(first); err != nil {
		return 0, 0, err
	}
	meanwhile = points()
	o.bidir.forget(s)
	err = offer(late)
	return meanwhile, points(), err
}

// Parting is what came of a link for a call.
type Parting = parting

const (
	Took  = took
	Lost  = lost
	Other = other
)

// Parted lets as many calls join a link, tells in order what came of it for them, and returns whether it was given up.
func Parted(how ...Parting) (ended bool) {
	s := links{byHop: map[hop]*link{}}
	l := &link{waiting: len(how), ready: make(chan struct{}), end: func() { ended = true }}
	close(l.ready)
	s.byHop[l.hop] = l
	for _, h := range how {
		s.part(l, h)
	}
	return ended || s.byHop[l.hop] != l
}

// NewCallContext returns the context of an upcall, which end ends: from a client that gives up when cancel is done, or from the caller of this process who has parent.
func NewCallContext(parent, cancel context.Context, deadline time.Time) (ctx context.Context, end func()) {
	c := newCallContext(nil, parent, nil)
	c.begin(cancel, deadline)
	return c, func() { c.finish() }
}
