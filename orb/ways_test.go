package orb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// TestCallBackIsNotCancelled: over a way back, too, an ORB whose reference says that it cannot bear a CancelRequest gets none.
func TestCallBackIsNotCancelled(t *testing.T) {
	t.Parallel()
	client, root := newORB(t, offersDeaf)
	mine := &echo{entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
	me := callee(t, root, poa.Both, mine)
	p, err := orb.RefOf(me.(orb.Object)).IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range p.Components {
		if c.Tag == ior.TagORBType {
			p.Components[i] = ior.ORBTypeComponent(ior.ORBTypeOmniORB)
		}
	}
	_, k, e := keepers(t, client, accepts)
	if _, err := e.Meet(t.Context(), EchoClass.Unchecked(client.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}}))); err != nil {
		t.Fatal(err)
	}
	back := k.met.Load().(Echo)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-mine.entered
		cancel()
	}()
	if _, err := back.Say(ctx, "wait"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := back.Ping(t.Context()); err != nil { // behind a CancelRequest, were there one
		t.Error(err)
	}
	select {
	case mine.release <- struct{}{}:
	case err := <-mine.ended:
		t.Errorf("the servant's context ended with %v", err)
	}
}

// TestOwnProfileIsNotTheFirst: a reference whose first profile leads elsewhere is called there, though another names an object here.
func TestOwnProfileIsNotTheFirst(t *testing.T) {
	t.Parallel()
	profile := func(s *echo) (*orb.ORB, ior.Profile) {
		o, root := newORB(t, nil)
		ref, err := EchoClass.Activate(root, s)
		if err != nil {
			t.Fatal(err)
		}
		return o, orb.RefOf(ref).IOR().Profiles[0]
	}
	never := &echo{saw: func(context.Context) any { return nil }} // whose Ping fails
	o, here := profile(never)
	_, there := profile(new(echo))
	for _, c := range []struct {
		profiles []ior.Profile
		here     bool
	}{
		{[]ior.Profile{there, here}, false},
		{[]ior.Profile{here, there}, true},
		{[]ior.Profile{{Tag: 77}, here, there}, true},
	} {
		err := EchoClass.Unchecked(o.NewRef(&ior.IOR{TypeID: echoID, Profiles: c.profiles})).Ping(t.Context())
		if (err != nil) != c.here {
			t.Errorf("%v: got %v", c, err)
		}
	}
}

// TestSharedAddress: an address that some clients know as the ORB's own is that, though others are told it as the daemon's.
func TestSharedAddress(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(c *orb.Config) {
		c.Listen = []string{"tcp:0.0.0.0:0"}
		c.Publish = "shared.example.org:7 127.3.0.0/16=in.example.org:8"
		c.Daemon = "daemon.example.org:3053 127.3.0.0/16=shared.example.org:7"
	})
	main, err := EchoClass.Activate(root, &mirror{})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"127.0.0.1": "shared.example.org:7", "127.3.0.1": "in.example.org:8"} {
		client := newClient(t, func(cfg *orb.Config) { cfg.Transports = transport.Set{from{tcp.New(), host}} })
		there := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: o.Endpoints()[0].Port, Key: []byte(orb.RefOf(main).ObjectKey())}
		far := EchoClass.Unchecked(client.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{there.Profile()}}))
		plain := ior.IIOP{Version: cdr.V12, Host: "shared.example.org", Port: 7, Key: []byte("plain")}
		got, err := far.Meet(t.Context(), EchoClass.Unchecked(client.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{plain.Profile()}})))
		if err != nil {
			t.Fatal(err)
		}
		if at := named(t, got.(orb.Object)); at != want {
			t.Errorf("from %s: got %s, want %s", host, at, want)
		}
	}
}
