package poa_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// TestManagerStates: what becomes of a request in each state, and of one that waits when the state changes.
func TestManagerStates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		m := new(poa.Manager)
		a := must[*orb.Ref](t)(mustAdapter(t, root.POA, "a", poa.Options{Manager: m}).Activate(&worker{name: "a"}))
		b := must[*orb.Ref](t)(mustAdapter(t, root.POA, "b", poa.Options{Manager: m}).Activate(&worker{name: "b"}))
		if m.State() != poa.Holding {
			t.Errorf("a new manager is %v", m.State())
		}
		held := make(chan error, 1)
		hold := func() {
			go func() { _, err := work(t.Context(), a); held <- err }()
			synctest.Wait()
			if len(held) != 0 {
				t.Fatalf("not held: %v", <-held)
			}
		}
		hold()
		if err := m.Activate(); err != nil {
			t.Fatal(err)
		}
		if err := <-held; err != nil {
			t.Errorf("held, then active: %v", err)
		}
		if err := m.HoldRequests(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := work(ctx, b); !errors.Is(err, exc.Timeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("held until its deadline: %v", err)
		}
		hold()
		if err := m.DiscardRequests(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if err := <-held; !is(err, exc.Transient, exc.MinorServerHolding) {
			t.Errorf("held, then discarding: %v", err)
		}
		if _, err := work(t.Context(), b); !is(err, exc.Transient, exc.OMGVMCID|1) {
			t.Errorf("discarding: %v", err)
		}
		if err := m.HoldRequests(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		hold()
		if err := m.Deactivate(t.Context(), false, false); err != nil {
			t.Fatal(err)
		}
		if err := <-held; !errors.Is(err, exc.ObjAdapter) {
			t.Errorf("held, then inactive: %v", err)
		}
		if _, err := work(t.Context(), b); !is(err, exc.ObjAdapter, exc.MinorAdapterInactive) {
			t.Errorf("inactive: %v", err)
		}
		for name, change := range map[string]func() error{
			"activate": m.Activate, "hold": func() error { return m.HoldRequests(t.Context(), false) },
			"discard": func() error { return m.DiscardRequests(t.Context(), false) }, "deactivate": func() error { return m.Deactivate(t.Context(), true, true) },
		} {
			if err := change(); !errors.Is(err, poa.ErrAdapterInactive) {
				t.Errorf("%s of an inactive manager: %v", name, err)
			}
		}
		if name, err := work(t.Context(), must[*orb.Ref](t)(root.Activate(&worker{name: "root"}))); name != "root" || err != nil {
			t.Errorf("the root has its own manager: %q, %v", name, err)
		}
	})
}

// TestWaitForCompletion: who waits hears when the last request has ended, not before; and none that began
// since is missed.
func TestWaitForCompletion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		m := new(poa.Manager)
		p := mustAdapter(t, root.POA, "p", poa.Options{Manager: m})
		var inside []error
		slow := must[*orb.Ref](t)(p.Activate(&worker{do: func(ctx context.Context) error {
			inside = []error{m.HoldRequests(ctx, true), m.DiscardRequests(ctx, true), m.Deactivate(ctx, true, true), p.Destroy(ctx, true, true), root.Destroy(ctx, false, true)}
			time.Sleep(3 * time.Second)
			return nil
		}}))
		for name, wait := range map[string]func(ctx context.Context) error{
			"hold":    func(ctx context.Context) error { return m.HoldRequests(ctx, true) },
			"discard": func(ctx context.Context) error { return m.DiscardRequests(ctx, true) },
		} {
			if err := m.Activate(); err != nil {
				t.Fatal(err)
			}
			var calls sync.WaitGroup
			calls.Go(func() {
				if _, err := work(t.Context(), slow); err != nil {
					t.Errorf("%s: a request in flight: %v", name, err)
				}
			})
			synctest.Wait()
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if err := wait(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
				t.Errorf("%s: %v after %v", name, err, time.Since(began))
			}
			cancel()
			if err := wait(t.Context()); err != nil || time.Since(began) != 3*time.Second {
				t.Errorf("%s: %v after %v", name, err, time.Since(began))
			}
			calls.Wait()
			for i, err := range inside {
				if !is(err, exc.BadInvOrder, exc.OMGVMCID|3) {
					t.Errorf("%s: waiting in an upcall, %d: %v", name, i, err)
				}
			}
		}
		if err := m.Activate(); err != nil {
			t.Fatal(err)
		}
		go work(t.Context(), slow)
		synctest.Wait()
		began := time.Now()
		go func() {
			time.Sleep(time.Second)
			m.Activate()
		}()
		if err := m.HoldRequests(t.Context(), true); err != nil || time.Since(began) != time.Second {
			t.Errorf("waiting ends when the state is changed: %v after %v", err, time.Since(began))
		}
		if err := m.Deactivate(t.Context(), true, true); err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("deactivate: %v after %v", err, time.Since(began))
		}
	})
}

