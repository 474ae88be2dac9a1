//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
)

// A wiretap is TCP that keeps all octets which it sends, to whichever port.
type wiretap struct {
	transport.Transport
	mu   sync.Mutex
	sent map[uint16]*bytes.Buffer // by the port that they went to
}

func newWiretap() *wiretap { return &wiretap{Transport: tcp.New(), sent: map[uint16]*bytes.Buffer{}} }

func (w *wiretap) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	c, err := w.Transport.Dial(ctx, e)
	if err != nil {
		return nil, err
	}
	return &tapped{c, w, e.Port}, nil
}

func (w *wiretap) keep(port uint16, b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent[port] == nil {
		w.sent[port] = new(bytes.Buffer)
	}
	w.sent[port].Write(b)
}

// has reports to which ports what was sent in which a text is, and in how many it was sent anything.
func (w *wiretap) has(text string) (at []uint16, ports int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for port, b := range w.sent {
		if bytes.Contains(b.Bytes(), []byte(text)) {
			at = append(at, port)
		}
	}
	return at, len(w.sent)
}

type tapped struct {
	transport.Conn
	wire *wiretap
	port uint16
}

func (c *tapped) Write(b []byte) (int, error) {
	c.wire.keep(c.port, b)
	return c.Conn.Write(b)
}

func (c *tapped) WriteBuffers(v *net.Buffers) (int64, error) {
	for _, b := range *v {
		c.wire.keep(c.port, b)
	}
	return c.Conn.WriteBuffers(v)
}

// tappedClient returns an ORB that calls by TCP, and by TLS where it is told of authorities, by way of a wiretap.
func tappedClient(t *testing.T, authorities string, alone bool) (*orb.ORB, *wiretap) {
	t.Helper()
	w := newWiretap()
	by := transport.Set{w}
	if authorities != "" {
		sealed, err := tls.New(tls.Config{Authorities: authorities, Carrier: w})
		if err != nil {
			t.Fatal(err)
		}
		by = append(by, sealed)
	}
	o, err := orb.New(orb.Config{Transports: by, CallTLSOnly: alone, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	return o, w
}

// sealedPort returns the daemon's port of TLS, as its naming service's references say it.
func (h *house) sealedPort() string {
	h.t.Helper()
	u, err := ior.ParseURL(strings.TrimSpace(h.must("name", "resolve", "bank")))
	if err != nil || u.IOR == nil {
		h.t.Fatal(err)
	}
	b, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		h.t.Fatal(err)
	}
	sealed, ok := b.TLS()
	if !ok {
		h.t.Fatalf("the naming service names no port of TLS: %+v", b)
	}
	return strconv.Itoa(int(sealed.Port))
}

func isSystem(err error, kind exc.Kind, minor uint32) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && sys.Kind == kind && sys.Minor == minor && sys.Completed == exc.No
}

