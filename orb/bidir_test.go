package orb_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

func offers(c *orb.Config)  { c.BiDir.Offer = true }
func accepts(c *orb.Config) { c.BiDir.Accept = true }
func offersDeaf(c *orb.Config) {
	c.Listen = nil
	c.BiDir.Offer = true
}

// gatherer is an echo that keeps whom it meets.
type gatherer struct {
	echo
	met atomic.Value
}

func (k *gatherer) Meet(ctx context.Context, other Echo) (Echo, error) {
	k.met.Store(other)
	return k.echo.Meet(ctx, other)
}

// callee makes an object in an adapter of policy p.
func callee(t *testing.T, root *poa.Root, p poa.Bidirectional, s Echo) Echo {
	t.Helper()
	a, err := root.Create("callbacks", poa.Options{Bidirectional: p})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := EchoClass.Activate(a, s)
	if err != nil {
		t.Fatal(err)
	}
	return EchoClass.Unchecked(ref)
}

// gatherers returns a server's gatherer, and a client's stub of it.
func keepers(t *testing.T, client *orb.ORB, change func(*orb.Config)) (*orb.ORB, *gatherer, Echo) {
	t.Helper()
	o, root := newORB(t, change)
	k := new(gatherer)
	ref, err := root.ActivateKey("Echo", EchoClass.Servant(k))
	if err != nil {
		t.Fatal(err)
	}
	e, err := EchoClass.Bind(t.Context(), client, ref.String())
	if err != nil {
		t.Fatal(err)
	}
	return o, k, e
}

// TestCalledBack holds that a client is called back over its own connection, within its call and
// later, whether it listens or not.
func TestCalledBack(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(*orb.Config){"listening": offers, "deaf": offersDeaf} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, root := newORB(t, config)
			own := new(gatherer)
			me := callee(t, root, poa.Both, own)
			_, k, e := keepers(t, client, accepts)
			if _, err := e.Meet(t.Context(), me); err != nil {
				t.Fatal(err)
			}
			back := k.met.Load().(Echo)
			for range 200 {
				if s, err := back.Say(t.Context(), "later"); s != "later" || err != nil {
					t.Fatalf("got %q, %v", s, err)
				}
				if err := e.Ping(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			big := strings.Repeat("b", 300_000)
			if b, err := back.Blob(t.Context(), []byte(big)); string(b) != big || err != nil {
				t.Errorf("got %d octets, %v", len(b), err)
			}
			// The client's object is told of the server's, and calls it, within a call of the server's.
			if _, err := back.Meet(t.Context(), k); err != nil {
				t.Error(err)
			}
			if n := client.Connections(); n != 0 {
				t.Errorf("%d connections to the client", n)
			}
		})
	}
}

// natted is a network in which nobody reaches the host client.
type natted struct{ inside }

func (n natted) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if e.Host == "client" {
		return nil, errors.New("no route to host")
	}
	return n.inside.Dial(ctx, e)
}

