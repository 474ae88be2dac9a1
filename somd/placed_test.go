package somd_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
	"github.com/opendsom/dsom/somd"
)

// An egg is a state that is made again when it was lost, by everybody at the same moment if the gate is up.
type egg struct {
	som.Base
	n int32
}

var (
	eggs atomic.Int64 // that live
	gate atomic.Pointer[sync.WaitGroup]
)

func (e *egg) SomDefaultInit() error {
	e.n = int32(eggs.Add(1))
	if g := gate.Load(); g != nil {
		g.Done()
		g.Wait()
	}
	return nil
}

func (e *egg) SomDestruct() { eggs.Add(-1) }

func (e *egg) Number(context.Context) (int32, error) { return e.n, nil }

var eggClass = som.MustClass[egg]("Egg")

// placedEgg returns a server of eggs, its object, and an egg that a client has there.
func placedEgg(t *testing.T) (server *somd.Domain, made som.Ref, r som.Ref) {
	t.Helper()
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	s, err := somd.NewServer(server, somd.Among(eggClass), "Egg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Release() })
	ref, err := server.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	client.ORB().RegisterInitialReference("Eggs", client.ORB().NewRef(ref.IOR()))
	c, err := client.Place(t.Context(), somd.Place{Class: "Egg", URL: "corbaloc:rir:/Eggs"})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = c.New(); err != nil {
		t.Fatal(err)
	}
	return server, s, r
}

// TestMadeOnce has many calls meet at the same moment that their object is gone: all get the same other one, and what was made beside it ends.
func TestMadeOnce(t *testing.T) {
	server, _, r := placedEgg(t)
	if n, err := r.Invoke(t.Context(), "number"); err != nil || eggs.Load() != 1 {
		t.Fatal(n, err)
	}
	x := server.ExportedOf("Egg")
	if len(x) != 1 {
		t.Fatalf("the server has %d eggs", len(x))
	}
	if err := server.Withdraw(x[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Invoke(t.Context(), "number"); !errors.Is(err, exc.ObjectNotExist) {
		t.Fatalf("of what is gone: got %v", err)
	}
	const callers = 8
	var g sync.WaitGroup
	g.Add(callers)
	gate.Store(&g)
	t.Cleanup(func() { gate.Store(nil) })
	before := eggs.Load()
	var all sync.WaitGroup
	var seen sync.Map
	for range callers {
		all.Go(func() {
			n, err := r.Invoke(t.Context(), "number")
			if err != nil {
				t.Error(err)
			}
			seen.Store(n, true)
		})
	}
	all.Wait()
	kinds := 0
	seen.Range(func(any, any) bool { kinds++; return true })
	if n := eggs.Load() - before; n != 1 || kinds != 1 {
		t.Errorf("%d eggs were left, and callers met %d", n, kinds)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}

// TestFreedStaysFree holds that a proxy whose target was freed makes no other: only one that was lost is made again.
func TestFreedStaysFree(t *testing.T) {
	_, _, r := placedEgg(t)
	if _, err := r.Invoke(t.Context(), "number"); err != nil {
		t.Fatal(err)
	}
	before := eggs.Load()
	if _, err := r.Invoke(t.Context(), "somdTargetFree"); err != nil || eggs.Load() != before-1 {
		t.Fatalf("got %v, and %d eggs of %d", err, eggs.Load(), before)
	}
	if _, err := r.Invoke(t.Context(), "number"); !errors.Is(err, exc.ObjectNotExist) || eggs.Load() != before-1 {
		t.Errorf("got %v, and %d eggs", err, eggs.Load())
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}

// TestDeletedOnce holds that a server deletes what a client was given, once, and nothing that it only showed.
func TestDeletedOnce(t *testing.T) {
	server, s, r := placedEgg(t)
	if _, err := r.Invoke(t.Context(), "number"); err != nil {
		t.Fatal(err)
	}
	given := server.ExportedOf("Egg")[0]
	shown, err := eggClass.New()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Export(shown); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		o    som.Ref
		want bool
	}{"shown": {shown, false}, "given": {given, true}} {
		_, err := s.Invoke(t.Context(), "somdDeleteObj", c.o)
		if (err == nil) != c.want || err != nil && !errors.Is(err, exc.BadParam) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := s.Invoke(t.Context(), "somdDeleteObj", shown); !errors.Is(err, exc.BadParam) || shown.Refs() == 0 {
		t.Errorf("shown, again: got %v", err)
	}
	if err := errors.Join(server.Withdraw(shown), shown.Release(), r.Release()); err != nil {
		t.Error(err)
	}
}

// TestOtherProcess holds when a reference shows that another process has taken the place of one: an object that outlives its process says nothing of that.
func TestOtherProcess(t *testing.T) {
	t.Parallel()
	o := domain(t, somd.Config{}).ORB()
	ref := func(k ior.Key) *orb.Ref {
		k.Adapter, k.ID = "x", []byte("y")
		p := ior.IIOP{Version: cdr.V12, Host: "h", Port: 1, Key: ior.AppendKey(nil, k)}
		return o.NewRef(&ior.IOR{Profiles: []ior.Profile{p.Profile()}})
	}
	a, b := [16]byte{1}, [16]byte{2}
	for _, c := range []struct {
		before, now ior.Key
		want        bool
	}{
		{ior.Key{Server: a, Incarnation: 1}, ior.Key{Server: a, Incarnation: 2}, true},
		{ior.Key{Server: a, Incarnation: 1}, ior.Key{Server: b, Incarnation: 1}, true},
		{ior.Key{Server: a, Incarnation: 1}, ior.Key{Server: a, Incarnation: 1}, false},
		{ior.Key{Server: a, Incarnation: 1}, ior.Key{Server: a}, false},
		{ior.Key{Server: a}, ior.Key{Server: a, Incarnation: 1}, false},
		{ior.Key{Server: a}, ior.Key{Server: b}, false},
	} {
		if got := somd.OtherProcess(ref(c.before), ref(c.now)); got != c.want {
			t.Errorf("%+v and %+v: got %v", c.before, c.now, got)
		}
	}
}

// A hasty is the class of a class of proxies: it makes and calls an object as soon as there is one, as another thread may do.
type hasty struct {
	meta.Base
}

var hastyAnswers []any

func (h *hasty) SomClassReady() error {
	if err := h.Next().SomClassReady(); err != nil {
		return err
	}
	c := h.Made()
	if c.Name() != "Nestling" {
		return nil
	}
	r, err := c.New()
	if err != nil {
		return err
	}
	out, err := r.Invoke(context.Background(), "number")
	hastyAnswers = append(hastyAnswers, out)
	return errors.Join(err, r.Release())
}

type nestling struct{ som.Base }

func (n *nestling) Number(context.Context) (int32, error) { return 7, nil }

type hastyProxy struct{ som.Base }

var (
	hastyMeta     = som.MustClass[hasty]("Hasty", som.Parents(som.SOMClass))
	hastyClass    = som.MustClass[hastyProxy]("HastyProxy", som.Parents(somd.ClientProxy), som.WithMetaclass(hastyMeta))
	nestlingClass = som.MustClass[nestling]("Nestling", som.With(func(s *som.Spec) { s.BaseProxy = "HastyProxy" }))
)

// TestCalledEarly has an object of a placed class made and called before Place has returned.
func TestCalledEarly(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	s, err := somd.NewServer(server, somd.Among(nestlingClass), "Nestling")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := server.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	client.Know(hastyClass)
	client.ORB().RegisterInitialReference("Nests", client.ORB().NewRef(ref.IOR()))
	c, err := client.Place(t.Context(), somd.Place{Class: "Nestling", URL: "corbaloc:rir:/Nests"})
	if err != nil {
		t.Fatal(err)
	}
	if len(hastyAnswers) != 1 || hastyAnswers[0] != int32(7) {
		t.Errorf("the metaclass got %v", hastyAnswers)
	}
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Invoke(t.Context(), "number"); err != nil || got != int32(7) {
		t.Errorf("afterwards: got %v, %v", got, err)
	}
	if err := errors.Join(r.Release(), s.Release()); err != nil {
		t.Error(err)
	}
}

// TestNamedClass holds that the class which a program names to a server is the process's own where it can be found, and that none is found because a reference names it.
func TestNamedClass(t *testing.T) {
	server := domain(t, somd.Config{})
	s, err := somd.NewServer(server, somd.Among(eggClass), "Egg")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := server.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"somdCreateObj", "somdFactory", "a reference"} {
		var asked []string
		client := domain(t, somd.Config{Find: func(name string) (*som.Class, error) {
			if asked = append(asked, name); name == "Egg" {
				return eggClass, nil
			}
			return nil, &som.Error{Code: som.CodeUnknown, Class: name, Text: "there is none"}
		}})
		there, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
		if err != nil {
			t.Fatal(err)
		}
		var made any
		switch method {
		case "a reference":
			var egg som.Ref
			if egg, err = eggClass.New(); err != nil {
				t.Fatal(err)
			}
			var of *orb.Ref
			if of, err = server.Export(egg); err == nil {
				made, err = client.Import(t.Context(), client.ORB().NewRef(of.IOR()))
			}
			t.Cleanup(func() { _ = egg.Release() })
		case "somdFactory":
			var maker any
			if maker, err = there.Invoke(t.Context(), method, "Egg"); err == nil {
				made, err = maker.(som.Object).SOM().Invoke(t.Context(), "somNew")
				_ = maker.(som.Object).SOM().Release()
			}
		default:
			made, err = there.Invoke(t.Context(), method, "Egg", "")
		}
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		egg := made.(som.Object).SOM()
		if own := egg.Class().DescendsFrom(eggClass); own != (method != "a reference") || egg.Class().Name() != "Egg__Proxy" {
			t.Errorf("%s: the object is of %s, own %v; asked for were %q", method, egg.Class(), own, asked)
		}
		if err := errors.Join(egg.Release(), there.Release()); err != nil {
			t.Error(err)
		}
	}
	if err := s.Release(); err != nil {
		t.Error(err)
	}
}
