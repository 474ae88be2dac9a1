//go:build linux

package main

import (
	"slices"
	"testing"
)

// TestOrphans holds that the children of a server end with it: also when it is killed after the daemon that started it, or while there
// is no daemon; and that nobody else's process ends.
func TestOrphans(t *testing.T) {
	for _, c := range []struct {
		name  string
		order []string
	}{
		{"server", []string{"server"}},
		{"daemon then server", []string{"daemon", "up", "server"}},
		{"server without daemon", []string{"daemon", "server", "up"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			h.startDaemon("--listen", "127.0.0.1:0")
			h.addTeller("other", "one")
			other := pid(t, account(t, client(t), h.url("other")))
			worker := h.script("worker", "exec sleep 1000")
			program := h.script("family", worker+" &\n"+worker+" &\nexec "+h.program+" one")
			h.must("server", "add", "-e", envTeller+"=1", "-e", envTellerPIDs+"="+h.tellerPIDs("family"), "family", "--", program)
			server := pid(t, account(t, client(t), h.url("family")))
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
