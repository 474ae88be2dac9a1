package rrbc_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/model"
)

// What authors and users in C have: what dsom idl build --c makes.

func emitC(spec *model.Spec, library string) (*emit.Files, *diag.Report) {
	if library == "" {
		return c.Emit(spec, c.Options{Parts: c.Usage})
	}
	return c.Emit(spec, c.Options{Parts: c.Usage | c.Implementation | c.Template, Library: library})
}

func cname(i *model.Interface) string { return model.CScoped(i) }

// calling is the function that calls a method by a class.
func calling(i *model.Interface, method string) string {
	return cname(i) + "_" + strings.TrimPrefix(method, "_")
}

// libraryC is a library's part of a unit: what was generated, with the bodies that its author has written.
func libraryC(b *strings.Builder, r *release, spec *model.Spec, module, stem, entry string) {
	classes := r.classes(spec, module)
	fmt.Fprintf(b, "#include \"%s.ih.h\"\n", stem)
	for _, i := range classes {
		if hasData(i) {
			r.changeC(b, i)
		}
	}
	fmt.Fprintf(b, "#include \"%s.c\"\n#define som_library_entry %s\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n#include \"%[1]s_library.c\"\n#undef som_library_entry\n", stem, entry)
	for _, e := range r.otherEntries(classes, module) {
		r.entryC(b, e.name, e.classes)
	}
	b.WriteString("#ifdef __cplusplus\n}\n#endif\n")
}

// entryC writes the entry of a library that is another than the generated one: with some of the classes, or a substitution.
func (r *release) entryC(b *strings.Builder, entry string, classes []*model.Interface) {
	var names []string
	for _, i := range classes {
		names = append(names, cname(i)+"_define")
	}
	fmt.Fprintf(b, "SOM_API int %s(uint32_t abi, som_env *ev);\nint %[1]s(uint32_t abi, som_env *ev) {\n", entry)
	fmt.Fprintf(b, "\tstatic som_class *(*const define[])(som_env *) = {%s};\n\tint code = som_define_library(abi, define, %d, ev);\n", strings.Join(names, ", "), len(names))
	if c, by := r.substitution(); c != "" {
		fmt.Fprintf(b, "\tsom_class *c = som_class_registered(%q, NULL), *by = som_class_registered(%q, NULL);\n", c, by)
		b.WriteString("\tif (code == SOM_OK) code = som_class_substitute(c, by, ev);\n\tsom_release((som_ref)c);\n\tsom_release((som_ref)by);\n")
	}
	b.WriteString("\treturn code;\n}\n")
}

// substitution returns the names of a class and of what release 2 puts in its place, or none.
func (r *release) substitution() (class, by string) {
	s := r.row.substitute
	if s[0] == "" {
		return "", ""
	}
	zoo := r.words["Zoo"] + "::"
	return zoo + r.words[s[0]], zoo + r.words[s[1]]
}

// changeC writes how a class's instance variables change, each to a multiple of the count.
func (r *release) changeC(b *strings.Builder, i *model.Interface) {
	set, same := changes(r, i, "d->")
	fmt.Fprintf(b, "static void %s_set(%[1]s_instance *d, int32_t count) {\n%s}\n", cname(i), set)
	fmt.Fprintf(b, "static int32_t %s_change(%[1]s_instance *d) {\n\tint32_t count = d->%s, same = 1;\n%s\t%[1]s_set(d, count + 1);\n\treturn same ? count + 1 : -100000000;\n}\n", cname(i), r.words["count"], same)
}

// changes are the statements that set the variables of a class by count, and that see whether they are what they were set to.
func changes(r *release, i *model.Interface, at string) (set, same string) {
	for k, m := range members(i) {
		if k >= len(i.InstanceData()) || r.word(m.name) == "years" {
			continue // an attribute's
		}
		value := fmt.Sprintf("(%s)(count * %d)", m.ctype, m.factor)
		switch {
		case r.word(m.name) == "count":
			set += fmt.Sprintf("\t%s%s = count;\n", at, m.name)
		case m.array > 0:
			loop := fmt.Sprintf("\tfor (int k = 0; k < %d; k++) ", m.array)
			value = fmt.Sprintf("(%s)(count * (%d + k))", m.ctype, m.factor)
			set += fmt.Sprintf("%s%s%s[k] = %s;\n", loop, at, m.name, value)
			same += fmt.Sprintf("%ssame = same && %s%s[k] == %s;\n", loop, at, m.name, value)
		default:
			set += fmt.Sprintf("\t%s%s = %s;\n", at, m.name, value)
			same += fmt.Sprintf("\tsame = same && %s%s == %s;\n", at, m.name, value)
		}
	}
	return set, same
}

