//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/neighbours"
	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/group"
	"github.com/opendsom/dsom/transport/miop"
)

// machines makes networks at one switch, and returns their processes: the first is at 192.0.2.1, and so on, at the interface port. The test is skipped where the system does not let this user do that.
func machines(t *testing.T, n int) (pids []string) {
	t.Helper()
	sw := aNetwork(t)
	do := func(pid, command string) {
		t.Helper()
		if out, err := exec.Command("nsenter", append([]string{"--net", "--target", pid}, strings.Fields(command)...)...).CombinedOutput(); err != nil {
			absent.Skip(t, "networks cannot be made here: %s: %v: %s", command, err, out)
		}
	}
	do(sw, "ip link add switch type bridge mcast_snooping 0")
	do(sw, "ip link set switch up")
	for i := range n {
		pid := aNetwork(t)
		do(sw, fmt.Sprintf("ip link add plug%d type veth peer name port netns %s", i, pid))
		do(sw, fmt.Sprintf("ip link set plug%d master switch", i))
		do(sw, fmt.Sprintf("ip link set plug%d up", i))
		do(pid, "ip link set lo up")
		do(pid, fmt.Sprintf("ip addr add 192.0.2.%d/24 dev port", i+1))
		do(pid, "ip link set port up")
		pids = append(pids, pid)
	}
	return pids
}

// within has f run in the network of a process, in a thread that ends with it.
func within(t *testing.T, pid string, f func() error) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // for good
		ns, err := os.Open("/proc/" + pid + "/ns/net")
		if err == nil {
			err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET)
			_ = ns.Close()
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestLink: daemons of three machines find each other, and who of them has a name of the naming service, a server or a class. What others say in their place, floods and rubbish are not believed, and none of it leads off the link.
func TestLink(t *testing.T) {
	t.Parallel()
	nets := machines(t, 4)
	var houses []*house
	for i, pid := range nets[:3] {
		h := makeHouse(t)
		h.under = []string{"nsenter", "--net", "--target", pid}
		h.within = h.under
		h.startDaemon("--listen", ":0", "--publish", fmt.Sprintf("192.0.2.%d", i+1), "--link", "port")
		houses = append(houses, h)
	}
	a, b, c := houses[0], houses[1], houses[2]
	ask := func(h *house, want int, args ...string) admin.Neighbours {
		t.Helper()
		r := h.run(append([]string{"link", "--json"}, args...)...)
		var n admin.Neighbours
		if err := json.Unmarshal([]byte(r.out), &n); err != nil || r.status != want {
			t.Fatalf("link %s: %+v: %v; want status %d", args, r, err, want)
		}
		return n
	}
	at := func(n admin.Neighbours) string {
		var all []string
		for _, x := range n.Daemons {
			if x.Answers {
				all = append(all, strings.TrimSpace(x.At+" "+x.Has))
			}
		}
		return strings.Join(all, ", ")
	}
	// found asks until the answer is as wanted: one that comes too late to be waited for comes the next time.
	found := func(h *house, status int, want string, args ...string) (n admin.Neighbours) {
		t.Helper()
		eventually(t, fmt.Sprintf("at %s link %s leads to %q", h.address, args, want), func() bool {
			n = admin.Neighbours{}
			r := h.run(append([]string{"link", "--json"}, args...)...)
			return json.Unmarshal([]byte(r.out), &n) == nil && r.status == status && at(n) == want
		})
		return n
	}
	for h, want := range map[*house]string{a: b.address + ", " + c.address, b: a.address + ", " + c.address, c: a.address + ", " + b.address} {
		found(h, 0, want, "list")
	}
	b.addBank()
	b.must("server", "start", "bank")
	c.must("regimpl", "-A", "-i", "kennel", "-p", "/bin/false")
	c.must("regimpl", "-a", "-i", "kennel", "-c", "Dog")
	for name, want := range map[string]string{"bank/main": b.address + " name", "bank": b.address + " name", "kennel": c.address + " server", "Dog": c.address + " class"} {
		found(a, 0, want, "find", name)
	}
	if n := ask(a, 1, "find", "nothing"); len(n.Daemons) > 0 {
		t.Errorf("%+v", n)
	}
	if n := ask(b, 1, "find", "bank/main"); len(n.Daemons) > 0 {
		t.Errorf("what it has itself: %+v", n)
	}
	if out := a.must("call", "--idl", bankIDL, "corbaname::"+found(a, 0, b.address+" name", "find", "bank/main").Daemons[0].At+"#bank/main", "balance"); out != "0\n" {
		t.Errorf("what was found is called: %q", out)
	}
	eventually(t, "the table says where the bank is", func() bool {
		r := a.run("link", "find", "bank/main")
		return r.status == statusGood && strings.Contains(r.out, b.address) && strings.Contains(r.out, "HAS")
	})
	if r := a.run("doctor", "-v"); !strings.Contains(r.out, "link: port (192.0.2.1) has multicast") || strings.Count(r.out, "on the link of port") != 2 || !strings.Contains(r.out, "answers at "+b.address) {
		t.Errorf("dsom doctor: %+v", r)
	}
	if r := a.run("link", "find", strings.Repeat("x", 300)); r.status != statusFailed || !strings.Contains(r.err, "link-name is 255") {
		t.Errorf("a name that is too long: %+v", r)
	}

	// A fourth machine lies, after a flood, of which what is more than may be is not looked at.
	within(t, nets[3], func() error { return lie(t, b.address, 100) })
	eventually(t, "the lies are heard", func() bool {
		within(t, nets[3], func() error { return lie(t, b.address, 0) })
		var n admin.Neighbours
		_ = json.Unmarshal([]byte(a.run("link", "list", "--json").out), &n)
		return len(n.Daemons) == 5
	})
	why := map[string]string{}
	for _, x := range ask(a, 1, "list").Daemons {
		if why[x.Name] = x.Why; x.Answers != (x.At != "") || x.Answers && x.From == "192.0.2.4" || x.From == "192.0.2.4" && x.Has != "" {
			t.Errorf("%+v", x)
		}
	}
	for name, want := range map[string]string{"nobody": "192.0.2.99:3053", "in another's name": "another daemon answers at " + b.address, "elsewhere": "no address of this link"} {
		if !strings.Contains(why[name], want) {
			t.Errorf("%s: %q, want %q", name, why[name], want)
		}
	}
	found(a, 0, b.address+" name", "find", "bank/main") // among lies

	// What is gone is told to be.
	c.killDaemon()
	n := found(a, 1, b.address, "list")
	gone := false
	for _, x := range n.Daemons {
		gone = gone || x.From == "192.0.2.3" && !x.Answers && x.Why != ""
	}
	if !gone {
		t.Errorf("after one was killed: %+v", n)
	}
	if r := a.run("doctor"); !strings.Contains(r.out, "it was heard from 192.0.2.3 on the link of port, and does not answer: ") {
		t.Errorf("dsom doctor: %+v", r)
	}
}

