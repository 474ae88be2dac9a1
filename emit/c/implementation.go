package c

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// implementation returns the header for the one unit that implements a file's classes.
func (u *unit) implementation() []byte {
	u.head("For the unit that implements " + cabi.List(u.Classes, func(i *model.Interface) string { return i.ScopedName() }) + ", and for no other.")
	end := u.guard(u.Stem + u.implementationSuffix())
	u.passthru("C_ih", true)
	u.F("#include %s", cabi.Include(u.Stem+".h"))
	u.passthru("C_ih", false)
	u.externC(func() {
		if u.opt.Typelib {
			u.Blank()
			u.comment("The type information of " + path.Base(u.File.Path) + ", which is linked in.")
			u.F("extern const unsigned char %s[];", typelib.Symbol(u.File.Path))
		}
		for _, i := range u.Classes {
			u.implement(i)
		}
	})
	if u.opt.Compat {
		for _, i := range u.Classes {
			u.compatImplementation(i)
		}
	}
	end()
	return []byte(u.Cut(0))
}

// An implementing is what there is to implement a class.
type implementing struct {
	*model.Interface
	name     string
	own      []*method // introduced, with a function of its own here
	over     []*method // overridden, in the table
	lives    map[string]*model.Override
	retained []*model.Attribute // whose values the object owns, and ends, copies and assigns
	members  []*model.Member    // instance variables
	data     []*model.Attribute // attributes that are instance variables, too
}

func (u *unit) implementing(i *model.Interface) *implementing {
	m := &implementing{Interface: i, name: cname(i), lives: map[string]*model.Override{}, members: i.InstanceData(), data: i.AttributeData()}
	m.own = u.introduced(i)
	for _, o := range i.Overridden() {
		if l := cabi.LifeOf(o); l != "" {
			m.lives[l] = o
		} else if f := u.inheritedMethod(i, o); f != nil {
			m.over = append(m.over, f)
		}
	}
	for _, a := range m.data {
		if owns(a.Type) && !u.opt.Compat {
			m.retained = append(m.retained, a)
		}
	}
	return m
}

// inheritedMethod returns the method that an override names: not one of that name which the class introduces itself.
func (g *generator) inheritedMethod(i *model.Interface, o *model.Override) *method {
	at := strings.LastIndex(o.Of, "::")
	if at < 0 {
		return nil
	}
	scope := strings.TrimPrefix(o.Of[:at], "::")
	for _, a := range i.Ancestors() {
		if a.ScopedName() != scope {
			continue
		}
		for _, f := range a.Introduced() {
			if f.Name == o.Name {
				return g.methodOf(&f)
			}
		}
	}
	return nil
}

// hasData reports whether instances have data of the class.
func (m *implementing) hasData() bool { return len(m.members)+len(m.data) > 0 }

func (u *unit) implement(i *model.Interface) {
	m := u.implementing(i)
	u.owned(i)
	u.Blank()
	u.comment("Class " + i.ScopedName() + ".")
	u.instance(m)
	u.ownBinding(m)
	for _, f := range m.over {
		u.upward(m, f)
	}
	u.enterParents(m)
	u.functions(m)
	u.define(m)
}

// instance prints the structure of the class's part of an instance.
func (u *unit) instance(m *implementing) {
	if !m.hasData() {
		return
	}
	u.F("typedef struct %s {", u.own(m.Interface, "_instance"))
	names := namesOf(m.members)
	for _, a := range m.data {
		names[memberName(a.Name)] = true
	}
	for _, d := range m.members {
		u.member(d, names)
	}
	for _, a := range m.data {
		u.F("\t%s; /* attribute */", declareMember(a.Type, memberName(a.Name), names))
	}
	u.F("} %s;", u.own(m.Interface, "_instance"))
	u.Blank()
}

// ownBinding prints where the class's data are, the tokens of what it overrides, and its parents' rows.
func (u *unit) ownBinding(m *implementing) {
	u.F("static struct %s {", u.own(m.Interface, "_own"))
	u.F("\tsom_classdata c;")
	if len(m.over) > 0 {
		u.F("\tsom_tok m[%d];", len(m.over))
	}
	u.F("\tconst char *parent[%d];", max(1, len(m.Parents())))
	u.F("} %s;", u.own(m.Interface, "_own"))
	u.Blank()
	if m.hasData() {
		u.F("static inline %[1]s *%[2]s(const som_object *self) { return (%[1]s *)som_data(self, %[3]s.c.data); }", u.own(m.Interface, "_instance"), u.own(m.Interface, "_data"), u.own(m.Interface, "_own"))
	}
}

