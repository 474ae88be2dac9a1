package golang_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
)

// runtimes are the classes of the runtime that IDL has, with the file that declares each.
var runtimes = []struct {
	file  string
	class *som.Class
}{
	{"somobj", som.SOMObject}, {"somcls", som.SOMClass}, {"sombacls", meta.BeforeAfter}, {"snglicls", meta.SingleInstance},
	{"somtrcls", meta.Traced}, {"somproxy", meta.ProxyFor}, {"somproxy", meta.ProxyForObject},
}

// aPart is a method of SOMObject that is part of an object's life, which Go has under other types.
var aPart = regexp.MustCompile(`^somDefault|^somDestruct$`)

// overridable returns the methods that a class of the runtime introduces and IDL lets others override; those that the runtime has, if so asked.
func overridable(t *testing.T, file string, class *som.Class, there bool) []string {
	t.Helper()
	var all []string
	spec := compileSOM(t, idl.FilesOf{"x.idl": "#include <" + file + ".idl>\n"}, "x.idl")
	for d := range spec.All() {
		i, ok := d.(*model.Interface)
		if !ok || i.ScopedName() != class.Name() {
			continue
		}
		for _, m := range i.Introduced() {
			if m.Kind() != model.StaticMethod || class == som.SOMObject && aPart.MatchString(m.Name) {
				continue
			}
			if (function(class, m.Name) != nil) == there {
				all = append(all, m.Name)
			}
		}
	}
	if len(all) == 0 && there {
		t.Fatalf("%s has no methods", class)
	}
	return all
}

// function returns the type of a method's implementations, or nil if the runtime has but a place for it.
func function(class *som.Class, name string) reflect.Type {
	m, err := class.Lookup(class.Name() + "::" + name)
	if err != nil {
		return nil
	}
	if _, _, err := class.Entry(m); err != nil && class != meta.ProxyFor { // whose method each of its classes implements
		return nil
	}
	return m.Type()
}

// overridingAll is IDL with a subclass Of_X of each class X of the runtime that overrides all that the runtime has of its methods.
func overridingAll(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for _, r := range runtimes {
		fmt.Fprintf(&text, "#include <%s.idl>\n", r.file)
	}
	for _, r := range runtimes {
		fmt.Fprintf(&text, "interface Of_%s : %[1]s { implementation {", r.class)
		for _, m := range overridable(t, r.file, r.class, true) {
			fmt.Fprintf(&text, " %s: override;", m)
		}
		text.WriteString(" }; };\n")
	}
	return text.String()
}

// TestRootOverrides holds that each method which the runtime's classes have can be overridden, with the runtime's type, and is said to be; and that of the others,
// which have but a place, an override is an error.
func TestRootOverrides(t *testing.T) {
	t.Parallel()
	files := emitClasses(t, overridingAll(t), "example.com/gen")
	for _, r := range runtimes {
		folder := "of" + strings.ToLower(r.class.Name())
		object, _ := files.Get(folder + "/object.go")
		class, _ := files.Get(folder + "/pets.go")
		for _, m := range overridable(t, r.file, r.class, true) {
			head := regexp.MustCompile(`(?m)^// \w+ implements Of_` + r.class.Name() + "::" + m + `\.\nfunc \(o \*object\) \w+\((.*?)\) ?(.*?) ?\{`).FindSubmatch(object)
			if head == nil {
				t.Errorf("%s::%s is not in\n%s", r.class, m, object)
				continue
			}
			types := []string{"som.Self"}
			for p := range strings.SplitSeq(string(head[1]), ", ") {
				if _, typ, ok := strings.Cut(p, " "); ok {
					types = append(types, typ)
				}
			}
			got, want := strings.TrimSuffix("func("+strings.Join(types, ", ")+") "+string(head[2]), " "), strings.ReplaceAll(function(r.class, m).String(), "interface {}", "any")
			if got != want {
				t.Errorf("%s::%s is %s, and should be %s", r.class, m, got, want)
			}
			if over := fmt.Sprintf("{Method: %q}", r.class.Name()+"::"+m); !strings.Contains(string(class), over) {
				t.Errorf("there is no %s in\n%s", over, class)
			}
		}
		for _, m := range overridable(t, r.file, r.class, false) {
			text := fmt.Sprintf("#include <%s.idl>\ninterface D : %s { implementation { %s: override; }; };\n", r.file, r.class, m)
			_, report := golang.Emit(compileSOM(t, idl.FilesOf{"d.idl": text}, "d.idl"), golang.Options{Package: "example.com/gen", Classes: true})
			if !slices.Contains(codes(report), golang.CodeNotSupported) {
				t.Errorf("%s::%s: %v", r.class, m, report.All())
			}
		}
	}
}

// TestLifeOverrides holds what is begun with of an object's copying and assignment: plain attributes are copied, those that hold objects are so already.
func TestLifeOverrides(t *testing.T) {
	t.Parallel()
	const text = `interface Pet : SOMObject { attribute long age; attribute Pet friend; attribute string name;
  implementation { releaseorder: _get_age, _set_age, _get_friend, _set_friend, _get_name, _set_name; %s }; };
`
	files := emitClasses(t, fmt.Sprintf(text, "somDefaultConstCopyInit: override; somDefaultAssign: override;"), "example.com/gen")
	contains(t, files, "pet/object.go", "func (o *object) SomDefaultCopyInit(from *object) error {\n\to.age, o.name = from.age, from.name\n\treturn nil\n}",
		"func (o *object) SomDefaultAssign(from *object) error {\n\to.age, o.name = from.age, from.name\n\treturn nil\n}")
	contains(t, files, "pet/pets.go", "\tSomDefaultCopyInit(from *object) error\n\tSomDefaultAssign(from *object) error\n} = (*object)(nil)")
	_, report := golang.Emit(compileSOM(t, idl.FilesOf{"pets.idl": "#include <somobj.idl>\n" + fmt.Sprintf(text, "somDefaultConstCopyInit: override; somDefaultCopyInit: override;")}, "pets.idl"),
		golang.Options{Package: "example.com/gen", Classes: true})
	if !slices.Contains(codes(report), golang.CodeNotSupported) {
		t.Errorf("both: %v", report.All())
	}
}

