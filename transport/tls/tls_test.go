package tls_test

import (
	"bytes"
	"context"
	ctls "crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/proxied"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var here = transport.Endpoint{Network: tls.Name, Host: "127.0.0.1"}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func newTransport(t testing.TB, c tls.Config) *tls.Transport {
	t.Helper()
	if c.Logger == nil {
		c.Logger = quiet()
	}
	tr, err := tls.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

func TestSuite(t *testing.T) {
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	transporttest.Run(t, transporttest.Subject{
		Transport: newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key, Authorities: ca.File, Clients: ca.File}),
		Endpoint:  here, Lazy: runtime.GOOS != "windows", Allocates: 1, // crypto/tls opens each record anew
	})
}

// pair returns the ends of a connection between two transports, or what each was told.
func pair(t *testing.T, client, server transport.Transport) (a, b transport.Conn, dialled, accepted error) {
	t.Helper()
	l, err := server.Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var both sync.WaitGroup
	both.Go(func() {
		if b, accepted = l.Accept(); accepted == nil {
			t.Cleanup(func() { b.Close() })
			if accepted = b.(interface{ Handshake() error }).Handshake(); accepted != nil {
				b.Close()
			}
		}
	})
	e := l.Endpoint()
	e.Network = client.Name()
	if a, dialled = client.Dial(t.Context(), e); dialled == nil {
		t.Cleanup(func() { a.Close() })
	} else {
		l.Close()
	}
	if client.Name() != tls.Name {
		return a, nil, dialled, nil
	}
	both.Wait()
	return a, b, dialled, accepted
}

func reasonOf(err error) (transport.Reason, string) {
	var e *transport.HandshakeError
	if !errors.As(err, &e) {
		return 255, ""
	}
	return e.Reason, e.Error()
}