// TestCalledBackLater holds, in virtual time, that who has offered to be called back over his connection is, however long it has not been used: whether he listens or not, since
// he may not be reached where he does.
func TestCalledBackLater(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(*orb.Config){"listening": offers, "deaf": offersDeaf} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := natted{inside{mem.New()}}
				in := func(host string, change func(*orb.Config)) func(*orb.Config) {
					return func(c *orb.Config) {
						c.Transports, c.Listen = transport.Set{n}, []string{"tcp:" + host + ":1"}
						change(c)
					}
				}
				client, root := newORB(t, in("client", config))
				me := callee(t, root, poa.Both, new(gatherer))
				_, k, e := keepers(t, client, in("host", accepts))
				if _, err := e.Meet(t.Context(), me); err != nil {
					t.Fatal(err)
				}
				for range 3 {
					time.Sleep(time.Hour)
					if s, err := k.met.Load().(Echo).Say(t.Context(), "later"); s != "later" || err != nil {
						t.Errorf("got %q, %v", s, err)
					}
				}
				time.Sleep(time.Hour)
				if err := e.Ping(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestCalledBackInUnicode: a reference that says nothing of code sets leads back over its connection in Unicode as well.
func TestCalledBackInUnicode(t *testing.T) {
	t.Parallel()
	client, root := newORB(t, offersDeaf)
	p, err := orb.RefOf(callee(t, root, poa.Both, new(gatherer)).(orb.Object)).IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	p.Components = nil
	terse := client.NewRef(&ior.IOR{Profiles: p.At(p.Addresses())})
	_, k, e := keepers(t, client, accepts)
	if _, err := e.Meet(t.Context(), EchoClass.Unchecked(terse)); err != nil {
		t.Fatal(err)
	}
	met := orb.RefOf(k.met.Load().(orb.Object))
	for what, r := range map[string]*orb.Ref{"from the start": met.InUnicode(), "when it has to be": met} {
		if got, err := EchoClass.Unchecked(r).Say(t.Context(), "本"); got != "本" || err != nil {
			t.Errorf("%s: called back, %q, %v", what, got, err)
		}
	}
}

// TestNotBelieved holds that nothing is offered, believed or served that nobody has asked for.
func TestNotBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		client, server func(*orb.Config)
		policy         poa.Bidirectional
		kind           exc.Kind
		minor          uint32
		text           string
		over           int // connections to the client
	}{
		"a server that does not accept":      {offersDeaf, nil, poa.Both, exc.Transient, exc.MinorConnect, "listens nowhere", 0},
		"the same, of a client that listens": {offers, nil, poa.Both, 0, 0, "", 1},
		"a client that does not offer":       {nil, accepts, poa.Both, 0, 0, "", 1},
		"an adapter of the policy NORMAL":    {offersDeaf, accepts, poa.Normal, exc.ObjAdapter, exc.MinorNotBidirectional, "", 0},
		"a client before GIOP 1.2":           {func(c *orb.Config) { offers(c); c.MaxVersion = cdr.V11 }, accepts, poa.Both, 0, 0, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, root := newORB(t, c.client)
			me := callee(t, root, c.policy, new(echo))
			_, k, e := keepers(t, client, c.server)
			_, outer := e.Meet(t.Context(), me)
			back := k.met.Load().(Echo)
			_, err := back.Say(t.Context(), "x")
			if c.text == "" && c.minor == 0 {
				if outer != nil || err != nil {
					t.Errorf("got %v, %v", outer, err)
				}
			} else {
				var sys *exc.SystemException
				if !errors.As(err, &sys) || sys.Kind != c.kind || sys.Minor != c.minor || sys.Completed != exc.No || !strings.Contains(err.Error(), c.text) {
					t.Errorf("got %v", err)
				}
			}
			if n := client.Connections(); n != c.over {
				t.Errorf("%d connections to the client; want %d", n, c.over)
			}
		})
	}
}

