package poa_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// slowly is what a servant does that takes two seconds.
func slowly(context.Context) error { time.Sleep(2 * time.Second); return nil }

// TestDeactivatedIsActiveStill: an object that was deactivated keeps its id and its servant until its requests have
// ended, and the id until it is etherealized.
func TestDeactivatedIsActiveStill(t *testing.T) {
	t.Parallel()
	for name, etherealized := range map[string]time.Duration{"map only": 0, "activator": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, root := newORB(t, nil)
				defer shutdown(t, o)
				k := &keeper{fail: t.Errorf, pause: func() { time.Sleep(etherealized) }}
				opt := poa.Options{IDAssignment: poa.UserID}
				if etherealized != 0 {
					opt = withActivator(k)
				}
				p := mustAdapter(t, root.POA, "p", opt)
				old := &worker{name: "old", do: slowly}
				ref := must[*orb.Ref](t)(p.ActivateWithID("x", old))
				k.change("x", func(l *life) { l.active = true })
				k.change("y", func(l *life) { l.active = true })
				began := time.Now()
				go work(t.Context(), ref)
				synctest.Wait()
				if err := p.Deactivate("x"); err != nil || time.Since(began) != 0 {
					t.Fatalf("%v after %v", err, time.Since(began))
				}
				if _, err := p.ActivateWithID("x", &worker{}); !errors.Is(err, poa.ErrObjectAlreadyActive) || !strings.Contains(err.Error(), "Reactivate") {
					t.Errorf("the id, while a request runs: %v", err)
				}
				if _, err := p.ActivateWithID("y", old); !errors.Is(err, poa.ErrServantAlreadyActive) || !strings.Contains(err.Error(), "deactivated") {
					t.Errorf("the servant, while a request runs: %v", err)
				}
				if id, err := p.ServantToID(t.Context(), old); !errors.Is(err, poa.ErrServantNotActive) {
					t.Errorf("servant_to_id: %q, %v", id, err)
				}
				if etherealized == 0 {
					if _, err := work(t.Context(), ref); !errors.Is(err, exc.ObjectNotExist) {
						t.Errorf("a new request: %v", err)
					}
				}
				soon, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := p.Reactivate(soon, "x", &worker{}); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
					t.Errorf("reactivated: %v after %v", err, time.Since(began))
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if _, err := p.ActivateWithID("x", &worker{}); etherealized != 0 && !errors.Is(err, poa.ErrObjectAlreadyActive) || etherealized == 0 && err != nil {
					t.Errorf("the id, when its requests have ended: %v", err)
				}
				if etherealized == 0 {
					return
				}
				if _, err := p.ActivateWithID("y", old); err != nil {
					t.Errorf("the servant, while it is etherealized: %v", err)
				}
				ref = must[*orb.Ref](t)(p.Reactivate(t.Context(), "x", k.worker("x")))
				k.change("x", func(l *life) { l.active = true })
				if time.Since(began) != 3*time.Second {
					t.Errorf("reactivated after %v", time.Since(began))
				}
				if name, err := work(t.Context(), ref); name != "x" || err != nil {
					t.Errorf("then: %q, %v", name, err)
				}
				if _, err := p.Reactivate(t.Context(), "x", &worker{}); !errors.Is(err, poa.ErrObjectAlreadyActive) {
					t.Errorf("reactivated, and not deactivated: %v", err)
				}
			})
		})
	}
}

// TestReactivateInItself: what would wait for itself is told so.
func TestReactivateInItself(t *testing.T) {
	t.Parallel()
	for _, threads := range []poa.Threads{poa.ORBCtrlModel, poa.SingleThreadModel} {
		synctest.Test(t, func(t *testing.T) {
			o, root := newORB(t, nil)
			defer shutdown(t, o)
			ended := make(chan error, 1)
			opt := withActivator(&ender{func(ctx context.Context, e poa.Etherealization) {
				if e.ID == "x" && !e.CleanupInProgress {
					_, err := e.Adapter.Reactivate(ctx, "x", e.Servant)
					ended <- err
				}
			}})
			opt.Threads = threads
			p := mustAdapter(t, root.POA, "p", opt)
			var inner *orb.Ref
			caller := must[*orb.Ref](t)(mustAdapter(t, root.POA, "caller", poa.Options{}).Activate(&worker{do: func(ctx context.Context) error {
				_, err := work(ctx, inner)
				return err
			}}))
			inner = must[*orb.Ref](t)(p.ActivateWithID("y", &worker{do: func(ctx context.Context) error { // an upcall within that of x
				_, err := p.Reactivate(ctx, "x", &worker{})
				return err
			}}))
			ref := must[*orb.Ref](t)(p.ActivateWithID("x", &worker{do: func(ctx context.Context) error {
				if err := p.Deactivate("x"); err != nil {
					return err
				}
				_, err := work(ctx, caller)
				return err
			}}))
			if _, err := work(t.Context(), ref); !is(err, exc.BadInvOrder, exc.OMGVMCID|3) {
				t.Errorf("in its own request: %v", err)
			}
			if err := <-ended; !is(err, exc.BadInvOrder, exc.OMGVMCID|3) {
				t.Errorf("in its own etherealization: %v", err)
			}
		})
	}
}

