package c_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/affixes"
)

// TestOwnWords calls all that IDL can name as the generator calls what it makes: IDL has the name, and what the generator makes another.
func TestOwnWords(t *testing.T) {
	t.Parallel()
	words := strings.Fields(`init fini copy assign known enter_parents own data instance define bind unbind class cast is new major minor token parents
		first raise raised value clear resize id drop binding making result self ev proc given shallow cls env old nothing context from to of
		MajorVersion MinorVersion classObject classData cClassData`)
	for _, w := range strings.Fields("init copy known clear first") {
		for _, front := range strings.Fields("next_ has_next_ do_ static_ where_ entry_ new_ get_ set_ parent_ parents_") {
			words = append(words, front+w)
		}
		words = append(words, w+"_first", w+"_copy", w+"_clear", w+"_raise")
	}
	r := affixes.Rand(t)
	for _, compat := range []bool{false, true} {
		dir := t.TempDir()
		var sources []string
		texts := map[string]string{}
		for n := 0; len(sources) < 30; n++ {
			in := fmt.Sprintf("m%d", n)
			text := affixes.Words(r, strings.ToUpper(in), words)
			if compat { // where functions that are written have the names of their methods
				text = strings.Replace(text, "implementation {", "implementation { functionprefix = a_;", 1)
			}
			spec, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"main.idl": text}, Dialect: idl.SOM}, "main.idl")
			if err != nil {
				if n > 500 {
					t.Fatalf("IDL takes too few: %v in\n%s", err, text)
				}
				continue
			}
			files, report := c.Emit(spec.Spec, c.Options{Parts: everything, Compat: compat})
			if report.HasErrors() {
				t.Fatalf("%v of\n%s", report.Err(), text)
			}
			if err := os.Mkdir(filepath.Join(dir, in), 0o777); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, in), files)
			sources = append(sources, filepath.Join(dir, in, "main.c"))
			texts[in] = text
		}
		flags := strict
		if compat {
			flags = tolerant
		}
		for _, cc := range [][]string{{"gcc", "-std=gnu11"}, {"gcc", "-x", "c++", "-std=gnu++17"}} {
			out, err := exec.CommandContext(t.Context(), cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-Wno-unused"}, flags, sources)...).CombinedOutput()
			if err == nil {
				continue
			}
			for in, text := range texts {
				if said := lines(string(out), "/"+in+"/"); said != "" {
					t.Fatalf("%v: %s\n%s", cc, said, text)
				}
			}
			t.Fatalf("%v: %s", cc, out)
		}
	}
}

