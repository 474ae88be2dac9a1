package idl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// TestSOMClasses holds what follows from the classes of testdata/golden/som against its
// classes.txt: release orders, methods, data and so on.
func TestSOMClasses(t *testing.T) {
	t.Parallel()
	const dir = "testdata/golden/som"
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: folder(dir)}, "main.idl")
	if err != nil {
		t.Fatal(show(t, r))
	}
	var b strings.Builder
	for d := range r.Spec.All() {
		switch d := d.(type) {
		case *model.Interface:
			if !d.File().Standard {
				describeClass(&b, d)
			}
		case *model.Typedef:
			if model.EmitsTypes(d) {
				fmt.Fprintf(&b, "type %s: %s\n", d.Name, modifiersOf(d.Modifiers))
			}
		}
	}
	golden(t, dir+"/classes.txt", b.String())
}

func modifiersOf(ms []model.Modifier) string {
	var s []string
	for _, m := range ms {
		text := m.Name
		if m.Value != "" {
			text += "=" + m.Value
		}
		s = append(s, text)
	}
	return strings.Join(s, "; ")
}

func describeClass(b *strings.Builder, i *model.Interface) {
	major, minor := i.ClassVersion()
	fmt.Fprintf(b, "class %s %d.%d\n", model.CScoped(i), major, minor)
	if m := i.Metaclass(); m != nil {
		fmt.Fprintf(b, "  metaclass %s\n", m.Name)
	}
	if text := i.Doc.Text(); text != "" {
		fmt.Fprintf(b, "  says %q\n", text)
	}
	if i.Implementation != nil {
		fmt.Fprintf(b, "  modifiers %s\n", modifiersOf(i.Implementation.Modifiers))
	}
	for _, d := range i.DirectInitClasses() {
		fmt.Fprintf(b, "  initializes %s\n", d.Name)
	}
	for _, r := range i.ReleaseOrder() {
		fmt.Fprintf(b, "  slot %s:", r.Name)
		switch {
		case r.Method != nil:
			fmt.Fprintf(b, " %s", r.Method.Kind())
		case r.Data != nil:
			b.WriteString(" data")
		case r.Migrated != nil:
			fmt.Fprintf(b, " now %s's", r.Migrated.Name)
		default:
			b.WriteString(" placeholder")
		}
		if !r.Listed {
			b.WriteString(", not listed")
		}
		b.WriteString("\n")
	}
	for _, m := range i.Introduced() {
		fmt.Fprintf(b, "  method %s: %s", m.Name, modifiersOf(m.Modifiers))
		if m.Operation != nil {
			for _, p := range m.Operation.Params {
				fmt.Fprintf(b, " [%s %s %s: %s]", p.Direction, p.Type, p.Name, m.Owner(p.Name))
			}
			if text := m.Operation.Trailing.Text(); text != "" {
				fmt.Fprintf(b, " says %q", text)
			}
		}
		fmt.Fprintf(b, " result %s\n", m.Owner(""))
	}
	for _, o := range i.Overridden() {
		fmt.Fprintf(b, "  override %s of %s: %s\n", o.Name, o.Of, modifiersOf(o.Modifiers))
	}
	for _, v := range i.InstanceData() {
		fmt.Fprintf(b, "  variable %s %s %q\n", v.Type, v.Name, v.Trailing.Text())
	}
	for _, v := range i.StaticData() {
		fmt.Fprintf(b, "  static %s %s\n", v.Type, v.Name)
	}
	for _, a := range i.AttributeData() {
		fmt.Fprintf(b, "  variable of attribute %s\n", a.Name)
	}
	if i.Implementation != nil {
		for _, p := range i.Implementation.Passthru {
			fmt.Fprintf(b, "  passthru %s before=%t %q\n", p.Target, p.Before, p.Text)
		}
	}
}

// TestDialects holds what the dialect switches: macros, private parts, and which texts are
// taken for SOM IDL.
func TestDialects(t *testing.T) {
	t.Parallel()
	const class = "#ifdef __SOMIDL__\ninterface Som {};\n#endif\n#ifdef __PRIVATE__\ninterface Private {};\n#endif\ninterface All {};\n"
	for _, c := range []struct {
		name, text string
		options    idl.Options
		want       string
	}{
		{"found out", class, idl.Options{}, "Som All"},
		{"private", class, idl.Options{Private: true}, "Som Private All"},
		{"strict", class, idl.Options{Dialect: idl.CORBA}, "All"},
		{"strict and private", class, idl.Options{Dialect: idl.CORBA, Private: true}, "All"},
		{"said so", "interface A { void *p(); };", idl.Options{Dialect: idl.SOM}, "A"},
		{"plain", "interface A { long p(); };", idl.Options{}, "A"},
		{"pointer in a plain text", "interface A { void *p(); };", idl.Options{}, "error"},
		{"pointer typedef", "typedef long *P;\ninterface A { P p(); };", idl.Options{}, "A"},
		{"section in a plain text", "interface A { implementation { filestem = a; }; };", idl.Options{Dialect: idl.CORBA}, "error"},
		{"keyword", "interface A { implementation f(); }; ", idl.Options{}, "error"},
		{"a word like any other", "typedef long implementation; interface A { implementation f(); };", idl.Options{}, "A"},
		{"case counts", "/* __SOMIDL__ */ interface A { void f(); void F(); };", idl.Options{}, "A"},
		{"case does not count", "interface A { void f(); void F(); };", idl.Options{}, "error"},
		{"star in a comment", "/* typedef\n * T */ typedef long T; interface A { void f(); void F(); };", idl.Options{}, "error"},
		{"star in a dimension", "typedef long T[2*3];\ninterface A { void f(); void F(); };", idl.Options{}, "error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.options.Resolver = idl.FilesOf{"a.idl": c.text}
			r, err := idl.Compile(context.Background(), c.options, "a.idl")
			got := "error"
			if err == nil {
				var names []string
				for d := range r.Spec.All() {
					if i, ok := d.(*model.Interface); ok {
						names = append(names, i.Name)
					}
				}
				got = strings.Join(names, " ")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s\n%s", diff, show(t, r))
			}
		})
	}
}
