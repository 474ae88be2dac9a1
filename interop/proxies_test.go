//go:build linux

package interop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/proxies"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/oneport"
	"github.com/opendsom/dsom/transport/proxied"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

// A fronted server is a naming service that takes plain IIOP, TLS and WebSockets at one port, and remembers from where it was called.
type fronted struct {
	port    uint16
	address string
	orb     *orb.ORB
	ca      *certs.Authority
	client  *tls.Transport

	mu      sync.Mutex
	callers []string
	refused []string
}

// newFronted returns a server; who calls from the addresses of proxies begins with a header.
func newFronted(t *testing.T, by ...string) *fronted {
	t.Helper()
	f := &fronted{ca: certs.New(t, "interop")}
	own, teller := f.ca.Issue(t, certs.Order{Name: "names"}), f.ca.Issue(t, certs.Order{Name: "teller"})
	carrier := tcp.New()
	if len(by) > 0 {
		list, err := proxied.Prefixes(strings.Join(by, ","))
		if err != nil {
			t.Fatal(err)
		}
		carrier = proxied.New(carrier, proxied.Config{Proxies: list, Logger: slog.New(slog.DiscardHandler), Refused: func(_ net.Addr, why error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.refused = append(f.refused, why.Error())
		}})
	}
	sealed, err := tls.New(tls.Config{Certificate: own.Cert, Key: own.Key, Authorities: f.ca.File, Clients: f.ca.File})
	if err != nil {
		t.Fatal(err)
	}
	if f.client, err = tls.New(tls.Config{Certificate: teller.Cert, Key: teller.Key, Authorities: f.ca.File}); err != nil {
		t.Fatal(err)
	}
	web, err := ws.New(ws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	o := newORB(t, orb.Config{
		Listen: []string{"tcp:127.0.0.1:0"}, Transports: transport.Set{oneport.New(carrier, oneport.Config{TLS: sealed, Web: web}), sealed, web}, Publish: "127.0.0.1 127.0.0.9=front.example.org:4711",
		ServerInterceptors: []orb.ServerInterceptor{func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
			who := "nobody"
			if at := orb.Peer(ctx); at != nil {
				who = at.String()
			}
			if k := orb.Caller(ctx); k.Name() != "" {
				who += " " + k.Name()
			}
			f.mu.Lock()
			f.callers = append(f.callers, who)
			f.mu.Unlock()
			return next(ctx)
		}},
	})
	if _, err := naming.New(t.Context(), naming.Config{Store: newStore(t), Root: poa.New(o)}); err != nil {
		t.Fatal(err)
	}
	f.orb, f.port = o, o.Endpoints()[0].Port
	f.address = fmt.Sprintf("127.0.0.1:%d", f.port)
	return f
}

// caller is from where it was called last.
func (f *fronted) caller() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.callers) == 0 {
		return "nobody"
	}
	return f.callers[len(f.callers)-1]
}

// calls is how often it was called.
func (f *fronted) calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.callers)
}

// A fromHost is TCP from one address of this machine.
type fromHost struct {
	transport.Transport
	host netip.Addr
}

func (f fromHost) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(f.host, 0))}
	c, err := d.DialContext(ctx, "tcp", e.Address())
	if err != nil {
		return nil, err
	}
	return transport.Wrap(c), nil
}

// call has a client bind, list and resolve names by a URL: short messages, many at once, and one of 60,000 octets.
func (f *fronted) call(t *testing.T, o *orb.ORB, url string) error {
	t.Helper()
	ref, err := o.Resolve(t.Context(), url)
	if err != nil {
		return err
	}
	root, err := cosnaming.NamingContextClass.Narrow(t.Context(), ref)
	if err != nil {
		return err
	}
	const many, long = 60, 1000
	errs := make(chan error, many)
	for i := range many { // at once, over one connection
		go func() {
			errs <- root.Rebind(t.Context(), cosnaming.Name{{Id: fmt.Sprint(i), Kind: strings.Repeat("k", long)}}, ref)
		}()
	}
	for range many {
		err = errors.Join(err, <-errs)
	}
	if err != nil {
		return err
	}
	list, _, err := root.List(t.Context(), 1000)
	if err == nil && len(list) != many {
		err = fmt.Errorf("%d names, want %d", len(list), many)
	}
	return err
}