// rootsMain says what is wrong with classes that override all that the runtime has of its methods, as their implementations begin. Whoever has another type than the
// runtime is refused before.
const rootsMain = `package main

import (
	"bytes"
	"context"
	"fmt"

	"example.com/gen/roots/kept"
	"example.com/gen/roots/ofsommbeforeafter"
	"example.com/gen/roots/ofsommproxyfor"
	"example.com/gen/roots/ofsommproxyforobject"
	"example.com/gen/roots/ofsommsingleinstance"
	"example.com/gen/roots/ofsommtraced"
	"example.com/gen/roots/ofsomobject"
	"github.com/opendsom/dsom/som"
)

func is(what string, got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		fmt.Println(what, "is", got, "and not", want)
	}
}

func main() {
	ctx := context.Background()
	r, err := kept.New() // of class Kept, whose metaclass overrides all, and a subclass of what does
	is("the error", err, nil)
	var out, plain bytes.Buffer
	for _, m := range []string{"somPrintSelf", "somDumpSelf"} {
		out.Reset()
		args := []any{&out}
		if m == "somDumpSelf" {
			args = append(args, 1)
		}
		_, err := r.SOM().Invoke(ctx, m, args...)
		is(m, err, nil)
		plain.Write(out.Bytes())
	}
	if !bytes.Contains(plain.Bytes(), []byte("Kept")) {
		is("what is printed", plain.String(), "of a Kept")
	}
	name, err := r.SOM().Invoke(ctx, "somGetClassName")
	is("the name", fmt.Sprint(name, " ", err), "Kept <nil>")
	yes, err := r.SOM().Invoke(ctx, "somIsA", ofsomobject.Class)
	is("what it is", fmt.Sprint(yes, " ", err), "true <nil>")
	size, err := kept.Class.SOM().Invoke(ctx, "somGetInstanceSize")
	is("the size", fmt.Sprint(size, " ", err), fmt.Sprintf("%d <nil>", kept.Class.Size()))
	is("the end", r.SOM().Free(), nil)
	for _, c := range []*som.Class{ofsommbeforeafter.Class, ofsommproxyfor.Class, ofsommproxyforobject.Class, ofsommsingleinstance.Class, ofsommtraced.Class, ofsomobject.Class} {
		is("what is left of "+c.Name(), c.Instances(), 0)
	}
}
`

// TestMetaclassNames holds that a class has the metaclass that it names, be that declared or one of the runtime's, and that what is neither is an error.
func TestMetaclassNames(t *testing.T) {
	t.Parallel()
	all := []*som.Class{meta.Abstract, meta.Final, meta.Noninstantiable, meta.Redispatched, meta.ExtentManaged, meta.TimeStamped, meta.InvariantChecked, meta.Cooperative,
		meta.ParentMethodCallPreventionEnabled, meta.BeforeAfter, meta.SingleInstance, meta.Traced, meta.ProxyFor}
	for _, c := range all {
		name := strings.TrimPrefix(c.Name(), "SOMM")
		for _, as := range []string{c.Name(), "::" + c.Name()} {
			files := emitClasses(t, "interface Pet : SOMObject { implementation { metaclass = \""+as+"\"; }; };\n", "example.com/gen")
			contains(t, files, "pet/pets.go", `som.MustClass[object]("Pet", som.WithMetaclass(meta.`+name+"))", "dsom/som/meta\"")
		}
	}
	// The compiler carries the IDL of all of them, which says what they are made of.
	for d := range compileSOM(t, idl.FilesOf{"pets.idl": "#include <somprops.idl>\n#include <somtrcls.idl>\n#include <snglicls.idl>\n#include <somproxy.idl>\n"}, "pets.idl").All() {
		i, ok := d.(*model.Interface)
		n := slices.IndexFunc(all, func(c *som.Class) bool { return ok && c.Name() == i.ScopedName() })
		if n < 0 {
			continue
		}
		major, minor := i.ClassVersion()
		if c := all[n]; len(i.Parents()) != 1 || i.Parents()[0].ScopedName() != c.Parents()[0].Name() || (som.Version{Major: major, Minor: minor}) != c.Version() {
			t.Errorf("%s has %v, %d.%d in IDL, and is %v, %v", c, i.Parents(), major, minor, c.Parents(), c.Version())
		}
		all = slices.Delete(all, n, n+1)
	}
	if len(all) > 0 {
		t.Errorf("no IDL declares %v", all)
	}
	const unknown = "#include <somobj.idl>\ninterface Pet : SOMObject { implementation { metaclass = SOMMUnheard; }; };\n"
	_, report := golang.Emit(compileSOM(t, idl.FilesOf{"pets.idl": unknown}, "pets.idl"), golang.Options{Package: "example.com/gen", Classes: true})
	if said := report.All(); !slices.Contains(codes(report), golang.CodeNotSupported) || !strings.Contains(said[len(said)-1].Message, "SOMMUnheard") {
		t.Errorf("%v", said)
	}
	if _, report := golang.Emit(compileSOM(t, idl.FilesOf{"pets.idl": unknown}, "pets.idl"), golang.Options{Package: "example.com/gen", Classes: true, Native: true}); report.HasErrors() {
		t.Errorf("whoever only calls the class: %v", report.All())
	}
}
