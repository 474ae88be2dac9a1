package c

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// enterParents prints what an initializer runs of its class's ancestors where it does not choose their initializers itself.
func (u *unit) enterParents(m *implementing) {
	if !slices.ContainsFunc(m.own, func(f *method) bool { return f.init }) {
		return
	}
	u.Blank()
	u.comment("The default initializers of the classes that this one initialises, as far as they have not run.")
	u.F("static inline void %s(som_making *making, som_env *ev) {", u.own(m.Interface, "_enter_parents"))
	for _, p := range m.DirectInitClasses() {
		if slices.Contains(m.AbstractParents(), p) {
			continue
		}
		class := u.own(p, "_class") + "(ev)"
		switch p.ScopedName() {
		case "SOMObject":
			class = "som_object_class()"
		case "SOMClass":
			class = "som_class_class()"
		}
		u.F("\tif (ev->major == SOM_NO_EXCEPTION) som_enter_default(making, %s, ev);", class)
	}
	u.F("}")
}

// known prints what is learnt of a class as soon as it is there: its metaclass may make instances, or have some made, while it is being defined.
func (u *unit) known(m *implementing) {
	u.Blank()
	own := u.own(m.Interface, "_own")
	u.F("static void %s(som_ref self, som_env *ev, void *context) {", u.own(m.Interface, "_known"))
	u.bindingTable(m.Interface, m.over, (*method).qualified)
	u.F("\t(void)context;")
	u.F("\tmemset(&%[1]s, 0, sizeof %[1]s);", own)
	u.F("\tif (som_class_bind(&binding, &%s.c, ev) != SOM_OK) return;", own)
	u.F("\tsom_release(self); /* a class's own binding does not keep it */")
	for n := range m.Parents() {
		u.F("\t%[1]s.parent[%[2]d] = som_parent_row((som_class *)self, %[2]d);", own, n)
	}
	u.F("}")
}

// define prints the description of a class and the function that defines it.
func (u *unit) define(m *implementing) {
	u.known(m)
	u.Blank()
	u.comment("Defines the class: a reference to it, owned; NULL where that fails.")
	head := prototype("som_class *", u.own(m.Interface, "_define"), "som_env *ev")
	u.F("%s;", head)
	u.F("%s {", head)
	u.introduces(m)
	u.overrides(m)
	u.names("parents", m.Parents())
	abstract := m.AbstractParents()
	u.names("abstracts", abstract)
	var inits []*model.Interface
	if _, ok := m.ClassModifier("directinitclasses"); ok {
		inits = slices.DeleteFunc(slices.Clone(m.DirectInitClasses()), func(i *model.Interface) bool { return slices.Contains(abstract, i) })
		u.names("inits", inits)
	}
	selects := u.selects(m)
	if m.hasData() {
		u.F("\tstruct aligned { char c; %s instance; };", u.own(m.Interface, "_instance"))
	}
	major, minor := m.ClassVersion()
	u.F("\tsom_class_desc d;")
	u.F("\tmemset(&d, 0, sizeof d);")
	set := func(field, value string) { u.F("\td.%s = %s;", field, value) }
	number := func(field string, n int) { set(field, fmt.Sprint(n)) }
	set("size_of", "sizeof d")
	set("name", cabi.Quoted(m.ScopedName()))
	number("major", major)
	number("minor", minor)
	var flags []string
	if _, ok := m.ClassModifier("abstract"); ok {
		flags = append(flags, "SOM_ABSTRACT")
	}
	if m.OIDL() {
		flags = append(flags, "SOM_OIDL")
	}
	if len(flags) > 0 {
		set("flags", strings.Join(flags, " | "))
	}
	if n := len(m.Parents()); n > 0 {
		set("parents", "parents")
		number("nparents", n)
	}
	if len(abstract) > 0 {
		set("abstract_parents", "abstracts")
		number("nabstract_parents", len(abstract))
	}
	if len(inits) > 0 {
		set("init_classes", "inits")
		number("ninit_classes", len(inits))
	}
	if meta := m.metaclass(); meta != "" {
		set("metaclass", cabi.Quoted(meta))
	}
	for _, t := range []struct {
		array, count, size, typ string
		n                       int
	}{
		{"introduces", "nintroduces", "method_size", "som_method", m.places()}, {"overrides", "noverrides", "override_size", "som_override", len(m.over)},
		{"selects", "nselects", "select_size", "som_select", selects},
	} {
		if t.n > 0 {
			set(t.array, t.array)
			number(t.count, t.n)
			set(t.size, "sizeof("+t.typ+")")
		}
	}
	if m.hasData() {
		set("data_size", "sizeof("+u.own(m.Interface, "_instance")+")")
		set("data_align", m.alignment())
	}
	for _, l := range []string{"init", "fini", "copy", "assign"} {
		if m.lives[l] != nil || len(m.retained) > 0 && l != "init" {
			set(l, u.own(m.Interface, "_"+l))
		}
	}
	if u.opt.Typelib {
		set("typelib", typelib.Symbol(u.File.Path))
	}
	set("known", u.own(m.Interface, "_known"))
	if f, ok := m.ClassModifier("classinit"); ok {
		u.F("\tsom_class *c = som_class_define(&d, ev);")
		if u.opt.Compat {
			u.F("\tif (c) %s((SOMClass SOMSTAR)c);", f)
		} else {
			u.F("\tif (c) %s(c);", f)
		}
		u.F("\treturn c;")
	} else {
		u.F("\treturn som_class_define(&d, ev);")
	}
	u.F("}")
}

