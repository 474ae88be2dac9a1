package c

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// usage returns the header for those who use a file's classes.
func (u *unit) usage() []byte {
	u.head(u.title())
	if u.opt.Compat {
		u.F("#if defined(SOM_XH) && !defined(%s)", cabi.Guard(u.Stem+".xh"))
		u.F("#include %s", cabi.Include(u.Stem+".xh"))
		u.L("#endif")
	}
	end := u.guard(u.Stem + ".h")
	u.passthru("C_h", true)
	if u.opt.Compat {
		u.style()
		u.L("#include <som_compat.h>")
	} else {
		u.L("#include <som_c.h>")
	}
	for _, s := range u.includes() {
		u.F("#include %s", cabi.Include(s+".h"))
	}
	u.passthru("C_h", false)
	u.externC(func() {
		u.types()
		u.exceptions()
		for _, c := range u.Classes {
			u.class(c)
		}
	})
	if u.opt.Compat {
		for _, c := range u.Classes {
			u.compatUsage(c)
		}
		u.compatTypeNames()
	}
	end()
	return []byte(u.Cut(0))
}

// externC prints what has C's linkage in C++ too.
func (u *unit) externC(print func()) {
	u.Blank()
	u.L("#ifdef __cplusplus")
	u.L(`extern "C" {`)
	u.L("#endif")
	print()
	u.Blank()
	u.L("#ifdef __cplusplus")
	u.L("}")
	u.L("#endif")
}

func (u *unit) title() string {
	switch len(u.Classes) {
	case 0:
		return "Types and constants of " + u.Stem + ".idl."
	case 1:
		return "The class " + u.Classes[0].ScopedName() + ", for those who use it."
	}
	return "The classes " + cabi.List(u.Classes, func(i *model.Interface) string { return i.ScopedName() }) + ", for those who use them."
}

// passthru prints what the IDL hands to the files of one kind, in front of or behind what they include.
func (u *unit) passthru(target string, before bool) {
	for _, c := range u.Classes {
		if c.Implementation == nil || u.bare {
			continue
		}
		for _, p := range c.Implementation.Passthru {
			if p.Target == target && p.Before == before {
				u.L(p.Text)
			}
		}
	}
}

// A binding is what a client has of a class: tokens by name, procedures and names that it has looked up.
type binding struct {
	class      *model.Interface
	symbol     string
	methods    []*method // with a token
	procedures []string
	named      []string
}

func (g *generator) bindingOf(i *model.Interface) *binding {
	b := &binding{class: i}
	for _, m := range g.introduced(i) {
		switch {
		case m.hidden || isGiven(i) && givenMethods[i.ScopedName()][m.name] == "":
		case m.kind == model.ProcedureMethod:
			b.procedures = append(b.procedures, m.name)
		case m.named:
			b.named = append(b.named, m.name)
		default:
			b.methods = append(b.methods, m)
		}
	}
	for _, d := range i.StaticData() {
		b.procedures = append(b.procedures, d.Name)
	}
	// The name says what is in it, and all that is looked at when it is filled: units of one client that were compiled with headers
	// of different releases each have their own, so that each is refused what it would do wrong.
	h := fnv.New32a()
	fmt.Fprintf(h, "%+v", g.boundBy(i, b.methods, func(m *method) string { return m.name }))
	for _, m := range g.introduced(i) {
		if m.kind == model.ProcedureMethod || m.named {
			fmt.Fprintf(h, "%t%q%q", m.named, m.name, m.told())
		}
	}
	for _, d := range i.StaticData() {
		fmt.Fprintf(h, "%q%q", d.Name, cabi.DataSignature(d))
	}
	b.symbol = fmt.Sprintf("%s_binding_%08x", cname(i), h.Sum32())
	return b
}

