package orb_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// locator is a daemon in small: it forwards every request to where its object is now.
type locator struct {
	to    atomic.Pointer[ior.IOR]
	asked atomic.Int32
}

func (l *locator) Find(context.Context, orb.Query) (orb.Target, error) {
	l.asked.Add(1)
	if to := l.to.Load(); to != nil {
		return orb.Target{Forward: to}, nil
	}
	return orb.Target{}, exc.New(exc.Transient, exc.MinorServerFailed, exc.No, "no server")
}

// newServer returns an ORB whose persistent references name the daemon at port.
func newServer(t *testing.T, id byte, port uint16) (o *orb.ORB, object, direct *orb.Ref) {
	t.Helper()
	o, root := newORB(t, func(c *orb.Config) {
		c.ServerID = [16]byte{id}
		c.Daemon = fmt.Sprintf("127.0.0.1:%d", port)
	})
	p, err := root.Create("objects", poa.Options{Lifespan: poa.Persistent, IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	object, err = EchoClass.ActivateWithID(p, "one", new(echo))
	if err != nil {
		t.Fatal(err)
	}
	profile, err := object.IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	profile.Port = o.Endpoints()[0].Port
	direct = o.NewRef(&ior.IOR{TypeID: object.TypeID(), Profiles: []ior.Profile{profile.Profile()}})
	return o, object, direct
}

func TestForward(t *testing.T) {
	t.Parallel()
	loc := new(locator)
	daemon, root := newORB(t, nil)
	root.SetNext(loc)
	port := daemon.Endpoints()[0].Port

	first, object, direct := newServer(t, 1, port)
	loc.to.Store(direct.IOR())
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), object.String())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if s, err := e.Say(t.Context(), "through the daemon"); s != "through the daemon" || err != nil {
			t.Fatalf("%q, %v", s, err)
		}
	}
	if n := loc.asked.Load(); n != 1 {
		t.Errorf("the daemon was asked %d times for 10 calls, want once", n)
	}

	// The server ends; another process of the same server takes its place. The client's reference still works.
	if err := first.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, _, direct = newServer(t, 1, port)
	loc.to.Store(direct.IOR())
	if s, err := e.Say(t.Context(), "again"); s != "again" || err != nil {
		t.Fatalf("after the server was replaced: %q, %v", s, err)
	}
	if n := loc.asked.Load(); n != 2 {
		t.Errorf("the daemon was asked %d times, want twice", n)
	}
}

