package model

import (
	"slices"
	"strings"
)

// A MethodKind says how SOM finds a method's implementation.
type MethodKind uint8

// The kinds. A method that is added to a class at run time, a dynamic one, has no IDL.
const (
	StaticMethod    MethodKind = iota // has a place in method tables, and can be overridden
	NonstaticMethod                   // has a place, and cannot be overridden
	ProcedureMethod                   // is called directly: no place, not remote
)

var methodKinds = [...]string{StaticMethod: "method", NonstaticMethod: "nonstatic", ProcedureMethod: "procedure"}

// String returns the modifier that says so.
func (k MethodKind) String() string { return methodKinds[min(int(k), len(methodKinds)-1)] }

// A Method is a method that a class introduces: an operation, or what gets or sets an attribute.
type Method struct {
	// Name is the operation's name, or "_get_x" and "_set_x".
	Name string
	// Class introduces it.
	Class *Interface
	// Operation is nil for a method of an attribute, Attribute for an operation.
	Operation *Operation
	Attribute *Attribute
	// Set says that it sets the attribute.
	Set bool
	// Modifiers are those given to it where it is introduced; those of the attribute come first.
	Modifiers []Modifier
}

// Introduced returns the methods that the class introduces, in source order; of an attribute
// first what gets it. Names of SOM methods differ in one class.
func (i *Interface) Introduced() []Method {
	var ms []Method
	accessor := func(a *Attribute, name string, set bool) {
		m := Method{Name: name, Class: i, Attribute: a, Set: set, Modifiers: a.Modifiers}
		if i.Implementation != nil {
			for _, x := range i.Implementation.Accessors {
				if x.Name == name {
					m.Modifiers = slices.Concat(a.Modifiers, x.Modifiers)
				}
			}
		}
		ms = append(ms, m)
	}
	for _, d := range i.Members() {
		switch d := d.(type) {
		case *Operation:
			ms = append(ms, Method{Name: d.Name, Class: i, Operation: d, Modifiers: d.Modifiers})
		case *Attribute:
			accessor(d, "_get_"+d.Name, false)
			if !d.Readonly {
				accessor(d, "_set_"+d.Name, true)
			}
		}
	}
	return ms
}

// FindMethod returns the method of that name which the class has: its own, else the one that
// it inherits along the leftmost path (or the parent that select names), or nil.
func (i *Interface) FindMethod(name string) *Method { return i.findMethod(name, map[*Interface]bool{}) }

func (i *Interface) findMethod(name string, seen map[*Interface]bool) *Method {
	if seen[i] {
		return nil
	}
	seen[i] = true
	for _, m := range i.Introduced() {
		if m.Name == name {
			return &m
		}
	}
	if v, ok := ModifierOf(i.InheritedModifiers(name), "select"); ok {
		if p := i.AncestorNamed(v); p != nil && p != i {
			if m := p.findMethod(name, seen); m != nil {
				return m
			}
		}
	}
	for _, p := range i.Parents() {
		if m := p.findMethod(name, seen); m != nil {
			return m
		}
	}
	return nil
}

// InheritedModifiers returns the modifiers that the class gives an inherited method.
func (i *Interface) InheritedModifiers(name string) []Modifier {
	if i.Implementation != nil {
		for _, o := range i.Implementation.Overrides {
			if o.Name == name {
				return o.Modifiers
			}
		}
	}
	return nil
}

// Has reports whether the method has the modifier.
func (m *Method) Has(modifier string) bool {
	_, ok := ModifierOf(m.Modifiers, modifier)
	return ok
}

// Kind returns how the method is found.
func (m *Method) Kind() MethodKind {
	switch {
	case m.Has("procedure"):
		return ProcedureMethod
	case m.Has("nonstatic"), m.Attribute != nil && m.nonstaticAccessor():
		return NonstaticMethod
	}
	return StaticMethod
}

// nonstaticAccessor reports whether its attribute or its class says that what gets and sets attributes is nonstatic.
func (m *Method) nonstaticAccessor() bool {
	_, all := m.Class.ClassModifier("nonstaticaccessors")
	return all || m.Has("nonstaticaccessors")
}

// IsInit reports whether the method initializes objects: modifier init, or SOMObject's own initializers.
func (m *Method) IsInit() bool { return m.Has("init") }

// Initializers returns the initializers that the class introduces, in source order.
func (i *Interface) Initializers() []Method {
	return slices.DeleteFunc(i.Introduced(), func(m Method) bool { return !m.IsInit() })
}

