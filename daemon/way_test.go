package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// TestWays holds of which servers all clients get the same reference, made once: of those that say each address themselves, where the daemon has no names in NetBIOS, which may change while a
// server runs.
func TestWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		endpoint string
		one      bool
	}{
		{"tcp:127.0.0.1:1", true}, {"tcp:example.org:1", true}, {"tcp:[::1]:1", true}, {"unix:/run/x", true},
		{"tcp::1", false}, {"tcp:0.0.0.0:1", false}, {"tcp:[::]:1", false}, {admin.PublishedPrefix + "example.org", false}, {"nonsense", true}, // which is nowhere, for all
	} {
		plain, named := &locator{log: slog.New(slog.DiscardHandler)}, &locator{log: slog.New(slog.DiscardHandler), named: &named{}}
		if w := plain.newWay([]string{c.endpoint}); w.one != c.one {
			t.Errorf("%s: the same for all: %t", c.endpoint, w.one)
		}
		if w := named.newWay([]string{c.endpoint}); w.one {
			t.Errorf("%s: the same for all with names in NetBIOS", c.endpoint)
		}
	}
}

// TestWaysFromVantages holds that who is sent to a server that listens everywhere is sent where he would have been, had nobody been sent there before, and that the reference is
// made once for those who come one after the other and are sent to the same place.
func TestWaysFromVantages(t *testing.T) {
	t.Parallel()
	const away = "192.0.2.77" // which this machine does not have, so that clients by loopback stay there
	for _, c := range []struct {
		rules string
		once  bool
	}{{away, true}, {"example.org," + away, true}, {"@auto", false}, {"10.0.0.0/8=a.example " + away, false}} {
		o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Publish: c.rules})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = o.Shutdown(context.Background()) }()
		l := &locator{log: slog.New(slog.DiscardHandler), orb: o, id: identity{Host: away}}
		w := l.newWay([]string{"tcp::7", "unix:/run/x"})
		var last *ior.IOR
		for i, by := range []struct {
			peer, key string
			same      bool // as before
		}{
			{"127.0.0.1", "one", false}, {"127.0.0.1", "one", true}, {"198.51.100.1", "one", false}, {"198.51.100.2", "one", true}, {"198.51.100.2", "two", false},
			{"127.0.0.1", "two", false}, {"127.0.0.2", "two", false}, {"127.0.0.2", "two", true}, {"10.0.0.1", "two", false}, {"198.51.100.2", "two", true},
		} {
			ctx := orb.WithPeer(t.Context(), &net.TCPAddr{IP: net.ParseIP(by.peer), Port: 9})
			got := w.reference(ctx, l, []byte(by.key))
			if want := l.newWay(w.endpoints).reference(ctx, l, []byte(by.key)); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %d: %s is sent to %v, not to %v", c.rules, i, by.peer, got, want)
			}
			if made := got != last; made == (by.same && c.once) {
				t.Errorf("%s, %d: a reference was made for %s: %t", c.rules, i, by.peer, made)
			}
			last = got
		}
		if err := o.SetDaemon("example.org:1", orb.DaemonTLS{}); err != nil {
			t.Fatal(err)
		}
		if w.reference(orb.WithPeer(t.Context(), &net.TCPAddr{IP: net.ParseIP("198.51.100.2")}), l, []byte("two")) == last {
			t.Errorf("%s: what was made by rules that are no more is given out", c.rules)
		}
	}
}

// TestWaySaysWhatTLSWants: the reference by which clients are sent to a server says that they must show a certificate, where the server says so, as its own references do; one of a server that does not say it
// is as it was.
func TestWaySaysWhatTLSWants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		endpoints []string
		port      uint16
		want      ior.SSL
	}{
		{[]string{"tls:127.0.0.1:7"}, 0, ior.SSL{Supports: 0x3e, Requires: 0x06, Port: 7}},
		{[]string{"tls:127.0.0.1:7", admin.CertifiedClients}, 0, ior.SSL{Supports: 0x7e, Requires: 0x46, Port: 7}},
		{[]string{"tcp:127.0.0.1:6", "tls:127.0.0.1:7"}, 6, ior.SSL{Supports: 0x3f, Requires: 0x01, Port: 7}},
		{[]string{admin.CertifiedClients, "tcp:127.0.0.1:6", "tls:127.0.0.1:7", admin.IdentifiedCallers}, 6, ior.SSL{Supports: 0x7f, Requires: 0x01, Port: 7}},
		{[]string{"tcp:127.0.0.1:6", "clients:", "clients:certified:1", admin.CertifiedClients}, 6, ior.SSL{}},
	} {
		l := &locator{log: slog.New(slog.DiscardHandler)}
		to := l.newWay(c.endpoints).reference(t.Context(), l, []byte("key"))
		if len(to.Profiles) != 1 {
			t.Fatalf("%v: %v", c.endpoints, to)
		}
		b, err := to.Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := b.TLS(); got != c.want || b.Port != c.port {
			t.Errorf("%v: port %d, %+v, want %+v", c.endpoints, b.Port, got, c.want)
		}
	}
}

// TestOtherDaemons: where clients are sent that another machine's daemon is to serve, by what that says of itself, lies included.
func TestOtherDaemons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addresses []string
		tls       *cluster.TLS
		want      string // host:port of each profile, and the port of TLS
	}{
		{[]string{"ada:3053"}, nil, "ada:3053"},
		{[]string{"ada:3053"}, &cluster.TLS{Addresses: []string{"ada:3055"}}, "ada:3053 tls 3055"},
		{[]string{"ada:3055"}, &cluster.TLS{Addresses: []string{"ada:3055"}, Require: true}, "ada:0 tls 3055"},
		{[]string{"ada:3053"}, &cluster.TLS{Addresses: []string{"b:3055", "ada"}, Mutual: true}, "ada:3053 b:0 tls 3055"},
		{[]string{"ada:3053"}, &cluster.TLS{Require: true}, ""}, // it takes TLS alone, nowhere
		{[]string{"ada", "ada:0", "ada:x", "ada:70000", ""}, &cluster.TLS{Addresses: []string{"\x00", "ada:"}}, ""},
	} {
		var all []string
		for _, raw := range atDaemon(placesOf(c.addresses, c.tls), []byte("key")).Profiles {
			b, err := raw.IIOP()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s:%d", b.Host, b.Port))
			if s, ok := b.TLS(); ok {
				all = append(all, fmt.Sprint("tls ", s.Port))
			}
		}
		if got := strings.Join(all, " "); got != c.want {
			t.Errorf("%v, %+v: got %q, want %q", c.addresses, c.tls, got, c.want)
		}
	}
}

// FuzzWays has servers say anything of where they take calls: it is made a reference, or none.
func FuzzWays(f *testing.F) {
	f.Add("tcp:127.0.0.1:6 tls:127.0.0.1:7 clients:certified publish:example.org", "key")
	f.Add("tls::0 tls:[::]:1 clients: speaks:1.0/0/0 unix:/x ws:h:1", "")
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	f.Fuzz(func(t *testing.T, endpoints, key string) {
		l := &locator{orb: o, log: slog.New(slog.DiscardHandler)}
		to := l.newWay(strings.Fields(endpoints)).reference(t.Context(), l, []byte(key))
		for _, p := range to.Profiles {
			if _, err := p.IIOP(); err != nil {
				t.Errorf("%q: %v", endpoints, err)
			}
		}
	})
}
