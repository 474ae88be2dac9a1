package template_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/template"
)

func function(name, params string) template.Function {
	return template.Function{Name: "Dog_do_" + name, Key: "Dog::" + name, Comment: []string{"void " + name + "()"}, Head: "static void Dog_do_" + name + "(" + params + ")", Body: []string{"(void)self;"}}
}

func file(fs ...template.Function) template.File {
	return template.File{Head: "/* yours */\n#include \"dog.ih.h\"\n", Functions: fs, Mine: func(key string) bool { return strings.HasPrefix(key, "Dog::") }}
}

func update(t *testing.T, old string, f template.File) (string, template.Changes) {
	t.Helper()
	var b []byte
	if old != "" {
		b = []byte(old)
	}
	got, changes, err := template.Update(b, f)
	if err != nil {
		t.Fatalf("%v in\n%s", err, old)
	}
	again, none, err := template.Update(got, f)
	if err != nil || string(again) != string(got) || len(none.Added)+len(none.Refreshed)+len(none.Gone) > 0 {
		t.Fatalf("a second time changes %v, %v:\n%s\n---\n%s", none, err, got, again)
	}
	return string(got), changes
}

// keys returns what notes are about.
func keys(notes []template.Note) []string {
	all := []string{}
	for _, n := range notes {
		all = append(all, n.Key)
	}
	return all
}

const made = `/* yours */
#include "dog.ih.h"

/* Dog::bark: void bark() */
static void Dog_do_bark(som_ref self)
{
	(void)self;
}
`

