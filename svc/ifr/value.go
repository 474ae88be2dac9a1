package ifr

import (
	"context"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// The definitions of valuetypes and their members (clauses 14.5.28 to 14.5.31).
type (
	valueDef struct {
		contained
		container
		typed
		valueRest
		o object
		v *model.ValueType
	}
	valueMemberDef struct {
		contained
		valueMemberRest
		o object
		m *model.StateMember
	}
)

// bases returns the concrete base, or nil, and the abstract ones.
func bases(v *model.ValueType) (base *model.ValueType, abstract []*model.ValueType) {
	for _, p := range v.Parents() {
		if p.Abstract {
			abstract = append(abstract, p)
		} else if base == nil {
			base = p
		}
	}
	return base, abstract
}

// valueBase is the id of what a value without a base is derived from.
const valueBase = "IDL:omg.org/CORBA/ValueBase:1.0"

func idOf(base *model.ValueType) string {
	if base == nil {
		return ""
	}
	return base.ID
}

func (v *valueDef) SupportedInterfaces(context.Context) (ifr.InterfaceDefSeq, error) {
	return all(v.o.view, decls(v.v.Supported()), ifr.InterfaceDefClass)
}

func (v *valueDef) BaseValue(context.Context) (ifr.ValueDef, error) {
	base, _ := bases(v.v)
	if base == nil {
		return nil, nil
	}
	ref, err := v.o.ref(base)
	if err != nil {
		return nil, err
	}
	return ifr.ValueDefClass.Unchecked(ref), nil
}

func (v *valueDef) AbstractBaseValues(context.Context) (ifr.ValueDefSeq, error) {
	_, abstract := bases(v.v)
	return all(v.o.view, decls(abstract), ifr.ValueDefClass)
}

func (v *valueDef) IsAbstract(context.Context) (bool, error) { return v.v.Abstract, nil }

func (v *valueDef) IsCustom(context.Context) (bool, error) { return v.v.Custom, nil }

func (v *valueDef) IsTruncatable(context.Context) (bool, error) { return v.v.Truncatable, nil }

func (v *valueDef) IsA(_ context.Context, id ifr.RepositoryId) (bool, error) {
	return id == valueBase || v.o.x.isA(v.v, id), nil
}

// initializerParams returns the parameters of an initializer, all of which are in.
func (v view) initializerParams(f *model.Factory) (ifr.StructMemberSeq, error) {
	members := make([]*model.Member, len(f.Params))
	for i, p := range f.Params {
		members[i] = &model.Member{Node: p.Node, Type: p.Type}
	}
	return v.structMembers(members)
}

func (v *valueDef) Initializers(context.Context) (ifr.InitializerSeq, error) {
	var out ifr.InitializerSeq
	for _, f := range v.v.Factories() {
		params, err := v.o.initializerParams(f)
		if err != nil {
			return nil, err
		}
		out = append(out, ifr.Initializer{Name: f.Name, Members: params})
	}
	return out, nil
}

func (v *valueDef) ExtInitializers(context.Context) (ifr.ExtInitializerSeq, error) {
	var out ifr.ExtInitializerSeq
	for _, f := range v.v.Factories() {
		params, err := v.o.initializerParams(f)
		if err != nil {
			return nil, err
		}
		raises, err := exceptionDescriptions(f.Raises)
		if err != nil {
			return nil, err
		}
		out = append(out, ifr.ExtInitializer{Name: f.Name, Members: params, Exceptions: raises})
	}
	return out, nil
}

func (v view) valueMember(m *model.StateMember) (out ifr.ValueMember, err error) {
	h := headOf(m)
	out = ifr.ValueMember{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, Access: access(m)}
	out.Type, out.TypeDef, err = v.both(m.Type)
	return out, err
}

func access(m *model.StateMember) ifr.Visibility {
	if m.Public {
		return ifr.PUBLIC_MEMBER
	}
	return ifr.PRIVATE_MEMBER
}

func (v *valueDef) DescribeValue(ctx context.Context) (ifr.ValueDef_FullValueDescription, error) {
	h := headOf(v.v)
	base, abstract := bases(v.v)
	out := ifr.ValueDef_FullValueDescription{
		Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, IsAbstract: v.v.Abstract, IsCustom: v.v.Custom, IsTruncatable: v.v.Truncatable,
		SupportedInterfaces: ids(v.v.Supported()), AbstractBaseValues: ids(abstract), BaseValue: idOf(base),
	}
	ext, err := v.DescribeExtValue(ctx)
	if err != nil {
		return out, err
	}
	out.Operations, out.Members, out.Type = ext.Operations, ext.Members, ext.Type
	for _, a := range ext.Attributes {
		out.Attributes = append(out.Attributes, ifr.AttributeDescription{Name: a.Name, Id: a.Id, DefinedIn: a.DefinedIn, Version: a.Version, Type: a.Type, Mode: a.Mode})
	}
	for _, x := range ext.Initializers {
		out.Initializers = append(out.Initializers, ifr.Initializer{Name: x.Name, Members: x.Members})
	}
	return out, nil
}

func (v *valueDef) DescribeExtValue(ctx context.Context) (out ifr.ExtValueDef_ExtFullValueDescription, err error) {
	h := headOf(v.v)
	base, abstract := bases(v.v)
	out = ifr.ExtValueDef_ExtFullValueDescription{
		Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, IsAbstract: v.v.Abstract, IsCustom: v.v.Custom, IsTruncatable: v.v.Truncatable,
		SupportedInterfaces: ids(v.v.Supported()), AbstractBaseValues: ids(abstract), BaseValue: idOf(base),
	}
	if out.Type, err = typeCodeOf(v.v); err != nil {
		return out, err
	}
	members := v.o.x.members(v.v, false)
	if out.Operations, err = v.o.operations(members); err != nil {
		return out, err
	}
	if out.Attributes, err = extAttributes(members); err != nil {
		return out, err
	}
	if out.Initializers, err = v.ExtInitializers(ctx); err != nil {
		return out, err
	}
	for _, m := range v.v.AllState() {
		x, err := v.o.valueMember(m)
		if err != nil {
			return out, err
		}
		out.Members = append(out.Members, x)
	}
	return out, nil
}

func (m *valueMemberDef) Type(context.Context) (*typecode.TypeCode, error) { return typeCode(m.m.Type) }

func (m *valueMemberDef) TypeDef(context.Context) (ifr.IDLType, error) { return m.o.typeDef(m.m.Type) }

func (m *valueMemberDef) Access(context.Context) (ifr.Visibility, error) { return access(m.m), nil }
