//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// TestReferencesSurvive holds that references of servers and of the naming service are good
// after the server, the daemon, or both were killed, and that servers are adopted where they live.
func TestReferencesSurvive(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	address, uuid := h.address, h.server("bank").UUID
	o := client(t)
	main := account(t, o, h.url("bank"))
	if err := main.Deposit(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	branch, err := bank.BranchClass.Bind(t.Context(), o, "corbaname::"+address+"#bank/branch")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := branch.Open(t.Context(), "savings")
	if err != nil {
		t.Fatal(err)
	}
	names, err := cosnaming.NamingContextExtClass.Bind(t.Context(), o, "corbaloc::"+address+"/NameService")
	if err != nil {
		t.Fatal(err)
	}
	below, err := names.BindNewContext(t.Context(), cosnaming.Name{{Id: "below"}})
	if err != nil {
		t.Fatal(err)
	}
	deposited := 100.0
	// works deposits by the references that there are, and by new ones of a new client.
	works := func(t *testing.T) {
		t.Helper()
		for _, a := range []bank.Account{main, account(t, client(t), h.url("bank"))} {
			if err := a.Deposit(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			deposited++
			wantBalance(t, a, deposited)
		}
		wantBalance(t, opened, 0)
		a, err := branch.Find(t.Context(), "savings")
		if err != nil {
			t.Fatal(err)
		}
		wantBalance(t, a, 0)
		if err := below.Rebind(t.Context(), cosnaming.Name{{Id: "x"}}, main.(orb.Object)); err != nil {
			t.Error(err)
		}
		o, err := names.Resolve(t.Context(), cosnaming.Name{{Id: "below"}, {Id: "x"}})
		if err != nil {
			t.Fatal(err)
		}
		wantBalance(t, bank.AccountClass.Unchecked(o), deposited)
		if s := h.server("bank"); h.address != address || s.UUID != uuid {
			t.Errorf("daemon at %s, server %s; want %s, %s", h.address, s.UUID, address, uuid)
		}
	}
	works(t)
	before := h.server("bank").Run

	// The server alone. What it listened at is taken, so that it has to move.
	killServer(t, before.PID)
	squat(t, before.Endpoints)
	works(t)
	moved := h.server("bank").Run
	if moved.PID == before.PID || slices.Equal(moved.Endpoints, before.Endpoints) {
		t.Fatalf("got %+v, and before %+v", moved, before)
	}

	// The daemon alone, as often as one likes.
	for range 2 {
		h.killDaemon()
		h.startDaemon()
		works(t)
		if run := h.server("bank").Run; run.PID != moved.PID || run.Starts != 0 || !run.Started || !slices.Equal(run.Endpoints, moved.Endpoints) {
			t.Errorf("the server that lives: got %+v, want %+v", run, moved)
		}
	}
	if got := h.started(); len(got) != 2 {
		t.Errorf("the bank was started as processes %v, want two", got)
	}

	// Both, the server first, and the daemon first.
	killServer(t, moved.PID)
	h.killDaemon()
	h.startDaemon()
	works(t)
	last := h.server("bank").Run
	h.killDaemon()
	killServer(t, last.PID)
	h.startDaemon()
	works(t)
	if got := h.started(); len(got) != 4 {
		t.Errorf("the bank was started as processes %v, want four", got)
	}

	// In order.
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	h.startDaemon()
	works(t)

	// In order, but for the servers.
	pid := h.server("bank").Run.PID
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	h.startDaemon("--leave-servers")
	works(t)
	if again := h.server("bank").Run.PID; again == pid {
		t.Errorf("process %d was to be stopped with its daemon", pid)
	} else {
		pid = again
	}
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	h.startDaemon()
	works(t)
	if again := h.server("bank").Run.PID; again != pid {
		t.Errorf("process %d was to be left by its daemon", pid)
	}
}

// squat takes the addresses of endpoints, so that nobody else gets them, without listening there.
func squat(t *testing.T, endpoints []string) {
	t.Helper()
	for _, e := range endpoints {
		at, err := netip.ParseAddrPort(strings.TrimPrefix(e, "tcp:"))
		if err != nil {
			t.Fatal(err)
		}
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Close(fd) })
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: at.Addr().As4(), Port: int(at.Port())}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDaemonKeepsItsPort holds that a state belongs to a port, and that one who asks for another is told.
func TestDaemonKeepsItsPort(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0", "--publish", "127.0.0.1")
	address := h.address
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	context := contextKey(t, h)
	h.stopDaemon()
	got := h.run("daemon", "--listen", "127.0.0.1:1")
	for _, want := range []string{"daemon on port " + port, "references name that port", "another state folder for port 1"} {
		if got.status != statusFailed || !strings.Contains(got.err, want) {
			t.Errorf("got %+v, want %q", got, want)
		}
	}
	for _, args := range [][]string{nil, {"--listen", "127.0.0.1:" + port}, {"--listen", "127.0.0.1:0"}} {
		h.startDaemon(args...)
		if h.address != address {
			t.Errorf("%q: at %s, was at %s", args, h.address, address)
		}
		if again := contextKey(t, h); again != context {
			t.Errorf("%q: the naming context has the key %q, had %q", args, again, context)
		}
		h.stopDaemon()
	}
}

// contextKey makes a naming context, unless it is there, and returns its object key.
func contextKey(t *testing.T, h *house) string {
	t.Helper()
	n, err := cosnaming.NamingContextExtClass.Bind(t.Context(), client(t), "corbaloc::"+h.address+"/NameService")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = n.BindNewContext(t.Context(), cosnaming.Name{{Id: "c"}})
	ref, err := client(t).Resolve(t.Context(), strings.TrimSpace(h.must("name", "resolve", "c")))
	if err != nil {
		t.Fatal(err)
	}
	p, err := ref.IOR().Profiles[0].IIOP()
	if err != nil || net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port))) != h.address {
		t.Errorf("got %+v, %v, want %s", p, err, h.address)
	}
	return string(p.Key)
}