// TestDeactivateWaits: without etherealizing too, for the requests in flight.
func TestDeactivateWaits(t *testing.T) {
	t.Parallel()
	for _, etherealize := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o, root := newORB(t, nil)
			defer shutdown(t, o)
			k := &keeper{fail: t.Errorf}
			opt := withActivator(k)
			opt.Manager = new(poa.Manager)
			p := mustAdapter(t, root.POA, "p", opt)
			ref := must[*orb.Ref](t)(p.ActivateWithID("x", &worker{do: slowly}))
			k.change("x", func(l *life) { l.active = true })
			if err := opt.Manager.Activate(); err != nil {
				t.Fatal(err)
			}
			go work(t.Context(), ref)
			synctest.Wait()
			began := time.Now()
			if err := opt.Manager.Deactivate(t.Context(), etherealize, true); err != nil || time.Since(began) != 2*time.Second {
				t.Errorf("etherealize %v: %v after %v", etherealize, err, time.Since(began))
			}
			if got := len(k.logged()) != 0; got != etherealize {
				t.Errorf("etherealize %v: %v", etherealize, k.logged())
			}
		})
	}
}

// TestDeactivateKeepsObjects: whether objects are to be etherealized or not, those of adapters without a servant activator stay what they are.
func TestDeactivateKeepsObjects(t *testing.T) {
	t.Parallel()
	for _, etherealize := range []bool{false, true} {
		for name, opt := range map[string]poa.Options{
			"default":         {},
			"default servant": {IDUniqueness: poa.MultipleID, RequestProcessing: poa.UseDefaultServant},
			"no activator":    activating,
		} {
			_, root := newORB(t, nil)
			opt.IDAssignment, opt.Manager = poa.UserID, new(poa.Manager)
			p := mustAdapter(t, root.POA, "p", opt)
			s := &worker{name: "x"}
			ref := must[*orb.Ref](t)(p.ActivateWithID("x", s))
			if err := opt.Manager.Deactivate(t.Context(), etherealize, true); err != nil {
				t.Fatal(err)
			}
			if got, err := p.IDToServant("x"); got != orb.Servant(s) || err != nil {
				t.Errorf("%s, etherealize %v: the object is %v, %v", name, etherealize, got, err)
			}
			if got, err := root.ActivateOnce(s); err != nil || !orb.Same(got, ref) {
				t.Errorf("%s, etherealize %v: the servant that is passed is %v, %v", name, etherealize, got, err)
			}
			if err := p.Deactivate("x"); err != nil {
				t.Errorf("%s, etherealize %v: %v", name, etherealize, err)
			}
		}
	}
}

