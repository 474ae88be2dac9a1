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
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A clerk is a servant locator that notes what it is asked.
type clerk struct {
	pre  func(i poa.Invocation) (orb.Servant, any, error)
	post func(i poa.Invocation) error

	mu  sync.Mutex
	log []string
}

func (c *clerk) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = append(c.log, fmt.Sprintf(format, args...))
}

func (c *clerk) Preinvoke(_ context.Context, i poa.Invocation) (orb.Servant, any, error) {
	s, cookie, err := c.pre(i)
	c.note("pre %s %s", i.ID, i.Operation)
	return s, cookie, err
}

func (c *clerk) Postinvoke(_ context.Context, i poa.Invocation, cookie any, s orb.Servant) error {
	c.note("post %s %s %v %s", i.ID, i.Operation, cookie, s.(*worker).name)
	if c.post != nil {
		return c.post(i)
	}
	return nil
}

var locating = poa.Options{IDAssignment: poa.UserID, ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager}

// TestServantLocator: every request has its servant and its cookie, whatever becomes of it.
func TestServantLocator(t *testing.T) {
	t.Parallel()
	_, root := newNetworkORB(t)
	elsewhere := must[*orb.Ref](t)(root.Activate(&worker{name: "elsewhere"}))
	c := &clerk{}
	c.pre = func(i poa.Invocation) (orb.Servant, any, error) {
		w := &worker{name: "w"}
		switch i.ID {
		case "gone":
			return nil, nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "gone")
		case "forwarded":
			return nil, nil, &orb.ForwardRequest{To: elsewhere}
		case "nothing":
			return nil, nil, nil
		case "panics before":
			panic("preinvoke")
		case "raises":
			w.do = func(context.Context) error { return exc.New(exc.NoPermission, 1, exc.Yes, "no") }
		case "panics":
			w.do = func(context.Context) error { panic("work") }
		case "exits":
			w.do = func(context.Context) error { runtime.Goexit(); return nil }
		case "current":
			w.do = func(ctx context.Context) error {
				if at, err := poa.CurrentOf(ctx); err != nil || at.ID != i.ID || at.POA != i.Adapter || at.Servant != orb.Servant(w) {
					t.Errorf("current: %+v, %v", at, err)
				}
				return nil
			}
		}
		return w, len(i.ID), nil
	}
	c.post = func(i poa.Invocation) error {
		switch i.ID {
		case "fails after":
			return exc.New(exc.PersistStore, 9, exc.Yes, "not written")
		case "panics after":
			panic("postinvoke")
		}
		return nil
	}
	opt := locating
	opt.ServantLocator = c
	p := mustAdapter(t, root.POA, "p", opt)
	for _, x := range []struct {
		id    string
		want  string
		kind  exc.Kind
		minor uint32
		log   string
	}{
		{id: "x", want: "w", log: "pre x work, post x work 1 w"},
		{id: "current", want: "w", log: "pre current work, post current work 7 w"},
		{id: "gone", kind: exc.ObjectNotExist, minor: exc.MinorObjectUnknown, log: "pre gone work"},
		{id: "forwarded", want: "elsewhere", log: "pre forwarded work"},
		{id: "nothing", kind: exc.ObjAdapter, minor: exc.MinorNullServant, log: "pre nothing work"},
		{id: "panics before", kind: exc.Unknown, minor: exc.MinorPanic, log: ""},
		{id: "raises", kind: exc.NoPermission, minor: 1, log: "pre raises work, post raises work 6 w"},
		{id: "panics", kind: exc.Unknown, minor: exc.MinorPanic, log: "pre panics work, post panics work 6 w"},
		{id: "exits", kind: exc.Unknown, minor: exc.MinorPanic, log: "pre exits work, post exits work 5 w"},
		{id: "fails after", kind: exc.PersistStore, minor: 9, log: "pre fails after work, post fails after work 11 w"},
		{id: "panics after", kind: exc.Unknown, minor: exc.MinorPanic, log: "pre panics after work, post panics after work 12 w"},
	} {
		far := newClientRef(t, must[*orb.Ref](t)(p.Reference(x.id, workerInterface)))
		name, err := work(t.Context(), far)
		if name != x.want || x.want == "" && !is(err, x.kind, x.minor) {
			t.Errorf("%s: %q, %v", x.id, name, err)
		}
		c.mu.Lock()
		if got := strings.Join(c.log, ", "); got != x.log {
			t.Errorf("%s: %q", x.id, got)
		}
		c.log = nil
		c.mu.Unlock()
	}
	if err := p.Destroy(t.Context(), true, true); err != nil { // each request has ended in the adapter's books
		t.Error(err)
	}
}