// upward prints calls of the parents' and of the next implementation of an inherited method. Behind a class that introduces a
// method there is none: all that have it are its descendants.
func (u *unit) upward(m *implementing, f *method) {
	word := shortName(m.Interface, f.name)
	own := u.own(m.Interface, "_own")
	token := fmt.Sprintf("%s.m[%d]", own, slices.Index(m.over, f))
	ps := declared(f.shown())
	print := func(name, find string) {
		kernels := name
		if u.opt.Compat && asIBM(f) {
			kernels = "som_to_" + name
		}
		u.F("static inline %s {", prototype(f.result, kernels, ps))
		u.F("\tsom_proc *proc = %s;", find)
		call := fmt.Sprintf("(%sproc)(%s)", f.cast(), f.arguments())
		if f.result == "void" {
			u.F("\tif (proc) %s;", call)
		} else {
			u.F("\treturn proc ? %s : %s;", call, f.nothing())
		}
		u.F("}")
		if kernels != name {
			u.compatUpward(name, kernels, f)
		}
	}
	u.Blank()
	u.comment(f.qualified() + " as the parents have it, and as what is next has it, for each implementation to run once.")
	for _, p := range m.implementingParents(f) {
		n := slices.Index(m.Parents(), p)
		print(u.own(m.Interface, "_parent_"+cname(p)+"_"+word), fmt.Sprintf("som_parent_entry(%[1]s.parent[%[2]d], %[1]s.c.cls, %[2]d, %[3]s, %[4]s)", own, n, token, f.environment()))
	}
	u.F("static inline int %s(const som_object *self) { return som_next_proc(%s.c.cls, self, %s) != NULL; }", u.own(m.Interface, "_has_next_"+word), own, token)
	print(u.own(m.Interface, "_next_"+word), fmt.Sprintf("som_next_proc(%s.c.cls, self, %s)", own, token))
}

// implementingParents returns the parents that have an implementation of a method to give.
func (m *implementing) implementingParents(f *method) []*model.Interface {
	abstract := m.AbstractParents()
	return slices.DeleteFunc(slices.Clone(m.Parents()), func(p *model.Interface) bool {
		return slices.Contains(abstract, p) || p != f.class && !p.Inherits(f.class)
	})
}

// functions prints what implements the class: the heads of what is written by hand, and what is generated.
func (u *unit) functions(m *implementing) {
	u.Blank()
	u.comment("What implements the class; " + path.Base(u.Stem) + ".c has it.")
	written := u.written(m)
	for _, h := range written {
		u.unmasked(h.name)
	}
	for _, h := range written {
		u.F("%s;", h.head)
	}
	u.Blank()
	for _, f := range slices.Concat(m.own, m.over) {
		if m.generated(f) {
			u.accessor(m, f)
		}
		if u.wrapped(f) && !m.generated(f) {
			u.wrapper(m, f)
		}
	}
	for _, d := range m.StaticData() {
		static := u.own(m.Interface, "_static_"+d.Name)
		u.F("static %s;", declare(d.Type, static))
		u.F("static void *%s(void) { return &%s; }", u.own(m.Interface, "_where_"+d.Name), static)
	}
	u.lives(m)
}

// A written is a function that is written by hand.
type written struct {
	name   string // the function's
	head   string
	params []param
	method *method // nil where there is a life
	life   string  // the function of the description that it is for, or class: it is called when the class is made
}

