package poa_test

import (
	"context"
	"errors"
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

// TestImpatientClient: a client that does not wait for the adapter activator takes nothing from those who do.
func TestImpatientClient(t *testing.T) {
	t.Parallel()
	for name, threads := range map[string]poa.Threads{"free": poa.ORBCtrlModel, "in a thread that is busy": poa.SingleThreadModel} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, root := newORB(t, nil)
				defer shutdown(t, o)
				opt := persistent
				opt.Threads = threads
				top := mustAdapter(t, root.POA, "top", opt)
				asked := 0
				top.SetAdapterActivator(poa.AdapterActivatorFunc(func(ctx context.Context, parent *poa.POA, name string) (bool, error) {
					asked++
					p, err := parent.Create(name, persistent)
					if err != nil {
						return false, err
					}
					select {
					case <-time.After(2 * time.Second): // its objects come from far
					case <-ctx.Done():
						return false, ctx.Err()
					}
					_, err = p.ActivateWithID("x", &worker{name: p.Path()})
					return true, err
				}))
				busy := must[*orb.Ref](t)(top.ActivateWithID("busy", &worker{do: slowly}))
				if threads == poa.SingleThreadModel {
					go work(t.Context(), busy)
					synctest.Wait()
				}
				key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: "top\x00p", ID: []byte("x")})
				ref := must[*orb.Ref](t)(o.Reference(workerInterface, key, false))
				began := time.Now()
				var calls sync.WaitGroup
				calls.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					if _, err := work(ctx, ref); err == nil || time.Since(began) != time.Second {
						t.Errorf("who does not wait: %v after %v", err, time.Since(began))
					}
				})
				synctest.Wait()
				for range 3 {
					calls.Go(func() {
						if name, err := work(t.Context(), ref); name != "top/p" || err != nil {
							t.Errorf("who waits: %q, %v", name, err)
						}
					})
				}
				calls.Wait()
				want, took := 2, 3*time.Second
				if threads == poa.SingleThreadModel {
					want, took = 1, 4*time.Second // the first has not had his turn
				}
				if asked != want || time.Since(began) != took {
					t.Errorf("asked %d times, in %v", asked, time.Since(began))
				}
			})
		})
	}
}

// TestAskedOnce: what an adapter activator refuses it refuses all who wait for it, and what is there meanwhile it is not
// asked for.
func TestAskedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		asked := 0
		m := new(poa.Manager)
		top := mustAdapter(t, root.POA, "top", poa.Options{Manager: m, AdapterActivator: poa.AdapterActivatorFunc(func(context.Context, *poa.POA, string) (bool, error) {
			asked++
			time.Sleep(time.Second)
			return false, errors.New("unreadable")
		})})
		var calls sync.WaitGroup
		calls.Go(func() {
			if p, err := top.FindPOA(t.Context(), "made", true); err != nil || p.Name() != "made" {
				t.Errorf("made meanwhile: %v, %v", p, err)
			}
		})
		synctest.Wait() // held with its parent
		mustAdapter(t, top, "made", poa.Options{})
		if err := m.Activate(); err != nil {
			t.Fatal(err)
		}
		calls.Wait()
		began := time.Now()
		for range 3 {
			calls.Go(func() {
				if _, err := top.FindPOA(t.Context(), "refused", true); !is(err, exc.ObjAdapter, exc.OMGVMCID|1) {
					t.Errorf("refused: %v", err)
				}
			})
		}
		calls.Wait()
		if asked != 1 || time.Since(began) != time.Second {
			t.Errorf("asked %d times in %v", asked, time.Since(began))
		}
	})
}

