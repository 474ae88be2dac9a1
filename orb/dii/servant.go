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
// error: a *[UserException] that the signature lists, or what any servant returns. Objects may be of derived interfaces: those of the program's own ORB are asked whether they are of
// the interface that is declared, and others, to which no call is made for that, are believed to be. It is called concurrently.
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

// Describes reports whether there is an operation of that name; see [orb.Describing].
func (s *Servant) Describes(operation string) bool {
	_, ok := s.operations[operation]
	return ok
}

// Oneway reports whether an operation is oneway; see [orb.OnewayTeller].
func (s *Servant) Oneway(operation string) bool {
	sig, ok := s.operations[operation]
	return ok && sig.Oneway
}

// Serve carries out one request of a known signature: reads its arguments, calls impl, and writes
// what that returns. Servants of a program's own that find signatures by themselves use it in their Dispatch; interceptors know the arguments when they are told of the servant if that
// is an [orb.Describing].
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
	var results Results
	if !r.Describe(&description{ctx, s, args, &results}) {
		return
	}
	results, err := impl(ctx, s, args)
	if err == nil {
		err = s.fits(r, results)
	}
	if r.Returned(err, s.exceptions()...) {
		if s.Result.Kind() != typecode.TkVoid {
			dyn.PutValueAs(&r.Out, results.Return, s.Result)
		}
		put(&r.Out, s.Outputs(), results.Out)
	}
}

// fits reports what in the results of an implementation may not stand where the signature declares them. It calls nobody elsewhere: a reference may be one that a
// client has sent, which would choose whom this program connects to.
func (s *Signature) fits(q *orb.ServerRequest, r Results) error {
	wrong := func(format string, args ...any) error {
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.Yes, "the implementation of %s: %s", s.Operation, fmt.Sprintf(format, args...))
	}
	fit := func(what string, a dyn.Any, tc *typecode.TypeCode) error {
		switch ok, err := stands(q.Context(), q.ORB(), a, tc, askOwn); {
		case err != nil:
			sys := exc.From(err, exc.Yes)
			return exc.New(sys.Kind, sys.Minor, exc.Yes, "the implementation of %s: its %s is a %v, and whether that is a %v cannot be told: %w", s.Operation, what, a.Type(), tc, err)
		case !ok:
			return wrong("its %s is a %v, not a %v", what, a.Type(), tc)
		}
		return nil
	}
	outs := s.Outputs()
	switch {
	case s.Oneway:
		return nil
	case len(r.Out) != len(outs):
		return wrong("it gives %d out and inout parameters, not %d", len(r.Out), len(outs))
	case s.Result.Kind() != typecode.TkVoid:
		if err := fit("result", r.Return, s.Result); err != nil {
			return err
		}
	}
	for i, p := range outs {
		if err := fit("parameter "+p.Name, r.Out[i], p.Type); err != nil {
			return err
		}
	}
	return nil
}
