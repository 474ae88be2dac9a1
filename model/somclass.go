package model

import (
	"slices"
	"strconv"
	"strings"
)

// CScoped returns the name by which SOM's C bindings know a declaration: the scopes and the
// name with underscores between them, M_I_x for M::I::x.
func CScoped(d Decl) string { return strings.Join(d.About().Path(), "_") }

// IsClass reports whether the interface is a SOM class: it has an implementation section or
// inherits from an interface that has one.
func (i *Interface) IsClass() bool {
	return i.Implementation != nil || slices.ContainsFunc(i.Ancestors(), func(a *Interface) bool { return a.Implementation != nil })
}

// ClassModifier returns the value of the class's last modifier of that name, and whether there is one.
func (i *Interface) ClassModifier(name string) (string, bool) {
	if i.Implementation == nil {
		return "", false
	}
	return ModifierOf(i.Implementation.Modifiers, name)
}

// ClassNamed returns the scoped name of the class that a modifier's value names, as baseproxyclass and factory do, or "" where the class
// has no such modifier. The name is looked for as IDL looks for names, from the class's own scope outwards; one that the specification does not
// define is what is written.
func (i *Interface) ClassNamed(modifier string) string {
	name, _ := i.ClassModifier(modifier)
	if rest, global := strings.CutPrefix(name, "::"); global || name == "" {
		return rest
	}
	first, _, _ := strings.Cut(name, "::")
	for s := i.Scope(); s != nil; s = s.About().Scope() {
		m, ok := s.(*Module)
		if ok && slices.ContainsFunc(m.Decls, func(d Decl) bool { return d.About().Name == first }) {
			return m.ScopedName() + "::" + name
		}
	}
	return name
}

// ClassVersion returns the version of the class; 0 where majorversion or minorversion is not
// given: 0.0 is a class whose version nobody checks.
func (i *Interface) ClassVersion() (major, minor int) {
	number := func(name string) int {
		v, _ := i.ClassModifier(name)
		n, _ := strconv.Atoi(v)
		return n
	}
	return number("majorversion"), number("minorversion")
}

// Metaclass returns the class that the modifier metaclass names; nil if none is named, or one
// that the specification does not define. SOM then derives one from those of the parents.
func (i *Interface) Metaclass() *Interface {
	if i.Implementation == nil || i.Implementation.Metaclass == nil {
		return nil
	}
	m, _ := As[*Interface](i.Implementation.Metaclass)
	return m
}

// OIDL reports whether the methods that the class introduces take no Environment and Context:
// callstyle=oidl.
func (i *Interface) OIDL() bool {
	v, _ := i.ClassModifier("callstyle")
	return v == "oidl"
}

// AncestorNamed returns the class itself or the ancestor that a modifier's value names: by its
// simple name, its scoped name or its C name M_I. It returns nil if there is none.
func (i *Interface) AncestorNamed(name string) *Interface {
	name = strings.TrimPrefix(name, "::")
	all := append([]*Interface{i}, i.Ancestors()...)
	for _, spelled := range []func(*Interface) string{
		func(a *Interface) string { return a.ScopedName() },
		func(a *Interface) string { return CScoped(a) },
		func(a *Interface) string { return a.Name },
	} {
		for _, a := range all {
			if spelled(a) == name {
				return a
			}
		}
	}
	return nil
}

// ancestorsNamed returns the ancestors in a modifier's list; names of others are left out.
func (i *Interface) ancestorsNamed(modifier string) []*Interface {
	v, _ := i.ClassModifier(modifier)
	var as []*Interface
	for _, n := range (Modifier{Value: v}).List() {
		if a := i.AncestorNamed(n); a != nil {
			as = append(as, a)
		}
	}
	return as
}

// DirectInitClasses returns the classes whose initializers and destructors this class calls
// itself, in order: those of directinitclasses, else the parents.
func (i *Interface) DirectInitClasses() []*Interface {
	if _, ok := i.ClassModifier("directinitclasses"); ok {
		return i.ancestorsNamed("directinitclasses")
	}
	return i.Parents()
}

// proxySuffix ends the name of a class of proxies of a program's own, behind that of the class that they stand for.
const proxySuffix = "__Proxy"

