package cxx_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
)

// An echo writes a class whose operations take and hand out random types that own memory, in all directions, and may raise an
// exception with such a value: its IDL, implementations in C and C++, and a client.
type echo struct {
	*rand.Rand
	types, elements    []string // those that values can have, and those without arrays
	idl, ops           strings.Builder
	inC, inCxx, inGo   strings.Builder
	client, clientInGo strings.Builder
}

func (e *echo) typ() string { return e.types[e.IntN(len(e.types))] }

// element returns a type that is no array.
func (e *echo) element() string { return e.elements[e.IntN(len(e.elements))] }

// declare adds a type and an operation of it.
func (e *echo) declare(n int) {
	t := fmt.Sprintf("T%d", n)
	array := false
	switch e.IntN(4) {
	case 0:
		fmt.Fprintf(&e.idl, "\ttypedef sequence<%s> %s;\n", e.element(), t)
	case 1:
		fmt.Fprintf(&e.idl, "\tunion %s switch (long) { case 1: %s one; case 2: %s two[2]; };\n", t, e.typ(), e.typ())
	case 2:
		fmt.Fprintf(&e.idl, "\ttypedef %s %s[2];\n", e.element(), t)
		array = true
	default:
		fmt.Fprintf(&e.idl, "\tstruct %s { string s; %s a; %s b[3]; long n; };\n", t, e.typ(), e.typ())
	}
	fmt.Fprintf(&e.idl, "\texception P%d { %s v; long n; };\n", n, t)
	fmt.Fprintf(&e.ops, "\t\t%s op%d(in %s a, out %s b, inout %s c) raises (P%d);\n", t, n, t, t, t, n)
	params := fmt.Sprintf("const Own_%[1]s *a, Own_%[1]s *b, Own_%[1]s *c, Own_%[1]s *result", t)
	if array {
		params = fmt.Sprintf("const Own_%[1]s a, Own_%[1]s b, Own_%[1]s c, Own_%[1]s result", t)
	}
	fmt.Fprintf(&e.inC, `static void Own_Echo_do_op%[1]d(som_ref self, som_env *ev, %[2]s) {
	if (Own_Echo_data(self)->calls++ %% 3 == 2) { Own_P%[1]d_raise(ev, a, 7); return; }
	if (Own_%[3]s_copy(b, a) != SOM_OK) return;
	memcpy(result, c, sizeof(Own_%[3]s));
	if (Own_%[3]s_copy(c, a) != SOM_OK) return;
}
`, n, params, t)
	fmt.Fprintf(&e.inCxx, "\t%[2]s op%[1]d(const %[2]s &a, %[2]s &b, %[2]s &c) { if (calls++ %% 3 == 2) throw P%[1]d(a, 7); b = a; %[2]s r = c; c = a; return r; }\n", n, t)
	fmt.Fprintf(&e.client, `	for (int n = 0; n < 7; n++) {
		%[2]s a, b, c;
		fill(a), fill(b), fill(c);
		const %[2]s b0 = b, c0 = c;
		try {
			if (!(o.op%[1]d(a, b, c) == c0 && b == a && c == a)) return std::puts("op%[1]d"), 1;
		} catch (const P%[1]d &e) {
			raised++;
			if (!(e.v == a && e.n == 7 && b == b0 && c == c0)) return std::puts("op%[1]d, raised"), 1;
		}
	}
`, n, t)
	fmt.Fprintf(&e.inGo, `
func (o *object) Op%[1]d(ctx context.Context, a own.%[2]s, c own.%[2]s) (own.%[2]s, own.%[2]s, own.%[2]s, error) {
	hold.Retain(&a)
	if o.calls++; o.calls%%3 == 0 {
		var none own.%[2]s
		return none, none, none, &own.P%[1]d{V: a, N: 7}
	}
	hold.Retain(&a)
	hold.Retain(&c)
	return c, a, a, nil
}
`, n, t)
	fmt.Fprintf(&e.clientInGo, `	for range 7 {
		var a, c own.%[2]s
		fill(&a)
		fill(&c)
		result, b, changed, err := o.Op%[1]d(ctx, a, c)
		var p *own.P%[1]d
		switch {
		case errors.As(err, &p):
			raised++
			hold.Must(p.N == 7 && hold.Same(&p.V, &a), "op%[1]d, raised")
			hold.Release(&p.V)
		case err != nil:
			panic(err)
		default:
			hold.Must(hold.Same(&result, &c) && hold.Same(&b, &a) && hold.Same(&changed, &a), "op%[1]d")
			hold.Release(&result)
			hold.Release(&b)
			hold.Release(&changed)
		}
		hold.Release(&a)
		hold.Release(&c)
	}
`, n, t)
	e.types = append(e.types, t)
	if !array {
		e.elements = append(e.elements, t)
	}
}

