package languages

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var inC = &Host{
	Name: "C", Page: "som-c.md",
	Limits: slices.Concat(
		limits("a text ends at its first zero", "a text ends at its first zero: that there is more nobody can see", "strings/zero", "strings/wide-zero"),
		limits("NULL is passed on", "NULL is passed on, whether the method allows it or not", "null/refused"),
		limits("200 objects are left", "references are counted: a cycle has to be broken", "lifetime/cycle"),
		limits("a reference that was given back", "a reference that was given back is a pointer to what may be gone: nobody looks, but with `SOM_CHECK=1`", "lifetime/released"),
		limits("an object of another class is passed on", "references are of one type, whatever the object's class is", "wrong/type"),
		limits("256 has become 0", "a number beyond its type is cut, as C has it", "wrong/range"),
	),
	Compiler: map[string][]string{
		"callbacks/wrong-result": {`extern char *wrong(som_ref, som_env *, int64_t); int64_t (*speak)(som_ref, som_env *, int64_t) = wrong; (void)speak;`},
		"class/readonly":         {`Suite_Thing_set_legs(o, ev, 3);`},
		"wrong/count":            {`Suite_Types_turn_long(o, ev);`, `Suite_Types_turn_long(o, ev, 1, 2);`, `Suite_Types_divide(o, ev, 1);`},
		"wrong/element":          {`Suite_Longs n = {1, 1, (char *[]){"2"}}; (void)n;`, `Suite_Grid g = {{1, 2, 3, 4}, {3, 4}}; (void)g;`, `Suite_Person p = {.likes = "red"}; (void)p;`, `Suite_Point p = {1LL << 40, 0}; (void)p;`},
		"wrong/method":           {`Suite_Thing_fly(o, ev);`},
	},
}

// strict are the flags that all C of the project is compiled with.
var strict = []string{"-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-pthread"}

// inCBuilt is a folder with the class library of the program's own classes and the program, and the flags that it was compiled with.
func inCBuilt(t testing.TB, compiler string) (dir string, flags []string) {
	t.Helper()
	sombuild.Need(t, compiler, compiler)
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	root, err := sombuild.Root()
	if err != nil {
		t.Fatal(err)
	}
	include := func(dir string) []string {
		return append(slices.Clone(strict), "-I"+dir, "-I"+filepath.Join(root, "libsom/include"), "-I"+filepath.Join(root, "bind/c"))
	}
	dir = shelf.Once(t, "c-"+compiler, func(dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		for _, s := range []struct {
			file    string
			options c.Options
		}{
			{"suite/suite.idl", c.Options{Parts: c.Usage}}, {"suite/release1/relay.idl", c.Options{Parts: c.Usage}}, {"chain/embed.idl", c.Options{Parts: c.Usage}},
			{"own/own.idl", c.Options{Parts: c.Usage | c.Implementation, Library: "own"}},
		} {
			r, err := idl.Compile(t.Context(), idl.Options{Dialect: idl.SOM, Include: []string{"suite"}}, s.file)
			if err != nil {
				return err
			}
			files, report := c.Emit(r.Spec, s.options)
			if report.HasErrors() {
				return report.Err()
			}
			if err := write(dir, files); err != nil {
				return err
			}
		}
		flags := include(dir)
		link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel}
		if _, err := output(t, nil, compiler, slices.Concat(flags, []string{"-O1", "-shared", "-fPIC", "-o", filepath.Join(dir, "libown.so"), "c/own.c", filepath.Join(dir, "own_library.c")}, link)...); err != nil {
			return err
		}
		_, err := output(t, nil, compiler, slices.Concat(flags, []string{"-O1", "-o", filepath.Join(dir, "program"), "c/suite.c"}, link, []string{"-lm"})...)
		return err
	})
	return dir, include(dir)
}

func write(dir string, files *emit.Files) error {
	for name, text := range files.All() {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func TestC(t *testing.T) {
	t.Parallel()
	for _, compiler := range []string{"gcc", "clang"} {
		t.Run(compiler, func(t *testing.T) {
			t.Parallel()
			dir, _ := inCBuilt(t, compiler)
			conform(t, inC, func(t *testing.T, env []string, rows ...string) (string, error) {
				for i, e := range env {
					if strings.HasPrefix(e, "SOM_PATH=") {
						env[i] += string(filepath.ListSeparator) + dir
					}
				}
				return output(t, env, filepath.Join(dir, "program"), rows...)
			})
		})
	}
}

// TestCCompiler demands that the compiler refuses each line, and takes a function without any.
func TestCCompiler(t *testing.T) {
	t.Parallel()
	_, flags := inCBuilt(t, "gcc")
	refusedLines(t, inC, func(file string) (string, []string) {
		return "gcc", append(slices.Clone(flags), "-fsyntax-only", "-Woverflow", "-fmax-errors=0", file)
	},
		"line.c", "#include \"suite.h\"\n", "void f%d(som_ref o, som_env *ev); void f%d(som_ref o, som_env *ev) { (void)o, (void)ev; %s }\n", "Suite_Types_turn_long(o, ev, 3); Suite_Thing_set_weight(o, ev, 3);")
}

// refusedLines compiles a function around each line that a host's compiler should refuse, all in one file, and around one that it should take.
func refusedLines(t *testing.T, h *Host, command func(file string) (string, []string), name, top, function, right string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	compile := func(lines ...string) string {
		text := top
		for i, line := range lines {
			text += strings.ReplaceAll(strings.Replace(function, "%s", line, 1), "%d", strconv.Itoa(i))
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		program, args := command(file)
		if _, err := output(t, nil, program, args...); err != nil {
			return err.Error()
		}
		return ""
	}
	if said := compile(right); said != "" {
		t.Errorf("what is right is refused: %s", said)
	}
	var rows, lines []string
	for row, all := range h.Compiler {
		for _, line := range all {
			rows, lines = append(rows, row), append(lines, line)
		}
	}
	said := compile(lines...)
	for i, line := range lines {
		at := strings.Count(top, "\n") + i + 1
		if !regexp.MustCompile(regexp.QuoteMeta(name) + ":" + strconv.Itoa(at) + `:\d+:`).MatchString(said) {
			t.Errorf("%s: the compiler takes %s", rows[i], line)
		}
	}
}
