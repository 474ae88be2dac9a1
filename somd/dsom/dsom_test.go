package dsom_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/cosstream/streamio"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/typecode"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func domain(t *testing.T) *somd.Domain {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	d := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() {
		if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return d
}

// names is a naming service with servers in its context somd, and nothing else.
type names struct {
	cosnaming.NamingContextBase
	servers map[string]orb.Object
	below   *names // of the root
}

func (n *names) Resolve(_ context.Context, name cosnaming.Name) (orb.Object, error) {
	if n.below != nil && len(name) > 1 {
		n, name = n.below, name[1:]
	}
	return n.servers[name[0].Id], nil
}

func (n *names) List(context.Context, uint32) (cosnaming.BindingList, cosnaming.BindingIterator, error) {
	var all cosnaming.BindingList
	for _, name := range slices.Sorted(maps.Keys(n.servers)) {
		all = append(all, cosnaming.Binding{BindingName: cosnaming.Name{{Id: name}}})
	}
	return all, nil, nil
}

// initialised returns what SOMD_Init makes in a client, with two servers of cats.
func initialised(t *testing.T) (g *dsom.Globals, d, east, west *somd.Domain) {
	t.Helper()
	east, west, d = domain(t), domain(t), domain(t)
	d.Know(cat.Class)
	servers := map[string]orb.Object{}
	for name, at := range map[string]*somd.Domain{"east": east, "west": west} {
		s, err := somd.NewServer(at, somd.Among(cat.Class), "Pets::Cat")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Release() })
		ref, err := at.Export(s)
		if err != nil {
			t.Fatal(err)
		}
		servers[name] = d.ORB().NewRef(ref.IOR())
	}
	bind := func(n *names) orb.Object {
		ref, err := cosnaming.NamingContextClass.Activate(d.ORB().Adapter(), n)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	below := &names{servers: servers}
	d.ORB().RegisterInitialReference("NameService", orb.RefOf(bind(&names{servers: map[string]orb.Object{"somd": bind(below)}, below: below})))
	var err error
	if g, err = dsom.Init(d, dsom.Options{Daemon: "127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Uninit(); err != nil {
			t.Error(err)
		}
	})
	return g, d, east, west
}

func call[T any](t *testing.T, r som.Ref, method string, args ...any) T {
	t.Helper()
	out, err := r.Invoke(t.Context(), method, args...)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	got, _ := out.(T)
	return got
}

