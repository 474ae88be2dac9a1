package poa_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

var persistent = poa.Options{Lifespan: poa.Persistent, IDAssignment: poa.UserID}

// TestHierarchy: names, parents, children, and what keys say.
func TestHierarchy(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	a := mustAdapter(t, root.POA, "a", persistent)
	b := mustAdapter(t, a, "b", persistent)
	slash := mustAdapter(t, root.POA, "a/b", persistent)
	for _, c := range []struct {
		p    *poa.POA
		key  string // what the key says of the adapter
		path string
	}{{a, "a", "a"}, {b, "a\x00b", "a/b"}, {slash, "a/b", "a/b"}} {
		ref := must[*orb.Ref](t)(c.p.ActivateWithID("x", &worker{name: fmt.Sprintf("%q", c.key)}))
		want := ior.Key{Server: o.ServerID(), Adapter: c.key, ID: []byte("x")}
		if ref.ObjectKey() != string(ior.AppendKey(nil, want)) || c.p.Path() != c.path {
			t.Errorf("%q: the key is %q", c.p.Path(), ref.ObjectKey())
		}
		if name, err := work(t.Context(), ref); name != fmt.Sprintf("%q", c.key) || err != nil {
			t.Errorf("%q: called %q, %v", c.key, name, err)
		}
	}
	if b.Parent() != a || a.Parent() != root.POA || root.Parent() != nil || b.Manager() != root.Manager() || b.Name() != "b" {
		t.Error("parents, managers and names")
	}
	ids := map[string]string{}
	for _, p := range []*poa.POA{root.POA, a, b, slash} {
		if other, both := ids[p.ID()]; both {
			t.Errorf("%q and %q have one id", p.Path(), other)
		}
		ids[p.ID()] = p.Path()
	}
	activator := poa.AdapterActivatorFunc(nil)
	if a.SetAdapterActivator(&activator); a.AdapterActivator() != poa.AdapterActivator(&activator) || b.AdapterActivator() != nil {
		t.Error("the_activator")
	}
	a.SetAdapterActivator(nil)
	if all := root.Children(); len(all) != 2 || all[0] != a || all[1] != slash {
		t.Errorf("children: %v", all)
	}
	if p, err := a.FindPOA(t.Context(), "b", false); p != b || err != nil {
		t.Errorf("find_POA: %v, %v", p, err)
	}
	if _, err := a.FindPOA(t.Context(), "c", true); !errors.Is(err, poa.ErrAdapterNonExistent) {
		t.Errorf("find_POA of none: %v", err)
	}
	if _, err := a.Create("b", persistent); !errors.Is(err, poa.ErrAdapterAlreadyExists) {
		t.Errorf("again: %v", err)
	}
	for _, name := range []string{"", "a\x00b", strings.Repeat("x", 256)} {
		if _, err := root.Create(name, persistent); !errors.Is(err, exc.BadParam) {
			t.Errorf("%q: %v", name, err)
		}
	}
	deep := root.POA
	for i := 0; ; i++ {
		p, err := deep.Create("d", persistent)
		if err != nil {
			if i != 16 || !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "adapter-depth") {
				t.Errorf("at depth %d: %v", i, err)
			}
			break
		}
		deep = p
	}
}

