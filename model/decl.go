package model

import "github.com/opendsom/dsom/diag"

// A Node is what everything with a name has in common, members and parameters too.
type Node struct {
	// Name is the identifier without the underscore that escapes it.
	Name string `json:"name"`
	// Span is the whole declaration, NameSpan its identifier.
	Span     diag.Span `json:"span,omitzero"`
	NameSpan diag.Span `json:"nameSpan,omitzero"`
	// Doc are the comments right above, Trailing those after it on its last line.
	Doc      Comments `json:"doc,omitempty"`
	Trailing Comments `json:"trailing,omitempty"`
	// Annotations are those written before it, in order.
	Annotations []Annotation `json:"annotations,omitempty"`
	// Pragmas are those which name it, in order: "#pragma go_name Account::owner Holder" is
	// here as {go_name, [Holder]}. For a declaration that is a scope, also those inside it
	// which name nothing: "#pragma go_package "x/y"" in a module is here as {go_package, [x/y]}.
	// Those named ID and version are here if they stand in another file than what they name.
	Pragmas []Pragma `json:"pragmas,omitempty"`
	// Modifiers are those which SOM IDL gives it, in an implementation section or by #pragma
	// modifier, in source order; those of a class are in its Implementation.
	Modifiers []Modifier `json:"modifiers,omitempty"`
}

// Pragma returns the arguments of the last pragma of that name, and whether there is one.
func (n *Node) Pragma(name string) ([]string, bool) { return lastPragma(n.Pragmas, name) }

// Annotation returns the first annotation of that name (without the @), or nil.
func (n *Node) Annotation(name string) *Annotation {
	for i := range n.Annotations {
		if n.Annotations[i].Name == name {
			return &n.Annotations[i]
		}
	}
	return nil
}

// Info is what all declarations have in common: a Node in a scope, with a repository id.
type Info struct {
	Node
	// ID is the repository id. Every declaration has one.
	ID string `json:"id,omitempty"`

	scope     Decl
	file      *File
	qualified string
}

// About returns what all declarations have in common.
func (i *Info) About() *Info { return i }

// Scope returns the declaration in which this one is declared, or nil outside of all. An
// enumerator's scope is its enum, although its name is in the scope around the enum.
func (i *Info) Scope() Decl { return i.scope }

// File returns the file in which the declaration begins.
func (i *Info) File() *File { return i.file }

// IsMain reports whether the declaration is in a file that the compiler was asked for.
func (i *Info) IsMain() bool { return i.file != nil && i.file.Main }

// ScopedName returns the fully scoped name without leading colons: "A::B".
func (i *Info) ScopedName() string { return i.qualified[min(2, len(i.qualified)):] }

// QualifiedName returns the fully scoped name: "::A::B".
func (i *Info) QualifiedName() string { return i.qualified }

// Path returns the names from the outermost scope down to the declaration.
func (i *Info) Path() []string {
	if i.scope == nil {
		return []string{i.Name}
	}
	p := i.scope.About().Path()
	switch i.scope.(type) {
	case *Enum, *Bitmask: // an enumerator stands beside its enum
		p[len(p)-1] = i.Name
		return p
	}
	return append(p, i.Name)
}

// TopModule returns the outermost module around the declaration (the part that contains it),
// itself if it is one, or nil outside of all modules.
func TopModule(d Decl) *Module {
	for d.About().scope != nil {
		d = d.About().scope
	}
	m, _ := d.(*Module)
	return m
}

// A Decl is a declaration: *Module, *Interface, *Operation, *Attribute, *Struct, *Union,
// *Enum, *Enumerator, *Exception, *Typedef, *Const, *Native, *Forward, *ValueType,
// *StateMember, *Factory, *ValueBox, *Component, *Port, *PortType, *Home, *Bitset, *Bitmask,
// *BitFlag or *AnnotationDecl. A switch over them has a default case.
type Decl interface {
	About() *Info
	// Kind is the declaration's kind as JSON and messages spell it.
	Kind() string
}

// A Container is a declaration in which others are declared.
type Container interface {
	Decl
	// Children returns them in source order. It is not to be changed.
	Children() Decls
}

// A Module is one opening of a module.
type Module struct {
	Info
	Decls Decls `json:"decls,omitempty"`
	// Part counts the openings of the module, from 0.
	Part int `json:"part,omitempty"`
}

// An Interface is the definition of an interface.
type Interface struct {
	Info
	Abstract bool `json:"abstract,omitempty"`
	Local    bool `json:"local,omitempty"`
	// Bases are the direct bases as written, perhaps through a typedef; see Parents.
	Bases []*Type `json:"bases,omitempty"`
	// Decls are operations, attributes, types, constants and exceptions in source order.
	Decls Decls `json:"decls,omitempty"`
	// Implementation is its implementation section in SOM IDL; nil if it has none.
	Implementation *Implementation `json:"implementation,omitempty"`
}

// An Operation is an operation of an interface, value or home.
type Operation struct {
	Info
	Oneway bool         `json:"oneway,omitempty"`
	Result *Type        `json:"result"` // of kind Void where there is none
	Params []*Param     `json:"params,omitempty"`
	Raises []*Exception `json:"-"`
	// Context lists the names of the context clause.
	Context []string `json:"context,omitempty"`

	raises []string
}

// Direction says which way a parameter goes.
type Direction uint8

// The directions.
const (
	In Direction = iota
	Out
	InOut
)

// A Param is a parameter of an operation.
type Param struct {
	Node
	Direction Direction `json:"direction"`
	Type      *Type     `json:"type"`
}

