//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/process"
)

// TestManyClientsOneStart holds that clients who call a server at once that does not run
// start it once, and are all served.
func TestManyClientsOneStart(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	url := h.url("bank")
	const clients = 500
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for range clients {
		ready.Add(1)
		done.Go(func() {
			a := account(t, client(t), url)
			ready.Done()
			<-begin
			if err := a.Deposit(t.Context(), 1); err != nil {
				t.Error(err)
			}
		})
	}
	ready.Wait()
	close(begin)
	done.Wait()
	wantBalance(t, account(t, client(t), url), clients)
	if got := h.started(); len(got) != 1 {
		t.Errorf("it was started as processes %v, want one", got)
	}
	if run := h.server("bank").Run; run.Starts != 1 || run.State != "ready" {
		t.Errorf("got %+v", run)
	}
}

// TestManyClientsByName holds that a server comes up, once, whatever many clients have found it by its name and wait for it: the daemon has room for its connections
// where clients have taken all that is theirs; and that a client for whom there is no room is told so.
func TestManyClientsByName(t *testing.T) {
	t.Run("500 of them", func(t *testing.T) { manyByName(t, 500, 500) })
	t.Run("more than there may be", func(t *testing.T) { manyByName(t, 60, 40, "--connections-per-address", "40") })
}

func manyByName(t *testing.T, clients, room int, flags ...string) {
	h := newHouse(t)
	h.startDaemon(append([]string{"--listen", "127.0.0.1:0"}, flags...)...)
	h.addBank()
	h.must("server", "start", "bank") // it binds its names
	h.must("server", "stop", "bank")
	url := "corbaname::" + h.address + "#bank/main"
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	var served, turnedAway atomic.Int32
	for range clients {
		ready.Add(1)
		done.Go(func() {
			o := client(t)
			ref, err := o.Resolve(t.Context(), url)
			ready.Done()
			<-begin
			if err == nil {
				err = bank.AccountClass.Unchecked(ref).Deposit(t.Context(), 1)
			}
			var sys *exc.SystemException
			switch {
			case err == nil:
				served.Add(1)
			case errors.As(err, &sys) && sys.Kind == exc.Transient && sys.Completed == exc.No && strings.Contains(err.Error(), "connections-per-address"):
				turnedAway.Add(1)
			default:
				t.Errorf("a client was told %v", err)
			}
		})
	}
	ready.Wait()
	close(begin)
	done.Wait()
	if n := int(served.Load()); n != room {
		t.Errorf("%d clients were served and %d turned away, want %d and %d", n, turnedAway.Load(), room, clients-room)
	}
	if run := h.server("bank").Run; run.Starts != 2 || run.State != "ready" {
		t.Errorf("got %+v, want one start more than before", run)
	}
}