// TestOldNames has a program of SOM 2.x find servers, make objects, keep their ids, and end them, by the methods of that time.
func TestOldNames(t *testing.T) {
	g, _, east, west := initialised(t)
	before := pet.Living.Load()
	car := call[som.Object](t, g.ObjectMgr, "somdNewObject", "Pets::Cat", "west").SOM()
	if west.Exported() != 2 || east.Exported() != 1 {
		t.Error("it was not made at the server of the hint")
	}
	id := call[string](t, g.ObjectMgr, "somdGetIdFromObject", car)
	again := call[som.Object](t, g.ORB, "string_to_object", id).SOM()
	if got := call[string](t, again, "speak", "x"); got != "Ada says hello to x, meow" || call[string](t, g.ORB, "object_to_string", again) != id {
		t.Errorf("by its id it says %s", got)
	}
	call[any](t, g.ObjectMgr, "somdReleaseObject", again)
	if n := pet.Living.Load() - before; n != 1 || again.Refs() != 0 {
		t.Errorf("when a proxy is released %d cats live", n)
	}
	call[any](t, g.ObjectMgr, "somdDestroyObject", car)
	if n := pet.Living.Load() - before; n != 0 || car.Refs() != 0 {
		t.Errorf("when it is destroyed %d cats live", n)
	}
	all := call[[]som.Object](t, g.ObjectMgr, "somdFindServersByClass", "Pets::Cat")
	one := call[som.Object](t, g.ObjectMgr, "somdFindAnyServerByClass", "Pets::Cat")
	named := call[som.Object](t, g.ObjectMgr, "somdFindServerByName", "EAST") // the daemon's names are so found, too
	if len(all) != 2 || call[string](t, one.SOM(), "somGetClassName") != "SOMDServer" {
		t.Errorf("servers of cats are %v", all)
	}
	made := call[som.Object](t, named.SOM(), "somdCreateObj", "Pets::Cat", "")
	if got := call[int32](t, made.SOM(), "scratch", 2); got != 4 {
		t.Errorf("got %d", got)
	}
	for name, want := range map[string]any{"is_proxy": true, "is_nil": false, "is_SOM_ref": false, "is_constant": false} {
		if got := call[any](t, made.SOM(), name); got != want {
			t.Errorf("%s of a proxy: %v", name, got)
		}
	}
	twin := call[som.Object](t, made.SOM(), "duplicate")
	if twin.SOM() != made.SOM() || made.SOM().Refs() != 2 || call[string](t, made.SOM(), "_get_type_id") != "IDL:Pets/Cat:1.0" {
		t.Errorf("the duplicate is %v", twin)
	}
	call[any](t, made.SOM(), "release")
	call[any](t, named.SOM(), "somdDeleteObj", made)
	for _, x := range append(all, one, named, made) {
		_ = x.SOM().Release()
	}
	if got := call[[]string](t, g.ORB, "list_initial_services"); !slices.Contains(got, "NameService") {
		t.Errorf("initial services are %v", got)
	}
	for _, args := range [][]any{{"somdFindServerByName", "south"}, {"somdFindServerByName", ""}, {"somdFindAnyServerByClass", "Dog"}, {"somdNewObject", "Pets::Cat", "south"},
		{"somdNewObject", "Nest' or class=='x", ""}, {"somdGetObjectFromId", "x"}, {"somdFindServer", "x"}, {"_set_somd21somFree", true}, {"somdDestroyObject", nil}} {
		if _, err := g.ObjectMgr.Invoke(t.Context(), args[0].(string), args[1:]...); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
	if _, err := g.ORB.Invoke(t.Context(), "resolve_initial_references", "Nobody"); err == nil {
		t.Error("an initial reference that there is not: no error")
	}
}

// TestInit holds what is there before, twice and after.
func TestInit(t *testing.T) {
	fresh, err := dsom.ObjectMgrClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = fresh.Release() }()
	if _, err := fresh.Invoke(t.Context(), "somdNewObject", "Dog", ""); !errors.Is(err, exc.BadInvOrder) || !strings.Contains(err.Error(), "SOMD_Init was not called") {
		t.Errorf("before Init: %v", err)
	}
	d, other := domain(t), domain(t)
	for _, bad := range []string{"x", "x:", "x:0", "x:70000"} {
		if _, err := dsom.Init(d, dsom.Options{Daemon: bad}); !errors.Is(err, exc.BadParam) {
			t.Errorf("a daemon at %q: %v", bad, err)
		}
	}
	g, err := dsom.Init(d, dsom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := dsom.Init(d, dsom.Options{}); err != nil || again != g {
		t.Errorf("a second time: %v", err)
	}
	if _, err := dsom.Init(other, dsom.Options{}); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("of another domain: %v", err)
	}
	if err := errors.Join(g.Uninit(), g.Uninit()); err != nil {
		t.Error(err)
	}
	if err := g.Uninit(); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("a third end of two: %v", err)
	}
}

// TestImplementationDef passes a definition as a copy, and holds its limits.
func TestImplementationDef(t *testing.T) {
	r, err := dsom.ImplementationDefClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	call[any](t, r, "_set_impl_alias", "east")
	call[any](t, r, "_set_impl_flags", uint32(wire.MultiThread))
	call[any](t, r, "_set_svr_objref", []byte{1, 2})
	if _, err := r.Invoke(t.Context(), "_set_impl_hostname", strings.Repeat("x", 33)); !errors.Is(err, exc.ImpLimit) {
		t.Errorf("a long name: %v", err)
	}
	if d, ok := dsom.Definition(r); !ok || d.Alias != "east" || d.Flags != wire.MultiThread || len(d.ObjRef) != 2 {
		t.Errorf("got %+v", d)
	}
	c, err := r.Copy()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Release() }()
	call[any](t, r, "_set_impl_alias", "west")
	if got := call[string](t, c, "_get_impl_alias"); got != "east" {
		t.Errorf("the copy has the name %s", got)
	}
	server, client := domain(t), domain(t)
	for _, d := range []*somd.Domain{server, client} {
		d.Know(dsom.ImplementationDefClass, streamio.Class, takerClass)
	}
	tr, err := takerClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tr.Release() }()
	ref, err := server.Export(tr)
	if err != nil {
		t.Fatal(err)
	}
	p, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Release() }()
	if got := call[string](t, p, "take", r); got != "west, here" {
		t.Errorf("passed as a copy it is %s", got)
	}
}

