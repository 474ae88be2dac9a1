package poa_test

import (
	"context"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
)

// A floor is where the servants of one thread work: no two at once, and with MAIN_THREAD_MODEL in the main thread.
type floor struct {
	t       *testing.T
	threads poa.Threads
	working atomic.Int32
	worked  atomic.Int32
}

// work takes d.
func (f *floor) work(d time.Duration) {
	f.worked.Add(1)
	if f.working.Add(1) > 1 {
		f.t.Errorf("%v: two upcalls at once:\n%s", f.threads, debug.Stack())
	}
	if main := strings.Contains(string(debug.Stack()), "poa.(*Root).Main"); main != (f.threads == poa.MainThreadModel) {
		f.t.Errorf("%v: in the main thread: %v", f.threads, main)
	}
	time.Sleep(d)
	f.working.Add(-1)
}

// ways is what calls another object of the adapter of a servant, or one that calls it, beside the servant's method.
var ways = map[string]struct {
	does func(ctx context.Context, f *floor, o *orb.ORB, other *orb.Ref) error
	took time.Duration // until the client has its result
	all  time.Duration // until the other object has been called
}{
	"a handler": {func(ctx context.Context, f *floor, o *orb.ORB, other *orb.Ref) error {
		defer f.work(time.Second)
		return o.Callback(ctx, "work", func(context.Context) error { return nil }, func(ctx context.Context, _ error) error {
			_, err := work(ctx, other)
			return err
		})
	}, time.Second, 2 * time.Second},
	"a callback's call": {func(ctx context.Context, f *floor, o *orb.ORB, other *orb.Ref) error {
		defer f.work(time.Second)
		return o.Callback(context.WithoutCancel(ctx), "work", func(ctx context.Context) error {
			_, err := work(ctx, other)
			return err
		}, func(_ context.Context, err error) error { return err })
	}, time.Second, 2 * time.Second},
	"a future that is waited for": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		call := orb.Go(ctx, func(ctx context.Context) (string, error) { return work(ctx, other) })
		f.work(time.Second)
		if call.Poll() {
			f.t.Error("it has run beside the upcall")
		}
		defer f.work(time.Second)
		_, err := call.Wait(ctx)
		return err
	}, 3 * time.Second, 2 * time.Second},
	"a future of another's": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		_, err := orb.Go(ctx, func(ctx context.Context) (string, error) {
			return orb.Go(ctx, func(ctx context.Context) (string, error) { return work(ctx, other) }).Wait(ctx)
		}).Wait(ctx)
		f.work(time.Second)
		return err
	}, 2 * time.Second, time.Second},
	"one of two futures": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		idle := orb.Go(ctx, func(ctx context.Context) (string, error) { <-ctx.Done(); return "", nil })
		place, _, err := orb.Next(ctx, idle, orb.Go(ctx, func(ctx context.Context) (string, error) { return work(ctx, other) }))
		if place != 1 {
			f.t.Errorf("the first to end was %d", place)
		}
		f.work(time.Second)
		return err
	}, 2 * time.Second, time.Second},
	"two futures": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		call := func(ctx context.Context) (string, error) { return work(ctx, other) }
		a, b := orb.Go(ctx, call), orb.Go(ctx, call)
		if _, _, err := orb.Next(ctx, a, b); err != nil {
			return err
		}
		f.work(time.Second)
		_, errA := a.Wait(ctx)
		_, errB := b.Wait(ctx)
		if errA != nil {
			return errA
		}
		return errB
	}, 3 * time.Second, 3 * time.Second},
	"dii Invoke": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		defer f.work(time.Second)
		return dii.NewRequest(other, "work").Invoke(ctx)
	}, 2 * time.Second, time.Second},
	"dii SendOneway": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		defer f.work(time.Second)
		return dii.NewRequest(other, "work").SendOneway(orb.WithPolicies(ctx, orb.Policies{Sync: orb.SyncWithTarget}))
	}, 2 * time.Second, time.Second},
	"dii Send and GetResponse": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		r := dii.NewRequest(other, "work")
		if err := r.Send(ctx); err != nil {
			return err
		}
		f.work(time.Second)
		defer f.work(time.Second)
		return r.GetResponse(ctx)
	}, 3 * time.Second, 2 * time.Second},
	"a future that is not waited for": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		orb.Go(context.WithoutCancel(ctx), func(ctx context.Context) (string, error) { return work(ctx, other) })
		f.work(time.Second)
		return nil
	}, time.Second, 2 * time.Second},
	"a future that the upcall's friend waits for": {func(ctx context.Context, f *floor, _ *orb.ORB, other *orb.Ref) error {
		call := orb.Go(context.WithoutCancel(ctx), func(ctx context.Context) (string, error) { return work(ctx, other) })
		go func() { _, _ = call.Wait(context.Background()) }()
		f.work(time.Second)
		return nil
	}, time.Second, 2 * time.Second},
}

