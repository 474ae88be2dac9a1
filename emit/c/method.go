package c

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// A method is a method as C sees it.
type method struct {
	class  *model.Interface // who introduces it
	name   string           // as SOM knows it
	kind   model.MethodKind
	params []param // behind receiver and environment
	result string  // C type; "void" where the last parameter is where the result goes
	value  string  // the type of what the last parameter points to where the result goes, unless it is an array
	object string  // the name in C of the class of the object that is the result, if it has one
	long   string  // the C type that IBM's bindings had for the result where IDL says long: C's, which has 8 octets on some machines; or empty
	sig    string  // or empty: nothing is known of it

	self, env bool // whether the function in the table has them
	oidl      bool // whether the binding leaves the environment out
	init      bool
	named     bool // namelookup: found by name at each call
	hidden    bool // nocall
	attribute *model.Attribute
	set       bool
	owner     model.Owner // of the result
	doc       []string
	idl       string // what it looks like in IDL
}

// methodOf returns a method that a class introduces.
func (g *generator) methodOf(m *model.Method) *method {
	c := &method{
		class: m.Class, name: m.Name, kind: m.Kind(), result: "void", self: true, env: true, oidl: m.Class.OIDL(), init: m.IsInit(),
		named: m.Has("namelookup"), hidden: m.Has("nocall"), attribute: m.Attribute, set: m.Set, owner: m.Owner(""),
	}
	if (isRoot(m.Class) || c.init) && !g.opt.Compat {
		c.oidl = false // who overrides somNew, or begins an object, has to tell what went wrong
	}
	c.self, c.env = cabi.Receives(m)
	if sig, ok := givenMethods[m.Class.ScopedName()][m.Name]; ok {
		c.given(m, sig)
		return c
	}
	var result *model.Type
	switch {
	case m.Operation != nil:
		for _, p := range m.Operation.Params {
			c.params = append(c.params, passed(p.Type, p.Direction, p.Name))
			c.params[len(c.params)-1].object = g.className(m.Class.File(), p.Type)
		}
		result = m.Operation.Result
		c.doc, c.idl = cabi.DocLines(&m.Operation.Node), cabi.Declaration(m)
	case m.Set:
		c.params = append(c.params, passed(m.Attribute.Type, model.In, m.Attribute.Name))
		c.params[0].object = g.className(m.Class.File(), m.Attribute.Type)
		c.doc, c.idl = cabi.DocLines(&m.Attribute.Node), cabi.Declaration(m)
	default:
		result = m.Attribute.Type
		c.doc, c.idl = cabi.DocLines(&m.Attribute.Node), cabi.Declaration(m)
	}
	if !result.IsVoid() {
		switch f := cabi.FormOf(result); f {
		case cabi.Aggregate:
			c.value = typeName(result)
			c.params = append(c.params, param{typ: c.value + " *", name: "result"})
		case cabi.Array:
			c.params = append(c.params, param{typ: typeName(result), name: "result"})
		default:
			c.result, c.object = typeName(result), g.className(m.Class.File(), result)
			c.long = longTypes[result.Resolve().Kind]
			if f == cabi.Text && m.Owner("") == model.ObjectOwned {
				c.result = "const char *"
			}
		}
	}
	apart(c.params, c.result)
	g.behind(c.params)
	c.sig = cabi.Signature(m)
	return c
}

var longTypes = map[model.Kind]string{model.Long: "long", model.ULong: "unsigned long"}

// told returns the signature as an expression.
func (m *method) told() string {
	if m.sig == "" {
		return "NULL"
	}
	return cabi.Quoted(m.sig)
}

