package reach_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rules, to, means string
		want             string // where to; or the rule that refuses
	}{
		{"", "10.1.1.1:1", "", "10.1.1.1:1"},
		{"10.0.0.0/8=gw:4000", "10.1.1.1:1", "", "gw:4000"},
		{"10.0.0.0/8=gw", "10.1.1.1:1", "", "gw:1"},
		{"10.0.0.0/8=gw", "[::ffff:10.1.1.1]:1", "", "gw:1"},
		{"10.0.0.0/8=gw", "11.1.1.1:1", "", "11.1.1.1:1"},
		{"10.0.0.0/8=[2001:db8::1]:5", "10.1.1.1:1", "", "[2001:db8::1]:5"},
		{"10.0.0.0/8:2809=gw:1 10.0.0.0/8:2810=gw:2", "10.1.1.1:2810", "", "gw:2"},
		{"10.0.0.0/8:2809=gw:1", "10.1.1.1:2811", "", "10.1.1.1:2811"},
		{"[2001:db8::/32]:2809=gw:1", "[2001:db8::5]:2809", "", "gw:1"},
		{"2001:db8::/32=gw:1", "[2001:db8::5]:2809", "", "gw:1"},
		{"bank.internal=gw:1", "Bank.Internal:9", "", "gw:1"},
		{"bank.internal=gw:1", "bank.internal.:9", "", "gw:1"},
		{"*.internal=gw", "bank.internal:9", "", "gw:9"},
		{"*.internal=gw", "internal:9", "10.0.0.1", "internal:9"},
		{"*=gw:1", "anything:9", "", "gw:1"},
		{"*=gw:1", "[::1]:9", "", "gw:1"},
		// A name is not led elsewhere for what it resolves to.
		{"10.0.0.0/8=gw", "host:9", "10.1.1.1", "host:9"},
		// Refusing, by what is named and by what it resolves to.
		{"@link-local=@refuse", "169.254.169.254:80", "", "refused @link-local=@refuse"},
		{"@link-local=@refuse", "[fe80::1%eth0]:80", "", "refused @link-local=@refuse"},
		{"@link-local=@refuse", "[::ffff:169.254.169.254]:80", "", "refused @link-local=@refuse"},
		{"@link-local=@refuse", "metadata:80", "169.254.169.254", "refused @link-local=@refuse"},
		{"@link-local=@refuse", "metadata:80", "::ffff:169.254.169.254", "refused @link-local=@refuse"},
		{"@link-local=@refuse", "metadata:80", "10.1.1.1", "metadata:80"},
		{"@link-local:80=@refuse", "metadata:81", "169.254.169.254", "metadata:81"},
		{"*.evil=@refuse", "x.evil:1", "10.1.1.1", "refused *.evil=@refuse"},
		// What stands for no host in particular comes out at this one.
		{"@loopback=@refuse", "0.0.0.0:1", "", "refused @loopback=@refuse"},
		{"@loopback=@refuse", "[::]:1", "", "refused @loopback=@refuse"},
		{"@loopback=@refuse", "[::%lo]:1", "", "refused @loopback=@refuse"},
		{"@loopback=@refuse", "[::ffff:0.0.0.0]:1", "", "refused @loopback=@refuse"},
		{"127.0.0.0/8=@refuse ::1=@refuse", "[::]:1", "", "refused 127.0.0.0/8=@refuse"},
		{"127.0.0.0/8=@refuse", "0.0.0.0:1", "", "refused 127.0.0.0/8=@refuse"},
		{"127.0.0.1=@refuse", "[::]:1", "", "refused 127.0.0.1=@refuse"},
		{"::1=@refuse", "[::]:1", "", "refused ::1=@refuse"},
		{"::1=@refuse", "0.0.0.0:1", "", "0.0.0.0:1"},
		{"@loopback=@refuse", "evil:1", "0.0.0.0", "refused @loopback=@refuse"},
		{"@loopback=@refuse", "evil:1", "::", "refused @loopback=@refuse"},
		{"@loopback:80=@refuse", "evil:1", "::", "evil:1"},
		{"127.0.0.0/8=@direct *=@refuse", "0.0.0.0:1", "", "0.0.0.0:1"},
		{"127.0.0.0/8=@direct *=@refuse", "[::]:1", "", "refused *=@refuse"},
		{"@loopback=@direct *=@refuse", "[::]:1", "", "[::]:1"},
		{"::1=@direct @loopback=@refuse", "[::]:1", "", "refused @loopback=@refuse"},
		{"@loopback=gw:2", "0.0.0.0:1", "", "gw:2"},
		{"10.0.0.0/8=@refuse", "0.0.0.0:1", "", "0.0.0.0:1"},
		// Only these.
		{"10.0.0.0/8=@direct *=@refuse", "10.1.1.1:1", "", "10.1.1.1:1"},
		{"10.0.0.0/8=@direct *=@refuse", "11.1.1.1:1", "", "refused *=@refuse"},
		{"10.0.0.0/8=@direct *=@refuse", "host:1", "10.1.1.1", "host:1"},
		{"10.0.0.0/8=@direct *=@refuse", "host:1", "11.1.1.1", "refused *=@refuse"},
		{"*=@refuse", "host:1", "10.1.1.1", "refused *=@refuse"},
		// What the user names is trusted, wherever it resolves to.
		{"host=@direct 10.0.0.0/8=@refuse", "host:1", "10.1.1.1", "host:1"},
		{"10.0.0.0/8=@refuse host=@direct", "host:1", "10.1.1.1", "refused 10.0.0.0/8=@refuse"},
		{"10.1.0.0/16=10.2.0.1 10.0.0.0/8=@refuse", "10.1.1.1:1", "", "10.2.0.1:1"},
		{"10.1.0.0/16=gw 10.0.0.0/8=@refuse", "10.1.1.1:1", "10.2.0.1", "gw:1"},
	} {
		rules, err := reach.ParseConnect(c.rules)
		if err != nil {
			t.Errorf("%q: %v", c.rules, err)
			continue
		}
		if rules.String() != c.rules {
			t.Errorf("%q is written as %q", c.rules, rules)
		}
		e := endpoints(t, "tcp:"+c.to)[0]
		way, err := rules.Way(e)
		if err == nil && way.Open && c.means != "" {
			err = rules.Check(e, netip.MustParseAddr(c.means))
		}
		got := way.To.Address()
		if refused := (*reach.RefusedError)(nil); errors.As(err, &refused) {
			got = "refused " + refused.Rule
			if !strings.Contains(err.Error(), refused.Rule) || !strings.Contains(err.Error(), e.Host) {
				t.Errorf("the error does not say it all: %v", err)
			}
		} else if err != nil {
			t.Error(err)
		}
		if got != c.want {
			t.Errorf("%q, %s (%s): got %s, want %s", c.rules, c.to, c.means, got, c.want)
		}
	}
}

