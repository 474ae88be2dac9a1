package ifr

import (
	"context"
	"unicode"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// contained is what all definitions have (clause 14.5.3).
type contained struct{ o object }

func (c contained) DefKind(context.Context) (ifr.DefinitionKind, error) { return kindOf(c.o.d), nil }

func (c contained) Id(context.Context) (ifr.RepositoryId, error) { return c.o.d.About().ID, nil }

func (c contained) Name(context.Context) (ifr.Identifier, error) { return c.o.d.About().Name, nil }

func (c contained) Version(context.Context) (ifr.VersionSpec, error) {
	return version(c.o.d.About().ID), nil
}

func (c contained) DefinedIn(context.Context) (ifr.Container, error) {
	ref, err := c.o.ref(c.o.d.About().Scope())
	if err != nil {
		return nil, err
	}
	return ifr.ContainerClass.Unchecked(ref), nil
}

func (c contained) AbsoluteName(context.Context) (ifr.ScopedName, error) {
	return c.o.d.About().QualifiedName(), nil
}

func (c contained) ContainingRepository(context.Context) (ifr.Repository, error) {
	return ifr.RepositoryClass.Unchecked(c.o.s.root), nil
}

func (c contained) Describe(context.Context) (ifr.Contained_Description, error) {
	a, err := c.o.describe(c.o.d)
	return ifr.Contained_Description{Kind: kindOf(c.o.d), Value: a}, err
}

// typed is what definitions of types have (clause 14.5.5).
type typed struct{ o object }

func (t typed) Type(context.Context) (*typecode.TypeCode, error) { return typeCodeOf(t.o.d) }

func typeCodeOf(d model.Decl) (*typecode.TypeCode, error) {
	tc, err := model.Described(d)
	if err != nil {
		return nil, public(exc.New(exc.IntfRepos, exc.MinorNoRepository, exc.No, "%s has no TypeCode: %w", d.About().ScopedName(), err))
	}
	return tc, nil
}

// original is what other names of types, and boxes of them, have.
type original struct {
	v view
	t *model.Type
}

func (a original) OriginalTypeDef(context.Context) (ifr.IDLType, error) { return a.v.typeDef(a.t) }

// head is what all descriptions begin with.
type head struct{ name, id, in, version string }

func headOf(d model.Decl) head {
	i := d.About()
	h := head{name: i.Name, id: i.ID, version: version(i.ID)}
	if s := i.Scope(); s != nil {
		h.in = s.About().ID
	}
	return h
}

// describe returns what describe and describe_contents say of a definition.
func (v view) describe(d model.Decl) (dyn.Any, error) {
	h := headOf(d)
	switch d := d.(type) {
	case *model.Module:
		return ifr.ModuleDescriptionType.Any(ifr.ModuleDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version}), nil
	case *model.Const:
		tc, err := typeCode(d.Type)
		if err != nil {
			return dyn.Any{}, err
		}
		a, err := valueAny(tc, d.Value)
		return ifr.ConstantDescriptionType.Any(ifr.ConstantDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, Type: tc, Value: a}), err
	case *model.Exception:
		x, err := exceptionDescription(d)
		return ifr.ExceptionDescriptionType.Any(x), err
	case *model.Attribute:
		x, err := attributeDescription(d)
		return ifr.AttributeDescriptionType.Any(x), err
	case *model.Operation:
		x, err := v.operationDescription(d)
		return ifr.OperationDescriptionType.Any(x), err
	case *model.Interface:
		return ifr.InterfaceDescriptionType.Any(ifr.InterfaceDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, BaseInterfaces: ids(d.Parents())}), nil
	case *model.ValueType:
		base, abstract := bases(d)
		return ifr.ValueDescriptionType.Any(ifr.ValueDescription{
			Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, IsAbstract: d.Abstract, IsCustom: d.Custom, IsTruncatable: d.Truncatable,
			SupportedInterfaces: ids(d.Supported()), AbstractBaseValues: ids(abstract), BaseValue: idOf(base),
		}), nil
	case *model.StateMember:
		x, err := v.valueMember(d)
		return ifr.ValueMemberType.Any(x), err
	}
	tc, err := typeCodeOf(d)
	return ifr.TypeDescriptionType.Any(ifr.TypeDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, Type: tc}), err
}

// ids returns the repository ids of definitions.
func ids[D model.Decl](list []D) ifr.RepositoryIdSeq {
	out := make(ifr.RepositoryIdSeq, len(list))
	for i, d := range list {
		out[i] = d.About().ID
	}
	return out
}

// valueAny returns the value of a constant or a label as an any. Characters that are one octet in no code set that connections agree on as a rule, or not one wchar in
// UTF-16, cannot be sent as what they are, and what they are in would be lost with them: they are a string or wstring of one character. The type beside it says what they are.
func valueAny(tc *typecode.TypeCode, v *model.Value) (dyn.Any, error) {
	var plain any
	switch v.Kind {
	case model.BoolValue:
		plain = v.Bool
	case model.IntValue:
		if n, ok := v.Int64(); ok {
			plain = n
		} else {
			plain, _ = v.Uint64()
		}
		if n, ok := plain.(int64); ok && n < 0 && tc.Unalias().Kind() == typecode.TkOctet { // of an int8, whose TypeCode is that of octet
			plain = n & 0xff
		}
	case model.FloatValue:
		if tc.Unalias().Kind() == typecode.TkLongDouble {
			plain = cdr.LongDoubleOf(v.Float)
			break
		}
		plain, _ = v.Float64()
	case model.CharValue, model.WCharValue:
		plain = v.Char
		switch {
		case v.Kind == model.CharValue && v.Char > unicode.MaxASCII:
			tc, plain = typecode.String, string(v.Char)
		case v.Kind == model.WCharValue && v.Char > 0xffff:
			tc, plain = typecode.WString, string(v.Char)
		}
	case model.EnumValue:
		plain = v.Enumerator.Name
	default:
		plain = v.Text
	}
	a, err := dyn.Of(tc, plain)
	if err != nil {
		return dyn.Any{}, public(exc.New(exc.IntfRepos, exc.MinorNoRepository, exc.No, "the value %v cannot be sent: %w", v, err))
	}
	return a, nil
}
