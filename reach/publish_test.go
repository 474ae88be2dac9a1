package reach_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
)

func endpoints(t *testing.T, words string) []transport.Endpoint {
	t.Helper()
	var all []transport.Endpoint
	for _, w := range strings.Fields(words) {
		e, err := transport.ParseEndpoint(w)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func addresses(all []transport.Endpoint) string {
	var texts []string
	for _, e := range all {
		texts = append(texts, e.Address())
	}
	return strings.Join(texts, " ")
}

func client(t *testing.T, peer, local string) (c reach.Client) {
	t.Helper()
	if peer != "" {
		c.Peer = netip.MustParseAddr(peer)
	}
	if local != "" {
		c.Local = netip.MustParseAddr(local)
	}
	return c
}

func TestPublish(t *testing.T) {
	t.Parallel()
	const (
		everywhere = "tcp::3053"
		two        = "tcp:192.0.2.10:1 tcp:172.17.0.1:2"
	)
	for _, c := range []struct{ rules, listen, peer, local, want string }{
		// Without rules: what is bound.
		{"", everywhere, "", "", "192.0.2.10:3053"},
		{"", "tcp:0.0.0.0:1 tcp:[::]:2", "", "", "192.0.2.10:1 192.0.2.10:2"},
		{"", two, "", "", "192.0.2.10:1 172.17.0.1:2"},
		{"", "tcp:127.0.0.1:1", "", "", "127.0.0.1:1"},
		{"", "tcp:127.0.0.1:1 tcp:[::1]:2", "", "", "127.0.0.1:1 [::1]:2"},
		{"", "tcp:127.0.0.1:1 tcp:192.0.2.10:2", "", "", "192.0.2.10:2"},
		{"", "tcp:localhost:1 tcp:host:2", "", "", "host:2"},
		{"", "tcp:[::ffff:192.0.2.10]:1", "", "", "192.0.2.10:1"},
		{"", "tcp:[fe80::10%eth0]:1 tcp:192.0.2.10:2", "", "", "192.0.2.10:2"},
		{"", "tcp:[fd00::10%eth0]:1 tcp:192.0.2.10:2", "", "", "192.0.2.10:2"},
		{"@all", "tcp:[2001:db8::10%eth0]:2", "", "", "[2001:db8::10]:2"},
		{"", "tcp:169.254.1.1:1 tcp:127.0.0.1:2", "", "", "127.0.0.1:2"},
		{"", "tcp:192.0.2.10:1 tcp:192.0.2.10:1", "", "", "192.0.2.10:1"},
		// The simplest rule.
		{"bank.example.org", everywhere, "10.1.1.1", "", "bank.example.org:3053"},
		{"bank.example.org:4000", two, "", "", "bank.example.org:4000"},
		{"bank.example.org", two, "", "", "bank.example.org:1 bank.example.org:2"},
		{"2001:db8::7", everywhere, "", "", "[2001:db8::7]:3053"},
		{"[2001:db8::7]:9", everywhere, "", "", "[2001:db8::7]:9"},
		{"[2001:db8::7]", everywhere, "", "", "[2001:db8::7]:3053"},
		{"::ffff:192.0.2.7", everywhere, "", "", "192.0.2.7:3053"},
		{"a:1,b,a:1,c:2", everywhere, "", "", "a:1 b:3053 c:2"},
		// Words.
		{"@auto", two, "", "", "192.0.2.10:1 172.17.0.1:2"},
		{"@auto:9", two, "", "", "192.0.2.10:9 172.17.0.1:9"},
		{"@name", everywhere, "", "", "laptop.example.org:3053"},
		{"@name:80,@auto", everywhere, "", "", "laptop.example.org:80 192.0.2.10:3053"},
		{"@all", everywhere, "", "", "192.0.2.10:3053 172.17.0.1:3053 [2001:db8::10]:3053"},
		{"@all", "tcp:172.17.0.1:2", "", "", "172.17.0.1:2"},
		{"@all", "tcp:somename:2", "", "", "somename:2"},
		{"@eth0", everywhere, "", "", "192.0.2.10:3053 [2001:db8::10]:3053"},
		{"@docker0:9", everywhere, "", "", "172.17.0.1:9"},
		{"@lo", everywhere, "", "", "127.0.0.1:3053 [::1]:3053"},
		{"@here", everywhere, "172.17.0.5", "172.17.0.1", "172.17.0.1:3053"},
		{"@here", everywhere, "172.17.0.5", "::ffff:172.17.0.1", "172.17.0.1:3053"},
		{"@here", everywhere, "fe80::1", "fe80::10", "192.0.2.10:3053"},
		{"@here", everywhere, "", "", "192.0.2.10:3053"},
		{"@here", "tcp:192.0.2.10:1", "10.1.1.1", "172.17.0.1", "192.0.2.10:1"},
		{"@here,far:1", two, "172.17.0.5", "172.17.0.1", "172.17.0.1:2 far:1"},
		// By the client's network.
		{"out:1 10.0.0.0/8=in:2", everywhere, "10.1.1.1", "", "in:2"},
		{"out:1 10.0.0.0/8=in:2", everywhere, "::ffff:10.1.1.1", "", "in:2"},
		{"out:1;10.0.0.0/8=in:2", everywhere, "11.1.1.1", "", "out:1"},
		{"out:1 10.0.0.0/8=in:2", everywhere, "", "", "out:1"},
		{"10.0.0.0/8=in:2", everywhere, "11.1.1.1", "", "192.0.2.10:3053"},
		{"10.1.0.0/16=a 10.0.0.0/8=b", everywhere, "10.1.1.1", "", "a:3053"},
		{"10.0.0.0/8=b 10.1.0.0/16=a", everywhere, "10.1.1.1", "", "b:3053"},
		{"10.1.1.1=a", everywhere, "10.1.1.1", "", "a:3053"},
		{"2001:db8::/32=a", everywhere, "2001:db8::5", "", "a:3053"},
		{"::ffff:10.0.0.0/104=a", everywhere, "10.9.9.9", "", "a:3053"},
		{"@loopback=127.0.0.1 @private=p", everywhere, "127.0.0.2", "", "127.0.0.1:3053"},
		{"@loopback=127.0.0.1 @private=p", everywhere, "100.64.0.1", "", "p:3053"},
		{"@link-local=ll", everywhere, "fe80::5%eth0", "", "ll:3053"},
	} {
		p, err := reach.ParsePublish(c.rules)
		if err != nil {
			t.Errorf("%q: %v", c.rules, err)
			continue
		}
		got, err := p.Addresses(p.View(client(t, c.peer, c.local)), endpoints(t, c.listen), laptop{})
		if err != nil || addresses(got) != c.want {
			t.Errorf("%q, listening at %s, for %q by %q: got %s, %v, want %s", c.rules, c.listen, c.peer, c.local, addresses(got), err, c.want)
		}
		again, err := reach.ParsePublish(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is written as %q, which is read as %v, %v", c.rules, p, again, err)
		}
	}
}

// TestPublishUnusable holds that what cannot be published says which rule, and why.
func TestPublishUnusable(t *testing.T) {
	t.Parallel()
	for rules, want := range map[string]string{
		"a b":                    `rule "b": "a" says already what others get`,
		"host name=x":            "is no network",
		"10.0.0.0/8":             "write 10.0.0.0/8=HOST",
		"10.0.0.0/40=a":          "is no network",
		"a:0":                    "is no port",
		"a:65536":                "is no port",
		"a:+1":                   "is no port",
		"a:":                     "is no port",
		"a,":                     "is no host name",
		"=a":                     "is no network",
		"10.0.0.0/8=":            "is no host name",
		"fe80::1":                "link-local",
		"169.254.1.1":            "link-local",
		"fd00::1%eth0":           "link-local",
		"0.0.0.0":                "@all is all addresses",
		"224.0.0.1":              "nobody can connect",
		"[::1":                   "not closed",
		"[::1]x":                 "follows",
		"[a]:1":                  "no IPv6 address",
		"@refuse":                "rules of connecting",
		"@":                      "is no host",
		"@private":               "is no host",
		"10.0.0.0/8=@direct":     "rules of connecting",
		"a_b!":                   "is no host name",
		strings.Repeat("a", 300): "is no host name",
		strings.Repeat("10.0.0.1=a ", reach.MaxRules+1): "there may be 256",
	} {
		p, err := reach.ParsePublish(rules)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, %v, want %q", rules, p, err, want)
		}
	}
	for _, c := range []struct{ rules, listen, want string }{
		{"", "tcp:[fe80::10%eth0]:1", "fe80::10%eth0 is link-local"},
		{"@wlan9", "tcp::1", `rule "@wlan9": this machine has no network interface "wlan9"`},
		{"@ll0", "tcp::1", `no address that is listened at`},
		{"@docker0", "tcp:192.0.2.10:1", `no address that is listened at`},
	} {
		p, err := reach.ParsePublish(c.rules)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Addresses(reach.View{}, endpoints(t, c.listen), laptop{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, %v, want %q", c.rules, got, err, c.want)
		}
	}
}

func TestPublishForms(t *testing.T) {
	t.Parallel()
	for rules, want := range map[string]struct {
		hosts    string
		varies   bool
		complete bool
		constant bool
	}{
		"":                           {"", false, false, false},
		"a:1":                        {"a", false, true, true},
		"a:1,b:2":                    {"a,b", false, true, true},
		"a:1,a:2":                    {"a", false, true, true},
		"a":                          {"a", false, false, true},
		"@here":                      {"@here", true, false, false},
		"[::1]:5":                    {"::1", false, true, true},
		"a:1 10.0.0.0/8=b:2,@name:9": {"a 10.0.0.0/8=b,@name", true, false, false},
		"10.0.0.0/8=b:2":             {"10.0.0.0/8=b", true, false, false},
		"@auto":                      {"@auto", false, false, false},
		"a,@name":                    {"a,@name", false, false, false},
	} {
		p, err := reach.ParsePublish(rules)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Hosts().String(); got != want.hosts || p.Varies() != want.varies || (p.Complete() == nil) != want.complete || p.Constant() != want.constant {
			t.Errorf("%q: got hosts %q, varies %v, complete %v, constant %v", rules, got, p.Varies(), p.Complete(), p.Constant())
		}
	}
}

func FuzzParsePublish(f *testing.F) {
	for _, s := range []string{"", "a:1 10.0.0.0/8=b,[::1]:2", "@here;@loopback=@all:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := reach.ParsePublish(s)
		if err != nil {
			return
		}
		for _, v := range p.Views() {
			all, err := p.Addresses(v, []transport.Endpoint{{Network: "tcp", Port: 1}}, laptop{})
			if err == nil && len(all) == 0 {
				t.Errorf("%q publishes nothing", s)
			}
		}
		if q, err := reach.ParsePublish(p.Hosts().String()); err != nil {
			t.Errorf("%q without ports is %q: %v", s, p.Hosts(), err)
		} else if q.String() != p.Hosts().String() {
			t.Errorf("%q: got %q", s, q)
		}
	})
}
