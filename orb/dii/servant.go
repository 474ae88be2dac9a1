package dii

import (
	"context"
	"fmt"
	"slices"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// An Implementation carries out the operations of an object without a skeleton: what the
// dynamic skeleton interface is for (CORBA 3.3 part 1, clause 12). args are the values of the in and
// inout parameters. It returns the result and the values of the out and inout parameters; or an
// error: a *[UserException] that the signature lists, or what any servant returns. It is called concurrently.
type Implementation func(ctx context.Context, s *Signature, args []dyn.Any) (Results, error)

// A Servant is an object whose interface is known at run time only. It is made by [NewServant], and then like
// any other: an adapter activates it. It may be used concurrently.
type Servant struct {
	iface      orb.Interface
	operations map[string]*Signature // by the name on the wire
	impl       Implementation
}

// NewServant returns a servant of an interface of a checked specification. The error says which of its types
// has no TypeCode.
func NewServant(i *model.Interface, impl Implementation) (*Servant, error) {
	s := &Servant{iface: orb.Interface{ID: i.ID}, operations: map[string]*Signature{}, impl: impl}
	if err := s.add(i, map[*model.Interface]bool{}); err != nil {
		return nil, err
	}
	return s, nil
}

// add adds the operations of an interface and of those it inherits from.
func (s *Servant) add(i *model.Interface, seen map[*model.Interface]bool) error {
	if seen[i] {
		return nil
	}
	seen[i] = true
	for _, d := range i.Decls {
		var list []*Signature
		var err error
		switch d := d.(type) {
		case *model.Operation:
			list, err = one(Of(d))
		case *model.Attribute:
			if list, err = one(Getter(d)); err == nil && !d.Readonly {
				var setter *Signature
				setter, err = Setter(d)
				list = append(list, setter)
			}
		}
		if err != nil {
			return err
		}
		for _, sig := range list {
			s.operations[sig.Operation] = sig
		}
	}
	for _, b := range i.Bases {
		base, ok := b.Decl.(*model.Interface)
		if !ok {
			continue
		}
		if !slices.Contains(s.iface.Bases, base.ID) {
			s.iface.Bases = append(s.iface.Bases, base.ID)
		}
		if err := s.add(base, seen); err != nil {
			return err
		}
	}
	return nil
}

func one(s *Signature, err error) ([]*Signature, error) { return []*Signature{s}, err }

// Interface describes the interface; see [orb.Servant].
func (s *Servant) Interface() *orb.Interface { return &s.iface }

// Implementation returns the servant itself, which is what is active.
func (s *Servant) Implementation() any { return s }

// Dispatch carries out a request; see [orb.Servant].
func (s *Servant) Dispatch(r *orb.ServerRequest) bool {
	sig, ok := s.operations[r.Operation()]
	if !ok {
		return false
	}
	Serve(r, sig, s.impl)
	return true
}

// Oneway reports whether an operation is oneway; see [orb.OnewayTeller].
func (s *Servant) Oneway(operation string) bool {
	sig, ok := s.operations[operation]
	return ok && sig.Oneway
}

// Serve carries out one request of a known signature: reads its arguments, calls impl, and writes
// what that returns. Servants of a program's own that find signatures by themselves use it in their Dispatch.
func Serve(r *orb.ServerRequest, s *Signature, impl Implementation) {
	var args []dyn.Any
	for _, p := range s.Inputs() {
		args = append(args, dyn.GetValue(&r.In, p.Type))
	}
	ctx := r.Context()
	if s.Context != nil {
		ctx = orb.GetContext(r)
	}
	if !r.Decoded() {
		return
	}
	results, err := impl(ctx, s, args)
	if err == nil {
		err = s.fits(results)
	}
	if r.Returned(err, s.exceptions()...) {
		if s.Result.Kind() != typecode.TkVoid {
			dyn.PutValue(&r.Out, results.Return)
		}
		for _, out := range results.Out {
			dyn.PutValue(&r.Out, out)
		}
	}
}

// fits reports what in the results of an implementation is not of the signature.
func (s *Signature) fits(r Results) error {
	wrong := func(format string, args ...any) error {
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.Yes, "the implementation of %s: %s", s.Operation, fmt.Sprintf(format, args...))
	}
	outs := s.Outputs()
	switch {
	case s.Oneway:
		return nil
	case s.Result.Kind() != typecode.TkVoid && !typecode.Equivalent(r.Return.Type(), s.Result):
		return wrong("its result is a %v, not a %v", r.Return.Type(), s.Result)
	case len(r.Out) != len(outs):
		return wrong("it gives %d out and inout parameters, not %d", len(r.Out), len(outs))
	}
	for i, p := range outs {
		if !typecode.Equivalent(r.Out[i].Type(), p.Type) {
			return wrong("its parameter %s is a %v, not a %v", p.Name, r.Out[i].Type(), p.Type)
		}
	}
	return nil
}
