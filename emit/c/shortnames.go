package c

import (
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// Beside its name with all scopes, Zoo_Dog_Bone, IBM's bindings let a type, a constant, an enumerator and an exception be called by
// its own name, Bone, in programs for whom that means nothing else.

// An alias is another name of something.
type alias struct{ long, short string }

// compatTypeNames prints IBM's names of what a file declares beside classes.
func (u *unit) compatTypeNames() {
	var all []alias
	for _, d := range u.Decls {
		all = append(all, u.aliases(d)...)
	}
	if len(all) == 0 {
		return
	}
	u.Blank()
	u.comment("Names without scopes, of what no other thing in the program is called.")
	u.L("#ifndef SOM_DONT_USE_SHORT_NAMES")
	for _, a := range all {
		u.shortName(a)
	}
	u.L("#endif")
}

// aliases returns the names that a declaration has of its own.
func (u *unit) aliases(d model.Decl) []alias {
	var all []alias
	add := func(prefix string, d model.Decl) {
		a := alias{prefix + cname(d), prefix + d.About().Name}
		if a.long != a.short && (prefix != "" || u.isFree(a.short)) {
			all = append(all, a)
		}
	}
	switch d := d.(type) {
	case *model.Exception:
		add("ex_", d)
		if len(d.Members) > 0 {
			add("", d)
		}
	case *model.Const, *model.Native:
		add("", d)
	case *model.Typedef:
		if f := cabi.FormOf(d.Type); f == cabi.Object && d.Type.Resolve().Kind == model.Named || f == cabi.Making {
			return nil // has no name in C
		}
		add("", d)
		add("_IDL_SEQUENCE_", d)
	case *model.Struct, *model.Union:
		add("", d)
		add("_IDL_SEQUENCE_", d)
	case *model.Enum:
		add("", d)
		add("_IDL_SEQUENCE_", d)
		for _, e := range d.Enumerators {
			add("", e)
		}
	}
	return all
}

// isType reports whether a declaration is one of a type that has a name of its own in C.
func isType(d model.Decl) bool {
	switch d.(type) {
	case *model.Struct, *model.Union, *model.Enum, *model.Typedef:
		return true
	}
	return false
}

// isFree reports whether a name means nothing else where the header is included.
func (u *unit) isFree(name string) bool {
	return !reserved[name] && !compatOwn[name] && u.generator.names[name] == nil && !u.memberNames()[name]
}

// shortName prints a name for what has a longer one, unless another thing has it, too: then neither has.
func (u *unit) shortName(a alias) {
	u.F("#ifdef SOM_SHORT_%s", a.short)
	u.F("#undef %s", a.short)
	u.F("#elif !defined %s", a.short)
	u.F("#define SOM_SHORT_%s", a.short)
	u.F("#define %s %s", a.short, a.long)
	u.L("#endif")
}

// memberNames returns the names of what the specification has in structures and in tables of methods: as a macro, such a name
// would be another thing's there.
func (g *generator) memberNames() map[string]bool {
	if g.members != nil {
		return g.members
	}
	g.members = map[string]bool{}
	add := func(ms []*model.Member) {
		for _, m := range ms {
			g.members[m.Name] = true
		}
	}
	for d := range g.spec.All() {
		switch d := d.(type) {
		case *model.Struct:
			add(d.Members)
		case *model.Exception:
			add(d.Members)
		case *model.Union:
			for _, c := range d.Cases {
				g.members[c.Name] = true
			}
		case *model.Interface:
			add(d.InstanceData())
			add(d.StaticData())
			for _, a := range d.Attributes() {
				g.members[a.Name] = true
			}
			for _, o := range d.Operations() {
				g.members[o.Name] = true
			}
		}
	}
	return g.members
}

// compatOwn are the words of som_compat.h and what it includes that are members of structures, or that macros there are made of: as
// names of a program's own they would mean something else in them. TestShortNames compiles the macros with all others.
var compatOwn = cabi.Set(`YES NO MAYBE TRUE FALSE C NULL Environment StExcep abstract_parents allocate boolean calloc cls code completed completion_status
	data data_align data_size deallocate declared descriptor exception_free exception_id exception_type exception_value flags free from handle id
	init init_classes inits integer2 integer4 introduces kind layout level library load major mask memcpy memset metaclass method method_size
	methods migrated minor mt nabstract_parents name nbases ninit_classes ninits nintroduces nlayout nmethods norder noverrides nparents
	nselects object octet of offset oidl order output override_size overrides owner parent parents part_size proc refs select_size selects
	sequence sequenceElement sequenceLength sequenceMaximum sig sigs size size_of string token type typelib unload uinteger2 uinteger4
	value why zString fini copy assign bases info major mToken`)
