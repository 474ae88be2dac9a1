package orb_test

import (
	"context"
	"crypto/rand"
	cryptotls "crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/oneport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

// A sealedFront ends TLS before a server of plain IIOP, as Go's own library does, and treats sessions that are resumed in its own way.
type sealedFront struct {
	l  net.Listener
	to string

	farewell string // what ends a connection in order
	config   *cryptotls.Config
	hangUp   bool // on sessions that are resumed, when hands have been shaken

	taken, resumed atomic.Int32 // connections, and those by which a session was resumed
	mu             sync.Mutex
	open           map[*cryptotls.Conn]*atomic.Bool // and whether it was ended in order: what comes then is for nobody
	work           sync.WaitGroup
}

func newFront(t *testing.T, p certs.Pair, to, farewell string) *sealedFront {
	t.Helper()
	pair, err := cryptotls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	f := &sealedFront{to: to, config: &cryptotls.Config{Certificates: []cryptotls.Certificate{pair}}, open: map[*cryptotls.Conn]*atomic.Bool{}, farewell: farewell}
	if f.l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	f.work.Go(func() {
		for {
			c, err := f.l.Accept()
			if err != nil {
				return
			}
			f.taken.Add(1)
			f.work.Go(func() { f.serve(c) })
		}
	})
	t.Cleanup(func() {
		f.l.Close()
		f.part()
		f.work.Wait()
	})
	return f
}

// part ends all connections in order, as a server does that is started again.
func (f *sealedFront) part() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c, parted := range f.open {
		parted.Store(true)
		_, _ = io.WriteString(c, f.farewell)
		_ = c.CloseWrite()
	}
}

func (f *sealedFront) serve(c net.Conn) {
	defer c.Close()
	f.mu.Lock()
	config, hangUp := f.config, f.hangUp
	f.mu.Unlock()
	s := cryptotls.Server(c, config)
	err := s.Handshake()
	if err != nil {
		return
	}
	parted := new(atomic.Bool)
	f.mu.Lock()
	f.open[s] = parted
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.open, s)
		f.mu.Unlock()
	}()
	if s.ConnectionState().DidResume {
		f.resumed.Add(1)
		if hangUp {
			return
		}
	}
	back, err := net.Dial("tcp", f.to)
	if err != nil {
		return
	}
	defer back.Close()
	f.work.Go(func() { _, _ = io.Copy(s, back); c.Close() })
	for b := make([]byte, 4096); ; {
		n, err := s.Read(b)
		if err != nil {
			return
		}
		if !parted.Load() {
			_, _ = back.Write(b[:n])
		}
	}
}

