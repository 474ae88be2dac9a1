package orb_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
)

// sealed returns a change of a Config that gives it TCP and TLS.
func sealed(t testing.TB, c tls.Config, more func(*orb.Config)) func(*orb.Config) {
	t.Helper()
	c.Logger = quiet()
	tr, err := tls.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *orb.Config) {
		o.Transports = transport.Set{tcp.New(), tr}
		if o.Listen != nil {
			o.Listen = []string{"tls:127.0.0.1:0"}
		}
		if more != nil {
			more(o)
		}
	}
}

// tlsPair returns a server's and a client's configuration that know one another, both with certificates.
func tlsPair(t testing.TB) (server, client tls.Config) {
	t.Helper()
	ca := certs.New(t, "authority")
	s, c := ca.Issue(t, certs.Order{}), ca.Issue(t, certs.Order{Name: "teller"})
	return tls.Config{Certificate: s.Cert, Key: s.Key, Authorities: ca.File, Clients: ca.File}, tls.Config{Certificate: c.Cert, Key: c.Key, Authorities: ca.File}
}

func iiopOf(t testing.TB, ref *orb.Ref) ior.IIOP {
	t.Helper()
	p, err := ref.IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTLSForms is TestForms over TLS: each version that has room for the component, both byte orders, with fragments; and callbacks.
func TestTLSForms(t *testing.T) {
	t.Parallel()
	sc, cc := tlsPair(t)
	for _, v := range []cdr.Version{cdr.V11, cdr.V12} {
		for _, big := range []bool{false, true} {
			for _, fragment := range []int{0, 64} {
				set := func(c *orb.Config) {
					c.MaxVersion, c.BigEndian, c.FragmentSize, c.RequireTLS, c.CallTLSOnly = v, big, fragment, true, true
				}
				so, root := newORB(t, sealed(t, sc, set))
				impl := &echo{orb: so}
				ref, err := EchoClass.Activate(root, impl)
				if err != nil {
					t.Fatal(err)
				}
				if p := iiopOf(t, ref); p.Port != 0 {
					t.Errorf("plain IIOP at port %d", p.Port)
				}
				co, _ := newORB(t, sealed(t, cc, set))
				e, err := EchoClass.Bind(t.Context(), co, ref.String())
				if err != nil {
					t.Fatal(err)
				}
				callAll(t, e, impl)
			}
		}
	}
	o, err := orb.New(orb.Config{MaxVersion: cdr.V10, Listen: []string{"tls:127.0.0.1:0"}, Transports: transport.Set{must(tls.New(sc))}, Logger: quiet()})
	if err == nil || !strings.Contains(err.Error(), "MaxVersion must be 1.1") {
		t.Errorf("IIOP 1.0: %v", err)
	}
	if o != nil {
		o.Shutdown(context.Background())
	}
}

func must(tr *tls.Transport, err error) *tls.Transport {
	if err != nil {
		panic(err)
	}
	return tr
}

// TestTLSReferences: what references say by what is listened at.
func TestTLSReferences(t *testing.T) {
	t.Parallel()
	sc, cc := tlsPair(t)
	for name, c := range map[string]struct {
		listen  []string
		require bool
		plain   bool // there is a port for plain IIOP
		want    ior.SSL
		publish string
		host    string
	}{
		"both":          {[]string{"tcp:127.0.0.1:0", "tls:127.0.0.1:0"}, false, true, ior.SSL{Supports: 0x7f, Requires: 1}, "", "127.0.0.1"},
		"TLS alone":     {[]string{"tls:127.0.0.1:0"}, false, false, ior.SSL{Supports: 0x7e, Requires: 0x46}, "", "127.0.0.1"},
		"both, require": {[]string{"tcp:127.0.0.1:0", "tls:127.0.0.1:0"}, true, false, ior.SSL{Supports: 0x7e, Requires: 0x46}, "", "127.0.0.1"},
		"published":     {[]string{"tls:127.0.0.1:0"}, false, false, ior.SSL{Supports: 0x7e, Requires: 0x46, Port: 4444}, "bank.example.org:4444", "bank.example.org"},
		"both, published": {[]string{"tcp:127.0.0.1:0", "tls:127.0.0.1:0"}, false, true, ior.SSL{Supports: 0x7f, Requires: 1},
			"bank.example.org:4444", "bank.example.org"},
	} {
		o, root := newORB(t, sealed(t, sc, func(o *orb.Config) { o.Listen, o.RequireTLS, o.Publish = c.listen, c.require, c.publish }))
		ref, err := EchoClass.Activate(root, &echo{orb: o})
		if err != nil {
			t.Fatal(err)
		}
		want := c.want
		for _, e := range o.Endpoints() {
			if e.Network == "tls" && want.Port == 0 {
				want.Port = e.Port
			}
		}
		p := iiopOf(t, ref)
		got, ok := p.TLS()
		if !ok || got != want || (p.Port != 0) != c.plain || p.Host != c.host || len(ref.IOR().Profiles) != 1 {
			t.Errorf("%s: %s:%d, %+v; want %+v", name, p.Host, p.Port, got, want)
		}
		if c.publish != "" {
			continue
		}
		// Whichever it is, one with TLS calls by TLS, and one without is called or refused.
		for _, url := range []string{ref.String(), "corbaloc:ssliop:1.2@" + p.Host + ":" + itoa(want.Port) + "/" + escaped(p.Key)} {
			e, err := EchoClass.Bind(t.Context(), newClient(t, sealed(t, cc, func(o *orb.Config) { o.CallTLSOnly = true })), url)
			if err == nil {
				err = e.Ping(t.Context())
			}
			if err != nil {
				t.Errorf("%s: by TLS: %v", name, err)
			}
		}
		e, err := EchoClass.Bind(t.Context(), newClient(t, nil), ref.String())
		if err == nil {
			err = e.Ping(t.Context())
		}
		if c.plain != (err == nil) || err != nil && !isNoPermission(err, exc.MinorNeedsTLS) {
			t.Errorf("%s: plain: %v", name, err)
		}
	}
}

func isNoPermission(err error, minor uint32) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && sys.Kind == exc.NoPermission && sys.Minor == minor && sys.Completed == exc.No
}