// TestReactivateInTheThread: the etherealization that is waited for needs the thread of its adapter, and so waits for
// whoever is in it, another object's request too.
func TestReactivateInTheThread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		opt := withActivator(&ender{func(context.Context, poa.Etherealization) {}})
		opt.Threads = poa.SingleThreadModel
		p := mustAdapter(t, root.POA, "p", opt)
		must[*orb.Ref](t)(p.ActivateWithID("x", &worker{}))
		ref := must[*orb.Ref](t)(p.ActivateWithID("y", &worker{do: func(ctx context.Context) error {
			if err := p.Deactivate("x"); err != nil {
				return err
			}
			_, err := p.Reactivate(ctx, "x", &worker{})
			return err
		}}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := work(ctx, ref); !is(err, exc.BadInvOrder, exc.OMGVMCID|3) {
			t.Errorf("in the thread: got %v, want BAD_INV_ORDER", err)
		}
	})
}

// TestDeactivatedServantHasNoID: while a request of its object runs, which was deactivated, a servant is no object, and with UNIQUE_ID
// becomes none: servant_to_id and servant_to_reference say that it is not active.
func TestDeactivatedServantHasNoID(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	p := mustAdapter(t, root.POA, "p", poa.Options{ImplicitActivation: poa.WithImplicitActivation})
	w := &worker{name: "w"}
	w.do = func(ctx context.Context) error {
		id := must[string](t)(p.ServantToID(ctx, w))
		if err := p.Deactivate(id); err != nil {
			return err
		}
		if id, err := p.ServantToID(ctx, w); !errors.Is(err, poa.ErrServantNotActive) {
			t.Errorf("servant_to_id: %q, %v; want ErrServantNotActive", id, err)
		}
		if ref, err := p.ServantToReference(context.Background(), w); !errors.Is(err, poa.ErrServantNotActive) { // outside of the upcall
			t.Errorf("servant_to_reference: %v, %v; want ErrServantNotActive", ref, err)
		}
		return nil
	}
	if _, err := work(t.Context(), must[*orb.Ref](t)(p.Activate(w))); err != nil {
		t.Fatal(err)
	}
}

// An ender is a servant activator of objects that are activated otherwise.
type ender struct {
	etherealize func(ctx context.Context, e poa.Etherealization)
}

func (*ender) Incarnate(context.Context, string, *poa.POA) (orb.Servant, error) { return nil, nil }
func (x *ender) Etherealize(ctx context.Context, e poa.Etherealization)         { x.etherealize(ctx, e) }

// TestEtherealizeDoesNotWait: what would wait for the etherealization that it is called from is BAD_INV_ORDER, as in an
// upcall, and nothing hangs.
func TestEtherealizeDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		m := new(poa.Manager)
		got := map[string]error{}
		opt := withActivator(&ender{func(ctx context.Context, e poa.Etherealization) {
			p := e.Adapter
			got["destroy"] = p.Destroy(ctx, true, true)
			got["destroy the root"] = root.Destroy(ctx, true, true)
			got["hold"] = m.HoldRequests(ctx, true)
			got["discard"] = m.DiscardRequests(ctx, true)
			got["deactivate"] = m.Deactivate(ctx, true, true)
			got["shutdown"] = o.Shutdown(ctx)
		}})
		opt.Manager = m
		p := mustAdapter(t, root.POA, "p", opt)
		must[*orb.Ref](t)(p.ActivateWithID("x", &worker{}))
		check := func(when string) {
			t.Helper()
			synctest.Wait()
			if len(got) != 6 {
				t.Fatalf("%s: %v", when, got)
			}
			for name, err := range got {
				if !is(err, exc.BadInvOrder, exc.OMGVMCID|3) {
					t.Errorf("%s: %s: %v", when, name, err)
				}
			}
			clear(got)
		}
		if err := p.Deactivate("x"); err != nil {
			t.Fatal(err)
		}
		check("deactivated")
		must[*orb.Ref](t)(p.Reactivate(t.Context(), "x", &worker{}))
		if err := m.Activate(); err != nil {
			t.Fatal(err)
		}
		shutdown(t, o)
		check("the ORB ends")
	})
}

