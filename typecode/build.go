package typecode

import "slices"

// The types without parameters.
var (
	Null       = &TypeCode{kind: TkNull}
	Void       = &TypeCode{kind: TkVoid}
	Short      = &TypeCode{kind: TkShort}
	Long       = &TypeCode{kind: TkLong}
	UShort     = &TypeCode{kind: TkUShort}
	ULong      = &TypeCode{kind: TkULong}
	Float      = &TypeCode{kind: TkFloat}
	Double     = &TypeCode{kind: TkDouble}
	Boolean    = &TypeCode{kind: TkBoolean}
	Char       = &TypeCode{kind: TkChar}
	Octet      = &TypeCode{kind: TkOctet}
	Any        = &TypeCode{kind: TkAny}
	TC         = &TypeCode{kind: TkTypeCode} // of CORBA::TypeCode
	Principal  = &TypeCode{kind: TkPrincipal}
	LongLong   = &TypeCode{kind: TkLongLong}
	ULongLong  = &TypeCode{kind: TkULongLong}
	LongDouble = &TypeCode{kind: TkLongDouble}
	WChar      = &TypeCode{kind: TkWChar}
	String     = &TypeCode{kind: TkString}
	WString    = &TypeCode{kind: TkWString}
	Object     = ObjRef("IDL:omg.org/CORBA/Object:1.0", "Object")
	ValueBase  = Value("IDL:omg.org/CORBA/ValueBase:1.0", "ValueBase", ValueNone, nil)
)

// simple lists them by kind, so that reading one makes none.
var simple = [numKinds]*TypeCode{
	TkNull: Null, TkVoid: Void, TkShort: Short, TkLong: Long, TkUShort: UShort, TkULong: ULong, TkFloat: Float,
	TkDouble: Double, TkBoolean: Boolean, TkChar: Char, TkOctet: Octet, TkAny: Any, TkTypeCode: TC, TkPrincipal: Principal,
	TkLongLong: LongLong, TkULongLong: ULongLong, TkLongDouble: LongDouble, TkWChar: WChar,
}

// A Member is a member of a struct or exception.
type Member struct {
	Name string
	Type *TypeCode
}

// An Arm is an arm of a union: a label and the member that it chooses. A case with several
// labels is several arms with the same member.
type Arm struct {
	Label   int64 // value of the discriminator: a number, an enumerator's place, 0 or 1, a code point
	Default bool  // there is no label
	Name    string
	Type    *TypeCode
}

// A State is a member of a value type.
type State struct {
	Name   string
	Type   *TypeCode
	Public bool
}

// StringMax returns the type of a string of at most bound characters; 0 is no bound.
func StringMax(bound uint32) *TypeCode {
	if bound == 0 {
		return String
	}
	return &TypeCode{kind: TkString, length: bound}
}

// WStringMax returns the type of a wide string of at most bound characters; 0 is no bound.
func WStringMax(bound uint32) *TypeCode {
	if bound == 0 {
		return WString
	}
	return &TypeCode{kind: TkWString, length: bound}
}

// Fixed returns the type fixed<digits, scale>.
func Fixed(digits uint16, scale int16) *TypeCode {
	return &TypeCode{kind: TkFixed, digits: digits, scale: scale}
}

// ObjRef returns the type of references to an interface.
func ObjRef(id, name string) *TypeCode { return &TypeCode{kind: TkObjref, id: id, name: name} }

// Interface is ObjRef for the kinds that are like it: abstract and local interfaces,
// native types, components and homes.
func Interface(kind Kind, id, name string) *TypeCode {
	return &TypeCode{kind: kind, id: id, name: name}
}

// Struct returns a struct type.
func Struct(id, name string, members ...Member) *TypeCode {
	return structure(TkStruct, id, name, members)
}

// Exception returns the type of a user exception.
func Exception(id, name string, members ...Member) *TypeCode {
	return structure(TkExcept, id, name, members)
}

func structure(kind Kind, id, name string, list []Member) *TypeCode {
	t := &TypeCode{kind: kind, id: id, name: name, members: make([]member, len(list))}
	for i, m := range list {
		t.members[i] = member{name: m.Name, tc: m.Type}
	}
	return t.resolve().done()
}