// newClientRef returns ref as another ORB has it.
func newClientRef(t *testing.T, ref *orb.Ref) *orb.Ref {
	o := must[*orb.ORB](t)(orb.New(orb.Config{}))
	t.Cleanup(func() { shutdown(t, o) })
	return o.NewRef(ref.IOR())
}

// TestDefaultServant: one servant is all objects, and knows which.
func TestDefaultServant(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	p := mustAdapter(t, root.POA, "p", poa.Options{IDAssignment: poa.UserID, IDUniqueness: poa.MultipleID, RequestProcessing: poa.UseDefaultServant})
	if _, err := p.Servant(); !errors.Is(err, poa.ErrNoServant) {
		t.Errorf("get_servant: %v", err)
	}
	var kept context.Context
	w := &worker{name: "all"}
	w.do = func(ctx context.Context) error {
		kept = ctx
		at, err := poa.CurrentOf(ctx)
		if err != nil || at.POA != p || at.Servant != orb.Servant(w) {
			t.Errorf("current: %+v, %v", at, err)
		}
		ref, err := at.Reference()
		if id, err2 := p.ReferenceToID(ref); err != nil || err2 != nil || id != at.ID {
			t.Errorf("its reference: %v, %v, %v", ref, err, err2)
		}
		if id, err := p.ServantToID(ctx, w); id != at.ID || err != nil {
			t.Errorf("servant_to_id in its upcall: %q, %v", id, err)
		}
		if again, err := p.ServantToReference(ctx, w); err != nil || !orb.Same(again, ref) {
			t.Errorf("servant_to_reference in its upcall: %v, %v", again, err)
		}
		if at.ID != "b" {
			return exc.New(exc.NoPermission, uint32(len(at.ID)), exc.Yes, "%s", at.ID)
		}
		return nil
	}
	if err := p.SetServant(w); err != nil {
		t.Fatal(err)
	}
	must[*orb.Ref](t)(p.ActivateWithID("active", &worker{name: "active"}))
	for id, want := range map[string]string{"b": "all", "active": "active"} {
		if name, err := work(t.Context(), must[*orb.Ref](t)(p.Reference(id, workerInterface))); name != want || err != nil {
			t.Errorf("%s: %q, %v", id, name, err)
		}
	}
	if _, err := work(t.Context(), must[*orb.Ref](t)(p.Reference("other", workerInterface))); !is(err, exc.NoPermission, 5) {
		t.Errorf("other: %v", err)
	}
	if _, err := poa.CurrentOf(kept); !errors.Is(err, poa.ErrNoContext) {
		t.Errorf("after the method: %v", err)
	}
	if _, err := poa.CurrentOf(t.Context()); !errors.Is(err, poa.ErrNoContext) {
		t.Errorf("outside: %v", err)
	}
	if _, err := p.ServantToID(t.Context(), w); !errors.Is(err, poa.ErrServantNotActive) {
		t.Errorf("servant_to_id outside: %v", err)
	}
	if s, err := p.IDToServant("whatever"); s != orb.Servant(w) || err != nil {
		t.Errorf("id_to_servant: %v, %v", s, err)
	}
}

// TestDefaultServantReplaced: requests go on with the servant that they began with, and it knows who it is.
func TestDefaultServantReplaced(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]orb.Servant{"by another": &worker{name: "next"}, "by none": nil} {
		_, root := newORB(t, nil)
		p := mustAdapter(t, root.POA, "p", poa.Options{IDAssignment: poa.UserID, IDUniqueness: poa.MultipleID, RequestProcessing: poa.UseDefaultServant})
		w := &worker{name: "first"}
		w.do = func(ctx context.Context) error {
			if err := p.SetServant(next); err != nil {
				return err
			}
			at, err := poa.CurrentOf(ctx)
			if err != nil || at.Servant != orb.Servant(w) {
				t.Errorf("%s: current: %+v, %v", name, at, err)
			}
			if id, err := p.ServantToID(ctx, w); id != "x" || err != nil {
				t.Errorf("%s: servant_to_id: %q, %v", name, id, err)
			}
			ref, err := p.ServantToReference(ctx, w)
			if id, err2 := p.ReferenceToID(ref); id != "x" || err != nil || err2 != nil {
				t.Errorf("%s: servant_to_reference: %q, %v, %v", name, id, err, err2)
			}
			if id, err := p.ServantToID(ctx, &worker{}); !errors.Is(err, poa.ErrServantNotActive) {
				t.Errorf("%s: servant_to_id of another: %q, %v", name, id, err)
			}
			return nil
		}
		if err := p.SetServant(w); err != nil {
			t.Fatal(err)
		}
		ref := must[*orb.Ref](t)(p.Reference("x", workerInterface))
		if got, err := work(t.Context(), ref); got != "first" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if got, err := work(t.Context(), ref); next != nil && (got != "next" || err != nil) || next == nil && !is(err, exc.ObjAdapter, exc.MinorNoDefaultServant) {
			t.Errorf("%s: then %q, %v", name, got, err)
		}
	}
}

