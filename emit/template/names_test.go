package template_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// TestNewParametersOfTakenNames has the IDL add parameters whose names mean something else in the function that gets them.
func TestNewParametersOfTakenNames(t *testing.T) {
	t.Parallel()
	c := template.Function{Name: "Pane_do_put", Head: "static void Pane_do_put(som_ref self, som_env *ev, int32_t w, double h)"}
	cxx := template.Function{Name: "Pane_impl::put", In: "Pane_impl", Head: "void put(std::int32_t w, const std::string &h)", Indent: "\t"}
	inClass := func(f string) string {
		return "class Pane_impl : public Pane_part<Pane_impl> {\npublic:\n\t" + f + "\n};\n"
	}
	const was = "/* Pane::put: void put(in long w) */\n"
	for _, c := range []struct {
		name, old, want string
		function        template.Function
	}{
		{name: "C, free", function: c, old: "static void Pane_do_put(som_ref self, som_env *ev, int32_t w) { f(w, x.h, p->h); /* h */ \"h\"; }",
			want: "static void Pane_do_put(som_ref self, som_env *ev, int32_t w, double h) { f(w, x.h, p->h); /* h */ \"h\"; }"},
		{name: "C, the receiver's", function: c, old: "static void Pane_do_put(som_ref h, som_env *ev, int32_t w) { f(w); }", want: "static void Pane_do_put(som_ref h, som_env *ev, int32_t w, double h_) { f(w); }"},
		{name: "C, another parameter's", function: c, old: "static void Pane_do_put(som_ref h, som_env *h_, int32_t w) { f(w); }", want: "static void Pane_do_put(som_ref h, som_env *h_, int32_t w, double h__) { f(w); }"},
		{name: "C, declared in the body", function: c, old: "static void Pane_do_put(som_ref self, som_env *ev, int32_t w)\n{\n\tlong h = w, n;\n}", want: "static void Pane_do_put(som_ref self, som_env *ev, int32_t w, double h_)\n{\n\tlong h = w, n;\n}"},
		{name: "C, called in the body", function: c, old: "static void h(int);\n" + was + "static void Pane_do_put(som_ref self, som_env *ev, int32_t w) { h(w); }", want: "static void h(int);\n" + was + "static void Pane_do_put(som_ref self, som_env *ev, int32_t w, double h_) { h(w); }"},
		{name: "C, a macro's", function: c, old: "#define h 2\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t w) { f(w); }", want: "#define h 2\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t w, double h_) { f(w); }"},
		{name: "C, only declared", function: c, old: "static void Pane_do_put(som_ref h, som_env *ev, int32_t w);\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t w) { f(w); }",
			want: "static void Pane_do_put(som_ref h, som_env *ev, int32_t w, double h_);\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t w, double h) { f(w); }"},
		{name: "C++, another parameter's", function: cxx, old: inClass(was + "\tvoid put(std::int32_t h) { f(h, other::h); }"), want: inClass(was + "\tvoid put(std::int32_t h, const std::string &h_) { f(h, other::h); }")},
		{name: "C++, a member's", function: cxx, old: inClass("void put(std::int32_t w) { f(w, h()); }\n\tint h();"), want: inClass("void put(std::int32_t w, const std::string &h_) { f(w, h()); }\n\tint h();")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := c.function
			f.Key, f.Told, f.Comment = "Pane::put", f.In == "", []string{"void put(in long w, in double h)"}
			want := strings.ReplaceAll(c.want, was, "/* Pane::put: void put(in long w, in double h) */\n")
			text := c.old + "\n"
			for _, run := range []string{"first", "second"} {
				got, changes, err := template.Update([]byte(text), template.File{Functions: []template.Function{f}, Mine: func(string) bool { return true }})
				if err != nil || len(changes.Left) > 0 {
					t.Fatal(err, changes.Left)
				}
				if text = string(got); text != want+"\n" {
					t.Errorf("%s: got\n%s\nwant\n%s", run, text, want)
				}
			}
		})
	}
}

// TestNamesOfDirectives adds functions that are called like the words of preprocessor lines.
func TestNamesOfDirectives(t *testing.T) {
	t.Parallel()
	old := "#define A 1\n#include \"x.h\"\n"
	for _, name := range []string{"define", "include"} {
		f := template.Function{Name: name, Key: "Dog::" + name, Head: "static void " + name + "(void)"}
		got, changes, err := template.Update([]byte(old), template.File{Functions: []template.Function{f}})
		if err != nil || len(changes.Added) != 1 || !strings.Contains(string(got), f.Head+"\n{") {
			t.Errorf("%s: %v %v\n%s", name, err, changes, got)
		}
	}
}
