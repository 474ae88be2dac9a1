package som_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
	"github.com/opendsom/dsom/som/internal/zoo/dog"
)

// Puppy is a class as a user writes it, without IDL.
type Puppy struct {
	dog.Base
	speaks int
}

func (p *Puppy) Speak(ctx context.Context, n int64) (int64, error) {
	p.speaks++
	r, err := p.Base.Speak(ctx, n)
	return r + 1000, err
}

func (p *Puppy) Wag(_ context.Context, times int) (int, error) { return 2 * times, nil }

func (p *Puppy) SomDefaultInit() error { puppies.note("init"); return nil }
func (p *Puppy) SomDestruct()          { puppies.note("destruct") }

var puppyClass = som.MustClass[Puppy]("Puppy", som.Parents(dog.Class))

// puppies is where puppies of a test note what happens; one test uses it.
var puppies trace

type trace struct{ lines []string }

func (t *trace) note(s string) { t.lines = append(t.lines, s) }

// TestGoClass holds what generated classes and one that a user writes do together.
func TestGoClass(t *testing.T) {
	ctx := t.Context()
	r, err := puppyClass.New()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := dog.Narrow(r)
	if !ok {
		t.Fatal("a Puppy is no Dog")
	}
	var a animal.Animal = p // as those hold it who do not know where it is
	if n, err := a.Speak(ctx, 1); n != 1011 || err != nil {
		t.Errorf("Speak: got %v, %v", n, err)
	}
	if n, err := p.Bark(ctx, "cat"); n != 1 || err != nil {
		t.Errorf("Bark: got %v, %v", n, err)
	}
	if n, err := r.Invoke(ctx, "speak", 1); n != int64(1011) || err != nil {
		t.Errorf("Invoke speak: got %v, %v", n, err)
	}
	if n, err := r.Invoke(ctx, "wag", 21); n != 42 || err != nil {
		t.Errorf("Invoke wag: got %v, %v", n, err)
	}
	s, ok := som.State[Puppy](r, puppyClass)
	if !ok || s.speaks != 2 {
		t.Errorf("State: got %+v, %v", s, ok)
	}
	if n, err := s.Next().Speak(ctx, 1); n != 11 || err != nil {
		t.Errorf("Next: got %v, %v", n, err)
	}
	if n, err := s.Self().Speak(ctx, 1); n != 1011 || err != nil {
		t.Errorf("Self: got %v, %v", n, err)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	if got := strings.Join(puppies.lines, " "); got != "init destruct" {
		t.Errorf("got %q", got)
	}
	if _, err := p.Speak(ctx, 1); !errors.Is(err, &som.Error{Code: som.CodeFreed}) {
		t.Errorf("after the end: got %v", err)
	}
	if got := names(puppyClass.Introduced()); len(got) != 1 || got[0] != "Puppy::wag" {
		t.Errorf("introduced: got %v", got)
	}
	if puppyClass.Implements(dog.BarkToken.Method()) != nil || puppyClass.Implements(animal.SpeakToken.Method()) == nil {
		t.Error("what is promoted counts as declared, or the reverse")
	}
}

type left struct {
	animal.Base
	a int
}

func (l *left) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := l.Next().Speak(ctx, n)
	l.a++
	return r + 1, err
}

type right struct {
	animal.Base
	a, b int
}

func (r *right) Speak(ctx context.Context, n int64) (int64, error) {
	s, err := r.Next().Speak(ctx, n)
	r.b++
	return s + 2, err
}

func (r *right) Name(context.Context) (string, error) { r.a++; return "right", nil }

type both struct {
	L animal.Base
	c int
}

func (b *both) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := b.L.Next().Speak(ctx, n)
	b.c++
	return r + 4, err
}

