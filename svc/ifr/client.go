package ifr

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// A Description is what an interface repository, any ORB's, says of an interface: enough to call
// its objects.
type Description ifr.InterfaceDef_FullInterfaceDescription

// Describe asks an object for its interface, and the interface for its description. A server without an
// interface repository raises INTF_REPOS, or something else; the error is the object's.
func Describe(ctx context.Context, of *orb.Ref) (*Description, error) {
	def, err := of.Interface(ctx)
	if err != nil {
		return nil, err
	}
	if def == nil {
		return nil, fmt.Errorf("%s has no interface in its interface repository", of.TypeID())
	}
	full, err := ifr.InterfaceDefClass.Unchecked(def).DescribeInterface(ctx)
	if err != nil {
		return nil, fmt.Errorf("the interface repository does not describe the interface: %w", err)
	}
	return (*Description)(&full), nil
}

// Signature returns the signature of an operation or, by the name of an attribute, of its reading
// or writing. The error says that there is no such thing, and what there is of a like name.
func (d *Description) Signature(name string, write bool) (*dii.Signature, error) {
	var names []string
	for _, op := range d.Operations {
		if op.Name != name {
			names = append(names, op.Name)
			continue
		}
		if write {
			return nil, fmt.Errorf("%s is an operation, not an attribute", name)
		}
		return signature(op), nil
	}
	for _, a := range d.Attributes {
		switch {
		case a.Name != name:
			names = append(names, a.Name)
		case !write:
			return &dii.Signature{Operation: "_get_" + name, Result: a.Type}, nil
		case a.Mode == ifr.AttributeMode_ATTR_READONLY:
			return nil, fmt.Errorf("attribute %s is readonly", name)
		default:
			return &dii.Signature{Operation: "_set_" + name, Result: typecode.Void, Params: []dii.Param{{Name: name, Direction: model.In, Type: a.Type}}}, nil
		}
	}
	hint := ""
	if s := diag.Closest(name, names); s != "" {
		hint = ": did you mean " + s + "?"
	}
	return nil, fmt.Errorf("%s has no operation or attribute %s%s", d.Id, name, hint)
}

func signature(op ifr.OperationDescription) *dii.Signature {
	s := &dii.Signature{Operation: op.Name, Oneway: op.Mode == ifr.OperationMode_OP_ONEWAY, Result: op.Result, Context: op.Contexts}
	for _, p := range op.Parameters {
		direction := model.In
		switch p.Mode {
		case ifr.ParameterMode_PARAM_OUT:
			direction = model.Out
		case ifr.ParameterMode_PARAM_INOUT:
			direction = model.InOut
		}
		s.Params = append(s.Params, dii.Param{Name: p.Name, Direction: direction, Type: p.Type})
	}
	for _, e := range op.Exceptions {
		s.Raises = append(s.Raises, e.Type)
	}
	if len(s.Context) == 0 {
		s.Context = nil // an empty clause is none
	}
	return s
}
