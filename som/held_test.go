package som_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/opendsom/dsom/som"
)

type heldOne struct {
	Who som.Object
	All []som.Object
	In  [2][]heldTwo
}

type heldTwo struct {
	Text string
	Who  som.Ref
}

// A safe has attributes as the compiler makes them of objects and of what holds objects.
type safe struct {
	som.Base
	one som.Held[som.Object]
	two struct{ in [2]som.Held[heldOne] }
}

var errUnwilling = errors.New("unwilling")

func (s *safe) SomDefaultInit() error {
	if unwilling.i != nil {
		if err := s.one.Set(*unwilling.i); err != nil {
			return err
		}
		return errUnwilling
	}
	return nil
}

var unwilling struct{ i *som.Object }

func (s *safe) One(context.Context) (som.Object, error)         { return s.one.Get() }
func (s *safe) SetOne(_ context.Context, o som.Object) error    { return s.one.Set(o) }
func (s *safe) Two(_ context.Context, n int64) (heldOne, error) { return s.two.in[n].Get() }
func (s *safe) SetTwo(_ context.Context, n int64, v heldOne) error {
	return s.two.in[n].Set(v)
}

var (
	safeClass = som.MustClass[safe]("Safe")
	coinClass = som.MustClass[coin]("Coin")
)

type coin struct {
	som.Base
}

