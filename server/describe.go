package server

import (
	"context"
	"fmt"
	"time"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/svc/ifr"
)

// describeTime bounds the telling of the daemon what a server's classes are.
const describeTime = 10 * time.Second

// Describe registers the interfaces of the server's objects with the daemon's interface repository, in place of those of its last process, so that clients can call the objects without IDL. They are the server's: they go
// when it is removed. The error says what contradicts what is registered there already, by others or with dsom server add --idl: then nothing is registered, and the server can go on. Without a
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