// clientFrom returns a client that calls from an address of this machine.
func (f *fronted) clientFrom(t *testing.T, host string) *orb.ORB {
	t.Helper()
	carrier := fromHost{tcp.New(), netip.MustParseAddr(host)}
	teller := f.ca.Issue(t, certs.Order{Name: "teller"})
	sealed, err := tls.New(tls.Config{Certificate: teller.Cert, Key: teller.Key, Authorities: f.ca.File, Carrier: carrier})
	if err != nil {
		t.Fatal(err)
	}
	web, err := ws.New(ws.Config{Carrier: carrier})
	if err != nil {
		t.Fatal(err)
	}
	sealedWeb, err := ws.New(ws.Config{Carrier: carrier, TLS: sealed})
	if err != nil {
		t.Fatal(err)
	}
	return newORB(t, orb.Config{Transports: transport.Set{carrier, sealed, web, sealedWeb}})
}

// TestHAProxy: behind HAProxy, which tells who calls by version 2 of the PROXY protocol, with checksum and unique ids and without, a server knows its clients by their own addresses and certificates,
// by whichever protocol they call; HAProxy's checks find it alive, a client without a header, or with one of version 1, is refused where HAProxy alone is heard, and references name for each client what rules say for his address.
func TestHAProxy(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "curl", Package: "curl"})
	f := newFronted(t, "127.0.0.3")
	plain, summed, old, bare, stats := freeport.Hold(t), freeport.Hold(t), freeport.Hold(t), freeport.Hold(t), freeport.Hold(t)
	front := func(name string, port int, options string) string {
		return fmt.Sprintf("listen %s\n  mode tcp\n  bind 127.0.0.1:%d\n  server s %s source 127.0.0.3 %s\n", name, port, f.address, options)
	}
	proxies.HAProxy(t, plain, front("plain", plain, "send-proxy-v2 check inter 100")+front("summed", summed, "send-proxy-v2 proxy-v2-options crc32c,unique-id,ssl,authority")+front("old", old, "send-proxy")+front("bare", bare, "")+
		fmt.Sprintf("frontend stats\n  mode http\n  bind 127.0.0.1:%d\n  stats enable\n  stats uri /\n", stats))
	for _, port := range []int{plain, summed} {
		for _, x := range []struct{ scheme, who string }{{"iiop:1.2@", ""}, {"ssliop:1.2@", " cert:CN=teller,O=DSOM"}, {"ws:", ""}, {"wss:", " cert:CN=teller,O=DSOM"}} {
			url := fmt.Sprintf("corbaloc:%s127.0.0.1:%d/NameService", x.scheme, port)
			if err := f.call(t, f.clientFrom(t, "127.0.0.9"), url); err != nil {
				t.Errorf("%s: %v", url, err)
				continue
			}
			host, _, _ := strings.Cut(f.caller(), ":")
			if _, who, _ := strings.Cut(f.caller(), " "); host != "127.0.0.9" || " "+who != x.who && who != x.who {
				t.Errorf("%s: the caller is taken for %q", url, f.caller())
			}
		}
	}
	// references name for their reader what a rule says for his address
	o := f.clientFrom(t, "127.0.0.9")
	root, err := o.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", plain))
	if err != nil {
		t.Fatal(err)
	}
	names, err := cosnaming.NamingContextClass.Narrow(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	made, err := names.NewContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := orb.RefOf(made.(orb.Object)).IOR().Profiles[0].IIOP()
	if err != nil || p.Host != "front.example.org" || p.Port != 4711 {
		t.Errorf("a reference names %s:%d, %v", p.Host, p.Port, err)
	}

	var sys *exc.SystemException
	for name, port := range map[string]int{"version 1": old, "no header": bare} {
		if err := f.call(t, f.clientFrom(t, "127.0.0.9"), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", port)); !errors.As(err, &sys) {
			t.Errorf("%s is taken: %v", name, err)
		}
	}
	f.mu.Lock()
	refused := strings.Join(f.refused, "\n")
	f.mu.Unlock()
	if !strings.Contains(refused, "version 1") || !strings.Contains(refused, "does not begin with a header") {
		t.Errorf("refused are\n%s", refused)
	}
	soon(t, "HAProxy finds the server alive", func() bool {
		out, err := peer.Output(t, "curl", "-s", fmt.Sprintf("http://127.0.0.1:%d/;csv", stats))
		return err == nil && strings.Contains(out, "plain,s,") && strings.Contains(out, "L4OK")
	})
	// beside HAProxy it is called as ever
	if err := f.call(t, f.clientFrom(t, "127.0.0.9"), "corbaloc:iiop:1.2@"+f.address+"/NameService"); err != nil || !strings.HasPrefix(f.caller(), "127.0.0.9:") {
		t.Errorf("not by HAProxy: %v, called by %s", err, f.caller())
	}
}

