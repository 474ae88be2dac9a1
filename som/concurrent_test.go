package som_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
)

// TestConcurrent has many goroutines define, unload, replace, add, cast, call, copy and end
// objects of one family of classes at once. The race detector looks on; what is called must be
// something that stood there, and in the end nothing lives.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	var m som.Manager
	a := mustDefine(t, &m, som.Spec{Name: "A", Introduces: []som.MethodSpec{{Name: "m", Impl: answer("A")}, {Name: "n", Impl: answer("A")}},
		Data: som.Data{Size: 8, Align: 8}})
	b := mustDefine(t, &m, som.Spec{Name: "B", Parents: []*som.Class{a}, Overrides: []som.Override{{Method: "A::m", Impl: answer("B")}}})
	c := mustDefine(t, &m, som.Spec{Name: "C", Parents: []*som.Class{a}, Overrides: []som.Override{{Method: "A::m", Impl: answer("C")}}})
	d := mustDefine(t, &m, som.Spec{Name: "D", Parents: []*som.Class{b, c}})
	meta := [2]*som.Class{mustDefine(t, &m, som.Spec{Name: "M0", Parents: []*som.Class{som.SOMClass}}), mustDefine(t, &m, som.Spec{Name: "M1", Parents: []*som.Class{som.SOMClass}})}
	method, err := a.Lookup("m")
	if err != nil {
		t.Fatal(err)
	}
	token := som.MustBind[tag](a, "m")
	named := som.ByName[tag]("m")
	shared, err := d.New()
	if err != nil {
		t.Fatal(err)
	}
	weak := shared.Weak()
	var serial atomic.Int64
	soak, _ := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	end := time.Now().Add(soak)

	check := func(got string, err error) {
		if err != nil || got != "A" && got != "B" && got != "C" && !strings.HasPrefix(got, "R") {
			t.Errorf("a call answered %q, %v", got, err)
		}
	}
	one := func(r *rand.Rand) {
		class := []*som.Class{a, b, c, d}[r.IntN(4)]
		switch r.IntN(12) {
		case 0, 1, 2:
			fn, self := token.Of(shared)
			check(fn(self))
		case 3:
			fn, self, err := named.Of(shared)
			if err != nil {
				t.Error(err)
				return
			}
			check(fn(self))
		case 4:
			if _, err := class.Replace(method, answer(fmt.Sprintf("R%d", serial.Add(1)))); err != nil {
				t.Error(err)
			}
		case 5:
			if _, err := class.AddMethod(fmt.Sprintf("d%d", serial.Add(1)), answer("x")); err != nil {
				t.Error(err)
			}
		case 6:
			if err := shared.Cast(class); err != nil {
				t.Error(err)
			}
		case 7:
			if err := shared.Uncast(); err != nil {
				t.Error(err)
			}
		case 8:
			if r, ok := weak.Get(); ok {
				if err := r.Release(); err != nil {
					t.Error(err)
				}
			}
		case 9:
			o, err := class.New()
			if err != nil {
				t.Error(err)
				return
			}
			o2, err := o.Copy()
			if err != nil {
				t.Error(err)
				return
			}
			fn, self := token.Of(o2)
			check(fn(self))
			for _, o := range []som.Ref{o, o2} {
				if err := o.Free(); err != nil {
					t.Error(err)
				}
			}
		case 10:
			x, err := m.NewClass(som.Spec{Name: fmt.Sprintf("X%d", serial.Add(1)), Parents: []*som.Class{class}, Metaclass: meta[r.IntN(2)]})
			if err != nil {
				t.Error(err)
				return
			}
			y, err := m.NewClass(som.Spec{Name: fmt.Sprintf("Y%d", serial.Add(1)), Parents: []*som.Class{x}, Metaclass: meta[r.IntN(2)]})
			if err != nil {
				t.Error(err)
				return
			}
			if err := m.Unload(x); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
				t.Errorf("a class with a subclass: %v", err)
			}
			if err := errors.Join(m.Unload(y), m.Unload(x)); err != nil {
				t.Error(err)
			}
		case 11:
			if _, err := shared.Invoke(t.Context(), "A::n"); err != nil {
				t.Error(err)
			}
		}
	}
	var wg sync.WaitGroup
	for g := range uint64(8) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(g, 0))
			for i := 0; i < 300 || time.Now().Before(end); i++ {
				one(r)
			}
		})
	}
	wg.Wait()
	if err := shared.Free(); err != nil {
		t.Error(err)
	}
	for _, x := range []*som.Class{d, c, b, a, meta[0], meta[1]} {
		if err := m.Unload(x); err != nil {
			t.Error(err)
		}
	}
	if left := m.Classes(); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// TestLastRelease has many goroutines give back and ask for one object: exactly one of them ends it,
// and no weak reference answers it after.
func TestLastRelease(t *testing.T) {
	t.Parallel()
	var ended atomic.Int32
	c := mustDefine(t, new(som.Manager), som.Spec{Name: "A", Fini: func(som.Ref) { ended.Add(1) }})
	for range 200 {
		ended.Store(0)
		r, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		weak := r.Weak()
		var wg sync.WaitGroup
		for range 4 {
			if err := r.Retain(); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				if err := r.Release(); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if r, ok := weak.Get(); ok {
					if ended.Load() != 0 {
						t.Error("a weak reference answered an object whose end had begun")
					}
					if err := r.Release(); err != nil {
						t.Error(err)
					}
				}
			})
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if n := ended.Load(); n != 1 {
			t.Fatalf("the object ended %d times", n)
		}
		if c.Instances() != 0 {
			t.Fatalf("%d instances are left", c.Instances())
		}
	}
}

func mustDefine(t *testing.T, m *som.Manager, s som.Spec) *som.Class {
	t.Helper()
	c, err := m.NewClass(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRedispatchWhileMade holds that a class which was redispatched has no instance, made meanwhile, that is not.
func TestRedispatchWhileMade(t *testing.T) {
	t.Parallel()
	var m som.Manager
	for i := range 300 {
		c := mustDefine(t, &m, som.Spec{Name: fmt.Sprintf("C%d", i), Introduces: []som.MethodSpec{{Name: "m", Impl: answer("behind")}}})
		of, err := c.Lookup("m")
		if err != nil {
			t.Fatal(err)
		}
		made := make(chan som.Ref)
		go func() {
			r, err := c.New()
			if err != nil {
				t.Error(err)
			}
			made <- r
		}()
		err = c.Redispatch(func(is *som.Method, _ som.Packed) som.Packed {
			if is != of {
				return nil
			}
			return func(som.Self, context.Context, []any) ([]any, error) { return []any{"front"}, nil }
		})
		r := <-made
		got, callErr := r.Invoke(t.Context(), "m")
		want := "front"
		if errors.Is(err, &som.Error{Code: som.CodeBusy}) {
			want = "behind"
		}
		if callErr != nil || got != want {
			t.Fatalf("redispatched: %v; then an instance answers %v, %v", err, got, callErr)
		}
		if err := r.Release(); err != nil {
			t.Fatal(err)
		}
	}
}
