package server_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
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
