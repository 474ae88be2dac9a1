package languages

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var inCXX = &Host{
	Name: "C++", Page: "som-cxx.md",
	Limits: slices.Concat(
		limits("a text with a zero in it is cut", "a text ends at its first zero", "strings/zero", "strings/wide-zero"),
		limits("a null handle is passed on", "a null handle is passed on, whether the method allows it or not", "null/refused"),
		limits("IDL:omg.org/CORBA/UNKNOWN:1.0 mine", "what is no exception of SOM's goes on as UNKNOWN, with its text", "exceptions/own-again"),
		limits("200 objects are left", "references are counted: a cycle has to be broken", "lifetime/cycle"),
		limits("a null handle must not be called", "a handle that was given up is a null pointer: nobody looks", "lifetime/released"),
	),
	Compiler: map[string][]string{
		"callbacks/wrong-result": {`struct Wrong : som::impl<Wrong, Thing> { std::string speak(std::int64_t); }; auto c = som::define<Wrong>("Wrong", som::overrides<&Wrong::speak, std::int64_t(std::int64_t)>("speak"));`},
		"class/readonly":         {`Thing::create().set_legs(3);`},
		"wrong/count":            {`types.turn_long();`, `types.turn_long(1, 2);`, `types.divide(1);`},
		"wrong/type": {`types.turn_long("1");`, `types.turn_string(1);`, `types.turn_boolean(std::string("true"));`, `types.turn_thing("thing");`, `types.turn_thing(types);`,
			`types.turn_longs("5");`},
		"wrong/range": {`types.turn_octet(256);`, `types.turn_octet(-1);`, `types.turn_short(32768);`, `types.turn_ulong(-1);`, `types.turn_longlong(UINT64_MAX);`, `types.turn_ulonglong(1e30);`,
			`types.turn_float(1e300);`, `types.turn_char(u'\u20ac');`, `types.turn_colour(7);`},
		"wrong/element": {`types.turn_longs({1, "2"});`, `types.turn_grid({{{1, 2, 3, 4}, {3, 4}}});`, `types.turn_person({1});`, `types.turn_point({1LL << 40, 0});`},
		"wrong/method":  {`Thing::create().fly();`},
	},
}

// cxxFlags are those for a program that uses the suite, the program's own classes, Relay's first release and the interpreters.
func cxxFlags(t testing.TB) (flags []string, own string) {
	t.Helper()
	root, err := sombuild.Root()
	if err != nil {
		t.Fatal(err)
	}
	own = classlib.Build(t, classlib.Source{IDL: "own/own.idl", Include: []string{"suite"}, Code: "cxx/own.cc"}, classlib.Plain, "-I"+suite(t))
	flags = []string{"-std=c++17", "-pthread", "-I" + filepath.Join(root, "libsom/include"), "-I" + filepath.Join(root, "bind/cxx")}
	for _, dir := range append(filepath.SplitList(libraries(t, 1)), own, embed(t)) {
		flags = append(flags, "-I"+dir)
	}
	return flags, own
}

func TestCXX(t *testing.T) {
	t.Parallel()
	flags, own := cxxFlags(t)
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	program := shelf.Once(t, "cxx", func(file string) error {
		_, err := output(t, nil, "g++", slices.Concat([]string{"-O1", "-o", file, "cxx/suite.cc"}, flags, []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel})...)
		return err
	})
	conform(t, inCXX, func(t *testing.T, env []string, rows ...string) (string, error) {
		for i, e := range env {
			if strings.HasPrefix(e, "SOM_PATH=") {
				env[i] += string(filepath.ListSeparator) + own
			}
		}
		return output(t, env, program, rows...)
	})
}

// TestCXXCompiler demands that the compiler refuses each line, as one that warns of conversions, and takes a function without any.
func TestCXXCompiler(t *testing.T) {
	t.Parallel()
	flags, _ := cxxFlags(t)
	refusedLines(t, inCXX, func(file string) (string, []string) {
		return "g++", append(slices.Clone(flags), "-fsyntax-only", "-fmax-errors=0", "-Wconversion", "-Wsign-conversion", "-Werror", file)
	}, "line.cc", "#include \"suite.hpp\"\nusing namespace Suite;\n", "void f%d(const Types &types) { (void)types; %s }\n",
		"types.turn_octet(255); types.turn_longs({1, 2}); types.turn_thing(Thing::create()); types.turn_grid({{{1, 2, 3}, {3, 4, 5}}}); Thing::create().set_weight(3);")
}