// An Attribute is an attribute of an interface; each declarator is one.
type Attribute struct {
	Info
	Readonly  bool         `json:"readonly,omitempty"`
	Type      *Type        `json:"type"`
	GetRaises []*Exception `json:"-"`
	SetRaises []*Exception `json:"-"`

	getRaises, setRaises []string
}

// A Member is a member of a structure or an exception; each declarator is one.
type Member struct {
	Node
	Type *Type `json:"type"`
}

// A Struct is the definition of a structure.
type Struct struct {
	Info
	// Base is the structure whose members come first (IDL 4.2, 7.4.13.4.1); nil if none.
	Base    *Type     `json:"base,omitempty"`
	Members []*Member `json:"members"`
	// Decls are the types defined inside it.
	Decls Decls `json:"decls,omitempty"`
}

// AllMembers returns the members of the structure, those of its bases first.
func (s *Struct) AllMembers() []*Member {
	if s.Base != nil {
		if base, ok := As[*Struct](s.Base); ok {
			return append(base.AllMembers(), s.Members...)
		}
	}
	return append([]*Member(nil), s.Members...)
}

// An Exception is a user exception.
type Exception struct {
	Info
	Members []*Member `json:"members"`
	Decls   Decls     `json:"decls,omitempty"`
}

// A Union is the definition of a union.
type Union struct {
	Info
	Discriminator *Type   `json:"discriminator"`
	Cases         []*Case `json:"cases"`
	// Decls are the types defined inside it, the discriminator's enum too.
	Decls Decls `json:"decls,omitempty"`
}

// A Case is an arm of a union: a member and the labels that select it.
type Case struct {
	Node
	Labels []Label `json:"labels"`
	Type   *Type   `json:"type"`
}

// A Label is a label of a case: a value of the discriminator's type, or default.
type Label struct {
	Default bool      `json:"default,omitempty"`
	Value   *Value    `json:"value,omitempty"` // nil if Default
	Expr    string    `json:"expr,omitempty"`  // as written
	Span    diag.Span `json:"span,omitzero"`
}

// An Enum is an enumeration.
type Enum struct {
	Info
	Enumerators []*Enumerator `json:"enumerators"`
}

// An Enumerator is a value of an enumeration. Its name is in the scope around the enum.
type Enumerator struct {
	Info
	// Ordinal is its place in the enumeration, and what CDR has for it.
	Ordinal uint32 `json:"ordinal"`
	// Value is what @value gives it, or follows from that of one before (IDL 4.2, 8.3.1.5);
	// nil where it is the ordinal. See Number.
	Value *int64 `json:"value,omitempty"`
}

// Number returns the value of the enumerator as a number: what @value says, else its ordinal.
func (e *Enumerator) Number() int64 {
	if e.Value != nil {
		return *e.Value
	}
	return int64(e.Ordinal)
}

// Enum returns the enumeration of which e is a value.
func (e *Enumerator) Enum() *Enum { en, _ := e.scope.(*Enum); return en }

// A Typedef gives a type a name; each declarator is one.
type Typedef struct {
	Info
	Type *Type `json:"type"`
}

// A Const is a constant.
type Const struct {
	Info
	Type  *Type  `json:"type"`
	Value *Value `json:"value"`
	Expr  string `json:"expr,omitempty"` // the expression as written
}

// A Native is an opaque type that each language defines.
type Native struct{ Info }

// A Forward is a forward declaration.
type Forward struct {
	Info
	// Of is the kind of what is declared: "interface", "struct", "union", "porttype", "valuetype" or
	// "component". Event says of a valuetype that it is an event type.
	Of       string `json:"of"`
	Event    bool   `json:"event,omitempty"`
	Abstract bool   `json:"abstract,omitempty"`
	Local    bool   `json:"local,omitempty"`
	// Definition is the definition, before or after it; nil if there is none.
	Definition Decl `json:"-"`
}

// The kinds of declarations.
func (*Module) Kind() string     { return "module" }
func (*Interface) Kind() string  { return "interface" }
func (*Operation) Kind() string  { return "operation" }
func (*Attribute) Kind() string  { return "attribute" }
func (*Struct) Kind() string     { return "struct" }
func (*Union) Kind() string      { return "union" }
func (*Enum) Kind() string       { return "enum" }
func (*Enumerator) Kind() string { return "enumerator" }
func (*Exception) Kind() string  { return "exception" }
func (*Typedef) Kind() string    { return "typedef" }
func (*Const) Kind() string      { return "const" }
func (*Native) Kind() string     { return "native" }
func (*Forward) Kind() string    { return "forward" }

// Children returns what the part of the module declares.
func (m *Module) Children() Decls { return m.Decls }

// Children returns what the interface declares itself.
func (i *Interface) Children() Decls { return i.Decls }

// Children returns the types defined inside the structure.
func (s *Struct) Children() Decls { return s.Decls }

// Children returns the types defined inside the exception.
func (e *Exception) Children() Decls { return e.Decls }

// Children returns the types defined inside the union.
func (u *Union) Children() Decls { return u.Decls }

var (
	_ Container = (*Module)(nil)
	_ Container = (*Interface)(nil)
	_ Container = (*Struct)(nil)
	_ Container = (*Exception)(nil)
	_ Container = (*Union)(nil)
	_ Decl      = (*Operation)(nil)
	_ Decl      = (*Attribute)(nil)
	_ Decl      = (*Enum)(nil)
	_ Decl      = (*Enumerator)(nil)
	_ Decl      = (*Typedef)(nil)
	_ Decl      = (*Const)(nil)
	_ Decl      = (*Native)(nil)
	_ Decl      = (*Forward)(nil)
)
