//go:build linux

package main

import (
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestNetworkCut cuts the network between clients and the daemon's machine, again and again, while they call by way of the daemon: every call ends, what was acknowledged is
// there, calls on the daemon's own machine go on, and those from the other one do when the network is whole again.
func TestNetworkCut(t *testing.T) {
	const rounds, callers = 3, 3
	h := newHouse(t)
	here, there := twoMachines(t)
	h.under, h.within = here, here
	h.startDaemon("--listen", ":0", "--publish", daemonHost)
	h.addBank()
	h.must("server", "start", "bank") // so that it has its name
	cable := func(state string) {
		t.Helper()
		line := append(here[:len(here):len(here)], "ip", "link", "set", "cable0", state)
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	url := "corbaname::" + h.address + "#bank/main"
	deposit := []string{"call", "--timeout", "3s", "--idl", bankIDL, url, "deposit", "1"}
	var acknowledged, doubtful, refused atomic.Int64
	stop := make(chan struct{})
	var calls sync.WaitGroup
	for range callers {
		calls.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				begun := time.Now()
				switch r := h.runBy(there, deposit...); {
				case r.status == statusGood:
					acknowledged.Add(1)
				case strings.Contains(r.err, "completed NO"):
					refused.Add(1)
				default:
					doubtful.Add(1)
				}
				if took := time.Since(begun); took > 30*time.Second {
					t.Errorf("a call that may take 3 s has ended after %v", took)
				}
			}
		})
	}
	var own int64
	for range rounds {
		had := acknowledged.Load()
		eventually(t, "calls are answered", func() bool { return acknowledged.Load() >= had+callers })
		cable("down")
		failed := refused.Load() + doubtful.Load()
		eventually(t, "calls fail", func() bool { return refused.Load()+doubtful.Load() >= failed+callers })
		h.must("call", "--idl", bankIDL, url, "deposit", "1")
		own++
		cable("up")
	}
	had := acknowledged.Load()
	eventually(t, "calls are answered again", func() bool { return acknowledged.Load() >= had+callers })
	close(stop)
	calls.Wait()
	balance, err := strconv.ParseInt(strings.TrimSpace(h.must("call", "--idl", bankIDL, url, "balance")), 10, 64)
	least, most := acknowledged.Load()+own, acknowledged.Load()+own+doubtful.Load()
	if err != nil || balance < least || balance > most {
		t.Errorf("the balance is %d, and at least %d were acknowledged and at most %d carried out: %v", balance, least, most, err)
	}
	if s := h.server("bank"); s.Run.Starts != 1 {
		t.Errorf("the server was started %d times", s.Run.Starts)
	}
	t.Logf("%d rounds: %d acknowledged, %d in doubt, %d refused", rounds, acknowledged.Load(), doubtful.Load(), refused.Load())
}