// throughSquid returns a client that calls by WebSocket through a proxy alone.
func (f *fronted) throughSquid(t *testing.T, proxy string) *orb.ORB {
	t.Helper()
	web, err := ws.New(ws.Config{Proxy: proxy})
	if err != nil {
		t.Fatal(err)
	}
	sealedWeb, err := ws.New(ws.Config{Proxy: proxy, TLS: f.client})
	if err != nil {
		t.Fatal(err)
	}
	return newORB(t, orb.Config{Transports: transport.Set{web, sealedWeb}})
}

// TestSquid: calls go through Squid by its method CONNECT, as WebSockets plain and sealed, by name and by address, with a user and password where it wants them; what it forbids, cannot reach, or wants and does not get, is told with its own words, and so
// by the probe.
func TestSquid(t *testing.T) {
	t.Parallel()
	f := newFronted(t)
	program, users := proxies.SquidPasswords(t, "bank", "sec:ret")
	dead := freeport.Hold(t)
	open, closed, guarded := freeport.Hold(t), freeport.Hold(t), freeport.Hold(t)
	proxies.Squid(t, open, "acl CONNECT method CONNECT\nhttp_access allow CONNECT localhost\nhttp_access deny all")
	proxies.Squid(t, closed, fmt.Sprintf("acl good port %d\nhttp_access deny !good\nhttp_access deny all", dead))
	proxies.Squid(t, guarded, fmt.Sprintf("auth_param basic program %s %s\nauth_param basic realm bank\nacl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all", program, users))
	at := func(user string, port int) string { return fmt.Sprintf("http://%s127.0.0.1:%d", user, port) }
	for _, proxy := range []string{at("", open), at("bank:sec%3Aret@", guarded)} {
		for _, x := range []struct{ url, who string }{
			{"corbaloc:ws:" + f.address, ""}, {"corbaloc:wss:" + f.address, " cert:CN=teller,O=DSOM"}, {fmt.Sprintf("corbaloc:wss:localhost:%d", f.port), " cert:CN=teller,O=DSOM"},
		} {
			if err := f.call(t, f.throughSquid(t, proxy), x.url+"/NameService"); err != nil {
				t.Errorf("%s through %s: %v", x.url, proxy, err)
			} else if _, who, _ := strings.Cut(f.caller(), " "); strings.TrimSpace(x.who) != who {
				t.Errorf("%s through %s: the caller is taken for %q", x.url, proxy, f.caller())
			}
		}
	}
	for name, c := range map[string]struct{ proxy, url, want string }{
		"forbidden":      {at("", closed), "corbaloc:ws:" + f.address, "403 Forbidden"},
		"nobody known":   {at("", guarded), "corbaloc:ws:" + f.address, "407 Proxy Authentication Required"},
		"wrong password": {at("bank:secret@", guarded), "corbaloc:wss:" + f.address, "407 Proxy Authentication Required"},
		"nobody there":   {at("", open), fmt.Sprintf("corbaloc:ws:127.0.0.1:%d", dead), "503 Service Unavailable"},
		"no proxy":       {at("", int(f.port)), "corbaloc:ws:" + f.address, "the proxy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := f.throughSquid(t, c.proxy)
			err := f.call(t, o, c.url+"/NameService")
			var sys *exc.SystemException
			if !errors.As(err, &sys) || sys.Completed != exc.No || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			u, err := ior.ParseURL(c.url + "/NameService")
			if err != nil {
				t.Fatal(err)
			}
			web, err := ws.New(ws.Config{Proxy: c.proxy})
			if err != nil {
				t.Fatal(err)
			}
			sealedWeb, err := ws.New(ws.Config{Proxy: c.proxy, TLS: f.client})
			if err != nil {
				t.Fatal(err)
			}
			r := (&probe.Prober{TLS: f.client, Web: transport.Set{web, sealedWeb}}).Probe(t.Context(), u.Reference())
			if r.Reachable || len(r.Addresses) != 1 || r.Addresses[0].Outcome != probe.NoWeb || !strings.Contains(r.Addresses[0].Problem, c.want) {
				t.Errorf("the probe says %+v", r)
			}
		})
	}
}

