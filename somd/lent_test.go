package somd_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/cosstream/streamio"
	"github.com/opendsom/dsom/somd"
)

// A coop owns the object that it is given, and shows it.
type coop struct {
	som.Base
	hen som.Ref
}

func (c *coop) Take(_ context.Context, o som.Object) error {
	if old := c.hen; !old.IsNil() {
		defer func() { _ = old.Release() }()
	}
	if c.hen = (som.Ref{}); o != nil {
		c.hen = o.SOM()
	}
	return nil
}

// Refuse takes the object, and raises what says that nothing was done.
func (c *coop) Refuse(ctx context.Context, o som.Object, gone bool) error {
	if err := c.Take(ctx, o); err != nil {
		return err
	}
	if gone {
		return exc.New(exc.ObjectNotExist, 0, exc.No, "another object is not there")
	}
	return exc.New(exc.NoPermission, 0, exc.No, "it is not allowed")
}

func (c *coop) Hen(context.Context) (som.Object, error) {
	if c.hen.IsNil() {
		return nil, nil
	}
	return c.hen, c.hen.Retain()
}

func (c *coop) Ball(ctx context.Context) (som.Object, error) { return c.Hen(ctx) }

func (c *coop) Age(ctx context.Context) (int32, error) {
	age, err := c.hen.Invoke(ctx, "age")
	n, _ := age.(int32)
	return n, err
}

var coopClass = som.MustClass[coop]("Coop", som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "take", Signature: "v:o/void(object)", Owns: "co", Type: reflect.TypeFor[func(som.Self, context.Context, som.Object) error]()},
		{Name: "refuse", Signature: "v:ob/void(object,boolean)", Owns: "coc", Type: reflect.TypeFor[func(som.Self, context.Context, som.Object, bool) error]()},
		{Name: "_get_hen", Signature: "o:/object()", Type: reflect.TypeFor[func(som.Self, context.Context) (som.Object, error)]()},
		{Name: "_get_ball", Signature: "o:/object()", Copies: "c", Type: reflect.TypeFor[func(som.Self, context.Context) (som.Object, error)]()},
		{Name: "age", Signature: "i:/long()", Type: reflect.TypeFor[func(som.Self, context.Context) (int32, error)]()},
	}
}))

// TestGivenWithACall gives objects of this process, of the other, and of a third to an object that owns what it is given: each lives as long as that has it, whoever
// made it, and no longer; of a call that nobody has seen nothing is left.
func TestGivenWithACall(t *testing.T) {
	server, client, third := domain(t, somd.Config{}), domain(t, somd.Config{}), domain(t, somd.Config{})
	there, err := coopClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = there.Release() }()
	r := remote(t, server, client, there)
	before := nestClass.Instances()
	living := func(what string, want int) {
		t.Helper()
		if n := nestClass.Instances() - before; n != want {
			t.Errorf("%s: %d live, want %d", what, n, want)
		}
	}
	layer := func(d *somd.Domain) som.Ref { // an object of another process, of which the client has the only reference
		nest, err := nestClass.New()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nest.Release() })
		before++
		return call[som.Object](t, remote(t, d, client, nest), "lay").SOM()
	}
	own := func() som.Ref {
		o, err := nestClass.New()
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	for name, make := range map[string]func() som.Ref{
		"its own": own, "the other's": func() som.Ref { return layer(server) }, "a third's": func() som.Ref { return layer(third) },
	} {
		o := make()
		call[any](t, r, "take", o)
		living(name, 1)
		if got := call[int32](t, r, "age"); got != 41 {
			t.Errorf("%s answers %d", name, got)
		}
		call[any](t, r, "take", som.Ref{})
		living(name+", when it was given back", 0)
		if n := client.Given() + third.Given() + server.Given(); n != 0 {
			t.Errorf("%s: others have %d objects", name, n)
		}
	}
	for gone, kind := range map[bool]error{false: exc.NoPermission, true: exc.ObjectNotExist} {
		var x *exc.SystemException
		if _, err := r.Invoke(t.Context(), "refuse", own(), gone); !errors.Is(err, kind) || !errors.As(err, &x) || x.Completed != exc.No {
			t.Errorf("refused: %v", err)
		}
		living("given to who raises, and keeps it", 1)
		if got := call[int32](t, r, "age"); got != 41 {
			t.Errorf("what is kept by who has raised answers %d", got)
		}
		call[any](t, r, "take", som.Ref{})
		living("given back by who has raised", 0)
	}
	if err := server.Withdraw(there); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Invoke(t.Context(), "take", own()); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("given to nobody: %v", err)
	}
	living("given to nobody", 0)
}

// TestLent reads an attribute that is an object: callers get references of their own to a proxy, which is one however often it is read, and which the proxy
// that lends it keeps until it ends.
func TestLent(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	there, err := coopClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = there.Release() }()
	r := remote(t, server, client, there)
	var shown []som.Ref
	for range 20 {
		hen, err := nestClass.New()
		if err != nil {
			t.Fatal(err)
		}
		if err := there.Retain(); err != nil {
			t.Fatal(err)
		}
		call[any](t, there, "take", hen)
		_ = there.Release()
		a := call[som.Object](t, r, "_get_hen").SOM()
		for range 10 {
			b := call[som.Object](t, r, "_get_hen").SOM()
			if a != b || a.Refs() != 3 || hen.Refs() != 1 { // the proxy's, and two of the caller's
				t.Fatalf("the attribute is %v and %v, with %d references, and %d at the object", a, b, a.Refs(), hen.Refs())
			}
			_ = b.Release()
		}
		if got := call[int32](t, a, "age"); got != 41 {
			t.Errorf("it answers %d", got)
		}
		_ = a.Release()
		shown = append(shown, a)
	}
	for i, a := range shown {
		if alive := a.Refs() == 1; alive != (i >= len(shown)-16) { // maxLent
			t.Errorf("object %d of %d has %d references", i, len(shown), a.Refs())
		}
	}
	if err := r.Release(); err != nil {
		t.Fatal(err)
	}
	for i, a := range shown {
		if a.Refs() != 0 {
			t.Errorf("with the proxy's end object %d has %d references", i, a.Refs())
		}
	}
}

// TestLentCopy reads an attribute that goes by copy: the copy is the proxy's, and ends with it.
func TestLentCopy(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(ballClass, streamio.Class)
	server.Know(streamio.Class)
	there, err := coopClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = there.Release() }()
	o, err := newBall("blue", nil)
	if err != nil {
		t.Fatal(err)
	}
	b := o.SOM()
	call[any](t, there, "take", b)
	r := remote(t, server, client, there)
	for range 3 {
		copied := call[som.Object](t, r, "_get_ball").SOM()
		if copied == b || somd.IsProxy(copied) || copied.Refs() != 2 {
			t.Fatalf("the attribute is %v, with %d references", copied, copied.Refs())
		}
		_ = copied.Release()
		defer func() {
			if n := copied.Refs(); n != 0 {
				t.Errorf("with the proxy's end the copy has %d references", n)
			}
		}()
	}
	if err := r.Release(); err != nil {
		t.Fatal(err)
	}
}
