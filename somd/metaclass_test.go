package somd_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
	"github.com/opendsom/dsom/somd"
)

// A breeder is a class whose instances are counted by whoever asks the class.
type breeder struct{ meta.Base }

func (b *breeder) Bred(context.Context) (int32, error) { return 1, nil }

type hound struct{ som.Base }

func (h *hound) Bark(_ context.Context, n int32) (int32, error) { return 3 * n, nil }

type pup struct{ som.Base }

type terrier struct{ som.Base }

var (
	breederClass = som.MustClass[breeder]("HoundBreeder", som.Parents(som.SOMClass))
	houndClass   = som.MustClass[hound]("Hound", som.WithMetaclass(breederClass))
	pupClass     = som.MustClass[pup]("HoundPup", som.Parents(houndClass))
	ownClass     = som.MustClass[breeder]("SOMMyBreeder", som.Parents(som.SOMClass)) // a user's, whatever its name begins with
	terrierClass = som.MustClass[terrier]("HoundTerrier", som.WithMetaclass(ownClass))
	timedClass   = som.MustClass[pup]("HoundTimed", som.WithMetaclass(meta.TimeStamped))
)

// TestMetaclassLacks places classes whose metaclass has methods, of its own or of an ancestor's, for programs whose kernel does not take what stands for the metaclass: whoever places them is told that
// those are not done, and why; a property of SOM's own metaclasses is kept where the objects are, and nothing is lacking. Where the kernel takes it, and in Go, nothing is.
func TestMetaclassLacks(t *testing.T) {
	share := func(*som.Class) error { return nil }
	full := func(c *som.Class) error {
		if c.DescendsFrom(som.SOMClass) {
			return errors.New("no room for it")
		}
		return nil
	}
	for _, c := range []struct {
		class *som.Class
		lacks string // the metaclass whose methods are lacking
	}{{houndClass, "HoundBreeder"}, {pupClass, "HoundBreeder"}, {terrierClass, "SOMMyBreeder"}, {timedClass, ""}, {eggClass, ""}} {
		for n, cfg := range []somd.Config{{Share: full}, {Share: share}, {}} {
			server, client := domain(t, somd.Config{}), domain(t, cfg)
			s, ref := serving(t, server, c.class)
			said := ""
			name := c.class.Name()
			if _, err := client.Place(t.Context(), somd.Place{Class: name, URL: ref.String(), Lacks: func(text string) { said = text }}); err != nil {
				t.Fatal(err)
			}
			if lacks := c.lacks != "" && n == 0; lacks != strings.Contains(said, "methods of "+c.lacks+" are neither done nor sent there") || lacks != strings.HasPrefix(said, "class "+name+" is placed at") || lacks != strings.HasSuffix(said, ": no room for it") {
				t.Errorf("%s: told is %q", name, said)
			}
			if err := s.Release(); err != nil {
				t.Error(err)
			}
		}
	}
}

// serving has a domain serve classes.
func serving(t *testing.T, d *somd.Domain, classes ...*som.Class) (som.Ref, *orb.Ref) {
	t.Helper()
	s, err := somd.NewServer(d, somd.Among(classes...))
	if err != nil {
		t.Fatal(err)
	}
	ref, err := d.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, ref
}

// A tally is a class that counts, and that fails.
type tally struct {
	meta.Base
	n atomic.Int32
}

func (c *tally) Count(_ context.Context, by int32) (int32, error) {
	if by < 0 {
		return 0, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "it counts up")
	}
	return c.n.Add(by), nil
}

type tallied struct{ som.Base }

var (
	tallyClass   = som.MustClass[tally]("HoundCounter", som.Parents(som.SOMClass))
	talliedClass = som.MustClass[tallied]("HoundCounted", som.WithMetaclass(tallyClass))
	talliedPup   = som.MustClass[tallied]("HoundCountedPup", som.Parents(talliedClass))
)