func give(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestHeld counts the references that attributes own: through sets, gets, copies, assignments and ends by chance, each object has as many as there are places for it.
func TestHeld(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	coins := make([]som.Ref, 4)
	for i := range coins {
		r, err := coinClass.New()
		give(t, err)
		coins[i] = r
	}
	one := func() som.Object {
		if rnd.IntN(4) == 0 {
			return nil
		}
		return coins[rnd.IntN(len(coins))]
	}
	two := func() heldOne {
		v := heldOne{Who: one(), All: []som.Object{one(), one()}}
		v.In[1] = []heldTwo{{"a", coins[rnd.IntN(4)]}, {"b", som.Ref{}}}
		return v
	}
	var walk func(v any, f func(som.Ref))
	walk = func(v any, f func(som.Ref)) {
		switch v := v.(type) {
		case heldOne:
			walk(v.Who, f)
			for _, o := range v.All {
				walk(o, f)
			}
			for _, in := range v.In {
				for _, x := range in {
					walk(x.Who, f)
				}
			}
		case som.Object:
			if !v.SOM().IsNil() {
				f(v.SOM())
			}
		}
	}
	release := func(r som.Ref) { give(t, r.Release()) }
	type shadow struct {
		r   som.Ref
		has [3]any
	}
	begin := func() *shadow {
		r, err := safeClass.New()
		give(t, err)
		return &shadow{r: r}
	}
	all := []*shadow{begin(), begin()}
	ctx := t.Context()
	for range 2000 {
		at := rnd.IntN(len(all))
		s := all[at]
		state, _ := som.FindState[safe](s.r)
		switch rnd.IntN(7) {
		case 0:
			o := one()
			give(t, state.SetOne(ctx, o))
			s.has[0] = o
		case 1:
			n, v := rnd.IntN(2), two()
			give(t, state.SetTwo(ctx, int64(n), v))
			s.has[1+n] = v
			v.All[0] = nil // the caller's own
			s.has[1+n], _ = state.two.in[n].Get()
			walk(s.has[1+n], release)
		case 2:
			o, err := state.One(ctx)
			give(t, err)
			give(t, state.SetOne(ctx, o)) // what it has
			walk(o, release)
			v, err := state.Two(ctx, 1)
			give(t, err)
			walk(v, release)
		case 3:
			if len(all) < 5 {
				r, err := s.r.Copy()
				give(t, err)
				all = append(all, &shadow{r, s.has})
			}
		case 4:
			to := all[rnd.IntN(len(all))]
			give(t, to.r.Assign(s.r))
			to.has = s.has
		case 5:
			give(t, s.r.Assign(s.r))
		case 6:
			if len(all) > 1 {
				give(t, s.r.Release())
				all = append(all[:at], all[at+1:]...)
			}
		}
		want := map[som.Ref]int{}
		for _, s := range all {
			for _, v := range s.has {
				walk(v, func(r som.Ref) { want[r]++ })
			}
		}
		for i, c := range coins {
			if c.Refs() != 1+want[c] {
				t.Fatalf("coin %d has %d references, and %d places", i, c.Refs(), want[c])
			}
		}
	}
	for _, s := range all {
		give(t, s.r.Release())
	}
	for i, c := range coins {
		if c.Refs() != 1 {
			t.Errorf("coin %d has %d references when all has ended", i, c.Refs())
		}
		give(t, c.Release())
	}
}

type (
	heldIn struct{ som.Held[som.Object] }
	itself struct {
		som.Base
		som.Held[som.Object]
	}
	within struct {
		som.Base
		heldIn
	}
	behind struct {
		som.Base
		*heldIn
		one som.Held[som.Object]
	}
)

// TestHeldEmbedded embeds one in a State, by itself and within a structure, and has one that is embedded by a pointer left aside.
func TestHeldEmbedded(t *testing.T) {
	t.Parallel()
	c, err := coinClass.New()
	give(t, err)
	inner := &heldIn{}
	give(t, inner.Set(c))
	for _, of := range []struct {
		class *som.Class
		set   func(som.Ref) error
	}{
		{som.MustClass[itself]("Itself"), func(r som.Ref) error { s, _ := som.FindState[itself](r); return s.Held.Set(c) }},
		{som.MustClass[within]("Within"), func(r som.Ref) error { s, _ := som.FindState[within](r); return s.heldIn.Held.Set(c) }},
		{som.MustClass[behind]("Behind"), func(r som.Ref) error {
			s, _ := som.FindState[behind](r)
			s.heldIn = inner
			return s.one.Set(c)
		}},
	} {
		r, err := of.class.New()
		give(t, err)
		give(t, of.set(r))
		to, err := r.Copy()
		give(t, err)
		if n := c.Refs(); n != 4 {
			t.Errorf("%s: two objects and what is apart have %d references", of.class, n-1)
		}
		give(t, r.Release())
		give(t, to.Release())
		if n := c.Refs(); n != 2 {
			t.Errorf("%s: what has ended has %d references", of.class, n-2)
		}
	}
	give(t, inner.Set(nil))
	give(t, c.Release())
}

// TestHeldRefuses holds that a value with an object after its end is not taken, nor are those that are too deep, and that nothing of them is.
func TestHeldRefuses(t *testing.T) {
	c, err := coinClass.New()
	give(t, err)
	over, err := coinClass.New()
	give(t, err)
	give(t, over.Release())
	var h som.Held[heldOne]
	give(t, h.Set(heldOne{Who: c}))
	if err := h.Set(heldOne{Who: c, All: []som.Object{c, over}}); !errors.Is(err, &som.Error{Code: som.CodeFreed}) || c.Refs() != 2 {
		t.Errorf("%v, with %d references", err, c.Refs())
	}
	if v, err := h.Get(); err != nil || v.Who != som.Object(c) || v.All != nil || c.Refs() != 3 {
		t.Errorf("it has %v, %v, with %d references", v, err, c.Refs())
	}
	type tree struct{ Kids []tree }
	round := tree{make([]tree, 1)}
	round.Kids[0] = round
	var deep som.Held[tree]
	if err := deep.Set(round); !errors.Is(err, &som.Error{Code: som.CodeDepth}) {
		t.Errorf("a value within itself: %v", err)
	}
	give(t, h.Set(heldOne{}))
	give(t, c.Release())
	if c.Refs() != 1 {
		t.Errorf("%d references", c.Refs())
	}
	give(t, c.Release())
}

// TestHeldOfAFailed holds that what an initializer has set before it fails is ended.
func TestHeldOfAFailed(t *testing.T) {
	c, err := coinClass.New()
	give(t, err)
	o := som.Object(c)
	unwilling.i = &o
	_, err = safeClass.New()
	unwilling.i = nil
	if !errors.Is(err, errUnwilling) || c.Refs() != 1 {
		t.Errorf("%v, with %d references", err, c.Refs())
	}
	give(t, c.Release())
}

// TestHeldOfAFailedInitializer holds the same of an initializer with arguments, also of one that panics.
func TestHeldOfAFailedInitializer(t *testing.T) {
	c, err := coinClass.New()
	give(t, err)
	for name, fails := range map[string]func() error{
		"fails":  func() error { return errUnwilling },
		"panics": func() error { panic(errUnwilling) },
	} {
		func() {
			defer func() {
				if p := recover(); p != nil && p != errUnwilling {
					panic(p)
				}
			}()
			_, err := safeClass.NewBy(safeClass, func(r som.Ref) error {
				s, ok := som.State[safe](r, safeClass)
				if !ok {
					t.Fatal("it has no State")
				}
				if err := s.one.Set(c); err != nil {
					return err
				}
				return fails()
			})
			if !errors.Is(err, errUnwilling) {
				t.Errorf("%s: %v", name, err)
			}
		}()
		if c.Refs() != 1 {
			t.Errorf("%s: %d references", name, c.Refs())
		}
	}
	give(t, c.Release())
}

// TestHeldAtOnce gets and sets an attribute from several goroutines: who gets it has an object that lives.
func TestHeldAtOnce(t *testing.T) {
	var h som.Held[som.Object]
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				c, err := coinClass.New()
				if err == nil {
					err = h.Set(c)
				}
				if err == nil {
					err = c.Release()
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 500 {
				o, err := h.Get()
				if err == nil && o != nil {
					if o.SOM().Refs() < 1 {
						t.Error("it has ended")
					}
					err = o.SOM().Release()
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	give(t, h.Set(nil))
	if n := coinClass.Instances(); n != 0 {
		t.Errorf("%d live", n)
	}
}