// TestSomebodyElsesAddress holds that a client that offers another's address gets the calls meant for that
// only where Trust says so.
func TestSomebodyElsesAddress(t *testing.T) {
	t.Parallel()
	for _, trust := range []bool{false, true} {
		victim, victims := newORB(t, nil)
		theirs := new(echo)
		ref, err := victims.ActivateKey("theirs", EchoClass.Servant(theirs))
		if err != nil {
			t.Fatal(err)
		}
		at := victim.Endpoints()[0]
		liar, root := newORB(t, func(c *orb.Config) {
			offers(c)
			c.Publish = at.Address() // what it offers is what its references name
		})
		stolen := new(echo)
		a, err := root.Create("callbacks", poa.Options{Bidirectional: poa.Both})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := EchoClass.Activate(a, stolen); err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int32
		server, _, e := keepers(t, liar, func(c *orb.Config) {
			accepts(c)
			c.BiDir.Trust = func(client net.Addr, host string, port uint16) bool {
				asked.Add(1)
				return trust && host == at.Host && port == at.Port && strings.HasPrefix(client.String(), "127.0.0.1:")
			}
		})
		for range 3 {
			if err := e.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got, err := server.Resolve(t.Context(), ref.String()) // it has not come from the liar
		if err != nil {
			t.Fatal(err)
		}
		_, err = EchoClass.Unchecked(got).Say(t.Context(), "for the victim")
		if trust != (err != nil) {
			t.Errorf("trust %v: got %v", trust, err) // the liar has no such object
		}
		if n := victim.Connections(); (n == 1) == trust {
			t.Errorf("trust %v: %d connections to the victim", trust, n)
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("Trust was asked %d times; want once for what is offered again and again", n)
		}
	}
}

// TestComesBack holds that a reference works again when its client has another connection.
func TestComesBack(t *testing.T) {
	t.Parallel()
	client, root := newORB(t, offersDeaf)
	me := callee(t, root, poa.Both, new(echo))
	addr := make(chan net.Conn, 10)
	_, k, e := keepersBehind(t, client, addr)
	if _, err := e.Meet(t.Context(), me); err != nil {
		t.Fatal(err)
	}
	back := k.met.Load().(Echo)
	(<-addr).Close()
	var err error
	for !errors.Is(err, exc.Transient) { // at first the server may not have noticed
		if _, err = back.Say(t.Context(), "x"); err == nil || t.Context().Err() != nil {
			t.Fatalf("without a connection: %v", err)
		}
	}
	for err = e.Ping(t.Context()); err != nil; err = e.Ping(t.Context()) { // the client may not have noticed either
		if !errors.Is(err, exc.CommFailure) || t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
	if s, err := back.Say(t.Context(), "again"); s != "again" || err != nil {
		t.Errorf("got %q, %v", s, err)
	}
}

// TestOfferAfterTheEnd: what a client offers in a request that is served when its connection has ended is not kept: nobody would forget it.
func TestOfferAfterTheEnd(t *testing.T) {
	t.Parallel()
	o, _ := newORB(t, accepts)
	ours, theirs := mem.New().Pipe()
	defer theirs.Close()
	meanwhile, after, err := orb.Offers(o, ours, giop.ListenPoint{Host: "a", Port: 1}, giop.ListenPoint{Host: "b", Port: 2})
	if meanwhile != 1 || after != 0 || err != nil {
		t.Errorf("%d points, and %d when it has ended: %v", meanwhile, after, err)
	}
}

// gatherersBehind is keepers behind a forwarder, which hands out the connections that it has made.
func keepersBehind(t *testing.T, client *orb.ORB, made chan net.Conn) (*orb.ORB, *gatherer, Echo) {
	t.Helper()
	o, root := newORB(t, accepts)
	k := new(gatherer)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(k)); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", o.Endpoints()[0].Address())
			if err != nil {
				in.Close()
				return
			}
			for _, ends := range [][2]net.Conn{{in, out}, {out, in}} {
				go func() {
					io.Copy(ends[0], ends[1])
					ends[0].Close()
				}()
			}
			made <- in
		}
	}()
	e, err := EchoClass.Bind(t.Context(), client, "corbaloc:iiop:1.2@"+l.Addr().String()+"/Echo")
	if err != nil {
		t.Fatal(err)
	}
	return o, k, e
}

// TestServerAsksUninvited holds that a server's request over a connection that did not offer it ends the connection.
func TestServerAsksUninvited(t *testing.T) {
	t.Parallel()
	request := func(v cdr.Version) []byte {
		var e cdr.Encoder
		e.Reset(nil, true, nil)
		giop.Finish(&e, giop.BeginRequest(&e, v, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "ping"}))
		return e.Bytes()
	}
	for name, c := range map[string]struct {
		client func(*orb.Config)
		v      cdr.Version
	}{
		"a client that does not offer": {nil, cdr.V12},
		"in GIOP 1.1":                  {offers, cdr.V11},
		"in GIOP 1.0":                  {offers, cdr.V10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, root := newORB(t, c.client)
			mine := new(echo)
			callee(t, root, poa.Both, mine)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			said := make(chan giop.Type, 1)
			go func() {
				s, err := l.Accept()
				if err != nil {
					return
				}
				defer s.Close()
				s.SetDeadline(time.Now().Add(10 * time.Second))
				head := make([]byte, giop.HeaderSize)
				readMessage(s, head)
				s.Write(request(c.v))
				h, _ := readMessage(s, head)
				said <- h.Type
			}()
			ref, err := client.Resolve(t.Context(), "corbaloc:iiop:1.2@"+l.Addr().String()+"/Echo")
			if err != nil {
				t.Fatal(err)
			}
			if err := EchoClass.Unchecked(ref).Ping(t.Context()); !errors.Is(err, exc.CommFailure) {
				t.Errorf("got %v", err)
			}
			if got := <-said; got != giop.TypeMessageError {
				t.Errorf("the client said %v", got)
			}
		})
	}
}

