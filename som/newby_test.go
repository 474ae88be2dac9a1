package som_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/internal/zoo/animal"
	"github.com/opendsom/dsom/som/internal/zoo/dog"
)

// TestNewBy holds that an initializer with arguments stands in for that of its class, and for no other's.
func TestNewBy(t *testing.T) {
	t.Parallel()
	var tr trace
	class := func(name string, parent *som.Class) *som.Class {
		s := som.Spec{Name: name, Init: func(som.Ref) error { tr.note(name); return nil }, Fini: func(som.Ref) { tr.note("~" + name) }}
		if parent != nil {
			s.Parents = []*som.Class{parent}
		}
		c, err := som.NewClass(s)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	a := class("A", nil)
	b := class("B", a)
	c := class("C", b)
	o, err := c.NewBy(b, func(r som.Ref) error {
		if !r.IsA(c) {
			t.Error("another object")
		}
		tr.note("by")
		if o, err := c.New(); err != nil || o.Release() != nil { // a plain one meanwhile
			t.Error(err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Release(); err != nil {
		t.Error(err)
	}
	if got, want := strings.Join(tr.lines, " "), "A by A B C ~C ~B ~A C ~C ~B ~A"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	tr.lines = nil
	if _, err := c.NewBy(b, func(som.Ref) error { return errRaised }); !errors.Is(err, errRaised) {
		t.Errorf("got %v", err)
	}
	if got := strings.Join(tr.lines, " "); got != "A ~A" {
		t.Errorf("what failed left %s", got)
	}
	if _, err := b.NewBy(c, func(som.Ref) error { return nil }); !errors.Is(err, &som.Error{Code: som.CodeInit}) {
		t.Errorf("by a descendant: %v", err)
	}
	if c.Instances() != 0 {
		t.Errorf("%d live", c.Instances())
	}
}

type forgetful struct{ animal.Base }

type tallying struct{ som.Base }

func (c *tallying) Count(context.Context) (int, error) { return 7, nil }

// TestDeclaredOverrides holds that what generated code says of an implementation is held against it.
func TestDeclaredOverrides(t *testing.T) {
	t.Parallel()
	_, err := som.ClassOf[forgetful]("Forgetful", som.Parents(animal.Class), som.With(func(s *som.Spec) {
		s.Overrides = []som.Override{{Method: "Animal::speak"}}
	}))
	if err == nil || !strings.Contains(err.Error(), "it overrides Animal::speak, which *som_test.forgetful does not declare") {
		t.Errorf("got %v", err)
	}
	type countFunc = func(som.Self, context.Context) (int, error)
	c := som.MustClass[tallying]("Counting", som.With(func(s *som.Spec) {
		s.Introduces = []som.MethodSpec{{Name: "count", Kind: som.Procedure, Type: reflect.TypeFor[countFunc]()}, {Name: "none", Kind: som.Procedure, Type: reflect.TypeFor[countFunc]()}}
	}))
	o, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	fn, self, err := som.ByName[countFunc]("Counting::count").Of(o)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := fn(self, t.Context()); n != 7 || err != nil {
		t.Errorf("a procedure of a Go type: %v, %v", n, err)
	}
	if n, err := o.Invoke(t.Context(), "count"); n != 7 || err != nil {
		t.Errorf("invoked: %v, %v", n, err)
	}
	fn, self, err = som.ByName[countFunc]("none").Of(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fn(self, t.Context()); !errors.Is(err, &som.Error{Code: som.CodeAbstract}) {
		t.Errorf("a procedure that nobody wrote: %v", err)
	}
}

// TestArgObject holds what may be passed where a method takes an object of a class.
func TestArgObject(t *testing.T) {
	t.Parallel()
	d, err := dog.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Release() }()
	a, err := animal.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Release() }()
	for name, c := range map[string]struct {
		arg  any
		want dog.Dog
		fits bool
	}{
		"a typed reference": {d, d, true}, "a reference": {d.SOM(), d, true}, "none": {nil, nil, true}, "no object": {som.Ref{}, nil, true},
		"of an ancestor": {a, nil, false}, "a number": {1, nil, false},
	} {
		got, err := som.ArgObject[dog.Dog]([]any{c.arg}, 0, dog.Narrow)
		if (err == nil) != c.fits || got != c.want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
		if r := som.ResultObject[dog.Dog]([]any{c.arg}, 0, dog.Narrow); r != c.want {
			t.Errorf("%s as a result: %v", name, r)
		}
	}
}
