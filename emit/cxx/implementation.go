package cxx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// implementation returns the header for the unit that implements a file's classes: of each a template from which the class
// that is written by hand derives, and which knows how to define it.
func (u *unit) implementation() []byte {
	end := u.begin(u.Stem+".ih.hpp", u.says("for those who implement"), cabi.Include(u.Stem+".hpp"))
	u.passthru("C_xih", true)
	if u.opt.Typelib {
		u.F("extern \"C\" SOM_LOCAL const unsigned char %s[];", typelib.Symbol(u.File.Path))
	}
	for _, i := range u.Classes {
		u.within(i)
		u.part(i)
	}
	u.passthru("C_xih", false)
	end()
	return []byte(u.Cut(0))
}

// part prints the template of a class's part.
func (u *unit) part(i *model.Interface) {
	part, impl := u.own(i, "_part"), u.own(i, "_impl")
	u.Blank()
	u.F("// What a class som_D that implements %s derives from: class %s : public %s<%s>.", i.ScopedName(), impl, part, impl)
	u.L("// som_D has the methods that are named below, and may have more.")
	u.F("template <class som_D> class %s : public som::impl<som_D%s> {", part, parents(i))
	u.L("public:")
	for _, m := range initializers(i) {
		u.doc("\t", m.node())
		u.F("\tstruct %s {}; // som_D(%s) is this initializer", m.name, m.name+comma(written(m.initParams())))
	}
	u.accessors(i)
	u.F("\tstatic som::class_object som_define() {")
	entries := u.entries(i)
	u.F("\t\treturn som::define<som_D>(%s,", cabi.Quoted(i.ScopedName()))
	for n, e := range entries {
		sep := ","
		if n == len(entries)-1 {
			sep = ");"
		}
		u.F("\t\t\t%s%s", e, sep)
	}
	u.L("\t}")
	u.data(i)
	u.L("};")
	u.Blank()
	u.F("// Defines the class %s. %s.cpp has it.", i.ScopedName(), u.Stem)
	u.F("som::class_object %s();", u.own(i, "_define"))
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}

// parents returns the handles of the parents, each behind a comma.
func parents(i *model.Interface) string {
	s := ""
	for _, p := range i.Parents() {
		s += ", " + qualified(p)
	}
	return s
}

// stored reports whether an attribute has a variable, and which of its methods are generated.
func stored(i *model.Interface, a *model.Attribute) (get, set bool) {
	if !slices.Contains(i.AttributeData(), a) {
		return false, false
	}
	return !a.HasModifier("noget"), !a.Readonly && !a.HasModifier("noset")
}

// variable returns the type of an attribute's variable: what has to be translated is kept as it travels.
func variable(t *model.Type) string {
	if lends(t) {
		return typeName(t)
	}
	return "som::kept<" + typeName(t) + ">"
}

// accessors prints the methods of attributes that nobody writes.
func (u *unit) accessors(i *model.Interface) {
	for _, a := range i.Attributes() {
		get, set := stored(i, a)
		name, v := identifier(a.Name), variable(a.Type)
		if get {
			u.doc("\t", &a.Node)
			typ := "const " + v + " &"
			if formOf(a.Type) == plain {
				typ = cabi.Spaced(v)
			}
			u.F("\t%s%s() const { return %s; }", typ, methodName(i, "_get_"+a.Name), name)
		}
		if set {
			u.F("\tvoid %s(%s) { this->%s = value; }", methodName(i, "_set_"+a.Name), implemented(a.Type, model.In, "value"), name)
		}
	}
}

// data prints the variables.
func (u *unit) data(i *model.Interface) {
	attributes, members, static := i.AttributeData(), i.InstanceData(), i.StaticData()
	if len(static) > 0 {
		u.Blank()
		for _, d := range static {
			u.doc("\t", &d.Node)
			u.F("\tSOM_LOCAL static inline %s%s{};", cabi.Spaced(typeName(d.Type)), identifier(d.Name))
		}
	}
	if len(attributes)+len(members) == 0 {
		return
	}
	u.Blank()
	u.L("protected:")
	for _, a := range attributes {
		u.F("\t%s%s%s; // attribute", cabi.Spaced(variable(a.Type)), identifier(a.Name), initial(a.Type))
	}
	for _, d := range members {
		u.doc("\t", &d.Node)
		u.F("\t%s%s%s;", cabi.Spaced(typeName(d.Type)), identifier(d.Name), initial(d.Type))
	}
}

