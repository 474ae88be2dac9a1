package orb

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
)

// server is the listening side of an ORB.
type server struct {
	mu        sync.Mutex
	listeners []transport.Listener
	conns     map[*conn.Conn]*serverConn
	perHost   map[string]int
	places    int // taken: by connections, and by those that are at the door
	reserved  int // taken besides: by those that the door knows, or is asked about
	asking    chan struct{}
	closed    bool
	running   sync.WaitGroup // accept loops and connections

	accept    sync.Once
	accepting chan struct{} // closed when clients are let in
}

// listen opens the endpoints.
func (o *ORB) listen(endpoints []string) error {
	o.server.conns, o.server.perHost = map[*conn.Conn]*serverConn{}, map[string]int{}
	o.server.asking = make(chan struct{}, 16)
	for _, s := range endpoints {
		e, err := transport.ParseEndpoint(s)
		if err != nil {
			return err
		}
		l, err := o.transports.Listen(o.life, e)
		if err != nil {
			return err
		}
		o.server.mu.Lock()
		o.server.listeners = append(o.server.listeners, l)
		o.server.mu.Unlock()
	}
	return nil
}

// serve begins to accept, where the ORB listens.
func (o *ORB) serve() {
	o.connOptions.Shared.Keep(len(o.server.listeners) > 0)
	for _, l := range o.server.listeners {
		o.server.running.Add(1)
		go o.accept(l)
	}
}

// Endpoints returns where the ORB listens: as Config.Listen has it, and behind that by what else is spoken at the same ports.
func (o *ORB) Endpoints() []transport.Endpoint {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	var all []transport.Endpoint
	for _, l := range o.server.listeners {
		all = append(all, l.Endpoint())
	}
	for _, l := range o.server.listeners {
		if l, ok := l.(interface{ Also() []transport.Endpoint }); ok {
			all = append(all, l.Also()...)
		}
	}
	return all
}

// Connections returns how many connections from clients there are.
func (o *ORB) Connections() int {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	return len(o.server.conns)
}

// Accept lets the clients in that [Config].Hold keeps waiting. Further calls do nothing.
func (o *ORB) Accept() { o.server.accept.Do(func() { close(o.server.accepting) }) }

func (o *ORB) accept(l transport.Listener) {
	defer o.server.running.Done()
	<-o.server.accepting
	for {
		t, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) || o.life.Err() != nil {
				return
			}
			o.complain(slog.LevelWarn, "accept failed", "endpoint", l.Endpoint().String(), "error", err)
			select { // out of descriptors, as a rule: others must end first
			case <-time.After(50 * time.Millisecond):
			case <-o.life.Done():
				return
			}
			continue
		}
		o.admit(t)
	}
}

// admit starts to serve a connection, if the limits allow.
func (o *ORB) admit(t transport.Conn) {
	s := &o.server
	at := room{host: hostOf(t.RemoteAddr())}
	over := s.reserve(o.limits, at)
	if knower, knows := o.door.(Knower); knows && over != nil && !errors.Is(over, net.ErrClosed) {
		at.reserved = true
		if full := s.reserve(o.limits, at); full != nil {
			o.turnAway(t, errors.Join(over, full))
			return
		}
		s.asking <- struct{}{}
		go func() {
			known := knower.Knows(t.RemoteAddr(), t.LocalAddr())
			<-s.asking
			if known {
				o.letIn(t, at)
				return
			}
			s.release(at)
			s.running.Done()
			o.turnAway(t, over)
		}()
		return
	}
	if over != nil {
		o.turnAway(t, over)
		return
	}
	o.letIn(t, at)
}

// turnAway closes a connection that is not served, and says why in the log.
func (o *ORB) turnAway(t transport.Conn, over error) {
	if !errors.Is(over, net.ErrClosed) {
		o.complain(slog.LevelWarn, "connection refused", "peer", t.RemoteAddr().String(), "error", over)
	}
	refuse(t)
}

