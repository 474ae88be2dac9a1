//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/orb"
)

// A load is callers at work, and what has become of their calls.
type load struct {
	calls, failed atomic.Int64
	longest       atomic.Int64 // pause between two answers that one caller got
	stop          func()
}

// work has many callers call one account through clients of their own, eight callers each.
func work(t *testing.T, url string, callers int, call func(context.Context, bank.Account) error) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{}
	var wg sync.WaitGroup
	var o *orb.ORB
	for i := range callers {
		if i%8 == 0 {
			o = client(t)
		}
		a := account(t, o, url)
		wg.Go(func() {
			for ctx.Err() == nil {
				begun := time.Now()
				if err := call(t.Context(), a); err != nil {
					if l.failed.Add(1) <= 3 {
						t.Errorf("a call failed: %v", err)
					}
				}
				l.calls.Add(1)
				took := int64(time.Since(begun))
				for was := l.longest.Load(); took > was && !l.longest.CompareAndSwap(was, took); was = l.longest.Load() {
				}
			}
		})
	}
	l.stop = func() { cancel(); wg.Wait() }
	t.Cleanup(l.stop)
	return l
}

// more waits for so many more calls.
func (l *load) more(t *testing.T, n int64) {
	t.Helper()
	want := l.calls.Load() + n
	eventually(t, fmt.Sprintf("%d more calls", n), func() bool { return l.calls.Load() >= want })
}

// TestUpgrade holds that no call fails while a server's program is replaced under 64 callers, forth, back and to itself; that
// the old process ends; and that one which does not come up changes nothing.
func TestUpgrade(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one")
	h.must("server", "start", "teller")
	url := h.url("teller")
	probe := account(t, client(t), url)
	first := pid(t, probe)
	l := work(t, url, 64, func(ctx context.Context, a bank.Account) error {
		if _, err := a.Balance(ctx); err != nil {
			return err
		}
		return a.Deposit(ctx, 5)
	})
	l.more(t, 500)

	out := h.must("server", "upgrade", "teller", "--", h.program, "two")
	if !strings.Contains(out, "two") || !strings.Contains(out, fmt.Sprint(first)) || !strings.Contains(out, "came to the daemon for it meanwhile") {
		t.Errorf("got %q", out)
	}
	if v, err := probe.Owner(t.Context()); err != nil || v != "two " {
		t.Errorf("after the upgrade: got %q, %v", v, err)
	}
	second := pid(t, probe)
	l.more(t, 500)

	if r := h.run("server", "upgrade", "teller", "--", h.program, "broken"); r.status != statusFailed || !strings.Contains(r.err, "cannot find the counter") {
		t.Errorf("an upgrade to what does not come up: got %+v", r)
	}
	if s := h.server("teller"); pid(t, probe) != second || !slices.Contains(s.Command, "two") || s.Upgrade != 1 {
		t.Errorf("it is not as it was: %+v", s)
	}
	l.more(t, 200)

	h.must("server", "upgrade", "--rollback", "teller")
	if v, err := probe.Owner(t.Context()); err != nil || v != "one " {
		t.Errorf("after going back: got %q, %v", v, err)
	}
	if r := h.run("server", "upgrade", "--rollback", "teller"); r.status != statusUsage && r.status != statusFailed || !strings.Contains(r.err, "nothing to go back to") {
		t.Errorf("going back twice: got %+v", r)
	}
	h.must("server", "upgrade", "teller") // the same, anew
	l.more(t, 200)
	l.stop()
	if l.failed.Load() > 0 {
		t.Errorf("%d of %d calls failed", l.failed.Load(), l.calls.Load())
	}
	t.Logf("%d calls by 64 callers through three upgrades, %d failed; the longest call took %v", l.calls.Load(), l.failed.Load(), time.Duration(l.longest.Load()).Round(time.Millisecond))
	if left := h.tellers("teller"); len(left) != 1 {
		t.Errorf("processes %v of the server are left", left)
	}
	if done := h.done("teller"); int64(done) != l.calls.Load() {
		t.Errorf("of %d deposits %d were carried out", l.calls.Load(), done)
	}
}

