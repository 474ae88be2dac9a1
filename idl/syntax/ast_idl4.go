package syntax

import "github.com/opendsom/dsom/diag"

// The declarations that IDL 4.2 adds to those of CORBA 3.
type (
	// Bitset is 7.4.13.4.3.2: bit fields, those of the base first.
	Bitset struct {
		Head
		Name   Name
		Base   *ScopedName // nil if it has none
		Fields []*Bitfield
	}
	// Bitfield is bitfield<Width, Type> with its names; without names it is a hole.
	Bitfield struct {
		Head
		Width Expr
		Type  TypeExpr // nil if it is not given
		Names []Name
	}
	// Bitmask is 7.4.13.4.3.3.
	Bitmask struct {
		Head
		Name  Name
		Flags []*BitFlag
	}
	BitFlag struct {
		Head
		Name Name
	}

	// AnnotationDecl is @annotation Name { … }, 7.4.15.4.1. The annotation by which it begins
	// is not among those of its Head.
	AnnotationDecl struct {
		Head
		Name Name
		// Decls are *AnnotationMember, *Enum, *Bitmask, *Const and *Typedef.
		Decls []Decl
	}
	// AnnotationMember is a parameter of an annotation; Default is nil if it must be given.
	AnnotationMember struct {
		Head
		Type    TypeExpr // BasicType any is a value of any type
		Name    Name
		Default Expr
	}

	// PortType is 7.4.9.4.1.
	PortType struct {
		Head
		Name  Name
		Decls []Decl // *Port and *Attribute
	}
	// Connector is 7.4.9.4.3.
	Connector struct {
		Head
		Name  Name
		Base  *ScopedName
		Decls []Decl // *Port and *Attribute
	}

	// TemplateModule is a module with formal parameters, 7.4.12.4.1. What it declares means
	// something only where it is instantiated.
	TemplateModule struct {
		Head
		Name   Name
		Params []*FormalParam
		Decls  []Decl
	}
	// FormalParam is a formal parameter. Of is the word by which it begins: typename,
	// interface, valuetype, eventtype, struct, union, exception, enum, sequence or const. Type
	// is the type of a const, and of a sequence its elements' if it names them.
	FormalParam struct {
		Of   string
		Type TypeExpr
		Name Name
		Span diag.Span
	}
	// TemplateInst is module Template<Args> Name, or inside a template module alias
	// Template<Args> Name (7.4.12.4.2 and 7.4.12.4.3).
	TemplateInst struct {
		Head
		Alias    bool
		Template *ScopedName
		Args     []TemplateArg
		Name     Name
	}
	// TemplateArg is an actual parameter: a type or, where it can be no name, a value. A name
	// alone is a Type; what it denotes tells which it is.
	TemplateArg struct {
		Type  TypeExpr
		Value Expr
	}
)

// MapType is map<Key, Elem, Bound> (7.4.13.4.1); Bound is nil if it has none.
type MapType struct {
	Key, Elem TypeExpr
	Bound     Expr
	Span      diag.Span

	KeyAnnotations, ElemAnnotations []*Annotation
}

// TypeSpan returns where the type stands.
func (t *MapType) TypeSpan() diag.Span { return t.Span }

// TypeSpan returns where the definition stands.
func (b *Bitset) TypeSpan() diag.Span { return b.Span }

// TypeSpan returns where the definition stands.
func (b *Bitmask) TypeSpan() diag.Span { return b.Span }