// TestHeldRequests: the limit, and the end of the ORB, for requests that are held.
func TestHeldRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := new(limits.Limits)
		l.Set(limits.HeldRequests, 2)
		o, root := newORB(t, l)
		ref := must[*orb.Ref](t)(mustAdapter(t, root.POA, "p", poa.Options{Manager: new(poa.Manager)}).Activate(&worker{}))
		held := make(chan error, 2)
		for range 2 {
			go func() { _, err := work(t.Context(), ref); held <- err }()
		}
		synctest.Wait()
		if _, err := work(t.Context(), ref); !is(err, exc.Transient, exc.MinorServerHolding) || l.Hits(limits.HeldRequests) != 1 {
			t.Errorf("one too many: %v", err)
		}
		shutdown(t, o)
		for range 2 {
			if err := <-held; !is(err, exc.Transient, exc.MinorAdapterDestroyed) {
				t.Errorf("held when the ORB ends: %v", err)
			}
		}
	})
}

// TestManagerModel changes the state of a manager at random in virtual time, while clients call, and holds
// what each of them was told against the states that there were while it was waiting.
func TestManagerModel(t *testing.T) {
	t.Parallel()
	for seed := range 40 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { managerModel(t, uint64(seed)) })
		})
	}
}

// A span is when a state held.
type span struct {
	state      poa.State
	begin, end time.Time
}

func managerModel(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	o, root := newORB(t, nil)
	defer shutdown(t, o)
	m := new(poa.Manager)
	p := mustAdapter(t, root.POA, "p", poa.Options{Manager: m})
	// Requests begin at odd milliseconds and states change at even ones, so that it is known which was first.
	ref := must[*orb.Ref](t)(p.Activate(&worker{do: func(context.Context) error { time.Sleep(4 * time.Millisecond); return nil }}))
	var calls sync.WaitGroup
	states := []span{{state: poa.Holding, begin: time.Now()}}
	type result struct {
		began, ended time.Time
		err          error
	}
	results := make(chan result, 200)
	start := time.Now()
	for range 200 {
		at := time.Duration(2*r.IntN(200)+1) * time.Millisecond
		calls.Go(func() {
			time.Sleep(at)
			x := result{began: time.Now()}
			_, x.err = work(t.Context(), ref)
			x.ended = time.Now()
			results <- x
		})
	}
	change := func(s poa.State) {
		var err error
		switch s {
		case poa.Holding:
			err = m.HoldRequests(t.Context(), false)
		case poa.Active:
			err = m.Activate()
		case poa.Discarding:
			err = m.DiscardRequests(t.Context(), false)
		case poa.Inactive:
			err = m.Deactivate(t.Context(), r.IntN(2) == 0, false)
		}
		if err != nil {
			t.Error(err)
		}
		states[len(states)-1].end = time.Now()
		states = append(states, span{state: s, begin: time.Now()})
	}
	for time.Since(start) < 380*time.Millisecond {
		time.Sleep(time.Duration(2+2*r.IntN(20)) * time.Millisecond)
		change(poa.State(r.IntN(3)))
	}
	last := poa.Active
	if seed%2 == 0 {
		last = poa.Inactive
	}
	time.Sleep(2 * time.Millisecond)
	change(last)
	states[len(states)-1].end = time.Now().Add(time.Hour)
	calls.Wait()
	close(results)
	for x := range results {
		i := 0
		for ; states[i].end.Before(x.began); i++ { // the state that it has met
		}
		for ; states[i].state == poa.Holding; i++ { // and the one that ended its wait
		}
		decided := x.began
		if states[i].begin.After(decided) {
			decided = states[i].begin
		}
		ok, took := x.err == nil, 4*time.Millisecond
		switch states[i].state {
		case poa.Discarding:
			ok, took = is(x.err, exc.Transient, exc.MinorServerHolding), 0
		case poa.Inactive:
			ok, took = is(x.err, exc.ObjAdapter, exc.MinorAdapterInactive), 0
		}
		if !ok || x.ended.Sub(decided) != took {
			t.Errorf("began at %v, met %v from %v on: got %v at %v", x.began.Sub(start), states[i].state, states[i].begin.Sub(start), x.err, x.ended.Sub(start))
		}
	}
}
