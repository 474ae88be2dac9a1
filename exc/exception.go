package exc

import (
	"context"
	"errors"
	"fmt"
)

// A SystemException is a failure of the system, as opposed to an exception that an
// operation declares. Kind, Minor and Completed are what the wire carries; the rest stays
// on this side.
type SystemException struct {
	Kind      Kind
	Minor     uint32
	Completed Completed

	// Remote says that the peer raised the exception and this side only received it.
	// False means that it was inferred here.
	Remote bool

	// Called says that a call of this process's has ended with the exception, or could not be made, be it for its arguments or its reference, or the URL or name of that, or that an object adapter has refused what the program asked of it: Completed tells of the
	// operation that was called. A servant that returns it has been at work, whatever that says, and its client is told MAYBE (part 1, clause 8.12: NO means that the
	// object's implementation was never initiated, YES that it has completed). [New] with %w for the exception says
	// something else about the servant's own operation. Of what else goes wrong in a servant, such as making a value, nothing of the kind is known: it is sent as it is.
	Called bool

	// Reason tells in words what happened, to what, and what to do. It stays on this side
	// unless Public says that it is meant for the peer: then it travels as an
	// ExceptionDetailMessage (part 2, clause 7.7.1).
	Reason string
	Public bool

	// Cause is the error behind it, for errors.Is and errors.As.
	Cause error
}

// New returns an exception of kind k that was inferred here. The reason is formatted as
// by fmt.Errorf; an error given for %w becomes the cause.
func New(k Kind, minor uint32, c Completed, format string, args ...any) *SystemException {
	e := &SystemException{Kind: k, Minor: minor, Completed: c}
	if format != "" {
		err := fmt.Errorf(format, args...)
		e.Reason, e.Cause = err.Error(), errors.Unwrap(err)
	}
	return e
}

// Error returns the name, the minor code with its meaning, the completion status and the reason.
func (e *SystemException) Error() string {
	s := e.Kind.Name()
	if e.Remote {
		s = "peer raised " + s
	}
	if e.Minor != 0 {
		s += fmt.Sprintf(" (minor 0x%08x", e.Minor)
		if m, ok := MinorMeaning(e.Kind, e.Minor); ok && e.Reason == "" {
			s += ", " + m
		}
		s += ")"
	}
	s += " " + e.Completed.String()
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// Is reports whether target is e's Kind, or a SystemException of the same kind, minor code
// and completion status.
func (e *SystemException) Is(target error) bool {
	if e == nil {
		return false
	}
	switch t := target.(type) {
	case Kind:
		return t == e.Kind
	case *SystemException:
		return t.Kind == e.Kind && t.Minor == e.Minor && t.Completed == e.Completed
	}
	return false
}

// Unwrap returns the cause.
func (e *SystemException) Unwrap() error {
	if e == nil { // a servant's mistake, answered as such
		return nil
	}
	return e.Cause
}

// Timeout reports whether time ran out, which makes e a net.Error in spirit.
func (e *SystemException) Timeout() bool { return e.Kind == Timeout }

// OfCall returns err as the end of a call that the program has made: what a servant returns of it tells of another operation than its own
// ([SystemException].Called). It is a copy of a system exception that does not say so yet; any other error, one that wraps a system exception too, is returned as it is.
func OfCall(err error) error {
	sys, ok := err.(*SystemException)
	if !ok || sys == nil || sys.Called {
		return err
	}
	inner := *sys
	inner.Called = true
	return &inner
}

// From turns any error into the system exception it stands for. A SystemException stays
// itself; an ended context becomes TIMEOUT (deadline) or TRANSIENT with
// [MinorCancelled] (cancelled); anything else becomes UNKNOWN with the given completion status,
// a nil *SystemException in the guise of an error too.
// From(nil, …) is nil.
func From(err error, c Completed) *SystemException {
	if err == nil {
		return nil
	}
	var sys *SystemException
	if errors.As(err, &sys) {
		if sys == nil { // its methods, and so err's, must not be called
			return New(Unknown, MinorTypedNil, c, "a nil pointer to a system exception was returned as an error")
		}
		return sys
	}
	e := &SystemException{Kind: Unknown, Minor: MinorForeignError, Completed: c, Reason: err.Error(), Cause: err}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Minor = Timeout, MinorDeadline
	case errors.Is(err, context.Canceled):
		e.Kind, e.Minor = Transient, MinorCancelled
	}
	return e
}
