package cabi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
)

func clashes(text string) string {
	var all []string
	cabi.Compare(nil, cabi.Declared(text, 0), func(_, second cabi.Name) {
		all = append(all, strings.TrimPrefix(second.Scope+"::"+second.Name, "::"))
	})
	return strings.Join(all, " ")
}

// TestDeclared says of declarations, as generators write them, what they declare.
func TestDeclared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"typedef struct A A;\nstruct A {\n\tint32_t x, y[3];\n};", "A A A::x A::y"},
		{"typedef struct s { int n; char *_buffer; } s;", "s s::n s::_buffer s"},
		{"typedef uint32_t E;\nenum { E_a = 0, E_b = 1 };", "E E_a E_b"},
		{"typedef int32_t G[2][3]; typedef void (*F)(int a);", "G F"},
		{"SOM_PER_CLIENT struct b {\n\tsom_tok m[2];\n} b;", "b b::m b"},
		{"static inline som_ref A_f(som_ref self, const T *const x, int32_t y[2][3]) {\n\tint z = f({1});\n}", "A_f A_f(som_ref self , const T * const x , int32_t y [ 2 ] [ 3 ])::self A_f(som_ref self , const T * const x , int32_t y [ 2 ] [ 3 ])::x A_f(som_ref self , const T * const x , int32_t y [ 2 ] [ 3 ])::y"},
		{"static int A_s = {0}; extern const unsigned char x[];", "A_s x"},
		{"#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\nint g;", "f g"},
		{"namespace Zoo { class D; template <class V> class D_all : public X<V>, Y<V> { const V &v() const noexcept { return 1; }\npublic:\n int m{}; using z = int; }; }",
			"Zoo Zoo::D Zoo::D_all Zoo::D_all::D_all Zoo::D_all::V Zoo::D_all::v Zoo::D_all::v()::V Zoo::D_all::m Zoo::D_all::z"},
		{"enum class C : std::uint32_t {\n\ta = 0,\n\tb = 1,\n};", "C C::a C::b"},
		{"class E : public X { E() = default; explicit E(int a)\n : x(std::move(a)) {}\n const char *id() const noexcept override { return 0; } };", "E E::E E::E(constructor int a)::a E::id"},
		{"inline A B::c(int x) {\n}\ninline D::operator ::E() const { return 1; }\nint last;", "last"},
		{"inline constexpr std::int32_t k = 7, l = 8;\nstd::variant<A, B> value_;", "k l value_"},
		{"static struct own {\n\tconst char *parent[1];\n} own;", "own own::parent own"},
	} {
		var got []string
		for _, n := range cabi.Declared(c.text, 0) {
			got = append(got, strings.TrimPrefix(n.Scope+"::"+n.Name, "::"))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.text, g, c.want)
		}
	}
}

// TestClashes says which two declarations are one for a compiler.
func TestClashes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"typedef struct A A; struct A { int x; }; void f(A *a); void f(A *a) {}", ""},
		{"void f(int a) {} void f(int a) {}", "f"},
		{"void f(int a); void f(long a) {}", ""},
		{"void f(int a); void f(long a);", "f"},
		{"struct A { int x; int x; };", "A::x"},
		{"struct A { int x; union { int a; int a; } _u; };", "A::union {"},
		{"void f(int a, int a) {}", "f(int a , int a)::a"},
		{"enum { a, b }; int a(void) {}", "a"},
		{"enum { a, b }; typedef long b;", "b"},
		{"enum { a }; enum { b, a };", "a"},
		{"enum class A { a }; enum class B { a };", ""},
		{"enum class A { a, b, a };", "A::a"},
		{"typedef long a; typedef short a;", "a"},
		{"#ifndef x_defined\ntypedef struct x { int a; } x;\n#endif\n#ifndef x_defined\ntypedef struct x { int a; } x;\n#endif\n", ""},
		{"namespace Z { class A; } namespace Z { class A {}; }", ""},
		{"namespace Z { } class Z {};", "Z"},
		{"class A { void f() {} void f(int x) {} };", "A::f"},
		{"class A { A() {} A(int a) {} int x; };", ""},
		{"class A { int A; };", "A::A"},
		{"class A { using som_union = void; int b() {} void b(int v) {} bool is_b() {} };", ""},
		{"class A { using som_union = void; bool is_b() {} int is_b() {} };", "A::is_b"},
		{"template <class V> class A { void V() {} };", "A::V"},
		{"template <class V> class A { void f(int V) {} };", "A::f(int V)::V"},
		{"class A { class S {}; using S = int; };", "A::S"},
	} {
		got := clashes(c.text)
		if got != c.want && !(c.want == "A::union {" && strings.HasPrefix(got, c.want)) {
			t.Errorf("%s:\ngot  %q\nwant %q", c.text, got, c.want)
		}
	}
}

// TestGoldensDeclare holds that what the generators made for their own tests is understood: no two names clash, and there are many.
func TestGoldensDeclare(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"../c/testdata/golden/*.h", "../c/testdata/golden/*.c", "../cxx/testdata/*.?pp", "../../bind/c/som*s.h"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "_compat") {
				continue
			}
			if got := clashes(string(text)); got != "" {
				t.Errorf("%s: %s", name, got)
			}
			if n := len(cabi.Declared(string(text), 0)); n < 2 {
				t.Errorf("%s declares %s", name, fmt.Sprint(n))
			}
		}
	}
}

// FuzzDeclared reads anything without end or panic.
func FuzzDeclared(f *testing.F) {
	for _, s := range []string{"typedef struct A { int x; } A;", "namespace { template < class", "a ( { [ \" ' ", "enum {", "using =", "operator", "} } }", "struct", "x =", "#endif\n#if"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { clashes(text) })
}
