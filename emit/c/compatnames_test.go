package c_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
)

// A compatName is a name that IBM's headers declared, and what stands for it.
type compatName struct {
	line           int
	name, how, say string
}

const compatTable = "testdata/compat/names.txt"

func compatNames(t *testing.T) []compatName {
	t.Helper()
	text, err := os.ReadFile(compatTable)
	if err != nil {
		t.Fatal(err)
	}
	var all []compatName
	for i, l := range strings.Split(string(text), "\n") {
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		parts := strings.Split(l, "\t")
		if len(parts) != 3 || parts[1] != "ours" && parts[1] != "out" || parts[2] == "" {
			t.Fatalf("%s:%d: %q", compatTable, i+1, l)
		}
		if slices.ContainsFunc(all, func(c compatName) bool { return c.name == parts[0] }) {
			t.Errorf("%s:%d: %s is there twice", compatTable, i+1, parts[0])
		}
		all = append(all, compatName{i + 1, parts[0], parts[1], parts[2]})
	}
	return all
}

// compatHead is what the code of the table may name.
const compatHead = `#include <car.h>
static void *own_malloc(size_t n) { return malloc(n); }
static void *own_calloc(size_t n, size_t size) { return calloc(n, size); }
static void *own_realloc(void *p, size_t n) { return realloc(p, n); }
static void own_free(void *p) { free(p); }
int own_put(char c);
int own_put(char c) { return putchar(c); }
static void own_error(int code, string file, int line) { (void)code, (void)file, (void)line; }
static int own_load(string name, string file, string function, integer4 major, integer4 minor, somToken *handle) {
	return (void)name, (void)file, (void)function, (void)major, (void)minor, (void)handle, -1;
}
static int own_delete(somToken handle) { return (void)handle, 0; }
static string own_entry(void) { return NULL; }
static void init(integer4 major, integer4 minor, string name) { (void)major, (void)minor, (void)name; }
`

// compatSource returns a program that has what stands for each name, and what is left out as names of its own.
func compatSource(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(compatHead)
	var calls strings.Builder
	for _, n := range compatNames(t) {
		fmt.Fprintf(&b, "#line %d \"names.txt\"\n", n.line)
		if n.how == "out" {
			fmt.Fprintf(&b, "#ifdef %s\n#error %s is a macro\n#endif\ntypedef int %s[3];\n", n.name, n.name, n.name)
			continue
		}
		word := strings.TrimPrefix(regexp.MustCompile(`\W`).ReplaceAllString(n.name, "_"), "_")
		if !regexp.MustCompile(`\b_?_?`+regexp.QuoteMeta(strings.TrimPrefix(n.name, "_"))+`\b`).MatchString(n.say) && n.name != "MAYBE" {
			t.Errorf("%s:%d: the code does not use %s", compatTable, n.line, n.name)
		}
		fmt.Fprintf(&b, "static void try_%s(SOMObject *o, SOMClass *c, SOMClassMgr *mgr, Environment *ev, somId id, somMToken token, va_list ap) {\n"+
			"#line %d \"names.txt\"\n(void)o, (void)c, (void)mgr, (void)ev, (void)id, (void)token, (void)ap; %s; }\n", word, n.line, n.say)
		fmt.Fprintf(&calls, "\ttry_%s(o, c, mgr, ev, id, token, ap);\n", word)
	}
	b.WriteString("void try_all(SOMObject *o, SOMClass *c, SOMClassMgr *mgr, Environment *ev, somId id, somMToken token, va_list ap);\n" +
		"void try_all(SOMObject *o, SOMClass *c, SOMClassMgr *mgr, Environment *ev, somId id, somMToken token, va_list ap) {\n" + calls.String() + "}\n")
	return b.String()
}

// compileCompat compiles a program in IBM's names with all compilers.
func compileCompat(t *testing.T, dir, text string) {
	t.Helper()
	source := filepath.Join(dir, "names.c")
	if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, cc := range compilers {
		t.Run(strings.Join(cc, " "), func(t *testing.T) {
			t.Parallel()
			run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant, []string{"-Wextra", source})...)
		})
	}
}

// TestCompatNames compiles what stands for each name, in C and C++ by two compilers, and what is left out as names of the program's own.
func TestCompatNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compile(t, "testdata/textbook", "car.idl"), c.Options{Compat: true}))
	compileCompat(t, dir, compatSource(t))
}

