package stub

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// CallAndTell makes call, of an operation of the object to, and has tell tell handler of its end: see [orb.ORB.Callback].
// Either may be a stub, or an implementation in this process, which has no ORB.
func CallAndTell(ctx context.Context, to, handler any, operation string, call func(context.Context) error, tell func(context.Context, error) error) error {
	if to == nil {
		return calledNil(operation)
	}
	return orbOf(to, handler).Callback(ctx, operation, call, tell)
}

// Callback runs f, which makes the call with its first ctx and tells handler of the end with its second. Of a call that panics nobody is told, therefore.
//
// Deprecated: stubs are generated with [CallAndTell]; those that were with this one work.
func Callback(ctx context.Context, to, handler any, operation string, f func(ctx, after context.Context) error) error {
	var during context.Context
	return CallAndTell(ctx, to, handler, operation, func(ctx context.Context) error {
		during = ctx
		return nil
	}, func(after context.Context, _ error) error { return f(during, after) })
}

// Poll makes a call of the object to, whose end is polled for: see [orb.Go].
func Poll[T any](ctx context.Context, to any, call func(context.Context) (T, error)) *orb.Future[T] {
	switch to.(type) {
	case nil:
		return orb.Go(ctx, func(context.Context) (none T, err error) { return none, calledNil("an operation") })
	case orb.Object: // not so the calls that an implementation in this process makes with its ctx
		ctx = orb.WithPoll(ctx)
	}
	return orb.Go(ctx, call)
}

func calledNil(operation string) error {
	return refused(exc.InvObjref, exc.MinorNilReference, "%s called on a nil reference", operation)
}

// refused returns how a call has ended that was not made: as any call's end, it tells nothing of the operation of a servant that returns it.
func refused(k exc.Kind, minor uint32, format string, args ...any) *exc.SystemException {
	sys := exc.New(k, minor, exc.No, format, args...)
	sys.Called = true
	return sys
}

// orbOf returns the ORB of the first that has one; nil if none has.
func orbOf(all ...any) *orb.ORB {
	for _, x := range all {
		if o, ok := x.(orb.Object); ok && orb.RefOf(o) != nil {
			return orb.RefOf(o).ORB()
		}
	}
	return nil
}