// readMessage reads a message, whose head is kept.
func readMessage(c net.Conn, head []byte) (giop.Header, []byte) {
	if _, err := io.ReadFull(c, head); err != nil {
		return giop.Header{}, nil
	}
	h, err := giop.ParseHeader(head)
	if err != nil {
		return h, nil
	}
	body := make([]byte, h.Size)
	io.ReadFull(c, body)
	return h, append(append([]byte(nil), head...), body...)
}

// TestHostileOffers holds that offers that are malformed, or too much, are answered as such.
func TestHostileOffers(t *testing.T) {
	t.Parallel()
	lim := new(limits.Limits)
	lim.Set(limits.ListenPoints, 3)
	o, root := newORB(t, func(c *orb.Config) { accepts(c); c.Limits = lim })
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	points := func(hosts ...string) []byte {
		var all []giop.ListenPoint
		for _, h := range hosts {
			all = append(all, giop.ListenPoint{Host: h, Port: 1})
		}
		return giop.AppendListenPoints(nil, all)
	}
	type offer struct {
		data []byte
		want giop.ReplyStatus
	}
	for name, list := range map[string][]offer{
		"as it should be":       {{points("a"), giop.NoException}, {points("a"), giop.NoException}, {points("b", "c"), giop.NoException}},
		"nothing in it":         {{nil, giop.SystemException}, {points("a"), giop.NoException}},
		"no points":             {{points(), giop.NoException}},
		"too many at once":      {{points("a", "b", "c", "d"), giop.SystemException}},
		"too many by and by":    {{points("a", "b"), giop.NoException}, {points("b", "c"), giop.NoException}, {points("d"), giop.SystemException}, {points("d"), giop.SystemException}, {points("a"), giop.NoException}},
		"a length that lies":    {{[]byte("\x01\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00a\x00\x01\x00"), giop.SystemException}},
		"4 Gi points":           {{[]byte("\x01\x00\x00\x00\xff\xff\xff\xff"), giop.SystemException}},
		"a host without an end": {{[]byte("\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00ab\x01\x00"), giop.SystemException}},
		"a host of no length":   {{[]byte("\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00"), giop.NoException}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", o.Endpoints()[0].Address())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(10 * time.Second))
			head := make([]byte, giop.HeaderSize)
			for i, x := range list {
				var e cdr.Encoder
				e.Reset(nil, true, nil)
				giop.Finish(&e, giop.BeginRequest(&e, cdr.V12, &giop.RequestHead{ID: uint32(2 * i), Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "ping",
					Contexts: []giop.Context{{ID: giop.ContextBiDirIIOP, Data: x.data}}}))
				if _, err := c.Write(e.Bytes()); err != nil {
					t.Fatal(err)
				}
				h, msg := readMessage(c, head)
				var d cdr.Decoder
				giop.Open(&d, h, msg, nil)
				var r giop.Reply
				if err := r.Parse(h, &d); err != nil || r.Status != x.want {
					t.Errorf("offer %d is answered with %v, %v; want %v", i, r.Status, err, x.want)
				}
			}
		})
	}
}

// TestPointsOfNothing holds that points without a host or a port are passed over: they name nobody, and what names nobody else
// either must not be called at this client.
func TestPointsOfNothing(t *testing.T) {
	t.Parallel()
	believed := make(chan string, 10)
	o, root := newORB(t, func(c *orb.Config) {
		accepts(c)
		c.BiDir.Trust = func(_ net.Addr, host string, port uint16) bool {
			believed <- fmt.Sprintf("%q %d", host, port)
			return true
		}
	})
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	e := cdr.NewEncoder(nil, true, nil)
	giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: 2, Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "ping",
		Contexts: []giop.Context{{ID: giop.ContextBiDirIIOP, Data: giop.AppendListenPoints(nil, []giop.ListenPoint{{Host: "", Port: 1}, {Host: "h", Port: 0}, {Host: "", Port: 0}, {Host: "h", Port: 1}})}}}))
	h, d := exchange(t, o, e.Bytes())
	var r giop.Reply
	if err := r.Parse(h, d); err != nil || r.Status != giop.NoException {
		t.Errorf("answered %v, %v", r.Status, err)
	}
	close(believed)
	var all []string
	for b := range believed {
		all = append(all, b)
	}
	if got, want := strings.Join(all, ", "), `"h" 1`; got != want {
		t.Errorf("believed are %s, want %s", got, want)
	}
}

