package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/naming/binding"
)

// Bind binds the object o to a stringified name in the daemon's naming service, such as
// bank/main, over whatever had the name before, and makes the contexts on the way. In a process that an upgrade tries out (dsom server upgrade) it
// is done when that goes well, as Say says; that it cannot be done for what is bound already is an error at once. A private server tells its parent.
func (s *Server) Bind(ctx context.Context, name string, o orb.Object) error {
	if s.parent != nil {
		s.parent.bind(name, o)
		return nil
	}
	if s.daemon == "" {
		return fmt.Errorf("%s cannot be bound: %s", name, s.without)
	}
	n, err := ior.ParseName(name)
	if err != nil {
		return err
	}
	root, err := s.ORB.InitialReference(ctx, "NameService")
	if err != nil {
		return err
	}
	if s.lease != nil && s.lease.Trial() {
		if err := bindable(ctx, root, name, n); err != nil {
			return err
		}
	}
	return s.Say(ctx, "name "+name, func(ctx context.Context) error { return binding.Bind(ctx, root, name, o) })
}

// bindable returns why no object can be bound to a name for what is bound now. Of a naming service that cannot be asked nothing is known.
func bindable(ctx context.Context, root *orb.Ref, name string, n ior.Name) error {
	ctx, cancel := context.WithTimeout(ctx, sayTime)
	defer cancel()
	below := cosnaming.Name{}
	for _, c := range append(n, ior.NameComponent{ID: "x"}) { // whether the name is that of a context shows below it
		below = append(below, cosnaming.NameComponent{Id: c.ID, Kind: c.Kind})
	}
	_, err := cosnaming.NamingContextClass.Unchecked(root).Resolve(ctx, below)
	missing := (*cosnaming.NamingContext_NotFound)(nil)
	switch found := errors.As(err, &missing); {
	case errors.As(err, new(*cosnaming.NamingContext_InvalidName)):
		return fmt.Errorf("binding %s: %w", name, err)
	case err == nil, found && missing.Why == cosnaming.NamingContext_NotFoundReason_MissingNode && len(missing.RestOfName) == 1:
		return fmt.Errorf("binding %s: a context is bound to that name", name)
	case found && missing.Why == cosnaming.NamingContext_NotFoundReason_NotContext && len(missing.RestOfName) > 2:
		return fmt.Errorf("binding %s: an object, and no context, is bound to %s: %w", name, n[:len(n)+2-len(missing.RestOfName)], err)
	}
	return nil
}
