package cxx

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// All rules by which IDL names become names in C++ are in this file. Modules are namespaces; what is declared in an
// interface stands beside it, as Dog_Colour, and is Dog::Colour as well.

// identifier returns an IDL name as one of C++.
func identifier(name string) string {
	if reserved[name] || cabi.IsOwn(name) {
		return name + "_"
	}
	return name
}

// apart returns an IDL name as one of C++ that nothing beside it has: where C++ has the name for something else, underscores are put behind it as long
// as another is called so.
func apart(name string, taken func(string) bool) string {
	own := identifier(name)
	for own != name && taken(own) {
		own += "_"
	}
	return own
}

// memberName returns the name of a member of a structure or an exception.
func memberName(d model.Decl, name string) string {
	var members []*model.Member
	own, class := identifier(name), ""
	switch d := d.(type) {
	case *model.Struct:
		members = d.AllMembers()
	case *model.Exception:
		members, class = d.Members, plainName(d) // which would be its constructor
		if ownMembers[name] {
			own = name + "_"
		}
	}
	for own == class || own != name && slices.ContainsFunc(members, func(m *model.Member) bool { return m.Name == own }) {
		own += "_"
	}
	return own
}

// enumeratorName returns the name of an enumerator, within its enumeration.
func enumeratorName(e *model.Enumerator) string {
	return apart(e.Name, func(name string) bool {
		return slices.ContainsFunc(e.Enum().Enumerators, func(other *model.Enumerator) bool { return other.Name == name })
	})
}

// armName returns the name of an arm's functions, of which none is the union's constructor.
func armName(d *model.Union, c *model.Case) string {
	name := apart(c.Name, func(name string) bool {
		return slices.ContainsFunc(d.Cases, func(other *model.Case) bool { return other.Name == name })
	})
	if name == plainName(d) {
		name += "_"
	}
	return name
}

// isName returns the name of what tells whether a union has an arm: is_leaf, which gives way to an arm of that name.
func isName(d *model.Union, c *model.Case) string {
	name := "is_" + c.Name
	for name == plainName(d) || slices.ContainsFunc(d.Cases, func(other *model.Case) bool {
		return armName(d, other) == name || other != c && "is_"+other.Name == name
	}) {
		name += "_"
	}
	return name
}

// namespaces returns those around a declaration.
func namespaces(d model.Decl) []string {
	var all []string
	for s := d.About().Scope(); s != nil; s = s.About().Scope() {
		if m, ok := s.(*model.Module); ok {
			all = append([]string{identifier(m.Name)}, all...)
		}
	}
	if len(all) > 0 && (globals[all[0]] || cabi.IsCompat(d, all[0])) {
		all[0] += "_"
	}
	return all
}

// plainName returns the name of what is declared, in its namespace.
func plainName(d model.Decl) string {
	name := d.About().Name
	for s := d.About().Scope(); s != nil; s = s.About().Scope() {
		switch s.(type) {
		case *model.Module:
			return ownName(d, identifier(name))
		case *model.Enum:
			continue
		}
		name = s.About().Name + "_" + name
	}
	if globals[name] || cabi.IsCompat(d, name) {
		return name + "_" // there is no namespace around it
	}
	return ownName(d, identifier(name))
}

// ownName returns the name of a class in C++, of which a function of its own would be its constructor if the two had one name.
func ownName(d model.Decl, name string) string {
	if _, ok := d.(*model.Exception); ok && ownMembers[name] {
		return name + "_"
	}
	return name
}

// qualified returns the name of what is declared with all its namespaces.
func qualified(d model.Decl) string {
	if i, ok := d.(*model.Interface); ok {
		if root := rootHandle(i); root != "" {
			return root
		}
	}
	return qualifiedAs(d, plainName(d))
}

// qualifiedAs returns a name that stands beside what is declared with all its namespaces.
func qualifiedAs(d model.Decl, name string) string {
	return "::" + strings.Join(append(namespaces(d), name), "::")
}

// formName returns the name of what a structure or a union is when it travels. It stands beside the structure and not in it, so that others
// can refer to it before the structure is defined.
func formName(d model.Decl) string { return "som_abi_" + plainName(d) }

// rootHandle returns the handle that som.hpp has of one of SOM's own root classes, or "".
func rootHandle(i *model.Interface) string {
	if f := i.File(); f == nil || !f.Standard {
		return ""
	}
	switch i.Name {
	case "SOMObject", "SOMClassMgr":
		return "som::object"
	case "SOMClass":
		return "som::class_object"
	}
	return ""
}

// description returns the name of what describes a class to som.hpp.
func (g *generator) description(i *model.Interface) string {
	switch rootHandle(i) {
	case "som::object":
		return "som::object_class"
	case "som::class_object":
		return "som::metaclass_class"
	}
	return g.qualifiedOwn(i, "_class")
}