// letIn serves a connection that has a place, unless the door refuses it.
func (o *ORB) letIn(t transport.Conn, at room) {
	s := &o.server
	if o.door != nil {
		if over := o.door.Admit(t.RemoteAddr()); over != nil {
			s.release(at)
			s.running.Done()
			o.turnAway(t, over)
			return
		}
	}
	refs := o.referencesFor(t)
	plain, err := o.env(coding{version: cdr.V12}, refs)
	if err != nil { // cannot be: it is the default of the specification
		panic(err)
	}
	serves := &serverConn{orb: o, refs: refs, env: plain, since: time.Now()}
	c := conn.Server(t, o.connOptions, serves)
	serves.conn = c
	if !s.enter(c, serves) { // the ORB ends; whoever was let in is told as others are
		c.Close()
	}
	go func() {
		defer s.running.Done()
		defer o.bidir.forget(serves)
		defer s.forget(c, at) // also when a servant ends this goroutine
		if o.door != nil {
			defer o.left(c, serves.since)
		}
		growStack(0)
		c.Run()
	}()
}

// A room is a place among those that the limits leave to connections.
type room struct {
	host     string // that it is from
	reserved bool   // it is one of reserved-connections
}

// reserve takes a place for a connection, or returns why there is none: who has none is not told of at the door.
func (s *server) reserve(l *limits.Limits, at room) error {
	host := at.host
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return net.ErrClosed
	case at.reserved && s.reserved >= l.Int(limits.ReservedConnections):
		return l.Exceeded(limits.ReservedConnections, int64(s.reserved+1))
	case at.reserved:
		s.reserved++
		s.running.Add(1)
		return nil
	case s.places >= l.Int(limits.Connections):
		return l.Exceeded(limits.Connections, int64(s.places+1))
	case s.perHost[host] >= l.Int(limits.ConnectionsPerAddress):
		return l.Exceeded(limits.ConnectionsPerAddress, int64(s.perHost[host]+1))
	}
	s.places++
	s.perHost[host]++
	s.running.Add(1)
	return nil
}

// release gives up a place.
func (s *server) release(at room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.reserved {
		s.reserved--
		return
	}
	s.places--
	if s.perHost[at.host]--; s.perHost[at.host] == 0 {
		delete(s.perHost, at.host)
	}
}

// enter begins the account of a connection that has a place. It reports whether the ORB goes on.
func (s *server) enter(c *conn.Conn, serves *serverConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = serves
	return !s.closed
}

// forget ends the account of a connection.
func (s *server) forget(c *conn.Conn, at room) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	s.release(at)
}

// complain logs what a peer did or brought about, seldom enough for the log to bear it.
func (o *ORB) complain(level slog.Level, msg string, attrs ...any) {
	o.connOptions.Shared.Complain(o.log, level, msg, attrs...)
}

// refuse closes a connection that is not served, in order: the peer may try again elsewhere or later.
func refuse(t transport.Conn) {
	t.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))     // an empty buffer takes it at once
	_, _ = t.Write(giop.AppendCloseConnection(nil, cdr.V10, true)) // it is closed in any case
	t.Close()
}

func hostOf(a net.Addr) string {
	if localNetwork(a.Network()) { // of a user all processes together
		who, _, _ := strings.Cut(a.String(), ", pid ")
		return who
	}
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}

// shutdown stops accepting, lets running requests finish until ctx ends, and closes all connections.
// So it does with others, over which requests come too.
func (s *server) shutdown(ctx context.Context, others []*conn.Conn) error {
	s.mu.Lock()
	s.closed = true
	listeners := s.listeners
	conns := others
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, l := range listeners {
		l.Close()
	}
	s.accept.Do(func() { close(s.accepting) }) // who still waits for that finds his listener closed
	cut := new(CutOff)
	var wait sync.WaitGroup
	for _, c := range conns {
		wait.Go(func() {
			var e *conn.CutOff
			if err := c.Shutdown(ctx); errors.As(err, &e) {
				s.mu.Lock()
				defer s.mu.Unlock()
				cut.add(c.RemoteAddr().String(), e.Requests)
			}
		})
	}
	wait.Wait() // not longer than until ctx ends
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done(): // a servant that does not look at its own may never return
	}
	if cut.Err = ctx.Err(); len(cut.Calls) > 0 {
		return cut
	}
	return ctx.Err()
}