// class prints what there is for users of a class.
func (u *unit) class(i *model.Interface) {
	b := u.bindingOf(i)
	u.owned(i)
	u.Blank()
	u.comment(append([]string{"Class " + i.ScopedName() + u.descent(i) + "."}, cabi.DocLines(&i.Node)...)...)
	major, minor := i.ClassVersion()
	u.F("enum { %s = %d, %s = %d };", u.own(i, "_major"), major, u.own(i, "_minor"), minor)
	u.Blank()
	u.comment("What this client knows of the class: filled when it is first used, and seen by no other client.")
	u.F("SOM_PER_CLIENT struct %s {", b.symbol)
	u.F("\tsom_classdata c;")
	for _, f := range []struct {
		n    int
		decl string
	}{{len(b.methods), "som_tok m"}, {len(b.procedures), "som_proc *p"}, {len(b.named), "const som_name *n"}} {
		if f.n > 0 {
			u.F("\t%s[%d];", f.decl, f.n)
		}
	}
	u.F("} %s;", b.symbol)
	u.Blank()
	u.comment("Binds the class, which is loaded if need be. Calls do so themselves; with SOM_BOUND defined they expect it done.")
	u.F("static inline int %s(som_env *ev) {", u.own(i, "_bind"))
	u.bindingTable(i, b.methods, func(m *method) string { return m.name })
	u.F("\treturn som_bind(&binding, &%s.c, ev);", b.symbol)
	u.F("}")
	u.comment("Gives the class up, so that it can be unloaded; no thread may use it meanwhile.")
	u.F("static inline void %s(void) {", u.own(i, "_unbind"))
	u.F("\tsom_class_unbind(&%s.c);", b.symbol)
	u.F("\tmemset(&%[1]s, 0, sizeof %[1]s);", b.symbol)
	u.F("}")
	u.comment("The class, borrowed; NULL if it cannot be had.")
	u.F("static inline som_class *%s(som_env *ev) {", u.own(i, "_class"))
	u.F("\treturn som_bound(&%[1]s.c) || %[2]s(ev) == SOM_OK ? %[1]s.c.cls : NULL;", b.symbol, u.own(i, "_bind"))
	u.F("}")
	u.comment("Whether an object is one of the class or of a descendant; and the object if so, else NULL.")
	u.F("static inline int %s(const som_object *o) {", u.own(i, "_is"))
	u.F("\treturn som_is(o, &%s.c, %s, %s);", b.symbol, cabi.Quoted(i.ScopedName()), u.own(i, "_bind"))
	u.F("}")
	u.F("static inline som_ref %s(som_ref o) { return o && %s(o) ? o : NULL; }", u.own(i, "_cast"), u.own(i, "_is"))
	if len(b.methods) > 0 {
		u.F("static inline som_tok %s(uint32_t n, som_env *ev) { return %s(ev) == SOM_OK ? som_token(&%s.m[n]) : 0; }", u.own(i, "_token"), u.own(i, "_bind"), b.symbol)
	}
	u.creation(i)
	for n, m := range b.methods {
		u.offset(i, m, fmt.Sprintf("som_token(&%s.m[%d])", b.symbol, n), fmt.Sprintf("%s(%d, %s)", u.own(i, "_token"), n, m.environment()))
	}
	for _, m := range u.introduced(i) {
		if m.hidden {
			continue
		}
		if n := slices.Index(b.procedures, m.name); m.kind == model.ProcedureMethod {
			u.call(i, m, fmt.Sprintf("som_proc *proc = som_procedure(&%s.p[%d], %s(%s), %s, %s, %s);", b.symbol, n, u.own(i, "_class"), m.environment(), cabi.Quoted(m.qualified()), m.told(), m.environment()), "proc", "proc")
		} else if n := slices.Index(b.named, m.name); m.named {
			u.call(i, m, fmt.Sprintf("som_proc *proc = som_named(self, &%s.n[%d], %s, %s, %s);", b.symbol, n, cabi.Quoted(m.qualified()), m.told(), m.environment()), "proc", "proc")
		}
	}
	for _, d := range i.StaticData() {
		u.staticData(i, d, b)
	}
	u.inherited(i)
}

