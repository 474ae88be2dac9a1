package interop_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
)

// sealedHub runs a daemon that takes calls by TLS, of clients with certificates, and beside it a server of the suite that takes nothing else. It returns the hub's reference, which leads to
// the daemon and outlives the server, and what starts that anew.
func sealedHub(t *testing.T, p *pki, require bool) (url string, again func()) {
	t.Helper()
	state := filepath.Join(t.TempDir(), "state")
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	run := func(f func(ctx context.Context, ready func()) error) (end func()) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		up, over := make(chan struct{}), make(chan error, 1)
		go func() { over <- f(ctx, func() { close(up) }) }()
		select {
		case <-up:
		case err := <-over:
			cancel()
			t.Fatal(err)
		}
		return func() {
			cancel()
			if err := <-over; err != nil {
				t.Error(err)
			}
		}
	}
	own := p.ours
	t.Cleanup(run(func(ctx context.Context, ready func()) error {
		return daemon.Run(ctx, daemon.Config{
			State: state, Listen: "127.0.0.1:0", TLSListen: "127.0.0.1:0", TLS: &own, RequireTLS: require, Log: log, Ready: func(*daemon.Daemon) { ready() },
		})
	}))
	serve := func() func() {
		return run(func(ctx context.Context, ready func()) error {
			return server.Run(ctx, server.Options{Name: "hub", State: state, TLS: &own, RequireTLS: true, NoSignals: true, Logger: log}, func(ctx context.Context, s *server.Server) error {
				if _, err := servants.Publish(s.Root, s.Objects); err != nil {
					return err
				}
				hub, err := s.Root.Find(ctx, orb.Query{Key: []byte(servants.Key)})
				if err != nil {
					return err
				}
				ref, err := s.Objects.ActivateWithID("hub", hub.Servant)
				if err != nil {
					return err
				}
				url = ref.String()
				ready()
				return nil
			})
		})
	}
	end := serve()
	t.Cleanup(func() { end() })
	return url, func() {
		end()
		end = serve()
	}
}

// TestTLSByDaemon has foreign clients follow persistent references of a server that takes TLS alone, by way of a daemon that takes TLS besides or alone, and again by the same reference
// when the server has been started anew elsewhere.
func TestTLSByDaemon(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	cases := []string{"enum", "struct", "structs", "longs", "booleans"}
	cpp, jac := omniorb.Build(t, &tally), jacorb.Build(t, &tally)
	for name, client := range map[string]func(t *testing.T, url string) peer.Report{
		"omniORB": func(t *testing.T, url string) peer.Report {
			return cpp.Run(t, omniorb.Options{Endpoint: fmt.Sprintf("giop:ssl:127.0.0.1:%d", freeport.Hold(t)), TLS: p.omni(t, "omniORB")}, url, cases...)
		},
		"JacORB": func(t *testing.T, url string) peer.Report {
			pair := p.ca.Issue(t, certs.Order{Name: "JacORB", RSA: true})
			return jac.Run(t, java.Options{Version: "1.2", Properties: jacorb.TLS(t, pair.Cert, pair.Key, p.ca.File)}, url, cases...)
		},
	} {
		for _, require := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, the daemon requires it: %v", name, require), func(t *testing.T) {
				t.Parallel()
				url, again := sealedHub(t, p, require)
				takesNoPlain(t, url)
				for range 2 {
					r := client(t, url)
					if good := r.By(peer.OK); len(good) != len(cases) {
						t.Fatalf("%d of %d cases went well: %+v", len(good), len(cases), r.Outcomes)
					}
					again()
				}
			})
		}
	}
}