// TestServersThatDoNotComeUp holds what clients are told of a program that does not become a
// server, that it is not tried again at once, and that the same reference is good as soon as the program is.
func TestServersThatDoNotComeUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string // "": no file
		mode   os.FileMode
		flags  []string
		want   []string // in the reason
	}{
		"exits at once": {"echo starts >> $0.starts; echo the vault is locked; echo giving up >&2; exit 3", 0o755, nil,
			[]string{"exit status 3", "the vault is locked | giving up"}},
		"prints and hangs": {"echo starts >> $0.starts; echo thinking; exec sleep 300", 0o755, []string{"--start-timeout", "5s"},
			[]string{"did not register within 5s", "thinking"}},
		"forks and exits": {"echo starts >> $0.starts; sleep 300 & echo the child does it", 0o755, nil,
			[]string{"exit status 0 before it had registered", "foreground", "the child does it"}},
		"ended by a signal": {"echo starts >> $0.starts; echo to be or not to be; kill -SEGV $$", 0o755, nil,
			[]string{"signal: segmentation fault", "not to be"}},
		"does not exist":       {"", 0, nil, []string{"cannot be started", "no such file"}},
		"has no interpreter":   {"#!/nowhere/python9 -u\n", 0o755, nil, []string{"cannot be started", "the interpreter /nowhere/python9 of the script"}},
		"has lines of Windows": {"#!/bin/sh\r\nexit 0\r\n", 0o755, nil, []string{"cannot be started", "CR LF"}},
		"is not executable":    {"exit 0", 0o644, nil, []string{"cannot be started", "permission denied"}},
		"is no program":        {"", 0o755, nil, []string{"cannot be started", "exec format error"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.startDaemon("--listen", "127.0.0.1:0")
			h.addBank(c.flags...)
			path := filepath.Join(filepath.Dir(h.state), "bank")
			starts := func() int {
				b, _ := os.ReadFile(path + ".starts")
				return strings.Count(string(b), "starts\n")
			}
			switch {
			case strings.HasPrefix(c.script, "#!"):
				if err := os.WriteFile(path, []byte(c.script), c.mode); err != nil {
					t.Fatal(err)
				}
			case c.script != "":
				h.script("bank", c.script)
				if err := os.Chmod(path, c.mode); err != nil {
					t.Fatal(err)
				}
			case c.mode != 0:
				if err := os.WriteFile(path, []byte("\x00no program"), c.mode); err != nil {
					t.Fatal(err)
				}
			default:
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			a := account(t, client(t), h.url("bank"))
			parts := append([]string{`server "bank" did not come up`, path}, c.want...)
			_, err := a.Balance(t.Context())
			wantRaised(t, err, exc.Transient, exc.MinorServerFailed, parts...)

			// The next is told the same, and does not start it; on a slow machine it may be
			// time again, but each time there is more.
			var sys *exc.SystemException
			before := 0
			for range 6 {
				before = starts()
				if _, err = a.Balance(t.Context()); errors.As(err, &sys) && sys.Minor == exc.MinorServerBackOff {
					break
				}
			}
			wantRaised(t, err, exc.Transient, exc.MinorServerBackOff, append(parts, "tried again in")...)
			if got := starts(); got != before {
				t.Errorf("it was started %d times and then %d, though it had to wait", before, got)
			}
			if left := h.processes(); len(left) != 1 { // the daemon
				t.Errorf("processes %v are there, want the daemon alone", left)
			}
			if run := h.server("bank").Run; run.Failures == 0 || !strings.Contains(run.LastError, c.want[0]) {
				t.Errorf("got %+v", run)
			}

			if len(c.flags) > 0 { // what is mended has time
				h.must("server", "change", "--start-timeout", "1m", "bank")
			}
			h.script("bank", h.bankScript())
			if name == "exits at once" { // the others wait until it is time
				h.must("server", "start", "bank")
			}
			eventually(t, "the mended program serves", func() bool {
				_, err := a.Balance(t.Context())
				if errors.As(err, &sys) && sys.Minor == exc.MinorServerFailed {
					return false // on a slow machine it may not be up in time either
				}
				if err != nil {
					wantRaised(t, err, exc.Transient, exc.MinorServerBackOff)
				}
				return err == nil
			})
			wantBalance(t, a, 0)
			if run := h.server("bank").Run; run.Failures != 0 || run.State != "ready" {
				t.Errorf("after it came up: got %+v", run)
			}
		})
	}
}

// TestServerHangsInStartUp holds that a client's own deadline holds for the start of a
// server too, and that the daemon serves others meanwhile.
func TestServerHangsInStartUp(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.must("server", "add", "hung", "--", h.script("hung", "echo waiting for the dongle; exec sleep 300"))
	h.addBank()
	hung := account(t, client(t), h.url("hung"))
	waiting := make(chan error, 1)
	go func() {
		_, err := hung.Balance(t.Context())
		waiting <- err
	}()
	eventually(t, "it is being started", func() bool { return h.server("hung").Run.State == "starting" })
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := hung.Balance(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	wantBalance(t, account(t, client(t), h.url("bank")), 0)
	h.must("name", "ls")
	select {
	case err := <-waiting:
		t.Errorf("who has no deadline does not wait: got %v", err)
	default:
	}
	// One who stops it tells those who wait.
	h.must("server", "stop", "hung")
	wantRaised(t, <-waiting, exc.Transient, exc.MinorServerFailed, `server "hung"`, "stopped before it took calls", "waiting for the dongle")
}

// TestFloodingServer holds that a server that writes without end is served with, bounded on the disk, and ended.
func TestFloodingServer(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	// A few hundred megabytes a second would make the machine too slow for the other tests.
	h.script("bank", "(while :; do head -c 20000000 /dev/zero | tr '\\0' x; echo; sleep 0.2; done) &\n"+h.bankScript())
	h.must("server", "add", "bank", "--", filepath.Join(filepath.Dir(h.state), "bank"))
	a := account(t, client(t), h.url("bank"))
	logs := filepath.Join(h.state, "logs", h.server("bank").UUID+".log")
	largest, last, cuts := int64(0), int64(0), 0
	eventually(t, "the oldest output is given up", func() bool {
		if _, err := a.Balance(t.Context()); err != nil {
			t.Fatal(err)
		}
		sum := octets(filepath.Dir(logs))
		largest = max(largest, sum)
		if sum < last {
			cuts++
		}
		last = sum
		_, err := os.Stat(logs + ".1")
		return err == nil && cuts > 3
	})
	if largest > 200<<20 {
		t.Errorf("the output took %d octets", largest)
	}
	if got := h.run("server", "logs", "-n", "1", "bank"); got.status != 0 {
		t.Errorf("got status %d: %.200s", got.status, got.err)
	}
	h.must("server", "stop", "bank")
	if left := h.processes(); len(left) != 1 {
		t.Errorf("processes %v are there, want the daemon alone", left)
	}
	h.must("server", "remove", "bank")
	if left, err := os.ReadDir(filepath.Dir(logs)); err != nil || len(left) != 0 {
		t.Errorf("its output is left: %v, %v", left, err)
	}
}

// octets returns how much the files of a folder take.
func octets(dir string) (sum int64) {
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if i, err := f.Info(); err == nil {
			sum += i.Size()
		}
	}
	return sum
}

