package orb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// placesOf returns the addresses of a reference's profiles, each with the port of TLS and what it requires.
func placesOf(t testing.TB, ref *orb.Ref) string {
	t.Helper()
	var all []string
	for _, raw := range ref.IOR().Profiles {
		p, err := raw.IIOP()
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, a := range p.Addresses() {
			text += fmt.Sprintf("%s:%d ", a.Host, a.Port)
		}
		if s, ok := p.TLS(); ok {
			text += fmt.Sprintf("tls %d %02x/%02x ", s.Port, uint16(s.Supports), uint16(s.Requires))
		}
		all = append(all, text+strings.Join(append(p.Named(), p.Web()...), " "))
	}
	return strings.Join(all, "| ")
}

// TestDaemonTLS: what persistent references say of a daemon that takes TLS, and that nothing in those of a server that requires it leads to a port
// which is not sealed.
func TestDaemonTLS(t *testing.T) {
	t.Parallel()
	sc, _ := tlsPair(t)
	const at, seals = "ada.example.org:3053", "ada.example.org:3055"
	names := []string{"netbios:ADA:139", "ws:ada.example.org:3053", "wss:ada.example.org:3055"}
	for name, c := range map[string]struct {
		daemon  string
		tls     orb.DaemonTLS
		require bool
		version cdr.Version
		want    string
	}{
		"no TLS":            {at, orb.DaemonTLS{}, false, cdr.V12, "ada.example.org:3053 netbios:ADA:139 ws:ada.example.org:3053 wss:ada.example.org:3055"},
		"both":              {at, orb.DaemonTLS{Publish: seals}, false, cdr.V12, "ada.example.org:3053 tls 3055 3f/01 netbios:ADA:139 ws:ada.example.org:3053 wss:ada.example.org:3055"},
		"mutual":            {at, orb.DaemonTLS{Publish: seals, Mutual: true}, false, cdr.V11, "ada.example.org:3053 tls 3055 7f/01 netbios:ADA:139 ws:ada.example.org:3053 wss:ada.example.org:3055"},
		"daemon requires":   {at, orb.DaemonTLS{Publish: seals, Require: true}, false, cdr.V12, "ada.example.org:0 tls 3055 3e/06 wss:ada.example.org:3055"},
		"server requires":   {at, orb.DaemonTLS{Publish: seals, Mutual: true}, true, cdr.V12, "ada.example.org:0 tls 3055 7e/46 wss:ada.example.org:3055"},
		"several":           {at + ",b.example.org:7", orb.DaemonTLS{Publish: seals + ",b.example.org:8"}, false, cdr.V11, "ada.example.org:3053 tls 3055 3f/01 netbios:ADA:139 ws:ada.example.org:3053 wss:ada.example.org:3055| b.example.org:7 tls 8 3f/01 netbios:ADA:139 ws:ada.example.org:3053 wss:ada.example.org:3055"},
		"several, required": {at + ",b.example.org:7", orb.DaemonTLS{Publish: seals + ",b.example.org:8"}, true, cdr.V12, "ada.example.org:0 tls 3055 3e/06 wss:ada.example.org:3055| b.example.org:0 tls 8 3e/06 wss:ada.example.org:3055"},
		"by network":        {at + " 127.0.0.0/8=localhost:3053", orb.DaemonTLS{Publish: seals + " 127.0.0.0/8=localhost:3055"}, true, cdr.V12, "ada.example.org:0 tls 3055 3e/06 wss:ada.example.org:3055"},
		"IIOP 1.0":          {at, orb.DaemonTLS{Publish: seals}, false, cdr.V10, "ada.example.org:3053 "},
	} {
		o, _ := newORB(t, sealed(t, sc, func(o *orb.Config) {
			o.Listen = []string{"tcp:127.0.0.1:0"}
			if c.require {
				o.Listen = append(o.Listen, "tls:127.0.0.1:0")
			}
			o.Daemon, o.DaemonTLS, o.DaemonNames, o.RequireTLS, o.MaxVersion = c.daemon, c.tls, names, c.require, c.version
		}))
		ref, err := o.Reference(EchoClass.Interface(), ior.AppendKey(nil, ior.Key{Server: o.ServerID(), ID: []byte("x")}), true)
		if err != nil {
			t.Fatal(err)
		}
		if got := placesOf(t, ref); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

// TestDaemonWithoutTLS: an ORB that takes TLS alone makes no persistent references by way of a daemon that takes none, and others all the same; it makes
// them when the daemon has it. What says nothing usable of the daemon is refused.
func TestDaemonWithoutTLS(t *testing.T) {
	t.Parallel()
	sc, _ := tlsPair(t)
	o, _ := newORB(t, sealed(t, sc, func(o *orb.Config) { o.Daemon, o.RequireTLS = "ada.example.org:3053", true }))
	key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), ID: []byte("x")})
	_, err := o.Reference(EchoClass.Interface(), key, true)
	if !errors.Is(err, exc.InvPolicy) || !strings.Contains(err.Error(), "tls-listen") {
		t.Errorf("a persistent reference: %v", err)
	}
	transient := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Incarnation: o.Incarnation(), ID: []byte("x")})
	if ref, err := o.Reference(EchoClass.Interface(), transient, false); err != nil || !strings.HasPrefix(placesOf(t, ref), "127.0.0.1:0 tls ") {
		t.Errorf("a transient reference: %v", err)
	}
	for rules, to := range map[string]orb.DaemonTLS{
		"@here":     {Publish: "@here"},
		"no port":   {Publish: "ada.example.org"},
		"no rest":   {Publish: "10.0.0.0/8=ada.example.org:3055"},
		"nonsense":  {Publish: "\x00 = ;"},
		"nowhere":   {Require: true},
		"port 7e9":  {Publish: "ada.example.org:7000000000"},
		"link":      {Publish: "[fe80::1]:3055"},
		"too often": {Publish: "a:1 b:2"},
	} {
		if err := o.SetDaemon("ada.example.org:3053", to); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "Config.DaemonTLS") {
			t.Errorf("%s: %v", rules, err)
		}
	}
	if err := o.SetDaemon("ada.example.org:3053", orb.DaemonTLS{Publish: "ada.example.org:3055"}); err != nil {
		t.Fatal(err)
	}
	ref, err := o.Reference(EchoClass.Interface(), key, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := placesOf(t, ref); got != "ada.example.org:0 tls 3055 3e/06 " {
		t.Errorf("when the daemon has TLS: %s", got)
	}
}
