package cxx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// usage returns the header for those who use a file's types and classes. Names come first, then what needs nothing but
// names, then handles, which structures may hold, and at last what is made of all.
func (u *unit) usage() []byte {
	end := u.begin(u.Stem+".hpp", u.says("for those who use"), u.includes()...)
	u.passthru("C_xh", true)
	u.forward()
	for _, d := range u.Decls {
		switch d := d.(type) {
		case *model.Enum:
			u.enum(d)
		case *model.Const:
			u.constant(d)
		case *model.Typedef:
			u.typedef(d)
		}
	}
	for _, i := range u.Classes {
		u.class(i)
	}
	for _, d := range u.Decls {
		switch d := d.(type) {
		case *model.Struct:
			u.structure(d)
		case *model.Exception:
			u.exception(d)
		case *model.Union:
			u.union(d)
		}
	}
	for _, define := range u.late {
		define()
	}
	for _, i := range u.Classes {
		u.handleFunctions(i)
	}
	u.passthru("C_xh", false)
	end()
	return []byte(u.Cut(0))
}

// says returns what a header is.
func (u *unit) says(whom string) string {
	what := "the types of " + u.Stem + ".idl"
	if len(u.Classes) > 0 {
		what = cabi.List(u.Classes, func(i *model.Interface) string { return i.ScopedName() })
	}
	return "What is " + whom + " " + what + "."
}

// forward prints the names of what is defined later on.
func (u *unit) forward() {
	for _, i := range u.Classes {
		u.within(i)
		u.F("class %s;", plainName(i))
	}
	for _, d := range u.Decls {
		u.within(d)
		switch d.(type) {
		case *model.Struct:
			u.F("struct %s;", plainName(d))
		case *model.Exception, *model.Union:
			u.F("class %s;", plainName(d))
		}
		if hasForm(d) {
			u.F("struct %s;", formName(d))
		}
	}
}

// open reports whether a structure or a union is defined before all that its values can have in them: what has to know how that is copied,
// compared and ended is defined behind all types then.
func (u *unit) open(d model.Decl) bool {
	at := slices.Index(u.Decls, d)
	seen := map[model.Decl]bool{d: true}
	work := []model.Decl{d}
	for len(work) > 0 {
		next := work[len(work)-1]
		work = work[:len(work)-1]
		for _, used := range model.Uses(next) {
			switch used.(type) {
			case *model.Struct, *model.Union, *model.Typedef, *model.Forward:
			default:
				continue // a handle does not own what its class mentions
			}
			if _, typedef := used.(*model.Typedef); !typedef && slices.Index(u.Decls, used) > at {
				return true
			}
			if !seen[used] {
				seen[used] = true
				work = append(work, used)
			}
		}
	}
	return false
}

// passthru prints what the IDL hands to a target as it is.
func (u *unit) passthru(target string, before bool) {
	for _, i := range u.Classes {
		if i.Implementation == nil || u.bare {
			continue
		}
		for _, p := range i.Implementation.Passthru {
			if p.Target == target && p.Before == before {
				u.within(nil)
				u.L(strings.TrimRight(p.Text, "\n"))
			}
		}
	}
}

func (u *unit) enum(d *model.Enum) {
	u.within(d)
	u.Blank()
	u.doc("", &d.Node)
	u.F("enum class %s : std::uint32_t {", plainName(d))
	for _, e := range d.Enumerators {
		u.doc("\t", &e.Node)
		u.F("\t%s = %d,", enumeratorName(e), e.Number())
	}
	u.L("};")
}

func (u *unit) typedef(d *model.Typedef) {
	u.within(d)
	u.Blank()
	u.doc("", &d.Node)
	u.F("using %s = %s;", plainName(d), typeName(d.Type))
}

func (u *unit) constant(d *model.Const) {
	u.within(d)
	u.Blank()
	u.doc("", &d.Node)
	typ := typeName(d.Type)
	switch d.Value.Kind {
	case model.StringValue:
		typ = "const char *"
	case model.WStringValue:
		typ = "const char16_t *"
	}
	u.F("inline constexpr %s%s = %s;", cabi.Spaced(typ), plainName(d), literal(d.Value, d.Type))
}