// bodyC is the body of a function that the template asks for, by what it implements.
func (r *release) bodyC(i *model.Interface, method string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "\t"+format+"\n", args...) }
	class := cname(i)
	switch method {
	case "somDefaultInit":
		line("printf(\"init %s\\n\");", name(i))
		if hasData(i) {
			line("%s_set(%[1]s_data(self), %d);", class, r.begins(i))
		}
		return b.String()
	case "somDestruct":
		line("printf(\"fini %s\\n\");", name(i))
		return b.String()
	case "somInit", "somUninit":
		line("printf(\"%s %s\\n\");", method, name(i))
		return b.String()
	}
	m := i.FindMethod(method)
	does := r.code(i, method)
	switch goType(m) {
	case typeOf(setFunc(nil)):
		line("%s_data(self)->%s = %s;", class, r.words["years"], m.Attribute.Name)
	case typeOf(getFunc(nil)):
		line("return (int32_t)%s_data(self)->%s;", class, r.words["years"])
	case typeOf(initFunc(nil)):
		line("%s_enter_parents(making, ev);", class)
	case typeOf(stringFunc(nil)):
		line("static const char text[] = \"called %d\";", does.b)
		if m.Owner("") == model.CallerOwned {
			line("return som_string_copy(text);")
		} else {
			line("return text;")
		}
	case typeOf(voidFunc(nil)):
		if keeps(m) {
			return r.gotC(i, m)
		}
		if !m.Class.OIDL() {
			line("(void)ev;")
		}
		line("(void)self, (void)x;")
	case typeOf(oddFunc(nil)):
		line("return %s;", strings.ReplaceAll(r.drawn(cmp.Or(r.row.bodies[r.n-1][0], r.row.odd.body)), "::", "_"))
	case typeOf(doubleFunc(nil)):
		line("return (int32_t)n;")
	default:
		if does.raises {
			line("if (n %% 2 == 1) return %s_%s_raise(ev, %s), 0;", r.words["Zoo"], r.words[r.row.raises()], r.hunger())
		}
		line("int32_t v = %d * n + %d;", does.a, does.b)
		switch does.calls {
		case "parent":
			line("v += %s_parent_%s_%s(self, ev, n);", class, cname(i.Parents()[does.parent]), method)
			line("if (ev->major) return 0;")
		case "next":
			line("if (%s_has_next_%s(self)) v += %[1]s_next_%[2]s(self, ev, n);", class, method)
			line("if (ev->major) return 0;")
		}
		if does.c > 0 {
			line("v += %d * %s_change(%[2]s_data(self));", does.c, class)
		}
		line("return v;")
	}
	return b.String()
}

// other is what the members of an exception are that release 1 does not know.
const other = 77

// hunger are the members of the exception that methods raise, as arguments: the first that release 1 knows is the method's.
func (r *release) hunger() string {
	var all []string
	e := r.library.Lookup(r.words["Zoo"] + "::" + r.words[r.row.raises()]).(*model.Exception)
	for _, m := range e.Members {
		if r.word(m.Name) == "since" {
			all = append(all, "n")
		} else {
			all = append(all, fmt.Sprint(other))
		}
	}
	return strings.Join(all, ", ")
}

// fill writes what an author has written into a template that was generated: the bodies of functions, which comments name by
// what they implement, and in C++ what else classes have.
func fill(template string, body func(key string) string, inside func(class string) string) string {
	var b strings.Builder
	key, class, within := "", "", false
	for line := range strings.Lines(template) {
		text := strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(text, "/* "); ok && !within {
			if at := strings.IndexFunc(rest, func(r rune) bool { return r != ':' && r != '_' && !isLetter(r) }); at > 0 {
				key = strings.TrimSuffix(rest[:at], ":")
			}
		}
		if rest, ok := strings.CutPrefix(text, "class "); ok && inside != nil {
			class, _, _ = strings.Cut(rest, "_impl ")
		}
		if within && text == "}" {
			within = false
		}
		if !within && !strings.HasSuffix(text, "_impl() = default;") {
			b.WriteString(line)
		}
		switch {
		case text == "{" && key != "":
			within = true
			b.WriteString(body(key))
			key = ""
		case text == "public:" && class != "":
			b.WriteString(inside(class))
			class = ""
		}
	}
	return b.String()
}

func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// An otherEntry is the entry of a library that is another than the generated one, with some of the classes.
type otherEntry struct {
	name    string
	classes []*model.Interface
}

// otherEntries are those of release 2 where a class has a library of its own, or takes another's place.
func (r *release) otherEntries(classes []*model.Interface, module string) []otherEntry {
	if r.n == 1 || module != "Zoo" {
		return nil
	}
	if c, _ := r.substitution(); c != "" {
		return []otherEntry{{"here_" + r.row.id, classes}}
	}
	if r.row.apart == "" {
		return nil
	}
	is := func(i *model.Interface) bool { return r.word(i.Name) == r.row.apart }
	return []otherEntry{
		{"here_" + r.row.id, slices.DeleteFunc(slices.Clone(classes), is)},
		{"apart_" + r.row.id, slices.DeleteFunc(slices.Clone(classes), func(i *model.Interface) bool { return !is(i) })},
	}
}
