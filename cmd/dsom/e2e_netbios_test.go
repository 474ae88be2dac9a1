//go:build linux

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/ior"
)

// TestNetBIOSPage runs the commands of docs/netbios.md that are marked as such, in order, on loopback and at free ports; a block of text behind one is what it prints.
// What the page cannot show is held with the daemon that it has started.
func TestNetBIOSPage(t *testing.T) {
	h := newHouse(t)
	names, sessions := fmt.Sprint(freeport.UDP(t)), fmt.Sprint(freeport.Hold(t))
	run := playedPage{"../../docs/netbios.md", 3, strings.NewReplacer("1137", names, "1139", sessions), "a name of NetBIOS is this machine's"}.play(t, h)

	h.addBank()
	h.must("server", "start", "bank")
	u, err := ior.ParseURL(strings.TrimSpace(h.must("name", "resolve", "--at", "corbaloc::"+h.address+"/NameService", "bank/main")))
	if err != nil {
		t.Fatal(err)
	}
	p, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Named(); len(got) != 1 || got[0] != "netbios:ADA#53:"+sessions {
		t.Errorf("the bank's reference names %q", got)
	}
	h.must("server", "stop", "bank")
	at := func(host string) string {
		u := ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "netbios", Host: host, Port: uint16(mustAtoi(t, sessions))}}, Key: p.Key}
		return "'" + u.String() + "'"
	}
	idl, err := filepath.Abs(bankIDL)
	if err != nil {
		t.Fatal(err)
	}
	if got := run("dsom call --idl " + idl + " " + at("bank@ada") + " balance"); got != "0\n" { // which starts it
		t.Errorf("by the bank's name: %q", got)
	}
	if got := run("dsom ior --probe " + at("nobody@ada") + " " + at("ada@nobody")); !strings.Contains(got, "refused") || !strings.Contains(got, "the called name is not there") || !strings.Contains(got, "unresolved") {
		t.Errorf("probing names that are not there: %s", got)
	}
	if got := run("env -u DSOM_NETBIOS dsom ior --probe " + at("ada")); !strings.Contains(got, "unsupported") {
		t.Errorf("probing without NetBIOS: %s", got)
	}
	h.stopDaemon()
}

func mustAtoi(t *testing.T, s string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(s, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNetBIOSFlags: what cannot be is said, and nothing is begun.
func TestNetBIOSFlags(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--netbios-name x":                              "takes no part in NetBIOS",
		"--netbios lo --netbios-node p":                 "name server",
		"--netbios lo --netbios-node q":                 "none of B, P, M and H",
		"--netbios lo --netbios-name a/b":               "not for names",
		"--netbios lo --netbios-servers host":           "no address of IPv4",
		"--netbios lo --netbios-group sixteen-letters-": "15 at most",
		"--netbios lo --netbios-session-port 0":         "not 0",
	} {
		h := dsom(t, "", append([]string{"daemon", "--state", t.TempDir()}, strings.Fields(args)...)...)
		if h.status != 2 || !strings.Contains(h.err, want) {
			t.Errorf("%s: %+v", args, h)
		}
	}
}
