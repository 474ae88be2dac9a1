package rrbc_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/model"
)

// inCxx is C++ with what dsom idl build --cxx makes.
var inCxx = &language{
	name: "C++", cc: "g++", args: []string{"-std=c++17"}, pkg: "g++", source: ".cpp", header: ".hpp",
	head: "#include <som.hpp>\n#include <probe.hpp>\n#include <cstdio>\n\n",
	emit: emitCxx, body: (*release).bodyCxx, inside: (*release).insideCxx, library: libraryCxx, client: clientCxx, layout: layoutCxx,
	bindsAncestors: true, keepsState: true,
}

// drawCxx draws the rows of which the library and its client are tried in C++ too: every second one, each run others, and those of which C++ has its
// own verdict; soaking, all. Compilers of C++ take most of the time that rows take. Subclasses are in C++ in all rows.
func drawCxx(pairs []*pair, seed uint64) {
	all := len(pairs) == generatedHere(len(pairs))
	rnd := rand.New(rand.NewPCG(seed, 1))
	for n, at := range rnd.Perm(len(pairs)) {
		p := pairs[at]
		p.withCxx = p.outOfCxx == "" && (all || n%2 == 0 || p.cxxAlone)
	}
}

func emitCxx(spec *model.Spec, library string) (*emit.Files, *diag.Report) {
	if library == "" {
		return cxx.Emit(spec, cxx.Options{Parts: cxx.Usage})
	}
	return cxx.Emit(spec, cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template, Library: library})
}

// libraryCxx is a library's part of a unit.
func libraryCxx(b *strings.Builder, r *release, spec *model.Spec, module, stem, entry string) {
	fmt.Fprintf(b, "#include \"%s.cpp\"\n#define som_library_entry %s\n#include \"%[1]s_library.cpp\"\n#undef som_library_entry\n", stem, entry)
	for _, e := range r.otherEntries(r.classes(spec, module), module) {
		fmt.Fprintf(b, "extern \"C\" SOM_API int %s(uint32_t abi, som_env *ev);\nextern \"C\" SOM_API int %[1]s(uint32_t abi, som_env *ev) {\n\treturn som::library(abi, ev, [] {\n", e.name)
		for _, i := range e.classes {
			fmt.Fprintf(b, "\t\t::%s_define();\n", name(i))
		}
		if c, by := r.substitution(); c != "" {
			fmt.Fprintf(b, "\t\tsom::env ev;\n\t\tsom_class *c = som_class_registered(%q, &ev), *by = som_class_registered(%q, &ev);\n", c, by)
			b.WriteString("\t\tif (c && by) som_class_substitute(c, by, &ev);\n\t\tsom_release((som_ref)c), som_release((som_ref)by);\n\t\tsom::check(ev);\n")
		}
		b.WriteString("\t});\n}\n")
	}
}

// insideCxx is what a class has beside what the template asks for: constructor and destructor, and how its variables change.
func (r *release) insideCxx(i *model.Interface) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "\t"+format+"\n", args...) }
	init := ""
	if initializes(i) {
		init = fmt.Sprintf("std::printf(\"init %s\\n\");", name(i))
		if hasData(i) {
			init += fmt.Sprintf(" set(%d);", r.begins(i))
		}
	}
	line("%s_impl() { %s }", i.Name, init)
	if destroys(i) {
		line("~%s_impl() { std::printf(\"fini %s\\n\"); }", i.Name, name(i))
	}
	if hasData(i) {
		set, same := changes(r, i, "this->")
		line("void set(std::int32_t count) {\n%s\t}", set)
		line("std::int32_t change() {\n\tstd::int32_t count = this->%s, same = 1;\n%s\tset(count + 1);\n\treturn same ? count + 1 : -100000000;\n\t}", r.words["count"], same)
	}
	return b.String()
}

// bodyCxx is the body of a member function that the template asks for.
func (r *release) bodyCxx(i *model.Interface, method string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "\t\t"+format+"\n", args...) }
	if method == "somInit" || method == "somUninit" {
		line("std::printf(\"%s %s\\n\");", method, name(i))
		return b.String()
	}
	m := i.FindMethod(method)
	does := r.code(i, method)
	switch goType(m) {
	case typeOf(setFunc(nil)):
		line("%s = %s;", r.words["years"], m.Attribute.Name)
	case typeOf(getFunc(nil)):
		line("return static_cast<std::int32_t>(%s);", r.words["years"])
	case typeOf(initFunc(nil)):
	case typeOf(stringFunc(nil)):
		line("static const std::string text = \"called %d\";", does.b)
		line("return text;")
	case typeOf(voidFunc(nil)):
		if keeps(m) {
			line("return %s;", m.Attribute.Name)
			return b.String()
		}
		line("(void)x;")
	case typeOf(oddFunc(nil)):
		line("return %s;", r.drawn(cmp.Or(r.row.bodies[r.n-1][1], r.row.odd.bodyCxx)))
	case typeOf(doubleFunc(nil)):
		line("return static_cast<std::int32_t>(n);")
	default:
		if does.raises {
			line("if (n %% 2 == 1) throw ::%s::%s(%s);", r.words["Zoo"], r.words[r.row.raises()], r.hunger())
		}
		line("std::int32_t v = %d * n + %d;", does.a, does.b)
		switch does.calls {
		case "parent":
			line("v += parent<::%s>().%s(n);", name(i.Parents()[does.parent]), method)
		case "next":
			line("try {\n\t\t\tv += next<::%s>().%s(n);\n\t\t} catch (const som::no_next &) {\n\t\t}", name(m.Class), method)
		}
		if does.c > 0 {
			line("v += %d * change();", does.c)
		}
		line("return v;")
	}
	return b.String()
}

