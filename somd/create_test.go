package somd_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
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

// TestOldNames has a program of SOM 2.x find servers, make objects, keep their ids, and end them, by the methods of that time.
func TestOldNames(t *testing.T) {
	east, west, client := world(t)
	m, err := somd.NewObjectManager(client)
	if err != nil {
		t.Fatal(err)
	}
	o, err := somd.NewORB(client)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = m.Release(), o.Release() }()
	before := pet.Living.Load()
	car := call[som.Object](t, m, "somdNewObject", "Pets::Cat", "west").SOM()
	if west.Exported() != 2 || east.Exported() != 1 {
		t.Error("it was not made at the server of the hint")
	}
	id := call[string](t, m, "somdGetIdFromObject", car)
	again := call[som.Object](t, o, "string_to_object", id).SOM()
	if got := call[string](t, again, "speak", "x"); got != "Ada says hello to x, meow" || call[string](t, o, "object_to_string", again) != id {
		t.Errorf("by its id it says %s", got)
	}
	call[any](t, m, "somdReleaseObject", again)
	if n := pet.Living.Load() - before; n != 1 || again.Refs() != 0 {
		t.Errorf("when a proxy is released %d cats live", n)
	}
	call[any](t, m, "somdDestroyObject", car)
	if n := pet.Living.Load() - before; n != 0 || car.Refs() != 0 {
		t.Errorf("when it is destroyed %d cats live", n)
	}
	all := call[[]som.Object](t, m, "somdFindServersByClass", "Pets::Cat")
	one := call[som.Object](t, m, "somdFindAnyServerByClass", "Nest")
	named := call[som.Object](t, m, "somdFindServerByName", "east")
	if len(all) != 2 || call[string](t, one.SOM(), "somGetClassName") != "SOMDServer" {
		t.Errorf("servers of cats are %v", all)
	}
	made := call[som.Object](t, named.SOM(), "somdCreateObj", "Nest", "")
	if got := call[int32](t, made.SOM(), "age"); got != 41 {
		t.Errorf("got %d", got)
	}
	call[any](t, named.SOM(), "somdDeleteObj", made)
	for _, x := range append(all, one, named, made) {
		_ = x.SOM().Release()
	}
	if got := call[[]string](t, o, "list_initial_services"); !slices.Contains(got, "NameService") {
		t.Errorf("initial services are %v", got)
	}
	for _, args := range [][]any{{"somdFindServerByName", "south"}, {"somdFindAnyServerByClass", "Dog"}, {"somdNewObject", "Nest", "west"}, {"somdNewObject", "Nest' or class=='x", ""}, {"somdGetObjectFromId", "x"}} {
		if _, err := m.Invoke(t.Context(), args[0].(string), args[1:]...); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
