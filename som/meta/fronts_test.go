package meta_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
	"github.com/opendsom/dsom/som/internal/zoo/dog"
	"github.com/opendsom/dsom/som/meta"
)

type dispatcher struct {
	dog.Base
	calls []string
}

func (d *dispatcher) SomDispatch(ctx context.Context, m *som.Method, args []any) ([]any, error) {
	d.calls = append(d.calls, m.Name())
	return m.Apply(ctx, d.SOM(), args)
}

// TestRedispatched: calls by offset go through somDispatch, which the class overrides.
func TestRedispatched(t *testing.T) {
	t.Parallel()
	c := som.MustClass[dispatcher]("Rd", som.Parents(dog.Class), som.WithMetaclass(meta.Redispatched))
	a := instance(t, c)
	if n, err := a.Speak(t.Context(), 1); n != 11 || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	if s, err := a.Name(t.Context()); s != "animal" || err != nil {
		t.Errorf("got %v, %v", s, err)
	}
	d, _ := som.FindState[dispatcher](a.SOM())
	if !slices.Equal(d.calls, []string{"speak", "name"}) {
		t.Errorf("got %v", d.calls)
	}
}

// Plain takes no context, in which the mark of a call that comes back could travel.
func (d *dispatcher) Plain(n int64) int64 { return n * 2 }

// TestRedispatchedOnce: each call is handed to somDispatch once, by name too, whether or not the method takes a context.
func TestRedispatchedOnce(t *testing.T) {
	t.Parallel()
	c := som.MustClass[dispatcher]("RdOnce", som.Parents(dog.Class), som.WithMetaclass(meta.Redispatched))
	a := instance(t, c)
	plain, err := som.Bind[func(som.Self, int64) int64](c, "plain")
	if err != nil {
		t.Fatal(err)
	}
	fn, self := plain.Of(a.SOM())
	if n := fn(self, 21); n != 42 {
		t.Errorf("by offset: got %d", n)
	}
	if n, err := a.Invoke(t.Context(), "plain", 21); n != int64(42) || err != nil {
		t.Errorf("by name: got %v, %v", n, err)
	}
	if n, err := a.Invoke(t.Context(), "speak", 1); n != int64(11) || err != nil {
		t.Errorf("by name: got %v, %v", n, err)
	}
	if d, _ := som.FindState[dispatcher](a.SOM()); !slices.Equal(d.calls, []string{"plain", "plain", "speak"}) {
		t.Errorf("got %v", d.calls)
	}
}

// A mirror sends what it is asked on to the next, and then answers itself.
type mirror struct {
	dog.Base
	next  animal.Ref
	calls int
}

func (m *mirror) SomDispatch(ctx context.Context, of *som.Method, args []any) ([]any, error) {
	m.calls++
	if !m.next.SOM().IsNil() {
		if _, err := m.next.Speak(ctx, args[0].(int64)); err != nil {
			return nil, err
		}
	}
	return of.Apply(ctx, m.SOM(), args)
}

// TestRedispatchedMirror: a call of another object from within somDispatch is another call.
func TestRedispatchedMirror(t *testing.T) {
	t.Parallel()
	c := som.MustClass[mirror]("Mirror", som.Parents(dog.Class), som.WithMetaclass(meta.Redispatched))
	var all [3]*mirror
	var next animal.Ref
	for i := range all {
		r := instance(t, c)
		all[i], _ = som.FindState[mirror](r.SOM())
		all[i].next = next
		next = r
	}
	if n, err := next.Speak(t.Context(), 1); n != 11 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	for i, m := range all {
		if m.calls != 1 {
			t.Errorf("mirror %d was dispatched %d times", i, m.calls)
		}
	}
}

// A shouter is dispatched, and notes what it is asked to dispatch and to do.
type shouter struct{ dog.Base }

func (s *shouter) Speak(ctx context.Context, n int64) (int64, error) {
	note(ctx, "speak")
	return s.Base.Speak(ctx, n)
}

func (s *shouter) SomDispatch(ctx context.Context, m *som.Method, args []any) ([]any, error) {
	note(ctx, "dispatch")
	if args[0] == int64(7) {
		return s.SOM().Class().Call(ctx, m, s.SOM(), args)
	}
	return m.Apply(ctx, s.SOM(), args)
}

