package daemon_test

import (
	"context"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/implrepo"
	dsomclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/subject"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
)

// asPeer connects to a socket as another user: the system tells the effective one of the thread that connects. It needs root.
type asPeer struct {
	transport.Transport
	user int
}

func (t asPeer) Machine() [16]byte { return unix.Machine() }

func (t asPeer) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	seteuid(t.user)
	defer seteuid(0)
	return t.Transport.Dial(ctx, e)
}

// seteuid changes the effective user of this thread.
func seteuid(user int) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_SETRESUID, ^uintptr(0), uintptr(user), ^uintptr(0))
}

// socketFolder returns a folder that every user can enter, with a path that is short enough for a socket.
func socketFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "dsom-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newContext tries to change names by a client that calls by the given transports.
func newContext(t *testing.T, url string, by ...transport.Transport) error {
	t.Helper()
	o, err := orb.New(orb.Config{Transports: by})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	root, err := cosnaming.NamingContextClass.Bind(t.Context(), o, url)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := root.List(t.Context(), 10); err != nil {
		t.Errorf("who may not read: %v", err)
	}
	_, err = root.NewContext(t.Context())
	return err
}

func writeDenied(err error) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && sys.Kind == exc.NoPermission && sys.Minor == exc.MinorWriteDenied
}

// TestSocketCallers holds that who calls over the daemon's socket is known by that, and may what the configuration says, and not more.
func TestSocketCallers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		absent.Skip(t, "not root, who alone connects as another user")
	}
	for name, c := range map[string]struct {
		live            daemon.Live
		writes, manages map[int]bool
	}{
		"by default": {daemon.Live{}, map[int]bool{0: true, aStranger: false}, map[int]bool{0: true, aStranger: false}},
		"a writer": {daemon.Live{Writers: daemon.Writers{Identities: daemon.Identities{Users: []int{aStranger}}}},
			map[int]bool{0: true, aStranger: true, aStranger - 1: false}, map[int]bool{aStranger: false}},
		"an operator": {daemon.Live{Operators: daemon.Identities{Users: []int{aStranger}}},
			map[int]bool{0: true, aStranger: true, aStranger - 1: false}, map[int]bool{0: true, aStranger: true, aStranger - 1: false}},
		"nobody": {daemon.Live{DSOMClients: daemon.DSOMNobody, Operators: daemon.Identities{Users: []int{aStranger}}},
			map[int]bool{aStranger: true}, map[int]bool{0: false, aStranger: true, aStranger - 1: false}},
		"nobody at all": {daemon.Live{DSOMClients: daemon.DSOMNobody}, map[int]bool{0: true, aStranger: false}, map[int]bool{0: false, aStranger: false}},
	} {
		t.Run(name, func(t *testing.T) {
			socket := filepath.Join(socketFolder(t), "s")
			d := runDSOM(t, daemon.Config{State: t.TempDir(), Socket: socket, Live: c.live})
			for user, may := range c.writes {
				err := newContext(t, "corbaloc:unix:"+strings.ReplaceAll(socket, "/", "%2F")+"/NameService", asPeer{unix.New(), user})
				if may != (err == nil) || err != nil && !writeDenied(err) {
					t.Errorf("user %d, who may write: %v, got %v", user, may, err)
				}
			}
			for user, may := range c.manages {
				o, err := orb.New(orb.Config{Principal: asDSOM, Transports: transport.Set{toSocket{tcp.New(), asPeer{unix.New(), user}, socket}}})
				if err != nil {
					t.Fatal(err)
				}
				r, err := dsomclient.At(o, "127.0.0.1", d.port).Repository(t.Context())
				if err == nil { // what was made is reached by the same way
					_, err = r.All(t.Context())
				}
				if may != (err == nil) || err != nil && !raised(err, exc.NoPermission, wire.AccessDenied) {
					t.Errorf("user %d, who may register: %v, got %v", user, may, err)
				}
				_ = o.Shutdown(context.Background())
			}
		})
	}
}

