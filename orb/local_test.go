package orb_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/unix"
)

// onSocket returns a change of a Config that gives it TCP and sockets of the machine; a server listens at both, or at those that are given.
func onSocket(t testing.TB, more func(*orb.Config), listen ...string) func(*orb.Config) {
	t.Helper()
	dir, err := os.MkdirTemp("", "o")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if listen == nil {
		listen = []string{"tcp:127.0.0.1:0", "unix:" + filepath.Join(dir, "s")}
	}
	return func(o *orb.Config) {
		o.Transports, o.Limits = transport.Set{tcp.New(), unix.New()}, oneByOne()
		if o.Listen != nil {
			o.Listen = listen
		}
		if more != nil {
			more(o)
		}
	}
}

// networks returns a server interceptor that notes by which network requests have come.
func networks(seen chan<- string) func(*orb.Config) {
	return func(o *orb.Config) {
		o.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
			seen <- orb.Peer(ctx).Network()
			return next(ctx)
		}}
	}
}

// TestSocketForms is TestForms at a socket of the machine, with nothing else listened at, so that it is surely that.
func TestSocketForms(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V11, cdr.V12} {
		for _, big := range []bool{false, true} {
			for _, fragment := range []int{0, 64} {
				set := func(c *orb.Config) {
					c.MaxVersion, c.BigEndian, c.FragmentSize = v, big, fragment
					c.RequireTLS, c.CallTLSOnly = true, true // which is sealed enough
				}
				socket := "unix:" + filepath.Join(shortDir(t), "s")
				so, root := newORB(t, onSocket(t, set, socket))
				impl := &echo{orb: so}
				ref, err := EchoClass.Activate(root, impl)
				if err != nil {
					t.Fatal(err)
				}
				co, _ := newORB(t, onSocket(t, set, "unix:"+filepath.Join(shortDir(t), "c")))
				e, err := EchoClass.Bind(t.Context(), co, ref.String())
				if err != nil {
					t.Fatal(err)
				}
				callAll(t, e, impl)
			}
		}
	}
}

func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "o")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestSocketPreferred: the socket is gone by if it is one of this machine; TCP if it is another's, is gone, or the client has no such transport.
func TestSocketPreferred(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 1)
	socket := filepath.Join(shortDir(t), "s")
	o, root := newORB(t, onSocket(t, networks(seen), "tcp:127.0.0.1:0", "unix:"+socket))
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	p := iiopOf(t, ref)
	if p.Port == 0 || !slices.Equal(p.Sockets(unix.Machine(), "")[:1], []string{"unix:" + socket}) {
		t.Errorf("the reference names %s:%d, and %q", p.Host, p.Port, p.Sockets(unix.Machine(), ""))
	}
	named := func(c ...ior.Component) *ior.IOR {
		q := p.Without(ior.TagDSOMEndpoints).Without(ior.TagOmniORBUnix)
		q.Components = append(q.Components, c...)
		return &ior.IOR{TypeID: ref.IOR().TypeID, Profiles: []ior.Profile{q.Profile()}}
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		ior    *ior.IOR
		client func(*orb.Config)
		want   string
	}{
		"here":            {ref.IOR(), onSocket(t, nil), "unix"},
		"without":         {ref.IOR(), nil, "tcp"},
		"omniORB's way":   {named(ior.OmniORBUnixComponent(host, socket)), onSocket(t, nil), "unix"},
		"another machine": {named(ior.Endpoints{Machine: [16]byte{9}, Names: []string{"unix:" + socket}}.Component()), onSocket(t, nil), "tcp"},
		"another host":    {named(ior.OmniORBUnixComponent("other.example.org", socket)), onSocket(t, nil), "tcp"},
		"gone":            {named(ior.Endpoints{Machine: unix.Machine(), Names: []string{"unix:" + socket + ".gone"}}.Component()), onSocket(t, nil), "tcp"},
		"no socket":       {named(ior.Endpoints{Machine: unix.Machine(), Names: []string{"unix:/dev/null"}}.Component()), onSocket(t, nil), "tcp"},
		"no path":         {named(ior.Endpoints{Machine: unix.Machine(), Names: []string{"unix:x"}}.Component()), onSocket(t, nil), "tcp"},
		"a rule":          {ref.IOR(), onSocket(t, func(o *orb.Config) { o.Connect = "127.0.0.1:1=127.0.0.1:2 127.0.0.1=127.0.0.1" + ":" + itoa(p.Port) }), "unix"},
		"URL":             {must1(ior.ParseURL("corbaloc:unix:" + strings.ReplaceAll(socket, "/", "%2F") + "/" + escaped(p.Key))).Reference(), onSocket(t, nil), "unix"},
	} {
		e := EchoClass.Unchecked(newClient(t, c.client).NewRef(c.ior))
		if err := e.Ping(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := <-seen; got != c.want {
			t.Errorf("%s: by %s, want %s", name, got, c.want)
		}
	}
	e := EchoClass.Unchecked(newClient(t, onSocket(t, func(o *orb.Config) { o.Connect = "@loopback=@refuse" })).NewRef(ref.IOR()))
	if err := e.Ping(t.Context()); !isNoPermission(err, exc.MinorConnectRefused) {
		t.Errorf("a rule refuses the host: %v", err)
	}
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestSocketAlone: a reference to a socket and nothing else says so to those who cannot go there; IIOP 1.0 has no room for it.
func TestSocketAlone(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, onSocket(t, nil, "unix:"+filepath.Join(shortDir(t), "s")))
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	if p := iiopOf(t, ref); p.Port != 0 || p.Host == "" {
		t.Errorf("the reference names %s:%d", p.Host, p.Port)
	}
	err = EchoClass.Unchecked(newClient(t, nil).NewRef(ref.IOR())).Ping(t.Context())
	if err == nil || !strings.Contains(err.Error(), "a socket of its machine alone") {
		t.Errorf("got %v", err)
	}
	if _, err := orb.New(orb.Config{MaxVersion: cdr.V10, Transports: transport.Set{unix.New()}, Listen: []string{"unix:" + filepath.Join(shortDir(t), "s")}, Logger: quiet()}); err == nil || !strings.Contains(err.Error(), "MaxVersion be 1.1") {
		t.Errorf("IIOP 1.0: %v", err)
	}
}

// TestSocketCaller: a servant is told whose process has called.
func TestSocketCaller(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		return
	}
	seen := make(chan transport.Identity, 1)
	o, root := newORB(t, onSocket(t, func(o *orb.Config) {
		o.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
			seen <- orb.Caller(ctx)
			return next(ctx)
		}}
	}))
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	if err := EchoClass.Unchecked(newClient(t, onSocket(t, nil)).NewRef(ref.IOR())).Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if k := <-seen; k.Process == nil || k.Process.PID != os.Getpid() || int(k.Process.UID) != os.Getuid() || !k.Sealed {
		t.Errorf("the caller is %+v", k.Process)
	}
}