// TestPassedAgain: an implementation that is several objects is, when the first of them ends, the next, and what is left
// of an adapter that was destroyed is none.
func TestPassedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		w := &worker{name: "w", do: slowly}
		var refs []*orb.Ref
		var all []*poa.POA
		for _, name := range []string{"a", "b", "c", "d"} {
			p := mustAdapter(t, root.POA, name, poa.Options{})
			all, refs = append(all, p), append(refs, must[*orb.Ref](t)(p.Activate(w)))
		}
		is := func(when string, in *poa.POA, want *orb.Ref) {
			t.Helper()
			if got, err := in.ActivateOnce(w); err != nil || !orb.Same(got, want) {
				t.Errorf("%s: %v, %v", when, got, err)
			}
		}
		is("first", all[2], refs[0])
		if err := all[1].DeactivateObject(refs[1]); err != nil { // not the first
			t.Fatal(err)
		}
		is("another has ended", all[2], refs[0])
		if err := all[0].DeactivateObject(refs[0]); err != nil {
			t.Fatal(err)
		}
		is("the first has ended", all[3], refs[2])
		go work(t.Context(), refs[2])
		synctest.Wait()
		if err := all[2].Destroy(t.Context(), true, false); err != nil {
			t.Fatal(err)
		}
		is("its adapter ends, with a request in flight", root.POA, refs[3])
		if err := all[3].Destroy(t.Context(), true, true); err != nil {
			t.Fatal(err)
		}
		fresh := must[*orb.Ref](t)(root.ActivateOnce(w))
		if id, err := root.ReferenceToID(fresh); err != nil {
			t.Errorf("none is left: %q, %v", id, err)
		}
		is("active anew", all[1], fresh)
	})
}

