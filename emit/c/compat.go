package c

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// IBM's names are in this file: macros over what the other files make. som_compat.h has those that no class is needed for.

// compatTypes are the types that IBM's bindings had for those of IDL, where they are others in C.
var compatTypes = map[string]string{
	"int32_t": "long", "uint32_t": "unsigned long", "int32_t *": "long *", "uint32_t *": "unsigned long *",
	"const char *": "char *", "som_making *": "somInitCtrl *",
}

// compatParams returns the parameters of the function that is written for a method: nothing that goes in is const, and structures are results.
func compatParams(f *method) []param {
	ps := f.valued()
	for i := range ps {
		if ps[i].name == "self" {
			ps[i].name = "somSelf"
		}
		if ps[i].id {
			ps[i].typ = "somId"
		}
		if ps[i].object != "" {
			ps[i].typ = strings.Replace(ps[i].typ, "som_ref", ps[i].object+star, 1)
		}
		if t, ok := compatTypes[ps[i].typ]; ok {
			if t == "somInitCtrl *" {
				ps[i].name = "ctrl"
			}
			ps[i].typ = t
		}
		ps[i].typ = strings.TrimPrefix(ps[i].typ, "const ")
	}
	return ps
}

// valued returns the parameters that IBM's bindings show: where a structure goes is none of them.
func (m *method) valued() []param {
	ps := slices.Clone(m.shown())
	if m.value != "" {
		ps = ps[:len(ps)-1]
	}
	return ps
}

func compatResult(f *method) string {
	if f.value != "" {
		return f.value
	}
	if f.object != "" {
		return f.object + star
	}
	if t, ok := compatTypes[f.result]; ok {
		return t
	}
	return f.result
}

// star is what stands behind a class's name: som_compat.h defines it.
const star = " SOMSTAR"

// styled returns a declaration with or without the star, as the template has it.
func (u *unit) styled(declaration string) string {
	if u.opt.Pointers {
		return strings.ReplaceAll(declaration, star, "")
	}
	return strings.ReplaceAll(strings.ReplaceAll(declaration, star+" *", " **"), star+" ", " *")
}

// style prints what has the classes of a file be types of pointers, as somcorba made them, whatever a program says.
func (u *unit) style() {
	if !u.opt.Pointers {
		return
	}
	u.L("#ifndef SOMSTAR")
	u.L("#undef SOM_STRICT_IDL")
	u.L("#define SOM_STRICT_IDL 1")
	u.L("#elif !defined(SOM_STRICT_IDL) && !defined(SOM_XH)")
	u.F("#error \"%s.h has classes as pointers, dsom idl build --c=corba, and a header in front of it has not: make all of them so\"", u.Stem)
	u.L("#endif")
}

// compatLives are the parameters of what is written for the moments of an object's life.
var compatLives = map[string][]param{
	"init":   {{typ: "som_ref", name: "somSelf"}, {typ: "somInitCtrl *", name: "ctrl"}},
	"fini":   {{typ: "som_ref", name: "somSelf"}, {typ: "uint8_t", name: "doFree"}, {typ: "somDestructCtrl *", name: "ctrl"}},
	"copy":   {{typ: "som_ref", name: "somSelf"}, {typ: "somInitCtrl *", name: "ctrl"}, {typ: "SOMObject SOMSTAR", name: "fromObj"}},
	"assign": {{typ: "som_ref", name: "somSelf"}, {typ: "somAssignCtrl *", name: "ctrl"}, {typ: "SOMObject SOMSTAR", name: "fromObj"}},
}