func (m *implementing) metaclass() string {
	v, ok := m.ClassModifier("metaclass")
	if !ok {
		return ""
	}
	if i := m.Interface.Metaclass(); i != nil {
		return i.ScopedName()
	}
	return strings.TrimPrefix(v, "::")
}

// alignment returns the alignment of the class's data.
func (m *implementing) alignment() string {
	natural := "offsetof(struct aligned, instance)"
	if v, ok := m.ClassModifier("align"); ok {
		return fmt.Sprintf("%s > %s ? %s : %s", natural, v, natural, v)
	}
	return natural
}

// places returns how many places there are in the release order.
func (m *implementing) places() int { return len(m.ReleaseOrder()) }

// introduces prints the methods that the class introduces, in release order: what has migrated, is private or gone, and static
// data keep their places.
func (u *unit) introduces(m *implementing) {
	order := m.ReleaseOrder()
	if len(order) == 0 {
		return
	}
	kinds := map[model.MethodKind]string{model.StaticMethod: "SOM_STATIC", model.NonstaticMethod: "SOM_NONSTATIC", model.ProcedureMethod: "SOM_PROCEDURE"}
	u.F("\tstatic const som_method introduces[] = {")
	for _, r := range order {
		sig, proc, migrated, kind := "NULL", "NULL", "NULL", "SOM_STATIC"
		switch {
		case r.Method != nil:
			f := m.own[slices.IndexFunc(m.own, func(f *method) bool { return f.name == r.Name })]
			kind = kinds[f.kind]
			proc = "(som_proc *)" + u.entry(m, f)
			sig = f.told()
		case r.Data != nil:
			kind, proc = "SOM_PROCEDURE", "(som_proc *)"+u.own(m.Interface, "_where_"+r.Name)
			sig = cabi.Quoted(cabi.DataSignature(r.Data))
		case r.Migrated != nil:
			migrated, kind = cabi.Quoted(r.Migrated.ScopedName()), "SOM_STATIC"
		}
		u.F("\t\t{%s, %s, %s, %s, %s},", cabi.Quoted(r.Name), sig, proc, migrated, kind)
	}
	u.F("\t};")
}

func (u *unit) overrides(m *implementing) {
	if len(m.over) == 0 {
		return
	}
	u.F("\tstatic const som_override overrides[] = {")
	for _, f := range m.over {
		u.F("\t\t{%s, (som_proc *)%s, %s},", cabi.Quoted(f.qualified()), u.entry(m, f), f.told())
	}
	u.F("\t};")
}

func (u *unit) names(array string, is []*model.Interface) {
	if len(is) > 0 {
		u.F("\tstatic const char *const %s[] = {%s};", array, cabi.List(is, func(i *model.Interface) string { return cabi.Quoted(i.ScopedName()) }))
	}
}

// selects prints from which parent methods are inherited, and returns how many there are.
func (u *unit) selects(m *implementing) int {
	var rows []string
	if m.Implementation != nil {
		for _, o := range m.Implementation.Overrides {
			v, ok := model.ModifierOf(o.Modifiers, "select")
			p := m.AncestorNamed(v)
			if !ok || p == nil || o.HasModifier("override") {
				continue
			}
			name := o.Name
			if at := strings.LastIndex(o.Of, "::"); at > 0 {
				name = strings.TrimPrefix(o.Of[:at], "::") + "::" + name
			}
			rows = append(rows, fmt.Sprintf("{%s, %s}", cabi.Quoted(name), cabi.Quoted(p.ScopedName())))
		}
	}
	if len(rows) > 0 {
		u.F("\tstatic const som_select selects[] = {%s};", strings.Join(rows, ", "))
	}
	return len(rows)
}
