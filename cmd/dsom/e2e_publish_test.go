//go:build linux

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/ior"
)

// TestPublishedToNetworks holds that each client gets the references that it can use, from the naming
// service as from servers: who comes from the cable's network those to the address that he came to, the
// others those to a gateway; and that a client's own rules lead to the gateway's other side.
func TestPublishedToNetworks(t *testing.T) {
	h := newHouse(t)
	here, there := twoMachines(t)
	h.under, h.within = here, here
	const gateway = "198.51.100.7" // for documentation: RFC 5737; nobody is there
	h.startDaemon("--listen", ":0", "--publish", gateway, "--publish", "192.0.2.0/24=@here")
	listens, named := strings.CutSuffix(h.address, ",") // and then what references name
	host, port, _ := strings.Cut(listens, ":")
	if host != "" || port == "" || !named {
		t.Fatalf("the daemon says that it is at %q, not that it listens at all addresses and is named otherwise", h.address)
	}
	h.address = gateway + ":" + port
	h.addBank()
	h.must("server", "start", "bank")
	resolved := func(by []string, at string) string {
		t.Helper()
		r := h.runBy(by, "name", "resolve", "--at", at+":"+port, "bank/main")
		if r.status != 0 {
			t.Fatalf("got %+v", r)
		}
		return strings.TrimSpace(r.out)
	}
	for _, c := range []struct {
		name, at, want string
		by             []string
	}{
		{"by loopback", "127.0.0.1", gateway, here},
		{"by the cable", daemonHost, daemonHost, there},
		{"by its own address", daemonHost, daemonHost, here},
	} {
		u, err := ior.ParseURL(resolved(c.by, c.at))
		if err != nil {
			t.Fatal(err)
		}
		p, err := u.IOR.Profiles[0].IIOP()
		if err != nil || p.Host != c.want {
			t.Errorf("%s: the reference names %s, %v, want %s", c.name, p.Host, err, c.want)
		}
	}
	// The daemon forwards to the server, which listens elsewhere, at the address that the client came to.
	if r := h.runBy(there, "call", "--idl", bankIDL, resolved(there, daemonHost), "balance"); r.status != 0 || r.out != "0\n" {
		t.Errorf("got %+v", r)
	}
	// Who has got the other reference can use it by a rule of his own, and not without.
	outside := resolved(here, "127.0.0.1")
	mapped := append(slices.Clone(there), "env", "DSOM_CONNECT="+gateway+"="+daemonHost)
	if r := h.runBy(mapped, "call", "--idl", bankIDL, outside, "balance"); r.status != 0 || r.out != "0\n" {
		t.Errorf("got %+v", r)
	}
	if r := h.runBy(there, "call", "--idl", bankIDL, outside, "balance"); r.status == 0 {
		t.Errorf("got %+v", r)
	}
	refused := append(slices.Clone(there), "env", "DSOM_CONNECT=192.0.2.0/24=@refuse")
	if r := h.runBy(refused, "call", "--idl", bankIDL, resolved(there, daemonHost), "balance"); r.status == 0 || !strings.Contains(r.err, "192.0.2.0/24=@refuse") {
		t.Errorf("got %+v", r)
	}
	// What is wrong with an address is told from where one stands.
	for address, want := range map[string]string{
		"172.17.0.2:1":        "a Docker bridge address, which other hosts cannot reach",
		daemonHost + ":1":     "nobody listens at port 1",
		h.address:             "reserved for documentation",
		"no-such-host.test:1": "does not resolve here",
	} {
		if r := h.runBy(there, "ior", "--probe", "--timeout", "1s", "corbaloc:iiop:1.2@"+address+"/NameService"); r.status != 1 || !strings.Contains(r.out, want) {
			t.Errorf("got %+v, want %q", r, want)
		}
	}
	if r := h.runBy(there, "ior", "--probe", "corbaname:iiop:1.2@"+daemonHost+":"+port+"#bank/main"); r.status != 0 || !strings.Contains(r.out, "forwarded") {
		t.Errorf("got %+v", r)
	}
	// The rules are kept with the state.
	h.stopDaemon()
	h.startDaemon()
	h.must("server", "start", "bank")
	if got := resolved(there, daemonHost); got == outside {
		t.Error("the rules are lost with the daemon")
	}
}
