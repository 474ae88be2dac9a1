package ifr

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// The definitions of types, constants and exceptions (clauses 14.5.8 to 14.5.21).
type (
	structDef struct {
		contained
		container
		typed
		structRest
		o object
		s *model.Struct
	}
	unionDef struct {
		contained
		container
		typed
		unionRest
		o object
		u *model.Union
	}
	enumDef struct {
		contained
		typed
		enumRest
		e *model.Enum
	}
	exceptionDef struct {
		contained
		container
		typed
		exceptionRest
		o object
		e *model.Exception
	}
	aliasDef struct {
		contained
		typed
		original
		aliasRest
	}
	constantDef struct {
		contained
		constantRest
		o object
		c *model.Const
	}
	nativeDef struct {
		contained
		typed
		nativeRest
	}
	valueBoxDef struct {
		contained
		typed
		original
		valueBoxRest
	}
)

// members returns the members of a structure or an exception.
func (v view) structMembers(list []*model.Member) (ifr.StructMemberSeq, error) {
	out := make(ifr.StructMemberSeq, len(list))
	for i, m := range list {
		tc, def, err := v.both(m.Type)
		if err != nil {
			return nil, err
		}
		out[i] = ifr.StructMember{Name: m.Name, Type: tc, TypeDef: def}
	}
	return out, nil
}

func (s *structDef) Members(context.Context) (ifr.StructMemberSeq, error) {
	return s.o.structMembers(s.s.AllMembers())
}

func (e *exceptionDef) Members(context.Context) (ifr.StructMemberSeq, error) {
	return e.o.structMembers(e.e.Members)
}

func (e *enumDef) Members(context.Context) (ifr.EnumMemberSeq, error) {
	out := make(ifr.EnumMemberSeq, len(e.e.Enumerators))
	for i, x := range e.e.Enumerators {
		out[i] = x.Name
	}
	return out, nil
}

func (u *unionDef) DiscriminatorType(context.Context) (*typecode.TypeCode, error) {
	return typeCode(u.u.Discriminator)
}

func (u *unionDef) DiscriminatorTypeDef(context.Context) (ifr.IDLType, error) {
	return u.o.typeDef(u.u.Discriminator)
}

// Members returns an arm as often as it has labels; default is the octet 0.
func (u *unionDef) Members(context.Context) (ifr.UnionMemberSeq, error) {
	disc, err := typeCode(u.u.Discriminator)
	if err != nil {
		return nil, err
	}
	var out ifr.UnionMemberSeq
	for _, c := range u.u.Cases {
		tc, def, err := u.o.both(c.Type)
		if err != nil {
			return nil, err
		}
		for _, l := range c.Labels {
			var label dyn.Any
			if l.Default {
				label, err = dyn.Of(typecode.Octet, byte(0))
			} else {
				label, err = valueAny(disc, l.Value)
			}
			if err != nil {
				return nil, err
			}
			out = append(out, ifr.UnionMember{Name: c.Name, Label: label, Type: tc, TypeDef: def})
		}
	}
	return out, nil
}

func (c *constantDef) Type(context.Context) (*typecode.TypeCode, error) { return typeCode(c.c.Type) }

func (c *constantDef) TypeDef(context.Context) (ifr.IDLType, error) { return c.o.typeDef(c.c.Type) }

func (c *constantDef) Value(context.Context) (dyn.Any, error) {
	tc, err := typeCode(c.c.Type)
	if err != nil {
		return dyn.Any{}, err
	}
	return valueAny(tc, c.c.Value)
}

func exceptionDescription(e *model.Exception) (ifr.ExceptionDescription, error) {
	h := headOf(e)
	tc, err := typeCodeOf(e)
	return ifr.ExceptionDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, Type: tc}, err
}

func exceptionDescriptions(list []*model.Exception) (ifr.ExcDescriptionSeq, error) {
	out := make(ifr.ExcDescriptionSeq, len(list))
	for i, e := range list {
		var err error
		if out[i], err = exceptionDescription(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
