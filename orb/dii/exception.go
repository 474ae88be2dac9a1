package dii

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// A UserException is an exception of the signature that the object raised.
type UserException struct {
	ID    string  // repository id
	Value dyn.Any // of the exception's type
}

// Error names the exception.
func (e *UserException) Error() string { return "the object raised " + e.ID }

// exceptions returns the descriptors of what the operation raises.
func (s *Signature) exceptions() []orb.Exception {
	list := make([]orb.Exception, len(s.Raises))
	for i, tc := range s.Raises {
		list[i] = exception{tc}
	}
	return list
}

// exception reads the exceptions of a type. It writes none: it is the caller's.
type exception struct{ tc *typecode.TypeCode }

func (x exception) ExceptionID() string { return x.tc.ID() }

func (exception) PutIf(*cdr.Encoder, error, func(*cdr.Encoder, string)) bool { return false }

func (x exception) Read(d *cdr.Decoder) error {
	return &UserException{x.tc.ID(), dyn.GetValue(d, x.tc)}
}

var (
	_ orb.Exception = exception{}
	_ error         = (*UserException)(nil)
)