// toSocket is TCP by its name, and connects to a socket.
type toSocket struct {
	transport.Transport
	by   transport.Transport
	path string
}

func (t toSocket) Dial(ctx context.Context, _ transport.Endpoint) (transport.Conn, error) {
	return t.by.Dial(ctx, transport.Endpoint{Network: unix.Name, Host: t.path})
}

// TestCertificates holds that who shows a certificate may what the configuration says of its subject, wherever he is: here he connects as a user who may nothing.
func TestCertificates(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		absent.Skip(t, "not root, who alone connects as another user")
	}
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	d := runDSOM(t, daemon.Config{
		State: t.TempDir(), TLSListen: "127.0.0.1:0", TLS: &tls.Config{Certificate: own.Cert, Key: own.Key, Clients: ca.File},
		Live: daemon.Live{Writers: daemon.Writers{Identities: daemon.Identities{Certificates: listed(t, "CN=writer,O=DSOM")}}, Operators: daemon.Identities{Certificates: listed(t, "CN=operator,O=DSOM")}},
	})
	root, err := d.orb.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port))
	if err != nil {
		t.Fatal(err)
	}
	far, err := cosnaming.NamingContextClass.Unchecked(root).NewContext(t.Context()) // whose reference tells the port
	if err != nil {
		t.Fatal(err)
	}
	port := tlsPort(t, orb.RefOf(far.(orb.Object)))
	for name, c := range map[string]struct{ writes, manages bool }{"writer": {true, false}, "operator": {true, true}, "teller": {false, false}} {
		p := ca.Issue(t, certs.Order{Name: name})
		sealed, err := tls.New(tls.Config{Certificate: p.Cert, Key: p.Key, Authorities: ca.File})
		if err != nil {
			t.Fatal(err)
		}
		stranger := as{sealed, aStranger}
		err = newContext(t, fmt.Sprintf("corbaloc:ssliop:1.2@127.0.0.1:%d/NameService", port), stranger)
		if c.writes != (err == nil) || err != nil && !writeDenied(err) {
			t.Errorf("%s, who may write: %v, got %v", name, c.writes, err)
		}
		o, err := orb.New(orb.Config{Transports: transport.Set{stranger}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := dsomclient.AtTLS(o, "127.0.0.1", port).Repository(t.Context())
		if err == nil {
			err = r.Add(t.Context(), wire.Definition{Alias: "bank-" + name, ID: wire.NewID().String(), Program: "/bin/true"})
		}
		if c.manages != (err == nil) || err != nil && !raised(err, exc.NoPermission, wire.AccessDenied) {
			t.Errorf("%s, who may register: %v, got %v", name, c.manages, err)
		}
		_ = o.Shutdown(context.Background())
	}
}

// lines is a log that can be read meanwhile.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, string(b))
	return len(b), nil
}

// has reports whether a line has all of the parts.
func (l *lines) has(parts ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.all, func(line string) bool {
		return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(line, p) })
	})
}