// lie says what is not so, after rubbish and questions.
func lie(t *testing.T, another string, flood int) error {
	s := miop.NewSender(miop.SenderConfig{Interface: "port"})
	o, err := orb.New(orb.Config{Multicaster: s, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	defer func() { _ = o.Shutdown(context.Background()); _ = s.Close() }()
	all := dsomlink.DaemonClass.Unchecked(group.NewReference(o, dsomlink.DaemonClass.Interface().ID, ior.Group{Domain: "DSOM", ID: 3053}, neighbours.Group))
	ctx := t.Context()
	for i := range flood {
		err = errors.Join(err, s.Send([]byte("GIOP"+strings.Repeat(strconv.Itoa(i), 300)), true, neighbours.Group), all.WhoHas(ctx, 1, "bank/main", make(dsomlink.Padding, 300)))
	}
	return errors.Join(err,
		all.Announce(ctx, dsomlink.Here{Id: [16]byte{1}, Name: "nobody", Addresses: []string{"192.0.2.99:3053"}}, 0, ""),
		all.Announce(ctx, dsomlink.Here{Id: [16]byte{2}, Name: "in another's name", Addresses: []string{another}}, 0, "name"),
		all.Announce(ctx, dsomlink.Here{Id: [16]byte{3}, Name: "elsewhere", Addresses: []string{"198.51.100.1:22", "127.0.0.1:22", "localhost:3053"}}, 0, ""),
		all.Announce(ctx, dsomlink.Here{Id: [16]byte{4}, Name: "a\x1b[2Jb"}, 0, ""),
		all.Announce(ctx, dsomlink.Here{Id: [16]byte{1}, Name: "nobody", Addresses: []string{"192.0.2.99:3053"}}, 0, ""),
	)
}

// TestNoLink: a daemon that was not told to look for others says so, and one that is told what cannot be does not run.
func TestNoLink(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	if r := h.run("link", "list"); r.status != statusFailed || !strings.Contains(r.err, "--link") {
		t.Errorf("%+v", r)
	}
	h.stopDaemon()
	for _, args := range []string{"--link none0", "--link 192.0.2.77"} {
		if r := h.run(append([]string{"daemon"}, strings.Fields(args)...)...); r.status == statusGood || !strings.Contains(r.err, "no interface") {
			t.Errorf("%s: %+v", args, r)
		}
	}
}
