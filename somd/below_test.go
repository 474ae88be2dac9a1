package somd_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// An asker is at the server: it calls what it is passed, and tells of what class that is there.
type asker struct{ som.Base }

func (*asker) Ask(ctx context.Context, who som.Object) (string, error) {
	said, err := who.SOM().Invoke(ctx, "speak", "x")
	if err != nil {
		return "", err
	}
	return said.(string), nil
}

func (*asker) ClassOf(_ context.Context, who som.Object) (string, error) {
	return who.SOM().Class().Name(), nil
}

var askerClass = som.MustClass[asker]("Asker")

// TestBelowPlaced passes objects of classes that descend from a placed one: others call what a class of this process overrides, which calls the placed class's; of a class that overrides nothing it is
// the object elsewhere that is passed.
func TestBelowPlaced(t *testing.T) {
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	placed, err := client.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: makes(t, server)})
	if err != nil {
		t.Fatal(err)
	}
	speak, err := som.Bind[func(som.Self, context.Context, string) (string, error)](placed, "speak")
	if err != nil {
		t.Fatal(err)
	}
	var loud *som.Class
	loud, err = som.NewClass(som.Spec{Name: "Loud", Parents: []*som.Class{placed}, Overrides: []som.Override{{Method: "speak", Impl: func(self som.Self, ctx context.Context, to string) (string, error) {
		next, above, ok := speak.Next(loud, self.Ref())
		if !ok {
			return "", errors.New("nobody is above")
		}
		said, err := next(above, ctx, to)
		return "LOUD: " + said, err
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	louder, err := som.NewClass(som.Spec{Name: "Louder", Parents: []*som.Class{loud}})
	if err != nil {
		t.Fatal(err)
	}
	same, err := som.NewClass(som.Spec{Name: "Same", Parents: []*som.Class{placed}})
	if err != nil {
		t.Fatal(err)
	}
	mixin, err := som.NewClass(som.Spec{Name: "Mixin", Parents: []*som.Class{placed.Parents()[1]}, AbstractParents: []*som.Class{placed.Parents()[1]}, Overrides: []som.Override{{Method: "speak", Impl: func(som.Self, context.Context, string) (string, error) {
		return "mixed", nil
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	mixed, err := som.NewClass(som.Spec{Name: "Mixed", Parents: []*som.Class{mixin, placed}})
	if err != nil {
		t.Fatal(err)
	}
	server.Know(cat.Class, pet.Class)
	there, err := askerClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer there.Release()
	asker := remote(t, server, client, there)
	before := pet.Living.Load()
	for _, c := range []struct {
		of        *som.Class
		says, has string
	}{
		{placed, "Ada says hello to x, meow", "Pets::Cat"},
		{same, "Ada says hello to x, meow", "Pets::Cat"},
		{loud, "LOUD: Ada says hello to x, meow", "Loud__Proxy"},
		{louder, "LOUD: Ada says hello to x, meow", "Louder__Proxy"},
		{mixed, "mixed", "Mixed__Proxy"},
	} {
		o, err := c.of.New()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got := call[string](t, asker, "ask", o); got != c.says {
				t.Errorf("%s: it says %q", c.of, got)
			}
			if got := call[string](t, asker, "classOf", o); got != c.has {
				t.Errorf("%s: it is a %s there", c.of, got)
			}
		}
		if err := o.Release(); err != nil {
			t.Error(err)
		}
	}
	if n := pet.Living.Load() - before; n != 0 {
		t.Errorf("%d cats are left", n)
	}
}
