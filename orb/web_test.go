package orb_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/proxyhttp"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/oneport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

func webOf(t *testing.T, c ws.Config) *ws.Transport {
	t.Helper()
	w, err := ws.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func profileOf(t *testing.T, ref any) (*ior.IOR, ior.IIOP) {
	t.Helper()
	r := orb.RefOf(ref.(orb.Object)).IOR()
	p, err := r.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	return r, p
}

// TestOnePort: plain IIOP, TLS, and WebSocket plain and sealed are served at one port, and references name all four.
func TestOnePort(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	sealed, err := tls.New(tls.Config{Certificate: own.Cert, Key: own.Key, Authorities: ca.File})
	if err != nil {
		t.Fatal(err)
	}
	web, sealedWeb := webOf(t, ws.Config{}), webOf(t, ws.Config{TLS: sealed})
	ways := map[string]transport.Set{"tcp": {tcp.New()}, "tls": {tcp.New(), sealed}, "ws": {web}, "wss": {sealedWeb}, "all": {tcp.New(), sealed, web, sealedWeb}}
	for _, require := range []bool{false, true} {
		o, root := newORB(t, func(c *orb.Config) {
			c.Transports = transport.Set{oneport.New(tcp.New(), oneport.Config{TLS: sealed, Web: web}), sealed, web}
			c.Listen, c.RequireTLS = []string{"tcp:127.0.0.1:0"}, require
		})
		ref, err := EchoClass.Activate(root, new(echo))
		if err != nil {
			t.Fatal(err)
		}
		full, p := profileOf(t, ref)
		port := o.Endpoints()[0].Port
		want := []string{"ws", "wss"}
		if plain := port; require {
			want, plain = want[1:], 0
			if p.Port != plain {
				t.Errorf("the reference has port %d", p.Port)
			}
		}
		var got []string
		for _, n := range p.Web() {
			network, at, _ := strings.Cut(n, ":")
			if got = append(got, network); at != (transport.Endpoint{Host: "127.0.0.1", Port: port}).Address() {
				t.Errorf("%s is not at port %d", n, port)
			}
		}
		if s, ok := p.TLS(); !ok || s.Port != port || !slices.Equal(got, want) {
			t.Errorf("TLS is at %v, and WebSockets are %q; want port %d, %q", s, got, port, want)
		}
		for name, way := range ways {
			client := newClient(t, func(c *orb.Config) { c.Transports = way })
			err := EchoClass.Unchecked(client.NewRef(full)).Ping(t.Context())
			if refused := require && (name == "tcp" || name == "ws"); refused != (err != nil) {
				t.Errorf("%s, where TLS is required (%v): %v", name, require, err)
			}
			client = newClient(t, func(c *orb.Config) { c.Transports, c.CallTLSOnly = way, true })
			err = EchoClass.Unchecked(client.NewRef(full)).Ping(t.Context())
			if refused := name == "tcp" || name == "ws"; refused != (err != nil) {
				t.Errorf("%s, by a client that requires TLS: %v", name, err)
			}
		}
		// a plain WebSocket, asked for by hand, where it must not be served
		at := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Key: p.Key, Components: ior.WebComponents([]string{transport.Endpoint{Network: ws.Name, Host: "127.0.0.1", Port: port}.String()})}
		client := newClient(t, func(c *orb.Config) { c.Transports = transport.Set{web} })
		err = EchoClass.Unchecked(client.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{at.Profile()}})).Ping(t.Context())
		if require != (err != nil) {
			t.Errorf("a plain WebSocket where TLS is required (%v): %v", require, err)
		}
	}
}

