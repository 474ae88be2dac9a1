package poa_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A keeper is a servant activator that holds the adapter to what it promises: for one object incarnate,
// requests and etherealize come one after the other.
type keeper struct {
	incarnate func(ctx context.Context, id string) (orb.Servant, error) // nil: a worker of that name
	pause     func()                                                    // called within all methods, if set
	fail      func(format string, args ...any)

	mu    sync.Mutex
	lives map[string]*life
	log   []string // incarnate and etherealize, in order
}

// A life is an object's state as its activator sees it.
type life struct {
	busy     bool // in incarnate or etherealize
	active   bool
	requests int
}

func (k *keeper) change(id string, f func(l *life)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lives == nil {
		k.lives = map[string]*life{}
	}
	if k.lives[id] == nil {
		k.lives[id] = new(life)
	}
	f(k.lives[id])
}

func (k *keeper) rest() {
	if k.pause != nil {
		k.pause()
	}
}

func (k *keeper) Incarnate(ctx context.Context, id string, _ *poa.POA) (orb.Servant, error) {
	k.change(id, func(l *life) {
		if l.busy || l.active || l.requests != 0 {
			k.fail("incarnate(%s) while %+v", id, *l)
		}
		l.busy = true
		k.log = append(k.log, "incarnate "+id)
	})
	k.rest()
	var s orb.Servant = k.worker(id)
	var err error
	if k.incarnate != nil {
		s, err = k.incarnate(ctx, id)
	}
	k.change(id, func(l *life) { l.busy, l.active = false, err == nil && s != nil })
	return s, err
}

func (k *keeper) Etherealize(_ context.Context, e poa.Etherealization) {
	k.change(e.ID, func(l *life) {
		if l.busy || !l.active || l.requests != 0 {
			k.fail("etherealize(%s) while %+v", e.ID, *l)
		}
		l.busy, l.active = true, false
		k.log = append(k.log, fmt.Sprintf("etherealize %s %v %v", e.ID, e.CleanupInProgress, e.RemainingActivations))
	})
	k.rest()
	k.change(e.ID, func(l *life) { l.busy = false })
}

// worker returns the servant of an object.
func (k *keeper) worker(id string) *worker {
	return &worker{name: id, do: func(context.Context) error {
		k.change(id, func(l *life) {
			if l.busy || !l.active {
				k.fail("a request for %s while %+v", id, *l)
			}
			l.requests++
		})
		k.rest()
		k.change(id, func(l *life) { l.requests-- })
		return nil
	}}
}

func (k *keeper) logged() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.log...)
}

var activating = poa.Options{IDAssignment: poa.UserID, RequestProcessing: poa.UseServantManager}

func withActivator(a poa.ServantActivator) poa.Options {
	o := activating
	o.ServantActivator = a
	return o
}