func (u *unit) structure(d *model.Struct) {
	name := plainName(d)
	same := !hasForm(d)
	ms := d.AllMembers()
	u.within(d)
	u.Blank()
	if !same {
		u.F("struct %s {", formName(d))
		u.travelling(d, ms, "\t")
		u.L("};")
	}
	u.doc("", &d.Node)
	u.F("struct %s {", name)
	if same {
		u.F("\tusing som_abi = %s;", name)
	} else {
		u.handlesWithin(typesOf(ms)...)
		u.F("\tusing som_abi = %s;", formName(d))
	}
	for _, m := range ms {
		u.doc("\t", &m.Node)
		u.F("\t%s%s%s;", cabi.Spaced(typeName(m.Type)), memberName(d, m.Name), initial(m.Type))
	}
	u.Blank()
	if !same {
		u.members(d, name, ms)
	}
	var equal []string
	for _, m := range ms {
		equal = append(equal, "som_a."+memberName(d, m.Name)+" == som_b."+memberName(d, m.Name))
	}
	u.comparison(d, strings.Join(equal, " && "))
	u.L("};")
	if same {
		u.F("static_assert(std::is_standard_layout_v<%[1]s> && std::is_trivially_copyable_v<%[1]s>, \"it travels as it is\");", name)
	}
}

// comparison prints the operators that compare two values, which are equal where a condition is true of som_a and som_b.
func (u *unit) comparison(d model.Decl, condition string) {
	head := fmt.Sprintf("bool operator==(const %[1]s &som_a, const %[1]s &som_b)", plainName(d))
	body := " { return " + condition + "; }"
	if u.open(d) {
		u.F("\tfriend %s;", head)
		u.defineLate(d, "inline "+head+body)
	} else {
		u.L("\tfriend " + head + body)
	}
	u.F("\tfriend bool operator!=(const %[1]s &som_a, const %[1]s &som_b) { return !(som_a == som_b); }", plainName(d))
}

// defineLate has lines printed in the namespace of d, behind all types.
func (u *unit) defineLate(d model.Decl, lines ...string) {
	u.late = append(u.late, func() {
		u.within(d)
		u.Blank()
		for _, l := range lines {
			u.L(l)
		}
	})
}

// travelling prints the members of a structure or an exception as they travel.
func (u *unit) travelling(d model.Decl, ms []*model.Member, indent string) {
	for _, m := range ms {
		u.F("%s%s%s;", indent, cabi.Spaced(travels(m.Type)), memberName(d, m.Name))
	}
}

// members prints the function that walks over members here and there.
func (u *unit) members(d model.Decl, name string, ms []*model.Member) {
	if len(ms) == 0 {
		u.L("\ttemplate <class som_F> static void som_members(som_F) {}")
		return
	}
	u.L("\ttemplate <class som_F> static void som_members(som_F som_f) {")
	for _, m := range ms {
		u.F("\t\tsom_f(&%[1]s::%[2]s, &som_abi::%[2]s);", name, memberName(d, m.Name))
	}
	u.L("\t}")
}

// initial returns what a member of a type is to begin with: zero, where its type does not see to that itself. Nothing is written
// without need, since clang 14 dies in C++20 of arrays of arrays of strings that are told to be empty.
func initial(t *model.Type) string {
	t = t.Resolve()
	for t.Kind == model.Array {
		t = t.Elem.Resolve()
	}
	if formOf(t) == plain {
		return "{}"
	}
	return ""
}

func (u *unit) exception(d *model.Exception) {
	name := plainName(d)
	u.within(d)
	u.Blank()
	u.doc("", &d.Node)
	u.F("class SOM_VISIBLE %s : public som::user_exception {", name)
	u.L("public:")
	u.F("\tstatic constexpr const char *som_id = %s;", cabi.Quoted(d.ID))
	u.handlesWithin(typesOf(d.Members)...)
	u.L("\tstruct som_abi {")
	u.travelling(d, d.Members, "\t\t")
	u.L("\t};")
	for _, m := range d.Members {
		u.doc("\t", &m.Node)
		u.F("\t%s%s%s;", cabi.Spaced(typeName(m.Type)), memberName(d, m.Name), initial(m.Type))
	}
	u.Blank()
	u.F("\t%s() = default;", name)
	if len(d.Members) > 0 {
		u.F("\texplicit %s(%s)", name, cabi.List(d.Members, func(m *model.Member) string { return cabi.Spaced(typeName(m.Type)) + "a_" + m.Name }))
		u.F("\t\t: %s {}", cabi.List(d.Members, func(m *model.Member) string { return memberName(d, m.Name) + "(std::move(a_" + m.Name + "))" }))
	}
	u.L("\tconst char *id() const noexcept override { return som_id; }")
	u.L("\tvoid raise(som_env *ev) const noexcept override { som::raise_user(ev, *this); }")
	u.members(d, name, d.Members)
	u.L("};")
}
