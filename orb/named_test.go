package orb_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/tcp"
)

// byName returns a change of a Config that gives it TCP and sessions of NetBIOS; a server listens at both, or at what is given.
func byName(more func(*orb.Config), listen ...string) func(*orb.Config) {
	if listen == nil {
		listen = []string{"tcp:127.0.0.1:0", "netbios:TEST@127.0.0.1:0"}
	}
	return func(o *orb.Config) {
		o.Transports, o.Limits = transport.Set{tcp.New(), netbios.New(netbios.Config{Resolver: allHere{}})}, oneByOne()
		if o.Listen != nil {
			o.Listen = listen
		}
		if more != nil {
			more(o)
		}
	}
}

// allHere finds all names on this machine.
type allHere struct{}

func (allHere) Lookup(_ context.Context, n nbname.Name) ([]nbns.Entry, error) {
	if n.Base() == "NOBODY" {
		return nil, errors.New("nobody has that name")
	}
	return []nbns.Entry{{Addr: netip.MustParseAddr("127.0.0.1")}}, nil
}

// TestNamedForms is TestForms by sessions of NetBIOS, with nothing else listened at.
func TestNamedForms(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V11, cdr.V12} {
		for _, big := range []bool{false, true} {
			for _, fragment := range []int{0, 64} {
				set := func(c *orb.Config) { c.MaxVersion, c.BigEndian, c.FragmentSize = v, big, fragment }
				so, root := newORB(t, byName(set, "netbios:TEST@127.0.0.1:0"))
				impl := &echo{orb: so}
				ref, err := EchoClass.Activate(root, impl)
				if err != nil {
					t.Fatal(err)
				}
				co, _ := newORB(t, byName(set, "netbios:CLIENT@127.0.0.1:0"))
				e, err := EchoClass.Bind(t.Context(), co, ref.String())
				if err != nil {
					t.Fatal(err)
				}
				callAll(t, e, impl)
			}
		}
	}
}

// TestNamedPreferred: TCP is gone by if it is there, the name if it is not; the name is no way around rules, nor around TLS.
func TestNamedPreferred(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 1)
	o, root := newORB(t, byName(networks(seen)))
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	p := iiopOf(t, ref)
	named := p.Named()
	if len(named) != 1 || !strings.HasPrefix(named[0], "netbios:TEST@127.0.0.1:") || p.Port == 0 {
		t.Fatalf("the reference names %s:%d, and %q", p.Host, p.Port, named)
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(named[0], "netbios:"))
	with := func(change func(*ior.IIOP)) *ior.IOR {
		q := p
		q.Components = append([]ior.Component(nil), p.Components...)
		change(&q)
		return &ior.IOR{TypeID: ref.IOR().TypeID, Profiles: []ior.Profile{q.Profile()}}
	}
	gone := with(func(q *ior.IIOP) { q.Port = 1 })
	for name, c := range map[string]struct {
		ior    *ior.IOR
		client func(*orb.Config)
		want   string
	}{
		"both":         {ref.IOR(), byName(nil), "tcp"},
		"without":      {ref.IOR(), nil, "tcp"},
		"TCP is gone":  {gone, byName(nil), "netbios"},
		"no TCP":       {with(func(q *ior.IIOP) { q.Port = 0 }), byName(nil), "netbios"},
		"URL":          {must1(ior.ParseURL("corbaloc:netbios:test@ada:" + port + "/" + escaped(p.Key))).Reference(), byName(nil), "netbios"},
		"URL, address": {must1(ior.ParseURL("corbaloc:netbios:TEST@127.0.0.1:" + port + "/" + escaped(p.Key))).Reference(), byName(nil), "netbios"},
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
	tlsAnd := func(more func(*orb.Config)) func(*orb.Config) {
		return sealed(t, cc, func(o *orb.Config) {
			o.Transports = append(o.Transports, netbios.New(netbios.Config{}))
			if more != nil {
				more(o)
			}
		})
	}
	offers := with(func(q *ior.IIOP) {
		q.Port = 0
		q.Components = append(q.Components, ior.SSL{Supports: ior.Sealed, Requires: ior.Sealed, Port: 1}.Component())
	})
	for name, c := range map[string]struct {
		ior    *ior.IOR
		client func(*orb.Config)
		want   exc.Kind
	}{
		"a rule of the host":    {gone, byName(func(o *orb.Config) { o.Connect = "@loopback=@refuse" }), exc.NoPermission},
		"a rule of the address": {with(func(q *ior.IIOP) { q.Host, q.Port = "192.0.2.1", 0 }), byName(func(o *orb.Config) { o.Connect = "@loopback=@refuse" }), exc.NoPermission},
		"no transport":          {with(func(q *ior.IIOP) { q.Port = 0 }), nil, exc.Transient},
		"TLS is offered":        {offers, tlsAnd(nil), exc.Transient},
		"TLS is wanted":         {gone, tlsAnd(func(o *orb.Config) { o.CallTLSOnly = true }), exc.NoPermission},
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

// TestNamedSealed: a server that takes calls over TLS alone takes none by name.
func TestNamedSealed(t *testing.T) {
	t.Parallel()
	sc, _ := tlsPair(t)
	o, root := newORB(t, sealed(t, sc, func(o *orb.Config) {
		o.Transports = append(o.Transports, netbios.New(netbios.Config{}))
		o.Listen = append(o.Listen, "netbios:TEST@127.0.0.1:0")
		o.RequireTLS = true
	}))
	impl := &echo{orb: o}
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	p := iiopOf(t, ref)
	u := "corbaloc:" + p.Named()[0] + "/" + escaped(p.Key)
	err = EchoClass.Unchecked(newClient(t, byName(nil)).NewRef(must1(ior.ParseURL(u)).Reference())).Ping(t.Context())
	if !isNoPermission(err, exc.MinorNotSealed) {
		t.Errorf("%v", err)
	}
}

// TestNamedDaemon: references of persistent objects name the daemon's endpoint by name, beside its address.
func TestNamedDaemon(t *testing.T) {
	t.Parallel()
	o, _ := newORB(t, byName(func(o *orb.Config) { o.Daemon, o.DaemonNames = "daemon.example:3053", []string{"netbios:ADA:139"} }))
	ref, err := o.Reference(EchoClass.Interface(), []byte("key"), true)
	if err != nil {
		t.Fatal(err)
	}
	if p := iiopOf(t, ref); p.Host != "daemon.example" || len(p.Named()) != 1 || p.Named()[0] != "netbios:ADA:139" {
		t.Errorf("%s, %q", p.Host, p.Named())
	}
}