// TestAdapterActivator: adapters are made when requests come, one after the other from the top, once for all who ask.
func TestAdapterActivator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		var mu sync.Mutex
		var asked []string
		var again poa.AdapterActivatorFunc
		again = func(ctx context.Context, parent *poa.POA, name string) (bool, error) {
			mu.Lock()
			asked = append(asked, strings.Trim(parent.Path()+"/"+name, "/"))
			mu.Unlock()
			switch name {
			case "error":
				return false, errors.New("no disk")
			case "panic":
				panic(name)
			case "exit":
				time.Sleep(time.Second) // until another waits for it
				runtime.Goexit()
			case "lies":
				return true, nil
			case "none":
				return false, nil
			}
			opt := persistent
			opt.AdapterActivator = again
			p, err := parent.Create(name, opt)
			if err != nil {
				return false, err
			}
			time.Sleep(time.Second) // requests for it wait until its objects are there
			_, err = p.ActivateWithID("x", &worker{name: p.Path()})
			return true, err
		}
		root.SetAdapterActivator(again)
		to := func(path ...string) *orb.Ref {
			key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: strings.Join(path, "\x00"), ID: []byte("x")})
			return must[*orb.Ref](t)(o.Reference(workerInterface, key, false))
		}
		began := time.Now()
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() {
				if name, err := work(t.Context(), to("a", "b")); name != "a/b" || err != nil {
					t.Errorf("a/b: %q, %v", name, err)
				}
			})
		}
		calls.Wait()
		if got := strings.Join(asked, " "); got != "a a/b" || time.Since(began) != 2*time.Second {
			t.Errorf("asked for %q, in %v", got, time.Since(began))
		}
		if p, err := root.FindPOA(t.Context(), "c", true); err != nil || p.Name() != "c" {
			t.Errorf("find_POA: %v", err)
		}
		for name, want := range map[string]*exc.SystemException{
			"error": {Kind: exc.ObjAdapter, Minor: exc.MinorAdapterActivator}, "panic": {Kind: exc.ObjAdapter, Minor: exc.MinorAdapterActivator},
			"lies": {Kind: exc.ObjectNotExist, Minor: exc.MinorObjectUnknown}, "none": {Kind: exc.ObjectNotExist, Minor: exc.MinorObjectUnknown},
		} {
			for range 2 {
				if _, err := work(t.Context(), to(name, "below")); !is(err, want.Kind, want.Minor) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			work(t.Context(), to("exit"))
			t.Error("the goroutine has gone on")
		}()
		synctest.Wait()
		if _, err := work(t.Context(), to("exit")); !is(err, exc.ObjAdapter, exc.MinorAdapterActivator) {
			t.Errorf("who has waited for an activator that has not returned: %v", err)
		}
		<-ended
		asked = nil
		for _, path := range [][]string{{""}, {"a", ""}, {strings.Repeat("y", 256)}, strings.Split(strings.Repeat("z", 17), "")} {
			if path[0] == "a" || path[0] == "" {
				path = append(path, "b")
			}
			if _, err := work(t.Context(), to(path...)); !errors.Is(err, exc.ObjectNotExist) {
				t.Errorf("%q: %v", path, err)
			}
		}
		if len(asked) != 0 {
			t.Errorf("asked for what cannot be: %q", asked)
		}
	})
}

// TestDestroy: requests in flight, names that are used again, and references of what is gone.
func TestDestroy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		k := &keeper{fail: t.Errorf}
		top := mustAdapter(t, root.POA, "top", withActivator(k))
		below := mustAdapter(t, top, "below", withActivator(k))
		slow := must[*orb.Ref](t)(below.ActivateWithID("slow", &worker{name: "slow", do: func(context.Context) error { time.Sleep(2 * time.Second); return nil }}))
		k.change("slow", func(l *life) { l.active = true })
		quick := must[*orb.Ref](t)(top.Reference("quick", workerInterface))
		if _, err := work(t.Context(), quick); err != nil {
			t.Fatal(err)
		}
		inFlight := make(chan error, 1)
		go func() { _, err := work(t.Context(), slow); inFlight <- err }()
		synctest.Wait()
		began := time.Now()
		if err := top.Destroy(t.Context(), true, false); err != nil || time.Since(began) != 0 {
			t.Errorf("not waiting: %v after %v", err, time.Since(began))
		}
		if err := top.Destroy(t.Context(), true, true); !errors.Is(err, exc.ObjectNotExist) {
			t.Errorf("again: %v", err)
		}
		if _, err := top.Create("c", poa.Options{}); !is(err, exc.BadInvOrder, exc.OMGVMCID|17) {
			t.Errorf("creating below one that ends: %v", err)
		}
		if _, err := work(t.Context(), slow); !is(err, exc.ObjectNotExist, exc.MinorObjectUnknown) {
			t.Errorf("a new request: %v", err)
		}
		// The name is free, but the objects of the old one are not incarnated while its own are to be etherealized.
		anew := mustAdapter(t, root.POA, "top", withActivator(k))
		if _, err := work(t.Context(), quick); !errors.Is(err, exc.ObjectNotExist) {
			t.Errorf("a transient reference of the adapter before: %v", err)
		}
		if name, err := work(t.Context(), must[*orb.Ref](t)(anew.Reference("quick", workerInterface))); name != "quick" || err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("the new one: %q, %v after %v", name, err, time.Since(began))
		}
		if err := <-inFlight; err != nil {
			t.Errorf("in flight: %v", err)
		}
		want := "incarnate quick, etherealize slow true false, etherealize quick true false, incarnate quick"
		if got := strings.Join(k.logged(), ", "); got != want { // the lower adapter's objects first
			t.Errorf("got %q", got)
		}
		if _, err := top.Create("c", poa.Options{}); !errors.Is(err, exc.ObjectNotExist) {
			t.Errorf("creating below one that has ended: %v", err)
		}
		if _, err := top.ActivateWithID("x", &worker{}); !errors.Is(err, exc.ObjectNotExist) {
			t.Errorf("activating: %v", err)
		}
		if err := anew.Destroy(t.Context(), false, true); err != nil || len(k.logged()) != 4 {
			t.Errorf("without etherealization: %v, %q", err, k.logged())
		}
	})
}

