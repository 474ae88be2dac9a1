//go:build linux

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestOrphans holds that the children of a server end with it: also when it is killed after the daemon that started it, or while there
// is no daemon; and that nobody else's process ends. Where the server has a group of the system's that is so of children in sessions of their own, too.
func TestOrphans(t *testing.T) {
	for _, c := range []struct {
		name  string
		group bool
		order []string
	}{
		{"server", false, []string{"server"}},
		{"daemon then server", false, []string{"daemon", "up", "server"}},
		{"server without daemon", false, []string{"daemon", "server", "up"}},
		{"server in a group", true, []string{"server"}},
		{"server in a group, stopped", true, []string{"stop"}},
		{"daemon then server in a group", true, []string{"daemon", "up", "server"}},
		{"server in a group without daemon", true, []string{"daemon", "server", "up"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			h.startDaemon("--listen", "127.0.0.1:0")
			h.addTeller("other", "one")
			other := pid(t, account(t, client(t), h.url("other")))
			worker := h.script("worker", "exec sleep 1000")
			flags := []string{"server", "add", "-e", envTeller + "=1", "-e", envTellerPIDs + "=" + h.tellerPIDs("family")}
			if c.group {
				worker, flags = "setsid "+worker, append(flags, "--group-processes", "1000")
			}
			program := h.script("family", worker+" &\n"+worker+" &\nexec "+h.program+" one")
			h.must(append(flags, "family", "--", program)...)
			server := pid(t, account(t, client(t), h.url("family")))
			in, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", server))
			if err != nil {
				t.Fatal(err)
			}
			if family := h.server("family"); c.group && !strings.Contains(string(in), "/dsom-"+family.UUID+"/") {
				if open := family.Run.Unenforced; len(open) == 0 || strings.Contains(string(in), "/dsom-"+family.UUID) {
					t.Fatalf("the server has no part of a group, the daemon tells of %q, and it is in\n%s", open, in)
				}
				t.Skipf("no groups can be made here: %q", family.Run.Unenforced)
			}
			if all := h.processes(); len(all) != 5 { // the daemon, the other, the server and its two
				t.Fatalf("there are processes %v", all)
			}
			for _, what := range c.order {
				switch what {
				case "daemon":
					h.killDaemon()
				case "up":
					h.startDaemon()
				case "server":
					killServer(t, server)
				case "stop":
					h.must("server", "stop", "family")
				}
			}
			want := []int{h.daemon.Process.Pid, other}
			slices.Sort(want)
			eventually(t, "its children have ended", func() bool {
				left := h.processes()
				slices.Sort(left)
				return slices.Equal(left, want)
			})
		})
	}
}
