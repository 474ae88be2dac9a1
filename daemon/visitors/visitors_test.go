package visitors_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/visitors"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/proxied"
	"github.com/opendsom/dsom/transport/ws"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first string
		want  visitors.Kind
		said  string
	}{
		{"", visitors.Silent, ""},
		{"\x16\x03\x01\x02\x00\x01", visitors.TLS, ""},
		{"GET / HTTP/1.1\r\nHost: x", visitors.HTTP, "GET / HTTP/1.1"},
		{"OPTIONS * HTTP/1.0\r\n", visitors.HTTP, "OPTIONS * HTTP/1.0"},
		{"CONNECT a:1 HTTP/1.1", visitors.HTTP, "CONNECT a:1 HTTP/1.1"},
		{"PRI * HTTP/2.0\r\n\r\nSM", visitors.HTTP, "PRI * HTTP/2.0"},
		{"GET http://x/", visitors.HTTP, "GET http://x/"},
		{"SSH-2.0-OpenSSH_9\r\n", visitors.SSH, "SSH-2.0-OpenSSH_9"},
		{"\x00\x00\x00\x54\xffSMB\x72", visitors.SMB, ""},
		{"\x00\x00\x00\x54\xfeSMB\x40", visitors.SMB, ""},
		{"\x81\x00\x00\x44 ", visitors.SMB, ""},
		{"\x03\x00\x00\x13\x0e\xe0\x00", visitors.RDP, ""},
		{"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", visitors.Zeros, ""},
		{"GIOP\x01\x02", visitors.Partial, ""},
		{"GIOP\x02\x00\x00\x00", visitors.Version, "GIOP 2.0"},
		{"GIOP\x01\x07\x00\x00", visitors.Version, "GIOP 1.7"},
		{"GIO", visitors.Other, "GIO"},
		{"HELP\r\n", visitors.Other, "HELP"},
		{"get / x", visitors.Other, "get / x"},
		{"\x1b[2J\xff\u202e", visitors.Other, `\x1b[2J\xff\u202e`},
	} {
		if k, said := visitors.Classify([]byte(c.first)); k != c.want || said != c.said {
			t.Errorf("%q: got %s %q, want %s %q", c.first, k, said, c.want, c.said)
		}
		for n := range len(c.first) { // and whatever is missing of it
			visitors.Classify([]byte(c.first[:n]))
		}
	}
}

// A clock is set by a test.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func from(host string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(host), Port: 4000} }

func visit(v *visitors.Visitors, host, said string) {
	v.Left(orb.Visit{Peer: from(host), First: []byte(said)})
}

// TestRefuses holds who is refused, from when on, and until when.
func TestRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		host   string
		said   string
		visits int
		every  time.Duration
		spoke  time.Duration // before, the host spoke GIOP; 0: never
		want   bool
	}{
		"often":                           {host: "192.0.2.1", said: "GET / ", visits: 31, want: true},
		"not often enough":                {host: "192.0.2.1", said: "GET / ", visits: 30},
		"slowly":                          {host: "192.0.2.1", said: "GET / ", visits: 300, every: 3 * time.Second},
		"silently":                        {host: "192.0.2.1", visits: 300},
		"silently, and too often":         {host: "192.0.2.1", visits: 301, want: true},
		"this machine":                    {host: "127.0.0.9", said: "GET / ", visits: 1000},
		"this machine, by 6":              {host: "::1", said: "GET / ", visits: 1000},
		"by 6":                            {host: "2001:db8::1", said: "GET / ", visits: 31, want: true},
		"one whose clients are connected": {host: "192.0.2.50", said: "GET / ", visits: 1000},
		"this machine, by its address":    {host: "192.0.2.60", said: "GET / ", visits: 1000},
		"a proxy that looks":              {host: "192.0.2.70", visits: 1000},
		"a proxy, loud":                   {host: "192.0.2.71", said: "GET / ", visits: 1000},
		"one with clients":                {host: "192.0.2.1", said: "GET / ", visits: 1000, spoke: time.Second},
		"one that had clients":            {host: "192.0.2.1", said: "GET / ", visits: 31, spoke: 2 * time.Hour, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
			v := visitors.New(visitors.Options{Now: clock.now, Speaks: func(h string) bool { return h == "192.0.2.50" }, Ours: func(h string) bool { return h == "192.0.2.60" }, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.70/31")}})
			if c.spoke > 0 {
				v.Left(orb.Visit{Peer: from(c.host), Spoke: true})
				clock.at = clock.at.Add(c.spoke)
			}
			for range c.visits {
				if err := v.Admit(from(c.host)); err != nil {
					t.Fatalf("too early: %v", err)
				}
				visit(v, c.host, c.said)
				clock.at = clock.at.Add(c.every)
			}
			if n, _ := v.Counts(); (n[visitors.Silent]+n[visitors.HTTP] == 0) != (c.host == "192.0.2.70") {
				t.Errorf("counted as %v", n)
			}
			err := v.Admit(from(c.host))
			var refused *visitors.RefusedError
			if errors.As(err, &refused) != c.want {
				t.Fatalf("got %v", err)
			}
			if !c.want {
				return
			}
			if !strings.Contains(err.Error(), "30 times") {
				t.Errorf("%v does not name the limit", err)
			}
			if err := v.Admit(from("192.0.2.99")); err != nil {
				t.Errorf("another: %v", err)
			}
			if _, n := v.Counts(); n != 1 || v.Hosts()[0].Refused != 1 {
				t.Errorf("%d refused, %+v", n, v.Hosts())
			}
			clock.at = clock.at.Add(time.Minute)
			if err := v.Admit(from(c.host)); err != nil {
				t.Errorf("after its time: %v", err)
			}
		})
	}
}