// TestWrongCertificates: each is refused, by the side that sees it, with an error that says what is wrong; and the other side is told.
func TestWrongCertificates(t *testing.T) {
	t.Parallel()
	ca, other := certs.New(t, "authority"), certs.New(t, "another")
	good := ca.Issue(t, certs.Order{})
	now := time.Now()
	server := func(p certs.Pair) tls.Config { return tls.Config{Certificate: p.Cert, Key: p.Key} }
	client := tls.Config{Authorities: ca.File}
	mutual := tls.Config{Certificate: good.Cert, Key: good.Key, Clients: ca.File}
	with := func(p certs.Pair) tls.Config {
		return tls.Config{Authorities: ca.File, Certificate: p.Cert, Key: p.Key}
	}
	expired := ca.Issue(t, certs.Order{From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour)})
	own := func(p certs.Pair, authorities string) tls.Config {
		return tls.Config{Authorities: authorities, Certificate: p.Cert, Key: p.Key, KnowOwn: true}
	}
	const none = transport.Reason(255)
	for name, c := range map[string]struct {
		server, client tls.Config
		sees, told     transport.Reason // by the client, and by the server
		words          string           // of the client's error
	}{
		"good":                           {server(good), client, none, none, ""},
		"expired":                        {server(expired), client, transport.CertificateExpired, transport.CertificateRefused, "has expired"},
		"early":                          {server(ca.Issue(t, certs.Order{From: now.Add(time.Hour)})), client, transport.CertificateEarly, transport.CertificateRefused, "not valid yet"},
		"name":                           {server(ca.Issue(t, certs.Order{Hosts: []string{"bank.example.org"}})), client, transport.WrongName, transport.CertificateRefused, "for another name"},
		"authority":                      {server(other.Issue(t, certs.Order{})), client, transport.UnknownAuthority, transport.CertificateRefused, "not known here"},
		"system":                         {server(good), tls.Config{}, transport.UnknownAuthority, transport.CertificateRefused, "not known here"},
		"itself":                         {server(good), own(good, ""), none, none, ""},
		"itself, expired":                {server(expired), own(expired, ""), transport.CertificateExpired, transport.CertificateRefused, "has expired"},
		"itself, by another's authority": {server(good), own(good, other.File), none, none, ""},
		"another by itself":              {server(ca.Issue(t, certs.Order{})), own(good, ""), transport.UnknownAuthority, transport.CertificateRefused, "not known here"},
		"known beside it":                {server(other.Issue(t, certs.Order{})), own(good, other.File), none, none, ""},
		"named otherwise":                {server(ca.Issue(t, certs.Order{Hosts: []string{"bank.example.org"}})), tls.Config{Authorities: ca.File, ServerName: "bank.example.org"}, none, none, ""},
		"client":                         {mutual, with(ca.Issue(t, certs.Order{Name: "teller"})), none, none, ""},
		"no client":                      {mutual, client, transport.NoCertificate, transport.NoCertificate, "was shown none"},
		"client's":                       {mutual, with(other.Issue(t, certs.Order{})), transport.CertificateRefused, transport.UnknownAuthority, "does not take the certificate"},
		"client's, expired":              {mutual, with(expired), transport.CertificateRefused, transport.CertificateExpired, "does not take the certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b, dialled, accepted := pair(t, newTransport(t, c.client), newTransport(t, c.server))
			err := dialled
			if dialled == nil { // in TLS 1.3 the server's word comes with what is read first
				a.SetDeadline(time.Now().Add(time.Minute))
				if accepted == nil {
					if _, err := b.Write([]byte("x")); err != nil {
						t.Fatal(err)
					}
				}
				_, err = a.Read(make([]byte, 1))
			}
			if got, text := reasonOf(err); got != c.sees || !strings.Contains(text, c.words) || c.sees == none && err != nil {
				t.Errorf("the client: %v", err)
			}
			if got, _ := reasonOf(accepted); got != c.told || c.told == none && accepted != nil {
				t.Errorf("the server: %v, want %v", accepted, c.told)
			}
			if name == "client" {
				if k := transport.IdentityOf(b); !k.Sealed || k.Name() != "cert:CN=teller,O=DSOM" {
					t.Errorf("the client is %+v", k.Name())
				}
				if k := transport.IdentityOf(a); !k.Sealed || k.Name() != "cert:CN=localhost,O=DSOM" {
					t.Errorf("the server is %+v", k.Name())
				}
			}
		})
	}
}

// TestNotTLS: servers that say something else, nothing, or good-bye.
func TestNotTLS(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says string
		ends bool
		lim  time.Duration // of the handshake
		want transport.Reason
	}{
		"GIOP": {"GIOP\x01\x00\x01\x06\x00\x00\x00\x00", false, time.Minute, transport.NotTLS},
		"HTTP": {"HTTP/1.1 400 Bad Request\r\n\r\n", true, time.Minute, transport.NotTLS},
		"end":  {"", true, time.Minute, transport.NotTLS},
		"mute": {"", false, time.Second, transport.HandshakeTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			var served sync.WaitGroup
			defer served.Wait()
			served.Go(func() {
				s, err := l.Accept()
				if err != nil {
					return
				}
				defer s.Close()
				_, _ = s.Read(make([]byte, 4096))
				_, _ = io.WriteString(s, c.says)
				if !c.ends {
					_, _ = io.Copy(io.Discard, s)
				}
			})
			lim := new(limits.Limits)
			lim.SetTime(limits.ConnectTimeout, c.lim)
			client := newTransport(t, tls.Config{Limits: lim})
			_, err = client.Dial(t.Context(), transport.Endpoint{Network: tls.Name, Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port)})
			if got, _ := reasonOf(err); got != c.want {
				t.Errorf("got %v, want %v", err, c.want)
			}
			l.Close()
		})
	}
}