// TestGoStates holds that each class's methods have its own state, whatever the inheritance, and
// that next calls run the top of a diamond once.
func TestGoStates(t *testing.T) {
	t.Parallel()
	l := som.MustClass[left]("Left", som.Parents(animal.Class))
	r := som.MustClass[right]("Right", som.Parents(animal.Class))
	for _, parents := range [][]*som.Class{{l, r}, {r, l}} {
		b := som.MustClass[both]("Both", som.Parents(parents...))
		o, err := b.New()
		if err != nil {
			t.Fatal(err)
		}
		a, _ := animal.Narrow(o)
		if n, err := a.Speak(t.Context(), 10); n != 17 || err != nil {
			t.Errorf("got %v, %v", n, err)
		}
		want := "animal" // left path precedence
		if parents[0] == r {
			want = "right"
		}
		if s, err := a.Name(t.Context()); s != want || err != nil {
			t.Errorf("got %q, %v, want %q", s, err, want)
		}
		ls, _ := som.State[left](o, l)
		rs, _ := som.State[right](o, r)
		bs, _ := som.State[both](o, b)
		if ls.a != 1 || rs.b != 1 || bs.c != 1 {
			t.Errorf("states: %+v %+v %+v", *ls, *rs, *bs)
		}
		c, err := o.Copy()
		if err != nil {
			t.Fatal(err)
		}
		cs, _ := som.State[both](c, b)
		if cs.c != 1 || cs.L.SOM() != c || cs == bs {
			t.Errorf("copy: %+v", *cs)
		}
	}
}

type generic[T any] struct {
	animal.Base
	last T
}

func (g *generic[T]) Speak(_ context.Context, n int64) (int64, error) {
	var zero T
	g.last = zero
	return 2 * n, nil
}

// byValue has a method of the value, which the compiler wraps for pointers.
type byValue struct {
	animal.Base
	x int
}

func (b byValue) Speak(context.Context, int64) (int64, error) { return int64(b.x) + 3, nil }

// TestDeclared holds that what a type declares is told from what it has from its base, also where the compiler puts
// a function of its own in between.
func TestDeclared(t *testing.T) {
	t.Parallel()
	for want, c := range map[int64]*som.Class{
		4: som.MustClass[generic[string]]("Generic", som.Parents(animal.Class)),
		3: som.MustClass[byValue]("ByValue", som.Parents(animal.Class)),
	} {
		o, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		a, _ := animal.Narrow(o)
		if n, err := a.Speak(t.Context(), 2); n != want || err != nil {
			t.Errorf("%s: got %v, %v", c, n, err)
		}
		if c.Implements(animal.NameToken.Method()) != nil {
			t.Errorf("%s: what is promoted counts as declared", c)
		}
	}
}

type wrong struct{ animal.Base }

func (w *wrong) Speak(n int64) (int64, error) { return n, nil }

type empty struct{}

// TestGoClassRefused holds that a type which does not fit is refused with a text that says how it
// should be.
func TestGoClassRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func() (*som.Class, error)
		want string
	}{
		"signature": {func() (*som.Class, error) { return som.ClassOf[wrong]("W", som.Parents(animal.Class)) },
			"must be func(*som_test.wrong, context.Context, int64) (int64, error)"},
		"empty":  {func() (*som.Class, error) { return som.ClassOf[empty]("E") }, "has no size"},
		"name":   {func() (*som.Class, error) { return som.ClassOf[left]("1") }, "a name is identifiers"},
		"parent": {func() (*som.Class, error) { return som.ClassOf[left]("L", som.Parents(nil)) }, "parent 0 is nil"},
	} {
		if _, err := c.make(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestCallsAllocateNothing is the exact half of what a call may cost.
func TestCallsAllocateNothing(t *testing.T) {
	ctx := t.Context()
	a, err := dog.New()
	if err != nil {
		t.Fatal(err)
	}
	var i animal.Animal = a
	byName := som.ByName[func(som.Self, context.Context, int64) (int64, error)]("Animal::speak")
	for name, f := range map[string]func(){
		"reference": func() { _, _ = a.Speak(ctx, 1) },
		"interface": func() { _, _ = i.Speak(ctx, 1) },
		"narrow":    func() { i, _ = animal.Narrow(a) },
		"by name": func() {
			fn, self, _ := byName.Of(a.SOM())
			_, _ = fn(self, ctx, 1)
		},
		"is a":   func() { a.SOM().IsA(animal.Class) },
		"retain": func() { _ = a.Retain(); _ = a.Release() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
