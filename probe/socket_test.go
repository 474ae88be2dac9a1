package probe_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/unix"
)

// TestSocket: one of this machine that somebody listens at, one that nobody does, and one of another machine.
func TestSocket(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "p")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	o, err := orb.New(orb.Config{Transports: transport.Set{unix.New()}, Listen: []string{"unix:" + path}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	for name, c := range map[string]struct {
		machine [16]byte
		path    string
		want    probe.Outcome
		words   string
	}{
		"here":  {unix.Machine(), path, probe.Raised, "answers with an exception"},
		"gone":  {unix.Machine(), path + ".gone", probe.Refused, "nobody listens at this socket"},
		"there": {[16]byte{9}, path, probe.Unsupported, "not tried here"},
	} {
		p := ior.IIOP{Version: cdr.V12, Host: "host", Key: []byte("nothing"), Components: ior.LocalComponents(c.machine, "", []string{"unix:" + c.path})}
		rep := (&probe.Prober{}).Probe(t.Context(), &ior.IOR{Profiles: []ior.Profile{p.Profile()}})
		if len(rep.Addresses) != 1 || rep.Addresses[0].Outcome != c.want || !strings.Contains(rep.Addresses[0].Problem, c.words) {
			t.Errorf("%s: got %s", name, text(t, rep))
		}
	}
}
