package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/opendsom/dsom/bind/somd/generic"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
)

// serve makes the program a server, by an ORB of its own that takes calls, when it calls impl_is_ready or SOMDProcess's serve. SIGTERM and SIGINT end the server, unless
// the program has its own mind about them.
func serve(ctx context.Context, as dsom.Role) error {
	l, err := limitsIn(os.Getenv(envLimits))
	if err != nil {
		return err
	}
	cfg := generic.Config()
	if as.Class != "" && as.Class != somd.ServerClass.Name() {
		if cfg.Server, err = native.Find(as.Class); err != nil {
			return err
		}
	}
	return server.Run(ctx, server.Options{
		Name: as.Name, Listen: as.Listen, Limits: l, NoSignals: as.NoSignals || minds(), BiDir: orb.BiDir{Accept: true},
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Configure: func(c *orb.Config) error {
			c.ServerInterceptors = append(c.ServerInterceptors, as.Around)
			return nil
		},
	}, func(ctx context.Context, s *server.Server) error {
		return as.Setup(ctx, s, somd.New(s.Root.POA, cfg), func(ctx context.Context, classes []string) { describe(ctx, s, classes) })
	})
}

// describe has the daemon's interface repository know the classes of a server, as far as type information tells of them: those that are registered with it, or else those that the process has
// from the program and its libraries. Where it does not the server serves them all the same, and the standard error says why.
func describe(ctx context.Context, s *server.Server, names []string) {
	find, said := native.Find, "registered with the server"
	var err error
	if len(names) == 0 {
		find, said = native.Registered, "of the process"
		names, err = native.Classes()
	}
	var classes []*som.Class
	for _, name := range names {
		c, bad := find(name)
		switch {
		case bad != nil:
			err = errors.Join(err, fmt.Errorf("class %s, %s: %w", name, said, bad))
		case c.Typelib() != nil: // else it is made here of what another process says, or nothing tells of it
			classes = append(classes, c)
		}
	}
	spec, bad := native.Spec(classes...)
	err = errors.Join(err, bad)
	if spec != nil {
		err = errors.Join(err, s.Describe(ctx, spec))
	}
	if err != nil {
		slog.New(slog.NewTextHandler(os.Stderr, nil)).Warn("the interface repository may not know all classes of the server", "server", s.Name(), "error", err)
	}
}
