// Package dii makes and serves calls whose types are known at run time only: what the dynamic
// invocation and the dynamic skeleton interface are for (CORBA 3.3 part 1, clauses 11 and 12), in
// the form that Go suggests. The signature comes from a checked specification (package model),
// the values are anys (package dyn), and nothing is generated.
//
// [Call] makes a call, [NewServant] an object. [Deferred] makes a call whose end is waited for
// later, [SendCallback] has a handler told. [Request] is the specification's own way, for programs that have it.
package dii

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// A Param is a parameter of an operation.
type Param struct {
	Name      string
	Direction model.Direction
	Type      *typecode.TypeCode
}

// A Signature is what a call must know of an operation. It is not changed once made, and may
// then be used concurrently.
type Signature struct {
	Operation string             // as it is sent: an attribute's has _get_ or _set_ before its name
	Oneway    bool               // no reply is wanted
	Result    *typecode.TypeCode // of kind void where there is none
	Params    []Param
	Raises    []*typecode.TypeCode // of exceptions
	Context   []string             // of the context clause: names of properties that are sent along; nil: no clause
}

// Of returns the signature of an operation. The error says which of its types has no TypeCode.
func Of(op *model.Operation) (*Signature, error) {
	s := &Signature{Operation: op.Name, Oneway: op.Oneway, Context: op.Context}
	var err error
	if s.Result, err = op.Result.TypeCode(); err != nil {
		return nil, fmt.Errorf("result of %s: %w", op.ScopedName(), err)
	}
	for _, p := range op.Params {
		tc, err := p.Type.TypeCode()
		if err != nil {
			return nil, fmt.Errorf("parameter %s of %s: %w", p.Name, op.ScopedName(), err)
		}
		s.Params = append(s.Params, Param{p.Name, p.Direction, tc})
	}
	if s.Raises, err = raises(&op.Info, op.Raises); err != nil {
		return nil, err
	}
	return s, nil
}

// Getter returns the signature of the operation that reads an attribute.
func Getter(a *model.Attribute) (*Signature, error) {
	tc, err := a.Type.TypeCode()
	if err != nil {
		return nil, fmt.Errorf("attribute %s: %w", a.ScopedName(), err)
	}
	s := &Signature{Operation: "_get_" + a.Name, Result: tc}
	s.Raises, err = raises(&a.Info, a.GetRaises)
	return s, err
}

// Setter returns the signature of the operation that writes an attribute; it has one
// parameter, named like the attribute. A readonly attribute is an error.
func Setter(a *model.Attribute) (*Signature, error) {
	if a.Readonly {
		return nil, fmt.Errorf("attribute %s is readonly", a.ScopedName())
	}
	tc, err := a.Type.TypeCode()
	if err != nil {
		return nil, fmt.Errorf("attribute %s: %w", a.ScopedName(), err)
	}
	s := &Signature{Operation: "_set_" + a.Name, Result: typecode.Void, Params: []Param{{a.Name, model.In, tc}}}
	s.Raises, err = raises(&a.Info, a.SetRaises)
	return s, err
}

func raises(of *model.Info, list []*model.Exception) ([]*typecode.TypeCode, error) {
	var tcs []*typecode.TypeCode
	for _, x := range list {
		tc, err := model.TypeCodeOf(x)
		if err != nil {
			return nil, fmt.Errorf("exception %s of %s: %w", x.ScopedName(), of.ScopedName(), err)
		}
		tcs = append(tcs, tc)
	}
	return tcs, nil
}

// Inputs returns the in and inout parameters, those for which a call wants an argument.
func (s *Signature) Inputs() []Param { return s.params(model.Out) }

// Outputs returns the out and inout parameters, those for which a call gives a result.
func (s *Signature) Outputs() []Param { return s.params(model.In) }

func (s *Signature) params(but model.Direction) []Param {
	var list []Param
	for _, p := range s.Params {
		if p.Direction != but {
			list = append(list, p)
		}
	}
	return list
}

// Results are what a call brought back.
type Results struct {
	Return dyn.Any   // null for void
	Out    []dyn.Any // of the out and inout parameters, in order
}

// Call calls an operation on the object that ref refers to. args are the values of the in and
// inout parameters, in order; one that may not stand where its parameter is declared is BAD_PARAM. Besides values of equivalent types, those of
// derived valuetypes may, and objects of derived interfaces: an object that is passed as one of another interface than its any tells is asked whether it is that
// (_is_a), unless its reference says so or the other is CORBA::Object.
//
// Its error is a *[UserException] where the object raised one that the signature lists, and
// otherwise as that of any call: a *exc.SystemException. The deadline of ctx is the call's, and its
// properties (see [orb.WithProperties]) are sent where the signature has a context clause.
func Call(ctx context.Context, ref *orb.Ref, s *Signature, args ...dyn.Any) (Results, error) {
	in := s.Inputs()
	if len(args) != len(in) {
		return Results{}, refused(exc.BadParam, exc.MinorBadValue, "%s takes %d arguments, not %d", s.Operation, len(in), len(args))
	}
	if ref == nil {
		return Results{}, refused(exc.InvObjref, exc.MinorNilReference, "%s called on a nil reference", s.Operation)
	}
	for i, p := range in {
		switch ok, err := stands(ctx, ref.ORB(), args[i], p.Type, askAll); {
		case err != nil:
			sys := exc.From(err, exc.No)
			return Results{}, refused(sys.Kind, sys.Minor, "argument %s of %s is a %v, and whether that is a %v cannot be told: %w", p.Name, s.Operation, args[i].Type(), p.Type, err)
		case !ok:
			return Results{}, refused(exc.BadParam, exc.MinorWrongType, "argument %s of %s is a %v, not a %v", p.Name, s.Operation, args[i].Type(), p.Type)
		}
	}
	var flags orb.CallFlags
	if s.Oneway {
		flags = orb.Oneway
	}
	var r Results
	c := orb.StartCall(ctx, ref, s.Operation, flags)
	c.Describe(&description{ctx, s, args, &r})
	for c.Next() {
		put(&c.Out, in, args)
		if s.Context != nil {
			orb.PutContext(&c.Out, ctx, s.Context...)
		}
	}
	for raises := s.exceptions(); c.Returned(raises...) && !s.Oneway; {
		r = Results{}
		r.get(&c.In, s)
	}
	if err := c.End(); err != nil {
		return Results{}, err
	}
	return r, nil
}

// Deferred is [Call] in a goroutine of its own: see [orb.Go].
func Deferred(ctx context.Context, ref *orb.Ref, s *Signature, args ...dyn.Any) *orb.Future[Results] {
	return orb.Go(orb.WithPoll(ctx), func(ctx context.Context) (Results, error) { return Call(ctx, ref, s, args...) })
}

func (r *Results) get(d *cdr.Decoder, s *Signature) {
	if s.Result.Kind() != typecode.TkVoid {
		r.Return = dyn.GetValue(d, s.Result)
	}
	for _, p := range s.Outputs() {
		r.Out = append(r.Out, dyn.GetValue(d, p.Type))
	}
}
