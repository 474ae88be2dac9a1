package somd

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// Target returns the reference to call an object by that a call typed at run time goes to: that of a proxy is its target's, an object of this process is called by way of the
// ORB. It is not kept alive by that.
func (d *Domain) Target(o som.Object) (*orb.Ref, error) {
	if o == nil || o.SOM().IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no object")
	}
	if ref, ok := Reference(o); ok {
		return ref, nil
	}
	return d.export(o.SOM(), "", passed)
}

// ImportOrRefer is Import, but an object that no class here stands for, and that does not describe itself, is what Refer makes of it: a SOMDObject, which requests can be made of.
func (d *Domain) ImportOrRefer(ctx context.Context, o orb.Object) (som.Ref, error) {
	r, err := d.Import(ctx, o)
	if err == nil {
		return r, nil
	}
	if c := d.class(ClassName(orb.RefOf(o).TypeID())); c != nil || !undescribed(err) {
		return r, err
	}
	return d.Refer(o)
}

// undescribed reports whether an object has answered that it does not know how to describe itself, as one of another ORB.
func undescribed(err error) bool {
	return errors.Is(err, exc.BadOperation)
}

// Declared returns what the class of an object says of a method: that of a proxy's target. The error is BAD_OPERATION if the class has no such method, and NO_IMPLEMENT if it does not say
// how the method is called.
func Declared(o som.Object, operation string) (*som.Signed, error) {
	c := o.SOM().Class()
	if p, ok := som.FindState[proxy](o.SOM()); ok {
		if t := p.SomGetClass(); t != nil {
			c = t
		}
	}
	m, err := c.Lookup(operation)
	if err != nil || isRoot(m.Class()) {
		return nil, exc.New(exc.BadOperation, exc.MinorNoServantOp, exc.No, "the class %s says nothing of a method %.100q", c, operation)
	}
	s, err := som.ParseSignature(m.Whole())
	if err != nil {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%s does not say how it is called: %w", m, err)
	}
	return s, nil
}