// compatNames are IBM's names of types, by which programs say what is written by others here.
func (u *unit) compatNames() map[string]string {
	names := map[string]string{
		"string": "char *", "zString": "char *", "Environment *": "som_env *", "boolean": "uint8_t", "octet": "uint8_t", "short": "int16_t", "integer2": "int16_t",
		"unsigned short": "uint16_t", "uinteger2": "uint16_t", "integer4": "int32_t", "uinteger4": "uint32_t", "integer4 *": "int32_t *", "uinteger4 *": "uint32_t *",
		"boolean *": "uint8_t *", "octet *": "uint8_t *", "short *": "int16_t *", "string *": "char * *", "float4": "float", "float8": "double", "somToken": "void *",
	}
	for d := range u.spec.All() {
		if i, ok := d.(*model.Interface); ok && i.IsClass() {
			if u.opt.Pointers {
				names[cname(i)], names[cname(i)+" *"] = "som_ref", "som_ref *"
			} else {
				names[cname(i)+" *"], names[cname(i)+" * *"] = "som_ref", "som_ref *"
			}
		} else if isType(d) {
			for _, a := range u.aliases(d) {
				names[a.short], names[a.short+" *"] = a.long, a.long+" *"
			}
			word := cname(d)
			for _, name := range []string{"_IDL_SEQUENCE_" + word, "_IDL_SEQUENCE_" + d.About().Name, "sequence ( " + word + " )", "sequence ( " + d.About().Name + " )"} {
				names[name], names[name+" *"] = "som_seq_"+namedWord(word), "som_seq_"+namedWord(word)+" *"
			}
		}
	}
	for word := range carried {
		for _, name := range []string{"_IDL_SEQUENCE_" + word, "sequence ( " + word + " )"} {
			names[name], names[name+" *"] = "som_seq_"+word, "som_seq_"+word+" *"
		}
	}
	return names
}

// compatElement returns what an element's type, which has a name, is called in _IDL_SEQUENCE_T.
func compatElement(t *model.Type) string {
	switch name := cname(t.Decl); {
	case cabi.StandardName(t) == "somId" && cabi.IsSystem(t.Decl):
		return "somId"
	case cabi.IsSystem(t.Decl) || compatSequences[name]:
		return elementWord(t)
	default:
		return name
	}
}

// compatSequences are the elements of sequences that som_compat_process.h names.
var compatSequences = cabi.Set(`boolean octet char short integer2 ushort uinteger2 long integer4 ulong uinteger4 float double string SOMObject SOMClass`)

// compatHead returns the head of a function as IBM's templates had it.
func (u *unit) compatHead(w written) string {
	head := strings.ReplaceAll(u.styled(strings.TrimPrefix(w.head, "static ")), "som_env *", "Environment *")
	if at := strings.Index(head, w.name+"("); at >= 0 {
		head = head[:at] + "SOMLINK " + head[at:]
	}
	return "SOM_Scope " + head
}

func compatLifeArguments(m *implementing, l string) string {
	self := "(" + m.name + star + ")self, "
	return self + map[string]string{"init": "NULL", "fini": "0, NULL", "copy": "NULL, (SOMObject SOMSTAR)from", "assign": "NULL, (SOMObject SOMSTAR)from"}[l]
}

// compatCall prints the call of a written function from the one in the table: IDL's long is four octets, C's may be eight.
func (u *unit) compatCall(m *implementing, f *method, name string) {
	written := compatParams(f)
	shown := f.valued()
	var args, back []string
	for i, p := range shown {
		switch w := written[i]; {
		case p.typ == "int32_t *" || p.typ == "uint32_t *":
			u.F("\t%[1]ssom_%[2]s = %[2]s ? *%[2]s : 0;", cabi.Spaced(strings.TrimSuffix(w.typ, " *")), p.name)
			args = append(args, fmt.Sprintf("%[1]s ? &som_%[1]s : NULL", p.name))
			back = append(back, fmt.Sprintf("\tif (%[1]s) *%[1]s = (%[2]s)som_%[1]s;", p.name, strings.TrimSuffix(p.typ, " *")))
		case p.name == "self":
			args = append(args, "("+m.name+star+")self")
		case p.id:
			args = append(args, "(somId)&"+p.name)
		case p.elements != "":
			args = append(args, "("+p.elements+")"+p.name)
		case p.typ != w.typ:
			args = append(args, "("+w.typ+")"+p.name)
		default:
			args = append(args, p.name)
		}
	}
	call := fmt.Sprintf("%s(%s)", name, strings.Join(args, ", "))
	switch {
	case f.value != "":
		u.F("\t*result = %s;", call)
	case f.result == "void":
		u.F("\t%s;", call)
	case len(back) == 0:
		u.F("\treturn (%s)%s;", f.result, call)
	default:
		u.F("\t%s = (%s)%s;", cabi.Spaced(f.result)+"given", f.result, call)
	}
	for _, b := range back {
		u.L(b)
	}
	if len(back) > 0 && f.result != "void" {
		u.F("\treturn given;")
	}
}