// TestOfferIsSentUntilAnswered: each request carries the offer until the server has answered one.
func TestOfferIsSentUntilAnswered(t *testing.T) {
	t.Parallel()
	client, _ := newORB(t, offersDeaf)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	offered := make(chan string, 10)
	go func() {
		s, err := l.Accept()
		if err != nil {
			return
		}
		defer s.Close()
		head := make([]byte, giop.HeaderSize)
		for {
			h, msg := readMessage(s, head)
			if msg == nil {
				return
			}
			var d cdr.Decoder
			giop.Open(&d, h, msg, nil)
			var r giop.Request
			if err := r.Parse(h, &d); err != nil {
				return
			}
			what := "nothing"
			if data, ok := r.Contexts.Find(giop.ContextBiDirIIOP); ok {
				what = "malformed"
				if p, err := giop.ParseListenPoints(data, nil); err == nil && len(p) == 1 && strings.HasSuffix(p[0].Host, ".invalid") {
					what = "an address"
				}
			}
			offered <- what
			if r.Expected() {
				var e cdr.Encoder
				e.Reset(nil, true, nil)
				giop.Finish(&e, giop.BeginReply(&e, h.Version, r.ID, giop.NoException, nil))
				s.Write(e.Bytes())
			}
		}
	}()
	ref, err := client.Resolve(t.Context(), "corbaloc:iiop:1.2@"+l.Addr().String()+"/Echo")
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(ref)
	for i, c := range []struct {
		call func() error
		want string
	}{
		{func() error { return e.Note(t.Context(), "oneway") }, "an address"},
		{func() error { return e.Ping(t.Context()) }, "an address"},
		{func() error { return e.Ping(t.Context()) }, "nothing"},
	} {
		if err := c.call(); err != nil {
			t.Fatal(err)
		}
		if got := <-offered; got != c.want {
			t.Errorf("request %d offers %s; want %s", i, got, c.want)
		}
	}
}

// TestShutdownWhileCalledBack holds that an ORB waits for the calls that come over its own connections, and
// says which it did not wait for.
func TestShutdownWhileCalledBack(t *testing.T) {
	t.Parallel()
	for _, patient := range []bool{true, false} {
		client, err := orb.New(orb.Config{BiDir: orb.BiDir{Offer: true}, Logger: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		mine := &echo{entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
		me := callee(t, poa.New(client), poa.Both, mine)
		_, k, e := keepers(t, client, accepts)
		if _, err := e.Meet(t.Context(), me); err != nil {
			t.Fatal(err)
		}
		back := k.met.Load().(Echo)
		said := make(chan error, 1)
		go func() {
			_, err := back.Say(t.Context(), "wait")
			said <- err
		}()
		<-mine.entered
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- client.Shutdown(ctx) }()
		if patient {
			close(mine.release)
			if err := <-said; err != nil {
				t.Error(err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		} else {
			cancel()
			var cut *orb.CutOff
			// The reply to the first call back may just be on its way: then there are two.
			if err := <-done; !errors.As(err, &cut) || len(cut.Calls) > 2 || !strings.Contains(cut.Calls[0], "say") {
				t.Errorf("got %v", err)
			}
			if err := <-said; !errors.Is(err, exc.CommFailure) {
				t.Errorf("got %v", err)
			}
		}
		cancel()
	}
}

// TestCancelCallBack holds that the client's servant learns that the server has given up.
func TestCancelCallBack(t *testing.T) {
	t.Parallel()
	client, root := newORB(t, offersDeaf)
	mine := &echo{entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
	me := callee(t, root, poa.Both, mine)
	_, k, e := keepers(t, client, accepts)
	if _, err := e.Meet(t.Context(), me); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-mine.entered
		cancel()
	}()
	if _, err := k.met.Load().(Echo).Say(ctx, "wait"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-mine.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the servant's context ended with %v", err)
	}
}
