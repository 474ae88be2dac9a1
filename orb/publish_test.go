package orb_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/typecode"
)

// from is TCP out of one address of this machine.
type from struct {
	transport.Transport
	host string
}

func (f from) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(f.host)}}
	c, err := d.DialContext(ctx, "tcp", e.Address())
	if err != nil {
		return nil, err
	}
	return transport.Wrap(c), nil
}

// mirror gives back what it is given.
type mirror struct{ echo }

func (*mirror) Meet(_ context.Context, other Echo) (Echo, error) { return other, nil }

// named returns the addresses that a reference names, profile by profile.
func named(t *testing.T, o orb.Object) string {
	t.Helper()
	var all []string
	for _, raw := range orb.RefOf(o).IOR().Profiles {
		p, err := raw.IIOP()
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, a := range p.Addresses() {
			texts = append(texts, a.HostPort())
		}
		all = append(all, strings.Join(texts, ","))
	}
	return strings.Join(all, " ")
}

// TestAllEndpointsArePublished: in IIOP 1.2 as alternates, before it as profiles; and whichever
// of them is dead, the object is reached.
func TestAllEndpointsArePublished(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		o, root := newORB(t, func(c *orb.Config) {
			c.Listen = []string{"tcp:127.0.0.1:0", "tcp:127.0.0.2:0", "tcp:127.0.0.1:0"}
			c.MaxVersion = v
		})
		ref, err := EchoClass.Activate(root, &echo{orb: o})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, e := range o.Endpoints() {
			want = append(want, e.Address())
		}
		separator := ","
		if v != cdr.V12 {
			separator = " "
		}
		if got := named(t, ref); got != strings.Join(want, separator) {
			t.Errorf("GIOP %v: got %s, want %s", v, got, strings.Join(want, separator))
		}
		i := orb.RefOf(ref).IOR()
		first, err := i.Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		_, typed := first.Find(ior.TagORBType)
		if _, sets := first.Find(ior.TagCodeSets); typed != (v != cdr.V10) || sets != (v != cdr.V10) {
			t.Errorf("GIOP %v: got ORB type %v, code sets %v", v, typed, sets)
		}
		for range want { // again and again, the first of them is dead
			dead := *i
			at := first.Addresses()
			if v != cdr.V12 {
				at = nil
				for _, raw := range i.Profiles {
					p, _ := raw.IIOP()
					at = append(at, p.Addresses()...)
				}
			}
			at[0].Port = 1
			dead.Profiles = first.At(at)
			if err := EchoClass.Unchecked(newClient(t, nil).NewRef(&dead)).Ping(t.Context()); err != nil {
				t.Errorf("GIOP %v: %v", v, err)
			}
		}
	}
}

