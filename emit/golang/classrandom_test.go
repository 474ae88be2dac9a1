package golang_test

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/conformance"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/som"
)

// hierarchies is how many random cases are generated, compiled in one program, and run.
const hierarchies = 4

// TestRandomHierarchies generates Go for the classes of random cases, compiles all of it at once, and compares what
// the program says of its classes with what classes say that were made of the cases directly.
func TestRandomHierarchies(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if strings.HasSuffix(name, ".go") {
			b, err := format.Source([]byte(text))
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, text)
			}
			text = string(b)
		}
		put(t, dir, name, text)
	}
	var want, imports, body strings.Builder
	for seed := range uint64(hierarchies) {
		h := newHierarchy(t, seed)
		name := fmt.Sprintf("h%d", seed)
		spec := compileSOM(t, idl.FilesOf{name + ".idl": h.idl()}, name+".idl")
		files := mustEmit(t, spec, golang.Options{PackagePrefix: "example.com/gen/" + name, Classes: true})
		for p, text := range files.All() {
			write(name+"/"+p, string(text))
		}
		for _, c := range h.classes {
			pkg := strings.ToLower(c.Name)
			write(name+"/"+pkg+"/object.go", h.object(c))
			fmt.Fprintf(&imports, "%s%s %q\n", name, pkg, "example.com/gen/"+name+"/"+pkg)
			fmt.Fprintf(&body, "report(os.Stdout, %s%s.Class)\n", name, pkg)
			report(&want, h.made[c.Name])
		}
	}
	for p, text := range emitClasses(t, parts, "example.com/gen/parts").All() { // with the templates as they are
		write("parts/"+p, string(text))
	}
	for p, text := range emitFarm(t, true, "beasts.idl", "farm.idl").All() {
		write("farm/"+p, string(text))
	}
	for p, text := range emitClasses(t, owning, "example.com/gen/owning").All() {
		write("owning/"+p, string(text))
	}
	write("owning/main/main.go", owningMain)
	kept := "interface Kept : Of_SOMObject { implementation { metaclass = Of_SOMClass; }; };\n"
	for p, text := range emitClasses(t, overridingAll(t)+kept, "example.com/gen/roots").All() {
		write("roots/"+p, string(text))
	}
	write("roots/main/main.go", rootsMain)
	for name := range fleet { // in runs of their own
		for p, text := range emitFleet(t, name).All() {
			write("fleet/"+p, string(text))
		}
	}
	text, err := os.ReadFile("classreport_test.go")
	if err != nil {
		t.Fatal(err)
	}
	write("report.go", strings.Replace(string(text), "package golang_test", "package main", 1))
	write("main.go", "package main\nimport (\n\"os\"\n"+imports.String()+")\nfunc main() {\n"+body.String()+"}\n")
	asModule(t, dir, "example.com/gen")
	run := func(args ...string) string {
		t.Helper()
		out, err := goTool(t, dir, args...)
		if err != nil {
			t.Fatalf("go %v: %v\n%.8000s", args, err, out)
		}
		return out
	}
	run("vet", "./parts/...", "./farm/...", "./fleet/...")
	if said := run("run", "./owning/main"); said != "" {
		t.Errorf("attributes do not own what they hold: %s", said)
	}
	if said := run("run", "./roots/main"); said != "" {
		t.Errorf("overrides of the runtime's methods are not what they begin as: %s", said)
	}
	got, wanted := strings.Split(run("run", "."), "\n"), strings.Split(want.String(), "\n")
	for i := range min(len(got), len(wanted)) {
		if got[i] != wanted[i] {
			t.Fatalf("line %d: the program says\n%s\nand the kernel\n%s", i+1, got[i], wanted[i])
		}
	}
	if len(got) != len(wanted) {
		t.Errorf("%d lines, want %d", len(got), len(wanted))
	}
}

// A hierarchy is the classes of a random case, with methods that have names of their own, since IDL has no two of one name.
type hierarchy struct {
	t       *testing.T
	classes []conformance.Class
	made    map[string]*som.Class
}

func newHierarchy(t *testing.T, seed uint64) *hierarchy {
	t.Helper()
	h := &hierarchy{t: t, made: map[string]*som.Class{"SOMObject": som.SOMObject, "SOMClass": som.SOMClass}}
	c := conformance.Random(seed)
	for _, s := range c.Steps {
		if s.Do == "define" && s.Error == "" {
			h.define(*c.Class(s.Class))
		}
	}
	return h
}

// method is the name of a method in IDL: that of the class that introduces it comes first.
func method(class, name string) string { return strings.ToLower(class) + "_" + name }

// resolved returns the class that introduces a method now, and its name in IDL, of Class::method.
func (h *hierarchy) resolved(qualified string) (class, name string) {
	class, name, _ = strings.Cut(qualified, "::")
	for _, c := range h.classes {
		if c.Name != class {
			continue
		}
		for _, m := range c.Introduces {
			if m.Name == name && m.Migrated != "" {
				return h.resolved(m.Migrated + "::" + name)
			}
		}
	}
	return class, method(class, name)
}