// TestBesideTheUpcall: what a servant begins in another goroutine runs not within its upcall: an object of its own thread gets the call when the upcall waits for it, or is over, and in the thread.
func TestBesideTheUpcall(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		for _, threads := range []poa.Threads{poa.SingleThreadModel, poa.MainThreadModel} {
			for _, far := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					o, root := newORB(t, nil)
					defer shutdown(t, o)
					go root.Main(t.Context())
					p := mustAdapter(t, root.POA, "p", poa.Options{Threads: threads})
					f := &floor{t: t, threads: threads}
					began := time.Now()
					var took time.Duration
					calls := 1
					if name == "two futures" {
						calls = 2
					}
					over := make(chan struct{}, 3)
					other := must[*orb.Ref](t)(p.Activate(&worker{do: func(context.Context) error {
						f.work(time.Second)
						over <- struct{}{}
						return nil
					}}))
					if far { // by way of an object that is not of the thread
						of := other
						other = must[*orb.Ref](t)(root.Activate(&worker{do: func(ctx context.Context) error { _, err := work(ctx, of); return err }}))
					}
					ref := must[*orb.Ref](t)(p.Activate(&worker{do: func(ctx context.Context) error { return way.does(ctx, f, o, other) }}))
					if _, err := work(t.Context(), ref); err != nil {
						t.Errorf("%s, %v, far=%v: %v", name, threads, far, err)
					}
					took = time.Since(began)
					for range calls {
						<-over
					}
					all := time.Since(began)
					if way.all < way.took || name == "two futures" {
						all = way.all // it was over before
					}
					if took != way.took || all != way.all {
						t.Errorf("%s, %v, far=%v: the client had its result after %v, want %v; the other object was done after %v, want %v", name, threads, far, took, way.took, all, way.all)
					}
				})
			}
		}
	}
}

// TestBesideTheUpcallPanics: what runs in an upcall that waits for it may panic: that is its own end, and not the upcall's.
func TestBesideTheUpcallPanics(t *testing.T) {
	t.Parallel()
	for _, threads := range []poa.Threads{poa.SingleThreadModel, poa.MainThreadModel} {
		synctest.Test(t, func(t *testing.T) {
			o, root := newORB(t, nil)
			defer shutdown(t, o)
			go root.Main(t.Context())
			p := mustAdapter(t, root.POA, "p", poa.Options{Threads: threads})
			other := must[*orb.Ref](t)(p.Activate(&worker{do: func(context.Context) error { panic("in the thread") }}))
			ref := must[*orb.Ref](t)(p.Activate(&worker{name: "alive", do: func(ctx context.Context) error {
				if _, err := orb.Go(ctx, func(ctx context.Context) (string, error) { return work(ctx, other) }).Wait(ctx); !is(err, exc.Unknown, exc.MinorPanic) {
					t.Errorf("%v: the future ended with %v", threads, err)
				}
				return nil
			}}))
			if got, err := work(t.Context(), ref); got != "alive" || err != nil {
				t.Errorf("%v: %q, %v", threads, got, err)
			}
		})
	}
}

