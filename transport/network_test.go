package transport_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/transport"
)

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"10.0.0.7": "10.0.0.7/32", "10.1.2.3/8": "10.0.0.0/8", "::1": "::1/128", "fd00::7/8": "fd00::/8", "::/0": "::/0", "0.0.0.0/0": "0.0.0.0/0",
		"::ffff:10.0.0.7": "10.0.0.7/32", "::ffff:10.1.0.7/104": "10.0.0.0/8", "::ffff:0:0/96": "0.0.0.0/0", "::ffff:10.0.0.7/128": "10.0.0.7/32",
	} {
		if p, err := transport.ParseNetwork(s); err != nil || p.String() != want {
			t.Errorf("%q: %v, %v; want %s", s, p, err, want)
		}
	}
	for s, want := range map[string]string{
		"": "neither", "all": "neither", "10.0.0.0/99": "neither", "10.0.0.0/": "neither", "fe80::1%eth0": "neither", "fe80::%eth0/10": "neither",
		"::ffff:10.0.0.0/95": "96 bits", "::ffff:10.0.0.0/8": "96 bits",
	} {
		if p, err := transport.ParseNetwork(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want an error with %q", s, p, err, want)
		}
	}
}
