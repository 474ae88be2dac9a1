package dii

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// SendCallback makes a call in a goroutine of its own and tells handler, a Messaging::ReplyHandler that may
// be anywhere, how it ended: the callback model of asynchronous calls (CORBA 3.3 part 1, clause 17.5).
// The handler's interface is what the specification derives from that of the object, AMI_<Interface>Handler: the operation of the
// same name gets the result, as ami_return_val, and the values of out and inout parameters; that with
// _excep behind it gets a Messaging::ExceptionHolder. The future has the error of telling the handler. A nil handler is
// told nothing.
func SendCallback(ctx context.Context, ref, handler *orb.Ref, s *Signature, args ...dyn.Any) *Future[struct{}] {
	return Go(func() (struct{}, error) {
		results, err := Call(ctx, ref, s, args...)
		if handler == nil {
			return struct{}{}, nil
		}
		ctx := context.WithoutCancel(ctx) // the call's time is not the handler's
		if err == nil {
			_, err = Call(ctx, handler, s.handled(), results.all(s)...)
		} else {
			err = tellFailure(ctx, handler, s, err)
		}
		return struct{}{}, err
	})
}

// handled returns the signature of the handler's operation for a result.
func (s *Signature) handled() *Signature {
	h := &Signature{Operation: s.Operation, Result: typecode.Void}
	if s.Result.Kind() != typecode.TkVoid {
		h.Params = append(h.Params, Param{"ami_return_val", model.In, s.Result})
	}
	for _, p := range s.Outputs() {
		h.Params = append(h.Params, Param{p.Name, model.In, p.Type})
	}
	return h
}

func (r Results) all(s *Signature) []dyn.Any {
	if s.Result.Kind() == typecode.TkVoid {
		return r.Out
	}
	return append([]dyn.Any{r.Return}, r.Out...)
}

// ExceptionHolder is the type of Messaging::ExceptionHolder, which carries the exception of an asynchronous call
// to its handler.
var ExceptionHolder = typecode.Value("IDL:omg.org/Messaging/ExceptionHolder:1.0", "ExceptionHolder", typecode.ValueNone, nil,
	typecode.State{Name: "is_system_exception", Type: typecode.Boolean},
	typecode.State{Name: "byte_order", Type: typecode.Boolean},
	typecode.State{Name: "marshaled_exception", Type: typecode.Sequence(typecode.Octet, 0)},
)

// tellFailure tells the handler of an exception.
func tellFailure(ctx context.Context, handler *orb.Ref, s *Signature, err error) error {
	system := true
	e := cdr.NewEncoder(nil, true, handler.ORB().Env())
	var u *UserException
	if errors.As(err, &u) {
		system = false
		e.RawString(u.ID)
		dyn.PutValue(e, u.Value)
	} else {
		sys := exc.From(err, exc.Maybe)
		giop.PutSystemException(e, sys)
	}
	if err := e.Err(); err != nil {
		return err
	}
	holder, err := dyn.Of(ExceptionHolder, &dyn.Valuetype{Type: ExceptionHolder, Members: dyn.Struct{
		{Name: "is_system_exception", Value: system},
		{Name: "byte_order", Value: true},
		{Name: "marshaled_exception", Value: e.Bytes()},
	}})
	if err != nil {
		return err
	}
	_, err = Call(ctx, handler, &Signature{Operation: s.Operation + "_excep", Result: typecode.Void, Params: []Param{{"excep_holder", model.In, ExceptionHolder}}}, holder)
	return err
}

// HeldException returns the exception in an ExceptionHolder, as a handler gets it, of an operation with a signature: a
// *[UserException] that it lists, or a *exc.SystemException.
func HeldException(o *orb.ORB, holder dyn.Any, s *Signature) error {
	v, ok := holder.Value().(*dyn.Valuetype)
	if !ok || len(v.Members) != 3 {
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "a %v is no ExceptionHolder", holder.Type())
	}
	system, _ := v.Members[0].Value.(bool)
	little, _ := v.Members[1].Value.(bool)
	data, _ := v.Members[2].Value.([]byte)
	var d cdr.Decoder
	d.Reset(data, 0, little, o.Env())
	if system {
		sys, err := giop.GetSystemException(&d)
		if err != nil {
			return exc.From(err, exc.Maybe)
		}
		return sys
	}
	id := d.RawString()
	for _, tc := range s.Raises {
		if tc.ID() == id {
			u := &UserException{id, dyn.GetValue(&d, tc)}
			if err := d.Err(); err != nil {
				return exc.From(err, exc.Maybe)
			}
			return u
		}
	}
	return exc.New(exc.Unknown, exc.MinorUnlistedException, exc.Yes, "%w", &orb.ForeignException{ID: id})
}