// given makes c a method that is called as its signature says.
func (c *method) given(m *model.Method, sig string) {
	c.sig = sig
	c.result = letterTypes[sig[0]]
	for i, l := range sig[2:] {
		p := param{typ: letterTypes[byte(l)], name: local(string(rune('a' + i)))}
		if m.Operation != nil && len(m.Operation.Params) == len(sig)-2 {
			in := m.Operation.Params[i]
			p.name, p.id = local(in.Name), l == 's' && in.Direction == model.In && cabi.StandardName(in.Type) == "somId"
		}
		c.params = append(c.params, p)
	}
	if m.Operation != nil {
		c.doc, c.idl = cabi.DocLines(&m.Operation.Node), cabi.Declaration(m)
	}
}

// letterTypes are the C types of the letters.
var letterTypes = map[byte]string{
	'v': "void", 'b': "uint8_t", 'h': "int16_t", 'H': "uint16_t", 'i': "int32_t", 'I': "uint32_t", 'l': "int64_t", 'L': "uint64_t",
	'f': "float", 'd': "double", 's': "const char *", 'o': "som_ref", 'p': "void *",
}

// all returns the parameters with receiver and environment, as far as the function has them.
func (m *method) all(self, env bool) []param {
	var ps []param
	if self {
		ps = append(ps, param{typ: "som_ref", name: "self"})
	}
	if env {
		ps = append(ps, param{typ: "som_env *", name: "ev"})
	}
	return append(ps, m.params...)
}

// without returns the method with other names for parameters of the name of what is called in their function.
func (m *method) without(name string) *method {
	if !slices.ContainsFunc(m.params, func(p param) bool { return p.name == name }) {
		return m
	}
	other := *m
	other.params = slices.Clone(m.params)
	for i := range other.params {
		if other.params[i].name == name {
			other.params[i].name += "_given"
		}
	}
	return &other
}

// abi returns the parameters of the function in the table.
func (m *method) abi() []param { return m.all(m.self, m.env) }

// shown returns the parameters that the binding shows.
func (m *method) shown() []param { return m.all(m.self, m.env && !m.oidl) }

// cast returns the type of the function in the table, in parentheses.
func (m *method) cast() string {
	return "(" + cabi.Spaced(m.result) + "(*)(" + types(m.abi()) + "))"
}

// arguments returns what the function in the table is called with.
func (m *method) arguments() string {
	return cabi.List(m.abi(), func(p param) string {
		if p.name == "ev" && m.oidl {
			return "NULL"
		}
		return p.name
	})
}

// environment returns what a function of the binding has for an environment.
func (m *method) environment() string {
	if m.env && !m.oidl {
		return "ev"
	}
	return "NULL"
}

// nothing returns the result of a call that could not be made.
func (m *method) nothing() string {
	if strings.HasSuffix(m.result, "*") || m.result == "som_ref" {
		return "NULL"
	}
	return "0"
}

func declared(ps []param) string {
	if len(ps) == 0 {
		return "void"
	}
	return cabi.List(ps, param.String)
}

func types(ps []param) string {
	if len(ps) == 0 {
		return "void"
	}
	return cabi.List(ps, func(p param) string { return strings.TrimSuffix(p.typ, " ") })
}

// qualified returns the name of a method by which all classes find it: Zoo::Dog::bark.
func (m *method) qualified() string { return m.class.ScopedName() + "::" + m.name }

// find returns the method of that name which a class has, or nil.
func (g *generator) find(i *model.Interface, name string) *method {
	m := i.FindMethod(name)
	if m == nil {
		return nil
	}
	return g.methodOf(m)
}

// introduced returns the methods that a class introduces, in release order.
func (g *generator) introduced(i *model.Interface) []*method {
	var ms []*method
	for _, r := range i.ReleaseOrder() {
		if r.Method != nil {
			ms = append(ms, g.methodOf(r.Method))
		}
	}
	return ms
}

// isMeta reports whether the instances of a class are classes.
func isMeta(i *model.Interface) bool {
	for _, a := range append(i.Ancestors(), i) {
		if a.ScopedName() == "SOMClass" {
			return true
		}
	}
	return false
}
