package model_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

func modifiers(pairs ...string) []model.Modifier {
	var ms []model.Modifier
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		ms = append(ms, model.Modifier{Name: name, Value: value})
	}
	return ms
}

func modified(name string, pairs ...string) model.Node {
	n := node(name)
	n.Modifiers = modifiers(pairs...)
	return n
}

func method(name string, pairs ...string) *model.Operation {
	return &model.Operation{Info: model.Info{Node: modified(name, pairs...)}, Result: &model.Type{},
		Params: []*model.Param{{Node: node("a"), Type: &model.Type{Kind: model.Long}}, {Node: node("b"), Type: &model.Type{Kind: model.Any}}}}
}

// dogs is a specification with a root, two parents and a class of all that a class can have.
func dogs(t *testing.T) *model.Spec {
	t.Helper()
	long := &model.Type{Kind: model.Long}
	root := &model.Interface{Info: info("Root"), Decls: model.Decls{method("init"), method("speak")},
		Implementation: &model.Implementation{Modifiers: modifiers("releaseorder=init,speak")}}
	meta := &model.Interface{Info: info("M_Dog"), Bases: []*model.Type{named(root)}, Decls: model.Decls{method("make")}}
	pet := &model.Interface{Info: info("Pet"), Bases: []*model.Type{named(root)}, Decls: model.Decls{method("feed")},
		Implementation: &model.Implementation{}}
	pets := &model.Module{Info: info("Pets"), Decls: model.Decls{pet}}
	guard := &model.Interface{Info: info("Guard"), Bases: []*model.Type{named(root)}, Decls: model.Decls{method("watch"), method("feed")}}
	dog := &model.Interface{Info: info("Dog"), Bases: []*model.Type{named(pet), named(guard)},
		Decls: model.Decls{
			&model.Attribute{Info: model.Info{Node: modified("age", "nodata")}, Type: long},
			&model.Attribute{Info: model.Info{Node: modified("name", "noget")}, Readonly: true, Type: long},
			method("bark", "nonstatic", "caller_owns_parameters=a", "object_owns_parameters=b,c", "dual_owned_result"),
			method("count", "procedure"), method("new", "init"),
		},
		Implementation: &model.Implementation{
			Metaclass: named(meta),
			Modifiers: modifiers("majorversion=1", "majorversion=2", "minorversion=7", "metaclass=M_Dog", "directinitclasses=Guard, Pets_Pet, Nobody", "callstyle=oidl",
				"releaseorder=bark,_get_age,private1", "releaseorder=speak,bark,total"),
			Data: []*model.Member{{Node: node("weight"), Type: long}, {Node: modified("total", "staticdata"), Type: long},
				{Node: modified("other", "staticdata"), Type: long}},
			Overrides: []*model.Override{
				{Node: modified("init", "override", "init"), Of: "::Root::init"},
				{Node: modified("speak", "migrate=Root"), Of: "::Root::speak"},
				{Node: modified("feed", "select=Guard"), Of: "::Guard::feed"},
			},
			Accessors: []*model.Accessor{{Node: modified("_set_age", "nocall")}},
			Passthru:  []model.Passthru{{Target: "C_h", Before: true, Text: "#include <x.h>"}},
		},
	}
	s := &model.Spec{Files: []*model.File{{Path: "bank.idl", Main: true}}, Decls: model.Decls{root, meta, pets, guard, dog}}
	if err := s.Link(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClass(t *testing.T) {
	t.Parallel()
	made := dogs(t)
	j, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	read := new(model.Spec)
	if err := json.Unmarshal(j, read); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*model.Spec{"made": made, "read": read} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDog(t, s)
		})
	}
}