// TestStrangers: who does not speak TLS to a server is told apart, by his first octets; one who speaks GIOP is heard, and nobody takes him for sealed.
func TestStrangers(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	for name, c := range map[string]struct {
		says string
		want transport.Reason
	}{
		"HTTP": {"POST / HTTP/1.1\r\n\r\n", transport.NotTLS},
		"SSH":  {"SSH-2.0-OpenSSH\r\n", transport.NotTLS},
		"zero": {strings.Repeat("\x00", 64), transport.NotTLS},
		"half": {"\x16\x03\x01\x02\x00\x01", transport.HandshakeTimeout},
		"lie":  {"\x16\x03\x01\xff\xff", transport.NotTLS},
		"GIOP": {"GIOP\x01\x02\x01\x00\x00\x00\x00\x00", 255},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lim := new(limits.Limits)
			lim.SetTime(limits.ConnectTimeout, time.Minute)
			if c.want == transport.HandshakeTimeout {
				lim.SetTime(limits.ConnectTimeout, time.Second)
			}
			l, err := newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key, Limits: lim}).Listen(t.Context(), here)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			a, err := net.Dial("tcp", l.Endpoint().Address())
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			b, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if _, err := b.Write([]byte("x")); err == nil {
				t.Error("a server writes before it knows what is spoken")
			}
			if _, err := io.WriteString(a, c.says); err != nil {
				t.Fatal(err)
			}
			chunk, n, err := b.ReadChunk()
			if got, _ := reasonOf(err); got != c.want {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if c.want != 255 {
				return
			}
			if string(chunk[:n]) != c.says || transport.IdentityOf(b).Sealed || !transport.IdentityOf(b).Plain {
				t.Errorf("read %q, %+v", chunk[:n], transport.IdentityOf(b))
			}
			chunk.Free()
			v := net.Buffers{[]byte("an"), []byte("swer")}
			if _, err := b.WriteBuffers(&v); err != nil {
				t.Fatal(err)
			}
			if err := b.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(a); string(got) != "answer" || err != nil {
				t.Errorf("the client reads %q, %v", got, err)
			}
		})
	}
}

