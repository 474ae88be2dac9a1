package naming

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// fromName returns a name as the tree has it.
func fromName(n cosnaming.Name) ior.Name {
	out := make(ior.Name, len(n))
	for i, c := range n {
		out[i] = ior.NameComponent{ID: c.Id, Kind: c.Kind}
	}
	return out
}

// toName returns a name as the IDL has it.
func toName(n ior.Name) cosnaming.Name {
	out := make(cosnaming.Name, len(n))
	for i, c := range n {
		out[i] = cosnaming.NameComponent{Id: c.ID, Kind: c.Kind}
	}
	return out
}

// public returns e as one whose reason the client is told.
func public(e *exc.SystemException) error {
	e.Public = true
	return e
}

// raise returns the exception that tells a client of an error of the tree.
func (s *service) raise(err error) error {
	var (
		missing *tree.NotFoundError
		cannot  *tree.CannotProceedError
		props   *tree.PropertyError
		limit   *tree.LimitError
		sys     *exc.SystemException
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &missing):
		return &cosnaming.NamingContext_NotFound{Why: cosnaming.NamingContext_NotFoundReason(missing.Why), RestOfName: toName(missing.Rest)}
	case errors.As(err, &cannot):
		there, err := s.stub(cannot.Context)
		if err != nil {
			return err
		}
		return &cosnaming.NamingContext_CannotProceed{Cxt: there, RestOfName: toName(cannot.Rest)}
	case errors.As(err, &props):
		switch props.Why {
		case tree.InvalidProperty:
			return new(extendednaming.ExtendedNamingContext_InvalidPropertyName)
		case tree.ConflictingProperty:
			return new(extendednaming.ExtendedNamingContext_ConflictingPropertyName)
		}
		return &extendednaming.ExtendedNamingContext_PropertyNotFound{PropertyName: props.Names}
	case errors.As(err, &limit):
		return public(exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%w", limit))
	case errors.Is(err, tree.ErrInvalidName):
		s.log.Debug("naming: invalid name", "error", err)
		return new(cosnaming.NamingContext_InvalidName)
	case errors.Is(err, tree.ErrAlreadyBound):
		return new(cosnaming.NamingContext_AlreadyBound)
	case errors.Is(err, tree.ErrNotEmpty):
		return new(cosnaming.NamingContext_NotEmpty)
	case errors.Is(err, tree.ErrNoContext):
		return exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "%w", err)
	case errors.Is(err, tree.ErrRoot):
		return public(exc.New(exc.NoPermission, 0, exc.No, "%w", err))
	case errors.Is(err, store.ErrUnsure):
		return public(exc.New(exc.Transient, exc.MinorStoreUnreached, exc.Maybe, "%w", err))
	case errors.Is(err, store.ErrUnreached):
		return public(exc.New(exc.Transient, exc.MinorStoreUnreached, exc.No, "%w", err))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return exc.From(err, exc.Maybe)
	case errors.As(err, &sys) && !errors.Is(err, store.ErrCorrupt): // which may have one as its cause
		return sys
	}
	s.log.Error("naming: the state failed", "error", err)
	completed := exc.Maybe
	if errors.Is(err, store.ErrConflict) {
		completed = exc.No
	}
	return public(exc.New(exc.PersistStore, exc.MinorStore, completed, "%w", err))
}

// onward does the rest of an operation in the context of another service to which the name
// leads, if that is why err stopped it: call is to call there with the rest of the name. Its
// user exceptions are handed on. A call that has surely changed nothing there and failed is
// CannotProceed, with which the client may try for itself.
func (s *service) onward(ctx context.Context, err error, changes bool, call func(there cosnaming.NamingContext, rest cosnaming.Name) error) error {
	var foreign *tree.ForeignError
	if !errors.As(err, &foreign) {
		return s.raise(err)
	}
	ref, err := s.decode(foreign.Ref)
	if err != nil {
		return s.raise(err)
	}
	there, rest := cosnaming.NamingContextClass.Unchecked(orb.Object(ref)), toName(foreign.Rest)
	err = call(there, rest)
	var sys *exc.SystemException
	if !errors.As(err, &sys) || changes && sys.Completed != exc.No || ctx.Err() != nil {
		return err
	}
	s.log.Info("naming: the name cannot be followed into another service", "context", ref.String(), "rest", foreign.Rest.String(), "error", err)
	return &cosnaming.NamingContext_CannotProceed{Cxt: there, RestOfName: rest}
}
