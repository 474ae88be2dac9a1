package c

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// All rules by which IDL names become names in C are in this file.

// cname returns the name of what is declared: its scopes and its name with underscores between.
func cname(d model.Decl) string {
	name := model.CScoped(d)
	if reserved[name] || globals[name] || ownLocals[name] || cabi.IsOwn(name) || cabi.IsCompat(d, name) {
		name += "_"
	}
	return name
}

// apart gives parameters other names that are those of types which their function names.
func apart(ps []param, types ...string) {
	for _, p := range ps {
		types = append(types, p.typ)
	}
	for i := range ps {
		if slices.ContainsFunc(types, func(t string) bool { return slices.Contains(strings.FieldsFunc(t, noWord), ps[i].name) }) {
			ps[i].name += "_"
		}
	}
}

// behind gives parameters other names that functions of a class could have: the bodies that are written call those.
func (g *generator) behind(ps []param) {
	if g.classes == nil {
		for d := range g.spec.All() {
			if i, ok := d.(*model.Interface); ok && i.IsClass() {
				g.classes = append(g.classes, cname(i)+"_")
				for _, m := range i.Introduced() {
					if name := usageName(i, m.Name); strings.HasSuffix(name, "_") {
						g.behinds = append(g.behinds, strings.TrimPrefix(name, cname(i)))
					}
				}
			}
		}
	}
	called := func(name string) bool {
		return slices.ContainsFunc(g.behinds, func(ending string) bool { return strings.HasSuffix(name, ending) })
	}
	for i := range ps {
		taken := func(p param) bool { return p.name == ps[i].name }
		if slices.ContainsFunc(g.classes, func(prefix string) bool { return strings.HasPrefix(ps[i].name, prefix) }) {
			for ps[i].name += "_"; called(ps[i].name); { // which functions of a class have behind them, too: Dog_is_ calls a method is
				ps[i].name += "_"
			}
		}
		for slices.ContainsFunc(ps[:i], taken) || slices.ContainsFunc(ps[i+1:], taken) {
			ps[i].name += "_"
		}
	}
}

func noWord(r rune) bool { return cabi.Word(string(r)) != string(r) }

// memberName returns the name of a member, or of what else has no scopes in its name.
func memberName(name string) string {
	if reserved[name] || cabi.IsOwn(name) {
		return name + "_"
	}
	return name
}

// local returns the name of a parameter.
func local(name string) string {
	if ownLocals[name] {
		return name + "_"
	}
	return memberName(name)
}

// usageName returns the name of the function that calls a method.
func usageName(i *model.Interface, method string) string {
	name := shortName(i, method)
	if ownSuffixes[name] {
		name += "_"
	}
	return cname(i) + "_" + name
}

// shortName returns a method's name within those of its class: get_name for _get_name, unless the class has something else of that
// name too.
func shortName(i *model.Interface, method string) string {
	if plain, ok := strings.CutPrefix(method, "_"); ok && i.FindMethod(plain) == nil && !declares(i, plain) {
		return plain
	}
	return method
}

// declares reports whether a class has a type, a constant, an exception, an enumerator or static data of a name.
func declares(i *model.Interface, name string) bool {
	is := func(d model.Decl) bool { return d.About().Name == name }
	return slices.ContainsFunc(i.Decls, func(d model.Decl) bool {
		e, ok := d.(*model.Enum)
		return is(d) || ok && slices.ContainsFunc(e.Enumerators, func(e *model.Enumerator) bool { return is(e) })
	}) || slices.ContainsFunc(i.StaticData(), func(d *model.Member) bool { return d.Name == name })
}

// implementingName returns the name of the function that implements a method: the modifier functionprefix begins it.
func (g *generator) implementingName(i *model.Interface, method string) string {
	if p, ok := i.ClassModifier("functionprefix"); ok && cabi.Word(p) == p {
		return functionName(p + method)
	}
	if g.opt.Compat {
		return functionName(method)
	}
	return g.own(i, "_do_"+shortName(i, method))
}

// functionName returns the name of a function that has no scopes in its name.
func functionName(name string) string {
	if functionMacros[name] || usedByFunctions[name] || globals[name] {
		return name + "_"
	}
	return memberName(name)
}

// comment prints lines as one comment.
func (u *unit) comment(lines ...string) {
	for i, l := range lines {
		begin, end := " * ", ""
		if i == 0 {
			begin = "/* "
		}
		if i == len(lines)-1 {
			end = " */"
		}
		u.L(strings.TrimRight(begin+l+end, " "))
	}
}

// The tables below are never changed.
var (
	// reserved are keywords, macros of common headers, and what <stdint.h> and <stddef.h> declare.
	reserved = cabi.Set(cabi.Keywords, cabi.Macros, `size_t ptrdiff_t int8_t uint8_t int16_t uint16_t int32_t uint32_t int64_t uint64_t
		intptr_t uintptr_t`)

	globals        = cabi.Set(cabi.Globals, cabi.FunctionMacros)
	functionMacros = cabi.Set(cabi.FunctionMacros)

	// usedByFunctions are what generated functions that call those which are written use besides, and types.
	usedByFunctions = cabi.Set(`self ev result given making memcpy memset malloc calloc realloc free string boolean octet`)

	// ownLocals are what generated functions have besides an operation's parameters.
	ownLocals = cabi.Set(`self ev result making token proc value shallow own env cls old copy given nothing memcpy memset malloc calloc
		realloc free`)

	// ownSuffixes are the functions that each class has.
	ownSuffixes = cabi.Set(`new is cast class bind unbind token major minor instance data define own parents`)
)
