package poa_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// TestThreads: which upcalls run side by side.
func TestThreads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		threads poa.Threads
		want    time.Duration // of two calls in each of two adapters, a second each
	}{{poa.ORBCtrlModel, time.Second}, {poa.SingleThreadModel, 2 * time.Second}, {poa.MainThreadModel, 4 * time.Second}} {
		t.Run(c.threads.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, root := newORB(t, nil)
				main := make(chan error, 1)
				go func() { main <- root.Main(context.Background()) }()
				var calls sync.WaitGroup
				began := time.Now()
				for _, name := range []string{"a", "b"} {
					p := mustAdapter(t, root.POA, name, poa.Options{Threads: c.threads})
					var self *orb.Ref
					nested := false
					w := &worker{name: name}
					w.do = func(ctx context.Context) error {
						if !nested && name == "a" { // a call that is part of this one does not wait for it
							nested = true
							defer func() { nested = false }()
							_, err := work(ctx, self)
							return err
						}
						time.Sleep(time.Second)
						return nil
					}
					if c.threads == poa.ORBCtrlModel {
						w.do = func(context.Context) error { time.Sleep(time.Second); return nil }
					}
					self = must[*orb.Ref](t)(p.Activate(w))
					for range 2 {
						calls.Go(func() {
							if got, err := work(t.Context(), self); got != name || err != nil {
								t.Errorf("%q, %v", got, err)
							}
						})
					}
				}
				calls.Wait()
				if took := time.Since(began); took != c.want {
					t.Errorf("took %v, want %v", took, c.want)
				}
				late := mustAdapter(t, root.POA, "late", poa.Options{Threads: c.threads})
				ref := must[*orb.Ref](t)(late.Activate(&worker{do: func(context.Context) error { panic("in the thread") }}))
				if _, err := work(t.Context(), ref); !is(err, exc.Unknown, exc.MinorPanic) {
					t.Errorf("a panic: %v", err)
				}
				if c.threads != poa.ORBCtrlModel {
					busy := must[*orb.Ref](t)(late.Activate(&worker{do: func(context.Context) error { time.Sleep(time.Minute); return nil }}))
					go work(t.Context(), busy)
					synctest.Wait()
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					if _, err := work(ctx, busy); !errors.Is(err, exc.Timeout) {
						t.Errorf("a turn that does not come in time: %v", err)
					}
					time.Sleep(2 * time.Minute)
				}
				shutdown(t, o)
				if err := <-main; err != nil {
					t.Errorf("Main: %v", err)
				}
			})
		})
	}
}

// TestThreadIsLeftAndEnteredAgain: a call of a thread's upcall that leads back by way of another adapter is part of
// it, and so is one of a servant manager's method.
func TestThreadIsLeftAndEnteredAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var ref, between *orb.Ref
		k := &keeper{fail: t.Errorf}
		opt := withActivator(k)
		opt.Threads = poa.SingleThreadModel
		opt.AdapterActivator = poa.AdapterActivatorFunc(func(ctx context.Context, _ *poa.POA, _ string) (bool, error) {
			_, err := work(ctx, between)
			return false, err
		})
		p := mustAdapter(t, root.POA, "p", opt)
		ref = must[*orb.Ref](t)(p.ActivateWithID("x", &worker{name: "x"}))
		between = must[*orb.Ref](t)(mustAdapter(t, root.POA, "between", poa.Options{}).Activate(&worker{do: func(ctx context.Context) error {
			_, err := work(ctx, ref)
			return err
		}}))
		outer := must[*orb.Ref](t)(p.ActivateWithID("outer", &worker{do: func(ctx context.Context) error {
			_, err := work(ctx, between)
			return err
		}}))
		k.change("x", func(l *life) { l.active = true })
		k.change("outer", func(l *life) { l.active = true })
		if _, err := work(ctx, outer); err != nil {
			t.Errorf("an upcall: %v", err)
		}
		var kept context.Context
		k.incarnate = func(ctx context.Context, id string) (orb.Servant, error) {
			kept = ctx
			_, err := work(ctx, between)
			return k.worker(id), err
		}
		if _, err := work(ctx, must[*orb.Ref](t)(p.Reference("y", workerInterface))); err != nil {
			t.Errorf("incarnate: %v", err)
		}
		if _, err := p.FindPOA(ctx, "below", true); !errors.Is(err, poa.ErrAdapterNonExistent) {
			t.Errorf("unknown_adapter: %v", err)
		}
		l := locating
		l.Threads = poa.SingleThreadModel
		var located *orb.Ref
		l.ServantLocator = &nester{func(ctx context.Context, id string) error {
			if id != "outer" {
				return nil
			}
			_, err := work(ctx, located)
			return err
		}}
		located = must[*orb.Ref](t)(mustAdapter(t, root.POA, "l", l).Reference("inner", workerInterface))
		lp := must[*poa.POA](t)(root.FindPOA(ctx, "l", false))
		if _, err := work(ctx, must[*orb.Ref](t)(lp.Reference("outer", workerInterface))); err != nil {
			t.Errorf("preinvoke and postinvoke: %v", err)
		}
		// A context that outlives the method is no turn.
		busy := must[*orb.Ref](t)(p.ActivateWithID("busy", &worker{do: func(context.Context) error { time.Sleep(3 * time.Second); return nil }}))
		k.change("busy", func(l *life) { l.active = true })
		go work(t.Context(), busy)
		synctest.Wait()
		late, stop := context.WithTimeout(context.WithoutCancel(kept), time.Second)
		defer stop()
		if _, err := work(late, ref); !errors.Is(err, exc.Timeout) {
			t.Errorf("after incarnate has returned: %v", err)
		}
	})
}

// A nester is a servant locator that calls within its methods.
type nester struct {
	call func(ctx context.Context, id string) error
}

func (n *nester) Preinvoke(ctx context.Context, i poa.Invocation) (orb.Servant, any, error) {
	return &worker{}, nil, n.call(ctx, i.ID)
}

func (n *nester) Postinvoke(ctx context.Context, i poa.Invocation, _ any, _ orb.Servant) error {
	return n.call(ctx, i.ID)
}

// TestOnewayToOwnThread: a oneway call from a thread's upcall to an object of the same thread is made, and runs when the
// upcall is over, whatever the ctx of the call.
func TestOnewayToOwnThread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, of := range map[string]func(ctx context.Context) context.Context{
			"another ctx":    func(context.Context) context.Context { return context.Background() },
			"the upcall's":   func(ctx context.Context) context.Context { return ctx },
			"what it leaves": context.WithoutCancel,
		} {
			o, root := newORB(t, nil)
			a := mustAdapter(t, root.POA, "a", poa.Options{Threads: poa.SingleThreadModel})
			said := make(chan string, 2)
			inner := must[*orb.Ref](t)(a.Activate(&worker{do: func(context.Context) error {
				said <- "oneway"
				return nil
			}}))
			outer := must[*orb.Ref](t)(a.Activate(&worker{do: func(ctx context.Context) error {
				begin := time.Now()
				c := orb.StartCall(of(ctx), inner, "work", orb.Oneway)
				for c.Next() {
				}
				err := c.End()
				if took := time.Since(begin); took != 0 {
					t.Errorf("%s: the caller waited %v", name, took)
				}
				time.Sleep(time.Second)
				said <- "upcall"
				return err
			}}))
			if _, err := work(context.Background(), outer); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if first, then := <-said, <-said; first != "upcall" || then != "oneway" {
				t.Errorf("%s: the %s was over before the %s", name, first, then)
			}
			shutdown(t, o)
		}
	})
}