// TestVersions: 1.2 only where it is allowed, and nothing older.
func TestVersions(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	for _, c := range []struct {
		allowed bool
		speaks  uint16
		good    bool
	}{{false, ctls.VersionTLS13, true}, {false, ctls.VersionTLS12, false}, {true, ctls.VersionTLS12, true}, {true, ctls.VersionTLS11, false}} {
		server := newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key, TLS12: c.allowed})
		l, err := server.Listen(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			b, err := l.Accept()
			if err == nil {
				err = b.(interface{ Handshake() error }).Handshake()
				b.Close()
			}
			done <- err
		}()
		a, err := ctls.Dial("tcp", l.Endpoint().Address(), &ctls.Config{InsecureSkipVerify: true, MinVersion: ctls.VersionTLS10, MaxVersion: c.speaks})
		if err == nil {
			if v := a.ConnectionState().Version; v != c.speaks {
				t.Errorf("%s is spoken", ctls.VersionName(v))
			}
			a.Close()
		}
		if shaken := <-done; (err == nil) != c.good || (shaken == nil) != c.good {
			t.Errorf("1.2 allowed %v, peer with %s: %v, %v", c.allowed, ctls.VersionName(c.speaks), err, shaken)
		}
		l.Close()
	}
	// And a client that has been told nothing meets a server that knows 1.2 alone.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	key, err := ctls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	old := ctls.NewListener(l, &ctls.Config{Certificates: []ctls.Certificate{key}, MaxVersion: ctls.VersionTLS12})
	go func() {
		for {
			b, err := old.Accept()
			if err != nil {
				return
			}
			_ = b.(*ctls.Conn).Handshake()
			b.Close()
		}
	}()
	at := transport.Endpoint{Network: tls.Name, Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port)}
	_, err = newTransport(t, tls.Config{Authorities: ca.File}).Dial(t.Context(), at)
	if got, _ := reasonOf(err); got != transport.NoCommonVersion {
		t.Errorf("got %v", err)
	}
	c, err := newTransport(t, tls.Config{Authorities: ca.File, TLS12: true}).Dial(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

// TestReload: a certificate that is replaced is shown to the next client; one that cannot be used leaves all as it was, and is told once.
func TestReload(t *testing.T) {
	t.Parallel()
	ca, next := certs.New(t, "authority"), certs.New(t, "next")
	p := ca.Issue(t, certs.Order{Name: "first"})
	var log lines
	server := newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	roots := filepath.Join(t.TempDir(), "roots.pem")
	copyFile(t, roots, ca.File)
	client := newTransport(t, tls.Config{Authorities: roots})
	shown := func() string {
		t.Helper()
		a, _, dialled, accepted := pair(t, client, server)
		if dialled != nil || accepted != nil {
			return "none"
		}
		return transport.IdentityOf(a).Name()
	}
	if got := shown(); got != "cert:CN=first,O=DSOM" {
		t.Errorf("got %s", got)
	}
	old, _, _, _ := pair(t, client, server)
	ca.IssueTo(t, certs.Order{Name: "second certificate"}, p)
	if got := shown(); got != "cert:CN=second certificate,O=DSOM" {
		t.Errorf("got %s", got)
	}
	if got := transport.IdentityOf(old).Name(); got != "cert:CN=first,O=DSOM" {
		t.Errorf("a connection that there was is %s", got)
	}
	copyFile(t, p.Cert, ca.Issue(t, certs.Order{Name: "of another key"}).Cert)
	for range 2 {
		if got := shown(); got != "cert:CN=second certificate,O=DSOM" {
			t.Errorf("got %s", got)
		}
	}
	if n := strings.Count(log.String(), "cannot be used"); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	if err := server.Reload(); err == nil || !strings.Contains(err.Error(), p.Cert) {
		t.Errorf("Reload: %v", err)
	}
	// The other side: another authority.
	next.IssueTo(t, certs.Order{Name: "third"}, p)
	if got := shown(); got != "none" {
		t.Errorf("got %s", got)
	}
	copyFile(t, roots, next.File)
	if got := shown(); got != "cert:CN=third,O=DSOM" {
		t.Errorf("got %s", got)
	}
}

// lines is a log.
type lines struct {
	sync.Mutex
	b bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.Lock()
	defer l.Unlock()
	return l.b.String()
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to+".new", b, 0o600)
	}
	if err == nil {
		err = os.Rename(to+".new", to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestUnusable: what cannot be used is said when the transport is made, with the file.
func TestUnusable(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p, q := ca.Issue(t, certs.Order{}), ca.Issue(t, certs.Order{})
	none := filepath.Join(t.TempDir(), "none.pem")
	text := filepath.Join(t.TempDir(), "text.pem")
	if err := os.WriteFile(text, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config tls.Config
		want   []string
	}{
		"no file":      {tls.Config{Certificate: none}, []string{"the certificate", none}},
		"no key":       {tls.Config{Certificate: p.Cert}, []string{p.Cert}},
		"no key file":  {tls.Config{Certificate: p.Cert, Key: none}, []string{"the private key", none}},
		"another key":  {tls.Config{Certificate: p.Cert, Key: q.Key}, []string{p.Cert, q.Key}},
		"a key alone":  {tls.Config{Key: p.Key}, []string{"no certificate"}},
		"authorities":  {tls.Config{Authorities: text}, []string{"authorities", text}},
		"clients":      {tls.Config{Clients: none}, []string{"authorities", none}},
		"text":         {tls.Config{Certificate: text}, []string{text}},
		"the secrets'": {tls.Config{KeyLog: filepath.Join(none, "x")}, []string{"secrets", none}},
	} {
		_, err := tls.New(c.config)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q in it", name, err, want)
			}
		}
	}
	tr := newTransport(t, tls.Config{})
	if l, err := tr.Listen(t.Context(), here); err == nil || !strings.Contains(err.Error(), "needs a certificate") {
		t.Errorf("got %v, %v", l, err)
	}
}