// TestConversions between ids, servants and references, where both servant and id are one.
func TestConversions(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	w := &worker{name: "w"}
	ref := must[*orb.Ref](t)(root.Activate(w))
	id := must[string](t)(root.ReferenceToID(ref))
	if got, err := root.ServantToID(t.Context(), w); got != id || err != nil {
		t.Errorf("servant_to_id: %q, %v", got, err)
	}
	if got, err := root.ServantToReference(t.Context(), w); err != nil || !orb.Same(got, ref) {
		t.Errorf("servant_to_reference: %v, %v", got, err)
	}
	if got, err := root.IDToReference(id); err != nil || !orb.Same(got, ref) {
		t.Errorf("id_to_reference: %v, %v", got, err)
	}
	if got, err := root.ReferenceToServant(ref); err != nil || got != orb.Servant(w) {
		t.Errorf("reference_to_servant: %v, %v", got, err)
	}
	if _, err := root.Activate(w); !errors.Is(err, poa.ErrServantAlreadyActive) {
		t.Errorf("again: %v", err)
	}
	implicit := &worker{name: "implicit"}
	first := must[string](t)(root.ServantToID(t.Context(), implicit))
	if again, err := root.ServantToID(t.Context(), implicit); again != first || err != nil {
		t.Errorf("an implicit activation, again: %q, %v", again, err)
	}
	several := mustAdapter(t, root.POA, "several", poa.Options{IDUniqueness: poa.MultipleID, ImplicitActivation: poa.WithImplicitActivation})
	one := must[string](t)(several.ServantToID(t.Context(), implicit))
	another := must[string](t)(several.ServantToID(t.Context(), implicit))
	third := must[string](t)(several.ReferenceToID(must[*orb.Ref](t)(several.ServantToReference(t.Context(), implicit))))
	if one == another || one == third || another == third {
		t.Errorf("with MULTIPLE_ID and IMPLICIT_ACTIVATION one servant became %q, %q and %q: want three objects", one, another, third)
	}
	for _, id := range []string{one, another, third} {
		if got, err := several.IDToServant(id); err != nil || got != orb.Servant(implicit) {
			t.Errorf("object %q: got %v, %v", id, got, err)
		}
	}
	early := must[*orb.Ref](t)(root.NewReference(workerInterface))
	later := must[string](t)(root.ReferenceToID(early))
	if _, err := work(t.Context(), early); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("a reference without its object: %v", err)
	}
	if _, err := root.ActivateWithID(later, &worker{name: "later"}); err != nil {
		t.Errorf("a reference made before its object: %v", err)
	}
	if name, err := work(t.Context(), early); name != "later" || err != nil {
		t.Errorf("a reference made before its object calls %q, %v", name, err)
	}
	if _, err := root.ActivateWithID(later, &worker{}); !errors.Is(err, poa.ErrObjectAlreadyActive) {
		t.Errorf("two with one id: %v", err)
	}
	for _, bad := range []string{"", "mine", "\x00\x00\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if _, err := root.ActivateWithID(bad, &worker{}); !is(err, exc.BadParam, exc.OMGVMCID|14) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	other := mustAdapter(t, root.POA, "other", poa.Options{})
	if _, err := other.ReferenceToID(ref); !errors.Is(err, poa.ErrWrongAdapter) {
		t.Errorf("of another adapter: %v", err)
	}
	if _, err := other.ReferenceToServant(nil); !errors.Is(err, poa.ErrWrongAdapter) {
		t.Errorf("nil: %v", err)
	}
	before := must[*orb.Ref](t)(other.Activate(&worker{}))
	if err := other.Destroy(t.Context(), true, true); err != nil {
		t.Fatal(err)
	}
	anew := mustAdapter(t, root.POA, "other", poa.Options{})
	if id, err := anew.ReferenceToID(before); !errors.Is(err, poa.ErrWrongAdapter) {
		t.Errorf("of the adapter that had the name before: %q, %v", id, err)
	}
}