// TestUpgradeAlone holds that of a server that is to run alone no two processes run during an upgrade, that calls wait
// meanwhile, and that the old program is started again if the new one does not come up.
func TestUpgradeAlone(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank("--alone") // it cannot open its ledger while another process has it
	main := account(t, client(t), h.url("bank"))
	if err := main.Deposit(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	l := work(t, h.url("bank"), 16, func(ctx context.Context, a bank.Account) error { return a.Deposit(ctx, 1) })
	l.more(t, 100)
	first := h.server("bank").Run.PID
	var done admin.Upgraded // while its program is another, callers ask the daemon where it is
	if err := json.Unmarshal([]byte(h.must("server", "upgrade", "--json", "bank", "--", h.script("bank2", h.bankScript()))), &done); err != nil {
		t.Fatal(err)
	}
	if done.Paused <= 0 {
		t.Errorf("no pause is reported: %+v", done)
	}
	l.more(t, 100)
	second := h.server("bank").Run.PID
	r := h.run("server", "upgrade", "bank", "--", h.script("bank3", "echo no vault; exit 4"))
	if r.status != statusFailed || !strings.Contains(r.err, "no vault") {
		t.Errorf("an upgrade to what does not come up: got %+v", r)
	}
	l.more(t, 100)
	l.stop()
	wantBalance(t, main, float64(1+l.calls.Load()-l.failed.Load()))
	s := h.server("bank")
	if started := h.started(); len(started) != 3 || first == second || !strings.Contains(s.Command[0], "bank2") {
		t.Errorf("started as processes %v, the first was %d, then %d; now it is %+v", started, first, second, s)
	}
	t.Logf("%d calls by 16 callers, %d failed; the longest took %v", l.calls.Load(), l.failed.Load(), time.Duration(l.longest.Load()).Round(time.Millisecond))
}

// TestUpgradeInterrupted holds that a daemon that is killed in the middle of an upgrade leaves one version, whole: the old one
// before all of the new one takes calls, the new one after; and no process of the other.
func TestUpgradeInterrupted(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--stop-timeout", "20s")
	probe := account(t, client(t), h.url("teller"))
	first := pid(t, probe)

	upgrade := h.start("server", "upgrade", "teller", "--", h.program, "slow")
	eventually(t, "the new version is being started", func() bool { return len(h.tellers("teller")) == 2 })
	h.killDaemon()
	if r := <-upgrade; r.status != statusFailed {
		t.Errorf("an upgrade by a daemon that was killed: got %+v", r)
	}
	h.startDaemon()
	if got := pid(t, probe); got != first {
		t.Errorf("process %d answers, not %d", got, first)
	}
	eventually(t, "the new version is ended", func() bool { return slices.Equal(h.tellers("teller"), []int{first}) })

	busy := make(chan error, 1)
	go func() { busy <- probe.Deposit(context.WithoutCancel(t.Context()), -1) }()
	eventually(t, "the call is under way", func() bool { return h.begun("teller") == 1 })
	upgrade = h.start("server", "upgrade", "teller", "--", h.program, "two")
	eventually(t, "the new version has taken over", func() bool { return h.server("teller").Upgrade == 1 })
	h.killDaemon()
	<-upgrade
	h.startDaemon()
	other := account(t, client(t), h.url("teller"))
	if v, err := other.Owner(t.Context()); err != nil || v != "two " {
		t.Errorf("after the daemon's restart: got %q, %v", v, err)
	}
	h.open("teller")
	if err := <-busy; err != nil {
		t.Errorf("the call that was under way all the time: %v", err)
	}
	eventually(t, "the old version is ended", func() bool { return slices.Equal(h.tellers("teller"), []int{pid(t, other)}) })
}

// tellers returns which of a teller's processes live.
func (h *house) tellers(name string) (alive []int) {
	h.t.Helper()
	started := h.numbers(h.tellerPIDs(name))
	for _, p := range h.processes() {
		if slices.Contains(started, p) {
			alive = append(alive, p)
		}
	}
	return alive
}
