//go:build linux

package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/locate"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
	"github.com/opendsom/dsom/transport/spx"
)

// TestIPXPage runs the commands of docs/ipx.md that are marked as such, in order, on loopback and at free ports. What the page cannot show is held with the daemon that it has started:
// a server that it starts is called by SPX alone.
func TestIPXPage(t *testing.T) {
	h := newHouse(t)
	port := fmt.Sprint(freeport.UDP(t))
	run := playedPage{"../../docs/ipx.md", 3, strings.NewReplacer("127.0.0.1:2130", "127.0.0.1:"+port), "calls are taken by SPX"}.play(t, h)

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
	if got := p.Named(); len(got) != 1 || got[0] != "spx:ADA:3053" {
		t.Errorf("the bank's reference names %q", got)
	}
	h.must("server", "stop", "bank")
	askDatagrams(t, h, "127.0.0.1:"+port, p.Key)
	idl, err := filepath.Abs(bankIDL)
	if err != nil {
		t.Fatal(err)
	}
	// The daemon is called by SPX, starts the server, and sends the client to it, where SPX is a way too.
	p.Port = 0
	cut := &ior.IOR{TypeID: u.IOR.TypeID, Profiles: []ior.Profile{p.Profile()}}
	if got := run("dsom call --idl " + idl + " " + cut.String() + " balance"); got != "0\n" {
		t.Errorf("by SPX: %q", got)
	}
	if got := run("dsom ior --probe " + cut.String()); !regexp.MustCompile(`spx:00003053\.7f000001[0-9a-f]{4}:\d+`).MatchString(got) {
		t.Errorf("probing leads to no server by SPX: %s", got)
	}
	if got := run("dsom ior --probe corbaloc:spx:ADA:99/x corbaloc:spx:NOBODY/x"); !strings.Contains(got, "refused") || !strings.Contains(got, "unresolved") {
		t.Errorf("probing what is not there: %s", got)
	}
	if got := run("env -u DSOM_IPX dsom ior --probe corbaloc:spx:ADA/x"); !strings.Contains(got, "unsupported") {
		t.Errorf("probing without IPX: %s", got)
	}
	if got := run("dsom doctor --json || true"); !strings.Contains(got, "ADA at 00003053.") {
		t.Errorf("the doctor says of it: %s", got)
	}
	h.stopDaemon()
}

// TestIPXDaemonAgain: when a daemon that serves the tunnel was killed and is there again, the servers that it adopts are called by SPX again.
func TestIPXDaemonAgain(t *testing.T) {
	h := newHouse(t)
	carrier := fmt.Sprint("127.0.0.1:", freeport.UDP(t))
	args := []string{"--listen", "127.0.0.1:0", "--ipx", "serve:" + carrier, "--ipx-net", "3053"}
	h.startDaemon(args...)
	h.addBank()
	h.must("server", "start", "bank")
	u, err := ior.ParseURL(h.url("bank"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	before := h.server("bank")
	at := ior.NamedComponents(before.Run.Endpoints)
	if at == nil {
		t.Fatalf("the server takes no calls by SPX: %q", before.Run.Endpoints)
	}
	p.Port, p.Components = 0, at
	direct := (&ior.IOR{TypeID: u.IOR.TypeID, Profiles: []ior.Profile{p.Profile()}}).String()
	s := spx.Settings{Carrier: "tunnel:" + carrier, Net: "3053"}
	call := func(within time.Duration) error {
		by := spx.New(spx.Config{Open: s.Opener(nil)})
		defer by.Close()
		o, err := orb.New(orb.Config{Transports: transport.Set{by}, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer o.Shutdown(context.Background())
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		_, err = account(t, o, direct).Balance(ctx)
		return err
	}
	if err := call(30 * time.Second); err != nil {
		t.Fatal(err)
	}
	h.killDaemon()
	h.startDaemon(append(args, "--listen", h.address)[2:]...)
	for end := time.Now().Add(2 * time.Minute); ; { // the server looks after its place every 20 s
		err := call(5 * time.Second)
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	if after := h.server("bank"); after.Run.PID != before.Run.PID {
		t.Errorf("process %d has taken the place of %d", after.Run.PID, before.Run.PID)
	}
	h.stopDaemon()
}

// askDatagrams asks the daemon by datagrams of IPX where objects are: what it says starts nothing.
func askDatagrams(t *testing.T, h *house, at string, bank []byte) {
	t.Helper()
	c, err := tunnel.Dial(t.Context(), at, 0x3053, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := ipx.NewStation(c)
	defer s.Close()
	for key, want := range map[string]giop.LocateStatus{"NameService": giop.ObjectHere, "nonsense": giop.UnknownObject, string(bank): giop.ObjectHere} {
		if got, _, err := locate.Ask(t.Context(), s, ipx.Addr{Node: c.Server(), Socket: 3053}, []byte(key)); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", key, got, err, want)
		}
	}
	if out := h.must("server", "list"); !strings.Contains(out, "stopped") {
		t.Errorf("a datagram has started something: %s", out)
	}
	h.must("server", "start", "bank")
	got, to, err := locate.Ask(t.Context(), s, ipx.Addr{Node: c.Server(), Socket: 3053}, bank)
	if err != nil || got != giop.ObjectForward || to == nil {
		t.Fatalf("of a server that runs: %v, %v, %v", got, to, err)
	}
	p, err := to.Profiles[0].IIOP()
	if err != nil || len(p.Named()) != 1 || !strings.HasPrefix(p.Named()[0], "spx:00003053.") {
		t.Errorf("the server is at %+v, %v", p, err)
	}
	h.must("server", "stop", "bank")
}

// TestIPXFlags: what cannot be is said, and nothing is begun.
func TestIPXFlags(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--ipx-name x":                             "takes no part in IPX",
		"--ipx pigeons":                            "no carrier of IPX",
		"--ipx serve:host":                         "no carrier of IPX",
		"--ipx tunnel:a:b":                         "no carrier of IPX",
		"--ipx rfc1234:0.0.0.0":                    "no carrier of IPX",
		"--ipx tunnel:a --ipx-net x":               "base 16",
		"--ipx tunnel:a --ipx-framing snap":        "no frames",
		"--ipx ether:lo --ipx-framing x":           "none of ii",
		"--ipx tunnel:a --ipx-peers 192.0.2.1":     "by RFC 1234",
		"--ipx rfc1234:192.0.2.1 --ipx-peers host": "no address of IPv4",
		"--ipx tunnel:a --ipx-name a/b":            "not for names",
		"--ipx tunnel:a --ipx-socket 0":            "not 0",
	} {
		h := dsom(t, "", append([]string{"daemon", "--state", t.TempDir()}, strings.Fields(args)...)...)
		if h.status != 2 || !strings.Contains(h.err, want) {
			t.Errorf("%s: %+v", args, h)
		}
	}
}
