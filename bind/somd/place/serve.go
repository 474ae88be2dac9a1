package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
)

// serve makes the program a server, by an ORB of its own that takes calls, when it calls impl_is_ready. SIGTERM and SIGINT end the server, unless
// the program has its own mind about them.
func serve(ctx context.Context, as dsom.Role) error {
	l, err := limitsIn(os.Getenv(envLimits))
	if err != nil {
		return err
	}
	cfg := somd.Config{Class: native.Registered, Find: native.Find, Weak: native.Weak, Share: native.Export, Around: dsom.Carried(dsom.ForeignThreads{Thread: native.Thread, Exception: native.UserException})}
	if as.Class != "" && as.Class != somd.ServerClass.Name() {
		if cfg.Server, err = native.Find(as.Class); err != nil {
			return err
		}
	}
	return server.Run(ctx, server.Options{
		Name: as.Name, Limits: l, NoSignals: minds(), BiDir: orb.BiDir{Accept: true},
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Configure: func(c *orb.Config) error {
			c.ServerInterceptors = append(c.ServerInterceptors, as.Around)
			return nil
		},
	}, func(ctx context.Context, s *server.Server) error {
		return as.Setup(ctx, s, somd.New(s.Root.POA, cfg))
	})
}
