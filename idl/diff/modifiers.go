package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// toldApart are the modifiers of a class that have rules of their own and are compared elsewhere.
var toldApart = []string{"releaseorder", "majorversion", "minorversion", "metaclass", "override"}

// ofMemory are the modifiers that say who owns what is passed.
var ofMemory = []string{
	"memory_management", "caller_owns_parameters", "caller_owns_result", "object_owns_parameters", "object_owns_result",
	"dual_owned_parameters", "dual_owned_result", "suppress_inout_free",
}

// classModifiers compares the modifiers of classes.
func (c *comparer) classModifiers(s subject, old, new *model.Interface) {
	eachModifier(implementation(old), implementation(new), func(name, a, b string) {
		code := "modifier-changed"
		switch {
		case slices.Contains(toldApart, name):
			return
		case slices.Contains(ofMemory, name):
			code = "memory-changed"
		case name == "dllname":
			code = "dllname-changed"
		case name == "directinitclasses":
			code = "directinit-changed"
		case name == "abstractparents":
			code = "abstract-parents-changed"
		case name == "callstyle" && introducesAny(new, old.Introduced()):
			code = "callstyle-changed"
		case name == "abstract" && b == absent:
			code = "class-made-concrete"
		case name == "abstract" && !isMeta(old): // whose instances are made by defining classes
			code = "class-made-abstract"
		}
		c.add(code, s, "%s: %s now, and was %s", name, b, a)
	})
}

// introducesAny reports whether a class introduces methods of the names of others.
func introducesAny(i *model.Interface, others []model.Method) bool {
	return slices.ContainsFunc(i.Introduced(), func(m model.Method) bool {
		return slices.ContainsFunc(others, func(o model.Method) bool { return o.Name == m.Name })
	})
}

func implementation(i *model.Interface) []model.Modifier {
	if i.Implementation == nil {
		return nil
	}
	return i.Implementation.Modifiers
}

// methodModifiers compares the modifiers of methods, attributes and overrides.
func (c *comparer) methodModifiers(s subject, old, new []model.Modifier) {
	eachModifier(old, new, func(name, a, b string) {
		code := "method-style-changed"
		switch {
		case slices.Contains(ofMemory, name):
			code = "memory-changed"
		case slices.Contains([]string{"method", "override", "migrate"}, name):
			return // method is the default; the others are told by what they do
		case name == "init":
			if overridden(old) || overridden(new) {
				return // it says which of two ways to begin an object is overridden
			}
			code = "init-changed"
		case slices.Contains([]string{"nonstatic", "procedure", "nonstaticaccessors"}, name):
			return // kinds tells what becomes of it
		case slices.Contains([]string{"noself", "noenv", "staticdata"}, name):
			code = "method-kind-changed"
		case name == "select":
			code = "select-changed"
		case slices.Contains([]string{"noget", "noset", "nodata"}, name):
			code = "accessors-changed"
		case name == "nullable_result", name == "nullable_parameters":
			code = "nullable-changed"
		case name == "nooverride" && b != absent:
			code = "nooverride-added"
		}
		c.add(code, s, "%s: %s now, and was %s", name, b, a)
	})
}

// kinds compares how the methods that both releases introduce are found, whatever says so: modifiers of the method, of its attribute
// or of the class.
func (c *comparer) kinds(s subject, old, new *model.Interface) {
	is := introductions(new)
	for _, was := range introductions(old) {
		now := called(is, was.name)
		if was.method != nil && now != nil && now.method != nil {
			c.kind(s.part("method", was.name, was.node, now.node), was.method, now.method)
		}
	}
}

func overridden(ms []model.Modifier) bool {
	_, ok := model.ModifierOf(ms, "override")
	return ok
}

// What eachModifier says of a modifier that is not there, or has no value.
const (
	absent  = "not given"
	present = "given"
)

// eachModifier calls f for each modifier whose value differs, by name.
func eachModifier(old, new []model.Modifier, f func(name, old, new string)) {
	values := func(ms []model.Modifier) map[string]string {
		v := map[string]string{}
		for _, m := range ms {
			v[m.Name] = cmp.Or(strings.TrimSpace(m.Value), present)
		}
		return v
	}
	a, b := values(old), values(new)
	var all []string
	for n := range a {
		all = append(all, n)
	}
	for n := range b {
		if _, both := a[n]; !both {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	for _, n := range all {
		if x, y := cmp.Or(a[n], absent), cmp.Or(b[n], absent); x != y {
			f(n, x, y)
		}
	}
}
