package ifr

import (
	"context"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// The definitions of interfaces, operations and attributes (clauses 14.5.22 to 14.5.27).
type (
	interfaceDef struct {
		contained
		container
		typed
		o object
		i *model.Interface
	}
	plainInterfaceDef struct {
		interfaceDef
		deepInterfaceRest
	}
	abstractInterfaceDef struct {
		interfaceDef
		deepAbstractInterfaceRest
	}
	localInterfaceDef struct {
		interfaceDef
		deepLocalInterfaceRest
	}
	operationDef struct {
		contained
		operationRest
		o  object
		op *model.Operation
	}
	attributeDef struct {
		contained
		attributeRest
		o object
		a *model.Attribute
	}
)

// One level deeper again, as what reads stands a level deeper in interfaces.
type (
	deepInterfaceRest         struct{ interfaceRest }
	deepAbstractInterfaceRest struct{ abstractInterfaceRest }
	deepLocalInterfaceRest    struct{ localInterfaceRest }
)

func (i interfaceDef) BaseInterfaces(context.Context) (ifr.InterfaceDefSeq, error) {
	return all(i.o.view, decls(i.i.Parents()), ifr.InterfaceDefClass)
}

func decls[D model.Decl](list []D) []model.Decl {
	out := make([]model.Decl, len(list))
	for i, d := range list {
		out[i] = d
	}
	return out
}

func (i interfaceDef) IsA(_ context.Context, id ifr.RepositoryId) (bool, error) {
	return id == orb.ObjectID && !i.i.Abstract || i.o.x.isA(i.i, id), nil
}

func (i interfaceDef) DescribeInterface(context.Context) (ifr.InterfaceDef_FullInterfaceDescription, error) {
	h := headOf(i.i)
	out := ifr.InterfaceDef_FullInterfaceDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, BaseInterfaces: ids(i.i.Parents())}
	var err error
	if out.Type, err = typeCodeOf(i.i); err != nil {
		return out, err
	}
	members := i.o.x.members(i.i, false)
	if out.Operations, err = i.o.operations(members); err != nil {
		return out, err
	}
	for _, d := range members {
		if a, ok := d.(*model.Attribute); ok {
			x, err := attributeDescription(a)
			if err != nil {
				return out, err
			}
			out.Attributes = append(out.Attributes, x)
		}
	}
	return out, nil
}

func (i interfaceDef) DescribeExtInterface(context.Context) (ifr.InterfaceAttrExtension_ExtFullInterfaceDescription, error) {
	h := headOf(i.i)
	out := ifr.InterfaceAttrExtension_ExtFullInterfaceDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, BaseInterfaces: ids(i.i.Parents())}
	var err error
	if out.Type, err = typeCodeOf(i.i); err != nil {
		return out, err
	}
	members := i.o.x.members(i.i, false)
	if out.Operations, err = i.o.operations(members); err == nil {
		out.Attributes, err = extAttributes(members)
	}
	return out, err
}

// operations describes those of the members that are operations.
func (v view) operations(members []model.Decl) (out ifr.OpDescriptionSeq, err error) {
	for _, d := range members {
		if op, ok := d.(*model.Operation); ok {
			x, err := v.operationDescription(op)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
	}
	return out, nil
}

func extAttributes(members []model.Decl) (out ifr.ExtAttrDescriptionSeq, err error) {
	for _, d := range members {
		if a, ok := d.(*model.Attribute); ok {
			x, err := extAttributeDescription(a)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
	}
	return out, nil
}

func (v view) operationDescription(op *model.Operation) (out ifr.OperationDescription, err error) {
	h := headOf(op)
	out = ifr.OperationDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, Mode: operationMode(op), Contexts: op.Context}
	if out.Result, err = typeCode(op.Result); err != nil {
		return out, err
	}
	if out.Parameters, err = v.params(op.Params); err != nil {
		return out, err
	}
	out.Exceptions, err = exceptionDescriptions(op.Raises)
	return out, err
}

func operationMode(op *model.Operation) ifr.OperationMode {
	if op.Oneway {
		return ifr.OperationMode_OP_ONEWAY
	}
	return ifr.OperationMode_OP_NORMAL
}

func (v view) params(list []*model.Param) (ifr.ParDescriptionSeq, error) {
	out := make(ifr.ParDescriptionSeq, len(list))
	for i, p := range list {
		tc, def, err := v.both(p.Type)
		if err != nil {
			return nil, err
		}
		mode := [...]ifr.ParameterMode{model.In: ifr.ParameterMode_PARAM_IN, model.Out: ifr.ParameterMode_PARAM_OUT, model.InOut: ifr.ParameterMode_PARAM_INOUT}[p.Direction]
		out[i] = ifr.ParameterDescription{Name: p.Name, Type: tc, TypeDef: def, Mode: mode}
	}
	return out, nil
}

func (o *operationDef) Result(context.Context) (*typecode.TypeCode, error) {
	return typeCode(o.op.Result)
}

func (o *operationDef) ResultDef(context.Context) (ifr.IDLType, error) {
	return o.o.typeDef(o.op.Result)
}

func (o *operationDef) Params(context.Context) (ifr.ParDescriptionSeq, error) {
	return o.o.params(o.op.Params)
}

func (o *operationDef) Mode(context.Context) (ifr.OperationMode, error) {
	return operationMode(o.op), nil
}

func (o *operationDef) Contexts(context.Context) (ifr.ContextIdSeq, error) { return o.op.Context, nil }

func (o *operationDef) Exceptions(context.Context) (ifr.ExceptionDefSeq, error) {
	return all(o.o.view, decls(o.op.Raises), ifr.ExceptionDefClass)
}

func attributeMode(a *model.Attribute) ifr.AttributeMode {
	if a.Readonly {
		return ifr.AttributeMode_ATTR_READONLY
	}
	return ifr.AttributeMode_ATTR_NORMAL
}

func attributeDescription(a *model.Attribute) (ifr.AttributeDescription, error) {
	h := headOf(a)
	tc, err := typeCode(a.Type)
	return ifr.AttributeDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, Type: tc, Mode: attributeMode(a)}, err
}

func extAttributeDescription(a *model.Attribute) (out ifr.ExtAttributeDescription, err error) {
	h := headOf(a)
	out = ifr.ExtAttributeDescription{Name: h.name, Id: h.id, DefinedIn: h.in, Version: h.version, Mode: attributeMode(a)}
	if out.Type, err = typeCode(a.Type); err != nil {
		return out, err
	}
	if out.GetExceptions, err = exceptionDescriptions(a.GetRaises); err == nil {
		out.PutExceptions, err = exceptionDescriptions(a.SetRaises)
	}
	return out, err
}

func (a *attributeDef) Type(context.Context) (*typecode.TypeCode, error) { return typeCode(a.a.Type) }

func (a *attributeDef) TypeDef(context.Context) (ifr.IDLType, error) { return a.o.typeDef(a.a.Type) }

func (a *attributeDef) Mode(context.Context) (ifr.AttributeMode, error) {
	return attributeMode(a.a), nil
}

func (a *attributeDef) GetExceptions(context.Context) (ifr.ExcDescriptionSeq, error) {
	return exceptionDescriptions(a.a.GetRaises)
}

func (a *attributeDef) SetExceptions(context.Context) (ifr.ExcDescriptionSeq, error) {
	return exceptionDescriptions(a.a.SetRaises)
}

func (a *attributeDef) DescribeAttribute(context.Context) (ifr.ExtAttributeDescription, error) {
	return extAttributeDescription(a.a)
}