// own returns the name of something that the generator makes of a class beside what the IDL has, in its namespace: the class's with ending behind
// it, Dog_methods. Where the class's file or one that it includes declares what has that name, a type Dog::methods or Dog_methods beside the class, it is
// som_own_Dog_methods, which IDL has for nothing. Files that include the class's do not matter: what is generated of one is the same for all of them.
func (g *generator) own(i *model.Interface, ending string) string {
	name := plainName(i) + ending
	for _, f := range g.takenNames()[strings.Join(append(namespaces(i), name), "::")] {
		if g.sight.Sees(g.spec, i.File(), f) {
			return "som_own_" + name
		}
	}
	return name
}

// takenNames returns the files that declare things of a name in a namespace.
func (g *generator) takenNames() map[string][]*model.File {
	if g.taken != nil {
		return g.taken
	}
	g.taken = map[string][]*model.File{}
	add := func(d model.Decl, name string) {
		name = strings.Join(append(namespaces(d), name), "::")
		g.taken[name] = append(g.taken[name], cabi.Outermost(d).About().File())
	}
	for d := range g.spec.All() {
		switch d := d.(type) {
		case *model.Struct, *model.Exception, *model.Union, *model.Typedef, *model.Const, *model.Native:
			add(d, plainName(d))
		case *model.Interface:
			if d.IsClass() {
				add(d, plainName(d))
			}
		case *model.Enum:
			add(d, plainName(d))
			for _, e := range d.Enumerators {
				if e.Scope() != nil {
					add(e, plainName(e))
				}
			}
		case *model.Module:
			add(d, identifier(d.Name))
		}
	}
	return g.taken
}

func (g *generator) qualifiedOwn(i *model.Interface, ending string) string {
	return "::" + strings.Join(append(namespaces(i), g.own(i, ending)), "::")
}

// methodName returns the name of a method in C++: get_breed for _get_breed, unless the class has or inherits a method of that name too, or has static
// data that are called so.
func methodName(i *model.Interface, method string) string {
	static := func(name string) bool {
		return slices.ContainsFunc(i.StaticData(), func(d *model.Member) bool { return d.Name == name })
	}
	name := method
	if plain, ok := strings.CutPrefix(method, "_"); ok && i.FindMethod(plain) == nil && !static(plain) {
		name = plain
	}
	return apart(name, func(name string) bool {
		return i.FindMethod(name) != nil || i.FindMethod("_"+name) != nil || static(name)
	})
}

// overrideName returns the name of the member function by which the class that implements i overrides the nth method that it does: the method's,
// unless what i introduces, or a method that it overrides before, has that; then the name of its class stands in front. Where the class has several
// methods of a name this does not change what they are called.
func overrideName(i *model.Interface, n int, m *method) string {
	taken := slices.ContainsFunc(introduced(i), func(own *method) bool { return own.name == m.name }) ||
		slices.ContainsFunc(i.StaticData(), func(d *model.Member) bool { return identifier(d.Name) == m.name }) ||
		slices.ContainsFunc(i.Overridden()[:n], func(o *model.Override) bool {
			before := overriddenMethod(i, o)
			return before != nil && before.name == m.name && !(before.Class == m.Class && before.Name == m.Name)
		})
	if taken && rootHandle(m.Class) == "" {
		return plainName(m.Class) + "_" + m.name
	}
	return m.name
}

// parameterNames gives parameters the names that they have in C++, which nothing else in their function has.
func parameterNames(ps []param) {
	for i := range ps {
		p := &ps[i]
		p.local = identifier(p.name)
		if ownLocals[p.name] {
			p.local = p.name + "_"
		}
		for p.local != p.name && slices.ContainsFunc(ps, func(other param) bool { return other.name == p.local }) {
			p.local += "_"
		}
	}
}

// doc prints what the IDL says of a declaration as a comment.
func (u *unit) doc(indent string, n *model.Node) {
	for _, l := range cabi.DocLines(n) {
		u.L(strings.TrimRight(indent+"// "+l, " "))
	}
}

// The tables below are never changed.
var (
	// reserved are keywords, the namespaces that generated code names, and macros of common headers.
	reserved = cabi.Set(cabi.Keywords, `std som`, cabi.Macros)

	globals = cabi.Set(cabi.Globals, cabi.FunctionMacros)

	// ownLocals are what generated functions use besides an operation's parameters.
	ownLocals = cabi.Set(`std som`)

	// ownMembers are what exceptions have besides their members, what they inherit among it.
	ownMembers = cabi.Set(`id raise what held_ som_id som_abi som_members som_handles som_came som_keep`)

	// handleNames are what all handles have: methods of these names hide them, which is said where it has to be.
	handleNames = cabi.Set(`create narrow bind unbind class_pointer get handle object named of get_class info instances`)
)
