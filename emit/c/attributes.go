package c

import (
	"fmt"
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// generated reports whether the function of a method is generated: that of an attribute with a variable, unless it is
// written by hand.
func (m *implementing) generated(f *method) bool {
	if f.attribute == nil || f.class != m.Interface || !slices.Contains(m.data, f.attribute) {
		return false
	}
	if f.set {
		return !f.attribute.HasModifier("noset")
	}
	return !f.attribute.HasModifier("noget")
}

// accessor prints what gets or sets an attribute's variable.
func (u *unit) accessor(m *implementing, f *method) {
	a := f.attribute
	at := u.own(m.Interface, "_data") + "(self)->" + memberName(a.Name)
	u.F("static %s {", prototype(f.result, u.entry(m, f), declared(f.abi())))
	switch {
	case !f.set && f.owner == model.CallerOwned && owns(a.Type):
		u.copied(f, at)
		return
	case !f.set:
		u.F("\t(void)ev;")
		switch {
		case f.result != "void":
			u.F("\treturn %s;", at)
		case cabi.FormOf(a.Type) == cabi.Array:
			u.F("\tmemcpy(result, %s, sizeof %s);", at, at)
		default:
			u.F("\t*result = %s;", at)
		}
		u.F("}")
		return
	}
	value := f.params[0].name
	switch form := cabi.FormOf(a.Type); {
	case !owns(a.Type) || u.opt.Compat:
		u.F("\t(void)ev;")
		switch form {
		case cabi.Array:
			u.F("\tmemcpy(%s, %s, sizeof %s);", at, value, at)
		case cabi.Aggregate:
			u.F("\t%s = *%s;", at, value)
		case cabi.Text, cabi.Wide:
			u.F("\t%s = (%s)%s;", at, typeName(a.Type), value)
		default:
			u.F("\t%s = %s;", at, value)
		}
	default:
		u.F("\t%s;", declare(a.Type, "old"))
		u.F("\t%s;", declare(a.Type, "copy"))
		u.F("\tmemset(&copy, 0, sizeof copy);")
		from := value
		if form == cabi.Aggregate {
			from = "(*" + value + ")"
		}
		u.copy(a.Type, "copy", from, 1)
		if form == cabi.Array {
			u.F("\tmemcpy(old, %s, sizeof old);", at)
			u.F("\tmemcpy(%s, copy, sizeof copy);", at)
		} else {
			u.F("\told = %s;", at)
			u.F("\t%s = copy;", at)
		}
		u.clear(a.Type, "old", 1)
		if needsMemory(a.Type) {
			u.F("\treturn;")
			u.F("no_memory:")
			if form == cabi.Array {
				u.clear(a.Type, "copy", 1)
			}
			u.F("\tsom_raise_system(ev, \"IDL:omg.org/CORBA/NO_MEMORY:1.0\", SOM_E_MEMORY, SOM_COMPLETED_NO, %s);", cabi.Quoted("no memory for the attribute "+f.class.ScopedName()+"::"+a.Name))
		} else {
			u.F("\t(void)ev;")
		}
	}
	u.F("}")
}

// copied prints how a copy of an attribute's variable is returned, which is the caller's.
func (u *unit) copied(f *method, at string) {
	t := f.attribute.Type
	to := "copy"
	switch form := cabi.FormOf(t); {
	case f.result != "void":
		u.F("\t%s = NULL;", declare(t, "copy"))
	case form == cabi.Array:
		to = "result"
		u.F("\tmemset(result, 0, sizeof %s);", at)
	default:
		to = "(*result)"
		u.F("\tmemset(result, 0, sizeof *result);")
	}
	u.copy(t, to, at, 1)
	end := "\treturn;"
	if f.result != "void" {
		end = "\treturn copy;"
	}
	if !needsMemory(t) {
		u.F("\t(void)ev;")
		u.L(end)
		u.F("}")
		return
	}
	u.L(end)
	u.F("no_memory:")
	if cabi.FormOf(t) == cabi.Array {
		u.clear(t, "result", 1)
	}
	u.F("\tsom_raise_system(ev, \"IDL:omg.org/CORBA/NO_MEMORY:1.0\", SOM_E_MEMORY, SOM_COMPLETED_NO, %s);", cabi.Quoted("no memory for a copy of the attribute "+f.class.ScopedName()+"::"+f.attribute.Name))
	if f.result != "void" {
		u.F("\treturn NULL;")
	}
	u.F("}")
}

// lives prints the functions of the description: those that are written, and what is seen to for attributes.
func (u *unit) lives(m *implementing) {
	for _, l := range []string{"init", "fini", "copy", "assign"} {
		o := m.lives[l]
		if o == nil && (len(m.retained) == 0 || l == "init") {
			continue
		}
		ps := append(slices.Clone(lifeParams[l]), param{typ: "void *", name: "context"})
		u.F("static void %s(%s) {", u.own(m.Interface, "_"+l), declared(ps))
		u.F("\t(void)context;")
		if u.opt.Compat && l != "fini" {
			u.F("\t(void)ev;")
		}
		call := ""
		if o != nil {
			call = fmt.Sprintf("%s(%s);", u.implementingName(m.Interface, o.Name), u.lifeArguments(m, l))
		}
		switch {
		case len(m.retained) == 0 || l == "init":
			u.L("\t" + call)
		case l == "fini":
			if call != "" {
				u.L("\t" + call)
			}
			for _, a := range m.retained {
				u.clear(a.Type, u.own(m.Interface, "_data")+"(self)->"+memberName(a.Name), 1)
			}
		default:
			u.attributes(m, l, call)
		}
		u.F("}")
	}
}

// attributes prints how the attributes' variables are copied or assigned, and the others if nobody else does.
func (u *unit) attributes(m *implementing, l, call string) {
	u.F("\t%[1]s *to = %[2]s(self), *of = %[2]s(from), copy = *of;", u.own(m.Interface, "_instance"), u.own(m.Interface, "_data"))
	fails := false
	for _, a := range m.retained {
		u.F("\tmemset(&copy.%[1]s, 0, sizeof copy.%[1]s);", memberName(a.Name))
	}
	for _, a := range m.retained {
		u.copy(a.Type, "copy."+memberName(a.Name), "of->"+memberName(a.Name), 1)
		fails = fails || needsMemory(a.Type)
	}
	if call != "" { // the written function sees to the instance variables
		for _, d := range m.members {
			u.F("\tmemcpy(&copy.%[1]s, &to->%[1]s, sizeof copy.%[1]s);", memberName(d.Name))
		}
	}
	if l == "assign" {
		for _, a := range m.retained {
			u.clear(a.Type, "to->"+memberName(a.Name), 1)
		}
	}
	u.F("\t*to = copy;")
	if call != "" {
		u.L("\t" + call)
	}
	if !fails {
		if call == "" {
			u.F("\t(void)ev;")
		}
		return
	}
	u.F("\treturn;")
	u.F("no_memory:")
	for _, a := range m.retained {
		u.clear(a.Type, "copy."+memberName(a.Name), 1)
	}
	u.F("\tsom_raise_system(ev, \"IDL:omg.org/CORBA/NO_MEMORY:1.0\", SOM_E_MEMORY, SOM_COMPLETED_NO, %s);", cabi.Quoted("no memory for the attributes of "+m.ScopedName()))
}

func (u *unit) lifeArguments(m *implementing, l string) string {
	if u.opt.Compat {
		return compatLifeArguments(m, l)
	}
	return cabi.List(lifeParams[l], func(p param) string { return p.name })
}
