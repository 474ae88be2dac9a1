package c

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// IBM's C++ bindings are in this file: a class of C++ for each of SOM's, without members, whose functions call what the header for C has.

// classesXH returns the header for those who use a file's classes in C++ as IBM had it.
func (u *unit) classesXH() []byte {
	u.head(u.title())
	end := u.guard(u.Stem + ".xh")
	u.L("#include <som.xh>")
	for _, f := range u.xhIncludes() {
		u.F("#include %s", cabi.Include(f))
	}
	u.Blank()
	for _, c := range u.xhNames() {
		u.F("class %s;", c)
	}
	u.F("#include %s", cabi.Include(u.Stem+".h"))
	for _, c := range u.Classes {
		u.classXH(c)
	}
	end()
	return []byte(u.Cut(0))
}

// xhIncludes returns the headers of the files that a file includes: those of C++ where there are such.
func (u *unit) xhIncludes() []string {
	var all []string
	for _, s := range u.Includes(u.spec, func(f *model.File) bool { return !f.Standard && !cabi.IsGivenFile(f) }) {
		all = append(all, s+".xh")
	}
	return all
}

// implementationXH returns the header for the one unit that implements a file's classes in C++.
func (u *unit) implementationXH() []byte {
	u.head("For the unit that implements " + cabi.List(u.Classes, func(i *model.Interface) string { return i.ScopedName() }) + " in C++, and for no other.")
	end := u.guard(u.Stem + ".xih")
	u.F("#include %s", cabi.Include(u.Stem+".xh"))
	u.F("#include %s", cabi.Include(u.Stem+".ih"))
	end()
	return []byte(u.Cut(0))
}

// xhNames returns the classes that a file's classes name.
func (u *unit) xhNames() []string {
	var all []string
	add := func(object string) {
		if object != "" && !slices.Contains(all, object) {
			all = append(all, object)
		}
	}
	for _, c := range u.Classes {
		add(cname(c))
		for _, m := range u.xhMethods(c) {
			add(m.object)
			for _, p := range m.params {
				add(p.object)
			}
		}
	}
	return all
}

// firstParent returns the parent that a class has in C++ too: the first one. Of several each would have what they share at an address of its
// own, and an object has one.
func firstParent(i *model.Interface) *model.Interface {
	if ps := i.Parents(); len(ps) > 0 {
		return ps[0]
	}
	return nil
}

// xhMethods returns the methods that a class declares in C++: those it introduces, and those of ancestors that it has by other parents than the first.
func (u *unit) xhMethods(i *model.Interface) []*method {
	had := map[*model.Interface]bool{}
	for p := firstParent(i); p != nil; p = firstParent(p) {
		for _, a := range append(p.Ancestors(), p) {
			had[a] = true
		}
	}
	all, names := u.introduced(i), map[string]bool{}
	for _, m := range all {
		names[m.name] = true
	}
	for _, a := range i.Ancestors() {
		if had[a] || isRoot(a) {
			continue
		}
		for _, m := range u.introduced(a) {
			if !names[m.name] {
				names[m.name] = true
				all = append(all, m)
			}
		}
	}
	return slices.DeleteFunc(all, func(m *method) bool { return m.hidden || m.init })
}

// xhRoots returns the root classes that a class has by other parents than the first.
func (u *unit) xhRoots(i *model.Interface) []*model.Interface {
	first := firstParent(i)
	return slices.DeleteFunc(slices.Clone(i.Ancestors()), func(a *model.Interface) bool {
		return !isRoot(a) || a.ScopedName() == "SOMObject" || first == nil || first == a || first.Inherits(a)
	})
}