// TestHosts holds what is told of hosts, and that no flood of them takes more memory.
func TestHosts(t *testing.T) {
	t.Parallel()
	clock := &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	v := visitors.New(visitors.Options{Now: clock.now, Speaks: func(h string) bool { return h == "192.0.2.50" }, Ours: func(h string) bool { return h == "192.0.2.60" }})
	for _, said := range []string{"GET / HTTP/1.0\r\n", "", "\x16\x03\x01"} {
		visit(v, "::ffff:192.0.2.1", said)
	}
	v.DSOM(from("192.0.2.2"), true)
	v.DSOM(from("192.0.2.2"), false)
	v.DSOM(nil, true)
	clock.at = clock.at.Add(time.Second)
	visit(v, "192.0.2.3", "hello")
	hosts := v.Hosts()
	got := []string{}
	for _, h := range hosts {
		got = append(got, fmt.Sprint(h.Host, h.Counts, h.Said, h.Scanner()))
	}
	want := "192.0.2.3map[other:1]hellofalse 192.0.2.1map[http:1 silent:1 tls:1]GET / HTTP/1.0true 192.0.2.2map[dsom:1 dsom-refused:1]false"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	for i := range 5000 {
		clock.at = clock.at.Add(time.Millisecond)
		visit(v, fmt.Sprintf("198.51.%d.%d", 100+i/250, i%250), "x")
		v.Left(orb.Visit{Peer: from(fmt.Sprintf("203.0.%d.%d", i/250, i%250)), Spoke: true})
	}
	if n := len(v.Hosts()); n > visitors.MaxHosts || n < visitors.MaxHosts*8/10 {
		t.Errorf("%d hosts are remembered", n)
	}
	if counts, _ := v.Counts(); counts[visitors.Other] < 5001 || counts[visitors.TLS] != 1 {
		t.Errorf("got %v", counts)
	}
	for range 31 {
		visit(v, "192.0.2.7", "x")
	}
	for i := range 3000 { // nor does a flood wipe out who is refused
		clock.at = clock.at.Add(time.Millisecond)
		visit(v, fmt.Sprintf("198.18.%d.%d", i/250, i%250), "x")
	}
	if v.Admit(from("192.0.2.7")) == nil {
		t.Error("who was refused is let in")
	}
	visit(v, "198.51.119.249", "x")
	clock.at = clock.at.Add(time.Millisecond)
	visit(v, "2001:db8::1", "x")
	visit(v, "2001:db8::2:1", "x")
	if h := v.Hosts()[0]; h.Host != "2001:db8::/64" || h.Counts[visitors.Other] != 2 {
		t.Errorf("got %+v", h)
	}
}

// TestRefusedBelow: who is refused before a word of GIOP is counted by why; a proxy is counted, and kept away never.
func TestRefusedBelow(t *testing.T) {
	v := visitors.New(visitors.Options{})
	peer := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9), Port: 1}
	v.Left(orb.Visit{Peer: peer, Refused: &transport.HandshakeError{Reason: transport.CertificateExpired, Peer: "192.0.2.9:1"}})
	v.Left(orb.Visit{Peer: peer, Refused: &ws.RefusedError{Status: 403, Peer: "192.0.2.9:1", Text: "no"}})
	v.Left(orb.Visit{Peer: peer, Refused: &ws.FrameError{Code: 1002, Text: "odd\x1b"}})
	v.Left(orb.Visit{Peer: peer, Spoke: true, Refused: &ws.FrameError{Code: 1002, Text: "late"}}) // a client
	for range 1000 {
		v.Proxy(peer, errors.New("no header"))
	}
	counts, _ := v.Counts()
	if counts[visitors.TLSRefused] != 1 || counts[visitors.WebRefused] != 2 || counts[visitors.ProxyRefused] != 1000 || len(counts) != 3 {
		t.Errorf("got %v", counts)
	}
	if err := v.Admit(peer); err != nil {
		t.Error(err)
	}
	if h := v.Hosts(); len(h) != 1 || h[0].Said != "no header" {
		t.Errorf("got %+v", h)
	}
}

// TestProxyInItsNetwork: a proxy is let in, whatever its neighbours in the same /64 do; a client that its header names by the proxy's own address is a client.
func TestProxyInItsNetwork(t *testing.T) {
	t.Parallel()
	clock := &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	v := visitors.New(visitors.Options{Now: clock.now, Proxies: []netip.Prefix{netip.MustParsePrefix("2001:db8::7/128"), netip.MustParsePrefix("192.0.2.70/32")}})
	for range 31 {
		visit(v, "2001:db8::8", "GET / HTTP/1.1")
	}
	if err := v.Admit(from("2001:db8::8")); err == nil {
		t.Error("a loud one is let in")
	}
	if err := v.Admit(from("2001:db8::7")); err != nil {
		t.Errorf("its neighbour, a proxy, is not: %v", err)
	}
	named := proxied.Addr{At: netip.MustParseAddrPort("192.0.2.70:4000"), By: "192.0.2.70:5000"}
	for range 31 {
		v.Left(orb.Visit{Peer: named, First: []byte("GET / HTTP/1.1")})
	}
	if err := v.Admit(named); err == nil {
		t.Error("a loud client that has the proxy's address is let in")
	}
	if err := v.Admit(from("192.0.2.70")); err != nil {
		t.Errorf("the proxy is not: %v", err)
	}
}
