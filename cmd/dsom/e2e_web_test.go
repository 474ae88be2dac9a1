//go:build linux

package main

import (
	"net"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/proxyhttp"
	"github.com/opendsom/dsom/ior"
)

// TestWebEndToEnd holds a daemon and a server that it starts, both with WebSockets, the daemon with TLS at the same port: a client behind a proxy of HTTP, to which nothing else is
// open, finds the server by its name; a persistent reference leads by WebSocket to the daemon, and on to the server; a page of another origin gets nothing.
func TestWebEndToEnd(t *testing.T) {
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{Name: "bank"})
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0", "--web", "--tls-listen", "same", "--tls-certificate", p.Cert, "--tls-key", p.Key)
	h.addBank("-e", "DSOM_WEB=true")
	h.must("server", "start", "bank")
	ref := strings.TrimSpace(h.must("name", "resolve", "bank/main"))
	u, err := ior.ParseURL(ref)
	if err != nil || u.IOR == nil {
		t.Fatalf("%q: %v", ref, err)
	}
	b, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	web := b.Web()
	if len(web) != 2 || web[0] != "ws:"+h.address || web[1] != "wss:"+h.address {
		t.Fatalf("the reference leads to %q by WebSocket; the daemon is at %s", web, h.address)
	}

	proxy := proxyhttp.Start(t)
	through := []string{"env", "DSOM_WEB_PROXY=http://" + proxy.Address}
	b.Host, b.Port = "192.0.2.1", 9 // as behind a firewall: nothing else leads there
	b = b.Without(ior.TagAlternateIIOPAddress)
	far := (&ior.IOR{TypeID: u.IOR.TypeID, Profiles: []ior.Profile{b.Profile()}}).String()
	if got := h.runBy(through, "call", "--idl", bankIDL, far, "balance"); got.out != "0\n" {
		t.Errorf("through the proxy: %+v", got)
	}
	asked := proxy.Asked()
	if len(asked) == 0 || asked[0].To != h.address {
		t.Errorf("the proxy was asked for %v, and the daemon is at %s", asked, h.address)
	}
	sealed := []string{"env", "DSOM_TLS_AUTHORITIES=" + ca.File}
	for _, x := range []struct {
		by  []string
		url string
	}{
		{nil, "corbaname:ws:" + h.address + "#bank/main"}, {sealed, "corbaname:wss:" + h.address + "#bank/main"}, {sealed, "corbaname:ssliop:1.2@" + h.address + "#bank/main"},
	} {
		if got := h.runBy(x.by, "ior", "--probe", x.url); got.status != 0 || !strings.Contains(got.out, "reachable") {
			t.Errorf("probing %s: %+v", x.url, got)
		}
		if got := h.runBy(x.by, "call", "--idl", bankIDL, x.url, "balance"); got.out != "0\n" {
			t.Errorf("by %s: %+v", x.url, got)
		}
	}

	// what is no server of WebSocket
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 512))
			_, _ = c.Write([]byte("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
			_ = c.Close()
		}
	}()
	if got := h.run("ior", "--probe", "corbaloc:ws:"+l.Addr().String()+"/x"); got.status == 0 || !strings.Contains(got.out, "no-websocket") || !strings.Contains(got.out, "404 Not Found") {
		t.Errorf("probing another server: %+v", got)
	}

	if answer := saying(t, h, "GET / HTTP/1.1\r\nHost: "+h.address+"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+
		"Sec-WebSocket-Protocol: giop.omniorb.net\r\nOrigin: http://"+h.address+"\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 403 ") {
		t.Errorf("a page is answered %q", answer)
	}
	saying(t, h, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	d, err := admin.Open(h.state)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "both are counted, each by what it is", func() bool {
		v, err := d.Visitors(t.Context())
		return err == nil && v.Counts["websocket-refused"] == 1 && v.Counts["http"] == 1
	})
}