// TestServantActivator follows one object through its lives.
func TestServantActivator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		k := &keeper{fail: t.Errorf, pause: func() { time.Sleep(time.Second) }}
		p := mustAdapter(t, root.POA, "p", withActivator(k))
		ref := must[*orb.Ref](t)(p.Reference("x", workerInterface))
		began := time.Now()
		var calls sync.WaitGroup
		call := func() {
			calls.Go(func() {
				if name, err := work(t.Context(), ref); name != "x" || err != nil {
					t.Errorf("got %q, %v", name, err)
				}
			})
		}
		call()
		call() // waits for the first's incarnation, and is served with it
		calls.Wait()
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("incarnation and two requests side by side took %v", took)
		}
		call()
		synctest.Wait()
		if err := p.Deactivate("x"); err != nil { // does not wait
			t.Error(err)
		}
		if err := p.Deactivate("x"); !errors.Is(err, poa.ErrObjectNotActive) {
			t.Errorf("again: %v", err)
		}
		if _, err := p.IDToServant("x"); !errors.Is(err, poa.ErrObjectNotActive) {
			t.Errorf("id_to_servant: %v", err)
		}
		call() // waits until the request has ended, the object is etherealized, and incarnated again
		calls.Wait()
		if took := time.Since(began); took != 6*time.Second {
			t.Errorf("with etherealization and another life: %v", took)
		}
		shutdown(t, o)
		want := []string{"incarnate x", "etherealize x false false", "incarnate x", "etherealize x true false"}
		if got := k.logged(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// TestActivatorAnswers: what incarnate may return, and what the client is told.
func TestActivatorAnswers(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	elsewhere := must[*orb.Ref](t)(root.Activate(&worker{name: "elsewhere"}))
	shared := &worker{name: "shared"}
	var p *poa.POA
	k := &keeper{fail: t.Errorf}
	k.incarnate = func(_ context.Context, id string) (orb.Servant, error) {
		switch id {
		case "gone":
			return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "gone")
		case "refused":
			return nil, exc.New(exc.NoPermission, 7, exc.No, "refused")
		case "fails":
			return nil, errors.New("a disk is full")
		case "forwarded":
			return nil, &orb.ForwardRequest{To: elsewhere}
		case "forwarded to nobody":
			return nil, &orb.ForwardRequest{}
		case "panics":
			k.change(id, func(l *life) { *l = life{} })
			panic("incarnate")
		case "exits":
			k.change(id, func(l *life) { *l = life{} })
			runtime.Goexit()
		case "nothing":
			return nil, nil
		case "activated by itself":
			s := &worker{name: id}
			if _, err := p.ActivateWithID(id, s); !errors.Is(err, poa.ErrObjectAlreadyActive) {
				t.Errorf("activated while it is incarnated: %v", err)
			}
			return s, nil
		}
		return shared, nil
	}
	p = mustAdapter(t, root.POA, "p", withActivator(k))
	for _, c := range []struct {
		id    string
		want  string
		kind  exc.Kind
		minor uint32
	}{
		{id: "one", want: "shared"},
		{id: "another", kind: exc.ObjAdapter, minor: exc.MinorIncarnatePolicy}, // UNIQUE_ID
		{id: "gone", kind: exc.ObjectNotExist, minor: exc.MinorObjectUnknown},
		{id: "refused", kind: exc.NoPermission, minor: 7},
		{id: "fails", kind: exc.Unknown, minor: exc.MinorForeignError},
		{id: "forwarded", want: "elsewhere"},
		{id: "forwarded to nobody", kind: exc.InvObjref, minor: exc.MinorNilReference},
		{id: "panics", kind: exc.Unknown, minor: exc.MinorPanic},
		{id: "nothing", kind: exc.ObjAdapter, minor: exc.MinorNullServant},
		{id: "activated by itself", want: "activated by itself"},
		{id: "exits", kind: exc.Unknown, minor: exc.MinorPanic},
	} {
		ref := must[*orb.Ref](t)(p.Reference(c.id, workerInterface))
		type answer struct {
			name string
			err  error
		}
		for range 2 {
			got := make(chan answer, 1)
			go func() { // a local call is of the goroutine that makes it
				a := answer{err: exc.New(exc.Unknown, exc.MinorPanic, exc.No, "the goroutine ended")}
				defer func() { got <- a }()
				a.name, a.err = work(t.Context(), ref)
			}()
			a := <-got
			if c.minor == exc.MinorIncarnatePolicy { // no object came of it
				k.change(c.id, func(l *life) { *l = life{} })
			}
			if a.name != c.want || c.want == "" && !is(a.err, c.kind, c.minor) {
				t.Errorf("%s: got %q, %v", c.id, a.name, a.err)
			}
		}
	}
	if err := p.Destroy(t.Context(), true, true); err != nil { // nothing hangs on what failed
		t.Error(err)
	}
}

