// Package typecode holds TypeCodes, which describe IDL types at run time: how they are
// built, travel, compare and read (CORBA 3.3 part 1, clause 8.11; part 2, clause 9.3.5.1).
//
// A TypeCode is immutable once built and may be shared and used concurrently. Recursive
// types are graphs: no accessor shows that, but who walks a TypeCode must expect to come by
// the same one again.
package typecode

import "slices"

// A Kind is the sort of type that a TypeCode describes (CORBA::TCKind; the values are those
// on the wire).
type Kind uint32

// The kinds.
const (
	TkNull Kind = iota
	TkVoid
	TkShort
	TkLong
	TkUShort
	TkULong
	TkFloat
	TkDouble
	TkBoolean
	TkChar
	TkOctet
	TkAny
	TkTypeCode
	TkPrincipal
	TkObjref
	TkStruct
	TkUnion
	TkEnum
	TkString
	TkSequence
	TkArray
	TkAlias
	TkExcept
	TkLongLong
	TkULongLong
	TkLongDouble
	TkWChar
	TkWString
	TkFixed
	TkValue
	TkValueBox
	TkNative
	TkAbstractInterface
	TkLocalInterface
	TkComponent
	TkHome
	TkEvent
	numKinds

	tkRecursive   Kind = 0xfffffffe // in memory alone: stands for a type around it
	tkIndirection Kind = 0xffffffff // on the wire alone
)

var kindNames = [numKinds]string{
	"null", "void", "short", "long", "unsigned short", "unsigned long", "float", "double", "boolean", "char", "octet",
	"any", "TypeCode", "Principal", "interface", "struct", "union", "enum", "string", "sequence", "array", "typedef",
	"exception", "long long", "unsigned long long", "long double", "wchar", "wstring", "fixed", "valuetype", "valuebox",
	"native", "abstract interface", "local interface", "component", "home", "eventtype",
}

// String returns the word with which IDL declares a type of this kind.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "unknown kind"
}

// A TypeCode describes a type. A nil *TypeCode is that of null.
type TypeCode struct {
	kind         Kind
	id, name     string
	members      []member
	content      *TypeCode // of sequence, array, alias, value box; the base of a value type
	disc         *TypeCode // of a union
	def          int       // index of a union's default arm, or -1
	length       uint32    // of an array; bound of a sequence or string, 0: none
	digits       uint16
	scale        int16
	modifier     int16     // of a value type
	manyDefaults bool      // of a union that was built with two default arms, of which def is the last
	target       *TypeCode // of tkRecursive, once known
	least        int       // see Least; of types that consist of others
	index        *index    // of members, where there are many
}

type member struct {
	name       string
	tc         *TypeCode
	label      int64
	visibility int16
}

// r follows a recursive reference to the type it stands for.
func (t *TypeCode) r() *TypeCode {
	if t == nil {
		return Null
	}
	if t.kind == tkRecursive && t.target != nil {
		return t.target
	}
	return t
}

// Kind returns the kind of t.
func (t *TypeCode) Kind() Kind { return t.r().kind }

// ID returns the repository id, empty for kinds that have none.
func (t *TypeCode) ID() string { return t.r().id }

// Name returns the simple name, which may be empty.
func (t *TypeCode) Name() string { return t.r().name }

// Len returns the number of members of a struct, exception or value type, of arms of a
// union (a case with two labels counts twice), of enumerators of an enum.
func (t *TypeCode) Len() int { return len(t.r().members) }

// MemberName returns the name of member i.
func (t *TypeCode) MemberName(i int) string { return t.r().members[i].name }

// MemberType returns the type of member i; of an enumerator it is nil.
func (t *TypeCode) MemberType(i int) *TypeCode {
	if m := t.r().members[i].tc; m != nil {
		return m.r()
	}
	return nil
}

// MemberLabel returns the label of arm i of a union, as a number whatever the discriminator
// is: of an unsigned long long it is the same 64 bits. That of the default arm means nothing.
func (t *TypeCode) MemberLabel(i int) int64 { return t.r().members[i].label }

// MemberVisibility returns whether member i of a value type is private (0) or public (1).
func (t *TypeCode) MemberVisibility(i int) int16 { return t.r().members[i].visibility }

// MemberIndex returns the index of the first member of that name, or -1.
func (t *TypeCode) MemberIndex(name string) int {
	if t = t.r(); t.index != nil {
		return t.index.name(name)
	}
	return slices.IndexFunc(t.members, func(m member) bool { return m.name == name })
}

// Discriminator returns the discriminator's type of a union, nil for others.
func (t *TypeCode) Discriminator() *TypeCode { return t.r().disc }

// DefaultIndex returns the index of a union's default arm, or -1.
func (t *TypeCode) DefaultIndex() int {
	if t = t.r(); t.kind == TkUnion {
		return t.def
	}
	return -1
}

// Arm returns the index of the arm that a union's discriminator chooses, or -1.
func (t *TypeCode) Arm(label int64) int {
	if t = t.r(); t.index != nil {
		if i := t.index.arm(label); i >= 0 {
			return i
		}
		return t.DefaultIndex()
	}
	for i := range t.members {
		if t.members[i].label == label && i != t.def {
			return i
		}
	}
	return t.DefaultIndex()
}

// Content returns the type of the elements of a sequence or array, what an alias or value
// box stands for, the concrete base of a value type (nil if none); nil for others.
func (t *TypeCode) Content() *TypeCode {
	if c := t.r().content; c != nil {
		return c.r()
	}
	return nil
}

// Length returns the length of an array, or the bound of a sequence or string, 0 if unbounded.
func (t *TypeCode) Length() uint32 { return t.r().length }

// Digits returns the number of digits of a fixed.
func (t *TypeCode) Digits() uint16 { return t.r().digits }

// Scale returns how many of a fixed's digits follow the decimal point.
func (t *TypeCode) Scale() int16 { return t.r().scale }

// Modifier returns whether a value type is custom (1), abstract (2), truncatable (3) or none of these (0).
func (t *TypeCode) Modifier() int16 { return t.r().modifier }

// Unalias returns the type that remains when all typedefs around it are taken off. Typedefs
// inside stay.
func (t *TypeCode) Unalias() *TypeCode {
	t = t.r()
	for t.kind == TkAlias {
		t = t.content.r()
	}
	return t
}

// derivesFromItself reports whether the bases of a value type lead back to it.
func (t *TypeCode) derivesFromItself() bool {
	for b := t.Content(); b != nil && (b.kind == TkValue || b.kind == TkEvent); b = b.Content() {
		if b == t {
			return true
		}
	}
	return false
}

// recursive reports whether t, as it stands in a type around it, is a reference back to
// that. Content and MemberType never return such.
func (t *TypeCode) recursive() bool { return t != nil && t.kind == tkRecursive }

// RecursiveContent reports whether the content of t leads back to a type around it: the
// places where values may nest without end.
func (t *TypeCode) RecursiveContent() bool { return t.r().content.recursive() }

// RecursiveMember is RecursiveContent for member i.
func (t *TypeCode) RecursiveMember(i int) bool { return t.r().members[i].tc.recursive() }