func (u *unit) descent(i *model.Interface) string {
	ps := i.Parents()
	if len(ps) == 0 {
		return ""
	}
	return ", of " + cabi.List(ps, func(p *model.Interface) string { return p.ScopedName() })
}

// A check is what a class is bound by: methods, as names has them, with their signatures, and the ancestors of which those who compiled
// it know, so that a release with others is refused. Each is a line of C.
type check struct {
	Names, Sigs, Bases []string
	Major, Minor       int
}

func (g *generator) boundBy(i *model.Interface, ms []*method, name func(*method) string) check {
	var by check
	for _, m := range ms {
		by.Names, by.Sigs = append(by.Names, cabi.Quoted(name(m))), append(by.Sigs, m.told())
	}
	for _, a := range i.Ancestors() {
		if isRoot(a) {
			continue
		}
		major, minor := a.ClassVersion()
		if f := a.File(); f != nil && f.Standard {
			major, minor = 0, 0 // IBM's, which are not those of the classes that take their place
		}
		by.Bases = append(by.Bases, fmt.Sprintf("{%s, %d, %d}", cabi.Quoted(a.ScopedName()), major, minor))
	}
	by.Major, by.Minor = i.ClassVersion()
	return by
}

// bindingTable prints what a class is bound by.
func (u *unit) bindingTable(i *model.Interface, ms []*method, name func(*method) string) {
	row := func(array, ctype string, elems []string) string {
		if len(elems) == 0 {
			return "NULL"
		}
		u.F("\tstatic const %s%s[] = {%s};", ctype, array, strings.Join(elems, ", "))
		return array
	}
	by := u.boundBy(i, ms, name)
	from := row("methods", "char *const ", by.Names)
	was := row("sigs", "char *const ", by.Sigs)
	under := row("bases", "som_base ", by.Bases)
	u.F("\tstatic const som_binding binding = {sizeof(som_binding), %d, %s, %d, %d, %s, %s, %s, %d};", len(ms), cabi.Quoted(i.ScopedName()), by.Major, by.Minor, from, was, under, len(by.Bases))
}

// creation prints what makes objects.
func (u *unit) creation(i *model.Interface) {
	if _, abstract := i.ClassModifier("abstract"); abstract || isMeta(i) || i.ScopedName() == "SOMClassMgr" {
		return
	}
	u.Blank()
	u.comment("A new object, the caller's, ended by som_release; NULL where it raises.")
	u.F("static inline som_ref %s(som_env *ev) {", u.own(i, "_new"))
	u.F("\tsom_class *c = %s(ev);", u.own(i, "_class"))
	u.F("\treturn c ? som_new(c, ev) : NULL;")
	u.F("}")
}

// constructor prints what makes an object by one of the class's initializers.
func (u *unit) constructor(i *model.Interface, m *method) {
	if _, abstract := i.ClassModifier("abstract"); abstract || isMeta(i) || isRoot(i) || !m.init || len(m.params) == 0 {
		return
	}
	ps := append([]param{{typ: "som_env *", name: "ev"}}, m.params[1:]...)
	args := cabi.List(m.shown(), func(p param) string {
		switch p.name {
		case "self":
			return "som_made(making)"
		case "ev":
			return "env"
		}
		return p.name
	})
	u.F("static inline som_ref %s(%s) {", u.own(i, "_new_"+m.name), declared(ps))
	u.F("\tsom_env own, *env = som_env_or(ev, &own);")
	u.F("\tsom_class *cls = %s(env);", u.own(i, "_class"))
	u.F("\tsom_making *making = cls ? som_begin(cls, env) : NULL;")
	u.F("\tif (making) %s(%s);", usageName(i, m.name), args)
	u.F("\treturn som_env_done(ev, &own, making ? som_end(making, env) : NULL);")
	u.F("}")
}