// TestPublishedByNetwork: what a client gets depends on where it is, also for what another client
// has brought; a server's callback is named by where the client that passes it is.
func TestPublishedByNetwork(t *testing.T) {
	t.Parallel()
	port := func(o *orb.ORB) uint16 { return o.Endpoints()[0].Port }
	o, root := newORB(t, func(c *orb.Config) {
		c.Listen = []string{"tcp:0.0.0.0:0"}
		c.Publish = "out.example.org:7,127.0.0.1 127.3.0.0/16=in.example.org:8,127.0.0.1 127.4.0.0/16=@here"
		c.Daemon = "daemon.example.org:3053 127.3.0.0/16=inner.example.org:3054"
	})
	main, err := EchoClass.Activate(root, &mirror{})
	if err != nil {
		t.Fatal(err)
	}
	own := fmt.Sprintf("127.0.0.1:%d", port(o))
	if got, want := named(t, main), "out.example.org:7,"+own; got != want {
		t.Errorf("nobody knows whom it is for: got %s, want %s", got, want)
	}
	persistent := func(host string, p uint16) orb.Object {
		key := ior.AppendKey(nil, ior.Key{Server: [16]byte{9}, Adapter: "objects", ID: []byte("x")})
		return o.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: host, Port: p, Key: key,
			Components: []ior.Component{{Tag: 77, Data: []byte{1, 2, 3}}}}.Profile(), {Tag: 99, Data: []byte("kept")}}})
	}
	for _, c := range []struct{ host, at, own, daemon string }{
		{"127.0.0.1", "127.0.0.1", "out.example.org:7," + own, "daemon.example.org:3053"},
		{"127.3.0.1", "127.0.0.1", "in.example.org:8," + own, "inner.example.org:3054"},
		{"127.4.0.1", "127.0.0.9", fmt.Sprintf("127.0.0.9:%d", port(o)), "daemon.example.org:3053"},
		{"127.4.0.1", "127.0.0.1", own, "daemon.example.org:3053"},
	} {
		client, croot := newORB(t, func(cfg *orb.Config) { cfg.Transports = transport.Set{from{tcp.New(), c.host}} })
		far := EchoClass.Unchecked(client.NewRef((&ior.IOR{TypeID: echoID, Profiles: ior.IIOP{Version: cdr.V12, Key: []byte(orb.RefOf(main).ObjectKey())}.
			At([]ior.Address{{Host: c.at, Port: port(o)}})})))
		// References of every kind go there and back.
		meet := func(r orb.Object) *orb.Ref {
			t.Helper()
			got, err := far.Meet(t.Context(), EchoClass.Unchecked(client.NewRef(orb.RefOf(r).IOR())))
			if err != nil {
				t.Fatal(err)
			}
			return orb.RefOf(got.(orb.Object))
		}
		if got := named(t, meet(main)); got != c.own {
			t.Errorf("from %s: got %s, want %s", c.host, got, c.own)
		}
		for host, p := range map[string]uint16{"daemon.example.org": 3053, "INNER.example.org": 3054} {
			i := meet(persistent(host, p)).IOR()
			if len(i.Profiles) != 2 || string(i.Profiles[1].Data) != "kept" {
				t.Fatalf("the other profile is lost: %v", i)
			}
			first, err := i.Profiles[0].IIOP()
			if at := first.Addresses(); err != nil || len(at) != 1 || at[0].HostPort() != c.daemon {
				t.Errorf("from %s, of the daemon by %s: got %v, %v, want %s", c.host, host, at, err, c.daemon)
			}
			if data, ok := first.Find(77); !ok || string(data) != "\x01\x02\x03" {
				t.Error("a component that is not known here has changed")
			}
		}
		// A second profile of the same object stays for what only it says, and not for its address.
		one := ior.IIOP{Version: cdr.V12, Host: "daemon.example.org", Port: 3053, Key: ior.AppendKey(nil, ior.Key{Server: [16]byte{9}, ID: []byte("y")})}
		two, three := one, one
		two.Host, two.Components, two.Rest, two.BigEndian = "inner.example.org", []ior.Component{{Tag: 78, Data: []byte{4}}}, []byte("more"), true
		two.Port, three.Host, three.Port = 3054, "inner.example.org", 3054
		i := meet(o.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{one.Profile(), two.Profile(), three.Profile()}})).IOR()
		if len(i.Profiles) != 2 {
			t.Fatalf("from %s: %d profiles are left", c.host, len(i.Profiles))
		}
		for n, want := range []ior.IIOP{one, two} {
			got, err := i.Profiles[n].IIOP()
			if err != nil || got.Addresses()[0].HostPort() != c.daemon || !slices.EqualFunc(got.Components, want.Components, func(a, b ior.Component) bool { return a.Tag == b.Tag && string(a.Data) == string(b.Data) }) ||
				string(got.Rest) != string(want.Rest) || got.BigEndian != want.BigEndian {
				t.Errorf("from %s: profile %d came back as %+v, %v", c.host, n, got, err)
			}
		}
		// A foreign one is what it was, octet by octet, in big-endian order too.
		foreign := client.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{
			{Tag: ior.TagInternetIOP, Data: []byte("\x00\x01\x00\x00\x00\x00\x00\x02h\x00\x00\x01\x00\x00\x00\x01k")}, {Tag: 5},
		}})
		if got := meet(foreign); !got.IOR().Equal(foreign.IOR()) {
			t.Errorf("a foreign reference came back as %v", got)
		}
		mine, err := EchoClass.Activate(croot, &echo{orb: client})
		if err != nil {
			t.Fatal(err)
		}
		if got := named(t, meet(mine)); got != named(t, mine) {
			t.Errorf("the client's own came back as %s", got)
		}
	}
}

func TestPublishIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cfg  orb.Config
		want string
	}{
		{orb.Config{Publish: "a b"}, `Config.Publish: rule "b"`},
		{orb.Config{Publish: "@no-such-interface", Listen: []string{"tcp:127.0.0.1:0"}}, `no network interface "no-such-interface"`},
		{orb.Config{Daemon: "host"}, "a host and a port are wanted"},
		{orb.Config{Daemon: "10.0.0.0/8=host:1"}, "for all others is missing"},
		{orb.Config{Connect: "host"}, `Config.Connect: rule "host"`},
	} {
		c.cfg.Logger = quiet()
		o, err := orb.New(c.cfg)
		if err == nil {
			o.Shutdown(t.Context())
		}
		if !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	o := newClient(t, nil)
	if _, err := o.Reference(&orb.Interface{ID: echoID}, []byte("k"), false); !errors.Is(err, exc.InvPolicy) {
		t.Errorf("got %v", err)
	}
}

