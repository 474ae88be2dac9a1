package model

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// Kind is the kind of a type.
type Kind uint8

// The kinds. Named is a type that has a declaration: a typedef, structure, union, enum,
// interface, native type, valuetype, boxed value, bitset, bitmask, component, home or port type.
const (
	Void Kind = iota
	Boolean
	Octet
	Char
	WChar
	Int8
	UInt8
	Short
	UShort
	Long
	ULong
	LongLong
	ULongLong
	Float
	Double
	LongDouble
	Fixed
	String
	WString
	Sequence
	Array
	Any
	Object
	ValueBase
	TypeCode
	Map     // IDL 4
	Pointer // SOM IDL
	Named
	numKinds
)

var kindNames = [numKinds]string{
	"void", "boolean", "octet", "char", "wchar", "int8", "uint8", "short", "unsigned short", "long", "unsigned long",
	"long long", "unsigned long long", "float", "double", "long double", "fixed", "string", "wstring", "sequence",
	"array", "any", "Object", "ValueBase", "CORBA::TypeCode", "map", "pointer", "named",
}

// String returns the kind's name in IDL.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// IsInteger reports whether k is an integer type; octet is none.
func (k Kind) IsInteger() bool { return k >= Int8 && k <= ULongLong }

// IsSigned reports whether k is an integer type with a sign.
func (k Kind) IsSigned() bool { return k == Int8 || k == Short || k == Long || k == LongLong }

// IsFloat reports whether k is a floating-point type.
func (k Kind) IsFloat() bool { return k >= Float && k <= LongDouble }

// MarshalText writes the kind as String does.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (k *Kind) UnmarshalText(b []byte) error {
	for i, n := range kindNames {
		if n == string(b) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("model: unknown kind of type %q", b)
}

// A Type is the use of a type, as written: a typedef's name is kept, see Resolve.
type Type struct {
	Kind Kind
	// Decl is what the name denotes where Kind is Named: *Typedef, *Struct, *Union, *Enum,
	// *Interface, *Native, or *Forward if there is no definition in the specification.
	// Where Kind is TypeCode it is the declaration of CORBA::TypeCode, nil if none was included.
	Decl Decl
	// Name is the type's name as written, "::A::B" or "B", or "int32" where it is one of
	// IDL 4's other names for a kind; empty for other types.
	Name string
	// Elem is the element type of a sequence or an array, the value type of a map, or what a pointer points to.
	Elem *Type
	// Key is the key type of a map.
	Key *Type
	// Bound is the bound of a string, wstring, sequence or map; 0 is unbounded.
	Bound uint64
	// Dims are the dimensions of an array: long a[2][3] is an array {2, 3} of long.
	Dims []uint64
	// Digits and Scale are those of fixed<Digits,Scale>. Both are 0 for the bare fixed of a constant's declaration.
	Digits, Scale int
	// Annotations are those inside a type, before an element, a key or a discriminator.
	Annotations []Annotation
	Span        diag.Span

	ref string // qualified name of Decl, between decoding and Link
}

// Resolve returns the type behind typedefs: t itself where it names none. An array or
// sequence is not looked into. What it returns is Named only for struct, union, enum,
// interface, native and forward.
func (t *Type) Resolve() *Type {
	for t.Kind == Named {
		td, ok := t.Decl.(*Typedef)
		if !ok {
			break
		}
		t = td.Type
	}
	return t
}

// As returns the declaration behind typedefs if it is of type D: As[*Struct](t).
func As[D Decl](t *Type) (D, bool) {
	d, ok := t.Resolve().Decl.(D)
	return d, ok
}

// IsVoid reports whether t is no type at all, as an operation's result can be.
func (t *Type) IsVoid() bool { return t == nil || t.Kind == Void }

// String returns the type in IDL, names as written.
func (t *Type) String() string { return t.write(func(t *Type) string { return t.Name }) }

// Qualified returns the type in IDL with all names fully scoped.
func (t *Type) Qualified() string {
	return t.write(func(t *Type) string {
		if t.Decl != nil {
			return t.Decl.About().QualifiedName()
		}
		return ""
	})
}

func (t *Type) write(name func(*Type) string) string {
	if t == nil {
		return "void"
	}
	switch t.Kind {
	case String, WString:
		if t.Bound > 0 {
			return t.Kind.String() + "<" + strconv.FormatUint(t.Bound, 10) + ">"
		}
	case Sequence:
		if t.Bound > 0 {
			return "sequence<" + t.Elem.write(name) + ", " + strconv.FormatUint(t.Bound, 10) + ">"
		}
		return "sequence<" + t.Elem.write(name) + ">"
	case Map:
		s := "map<" + t.Key.write(name) + ", " + t.Elem.write(name)
		if t.Bound > 0 {
			s += ", " + strconv.FormatUint(t.Bound, 10)
		}
		return s + ">"
	case Pointer:
		return t.Elem.write(name) + "*"
	case Array:
		var b strings.Builder
		b.WriteString(t.Elem.write(name))
		for _, n := range t.Dims {
			b.WriteString("[" + strconv.FormatUint(n, 10) + "]")
		}
		return b.String()
	case Fixed:
		if t.Digits > 0 {
			return fmt.Sprintf("fixed<%d,%d>", t.Digits, t.Scale)
		}
	case Named:
		if s := name(t); s != "" {
			return s
		}
		return t.Decl.About().QualifiedName()
	}
	return t.Kind.String()
}

// Len returns the number of elements of an array, 0 for other types. It fits: the checker bounds it.
func (t *Type) Len() uint64 {
	if t.Kind != Array {
		return 0
	}
	n := uint64(1)
	for _, d := range t.Dims {
		n *= d
	}
	return n
}

var directions = [...]string{In: "in", Out: "out", InOut: "inout"}

// String returns "in", "out" or "inout".
func (d Direction) String() string {
	if int(d) < len(directions) {
		return directions[d]
	}
	return "direction " + strconv.Itoa(int(d))
}

// MarshalText writes the direction as String does.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Direction) UnmarshalText(b []byte) error {
	for i, n := range directions {
		if n == string(b) {
			*d = Direction(i)
			return nil
		}
	}
	return fmt.Errorf("model: unknown direction %q", b)
}
