package poa_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// makes returns an adapter activator that makes an adapter of the options with an object x, between what is done before and after that. Either may be nil.
func makes(opt poa.Options, before, after func(ctx context.Context, parent *poa.POA, name string) error) poa.AdapterActivatorFunc {
	return func(ctx context.Context, parent *poa.POA, name string) (bool, error) {
		if before != nil {
			if err := before(ctx, parent, name); err != nil {
				return false, err
			}
		}
		p, err := parent.Create(name, opt)
		if err != nil {
			return false, err
		}
		if _, err = p.ActivateWithID("x", &worker{name: p.Path()}); err == nil && after != nil {
			err = after(ctx, parent, name)
		}
		return err == nil, err
	}
}

// objectX returns a reference to the object x of an adapter, which need not be there.
func objectX(t *testing.T, o *orb.ORB, path ...string) *orb.Ref {
	t.Helper()
	key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: strings.Join(path, "\x00"), ID: []byte("x")})
	return must[*orb.Ref](t)(o.Reference(workerInterface, key, false))
}

// elsewhere calls f in another goroutine and waits for it.
func elsewhere(f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	<-done
}

// TestActivatorAsksForItself: to an adapter activator there is no adapter yet that it is to make, however it asks for it; it does not wait for itself. What
// it has made is there, and another's activators are asked below it, before it has returned.
func TestActivatorAsksForItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		none := func(what string, p *poa.POA, err error) {
			if p != nil || !errors.Is(err, poa.ErrAdapterNonExistent) {
				t.Errorf("%s: %v, %v; want none", what, p, err)
			}
		}
		below := persistent
		below.AdapterActivator = makes(persistent, func(ctx context.Context, parent *poa.POA, name string) error {
			if name != "below" { // to its activator too the adapter above is open, by whose activator it is asked for
				return nil
			}
			if c, err := parent.FindPOA(ctx, "beside", true); err != nil || c.Name() != "beside" {
				t.Errorf("one beside it: %v", err)
			}
			return nil
		}, nil)
		root.SetAdapterActivator(makes(below, func(ctx context.Context, parent *poa.POA, name string) error {
			p, err := parent.FindPOA(ctx, name, true)
			none("asked for", p, err)
			elsewhere(func() {
				child, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				p, err := parent.FindPOA(child, name, true)
				none("asked for by another goroutine", p, err)
			})
			_, err = work(ctx, objectX(t, o, name))
			if !is(err, exc.ObjAdapter, exc.MinorAdapterActivator) {
				t.Errorf("an object in it: %v", err)
			}
			_, err = work(ctx, objectX(t, o, name, "below"))
			if !is(err, exc.ObjAdapter, exc.MinorAdapterActivator) {
				t.Errorf("an object below it: %v", err)
			}
			return nil
		}, func(ctx context.Context, parent *poa.POA, name string) error {
			p, err := parent.FindPOA(ctx, name, true)
			if err != nil || p.Name() != name {
				t.Errorf("it is made, and asked for: %v", err)
				return nil
			}
			if _, err = work(ctx, objectX(t, o, name)); !is(err, exc.ObjAdapter, exc.MinorAdapterActivator) {
				t.Errorf("an object in it, for which requests wait: %v", err)
			}
			if c, err := p.FindPOA(ctx, "below", true); err != nil || c.Path() != name+"/below" {
				t.Errorf("one below it: %v", err)
			}
			if got, err := work(ctx, objectX(t, o, name, "below")); got != name+"/below" || err != nil {
				t.Errorf("an object below it: %q, %v", got, err)
			}
			return nil
		}))
		began := time.Now()
		if p, err := root.FindPOA(t.Context(), "p", true); err != nil || p.Name() != "p" {
			t.Errorf("find_POA: %v", err)
		}
		if got, err := work(t.Context(), objectX(t, o, "q")); got != "q" || err != nil {
			t.Errorf("a request: %q, %v", got, err)
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("it took %v", d)
		}
	})
}