// TestShortNames has enumerators of all names that headers use, in front of the same program and of classes' headers: as names without
// scopes none of them may mean something else there. Of two things of one name none has it, and what is a member has none.
func TestShortNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := idl.FilesOf{
		"words.idl": wordsOfHeaders(t),
		"farm.idl": "#include <somobj.idl>\ninterface Farm : SOMObject { struct Box { long Width; }; typedef long Width; enum Size { small, large }; const long narrow = 3; };\n" +
			"interface Yard : SOMObject { enum Size { wide, narrow }; };\n",
		"barn.idl": "#include <somobj.idl>\ninterface Barn : SOMObject { enum Make { large, huge }; };\n",
	}
	for name := range files {
		write(t, dir, mustEmit(t, compileFiles(t, files, name), c.Options{Compat: true}))
	}
	write(t, dir, mustEmit(t, compile(t, "testdata/textbook", "car.idl"), c.Options{Compat: true}))
	write(t, dir, mustEmit(t, compile(t, "testdata/textbook", "herd.idl"), c.Options{Parts: everything, Compat: true}))
	const program = `
static int sizes(void) {
	Make make = huge;
	Box box = {small};
	int narrow = wide, large = 1, Size = Farm_large;
	return (int)make + (int)box.Width + narrow + large + Size + Farm_narrow + Yard_narrow + Barn_large;
}
int try_sizes(void);
int try_sizes(void) { return sizes(); }
`
	compileCompat(t, dir, "#include <words.h>\n#include <farm.h>\n#include <barn.h>\n#include <herd.c>\n"+compatSource(t)+program)
}

// wordsOfHeaders returns IDL with enumerators of all words in the headers that programs in IBM's names include.
func wordsOfHeaders(t *testing.T) string {
	t.Helper()
	headers := []string{root + "/libsom/include/som.h"}
	more, err := filepath.Glob(root + "/bind/c/*.h")
	if err != nil || len(more) == 0 {
		t.Fatal("no headers: ", err)
	}
	remarks := regexp.MustCompile(`(?s)/\*.*?\*/|"(?:\\.|[^"\\])*"`)
	keywords := cabi.Set(`abstract any attribute boolean case char component const consumes context custom default double emits enum eventtype exception
		factory false finder fixed float getraises home implementation import in inout interface local long manages map module multiple native object octet
		oneway out primarykey private provides public publishes raises readonly sequence setraises short string struct supports switch
		true truncatable typedef typeid typename typeprefix union unsigned uses valuebase valuetype void wchar wstring int8 uint8 int16 int32 int64 uint16 uint32 uint64 bitset bitmask bitfield
		typecode`) // the last is one that the program declares itself, as what IBM's names leave out
	seen := map[string]bool{}
	var modules []string // in each no two names that IDL takes for one
	of := map[string]int{}
	for _, h := range append(headers, more...) {
		text, err := os.ReadFile(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range regexp.MustCompile(`[A-Za-z]\w*`).FindAllString(remarks.ReplaceAllString(string(text), " "), -1) {
			low := strings.ToLower(w)
			if seen[w] || keywords[low] || strings.HasPrefix(low, "som") {
				continue
			}
			seen[w] = true
			n := of[low]
			if of[low]++; n == len(modules) {
				modules = append(modules, "")
			}
			modules[n] += ", " + w
		}
	}
	var b strings.Builder
	for n, words := range modules {
		fmt.Fprintf(&b, "module Words%d { enum All { none_of_%d%s }; };\n", n, n, words)
	}
	return b.String()
}

// compilers are how programs in IBM's names are compiled.
var compilers = [][]string{{"gcc", "-std=gnu11"}, {"clang", "-std=gnu11"}, {"g++", "-x", "c++", "-std=c++17"}, {"clang++", "-x", "c++", "-std=c++17"}}

// TestCompatNamesOfIBM holds that the table has all methods of the root classes, of both of IBM's releases, but the private ones.
func TestCompatNamesOfIBM(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/../shared/reference/som-classes.tsv")
	if err != nil {
		t.Skipf("SKIPPED: no table of IBM's classes: %v", err) // evidence that is not part of the project
	}
	has := map[string]bool{}
	for _, n := range compatNames(t) {
		has[n.name] = true
	}
	placeholder := regexp.MustCompile(`(Private|Unused)\d+$`)
	for _, l := range strings.Split(string(text), "\n") {
		cells := strings.Split(l, "\t")
		if len(cells) < 8 || !slices.Contains([]string{"::SOMObject", "::SOMClass", "::SOMClassMgr"}, cells[1]) {
			continue
		}
		for _, m := range strings.Split(cells[7], ",") {
			if !has[m] && !placeholder.MatchString(m) {
				t.Errorf("%s lacks %s of %s %s", compatTable, m, cells[1], cells[0])
			}
		}
	}
}