// TestLastOutputOfALongLine holds that what a program has written last is told also where
// that was one line, longer than a file of its output.
func TestLastOutputOfALongLine(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0", "--server-output", "4MiB")
	h.must("server", "add", "talker", "--", h.script("talker",
		"echo first words\nfor i in 1 2 3 4; do head -c 1500000 /dev/zero | tr '\\0' x; sleep 0.6; done\nexit 3"))
	got := h.run("server", "start", "talker")
	if got.status != statusFailed || !strings.Contains(got.err, "exit status 3") || !strings.Contains(got.err, "xxxx") || len(got.err) > 2000 {
		t.Errorf("got status %d: %.3000s", got.status, got.err)
	}
	for _, n := range []string{"1", "50"} {
		got = h.run("server", "logs", "-n", n, "talker")
		if got.status != 0 || got.err != "" || !strings.HasPrefix(got.out, "…xxxx") || len(got.out) > 300<<10 {
			t.Errorf("the last %s lines: got status %d, %d octets, %.100q: %s", n, got.status, len(got.out), got.out, got.err)
		}
	}
}

// TestServerThatDoesNotStop holds that a server that heeds neither the daemon nor SIGTERM is
// ended within bounds, and not started beside itself meanwhile.
func TestServerThatDoesNotStop(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"its parent ignores SIGTERM": "trap '' TERM\n%s &\nwait\nwhile :; do sleep 1; done",
		"it is suspended":            "exec %s",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.startDaemon("--listen", "127.0.0.1:0")
			run := h.program + " __demo-bank-server --data " + h.data
			h.must("server", "add", "--stop-timeout", "300ms", "bank", "--", h.script("bank", strings.Replace(script, "%s", run, 1)))
			a := account(t, client(t), h.url("bank"))
			wantBalance(t, a, 0)
			first := h.server("bank").Run.PID
			if name == "it is suspended" {
				suspend(t, first)
			}
			begun := time.Now()
			stopped := make(chan result, 1)
			go func() { stopped <- h.run("server", "stop", "bank") }()
			eventually(t, "it is being stopped", func() bool { return h.server("bank").Run.State == "stopping" })
			wantBalance(t, account(t, client(t), h.url("bank")), 0) // waits for the end of the first
			if again := h.server("bank").Run.PID; again == first {
				t.Errorf("process %d is still the server", first)
			}
			if r := <-stopped; r.status != 0 {
				t.Errorf("got %+v", r)
			}
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("it took %v", took)
			}
			if _, err := process.Of(first); !errors.Is(err, process.ErrGone) {
				t.Errorf("process %d is left: %v", first, err)
			}
		})
	}
}

// suspend keeps a process from doing anything, also from ending.
func suspend(t *testing.T, pid int) {
	t.Helper()
	id, err := process.Of(pid)
	if err == nil {
		err = id.Signal(syscall.SIGSTOP)
	}
	if err != nil {
		t.Fatal(err)
	}
	awaitSuspended(t, pid)
}

func awaitSuspended(t *testing.T, pid int) {
	t.Helper()
	eventually(t, "process "+strconv.Itoa(pid)+" is stopped", func() bool {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		i := strings.LastIndexByte(string(b), ')')
		return err == nil && i > 0 && strings.HasPrefix(string(b[i:]), ") T")
	})
}