// TestTLSRequired: a plain request is refused with NO_PERMISSION, at whichever port it comes, and not carried out; so is the question where the
// object is, and a call by this side of a reference without TLS.
func TestTLSRequired(t *testing.T) {
	t.Parallel()
	sc, cc := tlsPair(t)
	o, root := newORB(t, sealed(t, sc, func(o *orb.Config) {
		o.Listen, o.RequireTLS = []string{"tcp:127.0.0.1:0", "tls:127.0.0.1:0"}, true
	}))
	impl := &echo{orb: o}
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(impl)); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, nil)
	for _, at := range o.Endpoints() {
		for _, v := range []string{"1.0", "1.1", "1.2"} {
			e, err := EchoClass.Bind(t.Context(), client, "corbaloc:iiop:"+v+"@127.0.0.1:"+itoa(at.Port)+"/Echo")
			if err == nil {
				_ = e.Note(t.Context(), "plain")
				_, err = e.Say(t.Context(), "plain")
			}
			if !isNoPermission(err, exc.MinorNotSealed) {
				t.Errorf("%v, GIOP %s: %v", at, v, err)
			}
		}
		c, err := net.Dial("tcp", at.Address())
		if err != nil {
			t.Fatal(err)
		}
		enc := cdr.NewEncoder(nil, true, &cdr.Env{Version: cdr.V12})
		giop.PutLocateRequest(enc, cdr.V12, 7, []byte("Echo"), nil)
		c.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.Write(enc.Bytes()); err != nil {
			t.Fatal(err)
		}
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, head); err != nil {
			t.Fatal(err)
		}
		h, err := giop.ParseHeader(head)
		if err != nil {
			t.Fatal(err)
		}
		msg := append(head, make([]byte, h.Size)...)
		if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
			t.Fatal(err)
		}
		var d cdr.Decoder
		giop.Open(&d, h, msg, nil)
		var r giop.LocateReply
		if err := r.Parse(h, &d); err != nil || r.Status != giop.LocSystemException || !strings.Contains(string(msg), "NO_PERMISSION") {
			t.Errorf("%v: located %v, %v", at, r.Status, err)
		}
		c.Close()
	}
	if n := impl.notes.Load(); n != 0 {
		t.Errorf("%d plain requests were carried out", n)
	}
	plain, plainRoot := newORB(t, nil)
	ref, err := EchoClass.Activate(plainRoot, &echo{orb: plain})
	if err != nil {
		t.Fatal(err)
	}
	e, err := EchoClass.Bind(t.Context(), newClient(t, sealed(t, cc, func(o *orb.Config) { o.CallTLSOnly = true })), ref.String())
	if err == nil {
		err = e.Ping(t.Context())
	}
	if !isNoPermission(err, exc.MinorNeedsTLS) {
		t.Errorf("a call without TLS: %v", err)
	}
}

