package rrbc_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// What follows writes C that is C++ as well, on som.h alone.

// signature is that of a method, and its types in C: of the result and of what comes behind the environment.
func signature(m *model.Method) (sig, result, params, args string) {
	switch goType(m) {
	case typeOf(setFunc(nil)):
		return "v:i", "void", ", int32_t n", ", n"
	case typeOf(getFunc(nil)):
		return "i:", "int32_t", "", ""
	case typeOf(initFunc(nil)):
		return "v:ps", "void", ", void *ctrl, const char *called", ", ctrl, called"
	case typeOf(stringFunc(nil)):
		return "s:", "char *", "", ""
	case typeOf(doubleFunc(nil)):
		return "i:d", "int32_t", ", double n", ", n"
	}
	return "i:i", "int32_t", ", int32_t n", ", n"
}

func cname(i *model.Interface) string { return model.CScoped(i) }

// calling is the function that calls a method by a class.
func calling(i *model.Interface, method string) string {
	return cname(i) + "_" + strings.TrimPrefix(method, "_")
}

// doing is the function that implements a method in a class.
func doing(i *model.Interface, method string) string {
	return cname(i) + "_do_" + strings.TrimPrefix(method, "_")
}

// usage writes what a client knows of a class.
func usage(b *strings.Builder, i *model.Interface) {
	c := cname(i)
	methods := bound(i)
	major, minor := i.ClassVersion()
	fmt.Fprintf(b, "static struct { som_classdata c; som_tok m[%d]; } %s_tokens;\n", len(methods)+1, c)
	list := func(what string, texts []string) {
		fmt.Fprintf(b, "\tstatic const char *const %s[] = {", what)
		for _, t := range texts {
			fmt.Fprintf(b, "%q, ", t)
		}
		b.WriteString("NULL};\n")
	}
	var names, sigs, bases []string
	versions := "{"
	for _, m := range methods {
		sig, _, _, _ := signature(&m.method)
		names, sigs = append(names, m.name), append(sigs, sig)
	}
	for _, a := range inherited(i)[1:] {
		major, minor := a.ClassVersion()
		bases = append(bases, name(a))
		versions += fmt.Sprintf("{%q, %d, %d}, ", name(a), major, minor)
	}
	fmt.Fprintf(b, "static int %s_bind(som_env *ev) {\n", c)
	list("methods", names)
	list("sigs", sigs)
	fmt.Fprintf(b, "\tstatic const som_base bases[] = %s{NULL, 0, 0}};\n", versions)
	fmt.Fprintf(b, "\tsom_binding b = {sizeof b, %d, %q, %d, %d, methods, sigs, bases, %d};\n", len(methods), name(i), major, minor, len(bases))
	fmt.Fprintf(b, "\treturn som_bound(&%s_tokens.c) ? SOM_OK : som_class_bind(&b, &%[1]s_tokens.c, ev);\n}\n", c)
	fmt.Fprintf(b, "static inline som_ref %s_new(som_env *ev) { return %[1]s_bind(ev) == SOM_OK ? som_new(%[1]s_tokens.c.cls, ev) : NULL; }\n", c)
	fmt.Fprintf(b, "static inline int %s_is(som_ref o) { return %[1]s_bind(NULL) == SOM_OK && som_isa(o, &%[1]s_tokens.c); }\n", c)
	for k, m := range methods {
		_, result, params, args := signature(&m.method)
		fmt.Fprintf(b, "static inline %s %s(som_ref self, som_env *ev%s) {\n", result, calling(i, m.method.Name), params)
		fmt.Fprintf(b, "\tif (%s_bind(ev) != SOM_OK) return%s;\n", c, map[bool]string{true: "", false: " 0"}[result == "void"])
		fmt.Fprintf(b, "\treturn ((%s (*)(som_ref, som_env *%s))som_resolve(self, %s_tokens.m[%d]))(self, ev%s);\n}\n", result, params, c, k, args)
	}
	b.WriteString("\n")
}