// TestFrontsCompose: properties that put something in front each by itself, and those that BeforeAfter calls where it stands, are in front in the
// order of the metaclass, the first outermost; by whichever way a call comes, and comes back from somDispatch.
func TestFrontsCompose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of            []*som.Class
		want, invoked string
	}{
		"OutRdIn":  {[]*som.Class{Outer, meta.Redispatched, Inner}, "outer<speak dispatch inner<speak speak speak>inner speak>outer", "dispatch outer<speak inner<speak speak speak>inner speak>outer"},
		"RdOut":    {[]*som.Class{meta.Redispatched, Outer}, "dispatch outer<speak speak speak>outer", "dispatch outer<speak speak speak>outer"},
		"OutRd":    {[]*som.Class{Outer, meta.Redispatched}, "outer<speak dispatch speak speak>outer", "dispatch outer<speak speak speak>outer"},
		"FrontOut": {[]*som.Class{Fronted, Outer}, "fronted outer<speak speak speak>outer", "dispatch fronted outer<speak speak speak>outer"},
		"OutFront": {[]*som.Class{Outer, Fronted}, "outer<speak fronted speak speak>outer", "dispatch outer<speak fronted speak speak>outer"},
		"FrontRd":  {[]*som.Class{Fronted, meta.Redispatched, Inner}, "fronted dispatch inner<speak speak speak>inner", "dispatch fronted inner<speak speak speak>inner"},
	} {
		m, err := meta.Of(c.of...)
		if err != nil {
			t.Fatal(err)
		}
		class, err := som.ClassOf[shouter](name, som.WithMetaclass(m), som.Parents(dog.Class))
		if err != nil {
			t.Fatal(err)
		}
		a := instance(t, class)
		for _, n := range []int64{1, 7} { // by Apply and by Call
			ctx, log := logged(t.Context())
			if _, err := a.Speak(ctx, n); err != nil || log.String() != c.want {
				t.Errorf("%s, by offset: got %s, %v\nwant %s", name, log, err, c.want)
			}
			ctx, log = logged(t.Context())
			if _, err := a.Invoke(ctx, "speak", n); err != nil || log.String() != c.invoked {
				t.Errorf("%s, by name: got %s, %v\nwant %s", name, log, err, c.invoked)
			}
		}
	}
}

// Fronted is a property that puts something in front by itself.
type fronted struct{ meta.Base }

var Fronted = som.MustClass[fronted]("Fronted", som.Parents(som.SOMClass))

func (f *fronted) SomClassReady() error {
	if err := f.Next().SomClassReady(); err != nil {
		return err
	}
	return f.Made().Redispatch(func(m *som.Method, behind som.Packed) som.Packed {
		if m.Name() != "speak" {
			return nil
		}
		return func(self som.Self, ctx context.Context, args []any) ([]any, error) {
			note(ctx, "fronted")
			return behind(self, ctx, args)
		}
	})
}

type parental struct{ meta.Base }

func (*parental) SommBeforeMethod(ctx context.Context, c *meta.Call) (bool, error) {
	note(ctx, "parental<%s", c.Method.Name())
	return true, nil
}

type insistent struct{ meta.Base }

// A hook that has its parent's run, which BeforeAfter does as well.
func (i *insistent) SommBeforeMethod(ctx context.Context, c *meta.Call) (bool, error) {
	note(ctx, "insistent<%s", c.Method.Name())
	fn, self, ok := beforeToken.Next(i.Class(), i.SOM())
	if !ok {
		return true, nil
	}
	return fn(self, ctx, c)
}

var beforeToken = som.MustBind[func(som.Self, context.Context, *meta.Call) (bool, error)](meta.BeforeAfter, "sommBeforeMethod")

// TestParentMethodCallPrevention: a hook that descendants may not call runs once all the same.
func TestParentMethodCallPrevention(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		metaclass *som.Class
		want      string
		err       som.Code
	}{
		{"Let", nil, "insistent<speak parental<speak parental<speak speak", ""},
		{"Prevented", meta.ParentMethodCallPreventionEnabled, "insistent<speak", som.CodeAbstract},
	} {
		parent := som.MustClass[parental](c.name+"Parental", som.Parents(meta.BeforeAfter), som.WithMetaclass(c.metaclass))
		own := som.MustClass[insistent](c.name+"Insistent", som.Parents(parent))
		ctx, log := logged(t.Context())
		a := instance(t, speaks(t, c.name+"Plain", parent))
		if _, err := a.Speak(ctx, 1); err != nil || log.String() != "parental<speak speak" {
			t.Errorf("%s alone: got %s, %v", c.name, log, err)
		}
		class := mustClass(t, som.Spec{Name: c.name, Parents: []*som.Class{dog.Class}, Metaclass: own})
		r, err := class.New()
		if c.err != "" { // it begins with a call, too
			if !errors.Is(err, &som.Error{Code: c.err}) {
				t.Errorf("%s: got %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		a, _ = animal.Narrow(r)
		ctx, log = logged(t.Context())
		if _, err := a.Speak(ctx, 1); err != nil || log.String() != strings.TrimSuffix(c.want, " speak") {
			t.Errorf("%s: got %s, %v", c.name, log, err)
		}
	}
}
