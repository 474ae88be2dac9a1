package orb

import (
	"errors"

	"github.com/opendsom/dsom/exc"
)

// A verdict is what becomes of a request on its way out through the interceptors: how much of the operation has been carried out, as far as anything has been
// said of that, and whether the interceptor further out is told of a result.
type verdict struct {
	completed exc.Completed
	result    bool
}

// notYet is the verdict before the operation.
var notYet = verdict{completed: exc.No}

// of notes the outcome of the operation itself. A request that nobody answers has unanswered as its completion status.
func (v *verdict) of(outcome error, unanswered exc.Completed) {
	v.result = outcome == nil
	switch sys := systemIn(outcome); {
	case sys != nil:
		v.completed = sys.Completed
	case ForwardOf(outcome) != nil:
		v.completed = exc.No
	case outcome == nil:
		v.completed = unanswered
	default:
		v.completed = exc.Yes
	}
}

// after returns what an interceptor has returned as the one further out is told it, and the caller if there is none: a system exception that a call of the
// interceptor's own has ended with has the completion status of the operation that it intercepts, and a request that has its result is not sent elsewhere.
func (v *verdict) after(err error) error {
	if v.result && ForwardOf(err) != nil {
		err = v.tooLate()
	}
	if sys := systemIn(err); sys != nil && ForwardOf(err) == nil {
		if sys.Called {
			sys = ofOuter(sys, v.completed)
			if outermost := error(sys); err != outermost {
				sys.Reason, sys.Cause = err.Error(), err
			}
			err = sys
		} else if sys != errTwice {
			v.completed = sys.Completed
		}
	}
	v.result = v.result && err == nil
	return err
}

// tooLate refuses to send a request elsewhere that has been carried out.
func (v *verdict) tooLate() error {
	return exc.New(exc.BadInvOrder, exc.MinorContextThere, v.completed, "an interceptor sends a request elsewhere that has been carried out")
}

// systemIn returns the outermost system exception in err; nil if there is none.
func systemIn(err error) *exc.SystemException {
	if err == nil {
		return nil
	}
	var sys *exc.SystemException
	if !errors.As(err, &sys) {
		return nil
	}
	return sys
}

// ForwardOf returns the ForwardRequest that err is, or that it wraps; nil if there is none. One that is but the cause of a system exception is none: that has been
// put in its place.
func ForwardOf(err error) *ForwardRequest {
	if err == nil {
		return nil
	}
	var f *ForwardRequest
	if !errors.As(err, &f) || f == nil {
		return nil
	}
	if sys := systemIn(err); sys != nil && errors.Is(sys, f) {
		return nil
	}
	return f
}

// still reports whether err is the outcome that was told, in other words at most. A system exception whose cause is the outcome is another.
func still(err, outcome error) bool {
	if outcome == nil {
		return err == nil
	}
	sys := systemIn(err)
	if told, is := outcome.(*exc.SystemException); is {
		return sys == told
	}
	return errors.Is(err, outcome) && (sys == nil || !errors.Is(sys, outcome))
}