// TestConnectNoHost: a reference that names no host at all means this machine, too.
func TestConnectNoHost(t *testing.T) {
	t.Parallel()
	for rules, want := range map[string]bool{"@loopback=@refuse": false, "127.0.0.1=@refuse": false, "*=@refuse": false, "@private=@refuse": true} {
		c, err := reach.ParseConnect(rules)
		if err != nil {
			t.Fatal(err)
		}
		if way, err := c.Way(transport.Endpoint{Network: "tcp", Port: 1}); (err == nil) != want {
			t.Errorf("%q: got %v, %v", rules, way, err)
		}
	}
}

func TestConnectUnusable(t *testing.T) {
	t.Parallel()
	for rules, want := range map[string]string{
		"a":                "write it as NETWORK=HOST:PORT",
		"=a":               "is no host, domain",
		"@public=a":        "@public is no network",
		"*a=b":             "is no host, domain",
		"a=@here":          "@here is not known here",
		"a=b,c":            "one other only",
		"a=":               "is no host name",
		"a=b:0":            "is no port",
		"10.0.0.0/40=b":    "is no host, domain",
		"a=b c d=@refuse":  `rule "c"`,
		"[2001:db8::/32=a": "not closed",
	} {
		if c, err := reach.ParseConnect(rules); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v, want %q", rules, c, err, want)
		}
	}
}

func FuzzParseConnect(f *testing.F) {
	for _, s := range []string{"", "10.0.0.0/8=b:1 *.x=@refuse", "[::1]:2=@direct;*=@refuse"} {
		f.Add(s, "host")
	}
	f.Fuzz(func(t *testing.T, s, host string) {
		c, err := reach.ParseConnect(s)
		if err != nil {
			return
		}
		e := transport.Endpoint{Network: "tcp", Host: host, Port: 1}
		way, err := c.Way(e)
		if err == nil && way.Open && way.To != e {
			t.Errorf("%q: %v is led to %v and still open", s, e, way.To)
		}
		_ = c.Check(e, netip.MustParseAddr("::1"))
	})
}