// TestNginx: nginx as reverse proxy leads WebSockets on, plain and with TLS of its own, by their path among others; where it gives none it is told so. A connection that it ends since nothing goes over it is made anew, and nothing is carried out twice.
func TestNginx(t *testing.T) {
	t.Parallel()
	f := newFronted(t)
	own := f.ca.Issue(t, certs.Order{Name: "nginx"})
	plain, sealed := freeport.Hold(t), freeport.Hold(t)
	location := func(path, to, more string) string {
		return fmt.Sprintf("location %s { proxy_pass http://%s/; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header X-Forwarded-For $remote_addr; %s }\n", path, to, more)
	}
	proxies.Nginx(t, plain, "map $http_upgrade $connection_upgrade { default upgrade; '' close; }\n"+
		fmt.Sprintf("server { listen 127.0.0.1:%d;\nlisten 127.0.0.1:%d ssl;\nssl_protocols TLSv1.2 TLSv1.3;\nssl_certificate %s;\nssl_certificate_key %s;\n", plain, sealed, own.Cert, own.Key)+
		location("/orb", f.address, "")+location("/hasty", f.address, "proxy_read_timeout 1s;")+location("/dead", freeport.Dead(t), "")+
		"location /plain { proxy_pass http://"+f.address+"/; }\nlocation / { return 404; }\n}")
	client := func() *orb.ORB {
		web, err := ws.New(ws.Config{})
		if err != nil {
			t.Fatal(err)
		}
		sealedWeb, err := ws.New(ws.Config{TLS: f.client})
		if err != nil {
			t.Fatal(err)
		}
		return newORB(t, orb.Config{Transports: transport.Set{web, sealedWeb}})
	}
	for _, url := range []string{fmt.Sprintf("corbaloc:ws:127.0.0.1:%d%%2Forb/NameService", plain), fmt.Sprintf("corbaloc:wss:localhost:%d%%2Forb/NameService", sealed), fmt.Sprintf("ws://127.0.0.1:%d/orb#NameService", plain)} {
		if err := f.call(t, client(), url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for path, want := range map[string]string{"": "404 Not Found", "%2Fdead": "502 Bad Gateway", "%2Fplain": "does not answer by HTTP"} {
		err := f.call(t, client(), fmt.Sprintf("corbaloc:ws:127.0.0.1:%d%s/NameService", plain, path))
		if sys := (*exc.SystemException)(nil); !errors.As(err, &sys) || sys.Completed != exc.No || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}

	// it ends what is not used for a second
	o := client()
	ref, err := o.Resolve(t.Context(), fmt.Sprintf("corbaloc:ws:127.0.0.1:%d%%2Fhasty/NameService", plain))
	if err != nil {
		t.Fatal(err)
	}
	root, err := cosnaming.NamingContextClass.Narrow(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		before := f.calls()
		if _, _, err := root.List(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if n := f.calls() - before; n != 1 {
			t.Errorf("a call was carried out %d times", n)
		}
		from, _, _ := strings.Cut(f.caller(), " ")
		soon(t, "the connection is ended", func() bool {
			return !slices.ContainsFunc(f.orb.Peers(), func(p orb.PeerCount) bool { return p.Peer == from })
		})
	}
}
