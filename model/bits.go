package model

// A Bitset is a structure of bit fields (IDL 4.2, 7.4.13.4.3.1).
type Bitset struct {
	Info
	Base   *Type       `json:"base,omitempty"`
	Fields []*Bitfield `json:"fields"`
}

// A Bitfield is a field of a bitset, or a hole in it, which has no name. The first field holds
// the least significant bits.
type Bitfield struct {
	Node
	Width int `json:"width"` // 1 to 64
	// Type is what the field is read as; nil is the smallest unsigned type, boolean for one bit.
	Type *Type `json:"type,omitempty"`
}

// A Bitmask is a set of flags (IDL 4.2, 7.4.13.4.3.3).
type Bitmask struct {
	Info
	// Bound is the number of bits, 1 to 64: that of @bit_bound, else 32.
	Bound int        `json:"bound"`
	Flags []*BitFlag `json:"flags"`
}

// A BitFlag is a flag of a bitmask. Like an enumerator's, its name is in the scope around the bitmask.
type BitFlag struct {
	Info
	Position int `json:"position"` // 0 to Bound-1
}

// An AnnotationDecl declares an annotation (IDL 4.2, 7.4.15).
type AnnotationDecl struct {
	Info
	Members []*AnnotationMember `json:"members,omitempty"`
	// Decls are the types and constants declared inside it.
	Decls Decls `json:"decls,omitempty"`
}

// An AnnotationMember is a parameter of an annotation.
type AnnotationMember struct {
	Node
	Type    *Type  `json:"type"`
	Default *Value `json:"default,omitempty"`
}

// AllFields returns the fields of the bitset, those of its bases, which have the lower bits, first.
func (b *Bitset) AllFields() []*Bitfield {
	if b.Base != nil {
		if base, ok := As[*Bitset](b.Base); ok {
			return append(base.AllFields(), b.Fields...)
		}
	}
	return append([]*Bitfield(nil), b.Fields...)
}

// Width returns the number of bits of the bitset, with those of its bases.
func (b *Bitset) Width() int {
	n := 0
	for _, f := range b.AllFields() {
		n += f.Width
	}
	return n
}

// The kinds of these declarations.
func (*Bitset) Kind() string         { return "bitset" }
func (*Bitmask) Kind() string        { return "bitmask" }
func (*BitFlag) Kind() string        { return "flag" }
func (*AnnotationDecl) Kind() string { return "annotation" }

// Children returns the types and constants declared inside the annotation.
func (a *AnnotationDecl) Children() Decls { return a.Decls }

// Mask returns the bitmask to which the flag belongs.
func (f *BitFlag) Mask() *Bitmask { m, _ := f.scope.(*Bitmask); return m }

var (
	_ Decl      = (*Bitset)(nil)
	_ Decl      = (*Bitmask)(nil)
	_ Decl      = (*BitFlag)(nil)
	_ Container = (*AnnotationDecl)(nil)
)
