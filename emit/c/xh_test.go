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
)

// books are compilers of C++ as old as books of IBM's C++, and new ones.
var books = [][]string{{"g++", "-std=gnu++98"}, {"g++", "-std=c++20", "-O2"}, {"clang++", "-std=gnu++98", "-O2"}, {"clang++", "-std=c++17"}}

// textbookText returns what a program is to say.
func textbookText(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/textbook/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestXh builds classes and a client in IBM's C++, together, and each by itself: a client in C, of the other style, with the library in C++.
func TestXh(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	spec := compile(t, "testdata/textbook", "zoo.idl")
	dir := t.TempDir()
	write(t, dir, mustEmit(t, spec, c.Options{Parts: c.Usage | c.Implementation | c.Classes, Library: "zoo"}))
	for n, cc := range books {
		program := filepath.Join(dir, fmt.Sprint("xh", n))
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-Wextra", "-Wno-unused-parameter", "-I" + dir, "-o", program}, tolerant, []string{"testdata/textbook/xh.cpp", "testdata/textbook/zoo.cpp"}, linking(k))...)
		if got := run(t, nil, program); got != textbookText(t, "xh") {
			t.Errorf("%v: got\n%s", cc, got)
		}
	}
	run(t, nil, "gcc", slices.Concat([]string{"-c", "-I" + dir, "-o", filepath.Join(dir, "entry.o")}, tolerant, []string{filepath.Join(dir, "zoo_library.c")})...)
	run(t, nil, "g++", slices.Concat([]string{"-std=gnu++98", "-O1", "-shared", "-I" + dir, "-o", filepath.Join(dir, "libcreature.so")}, tolerant, []string{"testdata/textbook/zoo.cpp", filepath.Join(dir, "entry.o")}, linking(k))...)
	client := t.TempDir()
	write(t, client, mustEmit(t, spec, c.Options{Parts: c.Usage, Pointers: true}))
	for program, args := range map[string][]string{
		"creatures": {"gcc", "-std=gnu11", "-I" + client, "testdata/textbook/creatures.c"},
		"xh":        {"g++", "-std=gnu++98", "-I" + dir, "testdata/textbook/xh.cpp", "-Wl,--no-as-needed", filepath.Join(dir, "libcreature.so")}, // for DuckNewClass, which need not be there
	} {
		out := filepath.Join(dir, program)
		run(t, nil, args[0], slices.Concat(args[1:], []string{"-o", out}, tolerant, linking(k))...)
		if got := run(t, []string{"SOM_PATH=" + dir, "LD_LIBRARY_PATH=" + dir + ":" + k}, out); got != textbookText(t, program) {
			t.Errorf("%s: got\n%s", program, got)
		}
	}
}

// TestXhTemplate holds that an implementation in IBM's C++ stays as it is, and that a new one compiles.
func TestXhTemplate(t *testing.T) {
	t.Parallel()
	const from = "testdata/textbook"
	spec := compile(t, from, "zoo.idl")
	old, err := os.ReadFile(from + "/zoo.cpp")
	if err != nil {
		t.Fatal(err)
	}
	if made, _ := mustEmit(t, spec, c.Options{Parts: c.CxxTemplate, Existing: os.DirFS(from)}).Get("zoo.cpp"); string(made) != string(old) {
		t.Errorf("it became\n%s", made)
	}
	dir := t.TempDir()
	write(t, dir, mustEmit(t, spec, c.Options{Parts: c.Usage | c.Implementation | c.Classes | c.CxxTemplate}))
	for _, cc := range books {
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant, []string{filepath.Join(dir, "zoo.cpp")})...)
	}
}