// TestRemainingActivations: whatever ends several objects of one servant, in whichever order, etherealize hears that it is still another for all but the last.
func TestRemainingActivations(t *testing.T) {
	t.Parallel()
	ids := []string{"a", "b", "c"}
	for name, end := range map[string]func(p *poa.POA) error{
		"destroyed":   func(p *poa.POA) error { return p.Destroy(context.Background(), true, true) },
		"deactivated": func(p *poa.POA) error { return p.Manager().Deactivate(context.Background(), true, true) },
		"one by one": func(p *poa.POA) error {
			return errors.Join(p.Deactivate("a"), p.Deactivate("b"), p.Deactivate("c"))
		},
		"one before": func(p *poa.POA) error {
			return errors.Join(p.Deactivate("b"), p.Destroy(context.Background(), true, true))
		},
	} {
		for _, threads := range []poa.Threads{poa.ORBCtrlModel, poa.SingleThreadModel} {
			t.Run(fmt.Sprint(name, ", ", threads), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					o, root := newORB(t, nil)
					defer shutdown(t, o)
					shared := &worker{name: "shared"}
					k := &keeper{fail: t.Errorf, incarnate: func(context.Context, string) (orb.Servant, error) { return shared, nil }}
					opt := withActivator(k)
					opt.IDUniqueness, opt.Threads, opt.Manager = poa.MultipleID, threads, new(poa.Manager)
					if err := opt.Manager.Activate(); err != nil {
						t.Fatal(err)
					}
					p := mustAdapter(t, root.POA, "p", opt)
					for _, id := range ids {
						if _, err := work(t.Context(), must[*orb.Ref](t)(p.Reference(id, workerInterface))); err != nil {
							t.Fatal(err)
						}
					}
					if err := end(p); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					got := k.logged()[len(ids):]
					for i, line := range got {
						if remaining := strings.HasSuffix(line, " true"); remaining != (i < len(ids)-1) {
							t.Errorf("of %d, number %d: %q", len(ids), i+1, got)
						}
					}
					if len(got) != len(ids) {
						t.Errorf("got %q", got)
					}
				})
			})
		}
	}
}

// TestServantGoesOn: a servant that is another object by the time at which the first is etherealized has one remaining.
func TestServantGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		k := &keeper{fail: t.Errorf}
		opt := withActivator(k)
		opt.Threads = poa.SingleThreadModel // whose turn comes when the busy one has returned
		p := mustAdapter(t, root.POA, "p", opt)
		busy := must[*orb.Ref](t)(p.ActivateWithID("busy", &worker{do: slowly}))
		s := &worker{name: "s"}
		must[*orb.Ref](t)(p.ActivateWithID("a", s))
		k.change("a", func(l *life) { l.active = true })
		go work(t.Context(), busy)
		synctest.Wait()
		if err := p.Deactivate("a"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		must[*orb.Ref](t)(p.ActivateWithID("b", s)) // UNIQUE_ID lets it: it is a no more
		time.Sleep(time.Minute)
		if got := k.logged(); len(got) != 1 || got[0] != "etherealize a false true" {
			t.Errorf("got %q", got)
		}
		k.change("b", func(l *life) { l.active = true })
		k.change("busy", func(l *life) { l.active = true })
	})
}

// TestActivatorModel lets callers, and who deactivates, activates and destroys, share few objects, and the
// keeper watch. Whatever the order, each call is answered, and the end finds all etherealized.
func TestActivatorModel(t *testing.T) {
	t.Parallel()
	rounds := 30
	if testing.Short() {
		rounds = 5
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { activatorModel(t, uint64(seed)) })
	}
}

func activatorModel(t *testing.T, seed uint64) {
	o, root := newORB(t, nil)
	k := &keeper{fail: t.Errorf, pause: func() {
		if rand.N(4) == 0 {
			time.Sleep(time.Duration(rand.N(50)) * time.Microsecond)
		}
	}}
	opt := withActivator(k)
	opt.Lifespan = poa.Persistent
	opt.Threads = poa.Threads(seed % 2)
	var current atomic.Pointer[poa.POA]
	make := func(p *poa.POA) { current.Store(p) }
	make(mustAdapter(t, root.POA, "p", opt))
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(g)))
			for range 60 {
				id := fmt.Sprint(r.IntN(3))
				p := current.Load()
				switch n := r.IntN(20); {
				case n < 13:
					ref, err := p.Reference(id, workerInterface)
					if err != nil {
						continue // destroyed just now
					}
					if _, err := work(t.Context(), ref); err != nil && !errors.Is(err, exc.ObjectNotExist) {
						t.Errorf("a call: %v", err)
					}
				case n < 18:
					if err := p.Deactivate(id); err != nil && !errors.Is(err, poa.ErrObjectNotActive) {
						t.Error(err)
					}
				case g == 0: // one makes adapters anew
					if err := p.Destroy(t.Context(), true, n == 18); err != nil {
						t.Error(err)
					}
					make(mustAdapter(t, root.POA, "p", opt))
				}
			}
		})
	}
	all.Wait()
	shutdown(t, o)
	for id, l := range k.lives {
		if l.active || l.busy || l.requests != 0 {
			t.Errorf("at the end %s is %+v", id, *l)
		}
	}
}
