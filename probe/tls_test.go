package probe_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
)

// TestTLS: what a call by TLS would come to, with real servers: what is good, and each thing that may be wrong.
func TestTLS(t *testing.T) {
	t.Parallel()
	ca, other := certs.New(t, "authority"), certs.New(t, "another")
	now := time.Now()
	good := ca.Issue(t, certs.Order{})
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	serve := func(p certs.Pair, clients string) uint16 {
		tr, err := tls.New(tls.Config{Certificate: p.Cert, Key: p.Key, Clients: clients, Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		o, err := orb.New(orb.Config{Transports: transport.Set{tcp.New(), tr}, Listen: []string{"tls:127.0.0.1:0"}, Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { o.Shutdown(context.Background()) })
		return o.Endpoints()[0].Port
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	go func() {
		for {
			c, err := plain.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "220 mail.example.org ESMTP\r\n")
			c.Close()
		}
	}()
	for name, c := range map[string]struct {
		port   uint16
		client tls.Config
		want   probe.Outcome
		words  string
	}{
		"good":      {serve(good, ""), tls.Config{Authorities: ca.File}, probe.Raised, "answers with an exception"},
		"expired":   {serve(ca.Issue(t, certs.Order{From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour)}), ""), tls.Config{Authorities: ca.File}, probe.TLSExpired, "has expired"},
		"early":     {serve(ca.Issue(t, certs.Order{From: now.Add(time.Hour)}), ""), tls.Config{Authorities: ca.File}, probe.TLSEarly, "not valid yet"},
		"name":      {serve(ca.Issue(t, certs.Order{Hosts: []string{"bank.example.org"}}), ""), tls.Config{Authorities: ca.File}, probe.TLSName, "not for 127.0.0.1"},
		"authority": {serve(good, ""), tls.Config{Authorities: other.File}, probe.TLSUnknown, "authority that is not known"},
		"system":    {serve(good, ""), tls.Config{}, probe.TLSUnknown, "authority that is not known"},
		"wanted":    {serve(good, ca.File), tls.Config{Authorities: ca.File}, probe.TLSWanted, "wants a certificate"},
		"shown":     {serve(good, ca.File), tls.Config{Authorities: ca.File, Certificate: good.Cert, Key: good.Key}, probe.Raised, "answers with an exception"},
		"refused":   {serve(good, other.File), tls.Config{Authorities: ca.File, Certificate: good.Cert, Key: good.Key}, probe.TLSRefused, "does not take the certificate"},
		"mail":      {uint16(plain.Addr().(*net.TCPAddr).Port), tls.Config{Authorities: ca.File}, probe.NotTLS, "does not speak TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.client.Logger = quiet
			tr, err := tls.New(c.client)
			if err != nil {
				t.Fatal(err)
			}
			p := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Key: []byte("nothing"), Components: []ior.Component{ior.SSL{Supports: ior.Sealed, Requires: ior.Sealed, Port: c.port}.Component()}}
			rep := (&probe.Prober{TLS: tr}).Probe(t.Context(), &ior.IOR{Profiles: []ior.Profile{p.Profile()}})
			if len(rep.Addresses) != 1 {
				t.Fatalf("got %s", text(t, rep))
			}
			f := rep.Addresses[0]
			if f.Outcome != c.want || !f.TLS || !strings.Contains(f.Problem, c.words) || f.Advice == "" {
				t.Errorf("got %s", text(t, rep))
			}
			if c.want == probe.Raised && !strings.Contains(f.Sealed, "TLS 1.3, ") || c.want == probe.Raised && !strings.Contains(f.Sealed, "certificate of CN=localhost,O=DSOM by CN=authority, until ") {
				t.Errorf("sealed: %q", f.Sealed)
			}
		})
	}
}

// absent is a transport by which nobody is there.
type absent string

func (a absent) Name() string { return string(a) }

func (absent) Dial(context.Context, transport.Endpoint) (transport.Conn, error) {
	return nil, errors.New("nobody is there")
}

func (absent) Listen(context.Context, transport.Endpoint) (transport.Listener, error) {
	return nil, errors.New("not here")
}

// TestTurns: in which order calls try what a reference names, and where they do not go.
func TestTurns(t *testing.T) {
	t.Parallel()
	profile := func(host string, port uint16, tls bool) ior.Profile {
		p := ior.IIOP{Version: cdr.V12, Host: host, Port: port, Key: []byte("k")}
		if tls {
			p.Components = []ior.Component{ior.SSL{Supports: ior.Integrity | ior.Confidentiality, Port: 9}.Component()}
		}
		return p.Profile()
	}
	named := func(port uint16, endpoints ...string) ior.Profile {
		return ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: port, Key: []byte("k"), Components: ior.NamedComponents(endpoints)}.Profile()
	}
	for _, c := range []struct {
		name     string
		profiles []ior.Profile
		want     string // each address with its turn
	}{
		{"names behind addresses", []ior.Profile{named(9, "netbios:ADA:139"), profile("127.0.0.2", 9, false)}, "127.0.0.1:9 1, netbios:ADA:139 2, 127.0.0.2:9 3"},
		{"names alone", []ior.Profile{named(0, "spx:00003053.020000000001:3053", "netbios:ADA:139")}, "spx:00003053.020000000001:3053 1, netbios:ADA:139 2"},
		{"one", []ior.Profile{profile("127.0.0.1", 9, false)}, "127.0.0.1:9 0"},
		{"plain", []ior.Profile{profile("127.0.0.1", 9, false), profile("127.0.0.2", 9, false)}, "127.0.0.1:9 1, 127.0.0.2:9 2"},
		{"TLS elsewhere", []ior.Profile{profile("127.0.0.1", 9, false), profile("127.0.0.2", 10, true), profile("127.0.0.3", 0, true)}, "127.0.0.1:9 0, 127.0.0.2:9 1, 127.0.0.2:10 0, 127.0.0.3:9 2"},
	} {
		rep := (&probe.Prober{Timeout: 2 * time.Second, NetBIOS: absent(netbios.Name), SPX: absent(spx.Name)}).Probe(t.Context(), &ior.IOR{Profiles: c.profiles})
		var got []string
		for _, f := range rep.Addresses {
			got = append(got, fmt.Sprintf("%s %d", f.Address, f.Turn))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: got %s, want %s", c.name, s, c.want)
		}
	}
}
