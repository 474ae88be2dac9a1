package server_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
)

// TestBindWithoutDaemon holds that a server which needs names and finds no daemon says what to do.
func TestBindWithoutDaemon(t *testing.T) {
	state := t.TempDir()
	t.Setenv(admin.EnvState, state)
	for name, c := range map[string]struct {
		noDaemon bool
		want     []string
	}{
		"none runs":   {false, []string{"hall", state, "start one with: dsom daemon"}},
		"none wanted": {true, []string{"hall", "NoDaemon"}},
	} {
		opt := server.Options{Listen: []string{"tcp:127.0.0.1:0"}, NoDaemon: c.noDaemon, Logger: slog.New(slog.DiscardHandler)}
		err := server.Run(t.Context(), opt, func(ctx context.Context, s *server.Server) error {
			return s.Bind(ctx, "hall", nil)
		})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want it to say %q", name, err, want)
			}
		}
	}
}

// TestConfigure holds that Options.Configure has a say in how the ORB is made, and that its error ends the server.
func TestConfigure(t *testing.T) {
	t.Setenv(admin.EnvState, t.TempDir())
	opt := server.Options{Listen: []string{"tcp:127.0.0.1:0"}, NoDaemon: true, Logger: slog.New(slog.DiscardHandler)}
	made := 0
	opt.Configure = func(c *orb.Config) error {
		c.Initializers = append(c.Initializers, func(*orb.ORB) error { made++; return nil })
		return nil
	}
	err := server.Run(t.Context(), opt, func(_ context.Context, s *server.Server) error {
		s.Stop()
		return nil
	})
	if err != nil || made != 1 {
		t.Errorf("got %v, %d ORBs", err, made)
	}
	opt.Configure = func(*orb.Config) error { return errors.New("told to fail") }
	err = server.Run(t.Context(), opt, func(context.Context, *server.Server) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "Options.Configure: told to fail") {
		t.Errorf("got %v", err)
	}
}