func TestForwardFailures(t *testing.T) {
	t.Parallel()
	loc := new(locator)
	daemon, root := newORB(t, nil)
	root.SetNext(loc)
	port := daemon.Endpoints()[0].Port
	server, object, direct := newServer(t, 2, port)
	co := newClient(t, nil)
	e, err := EchoClass.Bind(t.Context(), co, object.String())
	if err != nil {
		t.Fatal(err)
	}

	var sys *exc.SystemException
	if err := e.Ping(t.Context()); !errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Minor != exc.MinorServerFailed || !sys.Remote {
		t.Errorf("the daemon knows no server: %v", err)
	}

	loc.to.Store(object.IOR()) // the daemon sends the client to itself
	loc.asked.Store(0)
	if err := e.Ping(t.Context()); !errors.As(err, &sys) || sys.Minor != exc.MinorForwardLoop || sys.Remote {
		t.Errorf("forwards without end: %v", err)
	}
	if n := loc.asked.Load(); n != 9 {
		t.Errorf("followed %d times, the limit is 8 forwards", n)
	}

	loc.to.Store(direct.IOR())
	if err := e.Ping(t.Context()); err != nil {
		t.Errorf("the server is there at last: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	loc.asked.Store(0)
	if err := e.Ping(t.Context()); !errors.As(err, &sys) || sys.Kind != exc.Transient && sys.Kind != exc.CommFailure || sys.Completed != exc.No {
		t.Errorf("the server is gone and the daemon does not know it: %v", err)
	}
	if n := loc.asked.Load(); n != 1 {
		t.Errorf("the daemon was asked %d times, want once", n)
	}
}

// TestRedial holds that a server which closes its connections in order, or starts anew at
// the same address, is called again without the caller noticing.
func TestRedial(t *testing.T) {
	t.Parallel()
	first, root := newORB(t, nil)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	port := first.Endpoints()[0].Port
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/Echo", port))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := first.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		first, root = newORB(t, func(c *orb.Config) { c.Listen = []string{fmt.Sprintf("tcp:127.0.0.1:%d", port)} })
		if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	impl := new(echo)
	a, err := orb.ObjectOf(o, impl)
	if err != nil {
		t.Fatal(err)
	}
	b, err := orb.ObjectOf(o, impl)
	if err != nil {
		t.Fatal(err)
	}
	other := new(echo)
	named, err := root.Create("named", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	c, err := EchoClass.ActivateWithID(named, "by a name of its own", other)
	if err != nil {
		t.Fatal(err)
	}
	passed, err := orb.ObjectOf(o, other)
	if err != nil {
		t.Fatal(err)
	}
	if err := named.Deactivate("by a name of its own"); err != nil {
		t.Error(err)
	}
	anew, err := orb.ObjectOf(o, other)
	if err != nil {
		t.Fatal(err)
	}
	stub := EchoClass.Unchecked(a)
	for name, x := range map[string]struct {
		a, b orb.Object
		want bool
	}{
		"an implementation passed twice": {a, b, true},
		"two objects":                    {a, c, false},
		"an object passed":               {c, passed, true},
		"an object that was ended":       {c, anew, false},
		"nil and nil":                    {nil, nil, true},
		"nil and not":                    {nil, a, false},
		"a stub and its reference":       {stub.(orb.Object), a, true},
	} {
		if got := orb.Same(x.a, x.b); got != x.want {
			t.Errorf("%s: same is %v", name, got)
		}
	}
}

// TestImplementations holds what may stand where IDL says object.
func TestImplementations(t *testing.T) {
	t.Parallel()
	o, _ := newORB(t, nil)
	type empty struct{}
	var none *echo
	for name, v := range map[string]any{"a nil pointer": none, "a number": 1, "an empty struct": &empty{}, "no servant": &struct{ n int }{}} {
		if _, err := orb.ObjectOf(o, v); !errors.Is(err, exc.BadParam) {
			t.Errorf("%s: %v, want BAD_PARAM", name, err)
		}
	}
	deaf := newClient(t, nil)
	if _, err := orb.ObjectOf(deaf, new(echo)); !errors.Is(err, exc.InvPolicy) {
		t.Errorf("an object in an ORB that listens nowhere: %v", err)
	}
}

// TestForwardPermanent holds that a forward for good is told as such to those who know what it is.
func TestForwardPermanent(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	target, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	root.SetNext(&permanent{to: target.IOR()})
	for _, c := range []struct {
		v      cdr.Version
		reply  giop.ReplyStatus
		locate giop.LocateStatus
	}{
		{cdr.V10, giop.LocationForward, giop.ObjectForward},
		{cdr.V11, giop.LocationForward, giop.ObjectForward},
		{cdr.V12, giop.LocationForwardPerm, giop.ObjectForwardPerm},
	} {
		var e cdr.Encoder
		env := &cdr.Env{Version: c.v}
		e.Reset(nil, true, env)
		giop.Finish(&e, giop.BeginRequest(&e, c.v, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: []byte("moved"), Operation: "ping"}))
		h, d := exchange(t, o, e.Bytes())
		var reply giop.Reply
		if err := reply.Parse(h, d); err != nil || reply.Status != c.reply {
			t.Errorf("GIOP %v: got %v, %v, want %v", c.v, reply.Status, err, c.reply)
		}
		if to := ior.Get(d); !to.Equal(target.IOR()) {
			t.Errorf("GIOP %v: forwarded to %v", c.v, to)
		}
		e.Reset(nil, true, env)
		giop.PutLocateRequest(&e, c.v, 2, []byte("moved"), nil)
		h, d = exchange(t, o, e.Bytes())
		var located giop.LocateReply
		if err := located.Parse(h, d); err != nil || located.Status != c.locate {
			t.Errorf("GIOP %v: got %v, %v, want %v", c.v, located.Status, err, c.locate)
		}
	}
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), "corbaloc:iiop:1.2@"+o.Endpoints()[0].Address()+"/moved")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := e.Say(t.Context(), "there"); s != "there" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
}

// permanent says that all objects have moved for good.
type permanent struct {
	to    *ior.IOR
	asked atomic.Int32
}

func (p *permanent) Find(context.Context, orb.Query) (orb.Target, error) {
	p.asked.Add(1)
	return orb.Target{Forward: p.to, Permanent: true}, nil
}

// TestForwardPermanentAndBack: who was forwarded for good, and from there for a time, comes back to where he was sent for good.
func TestForwardPermanentAndBack(t *testing.T) {
	t.Parallel()
	reference := func(port uint16, key string) *ior.IOR {
		return &ior.IOR{TypeID: echoID, Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: port, Key: []byte(key)}.Profile()}}
	}
	good, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, &echo{orb: good})
	if err != nil {
		t.Fatal(err)
	}
	gone := reference(uint16(freeport.Hold(t)), "gone")
	now, _ := newORB(t, nil)
	d := &detour{to: []*ior.IOR{gone, ref.IOR()}}
	now.SetHandler(d)
	once, _ := newORB(t, nil)
	moved := &permanent{to: reference(now.Endpoints()[0].Port, "now")}
	once.SetHandler(moved)
	e := EchoClass.Unchecked(newClient(t, nil).NewRef(reference(once.Endpoints()[0].Port, "once")))
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if m, n := moved.asked.Load(), d.asked.Load(); m != 1 || n != 2 {
		t.Errorf("asked %d times where the object had been, and %d times where it went, want once and twice", m, n)
	}
}

// exchange sends a message to o on a connection of its own and returns the answer.
func exchange(t *testing.T, o *orb.ORB, msg []byte) (giop.Header, *cdr.Decoder) {
	t.Helper()
	c, err := net.Dial("tcp", o.Endpoints()[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Write(msg); err != nil {
		t.Fatal(err)
	}
	h, answer, err := takeMessage(c)
	if err != nil {
		t.Fatal(err)
	}
	d := new(cdr.Decoder)
	giop.Open(d, h, answer, &cdr.Env{Version: h.Version})
	return h, d
}
