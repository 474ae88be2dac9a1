package somd_test

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/cosstream/streamio"
	"github.com/opendsom/dsom/somd"
)

// placedAt places a class of a server at a client.
func placedAt(t *testing.T, server, client *somd.Domain, c *som.Class) *som.Class {
	t.Helper()
	s, err := somd.NewServer(server, somd.Among(c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Release() })
	ref, err := server.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	client.ORB().RegisterInitialReference("At", client.ORB().NewRef(ref.IOR()))
	placed, err := client.Place(t.Context(), somd.Place{Class: c.Name(), URL: "corbaloc:rir:/At"})
	if err != nil {
		t.Fatal(err)
	}
	return placed
}

// TestGivenToNoTarget gives an object to a proxy whose target was freed: it ends, as what a call gives that nobody has seen does.
func TestGivenToNoTarget(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	r, err := placedAt(t, server, client, coopClass).New()
	if err != nil {
		t.Fatal(err)
	}
	call[any](t, r, "somdTargetFree")
	before := nestClass.Instances()
	o, err := nestClass.New()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Invoke(t.Context(), "take", o); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("got %v", err)
	}
	if n := nestClass.Instances() - before; n != 0 {
		t.Errorf("%d of what was given live", n)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}

// TestLentOfThisProcess reads an attribute whose object is the reader's own process's: no proxy stands for it, and what lends it keeps no reference.
func TestLentOfThisProcess(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	there, err := coopClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = there.Release() }()
	r := remote(t, server, client, there)
	mine, err := nestClass.New()
	if err != nil {
		t.Fatal(err)
	}
	call[any](t, r, "take", mine)
	before := mine.Refs()
	for range 3 {
		if got := call[som.Object](t, r, "_get_hen"); got == nil || got.SOM() != mine || mine.Release() != nil {
			t.Fatalf("lent is %v", got)
		}
	}
	if after := mine.Refs(); before != 1 || after != before {
		t.Errorf("it has %d references, and had %d", after, before)
	}
	call[any](t, r, "take", som.Ref{})
	if n := mine.Refs(); n != 0 {
		t.Errorf("given back, it has %d references", n)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}

// A mouth owns the copy that it is given, and has done with it.
type mouth struct{ som.Base }

var mouthClass = som.MustClass[mouth]("Toys::Mouth", som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{{Name: "gulp", Signature: "v:o/void(object)", Copies: "rc", Owns: "co", Type: reflect.TypeFor[func(som.Self, context.Context, som.Object) error](),
		Impl: func(_ som.Self, _ context.Context, o som.Object) error { return o.SOM().Release() }}}
}))

// TestGivenAsCopy gives an object as a copy, within which another is that cannot be copied: that is passed by its reference, and is not given.
func TestGivenAsCopy(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	there, err := mouthClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = there.Release() }()
	server.Know(ballClass, streamio.Class)
	client.Know(streamio.Class)
	r := remote(t, server, client, there)
	within, err := nestClass.New()
	if err != nil {
		t.Fatal(err)
	}
	o, err := ballClass.New()
	if err != nil {
		t.Fatal(err)
	}
	b, _ := som.FindState[ball](o)
	b.within = within
	before := balls.Load()
	call[any](t, r, "gulp", o)
	if n := balls.Load() - before; n != -1 {
		t.Errorf("%d balls more live", n)
	}
	if n := client.Given(); n != 0 || within.Refs() != 0 {
		t.Errorf("others have %d objects, and what was within has %d references", n, within.Refs())
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}

// A dud may be made once.
type dud struct{ som.Base }

var dudMade atomic.Int64

func (d *dud) SomDefaultInit() error {
	if dudMade.Add(1) > 1 {
		return &exc.SystemException{Kind: exc.Transient, Minor: 4711}
	}
	return nil
}

func (d *dud) Number(context.Context) (int32, error) { return 1, nil }

var dudClass = som.MustClass[dud]("Dud")

// TestNotMadeLate ends the time of a call while the server makes an object for it, and that fails: nothing is tried again for who has stopped waiting.
func TestNotMadeLate(t *testing.T) {
	server := domain(t, somd.Config{})
	var tries atomic.Int64
	var stop atomic.Pointer[context.CancelFunc]
	o, err := orb.New(orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		err := next(ctx)
		if r.Operation() == "somdCreateObj" {
			tries.Add(1)
			if f := stop.Load(); f != nil {
				(*f)()
			}
		}
		return err
	}}})
	if err != nil {
		t.Fatal(err)
	}
	client := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() { _ = errors.Join(client.Close(), o.Shutdown(context.Background())) })
	r, err := placedAt(t, server, client, dudClass).New()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range server.ExportedOf("Dud") {
		if err := server.Withdraw(x); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Invoke(t.Context(), "number"); !errors.Is(err, exc.ObjectNotExist) {
		t.Fatalf("of what is gone: got %v", err)
	}
	tries.Store(0)
	if _, err := r.Invoke(t.Context(), "number"); !errors.Is(err, exc.Transient) || tries.Load() != 3 {
		t.Errorf("with time: got %v after %d tries", err, tries.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop.Store(&cancel)
	tries.Store(0)
	_, err = r.Invoke(ctx, "number")
	var x *exc.SystemException
	if !errors.As(err, &x) || x.Minor != 4711 || tries.Load() != 1 {
		t.Errorf("without: got %v after %d tries", err, tries.Load())
	}
	_ = r.Release()
}

// TestInitializerNotSent places a class with an initializer: what stands for the class has no implementation of it, for who calls one has no object yet that it could be sent to.
func TestInitializerNotSent(t *testing.T) {
	t.Parallel()
	peer, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	ref, err := peer.ORB().Adapter().Activate(&liar{iface: orb.Interface{ID: "IDL:SOMDServer:1.0"}, say: func(e *cdr.Encoder) {
		described(e, [3][]string{{"Begun"}, {"SOMObject"}, {"v:pi/init void(long)", "v:pi/oidl init void(long)", "v:i/void(long)"}})
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.Place(t.Context(), somd.Place{Class: "Begun", URL: ref.String()})
	if err != nil {
		t.Fatal(err)
	}
	for name, sent := range map[string]bool{"m0": false, "m1": false, "m2": true} {
		m, err := c.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Implements(m) != nil; got != sent {
			t.Errorf("%s, of %s, is sent on: %v", name, m.Signature(), got)
		}
	}
}