// clientCxx writes the part of a client's program that takes the steps of a row.
func clientCxx(b *strings.Builder, d *drawing, steps []step) {
	fmt.Fprintf(b, "static void run_%s() {\n", d.row.id)
	for _, s := range steps {
		s.writeCxx(b, d)
	}
	b.WriteString("}\n\n")
}

func (s step) writeCxx(b *strings.Builder, d *drawing) {
	line := func(format string, args ...any) { fmt.Fprintf(b, "\t"+format+"\n", args...) }
	call := func(label string, arg int32, format string, args ...any) {
		line("if (o) probe::call(%q, %d, [&] { %s; });", label, arg, fmt.Sprintf(format, args...))
	}
	plain := strings.TrimPrefix(s.method, "_")
	switch s.do {
	case "new":
		line("{\n\t::%s o;", name(s.class))
		line("try { o = ::%s::create(); } catch (const som::exception &e) { probe::refused(%[1]q, e); }", name(s.class))
	case "odd":
		call(s.label(), 0, "%s; std::printf(\"%%s(0) = %%d\\n\", %q, v)", d.drawn(d.row.odd.callCxx), s.label())
	case "catch":
		hungry := "::" + d.words["Zoo"] + "::" + d.words["Hungry"]
		call(s.label(), s.arg, "try { std::int32_t v = o.%s(%d); std::printf(\"%%s(%%d) = %%d\\n\", %q, %[2]d, v); } catch (const %[4]s &e) { std::printf(\"%%s(%%d) = hungry since %%d\\n\", %[3]q, %[2]d, e.%[5]s); }",
			plain, s.arg, s.label(), hungry, d.words["since"])
	case "bare":
		panic("C++ has no procedures without receiver or environment")
	case "data":
		line("if (o) try { (void)::%s::%s(); std::printf(\"%%s has data\\n\", %q); } catch (const som::exception &e) { std::printf(\"%%s refused data\\n# %%s\\n\", %[3]q, e.what()); }", name(s.of), plain, s.label())
	case "call", "procedure":
		call(s.label(), s.arg, "std::int32_t v = o.%s(%d); std::printf(\"%%s(%%d) = %%d\\n\", %q, %[2]d, v)", plain, s.arg, s.label())
	case "name":
		line("if (o) probe_by_name(%q, o.get(), %q, %d);", s.label()+" by name", s.method, s.arg)
	case "set":
		call(s.label(), s.arg, "o.%s(%d); std::printf(\"%%s(%%d) = 0\\n\", %q, %[2]d)", plain, s.arg, s.label())
	case "get":
		call(s.label(), 0, "std::int32_t v = o.%s(); std::printf(\"%%s(0) = %%d\\n\", %q, v)", plain, s.label())
	case "keep":
		s.keepCxx(d, line)
	case "string":
		line("if (o) probe_ledger_open();")
		call(s.label(), 0, "std::string v = o.%s(); std::printf(\"%%s(0) = %%s\\n\", %q, v.c_str())", plain, s.label())
		line("if (o) probe_ledger(%q);", s.label())
	case "is":
		line("if (o) probe_is(%q, %q, probe::is<::%[2]s>(o));", name(s.class), name(s.of))
	case "meta":
		line("if (o) {\n\t\tauto c = probe::class_of<::%s>(o);", name(s.of))
		line("\tif (!c) std::printf(\"class of %s is no %s\\n\");", name(s.class), name(s.of))
		line("\telse probe::call(%q, %d, [&] { std::int32_t v = c.%s(%[2]d); std::printf(\"%%s(%%d) = %%d\\n\", %[1]q, %[2]d, v); });", "class of "+s.label(), s.arg, plain)
		line("}")
	case "describe":
		line("if (o) probe_class(som_class_of(o.get()));")
	case "find":
		line("probe_find(%q);", s.text)
	case "free":
		line("}")
	}
}

// layoutCxx is the same where C++ has it: behind a reference to the object a value of a class, which is never empty.
func layoutCxx(i *model.Interface) (size, align int) {
	size, align = layout(i)
	align = max(align, 8)
	for _, a := range i.AttributeData() {
		if isString(a.Type) {
			size += 32 - 8 // std::string in place of a pointer
		}
	}
	return (8 + max(size, 1) + align - 1) / align * align, align
}