// implementation writes the class itself.
func (r *release) implementation(b *strings.Builder, i *model.Interface) {
	c := cname(i)
	size, _ := layout(i)
	if size > 0 {
		r.data(b, i)
	}
	var introduces, overrides, selects []string
	for _, e := range i.ReleaseOrder() {
		switch {
		case e.Data != nil:
		case e.IsPlaceholder():
			introduces = append(introduces, fmt.Sprintf("{%q, NULL, NULL, NULL, SOM_STATIC}", e.Name))
		case e.Migrated != nil:
			introduces = append(introduces, fmt.Sprintf("{%q, NULL, NULL, %q, SOM_STATIC}", e.Name, name(e.Migrated)))
		default:
			sig, _, _, _ := signature(e.Method)
			kind := map[model.MethodKind]string{model.StaticMethod: "SOM_STATIC", model.NonstaticMethod: "SOM_NONSTATIC", model.ProcedureMethod: "SOM_PROCEDURE"}[e.Method.Kind()]
			r.method(b, i, e.Method)
			introduces = append(introduces, fmt.Sprintf("{%q, %q, (som_proc *)%s, NULL, %s}", e.Name, sig, doing(i, e.Name), kind))
		}
	}
	for _, o := range implemented(i) {
		m := i.FindMethod(o.Name)
		sig, _, _, _ := signature(m)
		r.method(b, i, m)
		overrides = append(overrides, fmt.Sprintf("{%q, (som_proc *)%s, %q}", name(m.Class)+"::"+m.Name, doing(i, m.Name), sig))
	}
	for _, o := range i.Implementation.Overrides {
		if v, ok := model.ModifierOf(o.Modifiers, "select"); ok {
			selects = append(selects, fmt.Sprintf("{%q, %q}", o.Name, name(i.AncestorNamed(v))))
		}
	}
	if initializes(i) {
		fmt.Fprintf(b, "static void %s_init(som_ref self, som_env *ev, void *x) {\n\tprintf(\"init %s\\n\");\n", c, name(i))
		if hasData(i) {
			fmt.Fprintf(b, "\t%s_set(%[1]s_data(self), %d);\n", c, r.begins(i))
		}
		b.WriteString("}\n")
	}
	if destroys(i) {
		fmt.Fprintf(b, "static void %s_fini(som_ref self, void *x) { printf(\"fini %s\\n\"); }\n", c, name(i))
	}
	r.description(b, i, introduces, overrides, selects)
}

// data writes the structure of instance variables, and how they change.
func (r *release) data(b *strings.Builder, i *model.Interface) {
	c := cname(i)
	fmt.Fprintf(b, "typedef struct {")
	var set, same strings.Builder
	for k, m := range members(i) {
		dim := ""
		if m.array > 0 {
			dim = fmt.Sprintf("[%d]", m.array)
		}
		fmt.Fprintf(b, " %s %s%s;", m.ctype, m.name, dim)
		switch {
		case k >= len(i.InstanceData()), r.word(m.name) == "years": // an attribute's
		case r.word(m.name) == "count":
			fmt.Fprintf(&set, "\td->%s = count;\n", m.name)
		case m.array > 0:
			fmt.Fprintf(&set, "\tfor (int k = 0; k < %d; k++) d->%s[k] = (%s)(count * (%d + k));\n", m.array, m.name, m.ctype, m.factor)
			fmt.Fprintf(&same, "\tfor (int k = 0; k < %d; k++) same = same && d->%s[k] == (%s)(count * (%d + k));\n", m.array, m.name, m.ctype, m.factor)
		default:
			fmt.Fprintf(&set, "\td->%s = (%s)(count * %d);\n", m.name, m.ctype, m.factor)
			fmt.Fprintf(&same, "\tsame = same && d->%s == (%s)(count * %d);\n", m.name, m.ctype, m.factor)
		}
	}
	fmt.Fprintf(b, " } %sData;\n", c)
	fmt.Fprintf(b, "static %sData *%[1]s_data(som_ref self) { return (%[1]sData *)som_data(self, %[1]s_tokens.c.data); }\n", c)
	if !hasData(i) {
		return
	}
	count := r.words["count"]
	fmt.Fprintf(b, "static void %s_set(%[1]sData *d, int32_t count) {\n%s}\n", c, &set)
	fmt.Fprintf(b, "static int32_t %s_change(%[1]sData *d) {\n\tint32_t count = d->%s, same = 1;\n%s\t%[1]s_set(d, count + 1);\n\treturn same ? count + 1 : -100000000;\n}\n", c, count, &same)
}

// method writes an implementation.
func (r *release) method(b *strings.Builder, i *model.Interface, m *model.Method) {
	does := r.code(i, m.Name)
	_, result, params, _ := signature(m)
	fmt.Fprintf(b, "static %s %s(som_ref self, som_env *ev%s) {\n", result, doing(i, m.Name), params)
	switch {
	case m.Attribute != nil:
		r.accessor(b, i, m)
	case m.IsInit():
	case isString(m.Operation.Result):
		fmt.Fprintf(b, "\tstatic char text[] = \"called %d\";\n", does.b)
		if m.Owner("") == model.CallerOwned {
			b.WriteString("\treturn strcpy((char *)som_allocate(sizeof text), text);\n")
		} else {
			b.WriteString("\treturn text;\n")
		}
	case !takesNumber(m):
		b.WriteString("\treturn (int32_t)n;\n")
	default:
		r.number(b, i, m, does)
	}
	b.WriteString("}\n")
}

