package server

import (
	"context"
	"fmt"
	"time"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/svc/ifr"
)

// describeTime bounds how long a server's start waits for the daemon's interface repository. After that it is told in the background.
const describeTime = 10 * time.Second

// Describe registers the interfaces of the server's objects with the daemon's interface repository, in place of all that the server said of them before, so that clients can call the objects without IDL. They are the server's: they go
// when it is removed. The error says what contradicts what is registered there by others or with dsom server add --idl: then nobody is answered from either, and the server can go on. A daemon that is
// away or has too much to do is told later; that it was not told within 10 s is an error all the same, for the log. While an upgrade tries the server out, its interfaces are put aside until it serves. Without a
// daemon, and in a process that a client has started for itself, it does nothing.
func (s *Server) Describe(ctx context.Context, spec *model.Spec) error {
	if s.lease == nil {
		return nil
	}
	packed, err := ifr.Pack(spec)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	if err := s.lease.Describe(ctx, packed); err != nil {
		return fmt.Errorf("the interface repository does not get the interfaces of the server's classes: %w", err)
	}
	return nil
}
