package syntax

import "github.com/opendsom/dsom/diag"

// A Tree is what was parsed: the main files and all that they include, as one list. The
// borders of files are in the list as IncludeDecl and IncludeEnd.
type Tree struct {
	Decls []Decl
	// Files are the files that were read, in the order in which they were opened.
	Files []*SourceFile
	// Dialect is the dialect of the text, never Auto.
	Dialect Dialect
	// Names bounds the names that the declarations may declare in all (limit idl-names).
	Names int
	// Broken says that something could not be parsed: what is missing in the tree may be there in the text.
	Broken bool
}

// Name is an identifier.
type Name struct {
	// Text is the identifier without the underscore that escapes it.
	Text    string
	Escaped bool
	Span    diag.Span
	Macro   *Macro // that made it
}

// ScopedName is a name with its scopes: ::A::B.
type ScopedName struct {
	Absolute bool
	Parts    []Name
	Span     diag.Span
}

// String returns the name as written, without the underscores that escape identifiers.
func (n *ScopedName) String() string {
	s := ""
	for i, p := range n.Parts {
		if i > 0 || n.Absolute {
			s += "::"
		}
		s += p.Text
	}
	return s
}

// Head is what all declarations have.
type Head struct {
	Span        diag.Span
	Doc         []Comment // right above it
	Before      []Comment // above, but apart from it by a blank line
	Trailing    []Comment // behind it on its last line
	Inner       []Comment // inside, where they belong to nothing that keeps comments
	Annotations []*Annotation
}

// Common returns what all declarations have.
func (h *Head) Common() *Head { return h }

// Annotation is @name or @name(params).
type Annotation struct {
	Name   *ScopedName
	Params []AnnotationParam
	Span   diag.Span
	// Comment says that it is written in a comment behind the declaration: //@key.
	Comment bool
}

// AnnotationParam is a parameter of an annotation. Name is nil for a value without a name.
type AnnotationParam struct {
	Name  *Name
	Value Expr
}

// Decl is a declaration: *Module, *Interface, *Forward, *Operation, *Attribute, *Struct,
// *Union, *Enum, *Exception, *Typedef, *Const, *Native, *ValueType, *StateMember, *Factory,
// *ValueBox, *Component, *Port, *Home, *TypeID, *TypePrefix, *Import, *Bitset, *Bitmask,
// *AnnotationDecl, *PortType, *Connector, *TemplateModule, *TemplateInst, or, as they stand
// between declarations, *Pragma, *IncludeDecl and *IncludeEnd.
type Decl interface{ Common() *Head }

// The declarations, as the grammar has them.
type (
	Module struct {
		Head
		Name  Name
		Decls []Decl
	}
	Interface struct {
		Head
		Name            Name
		Abstract, Local bool
		Bases           []*ScopedName
		// Opening are the comments before the brace, where SOM IDL has them.
		Opening []Comment
		Decls   []Decl
	}
	// Forward is a forward declaration; Of is "interface", "struct", "union", "valuetype",
	// "eventtype", "component" or "porttype".
	Forward struct {
		Head
		Of              string
		Name            Name
		Abstract, Local bool
	}
	Operation struct {
		Head
		Oneway  bool
		Result  TypeExpr // nil is void
		Name    Name
		Params  []*Param
		Raises  []*ScopedName
		Context []*Literal
	}
	Param struct {
		Head
		Direction string // in, out, inout
		Type      TypeExpr
		Name      Name
	}
	Attribute struct {
		Head
		Readonly             bool
		Type                 TypeExpr
		Names                []Name
		GetRaises, SetRaises []*ScopedName
	}
	Struct struct {
		Head
		Name    Name
		Base    *ScopedName // nil if it has none
		Members []*Member
	}
	Exception struct {
		Head
		Name    Name
		Members []*Member
	}
	Member struct {
		Head
		Type        TypeExpr
		Declarators []*Declarator
	}
	Declarator struct {
		Name Name
		// Stars counts the stars before the name: it is a pointer, in SOM IDL.
		Stars int
		Dims  []Expr
		Span  diag.Span
	}
	Union struct {
		Head
		Name   Name
		Switch TypeExpr
		Cases  []*Case

		SwitchAnnotations []*Annotation
	}
	Case struct {
		Head
		Labels     []Label
		Type       TypeExpr
		Declarator *Declarator
	}
	// Label is "case Value:", or "default:" where Value is nil.
	Label struct {
		Value Expr
		Span  diag.Span
	}
	Enum struct {
		Head
		Name   Name
		Values []*EnumValue
	}
	EnumValue struct {
		Head
		Name Name
	}
	Typedef struct {
		Head
		Type        TypeExpr
		Declarators []*Declarator
	}
	Const struct {
		Head
		Type  TypeExpr
		Name  Name
		Value Expr
	}
	Native struct {
		Head
		Name Name
	}
	// ValueType is a valuetype or, with Event set, an event type.
	ValueType struct {
		Head
		Name                    Name
		Abstract, Custom, Event bool
		Truncatable             bool
		Bases, Supports         []*ScopedName
		Decls                   []Decl
	}
	// StateMember is a member of the state of a valuetype.
	StateMember struct {
		Head
		Public      bool
		Type        TypeExpr
		Declarators []*Declarator
	}
	// Factory is an initializer of a valuetype, or a factory or finder of a home.
	Factory struct {
		Head
		Finder bool
		Name   Name
		Params []*Param
		Raises []*ScopedName
	}
	// ValueBox is a boxed value.
	ValueBox struct {
		Head
		Name Name
		Type TypeExpr
	}
	Component struct {
		Head
		Name     Name
		Base     *ScopedName // nil if none
		Supports []*ScopedName
		Decls    []Decl
	}
	// Port is a port of a component, connector or port type; Role is "provides", "uses",
	// "emits", "publishes", "consumes", "port" or "mirrorport".
	Port struct {
		Head
		Role     string
		Multiple bool // of uses
		Type     TypeExpr
		Name     Name
	}
	Home struct {
		Head
		Name       Name
		Base       *ScopedName // nil if none
		Supports   []*ScopedName
		Manages    *ScopedName
		PrimaryKey *ScopedName // nil if none
		Decls      []Decl
	}
	TypeID struct {
		Head
		Name *ScopedName
		ID   *Literal
	}
	// TypePrefix has no Parts in Name where it is for the whole specification, "::".
	TypePrefix struct {
		Head
		Name   *ScopedName
		Prefix *Literal
	}
	// Import names a scope, or a repository id in Text.
	Import struct {
		Head
		Name *ScopedName
		Text *Literal
	}
	Pragma struct {
		Head
		Text  string
		Parts []Token
	}
	// IncludeDecl is the begin of a file; Written is how the #include names it, "" for a
	// main file. A file that its guard made empty begins and ends at once.
	IncludeDecl struct {
		Head
		File    *SourceFile
		Written string
		// Inside says that the file begins within a declaration, so that what it holds cannot
		// be told from what surrounds it.
		Inside bool
	}
	IncludeEnd struct {
		Head
		File   *SourceFile
		Inside bool
	}
)

