package cxx_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/hardwords"
)

// compiles generates everything from a text, and has a compiler look at the implementation as it is made, behind
// what stands before and in front of what stands behind.
func compiles(t *testing.T, text, before string, behind ...string) {
	t.Helper()
	compilesBy(t, text, before, strings.Join(behind, ""), "g++", "-std=c++17")
}

// compilesBy does the same by a compiler with flags.
func compilesBy(t *testing.T, text, before, behind string, compiler ...string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, build(t, "names.idl", text, everything("")))
	need(t, compiler[0])
	put(t, dir, "program.cpp", before+"#include <names.cpp>\n"+behind)
	if out, err := check(t, dir, "program.cpp", compiler, "-Werror"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestNames has names that generated code could take for its own.
func TestNames(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"value": `interface Holder : SOMObject { attribute string value; implementation { releaseorder: _get_value, _set_value; }; };`,
		"parent": `interface Tree : SOMObject { long f(in long x); implementation { releaseorder: f; }; };
interface Node : Tree {
	attribute Node parent; attribute Node next; attribute long self;
	implementation { releaseorder: _get_parent, _set_parent, _get_next, _set_next, _get_self, _set_self; f: override; };
};`,
		"parent, a method": `interface Tree : SOMObject { long f(in long x); implementation { releaseorder: f; }; };
interface Node : Tree { void parent(in long x); void next(in long x); implementation { releaseorder: parent, next; f: override; }; };
interface Leaf : Node { implementation { parent: override; f: override; }; };`,
		"exception": `exception NotFound { long id; string raise; string som_id; string what; };
interface Store : SOMObject { void put(in string data) raises (NotFound); implementation { releaseorder: put; }; };`,
		"declared by headers": `struct index { long strlen; }; typedef long ffs; enum div { abs, labs }; exception time { long tm; }; union tm switch (long) { case 0: long x; };
interface link : SOMObject { index free(in index when); implementation { releaseorder: free; }; };
module clock { struct wait { long x; }; };`,
		"macros": `enum Trouble { EINVAL, ERANGE, BUFSIZ, EMPTY };
interface Store : SOMObject { Trouble put(in long EIO); implementation { releaseorder: put; }; };`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiles(t, "#include <somobj.idl>\n"+text, "")
		})
	}
}

// TestExceptionNames has exceptions and members of exceptions that are called as what all exceptions have, which is called for each.
func TestExceptionNames(t *testing.T) {
	t.Parallel()
	own := strings.Fields("id raise what held_ user_exception _exception som_id som_abi som_members som_handles som_came som_keep operator a_x")
	var idl, uses strings.Builder
	idl.WriteString("#include <somobj.idl>\nmodule Zoo {\n")
	uses.WriteString("static int use(const som::exception &e) { som::env ev; e.raise(&ev); return e.id() == e.what(); }\n" +
		"template <class E> int uses(E e) { static_assert(noexcept(e.what(), e.id(), e.raise(nullptr))); E copy = e; try { throw copy; } catch (const E &c) { return use(c); } }\nint all() {\n\tint n = 0;\n")
	for n, name := range own {
		members := ""
		for m, other := range own {
			if m != n {
				members += fmt.Sprintf("string %s; ", other)
			}
		}
		fmt.Fprintf(&idl, "exception %s { long x; };\nexception All%d { %s };\n", name, n, members)
		fmt.Fprintf(&uses, "\tn += uses(Zoo::All%d());\n", n)
	}
	fmt.Fprintf(&idl, "interface Dog : SOMObject { exception raise { long id; }; void bark() raises (%s, raise); implementation { releaseorder: bark; }; };\n};\n"+
		"exception id { long x; };\nexception what { long raise; };\n", "::Zoo::"+strings.Join(own, ", ::Zoo::"))
	for _, name := range strings.Fields("id_ raise_ what_ held__ user_exception exception som_id_ a_x Dog_raise") {
		fmt.Fprintf(&uses, "\tn += uses(Zoo::%s()) + (Zoo::%[1]s(3).id()[0] != 'I');\n", name)
	}
	uses.WriteString("\treturn n + uses(id_()) + uses(::what_()) + uses(Zoo::Dog::raise(4));\n}\n")
	compiles(t, idl.String(), "", uses.String())
}