// TestRefusedSessions: a server that has lost what sessions are resumed by, has another certificate, refuses to resume while hands are shaken or behind that, or hangs up, is called by a new
// handshake, and each operation is carried out once.
func TestRefusedSessions(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	refusal := errors.New("no session is resumed here")
	refuseBehind := func(c *cryptotls.Config) {
		c.VerifyConnection = func(s cryptotls.ConnectionState) error {
			if s.DidResume {
				return refusal
			}
			return nil
		}
	}
	change := func(how func(*cryptotls.Config)) func(*sealedFront) {
		return func(f *sealedFront) {
			f.mu.Lock()
			defer f.mu.Unlock()
			c := f.config.Clone()
			how(c)
			f.config = c
		}
	}
	for name, c := range map[string]struct {
		how     func(*sealedFront) // before the second call
		twice   bool               // a call takes a connection more
		resumes bool               // the second call's connection, or the first of them, is resumed
		unsure  bool               // by TLS alone nobody can know whether the call was carried out
		callers int                // how many call at once the second time, over one connection; 0 is 1
	}{
		"resumes":          {how: func(*sealedFront) {}, resumes: true},
		"lost its tickets": {how: change(func(c *cryptotls.Config) { c.SetSessionTicketKeys([][32]byte{randomKey()}) })},
		"gives none":       {how: change(func(c *cryptotls.Config) { c.SessionTicketsDisabled = true })},
		"other certificate": {how: change(func(c *cryptotls.Config) {
			c.Certificates = []cryptotls.Certificate{loaded(t, ca.Issue(t, certs.Order{}))}
			c.SetSessionTicketKeys([][32]byte{randomKey()})
		})},
		"in the handshake": {how: change(func(c *cryptotls.Config) {
			c.UnwrapSession = func([]byte, cryptotls.ConnectionState) (*cryptotls.SessionState, error) { return nil, refusal }
		}), twice: true},
		"behind it":                   {how: change(refuseBehind), twice: true},
		"behind it, several who call": {how: change(refuseBehind), twice: true, callers: 8},
		"hangs up":                    {how: func(f *sealedFront) { f.mu.Lock(); f.hangUp = true; f.mu.Unlock() }, twice: true, resumes: true, unsure: true},
	} {
		for _, scheme := range []string{"ssliop:1.2@", "wss:"} {
			t.Run(name+" "+scheme[:3], func(t *testing.T) {
				t.Parallel()
				web := webOf(t, ws.Config{})
				o, root := newORB(t, func(c *orb.Config) {
					c.Transports, c.Listen = transport.Set{oneport.New(tcp.New(), oneport.Config{Web: web}), web}, []string{"tcp:127.0.0.1:0"}
				})
				impl := new(pinged)
				ref, err := EchoClass.Activate(root, impl)
				if err != nil {
					t.Fatal(err)
				}
				farewell := string(giop.AppendCloseConnection(nil, cdr.V12, true))
				if scheme == "wss:" {
					farewell = "\x82\x0c" + farewell // a frame
				}
				f := newFront(t, own, o.Endpoints()[0].Address(), farewell)
				sealed := must(tls.New(tls.Config{Authorities: ca.File, Logger: quiet()}))
				client := newClient(t, func(c *orb.Config) { c.Transports = transport.Set{sealed, webOf(t, ws.Config{TLS: sealed})} })
				_, p := profileOf(t, ref)
				e, err := EchoClass.Bind(t.Context(), client, "corbaloc:"+scheme+f.l.Addr().String()+"/"+escaped(p.Key))
				if err != nil {
					t.Fatal(err)
				}
				impl.pings.Store(0)
				call := func(what string, connections, resumed int32, callers int) {
					t.Helper()
					taken, before, pings := f.taken.Load(), f.resumed.Load(), impl.pings.Load()
					errs := make(chan error, callers)
					for range callers {
						go func() { errs <- e.Ping(t.Context()) }()
					}
					var err error
					for range callers {
						err = errors.Join(err, <-errs)
					}
					if c.unsure && scheme != "wss:" && what == "the second" {
						if sys := exc.From(err, exc.No); err != nil && (sys.Kind != exc.CommFailure || sys.Completed != exc.Maybe) {
							t.Fatalf("%s: %v", what, err)
						} else if err == nil { // the end was seen before a word was said
						} else if err = e.Ping(t.Context()); err != nil {
							t.Errorf("what comes behind it: %v", err)
						}
					} else if err != nil {
						t.Errorf("%s: %v", what, err)
					}
					if n := impl.pings.Load() - pings; n != int32(callers) {
						t.Errorf("%s was carried out %d times, want %d", what, n, callers)
					}
					if n := f.taken.Load() - taken; n != connections {
						t.Errorf("%s took %d connections, want %d", what, n, connections)
					}
					if n := f.resumed.Load() - before; n != resumed {
						t.Errorf("%s resumed %d sessions, want %d", what, n, resumed)
					}
				}
				f.part()
				call("the first", 1, 1, 1) // Bind has begun the session
				c.how(f)
				f.part()
				want := [2]int32{1, 0}
				if c.twice {
					want[0] = 2
				}
				if c.resumes {
					want[1] = 1
				}
				call("the second", want[0], want[1], max(c.callers, 1))
			})
		}
	}
}

// pinged counts the pings that are carried out.
type pinged struct {
	echo
	pings atomic.Int32
}

func (p *pinged) Ping(ctx context.Context) error { p.pings.Add(1); return p.echo.Ping(ctx) }

func randomKey() (k [32]byte) {
	rand.Read(k[:])
	return k
}

func loaded(t *testing.T, p certs.Pair) cryptotls.Certificate {
	t.Helper()
	c, err := cryptotls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