// compatUpward prints a function of IBM's types that calls one of the kernel's, of a parent's or of the next implementation.
func (u *unit) compatUpward(name, kernels string, f *method) {
	written := compatParams(f)
	u.F("static inline %s {", prototype(compatResult(f), name, declared(written)))
	var args, back []string
	for i, p := range f.valued() {
		w := written[i]
		switch {
		case p.typ == "int32_t *" || p.typ == "uint32_t *":
			typ := strings.TrimSuffix(p.typ, " *")
			u.F("\t%[1]s som_%[2]s = %[2]s ? (%[1]s)*%[2]s : 0;", typ, w.name)
			args = append(args, fmt.Sprintf("%[1]s ? &som_%[1]s : NULL", w.name))
			back = append(back, fmt.Sprintf("\tif (%[1]s) *%[1]s = som_%[1]s;", w.name))
		case p.id:
			args = append(args, "somStringFromId("+w.name+")")
		case p.elements != "":
			args = append(args, "("+p.elements+")"+w.name)
		case p.typ != w.typ:
			args = append(args, "("+p.typ+")"+w.name)
		default:
			args = append(args, w.name)
		}
	}
	switch {
	case f.value != "":
		u.F("\t%s given;", f.value)
		u.L("\tmemset(&given, 0, sizeof given);")
		args = append(args, "&given")
		back = append(back, "\treturn given;")
	case f.result != "void":
		u.F("\t%[1]sgiven;", cabi.Spaced(compatResult(f)))
		back = append(back, "\treturn given;")
	}
	call := fmt.Sprintf("%s(%s);", kernels, strings.Join(args, ", "))
	if f.result != "void" {
		call = "given = (" + compatResult(f) + ")" + call
	}
	u.L("\t" + call)
	for _, b := range back {
		u.L(b)
	}
	u.L("}")
}

// asIBM reports whether IBM's bindings show a method with other types than the kernel has for it.
func asIBM(f *method) bool {
	if f.value != "" || compatResult(f) != f.result {
		return true
	}
	for i, p := range compatParams(f) {
		if of := f.valued()[i]; of.id || of.object != "" || of.typ != p.typ && of.name != "self" {
			return true
		}
	}
	return false
}