// TestPartialAdapter: an adapter whose activator fails at it does not stay, half of its objects missing.
func TestPartialAdapter(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	fails := true
	etherealized := make(chan string, 2) // what was there is given up, also that of the end
	root.SetAdapterActivator(poa.AdapterActivatorFunc(func(_ context.Context, parent *poa.POA, name string) (bool, error) {
		opt := withActivator(&ender{func(_ context.Context, e poa.Etherealization) { etherealized <- e.ID }})
		opt.Lifespan = poa.Persistent
		p, err := parent.Create(name, opt)
		if err != nil {
			return false, err
		}
		if _, err := p.ActivateWithID("first", &worker{name: "first"}); err != nil || !fails {
			return true, err
		}
		return true, errors.New("the second is unreadable")
	}))
	if _, err := root.FindPOA(t.Context(), "p", true); !is(err, exc.ObjAdapter, exc.OMGVMCID|1) || !strings.Contains(err.Error(), "unreadable") {
		t.Fatal(err)
	}
	if p, err := root.FindPOA(t.Context(), "p", false); !errors.Is(err, poa.ErrAdapterNonExistent) {
		t.Errorf("found %v, %v", p, err)
	}
	if id := <-etherealized; id != "first" {
		t.Errorf("etherealized: %q", id)
	}
	fails = false
	p := must[*poa.POA](t)(root.FindPOA(t.Context(), "p", true))
	if name, err := work(t.Context(), must[*orb.Ref](t)(p.IDToReference("first"))); name != "first" || err != nil {
		t.Errorf("then: %q, %v", name, err)
	}
}

// TestFoundByTheProgram: an adapter activator that FindPOA calls is waited for as in a request.
func TestFoundByTheProgram(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	var got []error
	root.SetAdapterActivator(poa.AdapterActivatorFunc(func(ctx context.Context, parent *poa.POA, name string) (bool, error) {
		m := parent.Manager()
		got = []error{m.HoldRequests(ctx, true), m.DiscardRequests(ctx, true), m.Deactivate(ctx, false, true), parent.Destroy(ctx, false, true), o.Shutdown(ctx)}
		return false, nil
	}))
	if _, err := root.FindPOA(t.Context(), "p", true); !errors.Is(err, poa.ErrAdapterNonExistent) {
		t.Error(err)
	}
	if len(got) != 5 {
		t.Errorf("asked, got %v", got)
	}
	for i, err := range got {
		if !is(err, exc.BadInvOrder, exc.OMGVMCID|3) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// TestActivationsSideBySide: an adapter that is being activated is not asked for again, whatever other names are asked for meanwhile.
func TestActivationsSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		var mu sync.Mutex
		asked := map[string]int{}
		root.SetAdapterActivator(poa.AdapterActivatorFunc(func(_ context.Context, parent *poa.POA, name string) (bool, error) {
			mu.Lock()
			asked[name]++
			mu.Unlock()
			time.Sleep(time.Second)
			_, err := parent.Create(name, poa.Options{})
			return err == nil, err
		}))
		began := time.Now()
		var all sync.WaitGroup
		for _, name := range []string{"a", "b", "a", "b", "a"} {
			all.Go(func() {
				if p, err := root.FindPOA(t.Context(), name, true); err != nil || p.Name() != name {
					t.Errorf("%s: %v, %v", name, p, err)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if took := time.Since(began); took != time.Second || asked["a"] != 1 || asked["b"] != 1 {
			t.Errorf("took %v, asked %v", took, asked)
		}
	})
}

// TestActivationWaitsInVain: who asks for an adapter while its parent's thread is busy, and goes, is not told that there is none.
func TestActivationWaitsInVain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		p := mustAdapter(t, root.POA, "p", poa.Options{Threads: poa.SingleThreadModel, AdapterActivator: poa.AdapterActivatorFunc(func(context.Context, *poa.POA, string) (bool, error) {
			t.Error("the activator is asked while the thread is busy")
			return false, nil
		})})
		ref := must[*orb.Ref](t)(p.Activate(&worker{do: func(context.Context) error { time.Sleep(3 * time.Second); return nil }}))
		var busy sync.WaitGroup
		busy.Go(func() {
			if _, err := work(t.Context(), ref); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := p.FindPOA(ctx, "child", true)
		if took := time.Since(began); took != time.Second || err == nil || errors.Is(err, poa.ErrAdapterNonExistent) {
			t.Errorf("after %v: %v", took, err)
		}
		busy.Wait()
	})
}