// TestNothingInClear has a client that speaks plain IIOP too call an object of a server that takes TLS alone, by the name that it has, before and after the server was
// started anew: nothing that it sends can be read on the way, neither what it says nor what it calls. A client that speaks nothing but TLS calls it as well. Beside it, that a
// server which takes plain IIOP is called in clear shows that the wire is read.
func TestNothingInClear(t *testing.T) {
	for name, more := range map[string][]string{"daemon takes both": nil, "daemon requires TLS": {"--tls-require"}, "at one port": {"--tls-listen", "same"}} {
		t.Run(name, func(t *testing.T) {
			ca := certs.New(t, "authority")
			own := ca.Issue(t, certs.Order{Name: "bank"})
			h := newHouse(t)
			plain := freeport.Dead(t)
			h.startDaemon(append([]string{"--listen", plain, "--tls-listen", "127.0.0.1:0", "--tls-certificate", own.Cert, "--tls-key", own.Key}, more...)...)
			h.addBank("-e", "DSOM_TLS_CERTIFICATE="+own.Cert, "-e", "DSOM_TLS_KEY="+own.Key, "-e", "DSOM_TLS_AUTHORITIES="+ca.File, "-e", "DSOM_REQUIRE_TLS=true")
			h.within = append(h.within, "env", "DSOM_TLS_AUTHORITIES="+ca.File)
			h.must("server", "start", "bank")
			const secret, operation = "the owner's secret name", "_set_owner"
			url := "corbaname:ssliop:1.2@127.0.0.1:" + h.sealedPort() + "#bank/main"
			for _, alone := range []bool{false, true} {
				o, w := tappedClient(t, ca.File, alone)
				a := account(t, o, url)
				for _, again := range []string{"first", "after it was stopped", "after it was killed"} {
					switch again {
					case "after it was stopped":
						h.must("server", "stop", "bank")
					case "after it was killed":
						killServer(t, h.server("bank").Run.PID)
					}
					if err := a.SetOwner(t.Context(), secret); err != nil {
						t.Fatalf("%s: %v", again, err)
					}
				}
				for _, text := range []string{secret, operation, "objects", "GIOP"} {
					if at, ports := w.has(text); len(at) != 0 || ports < 2 {
						t.Errorf("TLS alone %v: %q can be read on the way to the ports %v, of %d", alone, text, at, ports)
					}
				}
				if got, err := a.Owner(t.Context()); err != nil || got != secret {
					t.Errorf("the owner is %q, %v", got, err)
				}
			}
			for _, require := range []string{"false", "true"} {
				if got := h.runBy(append(h.within, "DSOM_REQUIRE_TLS="+require), "call", "--idl", bankIDL, url, "owner"); got.out != `"`+secret+`"`+"\n" {
					t.Errorf("the owner by the command line, TLS alone %s: %+v", require, got)
				}
			}

			// One without TLS is told so before it sends anything.
			o, w := tappedClient(t, "", false)
			u, err := ior.ParseURL(strings.TrimSpace(h.must("name", "resolve", "bank/main")))
			if err != nil {
				t.Fatal(err)
			}
			a := account(t, o, u.String())
			if err := a.SetOwner(t.Context(), secret); !isSystem(err, exc.NoPermission, exc.MinorNeedsTLS) {
				t.Errorf("without TLS: %v", err)
			}
			if _, ports := w.has(""); ports != 0 {
				t.Errorf("without TLS something was sent to %d ports", ports)
			}

			if slices.Equal(more, []string{"--tls-require"}) { // what comes in plain is refused
				b, err := u.IOR.Profiles[0].IIOP()
				if err != nil {
					t.Fatal(err)
				}
				for _, of := range []string{"NameService", string(b.Key)} {
					at, err := transport.ParseEndpoint("tcp:" + plain)
					if err != nil {
						t.Fatal(err)
					}
					url := (&ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "iiop", Version: cdr.V12, Host: at.Host, Port: at.Port}}, Key: []byte(of)}).String()
					if _, err := account(t, o, url).Owner(t.Context()); !isSystem(err, exc.NoPermission, exc.MinorNotSealed) {
						t.Errorf("the daemon answers %q in plain: %v", of, err)
					}
				}
				found := h.run("doctor", "--json").out
				for _, want := range []string{"calls are taken by TLS alone", "the naming service is reached there"} {
					if !strings.Contains(found, want) {
						t.Errorf("the doctor does not say that %s:\n%s", want, found)
					}
				}
				if got := h.run("regimpl", "-S"); got.status != 0 {
					t.Errorf("what speaks as SOM's DSOM: %+v", got)
				}
				return
			}
			h.must("server", "add", "open", "--", h.script("open", "exec "+h.program+" __demo-bank-server --data "+h.data+"2"))
			if err := account(t, o, h.url("open")).SetOwner(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
			if at, _ := w.has(secret); len(at) == 0 {
				t.Error("what goes over the wire in clear was not seen")
			}
		})
	}
}

// TestTLSWithoutDaemons: a server that takes TLS alone does not come up beside a daemon that takes none, and says what to do; nor does a daemon that is to take nothing else and
// has nowhere to, or is to answer by what is never sealed.
func TestTLSWithoutDaemons(t *testing.T) {
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{Name: "bank"})
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank("-e", "DSOM_TLS_CERTIFICATE="+own.Cert, "-e", "DSOM_TLS_KEY="+own.Key, "-e", "DSOM_REQUIRE_TLS=true")
	if got := h.run("server", "start", "bank"); got.status == 0 || !strings.Contains(h.must("server", "logs", "bank"), "--tls-listen") {
		t.Errorf("a server that takes TLS alone: %+v", got)
	}
	h.stopDaemon()
	seals := []string{"--tls-listen", "127.0.0.1:0", "--tls-certificate", own.Cert, "--tls-key", own.Key, "--tls-require"}
	for want, args := range map[string][]string{
		"--tls-require is given, and calls are taken nowhere by TLS": {"--tls-require"},
		"--udp: nothing is sealed there":                             append(seals, "--udp", "loopback"),
		"--link: nothing is sealed there":                            append(seals, "--link", "lo"),
	} {
		if got := h.run(append([]string{"daemon", "--state", h.state, "--listen", "127.0.0.1:0"}, args...)...); got.status == 0 || !strings.Contains(got.err, want) {
			t.Errorf("%q: got %+v", args, got)
		}
	}
}