func checkDog(t *testing.T, s *model.Spec) {
	dog := s.Lookup("Dog").(*model.Interface)
	check := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	major, minor := dog.ClassVersion()
	check("version", []int{major, minor}, []int{2, 7})
	check("metaclass", dog.Metaclass().Name, "M_Dog")
	check("call style", dog.OIDL(), true)

	var order []string
	for _, r := range dog.ReleaseOrder() {
		switch {
		case r.IsPlaceholder():
			order = append(order, r.Name+"?")
		case r.Migrated != nil:
			order = append(order, r.Name+"^"+r.Migrated.Name)
		case r.Data != nil:
			order = append(order, r.Name+"=")
		default:
			order = append(order, r.Name)
		}
		if !r.Listed {
			order[len(order)-1] += "+"
		}
	}
	check("release order", order, "[bark _get_age private1? speak^Root total= _set_age+ _get_name+ count+ new+ other=+]")

	names := func(is []*model.Interface) (ns []string) {
		for _, i := range is {
			ns = append(ns, i.Name)
		}
		return ns
	}
	check("direct init classes", names(dog.DirectInitClasses()), "[Guard Pet]")
	check("default direct init classes", names(s.Lookup("Pets::Pet").(*model.Interface).DirectInitClasses()), "[Root]")
	check("instance data", len(dog.InstanceData()), 1)
	check("static data", len(dog.StaticData()), 2)
	check("attribute data", len(dog.AttributeData()), 1)
	check("overridden", len(dog.Overridden()), 1)
	check("C name", model.CScoped(s.Lookup("Pets::Pet")), "Pets_Pet")

	kinds := map[string]model.MethodKind{}
	for _, m := range dog.Introduced() {
		kinds[m.Name] = m.Kind()
	}
	check("kinds", kinds, map[string]model.MethodKind{"bark": model.NonstaticMethod, "count": model.ProcedureMethod,
		"new": model.StaticMethod, "_get_age": 0, "_set_age": 0, "_get_name": 0})
	check("selected", dog.FindMethod("feed").Class.Name, "Guard")
	check("leftmost", dog.FindMethod("init").Class.Name, "Root")
	check("unknown", dog.FindMethod("fly") == nil, true)
	check("accessor", dog.FindMethod("_set_age").Has("nocall"), true)
	check("initializers", dog.Initializers()[0].Name, "new")

	bark := dog.FindMethod("bark")
	check("owners", []model.Owner{bark.Owner("a"), bark.Owner("b"), bark.Owner("c"), bark.Owner("d"), bark.Owner("")},
		"[caller_owns object_owns object_owns caller_owns dual_owned]")
	check("owner of an attribute", dog.FindMethod("_get_name").Owner(""), model.ObjectOwned)

	for _, n := range []string{"M_Dog", "Dog", "Root", "Pet", "Pets::Pet", "::Pets::Pet", "Pets_Pet"} {
		if (dog.AncestorNamed(n) == nil) != (n == "M_Dog") {
			t.Errorf("ancestor %s: %v", n, dog.AncestorNamed(n))
		}
	}
	check("class without section", s.Lookup("Guard").(*model.Interface).IsClass(), true)
}

func TestEmitsTypes(t *testing.T) {
	t.Parallel()
	at := func(n int) diag.Span {
		return diag.Span{Start: diag.Position{File: "a.idl", Line: 1, Column: 1, Offset: n}}
	}
	typedef := func(name string, n int) *model.Typedef {
		return &model.Typedef{Info: model.Info{Node: model.Node{Name: name, Span: at(n)}}, Type: &model.Type{Kind: model.Long}}
	}
	s := &model.Spec{
		Files: []*model.File{{Path: "a.idl", Pragmas: []model.Pragma{
			{Name: "somemittypes", Args: []string{"on"}, Span: at(10)}, {Name: "somemittypes", Args: []string{"off"}, Span: at(30)},
		}}},
		Decls: model.Decls{typedef("before", 5), typedef("inside", 20), typedef("after", 40)},
	}
	if err := s.Link(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"before": false, "inside": true, "after": false} {
		if got := model.EmitsTypes(s.Lookup(name)); got != want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestNullable holds what may be NULL.
func TestNullable(t *testing.T) {
	t.Parallel()
	text := &model.Type{Kind: model.String}
	i := &model.Interface{Info: info("I"), Implementation: &model.Implementation{}, Decls: model.Decls{
		method("f", "nullable_parameters=b", "nullable_result"), method("g"),
		&model.Attribute{Info: model.Info{Node: modified("x", "nullable_result")}, Type: text},
		&model.Attribute{Info: info("y"), Type: text},
	}}
	if err := (&model.Spec{Decls: model.Decls{i}}).Link(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, param string
		want          bool
	}{
		{"f", "", true}, {"f", "a", false}, {"f", "b", true}, {"g", "", false}, {"g", "a", false},
		{"_get_x", "", true}, {"_set_x", "x", true}, {"_get_y", "", false}, {"_set_y", "y", false},
	} {
		if got := i.FindMethod(c.method).Nullable(c.param); got != c.want {
			t.Errorf("%s(%s): got %v", c.method, c.param, got)
		}
	}
}

// TestBaseInCircle holds that typedefs which name each other are refused where they are a base.
func TestBaseInCircle(t *testing.T) {
	t.Parallel()
	const circle = `{"model":1,"files":[],"decls":[
		{"kind":"typedef","name":"A","type":{"kind":"named","decl":"::B"}},
		{"kind":"typedef","name":"B","type":{"kind":"named","decl":"::A"}},
		{"kind":"interface","name":"I","bases":[{"kind":"named","decl":"::A"}]}]}`
	if _, err := model.Read(strings.NewReader(circle)); err == nil || !strings.Contains(err.Error(), "is defined by itself") {
		t.Errorf("got %v", err)
	}
	const other = `{"model":1,"files":[],"decls":[
		{"kind":"enum","name":"E","enumerators":[]},
		{"kind":"interface","name":"I","bases":[{"kind":"named","decl":"::E"}]}]}`
	if _, err := model.Read(strings.NewReader(other)); err == nil || !strings.Contains(err.Error(), "is no interface") {
		t.Errorf("got %v", err)
	}
}