// compatUsage prints IBM's names for those who use a class.
func (u *unit) compatUsage(i *model.Interface) {
	b, name := u.bindingOf(i), cname(i)
	u.owned(i)
	u.Blank()
	u.comment("IBM's names for " + i.ScopedName() + ".")
	u.L("#ifndef SOM_XH")
	u.F("typedef SOMObject %s;", name)
	u.L("#endif")
	u.F("enum { %s = %s, %s = %s };", u.own(i, "_MajorVersion"), u.own(i, "_major"), u.own(i, "_MinorVersion"), u.own(i, "_minor"))
	u.F("SOM_LINKED SOMClass SOMSTAR %sNewClass(integer4 majorVersion, integer4 minorVersion);", name)
	object := u.own(i, "_classObject")
	u.F("static inline SOMClass SOMSTAR %s(void) {", object)
	u.F("\tsom_compat_define(%s, %sNewClass);", cabi.Quoted(i.ScopedName()), name)
	u.F("\treturn (SOMClass SOMSTAR)%s(NULL);", u.own(i, "_class"))
	u.F("}")
	if !u.memberNames()["_"+name] { // as the attribute size of a class get_size
		u.F("#define _%s %s()", name, object)
	}
	u.F("typedef som_seq_object _IDL_SEQUENCE_%s;", name)
	if _, abstract := i.ClassModifier("abstract"); !abstract && !isMeta(i) {
		u.F("static inline %[1]s SOMSTAR %[1]sNew(void) { return %[2]s() ? (%[1]s SOMSTAR)%[3]s(NULL) : NULL; }", name, object, u.own(i, "_new"))
		u.F("static inline %[1]s SOMSTAR %[1]sRenew(void *memory) { return %[2]s() ? (%[1]s SOMSTAR)_somRenew(%[2]s(), memory) : NULL; }", name, object)
	}
	for _, m := range u.introduced(i) {
		if _, abstract := i.ClassModifier("abstract"); m.init && !m.hidden && len(m.params) > 0 && !abstract && !isMeta(i) {
			ps := append([]param{{typ: "Environment *", name: "ev"}}, m.params[1:]...)
			u.F("static inline %[1]s SOMSTAR %[1]sNew_%[2]s(%[3]s) { return %[5]s() ? (%[1]s SOMSTAR)%[6]s(%[4]s) : NULL; }", name, m.name, declared(ps), cabi.List(ps, func(p param) string { return p.name }), object, u.own(i, "_new_"+m.name))
		}
	}
	u.F("struct %sClassDataStructure {", name)
	u.F("\tSOMClass SOMSTAR classObject;")
	for _, m := range b.methods {
		u.F("\tsomMToken %s;", dataMember(m))
	}
	u.F("};")
	u.F("static inline struct %[1]sClassDataStructure %[2]s(void) {", name, u.own(i, "_classData"))
	u.F("\tstruct %sClassDataStructure d;", name)
	u.F("\td.classObject = %s();", object)
	for n, m := range b.methods {
		u.F("\td.%s = %s(%d, NULL);", dataMember(m), u.own(i, "_token"), n)
	}
	u.F("\treturn d;")
	u.F("}")
	u.F("#define %sClassData %s()", name, u.own(i, "_classData"))
	u.F("struct %sCClassDataStructure {", name)
	u.L("\tsomMethodTabs parentMtab;")
	u.L("\tsomDToken instanceDataToken;")
	u.L("};")
	u.F("static inline struct %[1]sCClassDataStructure %[2]s(void) {", name, u.own(i, "_cClassData"))
	u.F("\tstruct %sCClassDataStructure d;", name)
	u.F("\td.parentMtab = (som_class *)%s();", object)
	u.L("\td.instanceDataToken = d.parentMtab ? _somGetInstanceToken(d.parentMtab) : 0;")
	u.L("\treturn d;")
	u.L("}")
	u.F("#define %sCClassData %s()", name, u.own(i, "_cClassData"))
	for _, m := range u.introduced(i) {
		if m.hidden {
			continue
		}
		long, usage := name+"_"+m.name, usageName(i, m.name)
		if long != usage {
			u.F("#define %s %s", long, usage)
		}
		if m.value != "" {
			u.returning("som_value_"+usage, usage, m)
			usage = "som_value_" + usage
		}
		if m.long != "" {
			u.F("static inline %s {", prototype(m.long, "som_long_"+usage, declared(m.shown())))
			u.F("\treturn %s(%s);", usage, cabi.List(m.shown(), func(p param) string { return p.name }))
			u.L("}")
			usage = "som_long_" + usage
		}
		byID := slices.ContainsFunc(m.params, func(p param) bool { return p.id })
		if byID {
			usage = u.byID(long, usage, m)
		}
		u.L("#ifndef SOM_XH")
		u.F("#undef _%s", m.name)
		u.F("#define _%s %s", m.name, usage)
		u.L("#endif")
		if m.self && m.env && !m.oidl && !byID { // what is found by name takes texts
			u.F("typedef %s(*somTD_%s_%s)(%s);", cabi.Spaced(m.result), name, m.name, types(m.abi()))
			u.F("#undef lookup_%s", m.name)
			u.F("#define %[2]s_lookup_%[1]s lookup_%[1]s", m.name, name)
			as := ""
			if m.long != "" {
				as = "(" + m.long + ")"
			}
			u.F("#define lookup_%[1]s(o, ...) (%[4]s((somTD_%[2]s_%[1]s)somResolveByName((SOMObject SOMSTAR)(o), %[3]s))((som_ref)(o), __VA_ARGS__))", m.name, name, cabi.Quoted(m.name), as)
		}
	}
}

