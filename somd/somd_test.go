package somd_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// domain returns a domain with an ORB of its own, as another process would have it.
func domain(t testing.TB, cfg somd.Config) *somd.Domain {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	d := somd.New(poa.New(o).POA, cfg)
	t.Cleanup(func() {
		if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return d
}

// remote exports an object in one domain and imports it in the other.
func remote(t *testing.T, server, client *somd.Domain, o som.Object) som.Ref {
	t.Helper()
	ref, err := server.Export(o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r.Refs() > 0 {
			_ = r.Release()
		}
	})
	return r
}

func newCat(t *testing.T) cat.Ref {
	t.Helper()
	c, err := cat.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Release() })
	return c
}

// TestTypes calls methods of all types that signatures tell through a proxy, by the class's generated interface.
func TestTypes(t *testing.T) {
	t.Parallel()
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	local := newCat(t)
	r := remote(t, server, client, local)
	if !r.IsA(cat.Class) || !r.IsA(pet.Class) || !r.IsA(som.SOMObject) || !r.IsA(somd.ClientProxy) || r.Class() == cat.Class {
		t.Errorf("the proxy is of class %s, %v", r.Class(), r.Class().Order())
	}
	c, ok := cat.Narrow(r)
	if !ok {
		t.Fatal("the proxy is no cat")
	}
	ctx := t.Context()
	check := func(what string, err error, got, want any) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v, want %v", what, got, err, want)
		}
	}
	check("set_name", c.SetName(ctx, "Grüße, 猫"), nil, nil)
	name, err := c.Name(ctx)
	check("name", err, name, "Grüße, 猫")
	said, err := c.Speak(ctx, "you")
	check("speak", err, said, "Grüße, 猫 says hello to you, meow")
	menu, mood, n, err := c.Menu(ctx, pets.Meals{{Name: "fish", Grams: 1.5, After: pets.Mood_Angry}, {Grams: math.Inf(1)}}, pets.Mood_Hungry)
	check("menu", err, []any{menu, mood, n}, []any{pets.Meals{{Name: "fish", Grams: 3, After: pets.Mood_Angry}, {Grams: math.Inf(1)}}, pets.Mood_Calm, uint32(2)})
	fed, err := c.Fed(ctx)
	check("fed", err, fed, uint32(2))
	for _, w := range []pets.Wish{pets.NewWish_Food(pets.Meal{Name: "mouse"}), pets.NewWish_Bites(-3), {}} {
		back, err := c.Wish(ctx, w)
		check("wish", err, back, w)
	}
	all, d, err := c.Numbers(ctx, 200, 'x', -7, 65535, -70000, 4000000000, -1<<40, 1<<63, 1.5, 2.25)
	check("numbers", err, []any{all, d}, []any{true, -2.25})
	wide, err := c.Wide(ctx, "weit ☃", '猫')
	check("wide", err, wide, "weit ☃猫")
	g, err := c.Grid(ctx, pets.Grid{{1, 2, 3}, {4, 5, 6}})
	check("grid", err, g, pets.Grid{{10, 20, 30}, {40, 50, 60}})
	o, err := c.Octets(ctx, []byte{1, 2})
	check("octets", err, o, []byte{1, 2, 0xff})
	o, err = c.Octets(ctx, nil)
	check("no octets", err, o, []byte{0xff})
	s, err := c.Scratch(ctx, 21)
	check("scratch", err, s, int32(42))
	if _, err := c.Count(ctx, 1); !isCode(err, som.CodeAbstract) {
		t.Errorf("a nonstatic method, which no class overrides: got %v", err)
	}
	if r, err := r.Invoke(ctx, "scratch", 4); err != nil || r != int32(8) {
		t.Errorf("by name: got %v, %v", r, err)
	}
}

func isCode(err error, code som.Code) bool {
	var e *som.Error
	return errors.As(err, &e) && e.Code == code
}

func TestExceptions(t *testing.T) {
	t.Parallel()
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	c, _ := cat.Narrow(remote(t, server, client, newCat(t)))
	_, _, _, err := c.Menu(t.Context(), make(pets.Meals, 4), 0)
	if x := (*pets.TooFull)(nil); !errors.As(err, &x) || *x != (pets.TooFull{Times: 4, Why: "no more"}) {
		t.Errorf("got %v", err)
	}
	_, _, _, err = c.Menu(t.Context(), nil, pets.Mood_Angry)
	if x := (*pets.Gone)(nil); !errors.As(err, &x) {
		t.Errorf("got %v", err)
	}
	ref, _ := somd.Reference(c)
	if err := client.ORB().Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Scratch(t.Context(), 1); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("after the ORB's end: got %v, of %v", err, ref)
	}
}

