package ifr_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	std "github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/typecode"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// compile compiles files: texts by name.
func compile(t testing.TB, files idl.FilesOf, main ...string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: files}, main...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

func pack(t testing.TB, spec *model.Spec) []byte {
	t.Helper()
	b, err := ifr.Pack(spec)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newORB(t testing.TB, cfg orb.Config) *orb.ORB {
	t.Helper()
	cfg.Logger = slog.New(slog.DiscardHandler)
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return o
}

func openStore(t testing.TB, path string) store.Store {
	t.Helper()
	s, err := bbolt.Open(path, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openRegistry(t testing.TB, s store.Store) *ifr.Registry {
	t.Helper()
	r, err := ifr.OpenRegistry(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// serve starts a repository with what is given, and returns the registry and a client's stub.
func serve(t testing.TB, specs map[string]*model.Spec) (*ifr.Registry, std.Repository) {
	t.Helper()
	r := openRegistry(t, openStore(t, filepath.Join(t.TempDir(), "dsom.db")))
	for name, s := range specs {
		if _, err := r.Put(t.Context(), name, pack(t, s)); err != nil {
			t.Fatal(err)
		}
	}
	server := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if _, err := ifr.New(poa.New(server), r, nil); err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/InterfaceRepository", server.Endpoints()[0].Port)
	repo, err := std.RepositoryClass.Bind(t.Context(), newORB(t, orb.Config{}), url)
	if err != nil {
		t.Fatal(err)
	}
	return r, repo
}

// zoo has a definition of each kind, and one of each way that they refer to one another.
const zoo = `
#pragma prefix "example.org"
interface Later;
module Zoo {
  const long most = -5;
  const string motto = "be \"kind\"";
  const double ratio = 1.5;
  const boolean open = TRUE;
  const char letter = 'x';
  const wchar wide = L'y';
  const unsigned long long many = 18446744073709551615;
  const fixed price = 12.50d;
  enum Colour { red, green };
  const Colour best = green;
  typedef sequence<long, 7> Longs;
  typedef long Grid[2][3];
  typedef string<9> Brief;
  typedef wstring<4> Broad;
  typedef fixed<7,2> Money;
  typedef sequence<sequence<string<3> > > Deep;
  native Handle;
  struct Point { long x; Grid g; sequence<Colour> c; };
  struct Tree { string name; sequence<Tree> kids; };
  union Which switch (Colour) { case red: long a; case green: Point b; };
  union Num switch (long) { case 1: case 2: long a; default: string b; };
  exception Trouble { string why; Point where; };
  exception Plain {};
  abstract interface Seen { void look(); };
  local interface Here { void stay(); };
  interface Animal {
    readonly attribute string name raises (Plain);
    attribute Money worth setraises (Trouble, Plain);
    typedef long Inner;
    Inner feed(in Longs food, out Grid left, inout any more) raises (Trouble) context ("a", "b*");
    oneway void shoo(in wchar how);
    Later next(in Object o);
    TypeCode kind();
  };
  interface Pet : Animal, Seen { Animal friend_(); };
  interface Cat : Pet {};
  valuetype Box string;
  valuetype Base { public long x; private Tree t; void m(); factory make(in long x) raises (Plain); };
  custom valuetype Odd { public string s; };
  abstract valuetype Shape { double area(); };
  valuetype Derived : truncatable Base, Shape supports Seen { public Box b; attribute long a; };
  module Inside { const short deep = 3; };
};
module Zoo { interface Second {}; };
`

// outcome says in a word what came of an operation.
func outcome(err error) string {
	var sys *exc.SystemException
	if errors.As(err, &sys) {
		return sys.Kind.Name()
	}
	return fmt.Sprint(err)
}

// flat writes what a container contains, an indented line a definition.
func flat(t testing.TB, in std.Container, limit std.DefinitionKind, inherited bool) []string {
	t.Helper()
	list, err := in.Contents(t.Context(), limit, !inherited)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range list {
		kind, err := c.DefKind(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		name, err := c.AbsoluteName(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimLeft(strings.TrimPrefix(kind.String(), "dk"), "_")+" "+name)
	}
	return out
}

func TestContents(t *testing.T) {
	t.Parallel()
	_, repo := serve(t, map[string]*model.Spec{"zoo": compile(t, idl.FilesOf{"zoo.idl": zoo}, "zoo.idl")})
	ctx := t.Context()
	get := func(name string) std.Contained {
		c, err := repo.Lookup(ctx, name)
		if err != nil || c == nil {
			t.Fatalf("%s: %v, %v", name, c, err)
		}
		return c
	}
	as := func(name string) std.Container { return std.ContainerClass.Unchecked(get(name).(orb.Object)) }
	if got := flat(t, repo, std.DefinitionKind_DkAll, false); !slices.Equal(got, []string{"Interface ::Later", "Module ::Zoo", "Module ::CosNaming", "Module ::CORBA", "Module ::ExtendedNaming", "Module ::DSOMNaming"}) &&
		!slices.Contains(got, "Module ::Zoo") {
		t.Errorf("got %q", got)
	}
	for what, c := range map[string]struct {
		in        std.Container
		limit     std.DefinitionKind
		inherited bool
		want      string
	}{
		"constants":      {as("Zoo"), std.DefinitionKind_Dk_Constant, false, "most motto ratio open letter wide many price best"},
		"typedefs":       {as("::Zoo"), std.DefinitionKind_Dk_Typedef, false, "Colour Longs Grid Brief Broad Money Deep Handle Point Tree Which Num Box"},
		"aliases":        {as("::Zoo"), std.DefinitionKind_Dk_Alias, false, "Longs Grid Brief Broad Money Deep"},
		"interfaces":     {as("Zoo"), std.DefinitionKind_Dk_Interface, true, "Animal Pet Cat Second"},
		"abstract":       {as("Zoo"), std.DefinitionKind_Dk_AbstractInterface, false, "Seen"},
		"local":          {as("Zoo"), std.DefinitionKind_Dk_LocalInterface, false, "Here"},
		"values":         {as("Zoo"), std.DefinitionKind_Dk_Value, false, "Base Odd Shape Derived"},
		"exceptions":     {as("Zoo"), std.DefinitionKind_Dk_Exception, false, "Trouble Plain"},
		"modules":        {as("Zoo"), std.DefinitionKind_Dk_Module, false, "Inside"},
		"nothing":        {as("Zoo"), std.DefinitionKind_Dk_Operation, false, ""},
		"none":           {as("Zoo"), std.DefinitionKind_DkNone, false, ""},
		"of a cat":       {as("Zoo::Cat"), std.DefinitionKind_DkAll, false, ""},
		"all of a cat":   {as("Zoo::Cat"), std.DefinitionKind_Dk_Operation, true, "friend_ feed shoo next kind look"},
		"its attributes": {as("Zoo::Cat"), std.DefinitionKind_Dk_Attribute, true, "name worth"},
		"its types":      {as("Zoo::Cat"), std.DefinitionKind_Dk_Alias, true, "Inner"},
		"of an animal":   {as("Zoo::Animal"), std.DefinitionKind_DkAll, false, "name worth Inner feed shoo next kind"},
		"state":          {as("Zoo::Derived"), std.DefinitionKind_Dk_ValueMember, true, "b x t"},
		"of a struct":    {as("Zoo::Point"), std.DefinitionKind_DkAll, true, ""},
		"of nothing":     {as("Later"), std.DefinitionKind_DkAll, true, ""},
	} {
		var got []string
		for _, line := range flat(t, c.in, c.limit, c.inherited) {
			got = append(got, line[strings.LastIndexByte(line, ':')+1:])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %q, want %q", what, strings.Join(got, " "), c.want)
		}
		described, err := c.in.DescribeContents(ctx, c.limit, !c.inherited, -1)
		if err != nil || len(described) != len(got) {
			t.Errorf("%s: described %d, %v", what, len(described), err)
		}
		for i, d := range described {
			if name, _ := d.ContainedObject.Name(ctx); name != got[i] || !strings.HasSuffix(d.Value.Type().Name(), "Description") && d.Value.Type().Name() != "ValueMember" {
				t.Errorf("%s: %s described as %v", what, name, d.Value.Type().Name())
			}
		}
	}
	if list, err := as("Zoo").DescribeContents(ctx, std.DefinitionKind_DkAll, true, 3); err != nil || len(list) != 3 {
		t.Errorf("got %d, %v", len(list), err)
	}
	// Names, from where they are visible.
	for _, c := range []struct {
		from         std.Container
		lookup, want string
	}{
		{repo, "Zoo::Inside::deep", "::Zoo::Inside::deep"}, {repo, "::Zoo::Cat", "::Zoo::Cat"}, {repo, "Cat", ""}, {repo, "", ""}, {repo, "::", ""}, {repo, "Zoo::", ""}, {repo, ":::", ""},
		{as("Zoo"), "Cat", "::Zoo::Cat"}, {as("Zoo"), "Inside::deep", "::Zoo::Inside::deep"}, {as("Zoo::Inside"), "Cat", "::Zoo::Cat"}, {as("Zoo::Inside"), "Later", "::Later"},
		{as("Zoo::Cat"), "feed", "::Zoo::Animal::feed"}, {as("Zoo::Cat"), "Inner", "::Zoo::Animal::Inner"}, {as("Zoo::Cat"), "Colour", "::Zoo::Colour"}, {as("Zoo::Derived"), "x", "::Zoo::Base::x"},
		{repo, "Zoo::Cat::feed", "::Zoo::Animal::feed"}, {as("Zoo"), "::Cat", ""},
	} {
		d, err := c.from.Lookup(ctx, c.lookup)
		got := ""
		if d != nil {
			got, _ = d.AbsoluteName(ctx)
		}
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.lookup, got, err, c.want)
		}
	}
	for _, c := range []struct {
		name   string
		levels int32
		limit  std.DefinitionKind
		want   int
	}{
		{"deep", -1, std.DefinitionKind_DkAll, 1}, {"deep", 2, std.DefinitionKind_DkAll, 0}, {"deep", 3, std.DefinitionKind_DkAll, 1}, {"deep", -1, std.DefinitionKind_Dk_Interface, 0},
		{"m", -1, std.DefinitionKind_Dk_Operation, 1}, {"Zoo", 1, std.DefinitionKind_Dk_Module, 1}, {"nothing", -1, std.DefinitionKind_DkAll, 0},
	} {
		list, err := repo.LookupName(ctx, c.name, c.levels, c.limit, false)
		if err != nil || len(list) != c.want {
			t.Errorf("%s, %d: got %d, %v, want %d", c.name, c.levels, len(list), err, c.want)
		}
	}
}

// same holds that two TypeCodes are equal in all that they say.
func same(t testing.TB, what string, got *typecode.TypeCode, want func() (*typecode.TypeCode, error)) {
	t.Helper()
	w, err := want()
	if err != nil || !typecode.Equal(got, w) {
		t.Errorf("%s: got %v, want %v, %v", what, got, w, err)
	}
}

// check holds a definition, as a client sees it, against the model, and those in it.
func check(t testing.TB, repo std.Repository, d model.Decl) (checked int) {
	t.Helper()
	ctx := t.Context()
	i := d.About()
	c, err := repo.LookupId(ctx, i.ID)
	if err != nil || c == nil {
		t.Errorf("%s %s: %v, %v", d.Kind(), i.ID, c, err)
		return 0
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", i.ScopedName(), err)
		}
	}
	name, err := c.Name(ctx)
	must(err)
	absolute, err := c.AbsoluteName(ctx)
	must(err)
	id, err := c.Id(ctx)
	must(err)
	in, err := c.DefinedIn(ctx)
	must(err)
	if name != i.Name || absolute != i.QualifiedName() || id != i.ID {
		t.Errorf("%s: got %s, %s, %s", i.ScopedName(), name, absolute, id)
	}
	if i.Scope() != nil {
		if outer, err := std.ContainedClass.Unchecked(in.(orb.Object)).AbsoluteName(ctx); err != nil || outer != i.Scope().About().QualifiedName() {
			t.Errorf("%s: is in %s, %v", i.ScopedName(), outer, err)
		}
	} else if !orb.Same(in.(orb.Object), repo.(orb.Object)) {
		t.Errorf("%s is in %v", i.ScopedName(), in)
	}
	o := c.(orb.Object)
	defOf := func(what string, def std.IDLType, want *model.Type) {
		t.Helper()
		tc, err := def.Type(ctx)
		if err != nil {
			t.Errorf("%s of %s: %v", what, i.ScopedName(), err)
			return
		}
		if want.Kind == model.Pointer { // there is no object that it could be
			want = &model.Type{}
		}
		same(t, what+" of "+i.ScopedName(), tc, want.Described)
	}
	described, err := c.Describe(ctx)
	must(err)
	switch d := d.(type) {
	case *model.Struct:
		s := std.StructDefClass.Unchecked(o)
		members, err := s.Members(ctx)
		must(err)
		for j, m := range d.AllMembers() {
			if members[j].Name != m.Name {
				t.Errorf("%s: member %s", i.ScopedName(), members[j].Name)
			}
			same(t, m.Name, members[j].Type, m.Type.Described)
			defOf(m.Name, members[j].TypeDef, m.Type)
		}
		tc, err := s.Type(ctx)
		must(err)
		same(t, i.ScopedName(), tc, func() (*typecode.TypeCode, error) { return model.Described(d) })
	case *model.Union:
		u := std.UnionDefClass.Unchecked(o)
		members, err := u.Members(ctx)
		must(err)
		n := 0
		for _, arm := range d.Cases {
			for _, l := range arm.Labels {
				m := members[n]
				n++
				if m.Name != arm.Name || l.Default && (m.Label.Type().Kind() != typecode.TkOctet || m.Label.Value() != byte(0)) || !l.Default && fmt.Sprint(m.Label.Value()) != strings.Trim(l.Value.String(), "L'") && l.Value.Kind != model.EnumValue && l.Value.Kind != model.CharValue && l.Value.Kind != model.BoolValue {
					t.Errorf("%s: arm %s of %v for %v", i.ScopedName(), m.Name, m.Label.Value(), l)
				}
				defOf(m.Name, m.TypeDef, arm.Type)
			}
		}
		if n != len(members) {
			t.Errorf("%s has %d members, not %d", i.ScopedName(), len(members), n)
		}
	case *model.Enum:
		members, err := std.EnumDefClass.Unchecked(o).Members(ctx)
		must(err)
		for j, e := range d.Enumerators {
			if members[j] != e.Name {
				t.Errorf("%s: %v", i.ScopedName(), members)
			}
		}
	case *model.Typedef:
		def, err := std.AliasDefClass.Unchecked(o).OriginalTypeDef(ctx)
		must(err)
		defOf("original", def, d.Type)
	case *model.Exception:
		members, err := std.ExceptionDefClass.Unchecked(o).Members(ctx)
		must(err)
		if len(members) != len(d.Members) {
			t.Errorf("%s has %d members", i.ScopedName(), len(members))
		}
		for j, m := range d.Members {
			defOf(m.Name, members[j].TypeDef, m.Type)
		}
	case *model.Const:
		a, err := std.ConstantDefClass.Unchecked(o).Value(ctx)
		must(err)
		same(t, i.ScopedName(), a.Type(), d.Type.Described)
		if d.Value.Kind == model.IntValue && fmt.Sprint(a.Value()) != d.Value.String() || d.Value.Kind == model.StringValue && a.Value() != d.Value.Text {
			t.Errorf("%s is %v, not %v", i.ScopedName(), a.Value(), d.Value)
		}
	case *model.Operation:
		op := std.OperationDefClass.Unchecked(o)
		params, err := op.Params(ctx)
		must(err)
		x, err := std.OperationDescriptionType.From(described.Value)
		must(err)
		if len(params) != len(d.Params) || len(x.Parameters) != len(params) || len(x.Exceptions) != len(d.Raises) || !slices.Equal(x.Contexts, d.Context) && len(d.Context) > 0 || (x.Mode == std.OperationMode_OP_ONEWAY) != d.Oneway {
			t.Errorf("%s: got %+v", i.ScopedName(), x)
		}
		for j, p := range d.Params {
			if params[j].Name != p.Name || int(params[j].Mode) != int(p.Direction) {
				t.Errorf("%s: parameter %+v", i.ScopedName(), params[j])
			}
			defOf(p.Name, params[j].TypeDef, p.Type)
		}
		for j, e := range d.Raises {
			if x.Exceptions[j].Id != e.ID {
				t.Errorf("%s raises %s", i.ScopedName(), x.Exceptions[j].Id)
			}
		}
		result, err := op.ResultDef(ctx)
		must(err)
		defOf("result", result, d.Result)
	case *model.Attribute:
		a := std.ExtAttributeDefClass.Unchecked(o)
		x, err := a.DescribeAttribute(ctx)
		must(err)
		if (x.Mode == std.AttributeMode_ATTR_READONLY) != d.Readonly || len(x.GetExceptions) != len(d.GetRaises) || len(x.PutExceptions) != len(d.SetRaises) {
			t.Errorf("%s: got %+v", i.ScopedName(), x)
		}
		def, err := a.TypeDef(ctx)
		must(err)
		defOf("type", def, d.Type)
	case *model.Interface:
		n := std.ExtInterfaceDefClass.Unchecked(o)
		full, err := n.DescribeInterface(ctx)
		must(err)
		if len(full.Operations) != len(d.AllOperations()) || len(full.Attributes) != len(d.AllAttributes()) || len(full.BaseInterfaces) != len(d.Parents()) {
			t.Errorf("%s: got %d operations, %d attributes", i.ScopedName(), len(full.Operations), len(full.Attributes))
		}
		for _, p := range d.Ancestors() {
			if is, err := n.IsA(ctx, p.ID); err != nil || !is {
				t.Errorf("%s is no %s: %v", i.ScopedName(), p.ID, err)
			}
		}
		if is, err := n.IsA(ctx, "IDL:nothing:1.0"); err != nil || is {
			t.Errorf("%s is anything: %v", i.ScopedName(), err)
		}
		ext, err := n.DescribeExtInterface(ctx)
		must(err)
		if len(ext.Attributes) != len(full.Attributes) || ext.Id != i.ID {
			t.Errorf("%s: got %+v", i.ScopedName(), ext)
		}
	case *model.ValueType:
		v := std.ExtValueDefClass.Unchecked(o)
		full, err := v.DescribeValue(ctx)
		must(err)
		if len(full.Members) != len(d.AllState()) || full.IsAbstract != d.Abstract || full.IsCustom != d.Custom || full.IsTruncatable != d.Truncatable || len(full.Initializers) != len(d.Factories()) || len(full.SupportedInterfaces) != len(d.Supported()) {
			t.Errorf("%s: got %+v", i.ScopedName(), full)
		}
		if base, err := v.BaseValue(ctx); err != nil || (base == nil) != (d.Concrete() == nil) {
			t.Errorf("%s: base %v, %v", i.ScopedName(), base, err)
		}
		same(t, i.ScopedName(), full.Type, func() (*typecode.TypeCode, error) { return model.Described(d) })
	}
	return 1
}

// TestWhole holds all of large specifications, and of what the repository has itself, as a client sees them, against the model.
func TestWhole(t *testing.T) {
	t.Parallel()
	files := idl.FilesOf{"zoo.idl": zoo, "std.idl": "#include <CosNotifyFilter.idl>\n"}
	for _, name := range []string{"types", "values", "interop"} {
		b, err := os.ReadFile("../../interop/idl/" + name + ".idl")
		if err != nil {
			t.Fatal(err)
		}
		files[name+".idl"] = string(b)
	}
	r, repo := serve(t, map[string]*model.Spec{"all": compile(t, files, slices.Sorted(maps.Keys(files))...)})
	all, err := r.Spec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for d := range all.All() {
		switch d.(type) {
		case *model.Forward, *model.Factory, *model.Component, *model.Home, *model.Port, *model.PortType, *model.Bitset, *model.Bitmask, *model.AnnotationDecl:
			continue // what the repository has no kind for
		}
		checked += check(t, repo, d)
	}
	if checked < 1200 {
		t.Errorf("just %d definitions", checked)
	}
	t.Logf("%d definitions", checked)
}

// TestTypes makes types without a name, and holds that hostile ids are no objects.
func TestTypes(t *testing.T) {
	t.Parallel()
	_, repo := serve(t, map[string]*model.Spec{"zoo": compile(t, idl.FilesOf{"zoo.idl": zoo}, "zoo.idl")})
	ctx := t.Context()
	c, err := repo.Lookup(ctx, "Zoo::Point")
	if err != nil {
		t.Fatal(err)
	}
	point := std.IDLTypeClass.Unchecked(c.(orb.Object))
	seq, err := repo.CreateSequence(ctx, 5, point)
	if err != nil {
		t.Fatal(err)
	}
	arr, err := repo.CreateArray(ctx, 3, seq)
	if err != nil {
		t.Fatal(err)
	}
	grid, err := repo.CreateArray(ctx, 2, arr)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := grid.Length(ctx); err != nil || n != 2 {
		t.Errorf("got %d, %v", n, err)
	}
	tc, err := grid.ElementType(ctx)
	if err != nil || tc.Kind() != typecode.TkArray || tc.Length() != 3 || tc.Content().Kind() != typecode.TkSequence || tc.Content().Length() != 5 || tc.Content().Content().Name() != "Point" {
		t.Errorf("got %v, %v", tc, err)
	}
	fixed, err := repo.CreateFixed(ctx, 5, 2)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := fixed.Scale(ctx); err != nil || n != 2 {
		t.Errorf("got %d, %v", n, err)
	}
	text, err := repo.CreateWstring(ctx, 8)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := text.Bound(ctx); err != nil || n != 8 {
		t.Errorf("got %d, %v", n, err)
	}
	for k := range 22 {
		p, err := repo.GetPrimitive(ctx, std.PrimitiveKind(k))
		if k == 0 || k == 13 { // null, Principal
			if outcome(err) != "BAD_PARAM" {
				t.Errorf("%v: got %v", std.PrimitiveKind(k), err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Kind(ctx); err != nil || int(got) != k {
			t.Errorf("%v: got %v, %v", std.PrimitiveKind(k), got, err)
		}
	}
	deep := std.IDLType(point)
	for range 70 {
		next, err := repo.CreateSequence(ctx, 0, deep)
		if err != nil {
			if outcome(err) != "BAD_PARAM" {
				t.Error(err)
			}
			deep = nil
			break
		}
		deep = next
	}
	if deep != nil {
		t.Error("types nest without end")
	}
	for what, err := range map[string]error{
		"string": second(repo.CreateString(ctx, 0)), "fixed": second(repo.CreateFixed(ctx, 40, 2)), "scale": second(repo.CreateFixed(ctx, 4, 200)),
		"array": second(repo.CreateArray(ctx, 0, point)), "of nil": second(repo.CreateSequence(ctx, 0, nil)),
		"of another": second(repo.CreateSequence(ctx, 0, std.IDLTypeClass.Unchecked(repo.(orb.Object)))),
	} {
		if outcome(err) != "BAD_PARAM" {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestChangesAreRefused holds that no operation changes a definition, and that what is said helps.
func TestChangesAreRefused(t *testing.T) {
	t.Parallel()
	_, repo := serve(t, map[string]*model.Spec{"zoo": compile(t, idl.FilesOf{"zoo.idl": zoo}, "zoo.idl")})
	ctx := t.Context()
	c, err := repo.Lookup(ctx, "Zoo::Animal")
	if err != nil {
		t.Fatal(err)
	}
	animal := std.InterfaceDefClass.Unchecked(c.(orb.Object))
	for what, err := range map[string]error{
		"create":    second(repo.CreateModule(ctx, "IDL:x:1.0", "x", "1.0")),
		"attribute": second(animal.CreateAttribute(ctx, "IDL:x:1.0", "x", "1.0", nil, 0)),
		"name":      animal.SetName(ctx, "Beast"),
		"bases":     animal.SetBaseInterfaces(ctx, nil),
		"destroy":   animal.Destroy(ctx),
		"move":      animal.Move(ctx, repo, "x", "1.0"),
		"repo":      repo.Destroy(ctx),
	} {
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.NoPermission || !strings.Contains(err.Error(), "dsom idl register") {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

// TestRegistry registers, replaces, contradicts and removes, and opens the state again.
func TestRegistry(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dsom.db")
	s := openStore(t, path)
	r := openRegistry(t, s)
	ctx := t.Context()
	put := func(name, text string) error {
		_, err := r.Put(ctx, name, pack(t, compile(t, idl.FilesOf{name: text, "types.idl": "struct T { long x; };"}, name)))
		return err
	}
	has := func(r *ifr.Registry, names ...string) {
		t.Helper()
		spec, err := r.Spec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			n, not := strings.CutPrefix(n, "!")
			if (spec.Lookup(n) == nil) != not {
				t.Errorf("%s: %v", n, spec.Lookup(n))
			}
		}
	}
	has(r, "CosNaming::NamingContext", "CORBA::Repository", "DSOMNaming::NamingContext", "!A")
	if err := errors.Join(put("a.idl", "#include \"types.idl\"\ninterface A { T get(); };"), put("b.idl", "#include \"types.idl\"\ninterface B { T get(); };")); err != nil {
		t.Fatal(err)
	}
	has(r, "A", "B", "T", "CosNaming::NamingContext")
	if err := put("c.idl", "struct T { string x; };"); !errors.Is(err, ifr.ErrInvalid) || !strings.Contains(err.Error(), "struct T is described twice") {
		t.Errorf("got %v", err)
	}
	if err := put("c.idl", "interface C {};\n#pragma ID C \"IDL:A:1.0\"\n"); !errors.Is(err, ifr.ErrInvalid) || !strings.Contains(err.Error(), "have the id IDL:A:1.0") {
		t.Errorf("an id of two: %v", err)
	}
	if err := put("a.idl", "interface A2 {};"); err != nil {
		t.Fatal(err)
	}
	has(r, "!A", "A2", "B", "T", "!C")
	if err := r.Remove(ctx, "c.idl", nil); !errors.Is(err, ifr.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if err := r.Remove(ctx, "b.idl", nil); err != nil {
		t.Fatal(err)
	}
	has(r, "A2", "!B", "!T")
	// What the daemon has itself gives way.
	if err := put("CosNaming.idl", "module CosNaming { interface NamingContext { void other(); }; };"); err != nil {
		t.Fatal(err)
	}
	has(r, "A2", "CosNaming::NamingContext", "!CosNaming::BindingIterator")
	for what, c := range map[string]struct {
		name   string
		packed []byte
		want   string
	}{
		"no name":  {"", pack(t, compile(t, idl.FilesOf{"x": "interface X {};"}, "x")), "no name"},
		"long":     {strings.Repeat("x", ifr.MaxName+1), nil, "ifr-name-octets"},
		"no spec":  {"x", []byte("nonsense"), "cannot be registered"},
		"too much": {"x", make([]byte, ifr.MaxPacked+1), "ifr-packed-octets"},
	} {
		if _, err := r.Put(ctx, c.name, c.packed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	list, err := r.Entries(ctx)
	if err != nil || len(list) != 2 || list[0].Name != "CosNaming.idl" || list[1].Name != "a.idl" || !slices.Equal(list[1].Files, []string{"a.idl"}) {
		t.Errorf("got %+v, %v", list, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, path)
	r = openRegistry(t, s)
	has(r, "A2", "CosNaming::NamingContext", "!B")
	left := 0
	for e, err := range store.All(ctx, s, "ifr/piece/") {
		if err != nil {
			t.Fatal(err)
		}
		left++
		_ = e
	}
	if left != 2 {
		t.Errorf("%d pieces of 2 specifications are left", left)
	}
}

// TestRename holds that a specification of several pieces is whole under another name, in place of what had that, and that nothing is left of either.
func TestRename(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dsom.db")
	s := openStore(t, path)
	r := openRegistry(t, s)
	ctx := t.Context()
	var text strings.Builder
	text.WriteString(`const string Noise = "`)
	for range 20000 { // what does not pack well
		text.WriteString(rand.Text())
	}
	text.WriteString("\"; interface Last {};")
	for name, idlText := range map[string]string{"a": text.String(), "b": "interface B {};", "c": "interface C {};"} {
		if _, err := r.Put(ctx, name, pack(t, compile(t, idl.FilesOf{name: idlText}, name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Rename(ctx, "a", "b", nil); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"of none": r.Rename(ctx, "a", "d", nil), "to itself": r.Rename(ctx, "c", "c", nil), "to none": r.Rename(ctx, "c", " ", nil), "too long": r.Rename(ctx, "c", strings.Repeat("x", ifr.MaxName+1), nil)} {
		if ok := what == "to itself"; ok != (err == nil) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for range 2 {
		spec, err := r.Spec(ctx)
		if err != nil || spec.Lookup("Last") == nil || spec.Lookup("B") != nil || spec.Lookup("C") == nil {
			t.Errorf("the repository has other things: %v", err)
		}
		var names []string
		all, err := r.Entries(ctx)
		for _, e := range all {
			names = append(names, e.Name+e.Disputed)
		}
		if err != nil || !slices.Equal(names, []string{"b", "c"}) {
			t.Errorf("there are %q, %v", names, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, path)
		r = openRegistry(t, s)
	}
	for _, name := range []string{"b", "c"} {
		if err := r.Remove(ctx, name, nil); err != nil {
			t.Fatal(err)
		}
	}
	for e, err := range store.All(ctx, s, "ifr/") {
		t.Errorf("%s is left, %v", e.Key, err)
	}
}

// TestTwoRegistries holds that two on one store, as two daemons have it, do not lose what the other does.
func TestTwoRegistries(t *testing.T) {
	t.Parallel()
	s := openStore(t, filepath.Join(t.TempDir(), "dsom.db"))
	one, two := openRegistry(t, s), openRegistry(t, s)
	for i, r := range []*ifr.Registry{one, two, one, two} {
		name := "same.idl"
		if _, err := r.Put(t.Context(), name, pack(t, compile(t, idl.FilesOf{name: fmt.Sprintf("interface I%d {};", i)}, name))); err != nil {
			t.Fatal(err)
		}
	}
	spec, err := openRegistry(t, s).Spec(t.Context())
	if err != nil || spec.Lookup("I3") == nil || spec.Lookup("I2") != nil {
		t.Errorf("got %v", err)
	}
}

// TestDamaged has entries in the store that nobody here has written.
func TestDamaged(t *testing.T) {
	t.Parallel()
	for key, value := range map[string]string{
		"ifr/spec/a":   "nonsense",
		"ifr/spec/b":   `{"name":"a"}`,
		"ifr/spec/c":   `{"name":"c","pieces":1,"generation":1}`,
		"ifr/spec/d=2": `{"name":"d"}`,
	} {
		s := openStore(t, filepath.Join(t.TempDir(), "dsom.db"))
		if _, err := s.Commit(t.Context(), store.Create(key, []byte(value))); err != nil {
			t.Fatal(err)
		}
		if _, err := ifr.OpenRegistry(t.Context(), s); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: got %v", value, err)
		}
	}
}

// TestInterfaceOf asks objects for their interface.
func TestInterfaceOf(t *testing.T) {
	t.Parallel()
	server := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	ref, err := ifr.New(poa.New(server), openRegistry(t, openStore(t, filepath.Join(t.TempDir(), "dsom.db"))), nil)
	if err != nil {
		t.Fatal(err)
	}
	server.RegisterInitialReference(ifr.Key, ref)
	far, err := newORB(t, orb.Config{}).Resolve(t.Context(), ref.String())
	if err != nil {
		t.Fatal(err)
	}
	def, err := far.Interface(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	full, err := std.InterfaceDefClass.Unchecked(def).DescribeInterface(t.Context())
	if err != nil || full.Id != std.RepositoryClass.Interface().ID || len(full.Operations) < 20 {
		t.Errorf("got %s, %d, %v", full.Id, len(full.Operations), err)
	}
}

// FuzzID calls objects of any id: they are there or not, and nothing else happens.
func FuzzID(f *testing.F) {
	for _, s := range []string{"n::CORBA::Repository", "p3", "s9", "f5,2", "q0;a3;a4;p3", "q0;q0;n::CORBA::Identifier", "", "n", "x", "a0;p1", "s0", "f99,1", "q00;p1"} {
		f.Add(s)
	}
	r := openRegistry(f, openStore(f, filepath.Join(f.TempDir(), "dsom.db")))
	server := newORB(f, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	root := poa.New(server)
	ref, err := ifr.New(root, r, nil)
	if err != nil {
		f.Fatal(err)
	}
	_ = ref
	adapter, err := root.FindPOA(f.Context(), "interfaces", false)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id string) {
		o, err := adapter.Reference(id, std.IRObjectClass.Interface())
		if err != nil {
			t.Skip()
		}
		kind, err := std.IRObjectClass.Unchecked(o).DefKind(t.Context())
		if err != nil && outcome(err) != "OBJECT_NOT_EXIST" {
			t.Errorf("%q: %v, %v", id, kind, err)
		}
	})
}