// TestConnectRules: where a reference leads to by the rules, and that what they forbid is an exception
// that names the rule.
func TestConnectRules(t *testing.T) {
	t.Parallel()
	server, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, &echo{orb: server})
	if err != nil {
		t.Fatal(err)
	}
	port := server.Endpoints()[0].Port
	for _, c := range []struct{ rules, at, refusedBy string }{
		{fmt.Sprintf("192.0.2.0/24=127.0.0.1:%d", port), "192.0.2.1:9", ""},
		{fmt.Sprintf("bank.internal=localhost:%d", port), "bank.internal:9", ""},
		{fmt.Sprintf("@loopback:9=127.0.0.1:%d @loopback=@refuse", port), "127.0.0.1:9", ""},
		{"@loopback=@refuse", fmt.Sprintf("127.0.0.1:%d", port), "@loopback=@refuse"},
		{"@loopback=@refuse", fmt.Sprintf("localhost:%d", port), "@loopback=@refuse"},
		{"@link-local=@refuse", "169.254.169.254:80,169.254.169.253:80", "@link-local=@refuse"},
		{"@link-local=@refuse", fmt.Sprintf("169.254.169.254:80,localhost:%d", port), ""},
		{"127.0.0.1=@direct *=@refuse", fmt.Sprintf("127.0.0.1:%d", port), ""},
		{"127.0.0.1=@direct *=@refuse", "example.invalid.:1,192.0.2.1:1,[2001:db8::1]:1", "*=@refuse"},
	} {
		var at []ior.Address
		for word := range strings.SplitSeq(c.at, ",") {
			e, err := transport.ParseEndpoint("tcp:" + word)
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, ior.Address{Host: e.Host, Port: e.Port})
		}
		client := newClient(t, func(cfg *orb.Config) { cfg.Connect = c.rules })
		i := &ior.IOR{TypeID: echoID, Profiles: ior.IIOP{Version: cdr.V12, Key: []byte(orb.RefOf(ref).ObjectKey())}.At(at)}
		err := EchoClass.Unchecked(client.NewRef(i)).Ping(t.Context())
		switch {
		case c.refusedBy == "" && err != nil:
			t.Errorf("%s, %s: %v", c.rules, c.at, err)
		case c.refusedBy != "":
			var by *reach.RefusedError
			sys := exc.From(err, exc.Maybe)
			if sys == nil || sys.Minor != exc.MinorConnectRefused && !strings.Contains(c.at, "invalid") || sys.Completed != exc.No {
				t.Errorf("%s, %s: got %v", c.rules, c.at, err)
			}
			if !errors.As(err, &by) && !strings.Contains(c.at, "invalid") || !strings.Contains(err.Error(), c.refusedBy) {
				t.Errorf("%s, %s: got %v, want the rule %s", c.rules, c.at, err, c.refusedBy)
			}
		}
		if n := orb.Links(client); c.refusedBy != "" && n != 0 {
			t.Errorf("%s: %d links are left", c.rules, n)
		}
	}
}

// TestForwardIsRefused: a server cannot send its clients where a rule forbids.
func TestForwardIsRefused(t *testing.T) {
	t.Parallel()
	o, _ := newORB(t, nil)
	o.SetHandler(&detour{to: []*ior.IOR{{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "169.254.169.254", Port: 80, Key: []byte("k")}.Profile()}}}})
	client := newClient(t, func(c *orb.Config) { c.Connect = "@link-local=@refuse" })
	ref, err := client.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/x", o.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := EchoClass.Unchecked(ref).Ping(t.Context()); !errors.Is(err, exc.NoPermission) || !strings.Contains(err.Error(), "@link-local=@refuse") {
			t.Errorf("got %v", err)
		}
	}
}

// TestSharedComponents: what stands in a profile of components alone is heeded as if it stood in that of IIOP.
func TestSharedComponents(t *testing.T) {
	t.Parallel()
	server, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, &echo{orb: server})
	if err != nil {
		t.Fatal(err)
	}
	p, err := orb.RefOf(ref).IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	apart := ior.MultiComponentProfile(p.Components)
	p.Components = nil
	for with, want := range map[bool]error{true: nil, false: exc.DataConversion} {
		i := &ior.IOR{TypeID: echoID, Profiles: []ior.Profile{{Tag: ior.TagMultipleComponents, Data: []byte{9}}, p.Profile()}}
		if with {
			i.Profiles = append(i.Profiles, apart)
		}
		const text = "日本語" // not in ISO 8859-1
		got, err := EchoClass.Unchecked(newClient(t, nil).NewRef(i)).Say(t.Context(), text)
		if !errors.Is(err, want) || want == nil && got != text {
			t.Errorf("with the components %v: got %q, %v", with, got, err)
		}
	}
}