// entries returns the arguments of som::define.
func (u *unit) entries(i *model.Interface) []string {
	major, minor := i.ClassVersion()
	all := []string{fmt.Sprintf("som::version{%d, %d}", major, minor)}
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if u.opt.Typelib {
		add("som::typelib{%s}", typelib.Symbol(u.File.Path))
	}
	if _, ok := i.ClassModifier("abstract"); ok {
		add("som::abstract{}")
	}
	if i.OIDL() {
		add("som::oidl{}")
	}
	if m := i.Metaclass(); m != nil {
		add("som::metaclass{%s}", cabi.Quoted(m.ScopedName()))
	} else if v, ok := i.ClassModifier("metaclass"); ok && v != "" {
		add("som::metaclass{%s}", cabi.Quoted(v))
	}
	abstract := i.AbstractParents()
	for _, p := range abstract {
		add("som::abstract_parent{%s}", cabi.Quoted(p.ScopedName()))
	}
	if _, ok := i.ClassModifier("directinitclasses"); ok {
		inits := slices.DeleteFunc(slices.Clone(i.DirectInitClasses()), func(p *model.Interface) bool { return slices.Contains(abstract, p) })
		add("som::init_classes{{%s}}", cabi.List(inits, func(p *model.Interface) string { return cabi.Quoted(p.ScopedName()) }))
	}
	for _, r := range i.ReleaseOrder() {
		switch {
		case r.Migrated != nil:
			add("som::migrated(%s, %s)", cabi.Quoted(r.Name), cabi.Quoted(r.Migrated.ScopedName()))
		case r.Data != nil:
			add("som::raw_procedure{%s, reinterpret_cast<som_proc *>(static_cast<void *(*)()>([]() -> void * { return &som_D::%s; })), %s}", cabi.Quoted(r.Name), identifier(r.Data.Name), cabi.Quoted(cabi.DataSignature(r.Data)))
		case r.Method == nil:
			add("som::retired(%s)", cabi.Quoted(r.Name))
		default:
			all = append(all, u.entry(i, methodOf(r.Method)))
		}
	}
	for _, o := range i.Overridden() {
		if m := overridden(i, o); m != nil && !(rootHandle(m.Class) != "" && isLife(m.Name)) {
			add("som::overrides<&som_D::%s, %s>(%s%s)", m.member, m.signature(), cabi.Quoted(m.Class.ScopedName()+"::"+m.Name), m.told())
		}
	}
	if i.Implementation != nil {
		for _, o := range i.Implementation.Overrides {
			if v, ok := model.ModifierOf(o.Modifiers, "select"); ok {
				if p, m := i.AncestorNamed(v), overridden(i, o); p != nil && m != nil {
					add("som::select{%s, %s}", cabi.Quoted(m.Class.ScopedName()+"::"+m.Name), cabi.Quoted(p.ScopedName()))
				}
			}
		}
	}
	return all
}

// entry returns the argument for a method that the class introduces.
func (u *unit) entry(i *model.Interface, m *method) string {
	how := "method"
	switch {
	case m.IsInit():
		return fmt.Sprintf("som::initializer<typename %s::%s, %s>(%s%s)", u.own(i, "_part"), m.name, m.signature(), cabi.Quoted(m.Name), m.told())
	case m.Kind() == model.NonstaticMethod:
		how = "nonstatic"
	case m.Kind() == model.ProcedureMethod:
		how = "procedure"
	}
	return fmt.Sprintf("som::%s<&som_D::%s, %s>(%s%s)", how, m.name, m.signature(), cabi.Quoted(m.Name), m.told())
}

// A stub is a member function that is written by hand.
type stub struct {
	key  string // what it implements: Dog::bark
	name string
	head string
	kept string // the head of an author who returns by reference, where that is another
	body []string
	doc  []string
}

// told returns what is said of what a stub implements.
func told(m *method) []string {
	return append([]string{cabi.Declaration(m.Method)}, cabi.DocLines(m.node())...)
}

// stubs returns what is written by hand to implement a class, in the order of the IDL.
func (u *unit) stubs(i *model.Interface) []stub {
	var all []stub
	seen := map[string]bool{}
	add := func(m *method, result, body string) {
		if seen[m.member] {
			return
		}
		seen[m.member] = true
		s := stub{key: i.ScopedName() + "::" + m.Name, name: m.member, doc: told(m)}
		if m.member != m.name {
			s.key = i.ScopedName() + "::" + m.member
		}
		s.head = fmt.Sprintf("%s%s(%s)", cabi.Spaced(result), m.member, written(m.params))
		if r := implementedResult(m); r != result {
			s.kept = fmt.Sprintf("%s%s(%s)", cabi.Spaced(r), m.member, written(m.params))
		}
		if m.sig != "" {
			s.head, s.kept = rootHead(m), ""
		}
		if m.Kind() == model.ProcedureMethod {
			s.head = "static " + s.head
		}
		s.body = []string{body}
		if strings.HasPrefix(body, "throw ") {
			s.body = append(unused(m), body)
		}
		all = append(all, s)
	}
	for _, m := range introduced(i) {
		get, set := false, false
		if m.Attribute != nil {
			get, set = stored(i, m.Attribute)
		}
		if m.IsInit() {
			s := stub{key: i.ScopedName() + "::" + m.Name, name: u.own(i, "_impl"), doc: told(m), body: notLookedAt(localNames(m.initParams()))}
			s.head = fmt.Sprintf("%s(%s)", u.own(i, "_impl"), m.name+comma(written(m.initParams())))
			all = append(all, s)
		} else if !(m.Set && set || m.Attribute != nil && !m.Set && get) {
			add(m, implementedResult(m), unwritten(i, m))
		}
	}
	for _, o := range i.Overridden() {
		m := overridden(i, o)
		if m == nil || rootHandle(m.Class) != "" && isLife(m.Name) {
			continue
		}
		if rootHandle(m.Class) != "" && (m.Name == "somInit" || m.Name == "somUninit") {
			add(m, "", "// what the ancestors have of it runs without a call")
			continue
		}
		result, body := u.parentCall(i, m)
		add(m, result, body)
	}
	return all
}