// written returns what is written by hand to implement a class, in the order of the IDL.
func (u *unit) written(m *implementing) []written {
	var all []written
	add := func(f *method) {
		name := u.implementingName(m.Interface, f.name)
		ps := u.writtenParams(f)
		all = append(all, written{name: name, head: "static " + prototype(u.writtenResult(f), name, declaredBy(ps, u.receiver(m))), params: ps, method: f})
	}
	for _, f := range m.own {
		if !m.generated(f) {
			add(f)
		}
	}
	for _, f := range m.over {
		add(f)
	}
	for _, l := range []string{"init", "fini", "copy", "assign"} {
		if o := m.lives[l]; o != nil {
			name := u.implementingName(m.Interface, o.Name)
			ps := u.lifeWritten(l)
			all = append(all, written{name: name, head: "static " + prototype("void", name, declaredBy(ps, u.receiver(m))), params: ps, life: l})
		}
	}
	if f, ok := m.ClassModifier("classinit"); ok {
		p := param{typ: "som_class *", name: "c"}
		if u.opt.Compat {
			p = param{typ: "SOMClass SOMSTAR", name: "cls"}
		}
		all = append(all, written{name: f, head: "static " + prototype("void", f, p.String()), params: []param{p}, life: "class"})
	}
	return all
}

// receiver returns the type of self, where it has another than som_ref.
func (u *unit) receiver(m *implementing) string {
	if u.opt.Compat {
		return m.name + star
	}
	return "som_ref"
}

func declaredBy(ps []param, receiver string) string {
	ps = slices.Clone(ps)
	for i := range ps {
		if ps[i].name == "self" || ps[i].name == "somSelf" {
			ps[i].typ = receiver
		}
	}
	return declared(ps)
}

// wrapped reports whether the function in the table is another than that which is written.
func (u *unit) wrapped(f *method) bool { return f.oidl && f.env || f.init || u.opt.Compat }

// entry returns the name of the function in the table.
func (u *unit) entry(m *implementing, f *method) string {
	if u.wrapped(f) || m.generated(f) {
		return u.own(m.Interface, "_entry_"+shortName(m.Interface, f.name))
	}
	return u.implementingName(m.Interface, f.name)
}

// wrapper prints the function that stands in the table for one that is written with other parameters.
func (u *unit) wrapper(m *implementing, f *method) {
	f = f.without(u.implementingName(m.Interface, f.name))
	u.F("static %s {", prototype(f.result, u.entry(m, f), declared(f.abi())))
	if f.env && f.oidl {
		u.F("\t(void)ev;")
	}
	if f.init {
		u.beginAt(m, f)
		u.F("\tif (!som_enter(making, %s.c.cls)) return;", u.own(m.Interface, "_own"))
	}
	u.callWritten(m, f)
	if f.init {
		u.F("\tif (!ev || ev->major == SOM_NO_EXCEPTION) som_leave(making, %s.c.cls);", u.own(m.Interface, "_own"))
	}
	u.F("}")
}

// beginAt prints what an initializer does that is called without control: it begins an object that nobody has begun, with one of its own.
func (u *unit) beginAt(m *implementing, f *method) {
	u.F("\tif (!making) {")
	u.F("\t\tsom_env own, *env = som_env_or(ev, &own);")
	u.F("\t\tif ((making = som_begin_at(self, env))) {")
	u.F("\t\t\t%s(%s);", u.entry(m, f), cabi.List(f.abi(), func(p param) string {
		if p.name == "ev" {
			return "env"
		}
		return p.name
	}))
	u.F("\t\t\tsom_end(making, env);")
	u.F("\t\t}")
	u.F("\t\tsom_env_done(ev, &own, NULL);")
	u.F("\t\treturn;")
	u.F("\t}")
}

// callWritten prints the call of a written function from the function in the table.
func (u *unit) callWritten(m *implementing, f *method) {
	name := u.implementingName(m.Interface, f.name)
	if u.opt.Compat {
		u.compatCall(m, f, name)
		return
	}
	give := "return "
	if f.result == "void" {
		give = ""
	}
	u.F("\t%s%s(%s);", give, name, cabi.List(u.writtenParams(f), func(p param) string { return p.name }))
}

// writtenParams returns the parameters of the function that is written for a method.
func (u *unit) writtenParams(f *method) []param {
	if u.opt.Compat {
		return compatParams(f)
	}
	return f.shown()
}

func (u *unit) writtenResult(f *method) string {
	if u.opt.Compat {
		return compatResult(f)
	}
	return f.result
}

func (u *unit) lifeWritten(l string) []param {
	if u.opt.Compat {
		return compatLives[l]
	}
	return lifeParams[l]
}