// AbstractParents returns the parents of which the class inherits the interface, but no implementation. To a class Dog__Proxy that has SOMDClientProxy for its first
// parent, Dog is one without being said to be: its objects are elsewhere.
func (i *Interface) AbstractParents() []*Interface {
	all := i.ancestorsNamed("abstractparents")
	parents := i.Parents()
	if target, ok := strings.CutSuffix(i.ScopedName(), proxySuffix); ok && len(parents) > 1 && isClientProxy(parents[0]) {
		for _, p := range parents[1:] {
			if p.ScopedName() == target && !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

func isClientProxy(i *Interface) bool {
	named := func(a *Interface) bool { return a.ScopedName() == "SOMDClientProxy" }
	return named(i) || slices.ContainsFunc(i.Ancestors(), named)
}

// InstanceData returns the variables that each instance has for this class, in source order.
// Attributes have one more each, unless they have the modifier nodata: see AttributeData.
func (i *Interface) InstanceData() []*Member { return i.data(false) }

// StaticData returns the variables that the class has once.
func (i *Interface) StaticData() []*Member { return i.data(true) }

func (i *Interface) data(static bool) []*Member {
	var ms []*Member
	if i.Implementation != nil {
		for _, m := range i.Implementation.Data {
			if m.HasModifier("staticdata") == static {
				ms = append(ms, m)
			}
		}
	}
	return ms
}

// AttributeData returns the attributes whose values are instance variables of their own.
func (i *Interface) AttributeData() []*Attribute {
	return slices.DeleteFunc(i.Attributes(), func(a *Attribute) bool { return a.HasModifier("nodata") })
}

// A Release is an entry of a class's release order: what a client's compiled code counts.
type Release struct {
	Name string
	// Method is the method introduced under that name, Data the static data; both are nil for
	// a method that migrated and for a placeholder of something private or removed.
	Method *Method
	Data   *Member
	// Migrated is the ancestor that introduces the method now (modifier migrate), else nil.
	Migrated *Interface
	// Listed says that the name stands in the modifier releaseorder.
	Listed bool
}

// IsPlaceholder reports whether the entry only keeps a place: nothing of that name is known.
func (r Release) IsPlaceholder() bool { return r.Method == nil && r.Data == nil && r.Migrated == nil }

// ReleaseOrder returns the release order of the class: the names in releaseorder, each once,
// in the order of all such statements, then what the class introduces and does not list: its
// methods, attributes and static data in source order. It is empty for an interface that is no class.
func (i *Interface) ReleaseOrder() []Release {
	if !i.IsClass() {
		return nil
	}
	var order []Release
	at := map[string]bool{}
	introduced := i.Introduced()
	add := func(r Release) {
		if at[r.Name] {
			return
		}
		at[r.Name] = true
		for k := range introduced {
			if introduced[k].Name == r.Name {
				r.Method = &introduced[k]
			}
		}
		for _, d := range i.StaticData() {
			if d.Name == r.Name {
				r.Data = d
			}
		}
		if r.Method == nil && r.Data == nil {
			r.Migrated = i.Migrations()[r.Name]
		}
		order = append(order, r)
	}
	if i.Implementation != nil {
		for _, m := range i.Implementation.Modifiers {
			if m.Name == "releaseorder" {
				for _, n := range m.List() {
					add(Release{Name: n, Listed: true})
				}
			}
		}
	}
	for _, m := range introduced {
		add(Release{Name: m.Name})
	}
	for _, d := range i.StaticData() {
		add(Release{Name: d.Name})
	}
	return order
}

// Migrations returns the methods that migrated upwards, by name, with the ancestor that
// introduces each now. This class once introduced them and keeps their places.
func (i *Interface) Migrations() map[string]*Interface {
	to := map[string]*Interface{}
	if i.Implementation == nil {
		return to
	}
	for _, o := range i.Implementation.Overrides {
		if v, ok := ModifierOf(o.Modifiers, "migrate"); ok {
			if a := i.AncestorNamed(v); a != nil {
				to[o.Name] = a
			}
		}
	}
	return to
}

// Overridden returns the inherited methods that the class implements anew, in source order.
func (i *Interface) Overridden() []*Override {
	var os []*Override
	if i.Implementation != nil {
		for _, o := range i.Implementation.Overrides {
			if o.HasModifier("override") {
				os = append(os, o)
			}
		}
	}
	return os
}
