package cxx

import (
	"fmt"
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// class prints a class for those who use it: its description, its methods for receivers of all kinds, its handle.
func (u *unit) class(i *model.Interface) {
	u.within(i)
	u.describe(i)
	u.mixin(i)
	u.allMethods(i)
	u.handle(i)
}

// describe prints the description of a class that som.hpp asks for.
func (u *unit) describe(i *model.Interface) {
	ms, release := bound(i), u.releases.reached(i)
	major, minor := i.ClassVersion()
	u.Blank()
	u.F("struct %s_class_%08x {", plainName(i), release)
	u.F("\tSOM_LOCAL static constexpr const char *name = %s;", cabi.Quoted(i.ScopedName()))
	u.F("\tstatic constexpr std::uint32_t major = %d, minor = %d, count = %d;", major, minor, len(ms))
	names := cabi.List(ms, func(m *method) string { return cabi.Quoted(m.Name) })
	signatures := cabi.List(ms, func(m *method) string { return cabi.Quoted(cabi.Signature(m.Method)) })
	if len(ms) == 0 {
		names, signatures = "nullptr", "nullptr"
	}
	u.F("\tSOM_LOCAL static constexpr const char *const methods[] = {%s};", names)
	u.F("\tSOM_LOCAL static constexpr const char *const signatures[] = {%s};", signatures)
	u.L("\tSOM_LOCAL static inline som::tokens<count> bound;")
	u.F("\tusing parents = som::list<%s>;", cabi.List(i.Parents(), u.description))
	u.L("};")
	u.F("using %s = %s_class_%08x;", u.own(i, "_class"), plainName(i), release)
}

// mixin prints the methods that a class introduces, as members of a template that knows its receiver.
func (u *unit) mixin(i *model.Interface) {
	local := u.ofRelease(i)
	u.Blank()
	u.F("template <class som_Via> class %s {", u.own(i, "_methods"))
	u.L("\tconst som_Via &som_via() const noexcept { return static_cast<const som_Via &>(*this); }")
	u.Blank()
	u.L("public:")
	for n, m := range bound(i) {
		u.doc("\t", m.node())
		ret := ""
		if m.result != nil {
			ret = "return "
		}
		u.F("\t%s %s%s(%s) const { %ssom::call<%s, %s>(som_via()%s); }", local, cabi.Spaced(m.lateResult()), m.name, declared(m.params), ret, u.described(i, m.params), m.what(fmt.Sprint(n)), arguments(m.params))
	}
	for _, m := range introduced(i) {
		if m.Kind() != model.ProcedureMethod {
			continue
		}
		u.doc("\t", m.node())
		ret := ""
		if m.result != nil {
			ret = "return "
		}
		u.F("\t%s %s%s(%s) const { %ssom::call_procedure<%s, %s>(som_via(), %s%s%s); }", local, cabi.Spaced(m.lateResult()), m.name, declared(m.params), ret, u.described(i, m.params), m.what(""), cabi.Quoted(i.ScopedName()+"::"+m.Name), m.told(), arguments(m.params))
	}
	u.L("};")
}

// first returns the parent whose handle a class's handle derives from, or nil.
func first(i *model.Interface) *model.Interface {
	if ps := i.Parents(); len(ps) > 0 {
		return ps[0]
	}
	return nil
}

// beside returns the ancestors that the first parent and its ancestors are not: their methods have to be mixed in.
func beside(i *model.Interface) []*model.Interface {
	var all []*model.Interface
	p := first(i)
	for _, a := range i.Ancestors() {
		if rootHandle(a) != "som::object" && a != p && (p == nil || !p.Inherits(a)) {
			all = append(all, a)
		}
	}
	return all
}

// mixinOf returns the mixin of a class for a receiver.
func (g *generator) mixinOf(i *model.Interface, via string) string {
	if rootHandle(i) == "som::class_object" {
		return "som::metaclass_methods<" + via + ">"
	}
	return g.qualifiedOwn(i, "_methods") + "<" + via + ">"
}

// allOf returns the mixin of all that a class has.
func (g *generator) allOf(i *model.Interface, via string) string {
	switch {
	case i == nil || rootHandle(i) == "som::object":
		return "som::object_methods<" + via + ">"
	case rootHandle(i) == "som::class_object":
		return "som::class_object::som_methods<" + via + ">"
	}
	return g.qualifiedOwn(i, "_all") + "<" + via + ">"
}

// allMethods prints the template with all that a class introduces and inherits.
func (u *unit) allMethods(i *model.Interface) {
	u.Blank()
	bases := "public " + u.allOf(first(i), "som_Via")
	for _, a := range beside(i) {
		bases += ", public " + u.mixinOf(a, "som_Via")
	}
	u.F("template <class som_Via> class %s : %s, public %s<som_Via> {", u.own(i, "_all"), bases, u.own(i, "_methods"))
	using := u.visible(i, "som_Via", u.allOf(first(i), "som_Via"), false)
	if len(using) > 0 {
		u.L("public:")
	}
	for _, l := range using {
		u.L(l)
	}
	u.L("};")
}

// visible returns the declarations that say which method a name means that more than one base has: the class's own, else
// that of the leftmost path.
func (u *unit) visible(i *model.Interface, via, chain string, handle bool) []string {
	have := map[string]int{}
	own := map[string]bool{}
	var order []string
	count := func(a *model.Interface) {
		names := map[string]bool{}
		for _, m := range introduced(a) {
			if !names[m.name] {
				names[m.name] = true
				if have[m.name] == 0 {
					order = append(order, m.name)
				}
				have[m.name]++
				if a == i {
					own[m.name] = true
				}
			}
		}
	}
	for _, a := range append(i.Ancestors(), i) {
		if rootHandle(a) == "" {
			count(a)
		}
	}
	var lines []string
	for _, name := range order {
		if have[name] < 2 && !(handle && handleNames[name]) {
			continue
		}
		if own[name] {
			lines = append(lines, fmt.Sprintf("\tusing %s::%s;", u.mixinOf(i, via), name))
		} else if a := leftmost(i, name); a != nil && slices.Contains(beside(i), a) {
			lines = append(lines, fmt.Sprintf("\tusing %s::%s;", u.mixinOf(a, via), name))
		} else if a != nil {
			lines = append(lines, fmt.Sprintf("\tusing %s::%s;", chain, name))
		}
	}
	return lines
}

// leftmost returns the ancestor whose method of a name in C++ is found along the leftmost path, or nil.
func leftmost(i *model.Interface, name string) *model.Interface {
	for _, m := range introduced(i) {
		if m.name == name {
			return i
		}
	}
	for _, p := range i.Parents() {
		if a := leftmost(p, name); a != nil {
			return a
		}
	}
	return nil
}

// handle prints the handle of a class.
func (u *unit) handle(i *model.Interface) {
	name := plainName(i)
	base := "som::object"
	if p := first(i); p != nil {
		base = qualified(p)
	}
	up := fmt.Sprintf("som::handle<%s, %s, %s>", name, u.own(i, "_class"), base)
	u.Blank()
	u.doc("", &i.Node)
	bases := "public " + up
	for _, a := range beside(i) {
		bases += ", public " + u.mixinOf(a, name)
	}
	u.F("class %s : %s, public %s<%s> {", name, bases, u.own(i, "_methods"), name)
	u.L("public:")
	u.F("\tusing %s::handle;", up)
	u.F("\ttemplate <class som_Via> using som_methods = %s<som_Via>;", u.own(i, "_all"))
	for _, l := range u.visible(i, name, base, true) {
		u.L(l)
	}
	for _, d := range i.Decls {
		u.alias(d)
	}
	for _, a := range beside(i) {
		u.F("\t%s operator %s() const;", u.ofRelease(i), qualified(a))
	}
	for _, m := range initializers(i) {
		u.doc("\t", m.node())
		u.F("\t%s static %s %s(%s);", u.ofRelease(i), name, m.name, declared(m.initParams()))
	}
	for _, d := range i.StaticData() {
		u.doc("\t", &d.Node)
		u.F("\t%s static %s &%s() { return som::static_data<%s, %s>(%s, %s); }", u.ofRelease(i), typeName(d.Type), identifier(d.Name), u.own(i, "_class"), typeName(d.Type), cabi.Quoted(i.ScopedName()+"::"+d.Name), cabi.Quoted(cabi.DataSignature(d)))
	}
	u.L("};")
}

// initializers returns those that a class introduces.
func initializers(i *model.Interface) []*method {
	return slices.DeleteFunc(introduced(i), func(m *method) bool { return !m.IsInit() })
}

// alias prints the name that a type or constant of an interface has in the handle.
func (u *unit) alias(d model.Decl) {
	name := identifier(d.About().Name)
	switch d := d.(type) {
	case *model.Struct, *model.Union, *model.Enum, *model.Typedef, *model.Exception:
		u.F("\tusing %s = %s;", name, qualified(d))
	case *model.Const:
		u.F("\tstatic constexpr auto %s = %s;", name, qualified(d))
	}
}

// handleFunctions prints the functions of a handle that need other handles and types.
func (u *unit) handleFunctions(i *model.Interface) {
	name := plainName(i)
	for _, a := range beside(i) {
		u.within(i)
		u.Blank()
		u.F("inline %s::operator %s() const { return som::borrowed<%s>(som::ref(*this)); }", name, qualified(a), qualified(a))
	}
	for _, m := range initializers(i) {
		u.within(i)
		n := slices.IndexFunc(bound(i), func(b *method) bool { return b.Name == m.Name })
		u.Blank()
		args := arguments(m.initParams())
		if args != "" {
			args = args[2:]
		}
		u.F("inline %s %s::%s(%s) {", name, name, m.name, declared(m.initParams()))
		u.F("\treturn som::make<%s, %s, %s>(%s);", seen(i, m.initParams()), u.described(i, m.initParams()), m.what(fmt.Sprint(n)), args)
		u.L("}")
	}
}

// seen returns the name of a class for a function with parameters, which may have that name.
func seen(i *model.Interface, ps []param) string {
	if hidden(plainName(i), ps) {
		return qualified(i)
	}
	return plainName(i)
}

// described returns the name of what describes a class, likewise.
func (g *generator) described(i *model.Interface, ps []param) string {
	if name := g.own(i, "_class"); !hidden(name, ps) {
		return name
	}
	return g.qualifiedOwn(i, "_class")
}

func hidden(name string, ps []param) bool {
	return slices.ContainsFunc(ps, func(p param) bool { return p.local == name })
}
