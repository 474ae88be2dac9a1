package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tls"
)

// silent is an object that has no operations of its own.
type silent struct{}

func (silent) Interface() *orb.Interface        { return &orb.Interface{ID: "IDL:Silent:1.0"} }
func (silent) Implementation() any              { return nil }
func (silent) Dispatch(*orb.ServerRequest) bool { return false }

// TestProbeByTLS has servers that take calls by TLS alone be asked whether they work, by daemons with TLS and without: one that shakes hands works, and of no other is that said. An object can be asked for
// by who is let in, and where nobody is that counts for nothing.
func TestProbeByTLS(t *testing.T) {
	t.Parallel()
	ca, other := certs.New(t, "authority"), certs.New(t, "another")
	p, own := ca.Issue(t, certs.Order{Name: "bank"}), ca.Issue(t, certs.Order{Name: "daemon"})
	quiet := slog.New(slog.DiscardHandler)
	made := func(c orb.Config) *orb.ORB {
		c.Logger = quiet
		o, err := orb.New(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			_ = o.Shutdown(ctx)
		})
		return o
	}
	set := func(c tls.Config) transport.Set {
		s, err := tls.Set(c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	id := implrepo.UUID{7}
	server := func(c tls.Config) []string {
		c.Certificate, c.Key, c.Logger = p.Cert, p.Key, quiet
		o := made(orb.Config{Transports: set(c), Listen: []string{"tls:127.0.0.1:0"}, ServerID: id})
		objects, err := poa.New(o).Create("objects", poa.Options{Lifespan: poa.Persistent, IDAssignment: poa.UserID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := objects.ActivateWithID("main", silent{}); err != nil {
			t.Fatal(err)
		}
		return []string{o.Endpoints()[0].String()}
	}
	plain, mutual := server(tls.Config{}), server(tls.Config{Clients: ca.File})
	hung, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hung.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	silence, nobody := []string{"tls:" + hung.Addr().String()}, []string{"tls:" + gone.Addr().String()}

	const good, unaskable = "", "cannot be asked"
	daemon := func(c *tls.Config) *front {
		f := &front{c: Config{Log: quiet, TLS: c}}
		if c == nil {
			f.orb = made(orb.Config{})
		} else {
			f.orb = made(orb.Config{Transports: set(*c)})
		}
		return f
	}
	without := daemon(nil)
	within := daemon(&tls.Config{Authorities: ca.File, Certificate: own.Cert, Key: own.Key, Logger: quiet, ServerName: "localhost"})
	stranger := daemon(&tls.Config{Authorities: other.File, Logger: quiet})
	for _, c := range []struct {
		what   string
		of     *front
		at     []string
		object string
		want   string
	}{
		{"without TLS", without, plain, "", good},
		{"without TLS", without, mutual, "", good},
		{"without TLS", without, plain, "objects/main", unaskable},
		{"without TLS", without, silence, "", "the peer did not answer in time"},
		{"without TLS", without, nobody, "", "refused"},
		{"let in", within, plain, "", good},
		{"let in", within, mutual, "objects/main", good},
		{"let in", within, mutual, "objects/nobody", "it has no object objects/nobody"},
		{"let in", within, silence, "", "TIMEOUT"},
		{"let in", within, nobody, "", "refused"},
		{"a stranger", stranger, plain, "", good},
		{"a stranger", stranger, mutual, "", good},
		{"a stranger", stranger, mutual, "objects/main", unaskable},
		{"with nowhere", within, []string{"ws:127.0.0.1:1"}, "", "says nowhere"},
	} {
		within := 30 * time.Second
		if c.at[0] == silence[0] {
			within = 200 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), within)
		err := c.of.probe(ctx, implrepo.Record{UUID: id, Health: implrepo.Health{Object: c.object}}, supervise.Live{Endpoints: c.at})
		cancel()
		if c.want == good && err != nil || c.want != good && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("a daemon %s, at %s, object %q: got %v, want %q", c.what, c.at, c.object, err, c.want)
		}
		var u *supervise.UnaskableError
		if counts := c.want != unaskable && c.want != "says nowhere"; errors.As(err, &u) == counts {
			t.Errorf("a daemon %s, at %s, object %q: that it counts is %v: %v", c.what, c.at, c.object, !counts, err)
		}
	}
}
