package cxx

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// A method is one of a class, as C++ has it.
type method struct {
	*model.Method
	name   string // in C++
	member string // what implements it is called so
	params []param
	result *model.Type // nil: none
	held   bool        // the result stays the object's
	raises []*model.Exception
	sig    string // of a method of a root class: the signature is not the IDL's
}

// A param is a parameter.
type param struct {
	name  string
	typ   *model.Type
	dir   model.Direction
	give  bool   // it is the object's from then on
	local string // the name in C++
}

func methodOf(m *model.Method) *method {
	c := &method{Method: m, name: methodName(m.Class, m.Name)}
	switch {
	case m.Operation != nil:
		for _, p := range m.Operation.Params {
			give := p.Direction == model.In && m.Owner(p.Name) == model.ObjectOwned
			c.params = append(c.params, param{name: p.Name, typ: p.Type, dir: p.Direction, give: give && formOf(p.Type) != plain})
		}
		c.result, c.raises = m.Operation.Result, m.Operation.Raises
	case m.Set:
		c.params = []param{{name: m.Attribute.Name, typ: m.Attribute.Type}}
		c.raises = m.Attribute.SetRaises
	default:
		c.result, c.raises = m.Attribute.Type, m.Attribute.GetRaises
	}
	parameterNames(c.params)
	c.member = c.name
	if c.result.IsVoid() {
		c.result = nil
	}
	if c.result != nil && formOf(c.result) != plain {
		c.held = m.Owner("") != model.CallerOwned
	}
	if rootHandle(m.Class) != "" {
		c.sig = rootSignatures[m.Name]
	}
	return c
}

// node returns what the method is declared by.
func (m *method) node() *model.Node {
	if m.Operation != nil {
		return &m.Operation.Node
	}
	return &m.Attribute.Node
}

// initParams returns the parameters of an initializer behind somInitCtrl, else all.
func (m *method) initParams() []param {
	if m.IsInit() && len(m.params) > 0 {
		return m.params[1:]
	}
	return m.params
}

// resultType returns what a call returns.
func (m *method) resultType() string {
	if m.result == nil {
		return "void"
	}
	return typeName(m.result)
}

// lateResult is the same where the type may not be complete yet: in a template, by what depends on its parameter som_Via. So does what a method lends.
func (m *method) lateResult() string {
	if m.held && m.Kind() != model.ProcedureMethod && m.sig == "" {
		return "som::got<" + m.resultType() + ", som_Via>"
	}
	if m.result != nil && (formOf(m.result) == object || formOf(m.result) == built) {
		return "som::later<" + m.resultType() + ", som_Via>"
	}
	return m.resultType()
}

// signature returns the signature as som::call and som::method take it.
func (m *method) signature() string {
	if m.sig != "" {
		return m.sig
	}
	r := m.resultType()
	if m.held {
		r = "som::held<" + r + ">"
	}
	return r + "(" + cabi.List(m.params, func(p param) string {
		t := typeName(p.typ)
		switch {
		case p.give:
			return "som::give<" + t + ">"
		case p.dir == model.Out:
			return "som::out<" + t + ">"
		case p.dir == model.InOut && formOf(p.typ) != making:
			return "som::inout<" + t + ">"
		}
		return t
	}) + ")"
}

// told returns the kernel's signature of a method as an argument behind its name; of a root class's method it is deduced.
func (m *method) told() string {
	if m.sig != "" {
		return ""
	}
	return ", " + cabi.Quoted(cabi.Signature(m.Method))
}

// what returns the arguments of the template som::call behind the class: its number, signature and exceptions.
func (m *method) what(number string) string {
	s := m.signature()
	if number != "" {
		s = number + ", " + s
	}
	if len(m.raises) > 0 {
		s += ", som::raises<" + cabi.List(m.raises, func(e *model.Exception) string { return qualified(e) }) + ">"
	}
	return s
}

// declared returns parameters as callers see them.
func declared(ps []param) string {
	return cabi.List(ps, func(p param) string { return parameter(p.typ, p.dir, p.local) })
}

// written returns parameters as implementations have them.
func written(ps []param) string {
	return cabi.List(ps, func(p param) string { return implemented(p.typ, p.dir, p.local) })
}

// arguments returns the names of parameters, each behind a comma.
func arguments(ps []param) string {
	s := ""
	for _, p := range ps {
		s += ", " + p.local
	}
	return s
}

// bound returns the methods that a class introduces and whose tokens are bound, in release order.
func bound(i *model.Interface) []*method {
	return slices.DeleteFunc(introduced(i), func(m *method) bool { return m.Kind() == model.ProcedureMethod })
}

// introduced returns the methods that a class introduces, in release order.
func introduced(i *model.Interface) []*method {
	var ms []*method
	for _, r := range i.ReleaseOrder() {
		if r.Method != nil {
			ms = append(ms, methodOf(r.Method))
		}
	}
	return ms
}

// overridden returns the method that an override of the class names, or nil.
func overridden(i *model.Interface, o *model.Override) *method {
	m := overriddenMethod(i, o)
	if n := slices.Index(i.Overridden(), o); m != nil && n >= 0 {
		m.member = overrideName(i, n, m)
	}
	return m
}

// overriddenMethod is overridden without a name for what implements it.
func overriddenMethod(i *model.Interface, o *model.Override) *method {
	at := strings.LastIndex(o.Of, "::")
	if at < 0 {
		return nil
	}
	scope := strings.TrimPrefix(o.Of[:at], "::")
	for _, a := range i.Ancestors() {
		if a.ScopedName() != scope {
			continue
		}
		for _, m := range a.Introduced() {
			if m.Name == o.Name {
				return methodOf(&m)
			}
		}
	}
	return nil
}

// isLife reports whether a method of SOMObject is in C++ a constructor, a destructor or an assignment.
func isLife(name string) bool {
	return name == "somDestruct" || strings.HasPrefix(name, "somDefault")
}

// rootSignatures are the methods of the root classes that can be overridden, as the kernel has them.
var rootSignatures = map[string]string{
	"somInit": "void()", "somUninit": "void()", "somFree": "void()", "somGetClassName": "som::held<std::string>()", "somGetClass": "som_ref()",
	"somIsA": "bool(som_ref)", "somRespondsTo": "bool(std::string)", "somIsInstanceOf": "bool(som_ref)", "somGetSize": "std::int32_t()",
	"somDumpSelf": "void(std::int32_t)", "somDumpSelfInt": "void(std::int32_t)", "somPrintSelf": "som_ref()",
	"somDispatch": "std::int32_t(std::string, const som_value *, std::uint32_t, som_value *)", "somCastObj": "bool(som_ref)", "somResetObj": "bool()",
	"somNew": "som_ref()", "somNewNoInit": "som_ref()", "somRenew": "som_ref(void *)", "somClassReady": "void()", "somGetName": "som::held<std::string>()",
	"somDescendedFrom": "bool(som_ref)", "somSupportsMethod": "bool(std::string)", "somGetInstanceSize": "std::int32_t()",
	"somAllocate": "void *(std::int32_t)", "somDeallocate": "void(void *)",
}
