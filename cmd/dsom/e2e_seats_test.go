//go:build linux

package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	demo "github.com/opendsom/dsom/demo/bank"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/svc/implrepo"
)

// object returns a stub of an account of a server; it makes no call.
func (h *house) object(server, id string) bank.Account {
	h.t.Helper()
	return account(h.t, client(h.t), h.objectURL(server, id))
}

func (h *house) objectURL(server, id string) string {
	h.t.Helper()
	uuid, err := implrepo.ParseUUID(h.server(server).UUID)
	if err != nil {
		h.t.Fatal(err)
	}
	ref, err := demo.Reference(uuid, h.address, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return ref.String()
}

// TestUnshared holds that each object has a process of its own, which knows for which it is; that there are no more than there
// may be; and that they end when nobody calls them.
func TestUnshared(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--activation", "unshared", "--most", "3")
	pids := map[int]string{}
	for _, id := range []string{"a", "b", "main"} {
		a, again := h.object("teller", id), h.object("teller", id)
		if p := pid(t, a); pids[p] != "" || pid(t, again) != p {
			t.Errorf("%s is in process %d, as %s is, or in another the second time", id, p, pids[p])
		} else {
			pids[p] = id
		}
		if who, err := a.Owner(t.Context()); err != nil || who != "one objects/"+id {
			t.Errorf("%s: got %q, %v", id, who, err)
		}
	}
	_, err := h.object("teller", "c").Balance(t.Context())
	wantRaised(t, err, exc.Transient, exc.MinorServerFailed, "teller", "3 objects", "most")
	if s := h.server("teller"); len(s.Run.Processes) != 3 || s.Run.Starts != 3 {
		t.Errorf("got %+v", s.Run)
	}
	h.must("server", "stop", "teller")
	if left := h.tellers("teller"); len(left) != 0 {
		t.Errorf("processes %v are left", left)
	}
	h.must("server", "change", "--idle-timeout", "100ms", "teller")
	for _, id := range []string{"a", "b", "c", "main"} { // one more than there may be: they make room
		o := h.object("teller", id)
		eventually(t, "there is room", func() bool { _, err := o.Balance(t.Context()); return err == nil })
	}
	eventually(t, "all are stopped", func() bool { return len(h.tellers("teller")) == 0 })
}

// TestNobodysObjects holds that calls of objects that there are not, by whatever LocateRequests and requests, keep nobody from those that there are: the processes that
// were started for them end.
func TestNobodysObjects(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--activation", "unshared", "--most", "3")
	nobody := func(id string) {
		_, err := h.object("teller", id).Balance(t.Context())
		if !errors.Is(err, exc.ObjectNotExist) && !errors.Is(err, exc.Transient) { // or, when all three objects have theirs, there is no room
			t.Errorf("%s: got %v", id, err)
		}
	}
	nobody("before")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() { nobody("no" + strconv.Itoa(i)) })
	}
	for _, id := range []string{"a", "b", "main"} {
		a := h.object("teller", id)
		wg.Go(func() {
			if who, err := a.Owner(t.Context()); err != nil || who != "one objects/"+id {
				t.Errorf("%s: got %q, %v", id, who, err)
			}
		})
	}
	wg.Wait()
	eventually(t, "what nobody needs has ended", func() bool { return len(h.tellers("teller")) == 3 })
	_, err := h.object("teller", "c").Balance(t.Context())
	wantRaised(t, err, exc.Transient, exc.MinorServerFailed, "teller", "3 objects", "most")
}