// TestUnions has unions over all types there may be, for which compilers have nothing to say.
func TestUnions(t *testing.T) {
	t.Parallel()
	text := "#include <somobj.idl>\nenum Way { up, down };\n"
	for n, u := range []string{
		"boolean) { case TRUE: long a; case FALSE: string b; }", "boolean) { case FALSE: long a; default: string b; }", "boolean) { case TRUE: long a; }",
		"boolean) { default: string b; }", "char) { case 'x': long a; case '\\377': string b; }", "short) { case -32768: long a; default: string b; }", "unsigned short) { case 65535: long a; }",
		"long) { case -2147483648: long a; case 0: string b; }", "unsigned long) { case 4294967295: long a; }", "long long) { case -9223372036854775808: long a; }",
		"unsigned long long) { case 18446744073709551615: long a; }", "Way) { case up: long a; case down: string b; }", "Way) { case down: long a; default: string b; }",
	} {
		text += fmt.Sprintf("union U%d switch (%s;\n", n, u)
	}
	for _, c := range [][]string{{"g++", "-std=c++17"}, {"clang++", "-std=c++17"}, {"clang++", "-std=c++20"}} {
		t.Run(strings.Join(c, ""), func(t *testing.T) {
			t.Parallel()
			compilesBy(t, text+"interface A : SOMObject { implementation { releaseorder:; }; };", "", "", c...)
		})
	}
}

// TestOwnNamesGiveWay has names of what the generator makes of classes and unions stand for IDL's own things: beside the class, in an included file,
// of all kinds. What includes the class's file cannot have them.
func TestOwnNamesGiveWay(t *testing.T) {
	t.Parallel()
	const class = "interface D : SOMObject { long f(); implementation { releaseorder: f; }; };\n"
	compiles(t, `#include <somobj.idl>
struct D_class { long x; }; typedef long D_methods; const long D_all = 3; enum D_part { none }; exception D_impl { long x; };
`+class+`interface D_define : D { implementation { f: override; }; };
module Zoo { module D_class { typedef long x; }; union D_methods switch (long) { case 0: D_class::x is_is_x; case 1: long is_x; default: long x; }; `+class+`
interface D_all : D { union item switch (long) { case 0: long D_all_item; case 1: long is_D_all_item; }; implementation { f: override; }; }; };
`, "", `
long all() { D_class c = {D_all}; D_methods n = c.x; Zoo::D_methods u; u.x(1), u.is_x(2), u.is_is_x(3); Zoo::D_all::item i; i.D_all_item_(4);
	return n + D_define::create().f() + Zoo::D_all::create().f() + u.is_is_x() + u.is_is_x_() + u.is_is_is_x() + u.is_is_is_x() + u.is_x_() + i.is_D_all_item_(); }
`)
	headers := func(files idl.FilesOf, main ...string) (string, *diag.Report) {
		t.Helper()
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: files, Dialect: idl.SOM}, main...)
		if err != nil {
			t.Fatal(err)
		}
		made, report := cxx.Emit(r.Spec, everything(""))
		text, _ := made.Get(strings.TrimSuffix(main[0], ".idl") + ".hpp")
		return string(text), report
	}
	const tag, include = "#include <somobj.idl>\nstruct D_methods { long x; };\n", "#include <somobj.idl>\n#include <a.idl>\n"
	if text, _ := headers(idl.FilesOf{"a.idl": tag, "b.idl": include + class}, "b.idl"); !strings.Contains(text, "class som_own_D_methods {") {
		t.Errorf("a type of an included file:\n%s", text)
	}
	if text, _ := headers(idl.FilesOf{"a.idl": "#include <somobj.idl>\n" + class, "b.idl": include}, "a.idl"); strings.Contains(text, "som_own_") {
		t.Errorf("nothing clashes:\n%s", text)
	}
	if _, report := headers(idl.FilesOf{"a.idl": "#include <somobj.idl>\n" + class, "b.idl": "#include <a.idl>\nstruct D_methods { long x; };\n"}, "b.idl", "a.idl"); !report.HasErrors() || report.All()[0].Code != cxx.CodeName {
		t.Errorf("a type of an including file: %v", report.Err())
	}
}

