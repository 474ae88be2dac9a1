package dsom_test

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
)

// principal returns what a Principal for ctx says.
func principal(t *testing.T, ctx context.Context) (name, host string, err error) {
	t.Helper()
	r, err := dsom.NewPrincipal(ctx)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = r.Release() }()
	for attribute, to := range map[string]*string{"_get_userName": &name, "_get_hostName": &host} {
		got, err := r.Invoke(ctx, attribute)
		if err != nil {
			t.Fatal(err)
		}
		*to, _ = got.(string)
	}
	return name, host, nil
}

// TestPrincipal holds what a server is told of who calls, over each transport: what that has made sure of, and not what the client says of itself.
func TestPrincipal(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	own, teller := ca.Issue(t, certs.Order{}), ca.Issue(t, certs.Order{Name: "teller"})
	at, err := tls.New(tls.Config{Certificate: own.Cert, Key: own.Key, Clients: ca.File})
	if err != nil {
		t.Fatal(err)
	}
	by, err := tls.New(tls.Config{Certificate: teller.Cert, Key: teller.Key, Authorities: ca.File})
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "p")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	here, _ := os.Hostname()
	socketUser := me.Username
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" && runtime.GOOS != "freebsd" {
		socketUser = "" // the system does not tell
	}
	for name, c := range map[string]struct {
		listen, user, host string
		client             transport.Transport
	}{
		"TCP":      {"tcp:127.0.0.1:0", "", "127.0.0.1", tcp.New()},
		"TLS":      {"tls:127.0.0.1:0", "cert:CN=teller,O=DSOM", "127.0.0.1", by},
		"a socket": {"unix:" + filepath.Join(dir, "s"), socketUser, here, unix.New()},
	} {
		var gotUser, gotHost string
		o, err := orb.New(orb.Config{
			Transports: transport.Set{tcp.New(), at, unix.New()}, Listen: []string{c.listen},
			ServerInterceptors: []orb.ServerInterceptor{func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) (err error) {
				gotUser, gotHost, err = principal(t, ctx)
				return errors.Join(err, next(ctx))
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		co, err := orb.New(orb.Config{Transports: transport.Set{c.client}, Principal: []byte("\xfaroot\x00\xfafar\x00")})
		if err != nil {
			t.Fatal(err)
		}
		d := somd.New(poa.New(o).POA, somd.Config{})
		kitty, err := cat.New()
		if err != nil {
			t.Fatal(err)
		}
		ref, err := d.Export(kitty)
		if err != nil {
			t.Fatal(err)
		}
		call := func(on *orb.Ref) {
			t.Helper()
			x := orb.StartCall(t.Context(), on, "somGetClassName", 0)
			for x.Next() {
			}
			if x.Returned() {
				_ = x.In.String()
			}
			if err := x.End(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		call(co.NewRef(ref.IOR()))
		if gotUser != c.user || gotHost != c.host {
			t.Errorf("%s: %q at %q, want %q at %q", name, gotUser, gotHost, c.user, c.host)
		}
		_ = d.Close()
		_ = kitty.SOM().Release()
		_ = errors.Join(co.Shutdown(context.Background()), o.Shutdown(context.Background()))
	}
}

// A visited is a servant that does f, whatever is called.
type visited struct {
	f func(ctx context.Context) error
}

func (*visited) Interface() *orb.Interface { return &orb.Interface{ID: "IDL:Visited:1.0"} }
func (v *visited) Implementation() any     { return v }
func (v *visited) Dispatch(r *orb.ServerRequest) bool {
	if r.Decoded() {
		r.Returned(v.f(r.Context()))
	}
	return true
}

// TestPrincipalBeside: a servant that a remote client has called calls an object beside it through the ORB, and that asks who has called: this process has.
func TestPrincipalBeside(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	co, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(co.Shutdown(context.Background()), o.Shutdown(context.Background())) })
	visit := func(ctx context.Context, on *orb.Ref) error {
		x := orb.StartCall(ctx, on, "visit", 0)
		for x.Next() {
		}
		x.Returned()
		return x.End()
	}
	var names, hosts []string
	ask := func(ctx context.Context) error {
		name, host, err := principal(t, ctx)
		names, hosts = append(names, name), append(hosts, host)
		return err
	}
	root := poa.New(o)
	inner, err := root.Activate(&visited{ask})
	if err != nil {
		t.Fatal(err)
	}
	outer, err := root.Activate(&visited{func(ctx context.Context) error { return errors.Join(ask(ctx), visit(ctx, inner)) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := visit(t.Context(), co.NewRef(outer.IOR())); err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	here, _ := os.Hostname()
	if want := []string{"", me.Username}; !slices.Equal(names, want) || !slices.Equal(hosts, []string{"127.0.0.1", here}) {
		t.Errorf("got %q at %q, want %q", names, hosts, want)
	}
}

// TestCarried holds that a thread knows the innermost request that it carries out, and none when it has, however that ends.
func TestCarried(t *testing.T) {
	thread := uintptr(1)
	carried := dsom.Carried(dsom.ForeignThreads{Thread: func() uintptr { return thread }})
	none := func() {
		t.Helper()
		var sys *exc.SystemException
		if _, _, err := principal(t, context.Background()); !errors.As(err, &sys) || sys.Kind != exc.BadInvOrder {
			t.Errorf("without a request: %v", err)
		}
	}
	some := func() error {
		t.Helper()
		if name, _, err := principal(t, context.Background()); err != nil || name == "" { // a call within the process is its own user's
			t.Errorf("within a request: %q, %v", name, err)
		}
		return nil
	}
	none()
	err := carried(t.Context(), func() error {
		_ = some()
		if err := carried(t.Context(), some); err != nil {
			t.Error(err)
		}
		_ = some()
		func() {
			defer func() { _ = recover() }()
			_ = carried(t.Context(), func() error { panic("a servant") })
		}()
		_ = some()
		thread = 2
		none()
		thread = 1
		return errors.New("what the method raises")
	})
	if err == nil || err.Error() != "what the method raises" {
		t.Errorf("got %v", err)
	}
	none()
}
