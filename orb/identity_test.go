package orb_test

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
)

// TestRequireIdentity: who shows a certificate or calls over a socket is served, and told to the servant; who does neither is refused, be it a call, one without an
// answer, or the question where the object is, and nothing of what he asks is carried out.
func TestRequireIdentity(t *testing.T) {
	t.Parallel()
	mutual, known := tlsPair(t)
	open := mutual
	open.Clients = "" // nobody is asked for a certificate
	socket := "unix:" + filepath.Join(shortDir(t), "s")
	server := func(c tls.Config) func(*orb.Config) {
		sealing, err := tls.New(c)
		if err != nil {
			t.Fatal(err)
		}
		return func(o *orb.Config) {
			o.Transports = transport.Set{tcp.New(), sealing, unix.New()}
			o.RequireIdentity = true
		}
	}
	only := func(listen string, c tls.Config) func(*orb.Config) {
		with := server(c)
		return func(o *orb.Config) { with(o); o.Listen = []string{listen} }
	}
	for name, c := range map[string]struct {
		server, client func(*orb.Config)
		may            bool
	}{
		"TCP":                     {only("tcp:127.0.0.1:0", mutual), nil, false},
		"TLS with a certificate":  {only("tls:127.0.0.1:0", mutual), sealed(t, known, nil), true},
		"TLS without certificate": {only("tls:127.0.0.1:0", open), sealed(t, tls.Config{Authorities: known.Authorities}, nil), false},
		"a socket":                {only(socket, mutual), onSocket(t, nil), unixTells},
	} {
		so, root := newORB(t, c.server)
		impl := &echo{orb: so}
		ref, err := EchoClass.Activate(root, impl)
		if err != nil {
			t.Fatal(err)
		}
		far := newClient(t, c.client).NewRef(ref.IOR())
		e := EchoClass.Unchecked(far)
		errs := map[string]error{"a call": e.Ping(t.Context())}
		_, errs["the question"] = far.NonExistent(t.Context())
		_ = e.Note(t.Context(), "x") // oneway: nobody is told
		for what, err := range errs {
			if c.may != (err == nil) || err != nil && (!isNoPermission(err, exc.MinorNotIdentified) || !strings.Contains(err.Error(), "identified callers alone")) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		_ = e.Ping(t.Context()) // behind the oneway call on the same connection
		if n := impl.notes.Load(); n != 0 && !c.may {
			t.Errorf("%s: %d oneway calls were carried out", name, n)
		}
		if err := EchoClass.Unchecked(so.NewRef(ref.IOR())).Ping(t.Context()); err != nil {
			t.Errorf("%s: within the process: %v", name, err)
		}
	}
}

// unixTells says whether the system tells whose a connection over a socket is.
const unixTells = runtime.GOOS == "linux" || runtime.GOOS == "darwin" || runtime.GOOS == "freebsd"