// TestUpdate changes what a file has to have, and looks what becomes of it.
func TestUpdate(t *testing.T) {
	t.Parallel()
	bark, wag := function("bark", "som_ref self"), function("wag", "som_ref self, long n")
	for _, c := range []struct {
		name, old string
		want      []template.Function
		is        string
		changed   string
	}{
		{"new", "", []template.Function{bark}, made, "[Dog::bark] [] []"},
		{"same", made, []template.Function{bark}, made, "[] [] []"},
		{"added", made, []template.Function{bark, wag}, made + "\n/* Dog::wag: void wag() */\nstatic void Dog_do_wag(som_ref self, long n)\n{\n\t(void)self;\n}\n", "[Dog::wag] [] []"},
		{"head", made, []template.Function{function("bark", "som_ref self, short loud")}, strings.Replace(made, "(som_ref self)", "(som_ref self, short loud)", 1), "[] [Dog::bark] []"},
		{"parameter's name", strings.ReplaceAll(made, "self", "me"), []template.Function{bark}, strings.ReplaceAll(made, "self", "me"), "[] [] []"},
		{"gone", made, nil, strings.Replace(made, "void bark()", "not in the IDL any more; nothing calls it.", 1), "[] [] [Dog::bark]"},
		{"back", strings.Replace(made, "void bark()", "not in the IDL any more; nothing calls it.", 1), []template.Function{bark}, made, "[] [Dog::bark] []"},
		{"comment taken out", strings.Replace(made, "/* Dog::bark: void bark() */\n", "", 1), []template.Function{bark}, strings.Replace(made, "/* Dog::bark: void bark() */\n", "", 1), "[] [] []"},
		{"reformatted", strings.Replace(made, "static void Dog_do_bark(som_ref self)\n{", "static\nvoid\nDog_do_bark ( som_ref /* the dog */ self ) {", 1), []template.Function{bark},
			strings.Replace(made, "static void Dog_do_bark(som_ref self)\n{", "static\nvoid\nDog_do_bark ( som_ref /* the dog */ self ) {", 1), "[] [] []"},
		{"renamed", made, []template.Function{{Name: "bark", Key: "Dog::bark", Comment: []string{"void bark()"}, Head: "static void bark(som_ref self)"}}, strings.Replace(made, "Dog_do_bark", "bark", 1), "[] [Dog::bark] []"},
		{"no end of line", strings.TrimSuffix(made, "\n"), []template.Function{bark, {Name: "f", Key: "Dog::f", Head: "void f(void)"}}, made + "\n/* Dog::f */\nvoid f(void)\n{\n}\n", "[Dog::f] [] []"},
		{"other ends of lines", strings.ReplaceAll(made, "\n", "\r\n"), []template.Function{bark, {Name: "f", Key: "Dog::f", Head: "void f(void)"}},
			strings.ReplaceAll(made+"\n/* Dog::f */\nvoid f(void)\n{\n}\n", "\n", "\r\n"), "[Dog::f] [] []"},
		{"two heads", "#ifdef A\nstatic void Dog_do_bark(long x)\n#else\nstatic void Dog_do_bark(short x)\n#endif\n{ }\n", []template.Function{bark}, "#ifdef A\nstatic void Dog_do_bark(long x)\n#else\nstatic void Dog_do_bark(short x)\n#endif\n{ }\n", "[] [] []"},
		{"not compiled", "#if 0\nstatic void Dog_do_bark(som_ref self) { don't }\n#endif\n", []template.Function{bark}, "#if 0\nstatic void Dog_do_bark(som_ref self) { don't }\n#endif\n" + made[strings.Index(made, "\n/* Dog"):], "[Dog::bark] [] []"},
		{"in a class", "class Dog : public som::impl<Dog, Animal> {\npublic:\n\tint n = 0;\n};\n", []template.Function{{Name: "Dog::bark", Key: "Dog::bark", Head: "void bark(int n)", In: "Dog", Indent: "\t"}},
			"class Dog : public som::impl<Dog, Animal> {\npublic:\n\tint n = 0;\n\n\t/* Dog::bark */\n\tvoid bark(int n)\n\t{\n\t}\n};\n", "[Dog::bark] [] []"},
		{"changed in a class", "namespace a {\nclass Dog final {\n\t/* Dog::bark: x */\n\tvoid bark(long) const { auto s = R\"x({}\")x\"; f('{', \"}\"); }\n};\n}\n", []template.Function{{Name: "Dog::bark", Key: "Dog::bark", Head: "void bark(int n) const", In: "Dog", Indent: "\t"}},
			"namespace a {\nclass Dog final {\n\t/* Dog::bark */\n\tvoid bark(int) const { auto s = R\"x({}\")x\"; f('{', \"}\"); }\n};\n}\n", "[] [Dog::bark] []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, changes := update(t, c.old, file(c.want...))
			if got != c.is {
				t.Errorf("got\n%s\nwant\n%s", got, c.is)
			}
			if s := fmt.Sprint(changes.Added, changes.Refreshed, keys(changes.Gone)); s != c.changed {
				t.Errorf("got changes %s, want %s", s, c.changed)
			}
		})
	}
}