// Enum returns an enum type.
func Enum(id, name string, enumerators ...string) *TypeCode {
	t := &TypeCode{kind: TkEnum, id: id, name: name, members: make([]member, len(enumerators))}
	for i, s := range enumerators {
		t.members[i].name = s
	}
	return t.done()
}

// Union returns a union type.
func Union(id, name string, discriminator *TypeCode, arms ...Arm) *TypeCode {
	t := &TypeCode{kind: TkUnion, id: id, name: name, disc: discriminator, def: -1, members: make([]member, len(arms))}
	for i, a := range arms {
		t.members[i] = member{name: a.Name, tc: a.Type, label: a.Label}
		if a.Default {
			t.manyDefaults = t.def >= 0
			t.def = i
			t.members[i].label = 0
		}
	}
	return t.resolve().done()
}

// Sequence returns the type of sequences of at most bound elements; 0 is no bound.
func Sequence(element *TypeCode, bound uint32) *TypeCode {
	return &TypeCode{kind: TkSequence, content: element, length: bound}
}

// Array returns the type of arrays. Of an array with several dimensions the elements are arrays.
func Array(element *TypeCode, length uint32) *TypeCode {
	return (&TypeCode{kind: TkArray, content: element, length: length}).done()
}

// Map returns what stands for the type of a map of IDL 4.2, of which CORBA has no kind: a
// sequence of at most bound structures with a key and a value, which is the same on the wire.
func Map(key, value *TypeCode, bound uint32) *TypeCode {
	return Sequence(Struct("", "", Member{"key", key}, Member{"value", value}), bound)
}

// Alias returns the type that a typedef declares.
func Alias(id, name string, of *TypeCode) *TypeCode {
	return (&TypeCode{kind: TkAlias, id: id, name: name, content: of}).done()
}

// The modifiers of a value type (CORBA::ValueModifier).
const (
	ValueNone        int16 = 0 // VM_NONE
	ValueCustom      int16 = 1 // VM_CUSTOM
	ValueAbstract    int16 = 2 // VM_ABSTRACT
	ValueTruncatable int16 = 3 // VM_TRUNCATABLE
)

// Value returns a value type. base is nil if there is no concrete one.
func Value(id, name string, modifier int16, base *TypeCode, members ...State) *TypeCode {
	return value(TkValue, id, name, modifier, base, members)
}

// Event returns an event type, which is Value of another kind.
func Event(id, name string, modifier int16, base *TypeCode, members ...State) *TypeCode {
	return value(TkEvent, id, name, modifier, base, members)
}

func value(kind Kind, id, name string, modifier int16, base *TypeCode, list []State) *TypeCode {
	t := &TypeCode{kind: kind, id: id, name: name, modifier: modifier, content: base, members: make([]member, len(list))}
	for i, m := range list {
		t.members[i] = member{name: m.Name, tc: m.Type}
		if m.Public {
			t.members[i].visibility = 1
		}
	}
	return t.resolve().done()
}

// ValueBox returns a boxed value type.
func ValueBox(id, name string, of *TypeCode) *TypeCode {
	t := &TypeCode{kind: TkValueBox, id: id, name: name, content: of}
	return t.resolve()
}

// Recursive stands for the struct, union or value type of that id inside the TypeCode of
// that type itself; there it is resolved when that type is built:
//
//	Struct("IDL:Node:1.0", "Node", Member{"kids", Sequence(Recursive("IDL:Node:1.0"), 0)})
//
// One that has not been resolved cannot be sent. Building types that share one is not safe concurrently.
func Recursive(id string) *TypeCode { return &TypeCode{kind: tkRecursive, id: id} }

// resolve points what stands for t inside t to t.
func (t *TypeCode) resolve() *TypeCode {
	var seen []*TypeCode
	var walk func(*TypeCode)
	walk = func(c *TypeCode) {
		if c == nil || c == t {
			return
		}
		if c.kind == tkRecursive {
			if c.target == nil && c.id == t.id {
				c.target = t
			}
			return
		}
		if c.content == nil && c.members == nil || c.kind == TkEnum || slices.Contains(seen, c) {
			return
		}
		seen = append(seen, c)
		walk(c.content)
		for i := range c.members {
			walk(c.members[i].tc)
		}
	}
	walk(t.content)
	for i := range t.members {
		walk(t.members[i].tc)
	}
	return t
}
