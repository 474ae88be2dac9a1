//go:build linux

package main

import (
	"bufio"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
)

// The addresses of two machines that see each other and nobody else.
const (
	daemonHost = "192.0.2.1" // for documentation: RFC 5737
	remoteHost = "192.0.2.2"
)

// twoMachines makes two networks of their own, with a cable between them, and returns the
// command under which a program runs in the daemon's and the one for the other machine. The
// test is skipped where the system does not let this user do that. The networks end with the test.
func twoMachines(t *testing.T) (here, there []string) {
	t.Helper()
	a, b := aNetwork(t), aNetwork(t)
	enter := func(pid string) []string { return []string{"nsenter", "--net", "--target", pid} }
	for _, c := range [][]string{
		{a, "ip link add cable0 type veth peer name cable1 netns " + b},
		{a, "ip addr add " + daemonHost + "/24 dev cable0"},
		{a, "ip link set cable0 up"},
		{a, "ip link set lo up"},
		{b, "ip addr add " + remoteHost + "/24 dev cable1"},
		{b, "ip link set cable1 up"},
		{b, "ip link set lo up"},
	} {
		line := append(enter(c[0]), strings.Fields(c[1])...)
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			absent.Skip(t, "networks cannot be made here: %s: %v: %s", c[1], err, out)
		}
	}
	return enter(a), enter(b)
}

// aNetwork makes a network and returns a process that is in it until the test ends.
func aNetwork(t *testing.T) (pid string) {
	t.Helper()
	cmd := exec.Command("unshare", "--net", "sh", "-c", "echo up; exec cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		absent.Skip(t, "networks cannot be made here: %v", err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "up\n" {
		absent.Skip(t, "networks cannot be made here: %v", errors.Join(err, io.ErrUnexpectedEOF))
	}
	return strconv.Itoa(cmd.Process.Pid)
}

// TestWritesFromElsewhere holds that a client on another machine can read names and call
// servers, and change names only where that was allowed to its network.
func TestWritesFromElsewhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags []string
		may   bool
	}{
		"by default":               {nil, false},
		"allowed to its network":   {[]string{"--allow-write", "192.0.2.0/24"}, true},
		"allowed to its address":   {[]string{"--allow-write", "10.0.0.0/8", "--allow-write", remoteHost}, true},
		"allowed to others":        {[]string{"--allow-write", "10.0.0.0/8", "--allow-write", "fd00::/8"}, false},
		"allowed to the next host": {[]string{"--allow-write", "192.0.2.3"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			here, there := twoMachines(t)
			h.under, h.within = here, here
			h.startDaemon(append([]string{"--listen", ":0", "--publish", daemonHost}, c.flags...)...)
			_, port, ok := strings.Cut(h.address, ":")
			if !ok || h.address != daemonHost+":"+port {
				t.Fatalf("the daemon is at %s, want %s", h.address, daemonHost)
			}
			const object = "corbaloc:iiop:1.2@192.0.2.2:1/x"
			// On the daemon's machine, by either of its addresses, one may.
			for i, at := range []string{"127.0.0.1:" + port, h.address} {
				if r := h.runBy(here, "name", "bind", "--at", at, "local"+strconv.Itoa(i), object); r.status != 0 {
					t.Errorf("from this machine by %s: got %+v", at, r)
				}
			}
			// From the other one all may read.
			if r := h.runBy(there, "name", "resolve", "--at", h.address, "local0"); r.status != 0 || !strings.HasPrefix(r.out, "IOR:") {
				t.Errorf("resolve: got %+v", r)
			}
			for _, write := range [][]string{
				{"bind", "remote", object},
				{"bind", "--rebind", "local0", object},
				{"unbind", "local1"},
				{"bind", "-p", "a/b/c", object},
			} {
				r := h.runBy(there, append([]string{"name", write[0], "--at", h.address}, write[1:]...)...)
				switch {
				case c.may && r.status != 0:
					t.Errorf("%q: got %+v", write, r)
				case !c.may && (r.status != statusRaised || !strings.Contains(r.err, exc.NoPermission.ID()) || !strings.Contains(r.err, "--allow-write")):
					t.Errorf("%q: got %+v, want it refused", write, r)
				}
			}
			want := "local0\nlocal1\n"
			if c.may {
				want = "a/\nlocal0\nremote\n"
			}
			if r := h.runBy(there, "name", "ls", "--at", h.address); r.status != 0 || r.out != want {
				t.Errorf("got %+v, want %q", r, want)
			}
			if name != "by default" {
				return
			}
			// A server that the daemon starts can be called from there too.
			h.addBank()
			r := h.runBy(there, "call", "--idl", bankIDL, h.url("bank"), "deposit", "5")
			if r.status != 0 {
				t.Errorf("got %+v", r)
			}
			r = h.runBy(there, "call", "--idl", bankIDL, "corbaname::"+h.address+"#bank/main", "balance")
			if r.status != 0 || r.out != "5\n" {
				t.Errorf("got %+v", r)
			}
		})
	}
}
