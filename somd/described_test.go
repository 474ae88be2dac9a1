package somd_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
)

type kitten struct{ som.Base }

var kittenClass = som.MustClass[kitten]("Pets::Kitten", som.Parents(cat.Class))

// TestDescribedIsFound imports objects of classes that the client knows by the objects' descriptions alone, and then gets one of them: by being told of it, by a library that the
// process has loaded meanwhile, or by one that it loads for a class which the program names. From then on objects are of that class, and so are those of a descendant which it still knows
// by a description; and proxies of before go on.
func TestDescribedIsFound(t *testing.T) {
	for how, here := range map[string]func(d *somd.Domain, has *atomic.Bool){
		"told":   func(d *somd.Domain, _ *atomic.Bool) { d.Know(cat.Class) },
		"loaded": func(_ *somd.Domain, has *atomic.Bool) { has.Store(true) },
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			var has atomic.Bool
			find := func(name string) (*som.Class, error) {
				if name != cat.Class.Name() || !has.Load() {
					return nil, &som.Error{Code: som.CodeUnknown, Class: name}
				}
				return cat.Class, nil
			}
			server, client := domain(t, somd.Config{}), domain(t, somd.Config{Class: find})
			local := newCat(t)
			small, err := kittenClass.New()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = small.Release() })
			before := remote(t, server, client, local)
			if remote(t, server, client, small).IsA(cat.Class) || before.IsA(cat.Class) {
				t.Fatal("the class is known before it is there")
			}
			here(client, &has)
			for _, o := range []som.Object{local, small} {
				r := remote(t, server, client, o)
				c, ok := cat.Narrow(r)
				if !ok {
					t.Fatalf("the proxy is of %v", r.Class().Order())
				}
				if got, err := c.Speak(t.Context(), "x"); err != nil || got == "" {
					t.Errorf("got %q, %v", got, err)
				}
			}
			if got, err := before.Invoke(t.Context(), "speak", "x"); err != nil || got == "" {
				t.Errorf("a proxy of before: %v, %v", got, err)
			}
			if again := remote(t, server, client, small); again.Class() != remote(t, server, client, small).Class() {
				t.Error("objects of a class have proxies of two")
			}
		})
	}
}

// TestDescribedIsNotTold holds that a peer's description takes no class's place that the process has, and that where the other kernel has the name for a description, the class that comes
// has proxies all the same.
func TestDescribedIsNotTold(t *testing.T) {
	t.Parallel()
	shared := map[string]*som.Class{}
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{Share: func(c *som.Class) error {
		if had := shared[c.Name()]; had != nil && had != c {
			return &som.Error{Code: som.CodeName, Class: c.Name(), Err: errors.New("the name is taken")}
		}
		shared[c.Name()] = c
		return nil
	}})
	local := newCat(t)
	remote(t, server, client, local)
	described := shared[cat.Class.Name()]
	client.Know(cat.Class)
	if r := remote(t, server, client, local); !r.IsA(cat.Class) || described == nil || described == cat.Class {
		t.Errorf("the proxy is of %v, and shared was %v", r.Class().Order(), described)
	}
	client.Know(described)
	if r := remote(t, server, client, local); !r.IsA(cat.Class) {
		t.Errorf("after the description came again the proxy is of %v", r.Class().Order())
	}
}

// TestDescribedTwice tells the domain of a class that it knew by a description, and not any more since an ancestor has come: the class that it knows by a later description stays.
func TestDescribedTwice(t *testing.T) {
	t.Parallel()
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	small, err := kittenClass.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = small.Release() })
	target := func() *som.Class {
		t.Helper()
		all := remote(t, server, client, small).Class().Parents()
		return all[len(all)-1]
	}
	first := target()
	client.Know(cat.Class)
	second := target()
	if first == second || first.Name() != second.Name() {
		t.Fatalf("it is described as %v and as %v", first, second)
	}
	client.Know(first)
	if got := target(); got != second {
		t.Errorf("the class of a description has come back: %v", got)
	}
}

// TestDeclaredIsFound imports an object of a class that is known by a description, and that the program then declares: it is looked for, since it is the program that names it.
func TestDeclaredIsFound(t *testing.T) {
	t.Parallel()
	asked := 0
	server, client := domain(t, somd.Config{}), domain(t, somd.Config{Find: func(name string) (*som.Class, error) {
		if name != cat.Class.Name() {
			return nil, &som.Error{Code: som.CodeUnknown, Class: name}
		}
		asked++
		return cat.Class, nil
	}})
	local := newCat(t)
	ref, err := server.Export(local)
	if err != nil {
		t.Fatal(err)
	}
	at := client.ORB().NewRef(ref.IOR())
	described, err := client.TargetOf(t.Context(), at, "")
	if err != nil || described == cat.Class || asked != 0 {
		t.Fatalf("what a peer names is %v, %v, and was looked for %d times", described, err, asked)
	}
	if again, err := client.TargetOf(t.Context(), at, "SOMObject"); err != nil || again != described {
		t.Errorf("declared as another class it is %v, %v", again, err)
	}
	if found, err := client.TargetOf(t.Context(), at, cat.Class.Name()); err != nil || found != cat.Class {
		t.Errorf("declared it is %v, %v", found, err)
	}
}