// TestWebAlone: a server that takes WebSockets alone is called by URLs and by its references, through a proxy, and by no ORB without the transport.
func TestWebAlone(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(c *orb.Config) {
		c.Transports, c.Listen = transport.Set{webOf(t, ws.Config{})}, []string{"ws:127.0.0.1:0/orb"}
	})
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	full, p := profileOf(t, ref)
	at := o.Endpoints()[0]
	if got := p.Web(); len(got) != 1 || got[0] != at.String() || p.Port != 0 || at.Path != "/orb" {
		t.Fatalf("the reference names %q, port %d; the ORB listens at %v", got, p.Port, at)
	}
	proxy := proxyhttp.Start(t)
	for _, c := range []struct {
		name string
		by   transport.Transport
		url  string
		bad  string
	}{
		{"its reference", webOf(t, ws.Config{}), full.String(), ""},
		{"a URL", webOf(t, ws.Config{}), (&ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "ws", Version: cdr.V12, Host: at.Host, Port: at.Port, Path: "/orb"}}, Key: p.Key}).String(), ""},
		{"another path", webOf(t, ws.Config{}), (&ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "ws", Version: cdr.V12, Host: at.Host, Port: at.Port}}, Key: p.Key}).String(), "404"},
		{"a proxy", webOf(t, ws.Config{Proxy: "http://" + proxy.Address}), full.String(), ""},
		{"a proxy that is not there", webOf(t, ws.Config{Proxy: "http://127.0.0.1:1"}), full.String(), "refused"},
		{"TCP alone", tcp.New(), full.String(), "no transport"},
	} {
		client := newClient(t, func(cfg *orb.Config) { cfg.Transports = transport.Set{c.by} })
		r, err := client.Resolve(t.Context(), c.url)
		if err == nil {
			err = EchoClass.Unchecked(r).Ping(t.Context())
		}
		if c.bad == "" && err != nil || c.bad != "" && (err == nil || !strings.Contains(err.Error(), c.bad)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if asked := proxy.Asked(); len(asked) != 1 || asked[0].To != at.Address() {
		t.Errorf("the proxy was asked for %v", asked)
	}
}

// TestWebBehindTCP: a WebSocket is tried where plain IIOP leads nowhere, and rules hold for its address, too.
func TestWebBehindTCP(t *testing.T) {
	t.Parallel()
	web := webOf(t, ws.Config{})
	o, root := newORB(t, func(c *orb.Config) {
		c.Transports, c.Listen = transport.Set{tcp.New(), web}, []string{"tcp:127.0.0.1:0", "ws:127.0.0.1:0"}
	})
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	full, p := profileOf(t, ref)
	p.Port = 1
	full = &ior.IOR{TypeID: full.TypeID, Profiles: []ior.Profile{p.Profile()}}
	port := transport.Endpoint{Host: "127.0.0.1", Port: o.Endpoints()[1].Port}.Address()
	for rule, good := range map[string]bool{"": true, port + "=@refuse": false, "127.0.0.1:1=@refuse": true} {
		client := newClient(t, func(c *orb.Config) { c.Transports, c.Connect = transport.Set{tcp.New(), web}, rule })
		if err := EchoClass.Unchecked(client.NewRef(full)).Ping(t.Context()); good != (err == nil) {
			t.Errorf("by the rule %q: %v", rule, err)
		}
	}
}

// TestRefusedAtTheDoor: the door is told why the transport has refused a client: for its page's origin, or for the certificate that it has not shown. Others are told of as ever.
func TestRefusedAtTheDoor(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	sealed, err := tls.New(tls.Config{Certificate: own.Cert, Key: own.Key, Authorities: ca.File, Clients: ca.File, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := tls.New(tls.Config{Authorities: ca.File})
	if err != nil {
		t.Fatal(err)
	}
	d := &door{left: make(chan orb.Visit, 1)}
	o, _ := newORB(t, func(c *orb.Config) {
		c.Transports = transport.Set{oneport.New(tcp.New(), oneport.Config{TLS: sealed, Web: webOf(t, ws.Config{})}), sealed}
		c.Listen, c.Door = []string{"tcp:127.0.0.1:0"}, d
	})
	at := o.Endpoints()[0]
	say := func(text string) {
		t.Helper()
		c, err := net.Dial("tcp", at.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		_ = c.(*net.TCPConn).CloseWrite()
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.ReadAll(c)
	}
	head := "GET / HTTP/1.1\r\nHost: x\r\n"
	say(head + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: giop.omniorb.net\r\nOrigin: https://evil.example.org\r\n\r\n")
	var refused *ws.RefusedError
	if v := <-d.left; !errors.As(v.Refused, &refused) || refused.Status != 403 || v.Spoke {
		t.Errorf("of a page of another origin: %+v", v)
	}
	say(head + "\r\n")
	if v := <-d.left; v.Refused != nil || !strings.HasPrefix(string(v.First), "GET / ") {
		t.Errorf("of a browser: %+v", v)
	}
	at.Network = tls.Name
	if c, err := stranger.Dial(t.Context(), at); err == nil { // who learns what is wrong when he reads
		_, _ = c.Read(make([]byte, 1))
		_ = c.Close()
	}
	var shake *transport.HandshakeError
	if v := <-d.left; !errors.As(v.Refused, &shake) {
		t.Errorf("of one without a certificate: %+v", v)
	}
}