// An Owner says who frees what a parameter or result holds after a call.
type Owner uint8

// The owners. With DualOwned caller and object both free their part: what the caller
// allocates and what the object returns.
const (
	CallerOwned Owner = iota
	ObjectOwned
	DualOwned
)

var owners = [...]string{CallerOwned: "caller_owns", ObjectOwned: "object_owns", DualOwned: "dual_owned"}

// String returns the begin of the modifiers that say so.
func (o Owner) String() string { return owners[min(int(o), len(owners)-1)] }

// Owner returns who owns a parameter of the method, or with an empty name its result: as its
// modifiers caller_owns_parameters, object_owns_result and so on say, else the caller, as
// CORBA and SOM 3.0 have it. A get method's result is the object's, whoever writes it, unless
// its own modifiers say otherwise, or memory_management = corba of its class: generated ones
// return what the object holds, and callers cannot tell which of the two is called.
func (m *Method) Owner(param string) Owner {
	for o := DualOwned; ; o-- {
		if param == "" {
			if m.Has(o.String() + "_result") {
				return o
			}
		} else if m.listed(o.String()+"_parameters", param) {
			return o
		}
		if o == CallerOwned {
			break
		}
	}
	if param == "" && m.Attribute != nil && !m.Set {
		if v, _ := m.Class.ClassModifier("memory_management"); v != "corba" {
			return ObjectOwned
		}
	}
	return CallerOwned
}

// ByCopy reports whether an object goes by copy as a parameter, or with an empty name as the result.
func (m *Method) ByCopy(param string) bool {
	if param == "" {
		return m.Has("pass_by_copy_result")
	}
	return m.listed("pass_by_copy_parameters", param)
}

// MaybeByValue reports whether an object goes by copy where that is possible, else by
// reference, as a parameter, or with an empty name as the result.
func (m *Method) MaybeByValue(param string) bool {
	if param == "" {
		return m.Has("maybe_by_value_result")
	}
	return m.listed("maybe_by_value_parameters", param)
}

// Copies returns how objects go as the result and as each parameter, a letter for each: r by reference, c by copy, m by copy where
// that is possible. It is empty where all go by reference. What an attribute's modifiers say of the result they say of the
// value that is set, too.
func (m *Method) Copies() string {
	letter := func(param string) byte {
		switch {
		case m.ByCopy(param):
			return 'c'
		case m.MaybeByValue(param):
			return 'm'
		}
		return 'r'
	}
	result := letter("")
	all := []byte{result}
	switch {
	case m.Operation != nil:
		for _, p := range m.Operation.Params {
			all = append(all, letter(p.Name))
		}
	case m.Set:
		all = []byte{'r', result}
	}
	if strings.Trim(string(all), "r") == "" {
		return ""
	}
	return string(all)
}

// Owns returns who owns what is returned and what each parameter holds after a call, a letter for the result and one for each: c the caller, o the object,
// d both. It is empty where that is what the method's name says: what _get_x returns is the object's, all else the caller's.
func (m *Method) Owns() string {
	letter := func(param string) byte { return "cod"[m.Owner(param)] }
	all := []byte{letter("")}
	usual := []byte("c")
	if strings.HasPrefix(m.Name, "_get_") {
		usual[0] = 'o'
	}
	switch {
	case m.Operation != nil:
		for _, p := range m.Operation.Params {
			all, usual = append(all, letter(p.Name)), append(usual, 'c')
		}
	case m.Set:
		all, usual = []byte("cc"), []byte("cc")
	}
	if string(all) == string(usual) {
		return ""
	}
	return string(all)
}

// Oneway reports whether nobody waits for the method.
func (m *Method) Oneway() bool { return m.Operation != nil && m.Operation.Oneway }

// Nullable reports whether NULL may be passed as a parameter, or with an empty name as the
// result: as nullable_parameters and nullable_result say. Without them it never is, neither
// a string nor an object nor a pointer. For an attribute nullable_result says it of its
// value, whether it is got or set.
func (m *Method) Nullable(param string) bool {
	if param == "" || m.Attribute != nil {
		return m.Has("nullable_result")
	}
	return m.listed("nullable_parameters", param)
}

func (m *Method) listed(modifier, param string) bool {
	for _, x := range m.Modifiers {
		if x.Name == modifier && slices.Contains(x.List(), param) {
			return true
		}
	}
	return false
}