// offset prints the function that calls a method by its token, and the one that does so the first time: a function of its own,
// so that on the way of all other calls nothing is saved for it.
func (u *unit) offset(i *model.Interface, m *method, bound, bind string) {
	first := u.first(i, m)
	call := fmt.Sprintf("(%ssom_resolve(self, token))(%s)", m.cast(), m.arguments())
	again := fmt.Sprintf("%s(%s)", first, cabi.List(m.shown(), func(p param) string { return p.name }))
	u.Blank()
	u.F("SOM_COLD %s {", prototype(m.result, first, declared(m.shown())))
	u.F("\tsom_tok token = %s;", bind)
	if m.result == "void" {
		u.F("\tif (token) %s;", call)
	} else {
		u.F("\treturn token ? %s : %s;", call, m.nothing())
	}
	u.F("}")
	u.callHead(i, m)
	u.F("\tsom_tok token = %s;", bound)
	if m.result == "void" {
		u.F("\tif (SOM_LIKELY(token))")
		u.F("\t\t%s;", call)
		u.F("\telse")
		u.F("\t\t%s;", again)
	} else {
		u.F("\treturn SOM_LIKELY(token) ? %s : %s;", call, again)
	}
	u.F("}")
	u.constructor(i, m)
}

func (u *unit) callHead(i *model.Interface, m *method) {
	if doc := append([]string{m.idl}, m.doc...); m.idl != "" {
		u.comment(doc...)
	}
	u.F("static inline %s {", prototype(m.result, usageName(i, m.name), declared(m.shown())))
}

// call prints the function that calls a method which is found in another way.
func (u *unit) call(i *model.Interface, m *method, find, found, proc string) {
	u.Blank()
	u.callHead(i, m)
	u.F("\t%s", find)
	call := fmt.Sprintf("(%s%s)(%s)", m.cast(), proc, m.arguments())
	if m.result == "void" {
		u.F("\tif (%s) %s;", found, call)
	} else {
		u.F("\treturn %s ? %s : %s;", found, call, m.nothing())
	}
	u.F("}")
	u.constructor(i, m)
}

func (u *unit) staticData(i *model.Interface, d *model.Member, b *binding) {
	typ := typeName(d.Type)
	u.Blank()
	u.comment(append([]string{"static data " + d.Type.String() + " " + d.Name + ": where it is; NULL if the class cannot be had, or has it of another type"}, cabi.DocLines(&d.Node)...)...)
	u.F("static inline %s*%s(void) {", cabi.Spaced(typ), usageName(i, d.Name))
	u.F("\tsom_proc *proc = som_procedure(&%s.p[%d], %s(NULL), %s, %s, NULL);", b.symbol, slices.Index(b.procedures, d.Name), u.own(i, "_class"), cabi.Quoted(i.ScopedName()+"::"+d.Name), cabi.Quoted(cabi.DataSignature(d)))
	u.F("\treturn proc ? (%s*)((void *(*)(void))proc)() : NULL;", cabi.Spaced(typ))
	u.F("}")
}

// inherited prints functions by the class's own name for what it inherits from other classes than the root ones.
func (u *unit) inherited(i *model.Interface) {
	seen, taken := map[string]bool{}, map[string]bool{}
	for _, m := range i.Introduced() {
		seen[m.Name] = true
	}
	for _, d := range i.StaticData() { // whoever means the method has it by the name of its class
		taken[usageName(i, d.Name)] = true
	}
	first := true
	for _, a := range i.Ancestors() {
		if isRoot(a) {
			continue
		}
		for _, m := range u.introduced(a) {
			if seen[m.name] {
				continue
			}
			seen[m.name] = true
			m = u.find(i, m.name) // along the leftmost path
			if m == nil || m.hidden || m.init || isRoot(m.class) || taken[usageName(i, m.name)] {
				continue
			}
			if first {
				u.Blank()
				u.comment("Inherited.")
				first = false
			}
			give := "return "
			if m.result == "void" {
				give = ""
			}
			usage := usageName(m.class, m.name)
			u.F("static inline %s { %s%s(%s); }", prototype(m.result, usageName(i, m.name), declared(m.shown())), give, usage, cabi.List(m.shown(), func(p param) string { return p.name }))
		}
	}
}