// TestManyClientsAtOnce holds that clients who call all at once a server that does not run start as many processes as it has, once each.
func TestManyClientsAtOnce(t *testing.T) {
	const clients = 100
	for _, c := range []struct {
		flags  []string
		starts int
	}{
		{[]string{"--copies", "3"}, 3},
		{[]string{"--activation", "unshared"}, 4}, // they call four objects
		{[]string{"--activation", "per-object", "--apart", "objects/a"}, 2},
	} {
		t.Run(strings.Join(c.flags, " "), func(t *testing.T) {
			h := newHouse(t)
			h.startDaemon("--listen", "127.0.0.1:0")
			h.addTeller("teller", "one", c.flags...)
			o, ids := client(t), []string{"main", "a", "b", "c"}
			var urls []string
			for _, id := range ids {
				urls = append(urls, h.objectURL("teller", id))
			}
			var wg sync.WaitGroup
			for i := range clients {
				a := account(t, o, urls[i%len(urls)])
				wg.Go(func() {
					if _, err := a.Balance(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got := h.server("teller").Run.Starts; got != c.starts {
				t.Errorf("%d clients brought about %d starts, not %d", clients, got, c.starts)
			}
			h.must("server", "stop", "teller")
			if started := len(h.numbers(h.tellerPIDs("teller"))); started != c.starts {
				t.Errorf("%d processes were started, not %d", started, c.starts)
			}
		})
	}
}

// TestPerObject holds that only objects whose paths match have processes of their own.
func TestPerObject(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--activation", "per-object", "--apart", "objects/[ab]", "--apart", "vaults/*")
	main, c := pid(t, h.object("teller", "main")), pid(t, h.object("teller", "c"))
	a, b := pid(t, h.object("teller", "a")), pid(t, h.object("teller", "b"))
	if main != c || a == b || a == main || b == main {
		t.Errorf("main %d, c %d, a %d, b %d", main, c, a, b)
	}
	killServer(t, a)
	if again := pid(t, h.object("teller", "a")); again == a || pid(t, h.object("teller", "b")) != b {
		t.Errorf("after the end of process %d, %d answers", a, again)
	}
	h.must("server", "upgrade", "teller", "--", h.program, "two")
	for _, id := range []string{"a", "b", "c", "main"} {
		if who, err := h.object("teller", id).Owner(t.Context()); err != nil || !strings.HasPrefix(who, "two ") {
			t.Errorf("%s after the upgrade: got %q, %v", id, who, err)
		}
	}
}

// TestPerCall holds that each call has a process of its own, also of those that come at once or through one stub; that no
// more run than may; that calls wait for their turn; and that every process ends.
func TestPerCall(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--activation", "per-call", "--most", "3")
	const callers, calls = 4, 5
	var mu sync.Mutex
	seen := map[int]int{}
	var wg sync.WaitGroup
	for range callers {
		a := h.object("teller", "main")
		wg.Go(func() {
			for range calls {
				p, err := a.Balance(context.WithoutCancel(t.Context()))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen[int(p)]++
				mu.Unlock()
			}
		})
	}
	most := 0
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			most = max(most, len(h.tellers("teller")))
		}
	}
	if len(seen) != callers*calls {
		t.Errorf("%d calls were answered by %d processes", callers*calls, len(seen))
	}
	if most > 3 {
		t.Errorf("%d processes ran at once", most)
	}
	eventually(t, "all have ended", func() bool { return len(h.tellers("teller")) == 0 })
	if s := h.server("teller"); s.Run.Failures != 0 || s.Run.PID != 0 {
		t.Errorf("got %+v", s.Run)
	}
}

// TestPerCallBroken holds that a program which does not come up is not started anew for each call that comes.
func TestPerCallBroken(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "broken", "--activation", "per-call", "--retry-pause", "1h", "--retry-max-pause", "1h")
	a := h.object("teller", "main")
	for i := range 5 {
		_, err := a.Balance(t.Context())
		minor := exc.MinorServerFailed
		if i > 0 {
			minor = exc.MinorServerBackOff
		}
		wantRaised(t, err, exc.Transient, minor, "cannot find the counter")
	}
	if n := len(h.numbers(h.tellerPIDs("teller"))); n != 1 {
		t.Errorf("it was started %d times", n)
	}
}

// TestPerCallByHand holds that a server with a process for each call has none between them, whatever is done by hand.
func TestPerCallByHand(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--activation", "per-call")
	if r := h.run("server", "start", "teller"); r.status != 0 || len(h.tellers("teller")) != 0 {
		t.Errorf("start: got %+v, and %d run", r, len(h.tellers("teller")))
	}
	h.must("server", "upgrade", "teller", "--", h.program, "two")
	if who, err := h.object("teller", "a").Owner(t.Context()); err != nil || !strings.HasPrefix(who, "two ") {
		t.Errorf("got %q, %v", who, err)
	}
	eventually(t, "all have ended", func() bool { return len(h.tellers("teller")) == 0 })
	if r := h.run("server", "upgrade", "teller", "--", h.program, "broken"); r.status == 0 || !strings.Contains(r.err, "cannot find the counter") {
		t.Errorf("upgrade: got %+v", r)
	}
}

// TestPerCallName holds that a server with a process for each call binds its names when it is started by hand, and is found by them; and that a start
// that fails says so.
func TestPerCallName(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--activation", "per-call", "-e", envTellerName+"=tellers/main")
	h.must("server", "start", "teller")
	if n := len(h.tellers("teller")); n != 0 {
		t.Errorf("%d processes are left of the start", n)
	}
	ref, err := client(t).Resolve(t.Context(), "corbaname::"+h.address+"#tellers/main")
	if err != nil {
		t.Fatal(err)
	}
	a := bank.AccountClass.Unchecked(ref)
	if first, second := pid(t, a), pid(t, a); first == second {
		t.Errorf("process %d has answered two calls", first)
	}
	eventually(t, "all have ended", func() bool { return len(h.tellers("teller")) == 0 })
	h.addTeller("poor", "broken", "--activation", "per-call")
	if r := h.run("server", "start", "poor"); r.status == 0 || !strings.Contains(r.err, "cannot find the counter") {
		t.Errorf("got %+v", r)
	}
}

// TestCopies holds that replicas run side by side, that clients are spread over them, that calls go on when one is killed, and
// that it is started again.
func TestCopies(t *testing.T) {
	for _, how := range []string{"round-robin", "random", "least-load"} {
		t.Run(how, func(t *testing.T) {
			h := newHouse(t)
			h.startDaemon("--listen", "127.0.0.1:0")
			h.addTeller("teller", "one", "--copies", "3", "--choose", how, "--activation", "always")
			eventually(t, "all are ready", func() bool {
				s := h.server("teller")
				return len(s.Run.Processes) == 3 && !slices.ContainsFunc(s.Run.Processes, notReady)
			})
			spread := map[int]int{}
			for range 30 {
				spread[pid(t, h.object("teller", "main"))]++
			}
			if len(spread) != 3 {
				t.Errorf("30 clients were sent to %v", spread)
			}
			for p, n := range spread {
				if how == "round-robin" && n != 10 {
					t.Errorf("%d of 30 clients were sent to process %d", n, p)
				}
			}

			l := work(t, h.url("teller"), 16, func(ctx context.Context, a bank.Account) error {
				_, err := a.Balance(ctx)
				var sys *exc.SystemException
				if errors.As(err, &sys) && sys.Completed == exc.Maybe && sys.Kind == exc.CommFailure {
					return nil // it was under way at the one that was killed, and nobody knows what it did
				}
				return err
			})
			for range 3 {
				l.more(t, 100)
				victims := h.tellers("teller")
				killServer(t, victims[0])
				l.more(t, 100)
				eventually(t, "it is started again", func() bool {
					s := h.server("teller")
					return len(s.Run.Processes) == 3 && !slices.ContainsFunc(s.Run.Processes, notReady)
				})
			}
			l.stop()
			t.Logf("%d calls through the end of 3 replicas, %d failed; the longest took %v", l.calls.Load(), l.failed.Load(), time.Duration(l.longest.Load()).Round(time.Millisecond))
			h.must("server", "upgrade", "teller", "--", h.program, "two")
			if s := h.server("teller"); len(s.Run.Processes) != 3 || len(h.tellers("teller")) != 3 {
				t.Errorf("after the upgrade: %+v", s.Run)
			}
		})
	}
}

// TestLeastLoad holds that clients are sent to the replica with fewest calls.
func TestLeastLoad(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--copies", "2", "--choose", "least-load")
	h.must("server", "start", "teller")
	eventually(t, "both are ready", func() bool {
		s := h.server("teller")
		return len(s.Run.Processes) == 2 && !slices.ContainsFunc(s.Run.Processes, notReady)
	})
	busy := h.object("teller", "main")
	at := pid(t, busy)
	done := make(chan error, 10)
	for range 10 {
		go func() { done <- busy.Deposit(context.WithoutCancel(t.Context()), -1) }()
	}
	eventually(t, "the load is told", func() bool {
		return slices.ContainsFunc(h.server("teller").Run.Processes, func(p admin.Process) bool { return p.PID == at && p.Calls >= 10 })
	})
	for range 8 {
		if got := pid(t, h.object("teller", "main")); got == at {
			t.Errorf("a client was sent to process %d, which has 10 calls", got)
		}
	}
	h.open("teller")
	for range 10 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func notReady(p admin.Process) bool { return p.State != admin.StateReady }