// classXH prints a class.
func (u *unit) classXH(i *model.Interface) {
	name, base := cname(i), "SOMObject"
	if p := firstParent(i); p != nil {
		base = cname(p)
	}
	u.Blank()
	u.comment(append([]string{"Class " + i.ScopedName() + u.descent(i) + "."}, cabi.DocLines(&i.Node)...)...)
	u.F("class %s : public %s {", name, base)
	u.L("public:")
	u.F("\tSOM_XH_INLINE %s() {}", name)
	if _, abstract := i.ClassModifier("abstract"); abstract || isMeta(i) {
		why := "is_abstract"
		if isMeta(i) {
			why = "makes_classes_by_NewClass"
		}
		u.F("\tvoid *operator new(size_t, struct %s_%s);", name, why)
	} else {
		u.F("\tSOM_XH_INLINE void *operator new(size_t n) SOM_XH_NOTHROW {")
		u.L("\t\tSOM_XH_SIZE(n);")
		u.F("\t\treturn som_xh_seen(n, %sNew());", name)
		u.L("\t}")
	}
	u.refusedXH(i)
	for _, m := range u.xhMethods(i) {
		u.methodXH(i, m)
	}
	for _, a := range u.xhRoots(i) {
		u.F("\tSOM_XH_OF_%s", cname(a))
	}
	for _, d := range i.StaticData() {
		u.F("\tSOM_XH_INLINE static %s*%s() { return %s(); }", cabi.Spaced(typeName(d.Type)), xhName(i, d.Name), usageName(i, d.Name))
	}
	u.L("};")
}

// refusedXH prints the constructors that IBM's classes had of initializers, for compilers to say what makes such objects here: operator new, which may
// have nothing to return, makes an object before any constructor sees it, and a constructor whose initializer raised could not take it back.
func (u *unit) refusedXH(i *model.Interface) {
	if _, abstract := i.ClassModifier("abstract"); abstract || isMeta(i) {
		return
	}
	access := "private"
	for _, m := range u.introduced(i) {
		if !m.init || m.hidden || len(m.params) == 0 {
			continue
		}
		var ps []param
		if !m.oidl {
			ps = append(ps, param{typ: "Environment *", name: "ev"})
		}
		for _, p := range m.valued() {
			if p.name == "self" || p.typ == "som_making *" || p.typ == "som_env *" {
				continue
			}
			if p.object != "" {
				p.typ = strings.Replace(p.typ, "som_ref", p.object+" *", 1)
			}
			ps = append(ps, p)
		}
		if len(ps) == 0 {
			continue
		}
		if access != "" {
			u.F("%s:", access)
			access = ""
		}
		u.F("\texplicit %s(%s, struct is_made_by_%sNew_%s * = NULL);", cname(i), cabi.List(ps, param.String), cname(i), m.name)
	}
	if access == "" {
		u.L("public:")
	}
}

// xhName returns what a method is called in a class of C++, where a function of the class's name would begin its objects.
func xhName(i *model.Interface, method string) string {
	name := memberName(method)
	if name == cname(i) {
		name += "_"
	}
	return name
}

func (u *unit) methodXH(i *model.Interface, m *method) {
	usage := usageName(m.class, m.name)
	result, give := m.result, "return "
	switch {
	case m.value != "":
		result, usage = m.value, "som_value_"+usage
	case m.long != "":
		result, usage = m.long, "som_long_"+usage
	case m.object != "":
		result = m.object + " *"
		give = "return (" + result + ")"
	case m.result == "const char *":
		result, give = "char *", "return (char *)"
	case m.result == "void":
		give = ""
	}
	var ps []param
	static := "static "
	args := cabi.List(m.valued(), func(p param) string {
		if p.name == "self" {
			static = ""
			return "(som_ref)this"
		}
		given := p.name
		if p.id {
			given, p.typ = "somStringFromId("+p.name+")", "somId"
		}
		if p.object != "" {
			given = "(" + p.typ + ")" + p.name
			p.typ = strings.Replace(p.typ, "som_ref", p.object+" *", 1)
		}
		ps = append(ps, p)
		return given
	})
	body := fmt.Sprintf("{ %s%s(%s); }", give, usage, args)
	u.F("\tSOM_XH_INLINE %s%s %s", static, prototype(result, xhName(i, m.name), cabi.List(ps, param.String)), body)
}
