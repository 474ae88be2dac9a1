package orb

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
)

// A link is a connection to a hop.
type link struct {
	conn     *conn.Conn
	hop      hop // zero for a way back
	env      *cdr.Env
	refs     references  // as the peer is to see them
	codeSets []byte      // service context that announces the code sets; nil: none
	offer    []byte      // service context that offers to be called back; nil: none
	offered  atomic.Bool // that was sent
	settled  atomic.Bool // the peer knows both

	ready chan struct{} // closed when conn or err is there
	err   error
	end   context.CancelFunc // of the making

	// under the lock of links
	waiting int   // calls that wait for it
	taken   bool  // by a call
	joined  int   // by how many calls
	also    []hop // for which it is there besides its own
	heir    *link // that has its connection
}

// links shares connections among references.
type links struct {
	mu     sync.Mutex
	byHop  map[hop]*link
	closed bool
}

// join returns the connection to h, which may be in the making, and begins to make it if there is none. Who joins is to say what came of
// that by part.
func (o *ORB) join(h hop) (l *link, fresh bool, err error) {
	s := &o.links
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false, shutDown()
	}
	l = s.byHop[h]
	if l == nil || l.dead() {
		l = &link{hop: h, ready: make(chan struct{})}
		if h.sets != (codeset.Choice{}) {
			l.codeSets = h.sets.Append(nil)
		}
		s.byHop[h] = l
		fresh = true
		var ctx context.Context
		ctx, l.end = context.WithTimeout(o.life, o.limits.Time(limits.ConnectTimeout))
		go o.dial(ctx, l, h)
	}
	l.waiting++
	l.joined++
	return l, fresh, nil
}

// A parting is what came of a link for a call that has joined it.
type parting uint8

const (
	took  parting = iota // the call goes over it
	lost                 // another was there first
	other                // the link has failed, or the call has ended: let it be made for the next
)

// part ends what join began. A link that nobody wants any more since others were faster is closed.
func (s *links) part(l *link, how parting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.waiting--
	if how == took {
		l.taken = true
	}
	if how != lost || l.waiting > 0 || l.taken {
		return
	}
	if s.byHop[l.hop] == l {
		delete(s.byHop, l.hop)
	}
	l.end()
	go func() {
		<-l.ready
		if l.conn != nil {
			l.conn.Close()
		}
	}()
}

// dead reports whether l is of no more use. The links' lock is held.
func (l *link) dead() bool {
	select {
	case <-l.ready:
		return l.err != nil || !l.conn.Usable()
	default:
		return false
	}
}

// dial makes l's connection, until ctx ends.
func (o *ORB) dial(ctx context.Context, l *link, h hop) {
	defer close(l.ready)
	defer l.end()
	growStack(0)
	if h.open {
		ctx = transport.WithGuard(ctx, func(at netip.Addr) error { return o.connect.Check(h.endpoint, at) })
	}
	t, err := o.transports.Dial(ctx, h.endpoint)
	if err == nil {
		l.refs = o.referencesFor(t)
		if l.env, err = o.env(coding{version: h.version, sets: h.sets, reader: h.reader, withIDs: h.withIDs}, l.refs); err != nil {
			t.Close()
		}
	}
	if err != nil {
		l.err = err
		o.links.forget(l, h)
		return
	}
	opt := o.connOptions
	opt.NoCancel = h.noCancel
	opt.Ended = func() { o.links.forget(l, h) }
	if h := o.serves(l, h, l.refs); h != nil {
		l.conn = conn.Both(t, opt, h)
		l.conn.StayUp() // whatever addresses are offered as well: who listens may not be reached there
	} else {
		l.conn = conn.Client(t, opt)
	}
	o.links.mu.Lock()
	closed := o.links.closed
	o.links.mu.Unlock()
	if closed {
		l.conn.Close()
		l.err = shutDown()
	}
}

// forget drops a link that is of no more use, so that what peers name does not pile up.
func (s *links) forget(l *link, h hop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.heir != nil {
		l, h = l.heir, l.heir.hop
	}
	for _, h := range append(l.also, h) {
		if s.byHop[h] == l {
			delete(s.byHop, h)
		}
	}
}
