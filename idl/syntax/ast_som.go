package syntax

import "github.com/opendsom/dsom/diag"

// What only SOM IDL has. Instance variables are *Member.
type (
	// Implementation is the implementation section of an interface. Items are *ModifierStmt,
	// *Passthru, *Member and what stands between declarations.
	Implementation struct {
		Head
		Items []Decl
	}
	// ModifierStmt is a modifier statement: "m;" or "m = v;" where Right is nil, or
	// "q : m, n = v;" or "m : a, b;", which Colon tells from the first where the list is empty.
	ModifierStmt struct {
		Head
		Left  []*ModifierTerm
		Colon bool
		Right []*ModifierTerm
	}
	// ModifierTerm is a name in a modifier statement: that of a modifier, which may have a
	// value, or of what it is given to.
	ModifierTerm struct {
		Name  string // with scopes, and with the underscore of _get_x
		Span  diag.Span
		Macro *Macro         // that made it
		Value *ModifierValue // nil if there is none
	}
	// ModifierValue is what stands behind the equals sign.
	ModifierValue struct {
		Text    string // without quotes
		Written string // as it was, blanks apart
		Span    diag.Span
	}
	// Passthru hands lines to an emitter.
	Passthru struct {
		Head
		Target  string // C_h_after
		Strings []Token
	}
	// PointerType is T*.
	PointerType struct {
		Elem TypeExpr
		Span diag.Span
	}
	// UnsignedType is unsigned T, where T is a typedef of an integer.
	UnsignedType struct {
		Name *ScopedName
		Span diag.Span
	}
)

// TypeSpan returns where the type stands.
func (t *PointerType) TypeSpan() diag.Span  { return t.Span }
func (t *UnsignedType) TypeSpan() diag.Span { return t.Span }