// TestFutureOfAnotherUpcall: an upcall that waits for a call which another has begun does not run it in that one's place.
func TestFutureOfAnotherUpcall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		p := mustAdapter(t, root.POA, "p", poa.Options{Threads: poa.SingleThreadModel})
		f := &floor{t: t, threads: poa.SingleThreadModel}
		begun := make(chan *orb.Future[string], 1)
		other := must[*orb.Ref](t)(p.Activate(&worker{do: func(context.Context) error { f.work(time.Second); return nil }}))
		first := must[*orb.Ref](t)(p.Activate(&worker{do: func(ctx context.Context) error {
			begun <- orb.Go(context.WithoutCancel(ctx), func(ctx context.Context) (string, error) { return work(ctx, other) })
			f.work(time.Second)
			return nil
		}}))
		waits := must[*orb.Ref](t)(root.Activate(&worker{do: func(ctx context.Context) error {
			_, err := (<-begun).Wait(ctx)
			return err
		}}))
		began := time.Now()
		go work(t.Context(), first)
		if _, err := work(t.Context(), waits); err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// TestHandlerIsToldOfWhatIsMade: a handler in the adapter that an activator makes is told when that is made.
func TestHandlerIsToldOfWhatIsMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		told := make(chan error, 1)
		root.SetAdapterActivator(poa.AdapterActivatorFunc(func(ctx context.Context, parent *poa.POA, name string) (bool, error) {
			p := mustAdapter(t, parent, name, poa.Options{})
			ref := must[*orb.Ref](t)(p.Activate(&worker{}))
			defer time.Sleep(time.Second) // it makes the rest
			return true, o.Callback(ctx, "work", func(context.Context) error { return nil }, func(ctx context.Context, _ error) error {
				_, err := work(ctx, ref)
				told <- err
				return err
			})
		}))
		if _, err := root.FindPOA(t.Context(), "a", true); err != nil {
			t.Fatal(err)
		}
		if err := <-told; err != nil {
			t.Errorf("the handler could not be told: %v", err)
		}
	})
}

// An incarnator is a servant activator whose Incarnate is a function.
type incarnator func(ctx context.Context, id string) (orb.Servant, error)

func (f incarnator) Incarnate(ctx context.Context, id string, _ *poa.POA) (orb.Servant, error) {
	return f(ctx, id)
}
func (incarnator) Etherealize(context.Context, poa.Etherealization) {}