// byID prints a function of IBM's that takes somIds, and returns its name: what it calls takes their texts.
func (u *unit) byID(long, usage string, m *method) string {
	name := "som_id_" + usage
	result, ps := m.result, m.valued()
	switch {
	case m.value != "":
		result = m.value
	case m.long != "":
		result = m.long
	}
	args := cabi.List(ps, func(p param) string {
		if p.id {
			return "somStringFromId(" + p.name + ")"
		}
		return p.name
	})
	for i := range ps {
		if ps[i].id {
			ps[i].typ = "somId"
		}
	}
	give := "return "
	if result == "void" {
		give = ""
	}
	u.F("static inline %s { %s%s(%s); }", prototype(result, name, declared(ps)), give, usage, args)
	u.L("#ifndef SOM_XH")
	u.F("#undef %s", long)
	u.F("#define %s %s", long, name)
	u.L("#endif")
	return name
}

// dataMember returns the name of a method's token in the structure of its class, which has the class itself as classObject.
func dataMember(m *method) string {
	if m.name == "classObject" {
		return m.name + "_"
	}
	return memberName(m.name)
}

// returning prints a function of some name that returns the structure which another one writes.
func (u *unit) returning(name, writes string, m *method) {
	args := cabi.List(m.shown(), func(p param) string {
		if p.name == "result" {
			return "&given"
		}
		return p.name
	})
	u.F("static inline %s {", prototype(m.value, name, declared(m.valued())))
	u.F("\t%s given;", m.value)
	u.L("\tmemset(&given, 0, sizeof given);")
	u.F("\t%s(%s);", writes, args)
	u.L("\treturn given;")
	u.L("}")
}

// compatImplementation prints IBM's names for those who implement a class.
func (u *unit) compatImplementation(i *model.Interface) {
	m := u.implementing(i)
	name := m.name
	u.owned(i)
	u.Blank()
	u.comment("IBM's names for the implementation of " + i.ScopedName() + ".")
	if m.hasData() {
		u.F("typedef %s %sData;", u.own(i, "_instance"), name)
		u.F("#define %sGetData(somSelf) %s(somSelf)", name, u.own(i, "_data"))
	} else {
		u.F("typedef som_object %sData;", name)
		u.F("#define %sGetData(somSelf) ((som_ref)(somSelf))", name)
	}
	u.compatParents(m)
	written := u.writtenNames()
	variable := func(name string) {
		if !written["_"+name] {
			u.F("#undef _%s", name)
			u.F("#define _%s (somThis->%s)", name, memberName(name))
		}
	}
	for _, d := range m.members {
		variable(d.Name)
	}
	for _, a := range m.data {
		variable(a.Name)
	}
	u.F("#ifndef %sMethodDebug", name)
	u.F("#define %sMethodDebug(c, m) SOM_Trace(c, m)", name)
	u.L("#endif")
	initializers := []string{"somDefaultInit"}
	for _, f := range m.own {
		if f.init {
			initializers = append(initializers, f.name)
		}
	}
	for _, f := range initializers {
		u.F("#define %[1]s_BeginInitializer_%[2]s (memset(&globalCtrl, 0, sizeof globalCtrl), (void)globalCtrl, (void)(myMask = NULL), (void)ctrl, (void)(somThis = %[1]sGetData(somSelf)))", name, f)
	}
	u.F("#define %[1]s_BeginDestructor (memset(&globalCtrl, 0, sizeof globalCtrl), (void)globalCtrl, (void)(myMask = NULL), (void)ctrl, (void)doFree, (void)(somThis = %[1]sGetData(somSelf)))", name)
	u.F("#define %s_EndDestructor ((void)0)", name)
	for _, p := range m.DirectInitClasses() {
		class := u.own(p, "_class") + "(NULL)"
		if isRoot(p) {
			class = "som_object_class()"
			if isMeta(p) {
				class = "som_class_class()"
			}
		}
		u.F("#define %s_Init_%s_somDefaultInit(somSelf, ctrl) som_compat_init(ctrl, %s)", name, cname(p), class)
		for _, f := range u.introduced(p) {
			if !f.init || isRoot(p) {
				continue
			}
			ps := compatParams(f)
			u.F("static inline void %s_Init_%s_%s(%s) {", name, cname(p), f.name, declared(ps))
			u.F("\t%s(%s);", usageName(p, f.name), cabi.List(ps, func(q param) string {
				if q.name == "ctrl" {
					return "(som_making *)ctrl"
				}
				return q.name
			}))
			u.F("}")
		}
	}
	u.F("SOMClass SOMSTAR %sNewClass(integer4 majorVersion, integer4 minorVersion) {", name)
	for _, p := range m.Parents() {
		if !isGiven(p) {
			u.F("\tsom_compat_define(%s, %sNewClass);", cabi.Quoted(p.ScopedName()), cname(p))
		}
	}
	if meta := m.Interface.Metaclass(); meta != nil && !isGiven(meta) {
		u.F("\tsom_compat_define(%s, %sNewClass);", cabi.Quoted(meta.ScopedName()), cname(meta))
	}
	u.F("\treturn som_compat_new_class(%s, %s, majorVersion, minorVersion);", cabi.Quoted(m.ScopedName()), u.own(i, "_define"))
	u.F("}")
}