// TypeExpr is a type: *BasicType, *NamedType, *StringType, *SequenceType, *MapType, *FixedType,
// *BadType, or a *Struct, *Union, *Enum, *Bitset or *Bitmask that is defined where it is used.
type TypeExpr interface{ TypeSpan() diag.Span }

// The types.
type (
	// BasicType is a type of one or more keywords: Name is "unsigned long", "any", "Object", …
	BasicType struct {
		Name string
		Span diag.Span
	}
	NamedType struct {
		Name *ScopedName
	}
	StringType struct {
		Wide  bool
		Bound Expr // nil is unbounded
		Span  diag.Span
	}
	SequenceType struct {
		Elem  TypeExpr
		Bound Expr
		Span  diag.Span

		ElemAnnotations []*Annotation
	}
	// FixedType has no Digits where it is a constant's type.
	FixedType struct {
		Digits, Scale Expr
		Span          diag.Span
	}
	// BadType stands for a type that was reported already.
	BadType struct {
		Span diag.Span
	}
)

// TypeSpan returns where the type stands.
func (t *BasicType) TypeSpan() diag.Span    { return t.Span }
func (t *NamedType) TypeSpan() diag.Span    { return t.Name.Span }
func (t *StringType) TypeSpan() diag.Span   { return t.Span }
func (t *SequenceType) TypeSpan() diag.Span { return t.Span }
func (t *FixedType) TypeSpan() diag.Span    { return t.Span }
func (t *BadType) TypeSpan() diag.Span      { return t.Span }
func (s *Struct) TypeSpan() diag.Span       { return s.Span }
func (u *Union) TypeSpan() diag.Span        { return u.Span }
func (e *Enum) TypeSpan() diag.Span         { return e.Span }

// Expr is a constant expression: *Literal, *NameExpr, *Unary, *Binary or *Paren.
type Expr interface{ ExprSpan() diag.Span }

// The expressions.
type (
	Literal struct {
		Kind LiteralKind
		// Text is the value of a string or character, and of another literal what is written.
		Text string
		Span diag.Span
	}
	NameExpr struct {
		Name *ScopedName
	}
	Unary struct {
		Op   string
		X    Expr
		Span diag.Span
	}
	Binary struct {
		Op   string
		X, Y Expr
		At   diag.Span // of the operator
	}
	Paren struct {
		X    Expr
		Span diag.Span
	}
)

// ExprSpan returns where the expression stands.
func (x *Literal) ExprSpan() diag.Span  { return x.Span }
func (x *NameExpr) ExprSpan() diag.Span { return x.Name.Span }
func (x *Unary) ExprSpan() diag.Span    { return x.Span }
func (x *Paren) ExprSpan() diag.Span    { return x.Span }

// ExprSpan returns where the expression stands. It does not recur: an expression can be long.
func (x *Binary) ExprSpan() diag.Span {
	var left, right Expr = x, x
	for {
		b, ok := left.(*Binary)
		if !ok {
			break
		}
		left = b.X
	}
	for {
		b, ok := right.(*Binary)
		if !ok {
			break
		}
		right = b.Y
	}
	return left.ExprSpan().Join(right.ExprSpan())
}