// TestDeactivatedWhileIncarnated deactivates an object that its activator is being asked for: it serves the request that it is made for and no other, is etherealized, and incarnated again.
func TestDeactivatedWhileIncarnated(t *testing.T) {
	t.Parallel()
	for _, threads := range []poa.Threads{poa.ORBCtrlModel, poa.SingleThreadModel} {
		synctest.Test(t, func(t *testing.T) {
			o, root := newORB(t, nil)
			k := &keeper{fail: t.Errorf, pause: func() { time.Sleep(time.Second) }}
			opt := withActivator(k)
			opt.Threads = threads
			p := mustAdapter(t, root.POA, "p", opt)
			ref := must[*orb.Ref](t)(p.Reference("x", workerInterface))
			var calls sync.WaitGroup
			for range 2 { // the second waits for the first's incarnation
				calls.Go(func() {
					if name, err := work(t.Context(), ref); name != "x" || err != nil {
						t.Errorf("got %q, %v", name, err)
					}
				})
			}
			time.Sleep(time.Second / 2)
			if err := p.Deactivate("x"); err != nil {
				t.Errorf("while it is incarnated: %v", err)
			}
			if err := p.Deactivate("x"); !errors.Is(err, poa.ErrObjectNotActive) {
				t.Errorf("again: %v", err)
			}
			calls.Wait()
			shutdown(t, o)
			want := []string{"incarnate x", "etherealize x false false", "incarnate x", "etherealize x true false"}
			if got := k.logged(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestReactivatedWhileIncarnated: a new activation waits behind a deactivation for an object that its activator is still being asked for too, for as long as its ctx lasts.
func TestReactivatedWhileIncarnated(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o, root := newORB(t, nil)
			k := &keeper{fail: t.Errorf, pause: func() { time.Sleep(time.Second) }}
			if fails {
				k.incarnate = func(context.Context, string) (orb.Servant, error) { return nil, errors.New("told to") }
			}
			p := mustAdapter(t, root.POA, "p", withActivator(k))
			ref := must[*orb.Ref](t)(p.Reference("x", workerInterface))
			var call sync.WaitGroup
			call.Go(func() {
				if name, err := work(t.Context(), ref); fails == (err == nil) || err == nil && name != "x" {
					t.Errorf("got %q, %v", name, err)
				}
			})
			time.Sleep(time.Second / 2)
			if _, err := p.Reactivate(t.Context(), "x", &worker{}); !errors.Is(err, poa.ErrObjectAlreadyActive) {
				t.Errorf("before it is deactivated: %v", err)
			}
			if err := p.Deactivate("x"); err != nil {
				t.Error(err)
			}
			if _, err := p.ActivateWithID("x", &worker{}); !errors.Is(err, poa.ErrObjectAlreadyActive) || !strings.Contains(err.Error(), "Reactivate") {
				t.Errorf("without waiting: %v", err)
			}
			short, cancel := context.WithTimeout(t.Context(), time.Second/4)
			defer cancel()
			if _, err := p.Reactivate(short, "x", &worker{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("for a short while: %v", err)
			}
			if _, err := p.Reactivate(t.Context(), "x", &worker{name: "anew"}); err != nil {
				t.Error(err)
			}
			call.Wait()
			if name, err := work(t.Context(), ref); name != "anew" || err != nil {
				t.Errorf("afterwards: %q, %v", name, err)
			}
			k.change("x", func(l *life) { l.active = true })
			shutdown(t, o)
			want := []string{"incarnate x", "etherealize x false false", "etherealize x true false"}
			if fails {
				want = slices.Delete(want, 1, 2)
			}
			if got := k.logged(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestReactivateInItsIncarnation: an incarnation that would wait for itself is told so, though another is between.
func TestReactivateInItsIncarnation(t *testing.T) {
	t.Parallel()
	for _, threads := range []poa.Threads{poa.ORBCtrlModel, poa.SingleThreadModel} {
		synctest.Test(t, func(t *testing.T) {
			o, root := newORB(t, nil)
			defer shutdown(t, o)
			k := &keeper{fail: t.Errorf}
			opt := withActivator(k)
			opt.Threads = threads
			p := mustAdapter(t, root.POA, "p", opt)
			x, y := must[*orb.Ref](t)(p.Reference("x", workerInterface)), must[*orb.Ref](t)(p.Reference("y", workerInterface))
			again := errors.New("it was not asked for")
			k.incarnate = func(ctx context.Context, id string) (orb.Servant, error) {
				if id == "x" {
					if err := p.Deactivate("x"); err != nil {
						return nil, err
					}
					if _, err := work(ctx, y); err != nil {
						return nil, err
					}
				} else {
					_, again = p.Reactivate(ctx, "x", &worker{})
				}
				return k.worker(id), nil
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if _, err := work(ctx, x); err != nil {
				t.Errorf("got %v", err)
			}
			if !is(again, exc.BadInvOrder, exc.OMGVMCID|3) {
				t.Errorf("in its own incarnation: got %v, want BAD_INV_ORDER", again)
			}
		})
	}
}

// asking is a ctx that calls a function whenever it is asked for something.
type asking struct {
	context.Context
	f func()
}

func (c *asking) Value(key any) any {
	c.f()
	return c.Context.Value(key)
}

// TestDeactivatedOnce: of two who deactivate an object that has just been incarnated, while its request is on its way, the second is refused.
func TestDeactivatedOnce(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	k, asked := &keeper{fail: t.Errorf}, true
	k.incarnate = func(_ context.Context, id string) (orb.Servant, error) { asked = false; return k.worker(id), nil }
	opt := withActivator(k)
	opt.Threads = poa.SingleThreadModel // the adapter asks what is in its thread
	p := mustAdapter(t, root.POA, "p", opt)
	ref := must[*orb.Ref](t)(p.Reference("x", workerInterface))
	ctx := &asking{t.Context(), func() {
		if asked {
			return
		}
		asked = true
		if first, second := p.Deactivate("x"), p.Deactivate("x"); first != nil || !errors.Is(second, poa.ErrObjectNotActive) {
			t.Errorf("got %v, and again %v", first, second)
		}
	}}
	if name, err := work(ctx, ref); name != "x" || err != nil || !asked {
		t.Errorf("got %q, %v, asked=%v", name, err, asked)
	}
}