// TestStoppedAndRemoved holds what a call comes to after a server was stopped, disabled, or removed.
func TestStoppedAndRemoved(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	a := account(t, client(t), h.url("bank"))
	if err := a.Deposit(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	h.must("server", "stop", "bank")
	if state := h.server("bank").Run.State; state != "stopped" {
		t.Errorf("it is %s", state)
	}
	wantBalance(t, a, 5) // which starts it again
	h.must("server", "stop", "--disable", "bank")
	_, err := a.Balance(t.Context())
	wantRaised(t, err, exc.Transient, exc.MinorServerDisabled, "disabled")
	h.must("server", "start", "bank")
	wantBalance(t, a, 5)
	if got := h.started(); len(got) != 3 {
		t.Errorf("it was started as processes %v, want three", got)
	}
	uuid := h.server("bank").UUID
	h.must("server", "remove", "--stop", "bank")
	for range 2 {
		_, err = a.Balance(t.Context())
		wantRaised(t, err, exc.ObjectNotExist, exc.MinorServerUnknown, uuid, "--uuid")
	}
	// With another server of the name it is not the same object; with its UUID it is.
	h.addBank()
	_, err = a.Balance(t.Context())
	wantRaised(t, err, exc.ObjectNotExist, exc.MinorServerUnknown, uuid, "--uuid")
}

// TestRegisteredAnew holds that a server which is registered by its UUID at another daemon answers for
// its objects there.
func TestRegisteredAnew(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	uuid := h.server("bank").UUID
	a := account(t, client(t), h.url("bank"))
	if err := a.Deposit(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	h.must("server", "remove", "--stop", "bank")
	h.addBank("--uuid", uuid)
	wantBalance(t, a, 7)
}

// TestSecondDaemon holds that a state has one daemon, that the second is told which process
// that is, and that the first goes on.
func TestSecondDaemon(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	a := account(t, client(t), h.url("bank"))
	wantBalance(t, a, 0)
	first := h.server("bank").Run
	for _, args := range [][]string{nil, {"--json"}} {
		got := h.run(append([]string{"daemon"}, args...)...)
		if want := fmt.Sprint("process ", h.daemon.Process.Pid); got.status != statusFailed || got.out != "" ||
			!strings.Contains(got.err, want) || !strings.Contains(got.err, "in use by another process") || !strings.Contains(got.err, "another state folder") {
			t.Errorf("got %+v, want %q", got, want)
		}
	}
	wantBalance(t, a, 0)
	h.must("name", "ls")
	if run := h.server("bank").Run; run.PID != first.PID || run.State != "ready" {
		t.Errorf("got %+v, was %+v", run, first)
	}
}

// TestPortOfStateTaken holds that a daemon whose port another program has by now says which
// port, and whose it is.
func TestPortOfStateTaken(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.stopDaemon()
	l, err := net.Listen("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(h.address)
	got := h.run("daemon")
	if want := "port " + port + " is taken by "; got.status != statusFailed || !strings.Contains(got.err, want) || !strings.Contains(got.err, fmt.Sprintf("(process %d)", os.Getpid())) {
		t.Errorf("got %+v, want %q and this process, %d", got, want, os.Getpid())
	}
	// Who was refused has left nothing that is in the way of the next.
	l.Close()
	h.startDaemon()
}

// TestNewDaemonWithoutState holds that a state folder is made where there is none, and not where it cannot be.
func TestNewDaemonWithoutState(t *testing.T) {
	h := newHouse(t)
	file := filepath.Join(filepath.Dir(h.state), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, file + "/below", "/proc/dsom"} {
		got := h.run("daemon", "--state", dir, "--listen", "127.0.0.1:0")
		if got.status != statusFailed || !strings.Contains(got.err, dir) || !strings.Contains(got.err, "cannot be made") {
			t.Errorf("%s: got %+v", dir, got)
		}
	}
	h.state += "/a/b c/ä"
	h.startDaemon("--listen", "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := cosnaming.NamingContextClass.Bind(ctx, client(t), "corbaloc::"+h.address+"/NameService"); err != nil {
		t.Error(err)
	}
}
