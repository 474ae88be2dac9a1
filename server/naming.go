package server

import (
	"context"
	"fmt"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/naming/binding"
)

// asideTime bounds the question to the daemon whether a name is put aside.
const asideTime = 10 * time.Second

// Bind binds the object o to a stringified name in the daemon's naming service, such as
// bank/main, over whatever had the name before, and makes the contexts on the way. In a process that an upgrade tries out (dsom server upgrade) the daemon does so
// when that goes well, and the name is as it was until then, and if it does not. A private server tells its parent.
func (s *Server) Bind(ctx context.Context, name string, o orb.Object) error {
	if s.parent != nil {
		s.parent.bind(name, o)
		return nil
	}
	if s.daemon == "" {
		return fmt.Errorf("%s cannot be bound: %s", name, s.without)
	}
	if _, err := ior.ParseName(name); err != nil {
		return err
	}
	aside, err := s.aside(ctx, admin.Naming{Name: name, Reference: orb.RefOf(o).String()})
	if err != nil {
		return fmt.Errorf("binding %s: %w", name, err)
	}
	if aside {
		return nil
	}
	root, err := s.ORB.InitialReference(ctx, "NameService")
	if err != nil {
		return err
	}
	return binding.Bind(ctx, root, name, o)
}

// AnnounceLater has the daemon say in its naming service that the server object makes objects of classes, and of no others, when the upgrade goes well that tries the process out. It reports whether
// there is such an upgrade: if not, nothing was done.
func (s *Server) AnnounceLater(ctx context.Context, object *orb.Ref, classes []string) (bool, error) {
	return s.aside(ctx, admin.Naming{Reference: object.String(), Serves: true, Classes: classes})
}

func (s *Server) aside(ctx context.Context, what admin.Naming) (bool, error) {
	if s.lease == nil {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, asideTime)
	defer cancel()
	return s.lease.Aside(ctx, what)
}
