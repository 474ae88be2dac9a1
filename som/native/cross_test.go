//go:build cgo && unix

package native_test

import (
	"context"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// The types of cross.idl, as generated code has them.
type (
	colour uint32
	point  struct {
		Tag    byte
		X      int64
		On     bool
		Y      float64
		Colour colour
		Both   [2]int16
	}
	crate struct {
		Label string
		Marks []string
		All   []point
		From  []som.Object
		Raw   []byte
	}
	broken struct {
		Why   string
		Count int32
		What  crate
	}
	lost struct{}
)

func (b *broken) Error() string { return "broken: " + b.Why }
func (*lost) Error() string     { return "lost" }

var (
	_ = som.Raises[broken]("IDL:Broken:1.0")
	_ = som.Raises[lost]("IDL:Lost:1.0")
)

type (
	ctx         = context.Context
	numbersFunc = func(som.Self, ctx, int32, int16) (int32, float64, int16, error)
	textsFunc   = func(som.Self, ctx, string, string) (string, string, string, error)
	objectsFunc = func(som.Self, ctx, som.Object, som.Object) (som.Object, som.Object, som.Object, error)
	pointsFunc  = func(som.Self, ctx, point, colour) (point, point, colour, error)
	cratesFunc  = func(som.Self, ctx, crate, crate) ([]crate, []string, crate, error)
	failFunc    = func(som.Self, ctx, int32) error
	getFunc     = func(som.Self, ctx) (crate, error)
	setFunc     = func(som.Self, ctx, crate) error
)

func spec[F any](name, how string) som.MethodSpec {
	return som.MethodSpec{Name: name, Type: reflect.TypeFor[F](), Packing: som.Packing{}.Passes(how)}
}

// porter is the class in C.
var porter = sync.OnceValues(func() (*som.Class, error) {
	get, set := spec[getFunc]("_get_cargo", "r"), spec[setFunc]("_set_cargo", "i")
	get.GoName, set.GoName = "Cargo", "SetCargo"
	return native.Import("Porter", som.Version{Major: 1}, []som.MethodSpec{
		spec[numbersFunc]("numbers", "riox"), spec[textsFunc]("texts", "riox"), spec[objectsFunc]("objects", "riox"),
		spec[pointsFunc]("points", "riox"), spec[cratesFunc]("crates", "riox"), spec[failFunc]("fail", "i"), get, set,
	})
})

// carrier is a class in Go that answers as the one in C.
type carrier struct {
	som.Base
	cargo som.Held[crate]
}

func (*carrier) Numbers(_ ctx, a int32, both int16) (int32, float64, int16, error) {
	return a + 1, float64(a) / 2, -both, nil
}

func (*carrier) Texts(_ ctx, a, grown string) (string, string, string, error) {
	return a + "!", a + a, grown + a, nil
}

func (*carrier) Objects(_ ctx, a, swap som.Object) (som.Object, som.Object, som.Object, error) {
	return kept(swap), kept(a), kept(a), nil
}

func (*carrier) Points(_ ctx, a point, c colour) (point, point, colour, error) {
	b := a
	a.X++
	b.On = !b.On
	b.Both[0], b.Both[1] = b.Both[1], b.Both[0]
	return a, b, (c + 1) % 3, nil
}

func (*carrier) Crates(_ ctx, a, more crate) ([]crate, []string, crate, error) {
	return []crate{a.kept(), more.kept()}, a.Marks, a.kept(), nil
}

func (c *carrier) Fail(_ ctx, how int32) error {
	switch how {
	case 1:
		return &broken{"it fell", 42, crate{Label: "a crate", From: []som.Object{kept(c.SOM())}}}
	case 2:
		return &lost{}
	}
	return nil
}

func (c *carrier) Cargo(ctx) (crate, error)          { return c.cargo.Get() }
func (c *carrier) SetCargo(_ ctx, cargo crate) error { return c.cargo.Set(cargo) }

// kept is an object with a reference more, for whom it is returned to.
func kept(o som.Object) som.Object {
	if o != nil && !o.SOM().IsNil() {
		if err := o.SOM().Retain(); err != nil {
			panic(err)
		}
	}
	return o
}

func (c crate) kept() crate {
	c.From = slices.Clone(c.From)
	for _, o := range c.From {
		kept(o)
	}
	return c
}

func (c crate) release() {
	for _, o := range c.From {
		letGo(o)
	}
}

func letGo(o any) {
	if r, ok := o.(som.Object); ok && !r.SOM().IsNil() {
		if err := r.SOM().Release(); err != nil {
			panic(err)
		}
	}
}

var carriers = sync.OnceValues(func() (*som.Class, error) {
	p, err := porter()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[carrier]("Carrier", som.Parents(p))
})

// each runs a test with the class in C and with that in Go.
func each(t *testing.T, test func(t *testing.T, c *som.Class)) {
	need(t)
	for name, class := range map[string]func() (*som.Class, error){"C": porter, "Go": carriers} {
		t.Run(name, func(t *testing.T) {
			c, err := class()
			if err != nil {
				t.Fatal(err)
			}
			test(t, c)
			living(t, c, 0)
		})
	}
}

// fill is a crate of everything.
func fill(label string, owner som.Object) crate {
	return crate{Label: label, Marks: []string{"fragile", label}, All: []point{{}, {}, {Both: [2]int16{0, 9}}}, From: []som.Object{owner, nil}, Raw: []byte{0, 0, 0, 255}}
}

// TestCross holds that C calls either class by all kinds of parameters, and gets what it should.
func TestCross(t *testing.T) {
	each(t, func(t *testing.T, c *som.Class) {
		caller, err := native.Find("Caller")
		if err != nil {
			t.Fatal(err)
		}
		p, d := create(t, c), create(t, caller)
		if line := invoke(t, d, "check", p); line != int32(0) {
			t.Errorf("cross.c:%v is not content", line)
		}
		letGo(p)
		letGo(d)
	})
}

func create(t testing.TB, c *som.Class) som.Ref {
	t.Helper()
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bound is a method of Porter, of an object.
func bound[F any](t testing.TB, name string, r som.Ref) (F, som.Self) {
	t.Helper()
	c, err := porter()
	if err != nil {
		t.Fatal(err)
	}
	k, err := som.Bind[F](c, name)
	if err != nil {
		t.Fatal(err)
	}
	return k.Of(r)
}

// TestCrossFromGo holds the same of Go, which has the results as its own.
func TestCrossFromGo(t *testing.T) {
	each(t, func(t *testing.T, c *som.Class) {
		p, other := create(t, c), create(t, c)
		numbers, self := bound[numbersFunc](t, "numbers", p)
		if a, half, both, err := numbers(self, t.Context(), 5, 7); a != 6 || half != 2.5 || both != -7 || err != nil {
			t.Error(a, half, both, err)
		}
		texts, self := bound[textsFunc](t, "texts", p)
		if a, twice, grown, err := texts(self, t.Context(), "ä", ""); a != "ä!" || twice != "ää" || grown != "ä" || err != nil {
			t.Error(a, twice, grown, err)
		}
		objects, self := bound[objectsFunc](t, "objects", p)
		a, same, swap, err := objects(self, t.Context(), other, p)
		if a != p || same != other || swap != other || err != nil {
			t.Error(a, same, swap, err)
		}
		for _, o := range []som.Object{a, same, swap} {
			letGo(o)
		}
		points, self := bound[pointsFunc](t, "points", p)
		at := point{1, -5, true, 0.5, 2, [2]int16{3, -4}}
		if a, moved, c, err := points(self, t.Context(), at, 2); a != (point{1, -4, true, 0.5, 2, [2]int16{3, -4}}) || moved != (point{1, -5, false, 0.5, 2, [2]int16{-4, 3}}) || c != 0 || err != nil {
			t.Error(a, moved, c, err)
		}
		crates, self := bound[cratesFunc](t, "crates", p)
		one, two := fill("one", other), fill("two", p)
		all, marks, more, err := crates(self, t.Context(), one, two)
		if !reflect.DeepEqual(all, []crate{one, two}) || !reflect.DeepEqual(marks, one.Marks) || !reflect.DeepEqual(more, one) || err != nil {
			t.Errorf("%v %v %v %v", all, marks, more, err)
		}
		for _, c := range append(all, more) {
			c.release()
		}
		fail, self := bound[failFunc](t, "fail", p)
		var b *broken
		if err := fail(self, t.Context(), 1); !errors.As(err, &b) || b.Why != "it fell" || b.Count != 42 || len(b.What.From) != 1 || b.What.From[0] != som.Object(p) {
			t.Errorf("got %v", err)
		} else {
			b.What.release()
		}
		if err := fail(self, t.Context(), 2); !errors.As(err, new(*lost)) {
			t.Errorf("got %v", err)
		}
		get, self := bound[getFunc](t, "_get_cargo", p)
		set, _ := bound[setFunc](t, "_set_cargo", p)
		cargo := fill("kept", nil)
		if err := set(self, t.Context(), cargo); err != nil {
			t.Error(err)
		}
		got, err := get(self, t.Context())
		if !reflect.DeepEqual(got, cargo) || err != nil {
			t.Error(got, err)
		}
		got.release()
		letGo(p)
		letGo(other)
	})
}

// TestCrossLeavesNothing holds that no memory is left of what crossed, which a text of a thousand octets would show.
func TestCrossLeavesNothing(t *testing.T) {
	if os.Getenv("SOM_CHECK") != "" {
		t.Skip("checking mode keeps what was freed")
	}
	each(t, func(t *testing.T, c *som.Class) {
		caller, err := native.Find("Caller")
		if err != nil {
			t.Fatal(err)
		}
		d := object(t, caller)
		const rounds = 300
		var before int64
		long := strings.Repeat("x", 1000)
		for n := range rounds + 50 {
			if n == 50 {
				before, _ = invoke(t, d, "used").(int64)
			}
			p := create(t, c)
			invoke(t, d, "check", p)
			texts, self := bound[textsFunc](t, "texts", p)
			if _, _, _, err := texts(self, t.Context(), long, long); err != nil {
				t.Fatal(err)
			}
			crates, _ := bound[cratesFunc](t, "crates", p)
			all, _, more, err := crates(self, t.Context(), fill(long, p), fill(long, p))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range append(all, more) {
				c.release()
			}
			fail, _ := bound[failFunc](t, "fail", p)
			var b *broken
			if errors.As(fail(self, t.Context(), 1), &b) {
				b.What.release()
			}
			letGo(p)
		}
		if after, _ := invoke(t, d, "used").(int64); after-before > rounds*100 {
			t.Errorf("%d octets are in use more after %d rounds", after-before, rounds)
		}
	})
}
