package somd_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
	"github.com/opendsom/dsom/std/cosnaming"
)

func TestConstraint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // with class Zoo::Car and alias east
		"Zoo::Car": "true", "Car": "false", " Zoo::Car ": "true",
		"class=='Zoo::Car'": "true", "class == \"Zoo::Car\" and alias=='east'": "true", "class=='Zoo::Car' AND alias=='west'": "false",
		"alias=='west' or class=='Zoo::Car'": "true", "not alias=='west'": "true", "not (alias=='west' or alias=='east')": "false",
		"alias!='west'": "true", "colour==''": "true", "alias=='west' and alias=='west' or alias=='east'": "true",
		"alias=='it''s'": "want the end", "": "property's name", "class=": "== or !=", "class==": "in quotes", "class=='x": "end is missing", "(class=='x'": "a )", "class=='x')": "want the end",
		"class=='x' and": "property's name", "1==1": "property's name", "class<'x'": "== or !=", "'x'==class": "property's name",
		strings.Repeat("(", 100) + "class=='x'": "MaxConstraintDepth", strings.Repeat("not ", 100) + "class=='x'": "MaxConstraintDepth", strings.Repeat(" ", 5000): "MaxConstraint",
	} {
		c, err := somd.ParseConstraint(text)
		got := ""
		switch {
		case err != nil:
			got = err.Error()
		case c.Holds(func(name string) string { return map[string]string{"class": "Zoo::Car", "alias": "east"}[name] }):
			got = "true"
		default:
			got = "false"
		}
		if !strings.Contains(got, want) || (err != nil) != (want != "true" && want != "false") {
			t.Errorf("%.60q: got %s, want %s", text, got, want)
		}
	}
}

func FuzzConstraint(f *testing.F) {
	f.Add("class=='Car' and (alias!='east' or not x==\"\")")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := somd.ParseConstraint(text); err == nil {
			c.Holds(func(string) string { return "x" })
		}
	})
}

// names is a naming service with servers in its context somd, and nothing else.
type names struct {
	cosnaming.NamingContextBase
	servers map[string]orb.Object // nil: it is the root
}

func (n *names) Resolve(_ context.Context, name cosnaming.Name) (orb.Object, error) {
	return n.servers[name[len(name)-1].Id], nil
}

func (n *names) List(context.Context, uint32) (cosnaming.BindingList, cosnaming.BindingIterator, error) {
	var all cosnaming.BindingList
	for _, name := range slices.Sorted(maps.Keys(n.servers)) {
		all = append(all, cosnaming.Binding{BindingName: cosnaming.Name{{Id: name}}})
	}
	return all, nil, nil
}

// world returns two servers, which a naming service names, and a client.
func world(t *testing.T) (east, west, client *somd.Domain) {
	t.Helper()
	east, west, client = domain(t, somd.Config{}), domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	if _, err := client.Create(t.Context(), "Nest"); err == nil || !strings.Contains(err.Error(), "naming service") {
		t.Errorf("without a naming service: %v", err)
	}
	bind := func(n *names) orb.Object {
		ref, err := cosnaming.NamingContextClass.Activate(client.ORB().Adapter(), n)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	at := func(d *somd.Domain, classes ...string) orb.Object {
		s, err := somd.NewServer(d, somd.Among(cat.Class, nestClass), classes...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Release() })
		ref, err := d.Export(s)
		if err != nil {
			t.Fatal(err)
		}
		return client.ORB().NewRef(ref.IOR())
	}
	gone, err := client.ORB().Resolve(t.Context(), "corbaloc::127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	somdContext := bind(&names{servers: map[string]orb.Object{"east": at(east, "Pets::Cat", "Nest"), "west": at(west, "Pets::Cat"), "away": gone}})
	client.ORB().RegisterInitialReference("NameService", orb.RefOf(bind(&names{servers: map[string]orb.Object{"somd": somdContext}})))
	return east, west, client
}

// TestCreate makes objects by the names of classes and by constraints, at servers that are there and one that is not.
func TestCreate(t *testing.T) {
	east, west, client := world(t)
	before := pet.Living.Load()
	for constraint, at := range map[string]*somd.Domain{
		"Pets::Cat": east, "class=='Pets::Cat' and alias=='west'": west, "class=='Pets::Cat' and alias!='east'": west, "Nest": east, "alias=='west'": west,
	} {
		r, err := client.Create(t.Context(), constraint)
		if err != nil {
			t.Errorf("%s: %v", constraint, err)
			continue
		}
		if at.Exported() != 2 || !r.IsA(somd.ClientProxy) {
			t.Errorf("%s: it was not made there", constraint)
		}
		if err := r.Release(); err != nil || at.Exported() != 1 {
			t.Errorf("%s: released: %v, %d objects are exported", constraint, err, at.Exported())
		}
	}
	if n := pet.Living.Load() - before; n != 0 {
		t.Errorf("%d cats live", n)
	}
	for constraint, want := range map[string]string{"Dog": "asked were away (", "class=='Nest' and alias=='west'": "west (Pets::Cat)", "class": "asked were", "class==": "in quotes"} {
		if _, err := client.Create(t.Context(), constraint); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", constraint, err)
		}
	}
	all, err := client.Factories(t.Context(), "class!=''")
	got := ""
	for _, f := range all {
		got += f.Alias + ":" + f.Class + " "
	}
	if want := "east:Pets::Cat east:Nest west:Pets::Cat "; err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
}
