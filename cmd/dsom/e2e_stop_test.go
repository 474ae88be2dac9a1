//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A slowAccount is an account of the test's process. What is deposited there takes until the test says so.
type slowAccount struct {
	bank.AccountBase
	entered, finish chan struct{}
}

func (s *slowAccount) Deposit(ctx context.Context, _ float64) error {
	s.entered <- struct{}{}
	select {
	case <-s.finish:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// aSlowAccount returns a slow account and its stub, which can be passed to other servers.
func aSlowAccount(t *testing.T) (*slowAccount, bank.Account) {
	t.Helper()
	s := &slowAccount{entered: make(chan struct{}), finish: make(chan struct{})}
	root := poa.New(client(t, "tcp:127.0.0.1:0"))
	ref, err := root.ActivateKey("slow", bank.AccountClass.Servant(s))
	if err != nil {
		t.Fatal(err)
	}
	return s, bank.AccountClass.Unchecked(ref)
}

// TestStopWithCallsUnderWay holds that a daemon that is told to end lets the calls that its
// servers are working on finish, gives an answer to those who wait for a server to come up, and
// leaves no process behind.
func TestStopWithCallsUnderWay(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	h.must("server", "add", "hung", "--", h.script("hung", "echo waiting for the dongle; exec sleep 300"))
	o := client(t)
	main := account(t, o, h.url("bank"))
	if err := main.Deposit(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	hung := account(t, o, h.url("hung"))
	slow, to := aSlowAccount(t)
	transferred := make(chan error, 1)
	go func() {
		left, _, err := main.Transfer(t.Context(), to, 30)
		if err == nil && left != 70 {
			err = errors.New("the wrong amount is left")
		}
		transferred <- err
	}()
	<-slow.entered
	waiting := make(chan error, 1)
	go func() {
		_, err := hung.Balance(t.Context())
		waiting <- err
	}()
	eventually(t, "the other is being started", func() bool { return h.server("hung").Run.State == "starting" })
	endpoint := strings.TrimPrefix(h.server("bank").Run.Endpoints[0], "tcp:")

	if err := h.daemon.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	select {
	case err := <-waiting:
		wantRaised(t, err, exc.Transient, exc.MinorServerFailed)
	case <-time.After(8 * time.Second):
		t.Error("who waits for a server to come up is not answered when the daemon ends")
	}
	eventually(t, "the bank takes no more connections", func() bool {
		c, err := net.Dial("tcp", endpoint)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	select {
	case err := <-transferred:
		t.Fatalf("the call was cut off: %v", err)
	default:
	}
	close(slow.finish)
	if err := <-transferred; err != nil {
		t.Errorf("the call under way: %v", err)
	}
	if status := h.ended(); status != 0 {
		t.Errorf("the daemon's exit status is %d", status)
	}
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("the end took %v", took)
	}
	if left := h.processes(); len(left) != 0 {
		t.Errorf("processes %v are left", left)
	}
	h.startDaemon()
	wantBalance(t, main, 70)
}

// TestServerStopWithCallsUnderWay holds that a server that is stopped finishes what it has
// begun, and that who calls meanwhile waits for the next process.
func TestServerStopWithCallsUnderWay(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	main, url := account(t, client(t), h.url("bank")), h.url("bank")
	if err := main.Deposit(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	slow, to := aSlowAccount(t)
	transferred := make(chan error, 1)
	go func() {
		_, _, err := main.Transfer(t.Context(), to, 30)
		transferred <- err
	}()
	<-slow.entered
	stopped := make(chan result, 1)
	go func() { stopped <- h.run("server", "stop", "bank") }()
	eventually(t, "it is being stopped", func() bool { return h.server("bank").Run.State == "stopping" })
	called := make(chan error, 1)
	go func() {
		a := bank.AccountClass.Unchecked(main.(orb.Object)) // of the client that is connected, and
		err := a.Deposit(t.Context(), 1)
		if err == nil {
			err = account(t, client(t), url).Deposit(t.Context(), 1) // of one that is not
		}
		called <- err
	}()
	select {
	case err := <-called:
		t.Errorf("a call while it is being stopped: got %v, before it has ended", err)
	case r := <-stopped:
		t.Errorf("it was stopped in the middle of a call: %+v", r)
	case err := <-transferred:
		t.Errorf("the call under way: got %v", err)
	case <-time.After(300 * time.Millisecond): // long enough for those that would be wrong
	}
	close(slow.finish)
	if err := <-transferred; err != nil {
		t.Errorf("the call under way: %v", err)
	}
	if r := <-stopped; r.status != 0 {
		t.Errorf("got %+v", r)
	}
	if err := <-called; err != nil {
		t.Errorf("a call while it was being stopped: %v", err)
	}
	wantBalance(t, main, 72)
	if got := h.started(); len(got) != 2 {
		t.Errorf("it was started as processes %v, want two", got)
	}
}

// TestStopWhileServerHangs holds that a server that does not end cannot keep the daemon from ending, and is ended.
func TestStopWhileServerHangs(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank("--stop-timeout", "500ms")
	a := account(t, client(t), h.url("bank"))
	wantBalance(t, a, 0)
	suspend(t, h.server("bank").Run.PID)
	call := make(chan error, 1)
	go func() { call <- a.Deposit(t.Context(), 1) }()
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("the daemon's exit status is %d", status)
	}
	var sys *exc.SystemException
	if err := <-call; !errors.As(err, &sys) || sys.Completed == exc.Yes {
		t.Errorf("the call to the server that hung: got %v", err)
	}
	if left := h.processes(); len(left) != 0 {
		t.Errorf("processes %v are left", left)
	}
}

// TestRestartUnderCalls holds that clients who call while the daemon is killed and comes up
// again are never told that an object does not exist.
func TestRestartUnderCalls(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	url := h.url("bank")
	wantBalance(t, account(t, client(t), url), 0)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var callers sync.WaitGroup
	var answered [4]int // by caller, since the last restart
	var mu sync.Mutex
	for i := range answered {
		callers.Go(func() {
			for ctx.Err() == nil {
				o, err := orb.New(orb.Config{}) // so that each call asks the daemon
				if err != nil {
					t.Error(err)
					return
				}
				ref, err := o.Resolve(ctx, url)
				if err == nil {
					_, err = bank.AccountClass.Unchecked(ref).Balance(ctx)
				}
				var sys *exc.SystemException
				switch {
				case ctx.Err() != nil:
				case err == nil:
					mu.Lock()
					answered[i]++
					mu.Unlock()
				case !errors.As(err, &sys) || sys.Kind != exc.Transient && sys.Kind != exc.CommFailure:
					t.Errorf("got %v", err)
				}
				_ = o.Shutdown(context.Background())
			}
		})
	}
	for range 8 {
		h.killDaemon()
		mu.Lock()
		clear(answered[:])
		mu.Unlock()
		h.startDaemon()
		eventually(t, "all are answered", func() bool {
			mu.Lock()
			defer mu.Unlock()
			for _, n := range answered {
				if n == 0 {
					return false
				}
			}
			return true
		})
	}
	stop()
	callers.Wait()
	if got := h.started(); len(got) != 1 {
		t.Errorf("it was started as processes %v, want one", got)
	}
}

// TestServerByHand holds that a server that a person starts registers itself, and signs off at SIGTERM.
func TestServerByHand(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	var a bank.Account
	for i := range 2 {
		cmd := exec.Command(h.program, "__demo-bank-server", "--data", h.data)
		cmd.Env = append(os.Environ(), h.env...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		eventually(t, "it is registered and ready", func() bool {
			s, ok := h.look("bank")
			return ok && s.Run.State == "ready"
		})
		run := h.server("bank").Run
		if run.PID != cmd.Process.Pid || run.Started {
			t.Errorf("got %+v, want process %d", run, cmd.Process.Pid)
		}
		if i == 0 {
			a = account(t, client(t), h.url("bank"))
		}
		wantBalance(t, a, float64(i)*10) // the reference outlives the process
		if err := a.Deposit(t.Context(), 10); err != nil {
			t.Error(err)
		}
		if i == 0 { // a second one is told, and does not disturb the first
			r := h.run("__demo-bank-server", "--data", h.data)
			if r.status != statusFailed || !strings.Contains(r.err, "is this server already") {
				t.Errorf("a second one: got %+v", r)
			}
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v: %s", err, said.String())
		}
		if run := h.server("bank").Run; run.State != "stopped" { // at once: it has said so
			t.Errorf("after it has ended: got %+v", run)
		}
		_, err := a.Balance(t.Context())
		wantRaised(t, err, exc.Transient, exc.MinorServerDisabled, "started by hand only")
	}
}