// TestObjects passes objects of both sides back and forth, alone and within sequences, and counts what lives after.
func TestObjects(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	server.Know(cat.Class)
	before := pet.Living.Load()
	there, mine := newCat(t), newCat(t)
	c, _ := cat.Narrow(remote(t, server, client, there))
	ctx := t.Context()

	if back, err := c.Friend(ctx, mine); err != nil || back.(som.Object).SOM() != mine.SOM() {
		t.Errorf("an object of ours comes back as %v, %v", back, err)
	} else {
		_ = back.(som.Object).SOM().Release()
	}
	if back, err := c.Friend(ctx, nil); err != nil || back != nil {
		t.Errorf("no object comes back as %v, %v", back, err)
	}
	back, err := c.Thing(ctx, c) // the target itself: a proxy is passed as what it stands for
	if err != nil || back.SOM().IsNil() || back.SOM() == there.SOM() {
		t.Fatalf("the target comes back as %v, %v", back, err)
	}
	ref, _ := somd.Reference(back)
	if own, _ := somd.Reference(c); !orb.Same(ref, own) {
		t.Error("the target comes back as another object")
	}
	_ = back.SOM().Release()

	all, first, err := c.Pack(ctx, []pet.Pet{mine, c, nil})
	if err != nil || len(all) != 3 || all[2] != nil || first.(som.Object).SOM() != mine.SOM() || all[0].(som.Object).SOM() != mine.SOM() {
		t.Fatalf("got %v, %v, %v", all, first, err)
	}
	for _, x := range []any{all[0], all[1], first} {
		_ = x.(som.Object).SOM().Release()
	}
	if n := mine.SOM().Refs(); n != 1 { // that it was passed keeps it not
		t.Errorf("the object that was passed has %d references", n)
	}
	if n := there.SOM().Refs(); n != 2 {
		t.Errorf("the object that was called has %d references", n)
	}
	if err := server.Withdraw(there); err != nil || there.SOM().Refs() != 1 {
		t.Errorf("withdrawn: %v, %d references", err, there.SOM().Refs())
	}
	if _, err := c.Fed(ctx); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("a call after that: %v", err)
	}
	if n := pet.Living.Load() - before; n != 2 {
		t.Errorf("%d pets live", n)
	}
	if _, err := client.Export(cat.Class.SOM()); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "class") {
		t.Errorf("a class is exported: %v", err)
	}
}

// TestDescribed calls an object of a class that the client does not have, and that it is told of by the object.
func TestDescribed(t *testing.T) {
	t.Parallel()
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	r := remote(t, server, client, newCat(t))
	names := []string{}
	for _, c := range r.Class().Order() {
		names = append(names, c.Name())
	}
	if got, want := strings.Join(names, " "), "Pets::Cat__Proxy SOMDClientProxy SOMDObject Pets::Cat Pets::Pet SOMObject"; got != want || r.IsA(cat.Class) {
		t.Errorf("the proxy's classes are %s", got)
	}
	ctx := t.Context()
	if got, err := r.Invoke(ctx, "speak", "you"); err != nil || got != "Ada says hello to you, meow" {
		t.Errorf("got %v, %v", got, err)
	}
	m, err := r.Class().Lookup("menu")
	if err != nil {
		t.Fatal(err)
	}
	meals := reflect.MakeSlice(m.Type().In(2), 4, 4)
	meals.Index(1).Field(0).SetString("fish")
	out, err := r.Invoke(ctx, "menu", meals.Slice(0, 2).Interface(), uint32(1))
	if all, _ := out.([]any); err != nil || len(all) != 3 || all[2] != uint32(2) || reflect.ValueOf(all[0]).Index(1).Field(0).String() != "fish" {
		t.Errorf("got %v, %v", out, err)
	}
	_, err = r.Invoke(ctx, "menu", meals.Interface(), uint32(1))
	if x := (*pets.TooFull)(nil); !errors.As(err, &x) || x.Why != "no more" { // the process has the type, if not the class
		t.Errorf("got %v", err)
	}
	if m, err = r.Class().Lookup("wish"); err != nil {
		t.Fatal(err)
	}
	w := reflect.New(m.Type().In(2)).Elem()
	w.Field(0).SetUint(2)
	w.Field(2).SetInt(-5)
	if got, err := r.Invoke(ctx, "wish", w.Interface()); err != nil || !reflect.DeepEqual(got, w.Interface()) {
		t.Errorf("a union without generated code: %v, %v", got, err)
	}
}
