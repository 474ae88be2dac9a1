package orb

import "github.com/opendsom/dsom/exc"

// A verdict is what becomes of a request on its way out through the interceptors: how much of the operation has been carried out, as far as anything has been
// said of that, whether there is a result still, and what the interceptor that is to return next has been told.
type verdict struct {
	completed exc.Completed
	result    bool
	told      error
	plain     bool // told is an interceptor's, and neither a system exception nor a forward: one beside it decides
}

// notYet is the verdict before the operation.
var notYet = verdict{completed: exc.No}

// of notes the outcome of the operation itself: what the reply says, or why there is none to be. A request that nobody answers has unanswered as its completion status. A user
// exception has been raised by an operation that ran, whatever else its error wraps.
func (v *verdict) of(outcome error, replied bool, unanswered exc.Completed) {
	v.result, v.told = outcome == nil, outcome
	sys, said := outcome.(*exc.SystemException)
	switch {
	case said:
		v.completed = sys.Completed
	case outcome == nil:
		v.completed = unanswered
	case !replied:
		v.completed = exc.From(outcome, exc.Maybe).Completed
	case ForwardOf(outcome) != nil:
		v.completed = exc.No
	default:
		v.completed = exc.Yes
	}
}

// after returns what an interceptor has returned as the one further out is told it, and the caller if there is none: what it was told itself, if that is what it has returned, or nil;
// a system exception that a call of the interceptor's own has ended with has the completion status of the operation that it intercepts, and a request that has its result is not sent elsewhere.
func (v *verdict) after(err error) error {
	err = distinct(err)
	switch {
	case err == nil:
		return v.told
	case v.told != nil && still(err, v.told) && !(v.plain && systemIn(err) != nil):
		return err
	case v.result && ForwardOf(err) != nil:
		err = v.tooLate()
	}
	if sys := systemIn(err); sys != nil && ForwardOf(err) == nil {
		if sys.Called {
			outer := ofOuter(sys, v.completed)
			if err != error(sys) {
				outer.Reason, outer.Cause = err.Error(), err
			}
			err = outer
		} else if sys != errTwice {
			v.completed = sys.Completed
		}
	}
	v.result, v.told, v.plain = false, err, systemIn(err) == nil && ForwardOf(err) == nil
	return err
}

// tooLate refuses to send a request elsewhere that has been carried out.
func (v *verdict) tooLate() error {
	return exc.New(exc.BadInvOrder, exc.MinorContextThere, v.completed, "an interceptor sends a request elsewhere that has been carried out")
}

// still reports whether err is the outcome that was told, in other words at most. A system exception whose cause is the outcome is another.
func still(err, outcome error) bool {
	if outcome == nil {
		return err == nil
	}
	if told, is := outcome.(*exc.SystemException); is {
		return systemIn(err) == told
	}
	return stands(err, outcome)
}