func (r *release) accessor(b *strings.Builder, i *model.Interface, m *model.Method) {
	field := m.Attribute.Name
	if m.Attribute.HasModifier("nodata") {
		field = r.words["years"] // where those that are written by hand keep it
	}
	if m.Set {
		fmt.Fprintf(b, "\t%s_data(self)->%s = n;\n", cname(i), field)
	} else {
		fmt.Fprintf(b, "\treturn (int32_t)%s_data(self)->%s;\n", cname(i), field)
	}
}

// number writes what code says.
func (r *release) number(b *strings.Builder, i *model.Interface, m *model.Method, does code) {
	c := cname(i)
	if does.raises {
		fmt.Fprintf(b, "\tif (n %% 2 == 1) return som_raise_user(ev, \"IDL:%s/%s:1.0\", NULL, NULL), 0;\n", r.words["Zoo"], r.words["Hungry"])
	}
	fmt.Fprintf(b, "\tint32_t v = %d * n + %d;\n", does.a, does.b)
	token := fmt.Sprintf("%s_tokens.m[%d]", cname(m.Class), slices.IndexFunc(bound(m.Class), func(x binds) bool { return x.method.Name == m.Name }))
	if does.calls != "" {
		fmt.Fprintf(b, "\tif (%s_bind(ev) != SOM_OK) return 0;\n", cname(m.Class))
	}
	const call = "\tif (p) v += ((int32_t (*)(som_ref, som_env *, int32_t))p)(self, ev, n);\n\tif (ev->major) return 0;\n"
	switch does.calls {
	case "parent":
		fmt.Fprintf(b, "\tsom_proc *p = som_parent_proc(%s_tokens.c.cls, %d, %s, ev);\n%s", c, does.parent, token, call)
	case "next":
		fmt.Fprintf(b, "\tsom_proc *p = som_next_proc(%s_tokens.c.cls, self, %s);\n%s", c, token, call)
	}
	if does.c > 0 {
		fmt.Fprintf(b, "\tv += %d * %s_change(%s_data(self));\n", does.c, c, c)
	}
	b.WriteString("\treturn v;\n")
}

// description writes the function that defines the class.
func (r *release) description(b *strings.Builder, i *model.Interface, introduces, overrides, selects []string) {
	c := cname(i)
	size, align := layout(i)
	major, minor := i.ClassVersion()
	fmt.Fprintf(b, "static int %s_define(som_env *ev) {\n\tsom_class_desc d;\n\tmemset(&d, 0, sizeof d);\n", c)
	fmt.Fprintf(b, "\td.size_of = sizeof d;\n\td.name = %q;\n\td.major = %d;\n\td.minor = %d;\n\td.data_size = %d;\n\td.data_align = %d;\n", name(i), major, minor, size, align)
	list := func(field, count, ctype, size string, elems []string) {
		if len(elems) > 0 {
			fmt.Fprintf(b, "\tstatic const %s %s[] = {%s};\n\td.%[2]s = %[2]s;\n\td.%[4]s = %[5]d;\n", ctype, field, strings.Join(elems, ", "), count, len(elems))
			if size != "" {
				fmt.Fprintf(b, "\td.%s = sizeof *%s;\n", size, field)
			}
		}
	}
	names := func(is []*model.Interface) (all []string) {
		for _, x := range is {
			all = append(all, fmt.Sprintf("%q", name(x)))
		}
		return all
	}
	list("parents", "nparents", "char *const", "", names(i.Parents()))
	list("introduces", "nintroduces", "som_method", "method_size", introduces)
	list("overrides", "noverrides", "som_override", "override_size", overrides)
	list("selects", "nselects", "som_select", "select_size", selects)
	if _, ok := i.ClassModifier("directinitclasses"); ok {
		list("init_classes", "ninit_classes", "char *const", "", names(i.DirectInitClasses()))
	}
	if m := i.Metaclass(); m != nil {
		fmt.Fprintf(b, "\td.metaclass = %q;\n", name(m))
	}
	if initializes(i) {
		fmt.Fprintf(b, "\td.init = %s_init;\n", c)
	}
	if destroys(i) {
		fmt.Fprintf(b, "\td.fini = %s_fini;\n", c)
	}
	b.WriteString("\tsom_class *c = som_class_define(&d, ev);\n\tif (!c) return (int)ev->code;\n")
	fmt.Fprintf(b, "\tif (%s_bind(ev) != SOM_OK) {\n\t\tsom_class_unload(c, NULL);\n\t\treturn (int)ev->code;\n\t}\n\tsom_release((som_ref)c);\n\treturn SOM_OK;\n}\n\n", c)
}
