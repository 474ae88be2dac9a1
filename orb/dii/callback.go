package dii

import (
	"context"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// SendCallback makes a call in a goroutine of its own and tells handler, a Messaging::ReplyHandler that may
// be anywhere, how it ended: the callback model of asynchronous calls (CORBA 3.3 part 1, clause 17.8).
// The handler's interface is what the specification derives from that of the object, AMI_<Interface>Handler: the operation of the
// same name gets the result, as ami_return_val, and the values of out and inout parameters; that with
// _excep behind it gets a Messaging::ExceptionHolder. A nil handler is told nothing. For the rest see [orb.ORB.Callback].
func SendCallback(ctx context.Context, ref, handler *orb.Ref, s *Signature, args ...dyn.Any) error {
	if ref == nil {
		return refused(exc.InvObjref, exc.MinorNilReference, "%s called on a nil reference", s.Operation)
	}
	var results Results
	return ref.ORB().Callback(ctx, s.Operation, func(ctx context.Context) (err error) {
		results, err = Call(ctx, ref, s, args...)
		return err
	}, func(ctx context.Context, err error) error {
		switch {
		case handler == nil:
			return nil
		case err != nil:
			return tellFailure(ctx, handler, s, err)
		}
		_, err = Call(ctx, handler, s.handled(), results.all(s)...)
		return err
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
	e := cdr.NewEncoder(nil, true, handler.ORB().Env())
	system := orb.PutException(e, err, s.exceptions()...)
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
	return orb.GetException(&d, system, s.exceptions()...)
}