type taker struct{ som.Base }

var takerClass = som.MustClass[taker]("Taker", som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{{Name: "take", Impl: func(_ som.Self, ctx context.Context, o som.Object) (string, error) {
		d, ok := dsom.Definition(o)
		if !ok {
			return "elsewhere", nil
		}
		return d.Alias + ", here", nil
	}, Copies: "rc"}}
}))

// TestRequest puts calls together at run time.
func TestRequest(t *testing.T) {
	g, _, _, _ := initialised(t)
	c := call[som.Object](t, g.ObjectMgr, "somdNewObject", "Pets::Cat", "").SOM()
	defer func() { _ = c.Release() }()
	out := call[[]any](t, g.ORB, "create_list", 0)
	list := out[1].(som.Object).SOM()
	defer func() { _ = list.Release() }()
	call[any](t, list, "add", "times", dyn.Long.Any(21), uint32(dsom.ArgIn))
	for _, deferred := range []bool{false, true} {
		q, err := dsom.CreateRequest(c, "scratch", list, typecode.Long)
		if err != nil {
			t.Fatal(err)
		}
		if deferred {
			call[any](t, q, "send", uint32(0))
			call[any](t, q, "get_response", uint32(0))
		} else {
			call[any](t, q, "invoke", uint32(0))
		}
		if got := call[dyn.Any](t, q, "result"); !dyn.Equal(got, dyn.Long.Any(42)) {
			t.Errorf("got %v", got)
		}
		if err := q.Release(); err != nil {
			t.Error(err)
		}
	}
	if _, err := list.Invoke(t.Context(), "item", 1); !errors.Is(err, exc.BadParam) {
		t.Errorf("an item that there is not: %v", err)
	}
	if _, err := g.ORB.Invoke(t.Context(), "create_list", dsom.MaxItems+1); !errors.Is(err, exc.ImpLimit) {
		t.Errorf("too many items: %v", err)
	}
}

// TestContext sets, finds and deletes properties in contexts within one another.
func TestContext(t *testing.T) {
	r, err := dsom.ContextClass.New()
	if err != nil {
		t.Fatal(err)
	}
	call[any](t, r, "set_one_value", "lang", "de")
	call[any](t, r, "set_one_value", "land", "at")
	child := call[[]any](t, r, "create_child", "inner")[1].(som.Object).SOM()
	call[any](t, child, "set_one_value", "depth", "1")
	properties := func(name string) map[string]string {
		t.Helper()
		list := call[[]any](t, child, "get_values", "", uint32(0), name)[1].(som.Object).SOM()
		defer func() { _ = list.Release() }()
		got := map[string]string{}
		for n := range call[[]any](t, list, "get_count")[1].(int32) {
			i := call[dsom.Item](t, list, "item", n)
			got[i.Name] = i.Value.Value().(string)
		}
		return got
	}
	if got := properties("la*"); len(got) != 2 || got["lang"] != "de" {
		t.Errorf("got %v", got)
	}
	for _, args := range [][]any{{"get_values", "", uint32(dsom.CtxRestrictScope), "lang"}, {"get_values", "other", uint32(0), "lang"}, {"get_values", "", uint32(0), "x"}, {"delete_values", "lang"}, {"set_one_value", "", "x"}} {
		if _, err := child.Invoke(t.Context(), args[0].(string), args[1:]...); !errors.Is(err, exc.BadContext) {
			t.Errorf("%v: %v", args, err)
		}
	}
	if _, err := r.Invoke(t.Context(), "destroy", uint32(0)); !errors.Is(err, exc.BadContext) {
		t.Errorf("destroyed with another in it: %v", err)
	}
	call[any](t, r, "destroy", uint32(dsom.CtxDeleteDescended))
	if r.Refs() != 0 || child.Refs() != 1 {
		t.Errorf("left are %d and %d references", r.Refs(), child.Refs())
	}
	if got := properties("depth"); got["depth"] != "1" {
		t.Errorf("the child has %v", got)
	}
	for i := range dsom.MaxContext {
		next, err := child.Invoke(t.Context(), "create_child", "x")
		_ = child.Release()
		if err != nil {
			if !errors.Is(err, exc.ImpLimit) || i < dsom.MaxContext-3 {
				t.Errorf("context %d: %v", i, err)
			}
			return
		}
		child = next.([]any)[1].(som.Object).SOM()
	}
	t.Error("contexts without end")
}
