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
	return !reserved[name] && !ownLocals[name] && !innerNames[name] && !compatOwn[name] && u.generator.names[name] == nil && !u.memberNames()[name]
}

// innerNames are what generated functions have besides those of ownLocals, and structures for their members.
var innerNames = cabi.Set(`context from to of n d c m p o i i1 i2 i3 i4 binding instance aligned introduces overrides selects parents abstracts
	inits methods sigs bases define parent majorVersion minorVersion classObject parentMtab instanceDataToken`)

// shortName prints a name for what has a longer one, unless another thing has it, too: then neither has.
func (u *unit) shortName(a alias) {
	u.F("#ifdef SOM_SHORT_%s", a.short)
	u.F("#undef %s", a.short)
	u.F("#elif !defined %s", a.short)
	u.F("#define SOM_SHORT_%s", a.short)
	u.F("#define %s %s", a.short, a.long)
	u.L("#endif")
}

// memberNames returns the names of what the specification has in structures, in tables of methods and for parameters: as a macro, such a
// name would be another thing's there.
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
				g.members[a.Name], g.members["_get_"+a.Name], g.members["_set_"+a.Name] = true, true, true
			}
			for _, o := range d.Operations() {
				g.members[o.Name] = true
				for _, p := range o.Params {
					g.members[p.Name] = true
				}
			}
		}
	}
	return g.members
}

// compatOwn are the words of som_compat.h and what it includes that are members of structures, that macros there are made of, or that
// are C's own: as names of a program's they would mean something else in them. TestShortNames compiles the macros with all others.
var compatOwn = cabi.Set(`abstract_parents allocate assign at b bases boolean c calloc Changes ClassData cls code cold completed completion_status context copy d data
	data_align data_size deallocate declared defined descriptor dllexport dllimport drop endif Environment EOF error exception_free exception_id
	exception_type exception_value exit EXIT_FAILURE f FALSE file fini first_inits flags float4 float8 format fp fpr fprintf free from gp gpr gr gr_left grown h H
	handle i I id idl info init init_classes inits int32_t integer2 integer4 introduces kind known l layout library load m major malloc mask MAYBE memcpy memory
	memset metaclass method method_size methods migrated minor mt mToken n nabstract_parents name nbases nfirst_inits ninit_classes ninits nintroduces nlayout nmethods
	NO NO_EXCEPTION noinline norder noverrides nparents nselects nwhy object octet offset oidl ORBfree order output override_size overrides owner p parent
	parents part_size printf proc putchar realloc refs reserved s saved select_size selects sequence sequenceElement sequenceLength sequenceMaximum sig
	sigs size SIZE_MAX size_of stderr StExcep strcmp strcspn string strlen strncat strncmp symbol SYSTEM_EXCEPTION TCKind text to token TRUE type typelib
	uint32_t uinteger2 uinteger4 uintptr_t unload unused used USER_EXCEPTION va_ va_arg va_copy va_end va_list va_start value visibility vprintf vr
	vr_left vsnprintf weak why YES zString`)