// compatParents prints IBM's names of the parents' implementations, and what calls that of each parent in turn, of which the last has the result.
func (u *unit) compatParents(m *implementing) {
	var all []alias
	for _, f := range m.over {
		word := shortName(m.Interface, f.name)
		result := compatResult(f)
		args := cabi.List(compatParams(f), func(p param) string { return p.name })
		var calls []string
		for _, p := range m.implementingParents(f) {
			ours, long := u.own(m.Interface, "_parent_"+cname(p)+"_"+word), u.own(m.Interface, "_parent_"+cname(p)+"_"+f.name)
			if ours != long {
				u.F("#define %s %s", long, ours)
			}
			all = append(all, alias{long, "parent_" + cname(p) + "_" + f.name})
			calls = append(calls, fmt.Sprintf("%s(%s);", long, args))
		}
		if len(calls) == 1 {
			all = append(all, alias{u.own(m.Interface, "_parents_"+f.name), "parent_" + f.name})
		}
		if len(calls) == 0 {
			continue
		}
		if last := len(calls) - 1; result != "void" {
			calls[last] = "return " + calls[last]
		}
		u.F("static inline %s {", prototype(result, u.own(m.Interface, "_parents_"+f.name), declared(compatParams(f))))
		for _, c := range calls {
			u.F("\t%s", c)
		}
		u.L("}")
		all = append(all, alias{u.own(m.Interface, "_parents_"+f.name), "parents_" + f.name})
	}
	written := u.writtenNames()
	for _, a := range all {
		if !written[a.short] {
			u.shortName(a)
		}
	}
}

// unmasked prints that the name of a function which is written is no method's or class's short name from here on: without a prefix the function
// that gets an attribute x is _get_x, as the call of a method get_x is.
func (u *unit) unmasked(name string) {
	if u.opt.Compat && u.macroNames()[name] {
		u.F("#undef %s", name)
	}
}

// writtenNames returns the names of the functions that are written in a unit.
func (u *unit) writtenNames() map[string]bool {
	names := map[string]bool{}
	for _, i := range u.Classes {
		for _, w := range u.written(u.implementing(i)) {
			names[w.name] = true
		}
	}
	return names
}

// macroNames returns the names without a class's in front that headers for the users of the specification's classes have as macros.
func (g *generator) macroNames() map[string]bool {
	if g.macros != nil {
		return g.macros
	}
	g.macros = map[string]bool{}
	for d := range g.spec.All() {
		i, ok := d.(*model.Interface)
		if !ok || !i.IsClass() {
			continue
		}
		g.macros["_"+cname(i)] = true
		for _, m := range i.Introduced() {
			g.macros["_"+m.Name], g.macros["lookup_"+m.Name] = true, true
		}
	}
	return g.macros
}
