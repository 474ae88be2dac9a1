package dii

import (
	"cmp"
	"errors"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// A UserException is an exception of the signature that the object raised, or that a
// dynamic implementation raises.
type UserException struct {
	ID    string  // repository id; "" for one that is raised is that of Value's type
	Value dyn.Any // of the exception's type; null will do for one that is raised and has no members
}

// Error names the exception.
func (e *UserException) Error() string { return "the object raised " + e.ID }

// ExceptionAny returns Value, for interceptors; see [orb.AnyException].
func (e *UserException) ExceptionAny() dyn.Any { return e.Value }

// refused returns how a call has ended that was not made: as any call's end, it tells nothing of the operation of a servant that returns it.
func refused(k exc.Kind, minor uint32, format string, args ...any) *exc.SystemException {
	sys := exc.New(k, minor, exc.No, format, args...)
	sys.Called = true
	return sys
}

// exceptions returns the descriptors of what the operation raises.
func (s *Signature) exceptions() []orb.Exception {
	list := make([]orb.Exception, len(s.Raises))
	for i, tc := range s.Raises {
		list[i] = exception{tc}
	}
	return list
}

// exception reads and writes the exceptions of a type.
type exception struct{ tc *typecode.TypeCode }

func (x exception) ExceptionID() string { return x.tc.ID() }

func (x exception) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	var u *UserException
	if !errors.As(err, &u) || u == nil || cmp.Or(u.ID, u.Value.Type().ID()) != x.tc.ID() {
		return false
	}
	head(e, x.tc.ID())
	if none := u.Value.IsNull() && x.tc.Len() == 0; !none && !typecode.Equivalent(u.Value.Type(), x.tc) {
		e.Fail(exc.New(exc.BadParam, exc.MinorWrongType, exc.Yes, "the value of the exception %s is a %v", x.tc.ID(), u.Value.Type()))
		return true
	}
	dyn.PutMembers(e, u.Value)
	return true
}

func (x exception) Read(d *cdr.Decoder) error {
	return &UserException{x.tc.ID(), dyn.GetMembers(d, x.tc)}
}

var (
	_ orb.Exception = exception{}
	_ error         = (*UserException)(nil)

	_ orb.AnyException = (*UserException)(nil)
)