// TestMetaclassIsCalled calls methods of a placed class as an object, in a program that has its metaclass, and in one that has not: they are done where the class is, for all clients by the one class, and
// what they raise is raised here. What SOMClass does is each process's own.
func TestMetaclassIsCalled(t *testing.T) {
	server := domain(t, somd.Config{})
	s, ref := serving(t, server, talliedClass, talliedPup, eggClass)
	defer func() { _ = s.Release() }()
	counted := func(c *som.Class) int32 { // by tests before
		n, err := c.SOM().Invoke(t.Context(), "count", int32(0))
		if err != nil {
			t.Fatal(err)
		}
		return n.(int32)
	}
	want, pups := counted(talliedClass), counted(talliedPup)
	for what, knows := range map[string][]*som.Class{"has it not": nil, "has it": {tallyClass}} {
		client := domain(t, somd.Config{})
		client.Know(knows...)
		place := func(name string) *som.Class {
			t.Helper()
			c, err := client.Place(t.Context(), somd.Place{Class: name, URL: ref.String(), Lacks: func(text string) { t.Errorf("%s: it lacks %s", what, text) }})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		c := place("HoundCounted")
		for range 3 {
			want += 2
			if got, err := c.SOM().Invoke(t.Context(), "count", int32(2)); err != nil || got != want {
				t.Errorf("%s: counted are %v, %v, want %d", what, got, err, want)
			}
		}
		if got, err := talliedClass.SOM().Invoke(t.Context(), "count", int32(0)); err != nil || got != want {
			t.Errorf("%s: where the class is counted are %v, %v, want %d", what, got, err, want)
		}
		if _, err := c.SOM().Invoke(t.Context(), "count", int32(-1)); !errors.Is(err, exc.BadParam) {
			t.Errorf("%s: what fails there is %v", what, err)
		}
		if knows != nil && !c.SOM().IsA(tallyClass) {
			t.Errorf("%s: the class is an instance of %v", what, c.Metaclass().Order())
		}
		o, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		if name, err := o.Invoke(t.Context(), "somGetClassName"); err != nil || name != "HoundCounted" {
			t.Errorf("%s: an object is a %v, %v", what, name, err)
		}
		_ = o.Release()
		pups++
		if got, err := place("HoundCountedPup").SOM().Invoke(t.Context(), "count", int32(1)); err != nil || got != pups {
			t.Errorf("%s: of a subclass, which is another object, counted are %v, %v", what, got, err)
		}
		if server.Given() != 0 {
			t.Errorf("%s: clients have references of their own to %d objects", what, server.Given())
		}
	}
	client := domain(t, somd.Config{})
	proxy, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = proxy.Release() }()
	for _, name := range []string{eggClass.Name(), "HoundCounted"} {
		if got, err := proxy.Invoke(t.Context(), "somdGetClassObj", name); !errors.Is(err, exc.NoImplement) {
			t.Errorf("the class %s as an object without being placed: %v, %v", name, got, err)
		}
	}
}

// TestMetaclassIsFoundAgain has the server of a placed class end, and another take its place at the same name: the call that meets that fails, and the next is done by the class there.
func TestMetaclassIsFoundAgain(t *testing.T) {
	first := domain(t, somd.Config{})
	s, ref := serving(t, first, talliedClass)
	client := domain(t, somd.Config{})
	c, err := client.Place(t.Context(), somd.Place{Class: "HoundCounted", URL: ref.String()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SOM().Invoke(t.Context(), "count", int32(0)); err != nil {
		t.Fatal(err)
	}
	if err := first.Withdraw(talliedClass.SOM()); err != nil { // as if it were another process: the class is no object of it any more
		t.Fatal(err)
	}
	if _, err := c.SOM().Invoke(t.Context(), "count", int32(0)); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("the call that meets the end: %v", err)
	}
	if _, err := c.SOM().Invoke(t.Context(), "count", int32(0)); err != nil {
		t.Errorf("the next call: %v", err)
	}
	_ = s.Release()
}

// TestMetaclassByTwoHops has a class be placed at a server where it is itself placed: the methods of its metaclass go all the way.
func TestMetaclassByTwoHops(t *testing.T) {
	home, between := domain(t, somd.Config{}), domain(t, somd.Config{})
	s, far := serving(t, home, talliedPup)
	defer func() { _ = s.Release() }()
	place := func(d *somd.Domain, at *orb.Ref) *som.Class {
		t.Helper()
		c, err := d.Place(t.Context(), somd.Place{Class: "HoundCountedPup", URL: at.String(), Lacks: func(text string) { t.Errorf("it lacks %s", text) }})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	s, near := serving(t, between, place(between, far))
	defer func() { _ = s.Release() }()
	for what, knows := range map[string][]*som.Class{"has it not": nil, "has it": {tallyClass}} {
		client := domain(t, somd.Config{})
		client.Know(knows...)
		c := place(client, near)
		before, err := talliedPup.SOM().Invoke(t.Context(), "count", int32(0))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.SOM().Invoke(t.Context(), "count", int32(5)); err != nil || got != before.(int32)+5 {
			t.Errorf("%s: counted are %v, %v, want 5 more than %v", what, got, err, before)
		}
		if knows != nil && !c.SOM().IsA(tallyClass) {
			t.Errorf("%s: the class is an instance of %v", what, c.Metaclass().Order())
		}
		o, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		if name, err := o.Invoke(t.Context(), "somGetClassName"); err != nil || name != "HoundCountedPup" {
			t.Errorf("%s: an object is a %v, %v", what, name, err)
		}
		_ = o.Release()
	}
}

// TestClassIsNoArgument passes a class elsewhere as an argument, which is refused with advice, also when a client has asked for it as an object.
func TestClassIsNoArgument(t *testing.T) {
	server, other := domain(t, somd.Config{}), domain(t, somd.Config{})
	s, ref := serving(t, server, talliedClass)
	defer func() { _ = s.Release() }()
	o, otherRef := serving(t, other, eggClass)
	defer func() { _ = o.Release() }()
	proxy, err := server.Import(t.Context(), server.ORB().NewRef(otherRef.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = proxy.Release() }()
	for _, when := range []string{"before", "after"} {
		if got, err := proxy.Invoke(t.Context(), "somdRefFromSOMObj", talliedClass.SOM()); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "pass its name") {
			t.Errorf("%s: %v, %v", when, got, err)
		}
		client := domain(t, somd.Config{})
		c, err := client.Place(t.Context(), somd.Place{Class: "HoundCounted", URL: ref.String()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.SOM().Invoke(t.Context(), "count", int32(0)); err != nil {
			t.Error(err)
		}
	}
}
