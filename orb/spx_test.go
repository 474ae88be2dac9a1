package orb_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tcp"
)

// spxBy returns the transport by SPX of a node on a wire.
func spxBy(t *testing.T, w *ipxtest.Wire, node byte) *spx.Transport {
	x := spx.New(spx.Config{Open: func(context.Context) (*ipx.Station, error) { return ipx.NewStation(w.Port(ipxtest.Node(node))), nil }})
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// bySPX returns a change of a Config that gives it TCP and SPX; a server listens at both, or at what is given.
func bySPX(by *spx.Transport, more func(*orb.Config), listen ...string) func(*orb.Config) {
	if listen == nil {
		listen = []string{"tcp:127.0.0.1:0", "spx::0"}
	}
	return func(o *orb.Config) {
		o.Transports, o.Limits = transport.Set{tcp.New(), by}, oneByOne()
		if o.Listen != nil {
			o.Listen = listen
		}
		if more != nil {
			more(o)
		}
	}
}

// TestSPXForms is TestForms by SPX, with nothing else listened at, over a network that loses and doubles some packets.
func TestSPXForms(t *testing.T) {
	t.Parallel()
	for i, v := range []cdr.Version{cdr.V11, cdr.V12} {
		for _, big := range []bool{false, true} {
			for _, fragment := range []int{0, 64} {
				w := ipxtest.New(ipxtest.Faults{Seed: uint64(i), Loss: 0.002, Double: 0.01})
				set := func(c *orb.Config) { c.MaxVersion, c.BigEndian, c.FragmentSize = v, big, fragment }
				so, root := newORB(t, bySPX(spxBy(t, w, 1), set, "spx::0"))
				impl := &echo{orb: so}
				ref, err := EchoClass.Activate(root, impl)
				if err != nil {
					t.Fatal(err)
				}
				co, _ := newORB(t, bySPX(spxBy(t, w, 2), set, "spx::0"))
				e, err := EchoClass.Bind(t.Context(), co, ref.String())
				if err != nil {
					t.Fatal(err)
				}
				callAll(t, e, impl)
			}
		}
	}
}

// TestSPXPreferred: TCP is gone by if it is there, SPX if it is not; it is no way around rules, nor around TLS.
func TestSPXPreferred(t *testing.T) {
	t.Parallel()
	w := ipxtest.New(ipxtest.Faults{})
	seen := make(chan string, 1)
	o, root := newORB(t, bySPX(spxBy(t, w, 1), networks(seen)))
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	p := iiopOf(t, ref)
	named := p.Named()
	if len(named) != 1 || !strings.HasPrefix(named[0], "spx:00003053.020000000001:") || p.Port == 0 {
		t.Fatalf("the reference names %s:%d, and %q", p.Host, p.Port, named)
	}
	with := func(change func(*ior.IIOP)) *ior.IOR {
		q := p
		q.Components = append([]ior.Component(nil), p.Components...)
		change(&q)
		return &ior.IOR{TypeID: ref.IOR().TypeID, Profiles: []ior.Profile{q.Profile()}}
	}
	by := spxBy(t, w, 2)
	gone := with(func(q *ior.IIOP) { q.Port = 1 })
	for name, c := range map[string]struct {
		ior    *ior.IOR
		client func(*orb.Config)
		want   string
	}{
		"both":        {ref.IOR(), bySPX(by, nil), "tcp"},
		"without":     {ref.IOR(), nil, "tcp"},
		"TCP is gone": {gone, bySPX(by, nil), "spx"},
		"no TCP":      {with(func(q *ior.IIOP) { q.Port = 0 }), bySPX(by, nil), "spx"},
		"URL":         {must1(ior.ParseURL("corbaloc:" + named[0] + "/" + escaped(p.Key))).Reference(), bySPX(by, nil), "spx"},
	} {
		e := EchoClass.Unchecked(newClient(t, c.client).NewRef(c.ior))
		if err := e.Ping(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := <-seen; got != c.want {
			t.Errorf("%s: by %s, want %s", name, got, c.want)
		}
	}
	_, cc := tlsPair(t)
	offers := with(func(q *ior.IIOP) {
		q.Port = 0
		q.Components = append(q.Components, ior.SSL{Supports: ior.Sealed, Requires: ior.Sealed, Port: 1}.Component())
	})
	tlsAnd := sealed(t, cc, func(o *orb.Config) { o.Transports = append(o.Transports, by) })
	for name, c := range map[string]struct {
		ior    *ior.IOR
		client func(*orb.Config)
		want   exc.Kind
	}{
		"a rule of the host": {gone, bySPX(by, func(o *orb.Config) { o.Connect = "@loopback=@refuse" }), exc.NoPermission},
		"no transport":       {with(func(q *ior.IIOP) { q.Port = 0 }), nil, exc.Transient},
		"TLS is offered":     {offers, tlsAnd, exc.Transient},
		"TLS is wanted":      {gone, sealed(t, cc, func(o *orb.Config) { o.Transports, o.CallTLSOnly = append(o.Transports, by), true }), exc.NoPermission},
	} {
		e := EchoClass.Unchecked(newClient(t, c.client).NewRef(c.ior))
		var sys *exc.SystemException
		if err := e.Ping(t.Context()); !errors.As(err, &sys) || sys.Kind != c.want {
			t.Errorf("%s: %v; want %v", name, err, c.want)
		}
	}
	select {
	case by := <-seen:
		t.Errorf("a call by %s", by)
	default:
	}
}

// TestSPXDaemon: references of persistent objects name the daemon's endpoint of SPX, beside its address.
func TestSPXDaemon(t *testing.T) {
	t.Parallel()
	w := ipxtest.New(ipxtest.Faults{})
	o, _ := newORB(t, bySPX(spxBy(t, w, 1), func(o *orb.Config) { o.Daemon, o.DaemonNames = "daemon.example:3053", []string{"spx:ADA:3053"} }))
	ref, err := o.Reference(EchoClass.Interface(), []byte("key"), true)
	if err != nil {
		t.Fatal(err)
	}
	if p := iiopOf(t, ref); p.Host != "daemon.example" || len(p.Named()) != 1 || p.Named()[0] != "spx:ADA:3053" {
		t.Errorf("%s, %q", p.Host, p.Named())
	}
}

// A noting echo says what it is told by oneway calls.
type noting struct {
	*echo
	noted chan string
}

func (n *noting) Note(_ context.Context, text string) error { n.noted <- text; return nil }

// TestSPXShutdown: a oneway call that is longer than what is on its way at a time arrives whole although the client's program ends behind it, as by TCP.
func TestSPXShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, spxShutdown)
}

// An enclosed transport is by a wire of this process: an ORB that has no other lets time be virtual.
type enclosed struct{ *spx.Transport }

func (enclosed) InProcess() {}

func spxShutdown(t *testing.T) {
	w := ipxtest.New(ipxtest.Faults{Seed: 3, Loss: 0.02, Delay: 5 * time.Millisecond})
	by := spxBy(t, w, 1)
	so, root := newORB(t, func(c *orb.Config) { c.Transports, c.Listen = transport.Set{enclosed{by}}, []string{"spx::0"} })
	impl := &noting{&echo{orb: so}, make(chan string, 1)}
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	by = spxBy(t, w, 2)
	co, _ := newORB(t, func(c *orb.Config) { c.Transports, c.Listen = transport.Set{enclosed{by}}, nil })
	e, err := EchoClass.Bind(t.Context(), co, ref.String())
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("0123456789", 20_000)
	if err := e.Note(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	if err := co.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	w.Change(func() { w.Drop = func(p []byte) bool { return true } }) // the program has ended
	select {
	case got := <-impl.noted:
		if got != text {
			t.Errorf("%d octets came", len(got))
		}
	case <-time.After(time.Minute):
		t.Error("nothing came")
	}
}