// TestTLSRefusals: what is wrong with certificates is NO_PERMISSION to the caller, with the reason, and nothing was carried out; it is logged at the server.
func TestTLSRefusals(t *testing.T) {
	t.Parallel()
	ca, other := certs.New(t, "authority"), certs.New(t, "another")
	good, stranger, old := ca.Issue(t, certs.Order{}), other.Issue(t, certs.Order{}), ca.Issue(t, certs.Order{From: time.Now().Add(-2 * time.Hour), Until: time.Now().Add(-time.Hour)})
	mutual := tls.Config{Certificate: good.Cert, Key: good.Key, Clients: ca.File}
	for name, c := range map[string]struct {
		server, client tls.Config
		want           string
	}{
		"expired":     {tls.Config{Certificate: old.Cert, Key: old.Key}, tls.Config{Authorities: ca.File}, "has expired"},
		"authority":   {tls.Config{Certificate: good.Cert, Key: good.Key}, tls.Config{Authorities: other.File}, "not known here"},
		"none shown":  {mutual, tls.Config{Authorities: ca.File}, "was shown none"},
		"wrong shown": {mutual, tls.Config{Authorities: ca.File, Certificate: stranger.Cert, Key: stranger.Key}, "does not take the certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			so, root := newORB(t, sealed(t, c.server, nil))
			impl := &echo{orb: so}
			ref, err := EchoClass.Activate(root, impl)
			if err != nil {
				t.Fatal(err)
			}
			e := EchoClass.Unchecked(newClient(t, sealed(t, c.client, nil)).NewRef(ref.IOR()))
			for range 3 {
				err = e.Ping(t.Context())
				if !isNoPermission(err, exc.MinorHandshake) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
			}
		})
	}
}

// TestCaller: a servant is told whose certificate has called, and of TCP nothing.
func TestCaller(t *testing.T) {
	t.Parallel()
	sc, cc := tlsPair(t)
	seen := make(chan transport.Identity, 1)
	watch := func(o *orb.Config) {
		o.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
			seen <- orb.Caller(ctx)
			return next(ctx)
		}}
	}
	for name, c := range map[string]struct {
		server, client func(*orb.Config)
		want           string
		sealed         bool
	}{
		"TLS": {sealed(t, sc, watch), sealed(t, cc, nil), "cert:CN=teller,O=DSOM", true},
		"TCP": {watch, nil, "", false},
	} {
		so, root := newORB(t, c.server)
		ref, err := EchoClass.Activate(root, &echo{orb: so})
		if err != nil {
			t.Fatal(err)
		}
		e := EchoClass.Unchecked(newClient(t, c.client).NewRef(ref.IOR()))
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if k := <-seen; k.Name() != c.want || k.Sealed != c.sealed {
			t.Errorf("%s: %q, sealed %v", name, k.Name(), k.Sealed)
		}
		e = EchoClass.Unchecked(so.NewRef(ref.IOR()))
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if k := <-seen; k.Sealed || k.Name() != "" {
			t.Errorf("%s: a call within the process is %+v", name, k)
		}
	}
	if k := orb.Caller(t.Context()); k.Sealed {
		t.Errorf("outside a call: %+v", k)
	}
}

// TestTLSBothWays: a client that listens nowhere is called back over its sealed connection.
func TestTLSBothWays(t *testing.T) {
	t.Parallel()
	sc, cc := tlsPair(t)
	so, sroot := newORB(t, sealed(t, sc, func(o *orb.Config) { o.RequireTLS, o.CallTLSOnly, o.BiDir.Accept = true, true, true }))
	ref, err := EchoClass.Activate(sroot, &echo{orb: so})
	if err != nil {
		t.Fatal(err)
	}
	co, croot := newORB(t, sealed(t, cc, func(o *orb.Config) { o.Listen, o.RequireTLS, o.CallTLSOnly, o.BiDir.Offer = nil, true, true, true }))
	both, err := croot.Create("both", poa.Options{Bidirectional: poa.Both})
	if err != nil {
		t.Fatal(err)
	}
	mine, err := EchoClass.Activate(both, &echo{orb: co})
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(co.NewRef(ref.IOR()))
	if _, err := e.Meet(t.Context(), EchoClass.Unchecked(mine)); err != nil {
		t.Error(err)
	}
}

func itoa(port uint16) string { return strconv.Itoa(int(port)) }

// escaped returns a key as it stands in a URL.
func escaped(key []byte) string {
	u := ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "rir"}}, Key: key}
	return strings.TrimPrefix(u.String(), "corbaloc:rir:/")
}