// TestSNI: the server is told the name, as it was called or as was configured.
func TestSNI(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{Hosts: []string{"localhost", "bank.example.org"}})
	key, err := ctls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	names := make(chan string, 2)
	l, err := ctls.Listen("tcp", "127.0.0.1:0", &ctls.Config{GetCertificate: func(h *ctls.ClientHelloInfo) (*ctls.Certificate, error) {
		names <- h.ServerName
		return &key, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			b, err := l.Accept()
			if err != nil {
				return
			}
			_ = b.(*ctls.Conn).Handshake()
			b.Close()
		}
	}()
	for config, want := range map[string]string{"": "localhost", "bank.example.org": "bank.example.org"} {
		c, err := newTransport(t, tls.Config{Authorities: ca.File, ServerName: config}).Dial(t.Context(),
			transport.Endpoint{Network: tls.Name, Host: "localhost", Port: uint16(l.Addr().(*net.TCPAddr).Port)})
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if got := <-names; got != want {
			t.Errorf("the server was told %q, want %q", got, want)
		}
	}
}

// TestKeyLog: secrets are written where that was asked for, and the environment alone does not ask.
func TestKeyLog(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SSLKEYLOGFILE", filepath.Join(dir, "environment"))
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	server := newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key})
	log := filepath.Join(dir, "asked")
	for _, c := range []tls.Config{{Authorities: ca.File}, {Authorities: ca.File, KeyLog: log}} {
		if _, _, dialled, accepted := pair(t, newTransport(t, c), server); dialled != nil || accepted != nil {
			t.Fatal(dialled, accepted)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "environment")); err == nil {
		t.Error("the variable was heeded")
	}
	b, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(b), "CLIENT_TRAFFIC_SECRET_0 ") {
		t.Errorf("%q, %v", b, err)
	}
	if info, err := os.Stat(log); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestDialGivenUp: a handshake that nobody answers ends with the caller's context.
