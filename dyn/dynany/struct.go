package dynany

import (
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// A Struct is a value with named members: a struct, an exception, a valuetype or an eventtype
// (DynStruct, DynValue).
type Struct struct{ *Value }

// A Member is a member of a Struct (NameDynAnyPair).
type Member struct {
	Name  string
	Value *Value
}

// Struct returns v as what has named members, or ErrTypeMismatch.
func (v *Value) Struct() (Struct, error) {
	switch v.kind {
	case typecode.TkStruct, typecode.TkExcept, typecode.TkValue, typecode.TkEvent:
		return Struct{v}, nil
	}
	return Struct{}, mismatch("a %v has no named members", v.tc)
}

// members returns the types of the members; of a valuetype, of bases first.
func (s Struct) members() []dyn.StateMember {
	if isValuetype(s.kind) {
		if s.obj != nil {
			return dyn.StateOf(s.obj.tc)
		}
		return dyn.StateOf(s.flat())
	}
	tc := s.flat()
	list := make([]dyn.StateMember, tc.Len())
	for i := range list {
		list[i] = dyn.StateMember{Name: tc.MemberName(i), Type: tc.MemberType(i)}
	}
	return list
}

// CurrentName returns the name of the current member. It is ErrTypeMismatch if there are none, and
// ErrInvalidValue if none is current.
func (s Struct) CurrentName() (string, error) {
	m, err := s.current()
	return m.Name, err
}

// CurrentKind returns the kind of the current member, as CurrentName does its name.
func (s Struct) CurrentKind() (typecode.Kind, error) {
	m, err := s.current()
	if err != nil {
		return typecode.TkNull, err
	}
	return m.Type.Unalias().Kind(), nil
}

func (s Struct) current() (dyn.StateMember, error) {
	all := s.members()
	switch at := s.place(); {
	case len(all) == 0:
		return dyn.StateMember{}, mismatch("%v has no members", s.tc)
	case at < 0 || at >= len(all):
		return dyn.StateMember{}, invalid("no member of the %v is current", s.kind)
	default:
		return all[at], nil
	}
}

// Member returns the first member of a name, or ErrInvalidValue.
func (s Struct) Member(name string) (*Value, error) {
	for i, m := range s.members() {
		if m.Name == name {
			return s.At(i)
		}
	}
	return nil, invalid("%v has no member %q", s.kind, name)
}

// Members returns the members in order (get_members_as_dyn_any). It is ErrInvalidValue for null.
func (s Struct) Members() ([]Member, error) {
	if isValuetype(s.kind) && s.obj == nil {
		return nil, invalid("a %v that is null has no members", s.kind)
	}
	parts, err := s.components()
	if err != nil {
		return nil, err
	}
	list := make([]Member, len(parts))
	for i, m := range s.members() {
		list[i] = Member{m.Name, parts[i]}
	}
	return list, nil
}

// SetMembers copies all members (set_members_as_dyn_any): ErrInvalidValue if their number differs,
// ErrTypeMismatch if a type or a name that is not empty does. A valuetype that was null is not any more.
// Nothing is changed if there is an error.
func (s Struct) SetMembers(list []Member) error {
	all := s.members()
	if len(list) != len(all) {
		return invalid("%d members for a %v of %d", len(list), s.kind, len(all))
	}
	types, from := make([]*typecode.TypeCode, len(all)), make([]*Value, len(all))
	for i, m := range list {
		if m.Name != "" && all[i].Name != "" && m.Name != all[i].Name {
			return mismatch("the member %s stands where %s belongs", m.Name, all[i].Name)
		}
		types[i], from[i] = all[i].Type, m.Value
	}
	parts, err := s.in.copies(types, from, s.bounded)
	if err != nil {
		return err
	}
	if isValuetype(s.kind) {
		if s.obj == nil {
			s.obj = &object{tc: s.flat()}
		}
		s.obj.parts, s.obj.plain = parts, nil
		s.plain, s.fresh = nil, false
	} else {
		s.parts, s.plain, s.fresh = parts, nil, false
	}
	s.rewind()
	return nil
}

// bounded reports whether the members of a value may be those of a list.
func (s Struct) bounded(list []any) error {
	tc := s.flat()
	fields := make(dyn.Struct, len(list))
	for i, m := range s.members() {
		fields[i] = dyn.Field{Name: m.Name, Value: list[i]}
	}
	var plain any = fields
	switch {
	case s.kind == typecode.TkExcept:
		plain = dyn.Exception{ID: tc.ID(), Members: fields}
	case s.obj != nil:
		plain = &dyn.Valuetype{Type: s.obj.tc, Members: fields}
	case isValuetype(s.kind):
		plain = &dyn.Valuetype{Type: tc, Members: fields}
	}
	_, err := dyn.Of(s.tc, plain)
	return err
}
