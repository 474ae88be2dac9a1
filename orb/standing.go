package orb

import (
	"errors"
	"reflect"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// What a system exception wraps has been put aside: the exception has been put in its place. That holds in each branch of what [errors.Join] and the
// like have made; what is beneath no system exception stands.

// walk calls f with err and what it wraps, the outer first, but with nothing beneath a system exception, until f says that it has found what it looks for.
func walk(err error, f func(error) bool) bool {
	if err == nil {
		return false
	}
	if f(err) {
		return true
	}
	for _, e := range wrapped(err) {
		if _, sys := err.(*exc.SystemException); !sys && walk(e, f) {
			return true
		}
	}
	return false
}

// wrapped returns what err wraps itself.
func wrapped(err error) []error {
	switch u := err.(type) {
	case interface{ Unwrap() []error }:
		return u.Unwrap()
	case interface{ Unwrap() error }:
		if e := u.Unwrap(); e != nil {
			return []error{e}
		}
	}
	return nil
}

// standing returns the first T that err is or wraps, and that stands; zero if there is none.
func standing[T error](err error) T {
	if t, is := err.(T); is || err == nil { // nothing is allocated
		return t
	}
	var found T
	walk(err, func(e error) bool { return errors.As(alone{e}, &found) })
	return found
}

// stands reports whether err is or wraps target, and that stands.
func stands(err, target error) bool {
	return walk(err, func(e error) bool { return errors.Is(alone{e}, target) })
}

// alone is an error without what it wraps.
type alone struct{ error }

func (a alone) Is(target error) bool {
	if reflect.TypeOf(target).Comparable() && a.error == target {
		return true
	}
	x, ok := a.error.(interface{ Is(error) bool })
	return ok && x.Is(target)
}

func (a alone) As(target any) bool {
	to := reflect.ValueOf(target).Elem()
	if reflect.TypeOf(a.error).AssignableTo(to.Type()) {
		to.Set(reflect.ValueOf(a.error))
		return true
	}
	x, ok := a.error.(interface{ As(any) bool })
	return ok && x.As(target)
}

// systemIn returns the outermost system exception in err; nil if there is none.
func systemIn(err error) *exc.SystemException { return standing[*exc.SystemException](err) }

// ForwardOf returns the ForwardRequest that err is, or that it wraps; nil if there is none. One that is but the cause of a system exception is none: that has been
// put in its place.
func ForwardOf(err error) *ForwardRequest { return standing[*ForwardRequest](err) }

// ForeignOf returns the user exception that err is, or that it wraps, as an interceptor of a client is told of it; nil if there is none. One that is but the cause of a system exception is none, as with [ForwardOf].
func ForeignOf(err error) *ForeignException { return standing[*ForeignException](err) }

// putDeclared writes err by that of raises whose exception it is or wraps. One that is the cause of a system exception is none of them.
func putDeclared(e *cdr.Encoder, err error, head func(*cdr.Encoder, string), raises []Exception) bool {
	for _, x := range raises {
		if putStanding(e, err, head, x) {
			return true
		}
	}
	return false
}

// putStanding is PutIf of x for what stands of err.
func putStanding(e *cdr.Encoder, err error, head func(*cdr.Encoder, string), x Exception) bool {
	if systemIn(err) == nil {
		return x.PutIf(e, err, head)
	}
	if _, sys := err.(*exc.SystemException); sys {
		return false
	}
	inner, below := wrapped(err), false
	for _, w := range inner {
		below = below || w != nil && declares(x, w)
	}
	if !below {
		return x.PutIf(e, err, head)
	}
	if x.PutIf(e, alone{err}, head) {
		return true
	}
	for _, w := range inner {
		if w != nil && putStanding(e, w, head, x) {
			return true
		}
	}
	return false
}

// errDeclared ends PutIf of an exception that is only to say whether it is meant.
var errDeclared = errors.New("it is declared")

// declares reports whether err is or wraps an exception of x, of which nothing is written.
func declares(x Exception, err error) (is bool) {
	defer func() {
		if p := recover(); p == errDeclared {
			is = true
		} else if p != nil {
			panic(p)
		}
	}()
	var e cdr.Encoder
	return x.PutIf(&e, err, func(*cdr.Encoder, string) { panic(errDeclared) })
}
