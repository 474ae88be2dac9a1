package orb

import (
	"errors"
	"reflect"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
)

// An Exception is the descriptor of a user exception that an operation raises. Generated
// code provides them through package stub.
type Exception interface {
	// ExceptionID returns the repository id.
	ExceptionID() string
	// PutIf writes the members of the exception if err is one of this kind.
	PutIf(e *cdr.Encoder, err error, head func(e *cdr.Encoder, id string)) bool
	// Read reads the members.
	Read(d *cdr.Decoder) error
}

// A ForeignException is a user exception that the operation does not declare, and that the
// client could not decode therefore. The peer should have sent UNKNOWN instead.
type ForeignException struct{ ID string }

func (e *ForeignException) Error() string {
	return "the peer raised " + e.ID + ", which the operation does not declare"
}

// failure turns what a servant returned as its error, and what is no declared exception,
// into the system exception that the client gets.
func failure(err error) *exc.SystemException {
	var sys *exc.SystemException
	if errors.As(err, &sys) && sys != nil {
		return ofOuter(sys, exc.Maybe)
	}
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return exc.New(exc.Unknown, exc.MinorTypedNil, exc.Yes, "the servant returned a nil %T as its error", err)
	}
	return exc.From(err, exc.Maybe)
}

// ofOuter returns sys as it is to be sent if it ended a call that was made within another: with the completion status of that other.
func ofOuter(sys *exc.SystemException, c exc.Completed) *exc.SystemException {
	if sys == nil || !sys.Called {
		return sys
	}
	outer := *sys
	outer.Called, outer.Completed = false, c
	return &outer
}

// PutException writes an exception as a message has it, for Messaging::ExceptionHolder: err if it is one of raises, and else the
// system exception that it is or becomes. It reports which.
func PutException(e *cdr.Encoder, err error, raises ...Exception) (system bool) {
	if putDeclared(e, err, (*cdr.Encoder).RawString, raises) {
		return false
	}
	giop.PutSystemException(e, exc.From(err, exc.Maybe))
	return true
}

// GetException reads what [PutException] has written. A user exception that is not one of raises is UNKNOWN, by a [*ForeignException].
func GetException(d *cdr.Decoder, system bool, raises ...Exception) error {
	if system {
		sys, err := giop.GetSystemException(d)
		if err != nil {
			return exc.From(err, exc.Maybe)
		}
		return exc.OfCall(sys)
	}
	id := d.RawString()
	for _, x := range raises {
		if x.ExceptionID() == id {
			err := x.Read(d)
			if d.Err() != nil {
				err = exc.From(d.Err(), exc.Maybe)
			}
			return err
		}
	}
	if d.Err() != nil {
		return exc.From(d.Err(), exc.Maybe)
	}
	return exc.New(exc.Unknown, exc.MinorUnlistedException, exc.Yes, "%w", &ForeignException{ID: id})
}