// TestTwoThingsOfOneName tells of pairs of names that are one in C++, wherever they are declared.
func TestTwoThingsOfOneName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"exception id { long x; }; exception id_ { long x; };":                                          "id_",
		"enum new { a }; struct new_ { long b; };":                                                      "new_",
		"interface D : A { implementation { releaseorder:; new: staticdata; long new; long new_; }; };": "new_",
	} {
		_, report := tried(t, "#include <somobj.idl>\ninterface A : SOMObject { attribute string name; implementation { releaseorder: _get_name, _set_name; }; };\n"+text)
		told := false
		for _, d := range report.All() {
			if d.Code != cxx.CodeName {
				t.Errorf("%s: %v", text, d)
			}
			told = told || strings.HasSuffix(d.Message, " "+want+" in C++")
		}
		if !told {
			t.Errorf("%s: got %v, want %q", text, report.All(), want)
		}
	}
}

// TestNamesGiveWay has what C++ calls otherwise than the IDL make room for what is called so in the IDL, and overrides for what their class introduces
// and what it overrides before: all of it is there by names of its own.
func TestNamesGiveWay(t *testing.T) {
	t.Parallel()
	const text = `#include <somobj.idl>
struct S { long errno; long errno_; long errno__; };
union U switch (long) { case 0: long new; case 1: short new_; };
exception E { long what; string what_; };
exception raise { long raise_; };
enum Way { new, new_ };
interface A : SOMObject { attribute string name; implementation { releaseorder: _get_name, _set_name; }; };
interface B : SOMObject { long get_name(in long n); implementation { releaseorder: get_name; }; };
interface C : A {
  void new(); long new_(); void g(in long stdin, in string stdin_); void register(); attribute long register_;
  implementation { releaseorder: new, new_, g, register, _get_register_, _set_register_; };
};
interface D : A { long set_name(in long n); implementation { releaseorder: set_name; _set_name: override; }; };
interface F : A { implementation { releaseorder: get_name; get_name: staticdata; long get_name; _get_name: override; }; };
interface G : A, B { implementation { _get_name: override; get_name: override; }; };
interface H : SOMObject { attribute long x; implementation { releaseorder: _get_x, _set_x, get_x; get_x: staticdata; long get_x; }; };
`
	compiles(t, text, "", `
long all() {
	S s{1, 2, 3};
	U u(0);
	u.new__(4);
	bool is = u.is_new() || u.is_new_() || u.new_() == 5;
	E e(6, "seven");
	raise_ r(8);
	C c = C::create();
	c.new__(), c.g(9, "ten"), c.register_(), c.set_register_(11);
	D d = D::create();
	static_cast<A &>(d).set_name("twelve");
	G g = G::create();
	F::get_name() = 13, H::get_x() = 14;
	return s.errno___ + s.errno_ + s.errno__ + is + e.what__ + e.what_.size() + r.raise__ + (Way::new__ == Way::new_) + c.new_() + c.get_register_() + d.set_name(15) +
		static_cast<B>(g).get_name(16) + H::create()._get_x();
}
`)
	made, _ := build(t, "names.idl", text, everything("")).Get("names.cpp")
	for _, want := range []string{
		"std::int32_t set_name(std::int32_t n)\n", "/* D::A_set_name: ", "\tvoid A_set_name(const std::string &name)\n\t{\n\t\tparent<::A>().set_name(name);\n",
		"som::loan<std::string> A_get_name()\n\t{\n\t\treturn parent_loan<::A>().get_name();\n", "/* G::_get_name: ", "/* G::B_get_name: ",
		"\tstd::int32_t B_get_name(std::int32_t n)\n\t{\n\t\treturn parent<::B>().get_name(n);\n",
		"void g(std::int32_t stdin__, const std::string &stdin_)\n",
	} {
		if !strings.Contains(string(made), want) {
			t.Errorf("there is no %q in\n%s", want, made)
		}
	}
	opt := everything("")
	opt.Existing = fstest.MapFS{"names.cpp": {Data: made}}
	if again, _ := build(t, "names.idl", text, opt).Get("names.cpp"); string(again) != string(made) {
		t.Errorf("built again it is\n%s", again)
	}
}

// TestHardWords has names that are keywords and macros, behind all headers that have them.
func TestHardWords(t *testing.T) {
	t.Parallel()
	compiles(t, hardwords.Everything(), hardwords.Program())
}