// unwritten returns the body of a method that has nothing to begin with.
func unwritten(i *model.Interface, m *method) string {
	return fmt.Sprintf("throw som::system_exception(\"NO_IMPLEMENT\", %s);", cabi.Quoted(i.ScopedName()+"::"+m.Name))
}

// parentCall returns the result and the body of an override to begin with: what the first parent that has the method does, and lends.
func (u *unit) parentCall(i *model.Interface, m *method) (result, body string) {
	for _, p := range i.Parents() {
		if (p == m.Class || p.Inherits(m.Class)) && m.sig == "" && !slices.Contains(i.AbstractParents(), p) {
			args := strings.TrimPrefix(arguments(m.params), ", ")
			via, result := "parent", implementedResult(m)
			if m.held {
				via, result = "parent_loan", "som::loan<"+typeName(m.result)+">"
			}
			if hides(i, via) || slices.ContainsFunc(m.params, func(p param) bool { return p.name == via }) {
				via = "impl::" + via
			}
			call := fmt.Sprintf("%s<%s>().%s(%s);", via, qualified(p), m.name, args)
			if m.result != nil {
				call = "return " + call
			}
			return result, call
		}
	}
	return implementedResult(m), unwritten(i, m)
}

// hides reports whether the class that implements i has a member of a name of its own.
func hides(i *model.Interface, name string) bool {
	if slices.ContainsFunc(introduced(i), func(m *method) bool { return m.name == name }) {
		return true
	}
	if slices.ContainsFunc(i.AttributeData(), func(a *model.Attribute) bool { return a.Name == name }) {
		return true
	}
	if slices.ContainsFunc(append(slices.Clone(i.InstanceData()), i.StaticData()...), func(d *model.Member) bool { return d.Name == name }) {
		return true
	}
	return slices.ContainsFunc(i.Overridden(), func(o *model.Override) bool {
		m := overridden(i, o)
		return m != nil && m.member == name
	})
}

// implementedResult returns what the member function of a method returns.
func implementedResult(m *method) string {
	switch {
	case m.result == nil:
		return "void"
	case m.held && !lends(m.result):
		return "const " + variable(m.result) + " &"
	case m.held:
		return "const " + typeName(m.result) + " &"
	}
	return typeName(m.result)
}

// rootHead returns the head of the override of a method of a root class, by its signature.
func rootHead(m *method) string {
	result, types := rootSignature(m)
	if result == "som::held<std::string>" {
		result = "const char *"
	}
	var ps []string
	for n, t := range types {
		if t == "std::string" {
			ps = append(ps, "const std::string &"+rootParameter(n))
		} else {
			ps = append(ps, cabi.Spaced(t)+rootParameter(n))
		}
	}
	return cabi.Spaced(result) + m.name + "(" + strings.Join(ps, ", ") + ")"
}

// rootSignature returns the result and the types of the parameters of a method of a root class.
func rootSignature(m *method) (result string, types []string) {
	result, params, _ := strings.Cut(m.sig, "(")
	if params = strings.TrimSuffix(params, ")"); params != "" {
		types = strings.Split(params, ", ")
	}
	return result, types
}

func rootParameter(n int) string { return fmt.Sprintf("a%d", n) }

// unused returns the line of a stub that says that the parameters of its method are not looked at.
func unused(m *method) []string {
	if m.sig == "" {
		return notLookedAt(localNames(m.params))
	}
	_, types := rootSignature(m)
	var names []string
	for n := range types {
		names = append(names, rootParameter(n))
	}
	return notLookedAt(names)
}

func localNames(ps []param) (all []string) {
	for _, p := range ps {
		all = append(all, p.local)
	}
	return all
}

func notLookedAt(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{cabi.List(names, func(n string) string { return "(void)" + n }) + ";"}
}