// TestDeactivateKey has a key be nobody's again, and then another object's.
func TestDeactivateKey(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	for _, name := range []string{"first", "second"} {
		w := &worker{name: name}
		must[*orb.Ref](t)(root.ActivateKey("X", w))
		if to, err := root.Find(t.Context(), orb.Query{Key: []byte("X"), Operation: "work"}); err != nil || to.Servant != orb.Servant(w) {
			t.Errorf("%s: %+v, %v", name, to, err)
		} else {
			_ = to.Scope.Release()
		}
		if err := root.DeactivateKey("X"); err != nil {
			t.Error(err)
		}
		if to, err := root.Find(t.Context(), orb.Query{Key: []byte("X"), Operation: "work"}); !errors.Is(err, exc.ObjectNotExist) {
			t.Errorf("behind the end of %s: %+v, %v", name, to, err)
		}
	}
	if err := root.DeactivateKey("X"); !errors.Is(err, poa.ErrObjectNotActive) {
		t.Errorf("a key of none: %v", err)
	}
}

// TestDestroyRoot: behind the end of the root adapter nothing is activated in it, under a key of its own neither, and requests to such a key end at once.
func TestDestroyRoot(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	must[*orb.Ref](t)(root.ActivateKey("X", &worker{name: "old"}))
	if err := root.Destroy(t.Context(), true, true); err != nil {
		t.Fatal(err)
	}
	_, byKey := root.ActivateKey("X", &worker{name: "new"})
	_, byID := root.Activate(&worker{})
	for _, err := range []error{byKey, byID} {
		if !is(err, exc.ObjectNotExist, exc.MinorObjectUnknown) {
			t.Errorf("activating: %v", err)
		}
	}
	if to, err := root.Find(t.Context(), orb.Query{Key: []byte("X"), Operation: "work"}); !is(err, exc.ObjectNotExist, exc.MinorObjectUnknown) {
		t.Errorf("a request: %+v, %v", to, err)
	}
	shutdown(t, o)
	if _, err := root.ActivateKey("X", &worker{}); !is(err, exc.BadInvOrder, exc.MinorORBShutDown) {
		t.Errorf("activating when the ORB has ended: %v", err)
	}
}

// TestDestroyHeld: requests that an adapter holds are new ones when it is destroyed.
func TestDestroyHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		opt := persistent
		opt.Manager = new(poa.Manager)
		p := mustAdapter(t, root.POA, "p", opt)
		ref := must[*orb.Ref](t)(p.ActivateWithID("x", &worker{name: "old"}))
		root.SetAdapterActivator(poa.AdapterActivatorFunc(func(_ context.Context, parent *poa.POA, name string) (bool, error) {
			p, err := parent.Create(name, persistent)
			if err == nil {
				_, err = p.ActivateWithID("x", &worker{name: "new"})
			}
			return true, err
		}))
		got := make(chan string, 1)
		go func() { name, _ := work(t.Context(), ref); got <- name }()
		synctest.Wait()
		if err := p.Destroy(t.Context(), false, true); err != nil {
			t.Error(err)
		}
		if name := <-got; name != "new" {
			t.Errorf("got %q", name)
		}
	})
}

// TestShutdown: the ORB ends its adapters when calls have ended, and cuts off what does not end.
func TestShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		k := &keeper{fail: t.Errorf}
		p := mustAdapter(t, root.POA, "p", withActivator(k))
		if _, err := work(t.Context(), must[*orb.Ref](t)(p.Reference("idle", workerInterface))); err != nil {
			t.Fatal(err)
		}
		hung := make(chan struct{})
		k.change("hung", func(l *life) { l.active = true })
		ref := must[*orb.Ref](t)(p.ActivateWithID("hung", &worker{do: func(context.Context) error { <-hung; return nil }}))
		go work(t.Context(), ref)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := o.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a call that hangs: %v", err)
		}
		synctest.Wait()
		if got := strings.Join(k.logged(), ", "); got != "incarnate idle, etherealize idle true false" {
			t.Errorf("got %q", got)
		}
		if _, err := work(t.Context(), ref); !is(err, exc.BadInvOrder, exc.MinorORBShutDown) {
			t.Errorf("a call after that: %v", err)
		}
		close(hung)
	})
}