// anyMirror gives back the any that it is given.
type anyMirror struct{}

var anyMirrorInterface = &orb.Interface{ID: "IDL:AnyMirror:1.0"}

func (*anyMirror) Interface() *orb.Interface { return anyMirrorInterface }
func (m *anyMirror) Implementation() any     { return m }
func (*anyMirror) Dispatch(r *orb.ServerRequest) bool {
	a := dyn.GetAny(&r.In)
	if r.Decoded() && r.Returned(nil) {
		dyn.PutAny(&r.Out, a)
	}
	return true
}

// TestPublishedInsideAny: a reference inside an any is named for the one who gets it, too.
func TestPublishedInsideAny(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(c *orb.Config) { c.Publish = "out.example.org:7 @loopback=in.example.org:8" })
	ref, err := root.Activate(&anyMirror{})
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, nil)
	far := client.NewRef(&ior.IOR{Profiles: ior.IIOP{Version: cdr.V12, Key: []byte(ref.ObjectKey())}.At([]ior.Address{{Host: "127.0.0.1", Port: o.Endpoints()[0].Port}})})
	c := orb.StartCall(t.Context(), far, "mirror", 0)
	for c.Next() {
		typecode.Put(&c.Out, typecode.ObjRef(anyMirrorInterface.ID, "AnyMirror"))
		c.Out.Object(client.NewRef(ref.IOR()), nil)
	}
	var got orb.Object
	if c.Returned() {
		typecode.Get(&c.In)
		got, _ = c.In.Object().(orb.Object)
	}
	if err := c.End(); err != nil {
		t.Fatal(err)
	}
	if before, after := named(t, ref), named(t, got); before != "out.example.org:7" || after != "in.example.org:8" {
		t.Errorf("%s came back as %s", before, after)
	}
}

// TestSetDaemon holds that an ORB which is one of several daemons names all of them in what is not transient, from when it is told on, on
// connections that were there before too, and that a view of a peer keeps to its own rule.
func TestSetDaemon(t *testing.T) {
	t.Parallel()
	for _, varied := range []bool{false, true} {
		o, _ := newORB(t, func(c *orb.Config) {
			c.Listen = []string{"tcp:127.0.0.1:0"}
			if varied {
				c.Publish = "outside.example.org 127.0.0.0/8=127.0.0.1"
			}
		})
		all, err := o.Published()
		if err != nil {
			t.Fatal(err)
		}
		more, err := all.With([]transport.Endpoint{{Network: "tcp", Host: "other.example.org", Port: 3053}, {Network: "tcp", Host: "third.example.org", Port: 7}})
		if err != nil {
			t.Fatal(err)
		}
		at := func(key []byte) []ior.Address {
			t.Helper()
			ref, err := o.Reference(EchoClass.Interface(), key, false)
			if err != nil {
				t.Fatal(err)
			}
			p, err := ref.IOR().Profiles[0].IIOP()
			if err != nil {
				t.Fatal(err)
			}
			return p.Addresses()
		}
		if got := at([]byte("plain")); len(got) != 1 {
			t.Errorf("varied %v: got %v before it was told", varied, got)
		}
		if err := o.SetDaemon(more.String(), orb.DaemonTLS{}); err != nil {
			t.Fatal(err)
		}
		if got := at([]byte("plain")); len(got) != 3 || got[1].Host != "other.example.org" || got[2].Port != 7 {
			t.Errorf("varied %v: got %v", varied, got)
		}
		if got := at(ior.AppendKey(nil, ior.Key{Incarnation: 7, ID: []byte("x")})); len(got) != 1 {
			t.Errorf("varied %v: a transient object is at %v", varied, got)
		}
		if err := o.SetDaemon("@here", orb.DaemonTLS{}); err == nil {
			t.Error("rules that say no address were taken")
		}
	}
}

// TestSetDaemonKeepsNothing: what an ORB keeps for those who call it does not grow with how often it is told of other daemons.
func TestSetDaemonKeepsNothing(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(c *orb.Config) { c.Daemon = "192.0.2.1:3053 127.0.0.0/8=192.0.2.2:3053" })
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for i := range 20 {
		if err := o.SetDaemon(fmt.Sprintf("192.0.2.1:3053 127.0.0.0/8=192.0.2.%d:3053", i+2), orb.DaemonTLS{}); err != nil {
			t.Fatal(err)
		}
		if err := EchoClass.Unchecked(newClient(t, nil).NewRef(ref.IOR())).Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		switch n := orb.Envs(o); {
		case i == 0:
			kept = n
		case n != kept:
			t.Fatalf("%d environments after %d changes, %d after the first", n, i+1, kept)
		}
	}
}
