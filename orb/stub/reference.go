package stub

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// reference is what the class objects of concrete and of abstract interfaces have in common:
// how references become Ts.
type reference[T any] struct {
	iface orb.Interface
	tc    *typecode.TypeCode
	stubs interface{ Stub(orb.StubRef) T }
}

// ID returns the repository id.
func (c *reference[T]) ID() string { return c.iface.ID }

// Interface describes the interface at run time.
func (c *reference[T]) Interface() *orb.Interface { return &c.iface }

// TypeCode returns the interface's TypeCode.
func (c *reference[T]) TypeCode() *typecode.TypeCode { return c.tc }

// Bind returns the object that url names: IOR:, corbaloc:, corbaname: or dsom: (see package
// ior). It asks the object for its type only where the reference does not tell.
func (c *reference[T]) Bind(ctx context.Context, o *orb.ORB, url string) (T, error) {
	var zero T
	ref, err := o.Resolve(ctx, url)
	if err != nil {
		return zero, err
	}
	if ref == nil {
		return zero, refused(exc.InvObjref, exc.MinorNilReference, "%s is a nil reference", url)
	}
	return c.narrow(ctx, ref)
}

// Narrow returns v as a T: v is a reference, a stub, or an implementation, which stays the
// plain Go object that it is. The object is asked only where its reference does not tell.
// A nil v is a nil T.
func (c *reference[T]) Narrow(ctx context.Context, v any) (T, error) {
	if t, ok := v.(T); ok {
		return t, nil
	}
	var zero T
	if v == nil {
		return zero, nil
	}
	o, ok := v.(orb.Object)
	if !ok {
		return zero, refused(exc.BadParam, exc.MinorNotAnObject, "a %T is neither an object reference nor a %s", v, c.iface.ID)
	}
	ref := orb.RefOf(o)
	if ref == nil {
		return zero, nil
	}
	return c.narrow(ctx, ref)
}

func (c *reference[T]) narrow(ctx context.Context, ref *orb.Ref) (T, error) {
	var zero T
	if ref.TypeID() != c.iface.ID {
		is, err := ref.IsA(ctx, c.iface.ID)
		if err != nil {
			return zero, err
		}
		if !is {
			return zero, refused(exc.BadParam, exc.MinorWrongType, "the object is a %s, not a %s", ref.TypeID(), c.iface.ID)
		}
	}
	return c.stubs.Stub(orb.NewStubRef(ref)), nil
}

// Unchecked returns a stub for the object o without asking whether it is of the interface.
// A nil o is a nil T.
func (c *reference[T]) Unchecked(o orb.Object) T {
	if ref := orb.RefOf(o); ref != nil {
		return c.stubs.Stub(orb.NewStubRef(ref))
	}
	var zero T
	return zero
}