// serverConn is what the ORB keeps for a connection that it serves. Requests of one
// connection may be served at once, where a servant takes long.
type serverConn struct {
	orb  *ORB
	conn *conn.Conn // of a client's making; else nil
	made *link      // of this ORB's making; else nil
	refs references // as the peer is to see them

	since    time.Time
	requests atomic.Int64 // that have come
	welcome  atomic.Bool  // what comes over it may be carried out

	mu   sync.Mutex
	env  *cdr.Env // of the latest request
	sets codeset.Choice
	odd  bool // a request had an odd id

	// Of a client that offers to be called back:
	offer  []byte  // as it came last
	over   bool    // the connection has ended: nothing is believed any more
	points []point // believed of what came from its host
	marks  map[*cdr.Env]*cdr.Env
	links  map[wayBack]*link
}

// A scratch is what a connection keeps from one request to the next.
type scratch struct {
	contexts contexts
	lender   *ServerRequest // whose loans may be on their way until the next request is served; or nil
}

// Serve answers a message: the connection calls it for each Request and LocateRequest.
func (s *serverConn) Serve(w *conn.Work) {
	if s.made != nil && (!s.made.offered.Load() || w.Header.Version.Minor < 2) {
		w.Fail(errNotOffered)
		return
	}
	switch w.Header.Type {
	case giop.TypeRequest:
		s.requests.Add(1)
		kept, _ := w.Scratch.(*scratch)
		if kept == nil {
			kept = new(scratch)
			w.Scratch = kept
		}
		kept.lender.leave()
		kept.lender = nil
		r := requests.Get().(*ServerRequest)
		r.orb, r.work, r.contexts = s.orb, w, &kept.contexts
		returned := false
		defer func() {
			if !returned { // the servant, or the handler, ended its goroutine
				if r.state == replyNone {
					r.fail(errFindExit)
				}
				w.Scratch = nil
				w.Out, w.Loans = r.finish()
				if r.ctx != nil {
					r.ctx.finish()
				}
			}
		}()
		w.Out, w.Loans = r.serve(w.Header, w.Message, w.Out, s)
		returned = true
		if r.malformed != nil {
			w.Fail(r.malformed)
		}
		if r.ctx != nil {
			kept.contexts.put(r.ctx)
		}
		if len(w.Loans) > 0 {
			kept.lender = r
			return
		}
		r.leave()
	case giop.TypeLocateRequest:
		w.Out = s.locate(w, s.orb.own)
	}
}

// context returns the context of a request that has come over the connection.
func (s *serverConn) context(r *ServerRequest, fresh bool) *callContext {
	var c *callContext
	if !fresh {
		c = r.contexts.take(r.msg.Key)
	}
	if c != nil && c.begin(r.work, time.Time{}) {
		return c
	}
	c = s.newContext(r.work)
	c.object = bytes.Clone(r.msg.Key)
	c.begin(r.work, time.Time{})
	return c
}

func (s *serverConn) newContext(w *conn.Work) *callContext {
	c := newCallContext(s.orb, nil, w.Conn().RemoteAddr())
	c.view, c.local, c.over = s.refs.views.forOwn, w.Conn().LocalAddr(), w.Conn()
	return c
}

// reader returns who reads the values that are sent over s: what the reference said by which the connection was made, or else what the byte
// order of a request tells. JacORB writes big-endian alone, and omniORB in the order of its machine, in which it reads with less care.
//
// A client that gives a request an odd id is none of the two: both give even ones over connections that they have made.
func (s *serverConn) reader(little bool, id uint32) cdr.Reader {
	s.odd = s.odd || s.made == nil && id&1 != 0
	switch {
	case s.made != nil && s.made.hop.reader != cdr.AnyReader:
		return s.made.hop.reader
	case s.odd:
		return cdr.Other
	case little:
		return cdr.NotJacORB
	case s.orb.little:
		return cdr.OtherOrder
	}
	return cdr.AnyReader
}

// environment returns the environment of a request with the service contexts cs. Code sets
// that were announced hold for the rest of the connection.
func (s *serverConn) environment(h giop.Header, id uint32, cs giop.Contexts) (*cdr.Env, error) {
	v := h.Version
	data, told := cs.Find(giop.ContextCodeSets)
	s.mu.Lock()
	defer s.mu.Unlock()
	reader := s.reader(h.Little, id)
	if s.conn != nil && s.orb.bidir.Accept && v.Minor >= 2 {
		if data, offers := cs.Find(giop.ContextBiDirIIOP); offers {
			if err := s.offered(data); err != nil {
				return nil, err
			}
		}
	}
	if !told && v == s.env.Version && reader == s.env.Reader {
		return s.env, nil
	}
	if told {
		sets, err := codeset.ParseContext(data)
		if err == nil {
			err = sets.Check(s.orb.offers)
		}
		if err != nil {
			return nil, err
		}
		s.sets = sets
	}
	env, err := s.orb.env(coding{version: v, sets: s.sets, reader: reader}, s.refs)
	if err == nil {
		env = s.marked(env)
		s.env = env
	}
	return env, err
}