// TestActivatorDestroysItsOwn: what an activator has made and destroyed again has nothing below it, nor what waits in a state of its own manager.
func TestActivatorDestroysItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		root.SetAdapterActivator(poa.AdapterActivatorFunc(func(ctx context.Context, parent *poa.POA, name string) (bool, error) {
			opt := persistent
			opt.Manager = new(poa.Manager)
			opt.AdapterActivator = poa.AdapterActivatorFunc(func(_ context.Context, _ *poa.POA, below string) (bool, error) {
				t.Errorf("asked for %s below %s", below, name)
				return false, nil
			})
			p, err := parent.Create(name, opt)
			if err != nil {
				return false, err
			}
			if name == "held" {
				if _, err := p.FindPOA(ctx, "below", true); !errors.Is(err, poa.ErrAdapterNonExistent) {
					t.Errorf("below one that takes no requests yet: %v", err)
				}
				return true, p.Manager().Activate()
			}
			if err := p.Manager().Activate(); err != nil {
				return false, err
			}
			err = p.Destroy(ctx, false, false)
			if _, err := p.FindPOA(ctx, "below", true); !errors.Is(err, exc.ObjectNotExist) {
				t.Errorf("below one that is destroyed: %v", err)
			}
			return true, err
		}))
		if p, err := root.FindPOA(t.Context(), "held", true); err != nil || p.Name() != "held" {
			t.Errorf("one that held requests: %v", err)
		}
		if _, err := root.FindPOA(t.Context(), "destroyed", true); err == nil {
			t.Error("one that is destroyed is found")
		}
	})
}

// TestDestroyedWhileHeld: who waits to ask an adapter's activator hears of it when the adapter is destroyed meanwhile.
func TestDestroyedWhileHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		opt := persistent
		opt.Manager = new(poa.Manager)
		opt.AdapterActivator = makes(persistent, nil, nil)
		top := mustAdapter(t, root.POA, "top", opt)
		answers := make(chan error, 2)
		go func() { _, err := top.FindPOA(t.Context(), "below", true); answers <- err }()
		go func() { _, err := work(t.Context(), objectX(t, o, "top", "below")); answers <- err }()
		synctest.Wait()
		if err := top.Destroy(t.Context(), false, true); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := <-answers; !errors.Is(err, exc.ObjectNotExist) {
				t.Errorf("got %v", err)
			}
		}
	})
}

// TestActivatorWaitsForWhatIsEstablished: an adapter that the program makes is nothing that an activator would have to do with: its requests wait until it is established.
func TestActivatorWaitsForWhatIsEstablished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, err := orb.New(orb.Config{
			Transports: transport.Set{mem.New()}, Listen: []string{"mem:here:1"}, Logger: slog.New(slog.DiscardHandler),
			Adapters: []func(orb.NewAdapter) error{func(a orb.NewAdapter) error {
				if a.Path == "slow" {
					time.Sleep(time.Second)
				}
				return nil
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer shutdown(t, o)
		root := poa.New(o)
		root.SetAdapterActivator(makes(persistent, func(ctx context.Context, _ *poa.POA, _ string) error {
			if _, err := work(ctx, objectX(t, o, "slow")); !errors.Is(err, exc.ObjectNotExist) { // it has no object yet
				t.Errorf("in one that is being established: %v", err)
			}
			return nil
		}, nil))
		var made sync.WaitGroup
		made.Go(func() { mustAdapter(t, root.POA, "slow", persistent) })
		synctest.Wait()
		began := time.Now()
		if got, err := work(t.Context(), objectX(t, o, "p")); got != "p" || err != nil || time.Since(began) != time.Second {
			t.Errorf("got %q, %v after %v", got, err, time.Since(began))
		}
		made.Wait()
	})
}

// TestActivatorsInACircle: activators that ask for each other's adapters do not wait for each other, whether one has the other called or different
// requests have called them. One of them is told that there is none; all who ask get what is then made.
func TestActivatorsInACircle(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"a"}, {"a", "b"}, {"a", "b", "c", "d"}, {"d", "a", "c", "b"}} {
		t.Run(strings.Join(names, " "), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, root := newORB(t, nil)
				defer shutdown(t, o)
				var mu sync.Mutex
				var told []string
				root.SetAdapterActivator(makes(persistent, func(ctx context.Context, parent *poa.POA, name string) error {
					if len(names) > 1 {
						time.Sleep(time.Second) // until all are at work
					}
					all := []string{"a", "b", "c", "d"}
					next := all[(slices.Index(all, name)+1)%4]
					_, err := parent.FindPOA(ctx, next, true)
					mu.Lock()
					defer mu.Unlock()
					if errors.Is(err, poa.ErrAdapterNonExistent) {
						told, err = append(told, name), nil
					}
					return err
				}, nil))
				var calls sync.WaitGroup
				began := time.Now()
				for _, name := range names {
					calls.Go(func() {
						if got, err := work(t.Context(), objectX(t, o, name)); got != name || err != nil {
							t.Errorf("%s: %q, %v", name, got, err)
						}
					})
				}
				calls.Wait()
				if len(told) != 1 {
					t.Errorf("the activators of %q were told that there is none, want one of them", told)
				}
				if d := time.Since(began); d > 4*time.Second {
					t.Errorf("it took %v", d)
				}
				if n := len(root.Children()); n != 4 {
					t.Errorf("%d adapters were made", n)
				}
			})
		})
	}
}