// TestUpcallsOfNoDefaultServant: an upcall tells a servant its id only where it is the default servant; its reference
// always.
func TestUpcallsOfNoDefaultServant(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	byDefault := poa.Options{IDAssignment: poa.UserID, IDUniqueness: poa.MultipleID, RequestProcessing: poa.UseDefaultServant, DefaultServant: &worker{}}
	for name, opt := range map[string]poa.Options{"of the map only": {IDAssignment: poa.UserID}, "of the map, beside a default servant": byDefault} {
		p := mustAdapter(t, root.POA, name, opt)
		w := &worker{name: "w"}
		w.do = func(ctx context.Context) error {
			if err := p.Deactivate("x"); err != nil { // else UNIQUE_ID leads to the id
				return err
			}
			if id, err := p.ServantToID(ctx, w); !errors.Is(err, poa.ErrServantNotActive) {
				t.Errorf("%s: servant_to_id: %q, %v", name, id, err)
			}
			ref, err := p.ServantToReference(ctx, w)
			if id, err2 := p.ReferenceToID(ref); id != "x" || err != nil || err2 != nil {
				t.Errorf("%s: servant_to_reference: %q, %v, %v", name, id, err, err2)
			}
			return nil
		}
		if _, err := work(t.Context(), must[*orb.Ref](t)(p.ActivateWithID("x", w))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUpcallOfTheDefaultServantsObject: a default servant that serves an active object too is told the id of that in its upcall.
func TestUpcallOfTheDefaultServantsObject(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	w := &worker{name: "w"}
	p := mustAdapter(t, root.POA, "p", poa.Options{
		IDAssignment: poa.UserID, IDUniqueness: poa.MultipleID, RequestProcessing: poa.UseDefaultServant, DefaultServant: w,
	})
	active := must[*orb.Ref](t)(p.ActivateWithID("active", w))
	other := must[*orb.Ref](t)(p.Reference("other", workerInterface))
	for want, ref := range map[string]*orb.Ref{"active": active, "other": other} {
		w.do = func(ctx context.Context) error {
			if id, err := p.ServantToID(ctx, w); id != want || err != nil {
				t.Errorf("servant_to_id: %q, %v, want %q", id, err, want)
			}
			back, err := p.ServantToReference(ctx, w)
			if id, err2 := p.ReferenceToID(back); id != want || err != nil || err2 != nil {
				t.Errorf("servant_to_reference: %q, %v, %v, want %q", id, err, err2, want)
			}
			return nil
		}
		if _, err := work(t.Context(), ref); err != nil {
			t.Error(err)
		}
	}
	if id, err := p.ServantToID(t.Context(), w); !errors.Is(err, poa.ErrServantNotActive) {
		t.Errorf("outside an upcall: %q, %v", id, err)
	}
}

// TestForwardedForGood: how long a servant manager's forward holds is what the ORB is told.
func TestForwardedForGood(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	elsewhere := must[*orb.Ref](t)(root.Activate(&worker{}))
	for _, forGood := range []bool{false, true} {
		forward := &orb.ForwardRequest{To: elsewhere, ForGood: forGood}
		l := locating
		l.ServantLocator = poa.LocatorFunc(func(context.Context, string) (orb.Servant, error) { return nil, fmt.Errorf("moved: %w", forward) })
		a := withActivator(&keeper{fail: t.Errorf, incarnate: func(context.Context, string) (orb.Servant, error) { return nil, forward }})
		for name, opt := range map[string]poa.Options{"locator": l, "activator": a} {
			p := mustAdapter(t, root.POA, fmt.Sprint(name, forGood), opt)
			ref := must[*orb.Ref](t)(p.Reference("x", workerInterface))
			target, err := root.Find(t.Context(), orb.Query{Key: []byte(ref.ObjectKey()), Operation: "work"})
			if err != nil || target.Forward != elsewhere.IOR() || target.Permanent != forGood || target.Scope != nil {
				t.Errorf("%s, for good %v: %+v, %v", name, forGood, target, err)
			}
		}
	}
}

// TestPostinvokeComesAlways: also when the client has gone while the adapter's thread is with another.
func TestPostinvokeComesAlways(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, nil)
		defer shutdown(t, o)
		c := &clerk{pre: func(i poa.Invocation) (orb.Servant, any, error) {
			time.Sleep(time.Second)
			return &worker{name: i.ID, do: slowly}, nil, nil
		}}
		opt := locating
		opt.ServantLocator, opt.Threads = c, poa.SingleThreadModel
		p := mustAdapter(t, root.POA, "p", opt)
		var calls sync.WaitGroup
		call := func(id string, patience time.Duration) {
			ref := must[*orb.Ref](t)(p.Reference(id, workerInterface))
			calls.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				work(ctx, ref)
			})
			synctest.Wait()
		}
		call("one", 2*time.Second) // the deadline passes in its operation, and the other's preinvoke is next
		call("two", time.Hour)
		calls.Wait()
		if got := strings.Join(c.log, ", "); !strings.Contains(got, "post one work") || !strings.Contains(got, "post two work") {
			t.Errorf("got %q", got)
		}
	})
}