const echoFill = `#include "own.hpp"
#include <cstdio>
#include <random>
static std::mt19937 engine(SEED);
static unsigned drawn(unsigned n) { return unsigned(engine() % n); }
namespace Own {
struct nothing {
	template <class A, class B> void operator()(A, B) const {}
};
template <class T> void fill(T &v);
template <class T> void fill_some(T &v, ...) { v = T(drawn(100)); }
inline void fill_some(std::string &v, int) { v = drawn(3) ? std::string(drawn(40), 'x') : std::string(); }
inline void fill_some(som::object &v, int) { v = drawn(3) ? som::object(Echo::create()) : som::object(); }
template <class T> void fill_some(std::vector<T> &v, int) { v.resize(drawn(3)); for (T &x : v) fill(x); }
template <class T, std::size_t N> void fill_some(std::array<T, N> &v, int) { for (T &x : v) fill(x); }
template <class T> auto fill_some(T &v, int) -> decltype(T::som_members(nothing())) { T::som_members([&](auto here, auto) { fill(v.*here); }); }
template <class T> auto fill_some(T &v, int) -> decltype(v.is_one(), void()) {
	auto one = T(1).one();
	auto two = T(2).two();
	fill(one), fill(two);
	if (drawn(2)) v.one(one); else v.two(two);
	if (!drawn(4)) v = T(9);
}
template <class T> void fill(T &v) { fill_some(v, 0); }
} // namespace Own
using namespace Own;
`

const echoMain = `int main() {
	int raised = 0;
	Echo o = Echo::create();
`

// newEcho draws one with 8 types.
func newEcho(seed uint64) *echo {
	e := &echo{Rand: rand.New(rand.NewPCG(seed, 0)), types: []string{"string", "Object"}, elements: []string{"string", "Object"}}
	for n := range 8 {
		e.declare(n)
	}
	return e
}

// text is the IDL.
func (e *echo) text() string {
	text := "#include <somobj.idl>\nmodule Own {\n" + e.idl.String() + "\tinterface Echo : SOMObject {\n" + e.ops.String() + "\t\timplementation { releaseorder: "
	for n := range 8 {
		text += fmt.Sprintf("op%d, ", n)
	}
	return strings.TrimSuffix(text, ", ") + "; long calls; };\n\t};\n};\n"
}

// TestOwnership passes random values that own memory through C++ to C and back, and to C++ and back, exceptions included: all is what it was,
// and nothing is left over or ended twice.
func TestOwnership(t *testing.T) {
	t.Parallel()
	asan.need(t)
	asan.kernel(t)
	generated(t)
	seed := rand.Uint32()
	t.Logf("seed %d", seed)
	e := newEcho(uint64(seed))
	text := e.text()
	dir := t.TempDir()
	put := putting(t, dir)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	in := put("own.idl", text)
	must(generate(in, dir, cxx.Options{Parts: cxx.Usage | cxx.Implementation}))
	r, err := idl.Compile(t.Context(), idl.Options{}, in)
	must(err)
	files, report := c.Emit(r.Spec, c.Options{Library: "own"})
	must(report.Err())
	for name, data := range files.All() {
		put(name, string(data))
	}
	client := put("client.cc", strings.Replace(echoFill, "SEED", fmt.Sprint(seed), 1)+echoMain+e.client.String()+"\treturn raised == 0;\n}\n")
	program := filepath.Join(dir, "client")
	must(asan.compile(t, program, client))
	inC := put("echo.c", "#include \"own.ih.h\"\n"+e.inC.String())
	must(os.Mkdir(filepath.Join(dir, "c"), 0o777))
	must(asan.compile(t, filepath.Join(dir, "c", "libown.so"), "-shared", "-I"+absolute("../c"), inC, filepath.Join(dir, "own_library.c")))
	inCxx := put("echo.cc", "#include \"own.ih.hpp\"\nnamespace Own {\nclass Echo_impl : public Echo_part<Echo_impl> {\npublic:\n"+e.inCxx.String()+"};\n"+
		"som::class_object Echo_define() { return Echo_impl::som_define(); }\n}\nextern \"C\" SOM_EXPORT int som_library_entry(std::uint32_t abi, som_env *ev);\n"+
		"extern \"C\" SOM_EXPORT int som_library_entry(std::uint32_t abi, som_env *ev) { return som::library(abi, ev, [] { Own::Echo_define(); }); }\n")
	must(os.Mkdir(filepath.Join(dir, "cxx"), 0o777))
	must(asan.compile(t, filepath.Join(dir, "cxx", "libown.so"), "-shared", inCxx))
	for _, l := range []string{"c", "cxx"} {
		with := asan
		with.env = []string{"SOM_PATH=" + filepath.Join(dir, l)}
		with.output(t, program)
	}
}
