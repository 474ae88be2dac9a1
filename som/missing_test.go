package som_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/opendsom/dsom/som"
)

var errGone = errors.New("its library is on another machine")

type orphan struct{ som.Base }

func (o *orphan) Speak(context.Context) error { return nil }

// TestMissing holds that everything with a class that there is not is an error which says why, and nothing a panic.
func TestMissing(t *testing.T) {
	t.Parallel()
	gone := som.Missing("Gone", nil, errGone)
	child := som.MustClass[orphan]("Child", som.Parents(gone))
	grandchild := som.MustClass[orphan]("Grandchild", som.Parents(child))
	token := som.MustBind[func(som.Self, context.Context) error](grandchild, "Gone::speak")
	var m som.Manager
	for what, f := range map[string]func(c *som.Class) error{
		"Err":   func(c *som.Class) error { return c.Err() },
		"New":   func(c *som.Class) error { _, err := c.New(); return err },
		"NewBy": func(c *som.Class) error { _, err := c.NewBy(c, func(som.Ref) error { return nil }); return err },
		"Lookup": func(c *som.Class) error {
			_, err := c.Lookup("speak")
			return err
		},
		"Bind": func(c *som.Class) error {
			_, err := som.Bind[func(som.Self, context.Context) error](c, "speak")
			return err
		},
		"CheckVersion": func(c *som.Class) error { return c.CheckVersion(som.Version{Major: 1}) },
		"Register":     m.Register,
		"Join":         func(c *som.Class) error { _, err := som.Join(c); return err },
		"SetHost":      func(c *som.Class) error { return c.SetHost(nil) },
		"NewClass": func(c *som.Class) error {
			_, err := som.NewClass(som.Spec{Name: "X", Parents: []*som.Class{som.SOMObject, c}})
			return err
		},
		"a class of it": func(c *som.Class) error {
			_, err := som.NewClass(som.Spec{Name: "X", Metaclass: c})
			return err
		},
		"ClassOf":   func(c *som.Class) error { _, err := som.ClassOf[orphan]("X", som.Parents(c)); return err },
		"MustClass": func(c *som.Class) error { return som.MustClass[orphan]("X", som.WithMetaclass(c)).Err() },
	} {
		for _, c := range []*som.Class{gone, child, grandchild} {
			if err := f(c); !errors.Is(err, errGone) {
				t.Errorf("%s of %s: %v", what, c, err)
			}
		}
	}
	if want := "som: Grandchild: its parent Child is missing: Child: its parent Gone is missing: " + errGone.Error() + " (unknown)"; grandchild.Err().Error() != want {
		t.Errorf("got %v, want %s", grandchild.Err(), want)
	}
	there, err := som.NewClass(som.Spec{Name: "There"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := there.New()
	if err != nil {
		t.Fatal(err)
	}
	if token.Method() != nil {
		t.Error("a method of a class that there is not")
	}
	switch {
	case o.IsA(gone), there.DescendsFrom(gone), gone.DescendsFrom(there), gone.DescendsFrom(som.SOMObject):
		t.Error("it is akin to others")
	case gone.Instances() != 0, len(gone.Methods()) != 0, gone.Abstract(), gone.Size() != 0, gone.Host() != nil, len(gone.Parents()) != 0:
		t.Error("it has something")
	case gone.Name() != "Gone", gone.SOM().String() != "class Gone", gone.Metaclass() != som.SOMClass:
		t.Errorf("it is %s", gone)
	case there.Substitute(gone) == nil, gone.Substitute(there) == nil:
		t.Error("it takes another's place")
	}
	if err := o.Release(); err != nil {
		t.Error(err)
	}
	if som.Missing("Silent", nil, nil).Err() == nil {
		t.Error("a class is missing for no reason")
	}
}

// TestMustClassPanics holds that what is the program's own fault is told at its start.
func TestMustClassPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, &som.Error{Code: som.CodeName}) {
			t.Errorf("got %v", err)
		}
	}()
	som.MustClass[orphan]("not a name")
}

type likeness interface{ Like() bool }

type like struct{ som.Ref }

func (like) Like() bool { return true }

// TestNarrowTo holds which objects are put where an interface of generated code is.
func TestNarrowTo(t *testing.T) {
	t.Parallel()
	c, err := som.NewClass(som.Spec{Name: "Like"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	as := reflect.TypeFor[likeness]()
	if _, ok := som.NarrowTo(o, as); ok {
		t.Error("a type that nobody told of")
	}
	_ = som.Narrows(func(o som.Object) (likeness, bool) { return like{o.SOM()}, o.SOM().IsA(c) })
	if v, ok := som.NarrowTo(o, as); !ok || !v.Interface().(likeness).Like() {
		t.Error("it is none")
	}
	if _, ok := som.NarrowTo(c.SOM(), as); ok {
		t.Error("its class is one as well")
	}
	if v, ok := som.NarrowTo(o, reflect.TypeFor[som.Object]()); !ok || v.Interface() != som.Object(o) {
		t.Error("it is no object")
	}
}