// TestXhInitializers holds that an object with arguments is made by a function, whose name compilers say where a constructor of IBM's is called.
func TestXhInitializers(t *testing.T) {
	t.Parallel()
	text := `#include <somobj.idl>
interface Pup : SOMObject {
	struct Tag { long n; };
	void aged(inout somInitCtrl ctrl, in long years);
	void of(inout somInitCtrl ctrl, in Pup mother, in Tag t, in string name, in sequence<long> marks);
	void bare(inout somInitCtrl ctrl);
	long age();
	implementation { releaseorder: aged, of, bare, age; aged: init; of: init; bare: init; somDefaultInit: override, init; };
};
interface Old : SOMObject { void old(inout somInitCtrl ctrl, in long n); implementation { callstyle = oidl; releaseorder: old; old: init; }; };
interface None : Pup { void none(inout somInitCtrl ctrl, in long years); implementation { abstract; releaseorder: none; none: init; }; };
`
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compileFiles(t, idl.FilesOf{"pup.idl": text}, "pup.idl"), c.Options{Parts: c.Usage | c.Implementation | c.Classes}))
	const head = "#include \"pup.xh\"\nint main() {\n\tEnvironment *ev = somGetGlobalEnvironment();\n\tPup *m = new Pup; m = PupNew_aged(ev, 3); m = PupNew_bare(ev);\n\tPup_Tag t = {0}; _IDL_SEQUENCE_long s = {0, 0, NULL}; (void)m, (void)t, (void)s;\n"
	taken := put(t, dir, "taken.cpp", head+"}\n")
	refused := put(t, dir, "refused.cpp", head+`	(void)new Pup(ev, 3);
	(void)new Pup(ev, m, &t, (char *)"Rex", &s);
	(void)new Pup(ev);
	(void)new Old(3L);
}
`)
	for _, cc := range books {
		args := slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant)
		run(t, nil, cc[0], append(args, taken)...)
		out, err := exec.CommandContext(t.Context(), cc[0], append(args, refused)...).CombinedOutput()
		if err == nil {
			t.Errorf("%v takes it", cc)
		}
		for _, says := range strings.Fields("PupNew_aged PupNew_of PupNew_bare OldNew_old") {
			if !strings.Contains(string(out), "is_made_by_"+says) {
				t.Errorf("%v does not name %s:\n%s", cc, says, out)
			}
		}
	}
}

// TestXhRefused holds that what C++ has and SOM has not does not compile, and that the compiler's message says why; or that it ends the program at once.
func TestXhRefused(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compile(t, "testdata/textbook", "zoo.idl"), c.Options{Parts: c.Usage | c.Implementation | c.Classes}))
	const derived = "struct Mine : Creature { int n; };\n"
	for _, b := range []struct{ header, global, body, says string }{
		{"zoo.h", "", "(void)new Creature;", "som_objects_are_made_by_their_class"},
		{"zoo.h", "", "(void)new SOMObject;", "som_objects_are_made_by_their_class"},
		{"zoo.h", "", "(void)new Creature[2];", "som_objects_are_made_by_their_class"},
		{"zoo.xh", "", "(void)new Creature[2];", "som_objects_have_no_arrays_in_cxx"},
		{"zoo.xh", "", "Creature *a = new Creature; Creature b(*a); (void)b;", "som_objects_are_not_copied_by_cxx"},
		{"zoo.xh", "", "Creature *a = new Creature, *b = new Duck; *a = *b;", "som_objects_are_not_copied_by_cxx"},
		{"zoo.xh", "", "Creature *a = new Duck; (void)dynamic_cast<Duck *>(a);", "polymorphic"},
		{"zoo.xh", "", "(void)new SOMClass;", "som_classes_are_made_by_DogNewClass"},
		{"zoo.xh", "", "Creature *a = new Creature; a->name = 0;", "name"},
		{"zoo.xh", derived, "(void)new Mine;", "som_classes_are_derived_in_idl"},
		{"zoo.h\"\n#include \"zoo.xh", "", "", "go before"},
	} {
		source := put(t, dir, "refused.cpp", fmt.Sprintf("#include %q\n%sint main() { %s }\n", "@", b.global, b.body))
		text, _ := os.ReadFile(source)
		put(t, dir, "refused.cpp", strings.Replace(string(text), "@", b.header, 1))
		for _, std := range []string{"gnu++98", "gnu++17"} {
			if strings.HasSuffix(b.header, ".h") && std == "gnu++98" {
				continue // the header for C is for what came later
			}
			cmd := exec.CommandContext(t.Context(), "g++", slices.Concat([]string{"-std=" + std, "-O1", "-c", "-o", os.DevNull, "-I" + dir}, tolerant, []string{source})...)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), b.says) {
				t.Errorf("%s, %s %s: %v\n%s", std, b.global, b.body, err, out)
			}
		}
	}
	for _, b := range []struct{ global, body, says string }{
		{"", "Creature c; c.somFree();", "never a variable"},
		{derived, "(void)new Mine;", "derives no class"},
	} {
		source := put(t, dir, "ends.cpp", fmt.Sprintf("#include \"zoo.cpp\"\n%sint main() { CreatureNewClass(0, 0); %s }\n", b.global, b.body))
		program := filepath.Join(dir, "ends")
		run(t, nil, "g++", slices.Concat([]string{"-std=gnu++98", "-I" + dir, "-Itestdata/textbook", "-o", program}, tolerant, []string{source}, linking(k))...)
		if out, err := exec.CommandContext(t.Context(), program).CombinedOutput(); err == nil || !strings.Contains(string(out), b.says) {
			t.Errorf("%s %s: %v\n%s", b.global, b.body, err, out)
		}
	}
}