func isMeta(c *som.Class) bool { return c.DescendsFrom(som.SOMClass) }

// define makes the class directly, in the kernel.
func (h *hierarchy) define(c conformance.Class) {
	h.t.Helper()
	of := func(names []string) (all []*som.Class) {
		if names != nil {
			all = []*som.Class{} // none is not the same as not said
		}
		for _, n := range names {
			all = append(all, h.made[n])
		}
		return all
	}
	s := som.Spec{Name: c.Name, Parents: of(c.Parents), AbstractParents: of(c.AbstractParents), Metaclass: h.made[c.Metaclass], InitClasses: of(c.InitClasses),
		Version: som.Version{Major: c.Version[0], Minor: c.Version[1]}, Abstract: c.Abstract, Select: map[string]*som.Class{}}
	impl := func(som.Self) (string, error) { return c.Name, nil }
	for _, m := range c.Introduces {
		ms := som.MethodSpec{Name: method(c.Name, m.Name), Kind: map[string]som.Kind{"nonstatic": som.NonStatic, "procedure": som.Procedure}[m.Kind], Impl: impl}
		if m.Migrated != "" {
			class, name := h.resolved(m.Migrated + "::" + m.Name)
			ms = som.MethodSpec{Name: name, Migrated: h.made[class]}
		}
		s.Introduces = append(s.Introduces, ms)
	}
	for _, o := range c.Overrides {
		class, name := h.resolved(o)
		s.Overrides = append(s.Overrides, som.Override{Method: class + "::" + name, Impl: impl})
	}
	for m, p := range c.Select {
		class, name := h.resolved(m)
		s.Select[class+"::"+name] = h.made[p]
	}
	made, err := som.NewClass(s)
	if err != nil {
		h.t.Logf("left out: %v", err) // names differ from the case's, and with them what clashes
		return
	}
	h.made[c.Name] = made
	h.classes = append(h.classes, c)
}

// idl is the classes as SOM IDL has them.
func (h *hierarchy) idl() string {
	var b strings.Builder
	b.WriteString("#include <somcls.idl>\n")
	for _, c := range h.classes {
		parents := c.Parents
		if parents == nil {
			parents = []string{"SOMObject"}
		}
		fmt.Fprintf(&b, "interface %s : %s {\n", c.Name, strings.Join(parents, ", "))
		var order, mods []string
		for _, m := range c.Introduces {
			if m.Migrated != "" {
				class, name := h.resolved(m.Migrated + "::" + m.Name)
				order = append(order, name)
				mods = append(mods, name+": migrate="+class)
				continue
			}
			name := method(c.Name, m.Name)
			order = append(order, name)
			fmt.Fprintf(&b, "string %s();\n", name)
			if m.Kind != "" {
				mods = append(mods, name+": "+m.Kind)
			}
		}
		for _, o := range c.Overrides {
			_, name := h.resolved(o)
			mods = append(mods, name+": override")
		}
		var selected []string
		for m := range c.Select {
			selected = append(selected, m)
		}
		slices.Sort(selected)
		for _, m := range selected {
			_, name := h.resolved(m)
			mods = append(mods, name+": select="+c.Select[m])
		}
		fmt.Fprintf(&b, "implementation { releaseorder: %s; majorversion = %d; minorversion = %d;\n", strings.Join(order, ", "), c.Version[0], c.Version[1])
		if c.Metaclass != "" {
			fmt.Fprintf(&b, "metaclass = %s;\n", c.Metaclass)
		}
		if c.Abstract {
			b.WriteString("abstract;\n")
		}
		if len(c.AbstractParents) > 0 {
			fmt.Fprintf(&b, "abstractparents = \"%s\";\n", strings.Join(c.AbstractParents, ","))
		}
		if c.InitClasses != nil {
			fmt.Fprintf(&b, "directinitclasses = \"%s\";\n", strings.Join(c.InitClasses, ","))
		}
		for _, m := range mods {
			fmt.Fprintf(&b, "%s;\n", m)
		}
		b.WriteString("};\n};\n")
	}
	return b.String()
}

// object is the implementation of a class, as an author writes it: each method answers the name of the class.
func (h *hierarchy) object(c conformance.Class) string {
	var b strings.Builder
	base := "github.com/opendsom/dsom/som"
	if isMeta(h.made[c.Name]) {
		base += "/meta"
	}
	fmt.Fprintf(&b, "package %s\nimport (\n\"context\"\n%q\n)\ntype object struct{ %s.Base; _ int }\n", strings.ToLower(c.Name), base, filepath.Base(base))
	names := map[string]bool{}
	for _, m := range c.Introduces {
		if m.Migrated == "" {
			names[method(c.Name, m.Name)] = true
		}
	}
	for _, o := range c.Overrides {
		_, name := h.resolved(o)
		names[name] = true
	}
	if len(names) == 0 {
		b.WriteString("var _ context.Context\n")
	}
	for name := range names {
		fmt.Fprintf(&b, "func (o *object) %s(context.Context) (string, error) { return %q, nil }\n", golang.Camel.Exported(name), c.Name)
	}
	return b.String()
}
