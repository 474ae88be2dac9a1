//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	demo "github.com/opendsom/dsom/demo/bank"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A house is a daemon in a process of its own, with servers and clients around it. When the
// test ends the daemon is stopped, and no process may be left of all that ran in the house.
type house struct {
	*killHouse
	within []string // the command under which run runs, if any
	mark   string   // a variable that is in the environment of all that runs in the house
	pids   string   // the file in which the bank's processes write their numbers, one a line
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	return makeHouse(t)
}

// makeHouse is newHouse for benchmarks too.
func makeHouse(t testing.TB) *house {
	t.Helper()
	h := &house{mark: "DSOM_E2E=" + rand.Text()}
	t.Cleanup(h.nobodyLeft) // after the daemon has ended
	h.killHouse = newKillHouse(t)
	h.pids = filepath.Join(filepath.Dir(h.state), "pids")
	h.env = []string{h.mark, admin.EnvState + "=" + h.state, "NO_COLOR=1", "GORACE=atexit_sleep_ms=0"}
	return h
}

// nobodyLeft fails the test, and ends what is left, if a process of the house is alive.
func (h *house) nobodyLeft() {
	end := time.Now().Add(time.Minute) // for what was just killed
	left := h.processes()
	for ; len(left) > 0 && time.Now().Before(end); left = h.processes() {
		time.Sleep(5 * time.Millisecond)
	}
	for _, pid := range left {
		line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		h.t.Errorf("process %d is left: %q", pid, line)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// processes returns all processes of the house, the daemon among them.
func (h *house) processes() (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range all {
		b, err := os.ReadFile(name) // of what has ended it is empty
		if err != nil || !bytes.Contains(b, []byte(h.mark)) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		if id, err := process.Of(pid); err == nil && id.State() == process.Running {
			pids = append(pids, pid)
		}
	}
	return pids
}

// run runs a command line as a process of its own.
func (h *house) run(args ...string) result {
	h.t.Helper()
	return h.runBy(h.within, args...)
}

// runBy is run by means of another program, such as nsenter.
func (h *house) runBy(under []string, args ...string) result {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 45*time.Second)
	defer cancel()
	line := append(append(under[:len(under):len(under)], h.program), args...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = append(os.Environ(), h.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		h.t.Errorf("dsom %s: %v", strings.Join(args, " "), err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// must runs a command line that has to succeed, and returns what it printed.
func (h *house) must(args ...string) string {
	h.t.Helper()
	r := h.run(args...)
	if r.status != statusGood {
		h.t.Fatalf("dsom %s: got %+v", strings.Join(args, " "), r)
	}
	return r.out
}

// start runs a command line in the background.
func (h *house) start(args ...string) <-chan result {
	done := make(chan result, 1)
	go func() { done <- h.run(args...) }()
	return done
}

// script writes a shell script to be run as a server, whole in one moment, and returns its path.
func (h *house) script(name, text string) string {
	h.t.Helper()
	path := filepath.Join(filepath.Dir(h.state), name)
	if err := os.WriteFile(path+".new", []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// bankScript is the text of a script that becomes the bank, and notes its process.
func (h *house) bankScript() string {
	return "echo $$ >> " + h.pids + "\nexec " + h.program + " __demo-bank-server --data " + h.data
}

// addBank registers the bank; flags are for dsom server add.
func (h *house) addBank(flags ...string) {
	h.t.Helper()
	h.must(append(append([]string{"server", "add"}, flags...), "bank", "--", h.script("bank", h.bankScript()))...)
}

// started returns the processes that were started as the bank.
func (h *house) started() []string {
	h.t.Helper()
	b, err := os.ReadFile(h.pids)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		h.t.Fatal(err)
	}
	return strings.Fields(string(b))
}

// server returns how a server is.
func (h *house) server(name string) admin.Server {
	h.t.Helper()
	s, ok := h.look(name)
	if !ok {
		h.t.Fatalf("there is no server %s", name)
	}
	return s
}

// look is server where there may be none.
func (h *house) look(name string) (admin.Server, bool) {
	h.t.Helper()
	var list []admin.Server
	r := h.run("server", "list", "--json", name)
	if r.status != statusGood || json.Unmarshal([]byte(r.out), &list) != nil || len(list) != 1 {
		return admin.Server{}, false
	}
	return list[0], true
}

// url returns the reference of the main account of a server that is a bank, whether it runs or not.
func (h *house) url(server string) string {
	h.t.Helper()
	uuid, err := implrepo.ParseUUID(h.server(server).UUID)
	if err != nil {
		h.t.Fatal(err)
	}
	ref, err := demo.Reference(uuid, h.address, demo.MainAccount)
	if err != nil {
		h.t.Fatal(err)
	}
	return ref.String()
}

// client returns an ORB, which ends with the test.
func client(t testing.TB, listen ...string) *orb.ORB {
	t.Helper()
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler), Listen: listen})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = o.Shutdown(ctx)
	})
	return o
}

// account returns a client's stub of an account. It makes no call.
func account(t testing.TB, o *orb.ORB, url string) bank.Account {
	t.Helper()
	ref, err := o.Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return bank.AccountClass.Unchecked(ref)
}

// wantBalance fails the test if the account does not answer, or holds something else.
func wantBalance(t *testing.T, a bank.Account, want float64) {
	t.Helper()
	if got, err := a.Balance(t.Context()); err != nil || got != want {
		t.Fatalf("the balance: got %v, %v, want %v", got, err, want)
	}
}

// wantRaised fails the test unless err is a system exception that the peer raised, with a
// minor code, and a reason in which all parts are.
func wantRaised(t *testing.T, err error, kind exc.Kind, minor uint32, parts ...string) {
	t.Helper()
	var sys *exc.SystemException
	if !errors.As(err, &sys) || sys.Kind != kind || sys.Minor != minor || sys.Completed != exc.No || !sys.Remote {
		t.Fatalf("got %v, want %s with minor 0x%08x from the peer", err, kind.Name(), minor)
	}
	for _, p := range parts {
		if !strings.Contains(sys.Reason, p) {
			t.Errorf("%q is not in the reason %q", p, sys.Reason)
		}
	}
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// killServer kills a process without warning, and returns when it has gone.
func killServer(t *testing.T, pid int) {
	t.Helper()
	id, err := process.Of(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Signal(os.Kill); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the process ends", func() bool { return id.State() == process.Gone })
}

// killDaemon kills the daemon without warning.
func (h *house) killDaemon() {
	_ = h.daemon.Process.Kill()
	_ = h.daemon.Wait()
	h.daemon = nil
}

// stopDaemon ends the daemon in order, and returns its exit status.
func (h *house) stopDaemon() int {
	h.t.Helper()
	if err := h.daemon.Process.Signal(syscall.SIGTERM); err != nil {
		h.t.Fatal(err)
	}
	return h.ended()
}

// ended waits for the end of the daemon, and returns its exit status.
func (h *house) ended() int {
	h.t.Helper()
	late := time.AfterFunc(60*time.Second, func() { _ = h.daemon.Process.Kill() })
	defer late.Stop()
	_ = h.daemon.Wait() // what it says is the status
	status := h.daemon.ProcessState.ExitCode()
	h.daemon = nil
	return status
}