// listed returns names of certificates.
func listed(t *testing.T, all ...string) (names []subject.Name) {
	t.Helper()
	for _, s := range all {
		n, err := subject.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	return names
}

// TestSubjects holds that who is listed is let in whatever parts his subject has, nobody else whose subject has some of them, and that the log of a refusal tells the subject as
// it would have to be listed.
func TestSubjects(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		absent.Skip(t, "not root, who alone connects as another user")
	}
	var (
		cn    = asn1.ObjectIdentifier{2, 5, 4, 3}
		o     = asn1.ObjectIdentifier{2, 5, 4, 10}
		ou    = asn1.ObjectIdentifier{2, 5, 4, 11}
		dc    = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
		email = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
	)
	is := func(of asn1.ObjectIdentifier, text string) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: of, Value: text}
	}
	people := map[string]struct {
		name pkix.RDNSequence // in the order of the certificate
		may  bool
		text string
	}{
		"plain":   {pkix.RDNSequence{{is(o, "Bank")}, {is(cn, "teller")}}, true, ""},
		"units":   {pkix.RDNSequence{{is(dc, "com")}, {is(dc, "bank")}, {is(ou, "People")}, {is(ou, "Staff")}, {is(cn, "ann")}}, true, ""},
		"e-mail":  {pkix.RDNSequence{{is(o, "Bank")}, {is(cn, "bob")}, {is(email, "bob@bank.example")}}, true, ""},
		"order":   {pkix.RDNSequence{{is(cn, "carl")}, {is(o, "Bank")}}, true, ""},
		"several": {pkix.RDNSequence{{is(o, "Bank,Inc")}, {is(cn, "x"), is(ou, "a")}}, true, ""},
		"mallory": {pkix.RDNSequence{{is(o, "Bank")}, {is(cn, "mallory")}, {is(cn, "teller")}}, false, "cert:CN=teller,CN=mallory,O=Bank"},
		"swapped": {pkix.RDNSequence{{is(cn, "teller")}, {is(o, "Bank")}}, false, "cert:O=Bank,CN=teller"},
		"merged":  {pkix.RDNSequence{{is(o, "Bank"), is(cn, "teller")}}, false, "cert:O=Bank+CN=teller"}, // package asn1 sorts the set
	}
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	var log lines
	d := runDSOM(t, daemon.Config{
		State: t.TempDir(), TLSListen: "127.0.0.1:0", TLS: &tls.Config{Certificate: own.Cert, Key: own.Key, Clients: ca.File}, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Live: daemon.Live{DSOMClients: daemon.DSOMNobody, Operators: daemon.Identities{Certificates: listed(t, // as openssl prints them
			"CN=teller,O=Bank", "CN=ann,OU=Staff,OU=People,DC=bank,DC=com", "emailAddress=bob@bank.example,CN=bob,O=Bank", "O=Bank,CN=carl", `OU=a+CN=x,O=Bank\,Inc`)}},
	})
	root, err := d.orb.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port))
	if err != nil {
		t.Fatal(err)
	}
	far, err := cosnaming.NamingContextClass.Unchecked(root).NewContext(t.Context()) // whose reference tells the port
	if err != nil {
		t.Fatal(err)
	}
	port := tlsPort(t, orb.RefOf(far.(orb.Object)))
	for who, c := range people {
		der, err := asn1.Marshal(c.name)
		if err != nil {
			t.Fatal(err)
		}
		p := ca.Issue(t, certs.Order{Subject: der})
		sealed, err := tls.New(tls.Config{Certificate: p.Cert, Key: p.Key, Authorities: ca.File})
		if err != nil {
			t.Fatal(err)
		}
		client, err := orb.New(orb.Config{Transports: transport.Set{as{sealed, aStranger}}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := dsomclient.AtTLS(client, "127.0.0.1", port).Repository(t.Context())
		if err == nil {
			_, err = r.All(t.Context())
		}
		if c.may != (err == nil) || err != nil && !raised(err, exc.NoPermission, wire.AccessDenied) {
			t.Errorf("%s, who may: %v, got %v", who, c.may, err)
		}
		if !c.may && !log.has("a client of DSOM is refused", "the certificate that it has shown is of "+c.text+`"`) {
			t.Errorf("%s: the log has no %s", who, c.text)
		}
		_ = client.Shutdown(context.Background())
	}
}

// tlsPort returns the port of TLS that a reference names.
func tlsPort(t *testing.T, ref *orb.Ref) uint16 {
	t.Helper()
	for _, p := range ref.IOR().Profiles {
		at, err := p.IIOP()
		if err != nil {
			continue
		}
		if data, ok := at.Find(ior.TagSSLSecTrans); ok {
			s, err := ior.Component{Tag: ior.TagSSLSecTrans, Data: data}.SSL()
			if err != nil {
				t.Fatal(err)
			}
			return s.Port
		}
	}
	t.Fatal("the reference names no port of TLS")
	return 0
}

// TestSocketTaken holds what becomes of the daemon's socket when a daemon was killed, when another has it, and when its folder is not the user's own; and who may connect.
func TestSocketTaken(t *testing.T) {
	t.Parallel()
	dir := socketFolder(t)
	path := filepath.Join(dir, "s")
	left, err := unix.New().Listen(t.Context(), transport.Endpoint{Network: unix.Name, Host: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".kept"); err != nil {
		t.Fatal(err)
	}
	_ = left.Close()
	if err := os.Rename(path+".kept", path); err != nil { // as a process leaves it that is killed
		t.Fatal(err)
	}
	d := runDSOM(t, daemon.Config{State: t.TempDir(), Socket: path})
	if s, err := d.admin.Status(t.Context()); err != nil || s.Socket != path {
		t.Errorf("it takes calls at %q, %v", s.Socket, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o666 {
		t.Errorf("the socket has the mode %v, %v", info.Mode(), err)
	}
	err = daemon.Run(t.Context(), daemon.Config{State: t.TempDir(), Listen: "127.0.0.1:0", Socket: path})
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), path) {
		t.Errorf("a second daemon at the socket: %v", err)
	}
	d.end()
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket is there when the daemon has ended")
	}
}

// TestSocketOfItsOwn holds where the daemon's socket is if nothing is said.
func TestSocketOfItsOwn(t *testing.T) {
	run := socketFolder(t)
	t.Setenv("XDG_RUNTIME_DIR", run)
	at := func(state string) string {
		t.Helper()
		d := runDSOM(t, daemon.Config{State: state, Socket: daemon.SocketAuto})
		defer d.end()
		s, err := d.admin.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Socket
	}
	one, two := t.TempDir(), t.TempDir()
	first, second := at(one), at(two)
	if filepath.Dir(first) != filepath.Join(run, "dsom") || first == second || at(one) != first {
		t.Errorf("the sockets are %q, %q", first, second)
	}
	if info, err := os.Stat(filepath.Dir(first)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has the mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(filepath.Dir(first), 0o777); err != nil {
		t.Fatal(err)
	}
	if got := at(one); got != "" {
		t.Errorf("in a folder that everybody may write to the daemon listens at %q", got)
	}
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(run, strings.Repeat("long", 30)))
	if got := at(one); got != "" {
		t.Errorf("at a path that is too long: %q", got)
	}
	t.Setenv("XDG_RUNTIME_DIR", "")
	if got := at(one); got != "" {
		t.Errorf("without a folder: %q", got)
	}
	service := filepath.Join(run, "service")
	t.Setenv("RUNTIME_DIRECTORY", service+":/elsewhere") // as systemd says it
	if got := at(one); filepath.Dir(got) != service || filepath.Base(got) != filepath.Base(first) {
		t.Errorf("as a service of systemd: %q", got)
	}
}

// TestSecure holds that nobody is sent to a server that is registered as secure and does not say that it refuses callers that are not identified: one that
// was started before, and one whose program does not know of it, which is told.
func TestSecure(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	yes, no := true, false
	plain := []string{"tcp:127.0.0.1:9"}
	stream, err := d.admin.Lease(ctx, admin.Registration{Name: "bank", Create: true, Incarnation: "x", Endpoints: plain})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	granted, err := stream.Next()
	if err != nil || granted.Secure {
		t.Fatalf("got %+v, %v", granted, err)
	}
	s, err := d.admin.Server(ctx, "bank")
	if err != nil {
		t.Fatal(err)
	}
	sent := func() error {
		_, err := locate(ctx, d, s.UUID)
		return err
	}
	if err := sent(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.admin.Update(ctx, "bank", admin.Change{Secure: &yes}); err != nil {
		t.Fatal(err)
	}
	var sys *exc.SystemException
	if err := sent(); !errors.As(err, &sys) || sys.Kind != exc.NoPermission || sys.Minor != exc.MinorNotIdentified || !strings.Contains(err.Error(), "registered as secure") {
		t.Errorf("a server that was started before: %v", err)
	}
	if err := d.admin.SetEndpoints(ctx, granted.Lease, append(plain, admin.IdentifiedCallers)); err != nil {
		t.Fatal(err)
	}
	if err := sent(); err != nil {
		t.Errorf("one that says so: %v", err)
	}
	if err := d.repository(t).Update(ctx, defined(t, d, "bank", func(f *wire.Definition) { f.Flags &^= wire.SecureMode })); err != nil {
		t.Fatal(err)
	}
	if s, err := d.admin.Server(ctx, "bank"); err != nil || s.Secure {
		t.Errorf("a program of DSOM has said that it is not secure: %v, %v", s.Secure, err)
	}
	if err := d.repository(t).Update(ctx, defined(t, d, "bank", func(f *wire.Definition) { f.Flags |= wire.SecureMode })); err != nil {
		t.Fatal(err)
	}
	if err := d.admin.Release(ctx, granted.Lease); err != nil {
		t.Fatal(err)
	}
	_ = stream.Close()
	invalid := &admin.Error{Code: admin.CodeInvalid}
	if _, err := d.admin.Lease(ctx, admin.Registration{Name: "bank", Incarnation: "y", Endpoints: plain}); !errors.Is(err, invalid) || !strings.Contains(err.Error(), "registered as secure") {
		t.Errorf("a program that does not say so: %v", err)
	}
	eventually(t, "the lease is free", func() bool {
		stream, err = d.admin.Lease(ctx, admin.Registration{Name: "bank", Incarnation: "y"})
		return err == nil
	})
	defer func() { _ = stream.Close() }()
	if granted, err = stream.Next(); err != nil || !granted.Secure {
		t.Fatalf("got %+v, %v", granted, err)
	}
	if err := d.admin.SetEndpoints(ctx, granted.Lease, plain); !errors.Is(err, invalid) || !strings.Contains(err.Error(), "--no-secure") {
		t.Errorf("a program that takes calls from anybody: %v", err)
	}
	if _, err := d.admin.Update(ctx, "bank", admin.Change{Secure: &no}); err != nil {
		t.Fatal(err)
	}
	if f := defined(t, d, "bank", func(*wire.Definition) {}); f.Secure || f.Flags&wire.SecureMode != 0 {
		t.Errorf("programs of DSOM are told %+v", f)
	}
}

// defined returns what is registered of a server, with a change.
func defined(t *testing.T, d *dsomDaemon, alias string, change func(*wire.Definition)) wire.Definition {
	t.Helper()
	f, err := d.repository(t).ByAlias(t.Context(), alias)
	if err != nil {
		t.Fatal(err)
	}
	change(&f)
	return f
}

// locate asks the daemon where a server's object is.
func locate(ctx context.Context, d *dsomDaemon, uuid string) (bool, error) {
	id, err := implrepo.ParseUUID(uuid)
	if err != nil {
		return false, err
	}
	key := ior.AppendKey(nil, ior.Key{Server: id, Adapter: "objects", ID: []byte("x")})
	p := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: d.port, Key: key}
	c := orb.StartCall(ctx, d.orb.NewRef(&ior.IOR{Profiles: []ior.Profile{p.Profile()}}), "ping", 0)
	for c.Next() {
	}
	if c.Returned() {
		return true, c.End()
	}
	err = c.End()
	var sys *exc.SystemException
	if errors.As(err, &sys) && !sys.Remote { // it was sent on, to where nobody listens
		return true, nil
	}
	return false, err
}
