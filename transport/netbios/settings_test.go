package netbios_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/transport/netbios"
)

func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	from := func(list ...string) func(string) string {
		return func(name string) string {
			for _, s := range list {
				if v, ok := strings.CutPrefix(s, name+"="); ok {
					return v
				}
			}
			return ""
		}
	}
	if s, told, err := netbios.FromEnvironment(from("DSOM_NETBIOS_NAME=ADA")); told || err != nil {
		t.Errorf("%+v, %v, %v", s, told, err)
	}
	s, told, err := netbios.FromEnvironment(from("DSOM_NETBIOS=eth0", "DSOM_NETBIOS_NAME=ada", "DSOM_NETBIOS_NODE=m", "DSOM_NETBIOS_SERVERS=192.0.2.1, 192.0.2.2:1137", "DSOM_NETBIOS_SESSION_PORT=1139"))
	if !told || err != nil || s.Interface != "eth0" || len(s.Servers) != 2 || s.Session() != 1139 {
		t.Errorf("%+v, %v, %v", s, told, err)
	}
	if n, err := s.Machine(); err != nil || n.String() != "ADA#53" {
		t.Errorf("%v, %v", n, err)
	}
	for _, bad := range []string{"DSOM_NETBIOS_NODE=X", "DSOM_NETBIOS_NODE=P", "DSOM_NETBIOS_SERVERS=host", "DSOM_NETBIOS_SERVERS=::1", "DSOM_NETBIOS_SERVERS=192.0.2.1:0", "DSOM_NETBIOS_NAME=a/b",
		"DSOM_NETBIOS_NAME_PORT=x", "DSOM_NETBIOS_SESSION_PORT=65536"} {
		if s, told, err := netbios.FromEnvironment(from("DSOM_NETBIOS=eth0", bad)); !told || err == nil {
			t.Errorf("%s: %+v, %v", bad, s, told)
		}
	}
}

// TestOnLoopback has a node that is a name server by real sockets, on loopback, at free ports; another registers there, and a program without a name finds it.
func TestOnLoopback(t *testing.T) {
	t.Parallel()
	port := uint16(freeport.UDP(t))
	server := netbios.Settings{Interface: "127.0.0.1", Name: "WINS", Node: "B", NamePort: port}
	n, err := server.Start(t.Context(), true, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	client := netbios.Settings{Interface: "127.0.0.1", Name: "ADA", Servers: []string{"127.0.0.1"}, Node: "P", NamePort: port}
	own, err := client.Machine()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Asker().Lookup(t.Context(), own); err == nil {
		t.Error("a name that nobody has")
	}
	self := client // the one node at that port registers with itself
	n.Close()
	m, err := self.Start(t.Context(), true, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Register(t.Context(), own, false); err != nil {
		t.Fatal(err)
	}
	got, err := client.Asker().Lookup(t.Context(), own)
	if err != nil || len(got) != 1 || got[0].Addr != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("%v, %v", got, err)
	}
	e, err := client.ListenAt("bank", 0)
	if err != nil || e != "netbios:BANK#53@127.0.0.1:0" {
		t.Errorf("%s, %v", e, err)
	}
	for _, bad := range []string{"no-such-interface", "192.0.2.77"} {
		s := netbios.Settings{Interface: bad, NamePort: port}
		if n, err := s.Start(t.Context(), false, nil); err == nil {
			n.Close()
			t.Errorf("%s is an interface", bad)
		}
	}
}
