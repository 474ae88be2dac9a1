package orb

import (
	"errors"
	"reflect"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
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
		return sys
	}
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return exc.New(exc.Unknown, exc.MinorTypedNil, exc.Yes, "the servant returned a nil %T as its error", err)
	}
	return exc.From(err, exc.Maybe)
}