// serveLocal answers a request of this process, whose servant gets local, and must have the request by then if arriveBy is not zero.
func (o *ORB) serveLocal(local *callContext, deadline, arriveBy time.Time, h giop.Header, msg []byte, env *cdr.Env) []byte {
	local.begin(nil, deadline)
	defer local.finish() // also if the servant ends this goroutine
	r := requests.Get().(*ServerRequest)
	r.orb, r.ctx, r.arriveBy = o, local, arriveBy
	out, _ := r.serve(h, msg, nil, ownEnv{env}) // nothing is lent within the process
	r.leave()
	return out
}

// ownEnv is the environment of local calls, whatever their contexts say.
type ownEnv struct{ env *cdr.Env }

func (f ownEnv) environment(giop.Header, uint32, giop.Contexts) (*cdr.Env, error) {
	return f.env, nil
}
func (f ownEnv) admits(Target) error                           { return nil }
func (f ownEnv) context(r *ServerRequest, _ bool) *callContext { return r.ctx }

// clip returns what a log or an error says of octets from the network.
func clip(b []byte) string {
	const most = 64
	if len(b) > most {
		return string(b[:most]) + "…"
	}
	return string(b)
}

// locate answers a LocateRequest (part 2, clause 9.4.6).
func (s *serverConn) locate(w *conn.Work, env *cdr.Env) []byte {
	o := s.orb
	var d cdr.Decoder
	d.Reset(w.Message, giop.HeaderSize, w.Header.Little, env)
	var q giop.LocateRequest
	if err := q.Parse(w.Header, &d); err != nil {
		w.Fail(err)
		return w.Out
	}
	if err := s.unwelcome(w.Conn()); err != nil {
		return s.located(w, q.ID, Target{}, err, env)
	}
	if err := q.Target.NoKey; err != nil {
		return s.located(w, q.ID, Target{}, err, env)
	}
	c := s.newContext(w)
	c.begin(w, time.Time{})
	returned := false
	defer func() {
		if !returned { // the handler ended its goroutine
			c.finish()
			w.Out = s.located(w, q.ID, Target{}, errFindExit, env)
		}
	}()
	t, err := o.find(c, Query{Key: q.Key})
	if err == nil {
		err = s.admits(t)
	}
	returned = true
	if failed := o.release(t.Scope); failed != nil && err == nil {
		err = failed
	}
	c.finish()
	return s.located(w, q.ID, t, err, env)
}

// located returns the reply to the LocateRequest w.
func (s *serverConn) located(w *conn.Work, id uint32, t Target, err error, env *cdr.Env) []byte {
	var e cdr.Encoder
	var m giop.Mark
	e.Reset(w.Out, s.orb.little, env)
	sys := exc.From(err, exc.No)
	v := w.Header.Version
	switch {
	case sys != nil && sys.Kind == exc.ObjectNotExist, sys == nil && t.Servant == nil && t.Forward == nil:
		m = giop.BeginLocateReply(&e, v, id, giop.UnknownObject)
	case sys != nil && v.Minor >= 2:
		m = giop.BeginLocateReply(&e, v, id, giop.LocSystemException)
		giop.PutSystemException(&e, sys)
	case sys != nil:
		m = giop.BeginLocateReply(&e, v, id, giop.UnknownObject)
	case t.Forward != nil:
		status := giop.ObjectForward
		if t.Permanent && v.AtLeast(cdr.V12) {
			status = giop.ObjectForwardPerm
		}
		m = giop.BeginLocateReply(&e, v, id, status)
		s.refs.PutIOR(&e, t.Forward)
	default:
		m = giop.BeginLocateReply(&e, v, id, giop.ObjectHere)
	}
	giop.Finish(&e, m)
	return e.Bytes()
}