// TestOpen refuses texts in which nobody can tell what a body is.
func TestOpen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"void f(void) {\n": "line 1: a brace is not closed", "\n}": "line 2: a brace closes what is not open", "/* ": "line 1: a comment is not closed",
		"#if A\n": "line 2: an #if has no #endif", "#endif\n": "line 1: #endif without #if", "#else\n": "line 1: #else without #if",
		"auto s = R\"x(": "line 1: a raw string is not closed", "\n(0": "line 2: a parenthesis is not closed",
	} {
		_, _, err := template.Update([]byte(text), file())
		var e *template.Error
		if !errors.As(err, &e) || e.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// pieces are what bodies are made of at random: all that can look like an end.
var pieces = []string{
	"x = '}';", `s = "}{\"";`, "/* } */", "// }\n", "#define A }\n", "#if B\nif (a) {\n#else\nif (b) {\n#endif\n}", "{ y(); }", "for (;;) { z(); }", "#if 0\ndon't }\n#endif\n",
	"\n\n", "\t", "int a[] = {1, 2};", "struct { int b; } c = {0};", `t = "a\
b";`, "#define LONG(x) \\\n\t{ x }\n", "lbl:", "/* Dog::bark: void bark() */", "return;", "'\\''; '\"';", "static void Dog_do_bark(som_ref self);",
}

func body(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(8) {
		b.WriteString(pieces[r.IntN(len(pieces))])
		b.WriteString([]string{" ", "\n", "\t"}[r.IntN(3)])
		if p := b.String(); strings.Contains(p, "#") && !strings.HasSuffix(p, "\n") {
			b.WriteString("\n")
		}
	}
	// A directive begins a line.
	return strings.ReplaceAll(b.String(), "#", "\n#")
}

// TestBodiesAreKept changes methods at random under bodies written at random, in any order and with other things between
// them, and looks that each body is where its method is, octet by octet.
func TestBodiesAreKept(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		methods := []string{"bark", "wag", "sit", "eat", "run"}
		bodies := map[string]string{}
		var text strings.Builder
		text.WriteString("/* yours */\n#include <stdio.h>\n")
		r.Shuffle(len(methods), func(i, j int) { methods[i], methods[j] = methods[j], methods[i] })
		for _, m := range methods[:1+r.IntN(5)] {
			bodies[m] = body(r)
			switch r.IntN(4) {
			case 0:
				text.WriteString("\nstatic int helper_" + m + "(int n) { return n; }\n")
			case 1:
				text.WriteString("\nstatic const char *const names_" + m + "[] = {\"{\", \"}\"};\n#ifdef X\nstruct x_" + m + " { int y; };\n#endif\n")
			}
			if r.IntN(3) > 0 {
				text.WriteString("\n/* Dog::" + m + ": void " + m + "() */")
			}
			text.WriteString("\nstatic void Dog_do_" + m + "(som_ref self)\n{" + bodies[m] + "}\n")
		}
		old := text.String()
		var want []template.Function
		for _, m := range methods {
			if r.IntN(4) > 0 {
				want = append(want, function(m, []string{"som_ref self", "som_ref self, short n"}[r.IntN(2)]))
			}
		}
		got, changes := update(t, old, file(want...))
		for m, b := range bodies {
			at := strings.Index(got, "{"+b+"}\n")
			if at < 0 {
				t.Fatalf("seed %d: the body of %s is lost: %q\n%s\n---\n%s", seed, m, b, old, got)
			}
		}
		for _, w := range want {
			if n := strings.Count(got, "\n"+w.Head+"\n{"); n != 1 {
				t.Fatalf("seed %d: %s is there %d times\n%s\n---\n%s", seed, w.Head, n, old, got)
			}
			_, had := bodies[strings.TrimPrefix(w.Key, "Dog::")]
			if had == slices.Contains(changes.Added, w.Key) {
				t.Fatalf("seed %d: %s was there: %v, changes %v", seed, w.Key, had, changes)
			}
		}
	}
}

// FuzzUpdate holds that any text is refused or taken, and that what is not a function's head or comment stays.
func FuzzUpdate(f *testing.F) {
	f.Add(made)
	f.Add("class Dog { void bark(); };")
	f.Add("#if 0\n}\n#elif 1\n#endif\nvoid f() {}")
	for _, p := range pieces {
		f.Add("void Dog_do_bark(void) {" + p + "}")
	}
	want := file(function("bark", "som_ref self"))
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := template.Update([]byte(text), want)
		if err != nil {
			return
		}
		again, _, err := template.Update(got, want)
		if err != nil || string(again) != string(got) {
			t.Errorf("a second time: %v\n%q\n%q\n%q", err, text, got, again)
		}
	})
}

// TestLong holds that long texts take time in proportion, whatever they are made of.
func TestLong(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"#if A\n", "/*x*/", "// x\n", "{", "(", "\"", "'", "a ", "x;", "void f() {}\n", "#if A\nvoid f(\n", "R\"x(", "\\\n", "/* A::b: c */ void f() {}\n", "class A {", "#if 0\n", "#else\n"} {
		start := time.Now()
		for range 2 {
			_, _, _ = template.Update([]byte(strings.Repeat(piece, 1<<15/len(piece))), file(function("bark", "som_ref self")))
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%q: %v", piece, d)
		}
	}
}
