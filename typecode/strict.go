package typecode

import "fmt"

// A BadKindError says that an operation has no meaning for types of a kind (CORBA::TypeCode::BadKind).
type BadKindError struct {
	Operation string
	Kind      Kind
}

// Error says so.
func (e *BadKindError) Error() string {
	return fmt.Sprintf("the operation %s is not for the TypeCode of a %v", e.Operation, e.Kind)
}

// A BoundsError says that a type has no member of that index (CORBA::TypeCode::Bounds).
type BoundsError struct {
	Index, Count int
}

// Error says so.
func (e *BoundsError) Error() string {
	return fmt.Sprintf("member %d of a TypeCode that has %d", e.Index, e.Count)
}

// Strict is a TypeCode whose operations answer as those of CORBA::TypeCode do: with a
// *[BadKindError] where a kind has no such thing, and a *[BoundsError] where there is no such member.
// It is for code that was written for them. The methods of [TypeCode] return zero values instead, and
// panic where there is no member.
type Strict struct{ t *TypeCode }

// Strict returns t with the operations of the specification.
func (t *TypeCode) Strict() Strict { return Strict{t.r()} }

// kinds are sets of kinds, for the table of which operation is for which.
type kinds uint64

func of(list ...Kind) kinds {
	var s kinds
	for _, k := range list {
		s |= 1 << k
	}
	return s
}

// For which kinds the operations are (part 1, clause 8.11.1).
var (
	withID = of(TkObjref, TkStruct, TkUnion, TkEnum, TkAlias, TkValue, TkValueBox, TkNative, TkAbstractInterface, TkLocalInterface,
		TkExcept, TkComponent, TkHome, TkEvent)
	withMembers = of(TkStruct, TkUnion, TkEnum, TkValue, TkExcept, TkEvent)
	withTypes   = withMembers &^ of(TkEnum)
	withUnion   = of(TkUnion)
	withLength  = of(TkString, TkWString, TkSequence, TkArray)
	withContent = of(TkSequence, TkArray, TkAlias, TkValueBox)
	withFixed   = of(TkFixed)
	withValue   = of(TkValue, TkEvent)
)

func (s Strict) check(operation string, allowed kinds) error {
	if allowed&(1<<s.t.kind) == 0 {
		return &BadKindError{operation, s.t.kind}
	}
	return nil
}

func (s Strict) member(operation string, allowed kinds, i int) (*member, error) {
	if err := s.check(operation, allowed); err != nil {
		return nil, err
	}
	if i < 0 || i >= len(s.t.members) {
		return nil, &BoundsError{i, len(s.t.members)}
	}
	return &s.t.members[i], nil
}

// ID returns the repository id.
func (s Strict) ID() (string, error) { return s.t.id, s.check("id", withID) }

// Name returns the simple name.
func (s Strict) Name() (string, error) { return s.t.name, s.check("name", withID) }

// MemberCount returns the number of members.
func (s Strict) MemberCount() (int, error) {
	return len(s.t.members), s.check("member_count", withMembers)
}

// MemberName returns the name of member i.
func (s Strict) MemberName(i int) (string, error) {
	m, err := s.member("member_name", withMembers, i)
	if err != nil {
		return "", err
	}
	return m.name, nil
}

// MemberType returns the type of member i.
func (s Strict) MemberType(i int) (*TypeCode, error) {
	m, err := s.member("member_type", withTypes, i)
	if err != nil {
		return nil, err
	}
	return m.tc.r(), nil
}

// MemberLabel returns the label of arm i of a union as [TypeCode.MemberLabel] does.
func (s Strict) MemberLabel(i int) (int64, error) {
	m, err := s.member("member_label", withUnion, i)
	if err != nil {
		return 0, err
	}
	return m.label, nil
}

// MemberVisibility returns whether member i of a value type is private (0) or public (1).
func (s Strict) MemberVisibility(i int) (int16, error) {
	m, err := s.member("member_visibility", withValue, i)
	if err != nil {
		return 0, err
	}
	return m.visibility, nil
}

// DiscriminatorType returns the type by which a union is switched.
func (s Strict) DiscriminatorType() (*TypeCode, error) {
	if err := s.check("discriminator_type", withUnion); err != nil {
		return nil, err
	}
	return s.t.disc.r(), nil
}

// DefaultIndex returns the index of a union's default arm, or -1.
func (s Strict) DefaultIndex() (int, error) {
	return s.t.DefaultIndex(), s.check("default_index", withUnion)
}

// Length returns the length of an array, or the bound of a sequence or string, 0 if there is none.
func (s Strict) Length() (uint32, error) { return s.t.length, s.check("length", withLength) }

// ContentType returns the type of the elements, or what a typedef or box stands for.
func (s Strict) ContentType() (*TypeCode, error) {
	if err := s.check("content_type", withContent); err != nil {
		return nil, err
	}
	return s.t.content.r(), nil
}

// FixedDigits returns the number of digits of a fixed.
func (s Strict) FixedDigits() (uint16, error) { return s.t.digits, s.check("fixed_digits", withFixed) }

// FixedScale returns how many of a fixed's digits follow the point.
func (s Strict) FixedScale() (int16, error) { return s.t.scale, s.check("fixed_scale", withFixed) }

// TypeModifier returns whether a value type is custom, abstract or truncatable.
func (s Strict) TypeModifier() (int16, error) {
	return s.t.modifier, s.check("type_modifier", withValue)
}

// ConcreteBaseType returns the concrete base of a value type, nil if it has none.
func (s Strict) ConcreteBaseType() (*TypeCode, error) {
	if err := s.check("concrete_base_type", withValue); err != nil || s.t.content == nil {
		return nil, err
	}
	return s.t.content.r(), nil
}
