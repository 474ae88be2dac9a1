package somd_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

var cattle atomic.Int64 // cows and bulls that live

type beast struct{ som.Base }

func (b *beast) Weigh(context.Context) (int32, error) { return 1, nil }

type cow struct {
	som.Base
	milked int32
}

func (c *cow) SomDefaultInit() error                   { cattle.Add(1); return nil }
func (c *cow) SomDestruct()                            { cattle.Add(-1) }
func (c *cow) Weigh(context.Context) (int32, error)    { return 500, nil }
func (c *cow) Milk(context.Context) (int32, error)     { c.milked++; return c.milked, nil }
func (c *cow) Blame(context.Context, som.Object) error { return nil }

type bull struct {
	som.Base
	charged int32
}

func (b *bull) SomDefaultInit() error                 { cattle.Add(1); return nil }
func (b *bull) SomDestruct()                          { cattle.Add(-1) }
func (b *bull) Weigh(context.Context) (int32, error)  { return 900, nil }
func (b *bull) Charge(context.Context) (int32, error) { b.charged++; return 100 + b.charged, nil }

// A herder is passed objects, and calls them as what its class says that they are.
type herder struct{ som.Base }

type ox struct{ som.Base }

// A dry ox overrides what one of its parents has.
type dry struct{ som.Base }

func (*dry) Milk(context.Context) (int32, error) { return 0, nil }

var (
	beastClass  = som.MustClass[beast]("Beast")
	cowClass    = som.MustClass[cow]("Cow", som.Parents(beastClass))
	bullClass   = som.MustClass[bull]("Bull", som.Parents(beastClass))
	herderClass = som.MustClass[herder]("Herder", som.With(func(s *som.Spec) {
		s.Introduces = []som.MethodSpec{{Name: "drive", Signature: "i:o/long(Bull)", Impl: func(_ som.Self, ctx context.Context, b som.Object) (int32, error) {
			n, err := b.SOM().Invoke(ctx, "charge")
			x, _ := n.(int32)
			return x, err
		}}}
	}))
)

// TestTwoPlaced has a class of the program's own descend from two that are placed: each has an object at the server, which its methods go to.
func TestTwoPlaced(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	s, err := somd.NewServer(server, somd.Among(cowClass, bullClass, herderClass))
	if err != nil {
		t.Fatal(err)
	}
	ref, err := server.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	client.ORB().RegisterInitialReference("Cattle", client.ORB().NewRef(ref.IOR()))
	placed := map[string]*som.Class{}
	for _, name := range []string{"Cow", "Bull", "Herder"} {
		if placed[name], err = client.Place(t.Context(), somd.Place{Class: name, URL: "corbaloc:rir:/Cattle"}); err != nil {
			t.Fatal(err)
		}
	}
	oxClass, err := som.ClassOf[ox]("Ox", som.Parents(placed["Cow"], placed["Bull"]))
	if err != nil {
		t.Fatal(err)
	}
	r, err := oxClass.New()
	if err != nil {
		t.Fatal(err)
	}
	if n := cattle.Load(); n != 2 {
		t.Errorf("an ox has %d objects at the server", n)
	}
	answers := func(method string, want int32) {
		t.Helper()
		if got, err := r.Invoke(t.Context(), method); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %d", method, got, err, want)
		}
	}
	answers("milk", 1)
	answers("charge", 101)
	answers("Bull::charge", 102)
	answers("Cow::milk", 2)
	answers("weigh", 500)                                                                                      // the first parent's
	weigh := som.MustBind[func(som.Self, context.Context) (int32, error)](placed["Cow"].Parents()[1], "weigh") // of Beast as it is described
	for class, want := range map[string]int32{"Cow": 500, "Bull": 900} {
		fn, self := weigh.In(placed[class], r)
		if got, err := fn(self, t.Context()); err != nil || got != want {
			t.Errorf("%s's weigh: got %d, %v", class, got, err)
		}
	}
	h, err := placed["Herder"].New()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Invoke(t.Context(), "drive", r); err != nil || got != int32(103) {
		t.Errorf("passed as a Bull: got %v, %v", got, err)
	}
	dryClass, err := som.ClassOf[dry]("DryOx", som.Parents(placed["Cow"], placed["Bull"]))
	if err != nil {
		t.Fatal(err)
	}
	d, err := dryClass.New()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Invoke(t.Context(), "drive", d); err != nil || got != int32(101) {
		t.Errorf("itself passed as a Bull: got %v, %v", got, err)
	}
	if err := d.Release(); err != nil {
		t.Error(err)
	}
	for _, x := range server.ExportedOf("Bull") { // of which one is lost, and the other is not
		if err := server.Withdraw(x); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Invoke(t.Context(), "charge"); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("of what is gone: got %v", err)
	}
	answers("milk", 3)
	answers("charge", 101)
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	if n := cattle.Load(); n != 0 {
		t.Errorf("%d objects are left at the server", n)
	}
	if r, err = oxClass.New(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Invoke(t.Context(), "somdTargetFree"); err != nil || cattle.Load() != 0 {
		t.Errorf("freed: got %v, and %d are left", err, cattle.Load())
	}
	if err := errors.Join(r.Release(), h.Release(), s.Release()); err != nil {
		t.Error(err)
	}
}