// TestActivatorsWithoutACircle: activators that ask for one adapter all get it, also those who have to wait, and with one after the other.
func TestActivatorsWithoutACircle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		root.SetAdapterActivator(makes(persistent, func(ctx context.Context, parent *poa.POA, name string) error {
			if name == "common" {
				time.Sleep(time.Second)
				return nil
			}
			for range 3 {
				if p, err := parent.FindPOA(ctx, "common", true); err != nil || p.Name() != "common" {
					return errors.Join(err, errors.New("no common adapter"))
				}
			}
			if name == "a" {
				_, err := parent.FindPOA(ctx, "b", true)
				return err
			}
			time.Sleep(time.Second)
			return nil
		}, nil))
		var calls sync.WaitGroup
		for _, name := range []string{"a", "b", "c"} {
			calls.Go(func() {
				if got, err := work(t.Context(), objectX(t, o, name)); got != name || err != nil {
					t.Errorf("%s: %q, %v", name, got, err)
				}
			})
		}
		calls.Wait()
	})
}

// TestActivatorHasTheThread: where the activators of one thread ask for each other's adapters, none waits for one that waits for the thread: it is called
// in the place of that, once.
func TestActivatorHasTheThread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		opt := persistent
		opt.Threads = poa.SingleThreadModel
		var asked []string // one at a time
		opt.AdapterActivator = makes(persistent, func(ctx context.Context, parent *poa.POA, name string) error {
			asked = append(asked, name)
			if name != "a" {
				return nil
			}
			time.Sleep(time.Second) // until b is asked for by another
			p, err := parent.FindPOA(ctx, "b", true)
			if err == nil && p.Name() != "b" {
				err = errors.New("another one")
			}
			return err
		}, nil)
		mustAdapter(t, root.POA, "top", opt)
		var calls sync.WaitGroup
		for i, name := range []string{"a", "b", "b"} {
			calls.Go(func() {
				time.Sleep(time.Duration(i) * time.Second / 4)
				if got, err := work(t.Context(), objectX(t, o, "top", name)); got != "top/"+name || err != nil {
					t.Errorf("%s: %q, %v", name, got, err)
				}
			})
		}
		calls.Wait()
		if got := strings.Join(asked, " "); got != "a b" {
			t.Errorf("asked for %q", got)
		}
	})
}

// TestActivatorGivesUp: an activator that does not wait for another any more, as its time for that is over, is nothing that the other would wait for in vain.
func TestActivatorGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		root.SetAdapterActivator(makes(persistent, func(ctx context.Context, parent *poa.POA, name string) error {
			if name == "slow" {
				time.Sleep(2 * time.Second)
				p, err := parent.FindPOA(ctx, "hasty", true)
				if err == nil && p.Name() != "hasty" {
					err = errors.New("another one")
				}
				return err
			}
			short, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			if _, err := parent.FindPOA(short, "slow", true); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the slow one: %v", err)
			}
			time.Sleep(3 * time.Second)
			return nil
		}, nil))
		var calls sync.WaitGroup
		for i, name := range []string{"slow", "hasty"} {
			calls.Go(func() {
				time.Sleep(time.Duration(i) * time.Second / 10)
				if got, err := work(t.Context(), objectX(t, o, name)); got != name || err != nil {
					t.Errorf("%s: %q, %v", name, got, err)
				}
			})
		}
		calls.Wait()
	})
}