func TestDialGivenUp(t *testing.T) {
	t.Parallel()
	l, err := tcp.New().Listen(t.Context(), transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err = newTransport(t, tls.Config{}).Dial(ctx, transport.Endpoint{Network: tls.Name, Host: "127.0.0.1", Port: l.Endpoint().Port})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A brittle connection fails in the middle of the write that is the last.
type brittle struct {
	transport.Conn
	left int // octets it takes; negative: all
}

func (b *brittle) Write(p []byte) (int, error) {
	if b.left < 0 || b.left >= len(p) {
		if b.left >= 0 {
			b.left -= len(p)
		}
		return b.Conn.Write(p)
	}
	n, _ := b.Conn.Write(p[:b.left])
	b.Conn.Close()
	return n, io.ErrClosedPipe
}

// TestFailedWrite: of a write that fails no octet counts as unwritten that the peer can read, and the next is told of the failure.
func TestFailedWrite(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	tr := newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key, Authorities: ca.File})
	l, err := tr.Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := l.Endpoint()
	at.Network = tcp.Name
	raw, err := tcp.New().Dial(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	come := make(chan int, 1)
	go func() {
		n := 0
		defer func() { come <- n }()
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for b := make([]byte, 1<<16); err == nil; {
			var k int
			k, err = c.Read(b)
			n += k
		}
	}()
	b := &brittle{raw, -1}
	c, err := tr.Client(t.Context(), b, at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b.left = 230_000 // some records, and a part of one
	n, err := c.Write(make([]byte, 1<<20))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the write: %v", err)
	}
	if got := <-come; n < got || got < 229_000 {
		t.Errorf("%d octets were written and %d read", n, got)
	}
	if n, err := c.Write([]byte("more")); n != 0 || err == nil {
		t.Errorf("the next write: %d, %v", n, err)
	}
}

// TestBehindAProxy: the header of a proxy comes before the handshake, and the client is whom it names.
func TestBehindAProxy(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{})
	proxies, err := proxied.Prefixes("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	server := newTransport(t, tls.Config{Certificate: p.Cert, Key: p.Key, Carrier: proxied.New(tcp.New(), proxied.Config{Proxies: proxies, Logger: quiet()})})
	l, err := server.Listen(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := l.Endpoint()
	at.Network = tcp.Name
	raw, err := tcp.New().Dial(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Write([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x0a\x01\x02\x03\x7f\x00\x00\x01\x00\x07\x0b\xed")); err != nil {
		t.Fatal(err)
	}
	go func() {
		if c, err := newTransport(t, tls.Config{Authorities: ca.File}).Client(t.Context(), raw, at); err == nil {
			_, _ = c.Write([]byte("sealed"))
			_ = c.CloseWrite()
		}
	}()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	text, err := io.ReadAll(c)
	if string(text) != "sealed" || err != nil || c.RemoteAddr().String() != "10.1.2.3:7" {
		t.Errorf("%q from %v, %v", text, c.RemoteAddr(), err)
	}
	raw.Close()
}

// TestResumed: the second connection to a server resumes the first's session, who calls being known as before; with new files, old keys or another server there is no resuming, and who
// is not to be known any more is refused.
func TestResumed(t *testing.T) {
	t.Parallel()
	ca, other := certs.New(t, "authority"), certs.New(t, "another")
	own, staff := ca.Issue(t, certs.Order{Name: "bank"}), ca.Issue(t, certs.Order{Name: "teller"})
	known := filepath.Join(t.TempDir(), "known.pem")
	copyFile(t, known, ca.File)
	conf := tls.Config{Certificate: own.Cert, Key: own.Key, Clients: known}
	server := newTransport(t, conf)
	client := newTransport(t, tls.Config{Certificate: staff.Cert, Key: staff.Key, Authorities: ca.File})
	listen := func(s *tls.Transport) transport.Listener {
		l, err := s.Listen(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l
	}
	l := listen(server)
	// meet connects, and says whether both sides resumed; a refusal is an error.
	meet := func(l transport.Listener) (resumed bool, err error) {
		t.Helper()
		served := make(chan error, 1)
		var who, how string
		go func() {
			s, err := l.Accept()
			if err == nil {
				defer s.Close()
				if err = s.(interface{ Handshake() error }).Handshake(); err == nil {
					who, how = transport.IdentityOf(s).Name(), s.(interface{ String() string }).String()
					_, err = s.Write([]byte("x")) // behind the tickets
				}
			}
			served <- err
		}()
		c, err := client.Dial(t.Context(), l.Endpoint())
		if err != nil {
			<-served
			return false, err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		_, err = io.ReadFull(c, make([]byte, 1))
		if bad := <-served; bad != nil || err != nil {
			return false, errors.Join(bad, err)
		}
		resumed = strings.Contains(how, "resumed")
		if mine := strings.Contains(c.(interface{ String() string }).String(), "resumed"); mine != resumed {
			t.Errorf("the client has resumed: %v, and the server: %v", mine, resumed)
		}
		if who != "cert:CN=teller,O=DSOM" {
			t.Errorf("the client is known as %q", who)
		}
		return resumed, nil
	}
	want := func(what string, l transport.Listener, resumed bool) {
		t.Helper()
		if got, err := meet(l); err != nil || got != resumed {
			t.Errorf("%s: resumed %v, %v; want %v", what, got, err, resumed)
		}
	}
	want("the first", l, false)
	want("the second", l, true)
	want("the third", l, true)
	elsewhere := listen(newTransport(t, conf))
	want("another server", elsewhere, false)
	want("another server again", elsewhere, true)
	ca.IssueTo(t, certs.Order{Name: "bank"}, own)
	want("with a new certificate", l, false)
	want("with a new certificate again", l, true)
	tls.Later(server, 25*time.Hour)
	want("a day later, with the old key", l, true)
	want("with the new one", l, true)
	tls.Later(server, 100*time.Hour)
	want("after days without anybody", l, false)
	copyFile(t, known, other.File)
	if resumed, err := meet(l); err == nil {
		t.Errorf("who is not to be known any more is let in (resumed %v)", resumed)
	}
}