// TestOwnNamesGiveWay looks which names give way: those of what the generator makes, where the file itself or what it includes has IDL of that name.
func TestOwnNamesGiveWay(t *testing.T) {
	t.Parallel()
	const pad = "implementation { releaseorder: copy; somDefaultCopyInit: override, init; long n; }; };\n"
	emitted := func(main string, files idl.FilesOf) string {
		t.Helper()
		var all strings.Builder
		for _, data := range mustEmit(t, compileFiles(t, files, main), c.Options{Parts: everything}).All() {
			all.Write(data)
		}
		return all.String()
	}
	tag := "#include <somobj.idl>\nstruct Tag { string s; };\n"
	for _, x := range []struct {
		name, main string
		files      idl.FilesOf
		has, not   []string
	}{
		{"no clash", "a.idl", idl.FilesOf{"a.idl": tag + "interface Doc : SOMObject { void go(); implementation { releaseorder: go; somDefaultCopyInit: override, init; long n; }; };\n"},
			[]string{" Tag_copy(Tag *value", " Doc_copy(som_ref self", " Doc_known(", " Doc_do_go("}, []string{"som_own_"}},
		{"a method", "a.idl", idl.FilesOf{"a.idl": tag + "interface Doc : SOMObject { void copy(); " + pad},
			[]string{" Tag_copy(Tag *value", " Doc_copy(som_ref self, som_env *ev)", " som_own_Doc_copy(som_ref self", " Doc_known("}, nil},
		{"a type", "a.idl", idl.FilesOf{"a.idl": tag + "typedef long Tag_copy; struct Bag { Tag t; };\n"},
			[]string{"typedef int32_t Tag_copy;", " som_own_Tag_copy(Tag *value", "som_own_Tag_copy(&value->t", " Tag_clear(Tag *value"}, nil},
		{"a method, a type and an initializer", "a.idl", idl.FilesOf{"a.idl": "#include <somobj.idl>\ninterface Doc : SOMObject { struct new { string s; }; void new_clear(); void clear(inout somInitCtrl ctrl); implementation { releaseorder: new_clear, clear; clear: init; long n; }; };\n"},
			[]string{" Doc_new_clear(som_ref self", " som_own_Doc_new_clear(Doc_new *value", " som_own_som_own_Doc_new_clear(som_env *ev)"}, nil},
		{"a type of an included file", "a.idl", idl.FilesOf{"a.idl": "#include <b.idl>\n" + tag, "b.idl": "typedef long Tag_copy;\n"},
			[]string{" som_own_Tag_copy(Tag *value"}, nil},
		{"of an including file", "b.idl", idl.FilesOf{"a.idl": tag, "b.idl": "#include <a.idl>\nmodule M { typedef long Tag_copy; struct Bag { Tag t; }; };\n"},
			[]string{"if (Tag_copy(&value->t"}, []string{"som_own_"}},
	} {
		text := emitted(x.main, x.files)
		for _, want := range x.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", x.name, want, text)
			}
		}
		for _, no := range x.not {
			if strings.Contains(text, no) {
				t.Errorf("%s: %q in\n%s", x.name, no, text)
			}
		}
	}
	// What includes the file may not have the name either: there is no other for what is generated already.
	spec := compileFiles(t, idl.FilesOf{"a.idl": tag, "b.idl": "#include <a.idl>\ntypedef long Tag_copy;\n"}, "a.idl", "b.idl")
	if _, report := c.Emit(spec, c.Options{Parts: everything}); report.All()[0].Code != c.CodeName {
		t.Errorf("got %v", report.Err())
	}
}

// TestParametersLikeFunctions has parameters that are called what functions of classes are, of methods among them whose functions have an
// underscore behind them since each class has one of that name.
func TestParametersLikeFunctions(t *testing.T) {
	t.Parallel()
	text := "#include <somobj.idl>\n"
	for n, form := range strings.Fields("Kennel_%[1]s Kennel_%[1]s_ Pup_%[1]s Pup_parent_Kennel_%[1]s Pup_next_%[1]s Kennel_do_%[1]s") {
		var methods, overrides strings.Builder
		for _, w := range strings.Fields("new is cast class bind unbind token major minor instance data define own parents wag next_is nose_ nose__") {
			fmt.Fprintf(&methods, "  long %[1]s(in long "+form+");\n", w)
			fmt.Fprintf(&overrides, " %s: override;", w)
		}
		class := "interface Kennel : SOMObject {\n" + methods.String() + "  implementation { releaseorder:; functionprefix = k_; };\n};\ninterface Pup : Kennel { implementation { functionprefix = p_;" + overrides.String() + " }; };\n"
		text += strings.NewReplacer("Kennel", fmt.Sprintf("Kennel%d", n), "Pup", fmt.Sprintf("Pup%d", n), "k_", fmt.Sprintf("k%d_", n), "p_", fmt.Sprintf("p%d_", n)).Replace(class)
	}
	for _, compat := range []bool{false, true} {
		spec := compileFiles(t, idl.FilesOf{"main.idl": text}, "main.idl")
		flags, dir := strict, t.TempDir()
		files, report := c.Emit(spec, c.Options{Parts: everything, Compat: compat})
		if compat {
			flags = tolerant
		}
		if report.HasErrors() {
			t.Fatal(report.Err())
		}
		write(t, dir, files)
		for _, cc := range [][]string{{"gcc", "-std=gnu11"}, {"gcc", "-x", "c++", "-std=gnu++17"}} {
			run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-Wno-unused"}, flags, []string{filepath.Join(dir, "main.c")})...)
		}
	}
}