// TestManagerBesideAnUpcall: a servant manager that works in the goroutine of an upcall which waits for it, and a servant that one calls, get what they wait for themselves.
func TestManagerBesideAnUpcall(t *testing.T) {
	t.Parallel()
	for _, threads := range []poa.Threads{poa.SingleThreadModel, poa.MainThreadModel} {
		for name, chain := range map[string][]string{ // who calls whom: those called lazy are made then, and do the same before they are
			"a manager within an upcall": {"servant", "lazy", "last"},
			"an upcall within a manager": {"lazy", "servant", "last"},
			"managers within each other": {"lazy", "lazier", "last"},
			"each within the other":      {"servant", "lazy", "server", "lazier", "last"},
		} {
			for _, beside := range []bool{true, false} { // the inner ones are called beside the outer; else within, but for the last
				synctest.Test(t, func(t *testing.T) {
					o, root := newORB(t, nil)
					defer shutdown(t, o)
					go root.Main(t.Context())
					f := &floor{t: t, threads: threads}
					opt := activating
					opt.Threads = threads
					p := mustAdapter(t, root.POA, "p", opt)
					refs := map[string]*orb.Ref{}
					for _, id := range chain {
						refs[id] = must[*orb.Ref](t)(p.Reference(id, workerInterface))
					}
					next := func(ctx context.Context, id string) error {
						i := slices.Index(chain, id) + 1
						if i == len(chain) {
							f.work(time.Second)
							return nil
						}
						call := func(ctx context.Context) (string, error) { return work(ctx, refs[chain[i]]) }
						if !beside && i+1 < len(chain) {
							_, err := call(ctx)
							return err
						}
						_, err := orb.Go(ctx, call).Wait(ctx)
						return err
					}
					if err := p.SetServantActivator(incarnator(func(ctx context.Context, id string) (orb.Servant, error) { return &worker{}, next(ctx, id) })); err != nil {
						t.Fatal(err)
					}
					for _, id := range chain {
						if !strings.HasPrefix(id, "laz") {
							must[*orb.Ref](t)(p.ActivateWithID(id, &worker{do: func(ctx context.Context) error { return next(ctx, id) }}))
						}
					}
					began := time.Now()
					if _, err := work(t.Context(), refs[chain[0]]); err != nil || time.Since(began) != time.Second || f.worked.Load() != 1 {
						t.Errorf("%v, %s, beside=%v: after %v, %d times: %v", threads, name, beside, time.Since(began), f.worked.Load(), err)
					}
				})
			}
		}
	}
}

// TestOfferIsWithdrawn: a call whose time is over while the upcall that waits for it runs another has ended then, and is not made.
func TestOfferIsWithdrawn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		p := mustAdapter(t, root.POA, "p", poa.Options{Threads: poa.SingleThreadModel})
		f := &floor{t: t, threads: poa.SingleThreadModel}
		long := must[*orb.Ref](t)(p.Activate(&worker{do: func(context.Context) error { f.work(10 * time.Second); return nil }}))
		ref := must[*orb.Ref](t)(p.Activate(&worker{do: func(ctx context.Context) error {
			began, ended := time.Now(), make(chan time.Duration, 2)
			call := func(ctx context.Context) (string, error) {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				_, err := work(ctx, long)
				ended <- time.Since(began)
				return "", err
			}
			if _, _, err := orb.Next(ctx, orb.Go(ctx, call), orb.Go(ctx, call)); err == nil {
				t.Error("a call whose time is over has a result")
			}
			if first, second := <-ended, <-ended; first != time.Second {
				t.Errorf("the calls ended after %v and %v, want one of them after 1s", first, second)
			}
			return nil
		}}))
		if _, err := work(t.Context(), ref); err != nil || f.worked.Load() != 1 {
			t.Errorf("%d calls were made: %v", f.worked.Load(), err)
		}
	})
}

// TestHandlerAsksAnActivator: a reply handler asks for an adapter whose activator works in a thread, and waits there for what it calls beside itself.
func TestHandlerAsksAnActivator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		p := mustAdapter(t, root.POA, "p", poa.Options{Threads: poa.SingleThreadModel})
		f := &floor{t: t, threads: poa.SingleThreadModel}
		ref := must[*orb.Ref](t)(p.Activate(&worker{do: func(context.Context) error { f.work(time.Second); return nil }}))
		p.SetAdapterActivator(poa.AdapterActivatorFunc(func(ctx context.Context, p *poa.POA, name string) (bool, error) {
			call := orb.Go(ctx, func(ctx context.Context) (string, error) { return work(ctx, ref) })
			f.work(time.Second)
			_, err := call.Wait(ctx)
			mustAdapter(t, p, name, poa.Options{})
			return true, err
		}))
		told := make(chan error, 1)
		if err := o.Callback(t.Context(), "work", func(context.Context) error { return nil }, func(ctx context.Context, _ error) error {
			_, err := p.FindPOA(ctx, "a", true)
			told <- err
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := <-told; err != nil || f.worked.Load() != 2 {
			t.Errorf("%d worked: %v", f.worked.Load(), err)
		}
	})
}
