//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/orb"
)

// killTime is how long TestKills kills, unless DSOM_SOAK says otherwise.
const killTime = 8 * time.Second

// callTime bounds every call of TestKills: longer than a server takes to come up.
const callTime = 45 * time.Second

// TestKills kills the daemon and the server that it has started at random moments, while
// clients deposit through references that they keep. What was acknowledged must be there in
// the end, no more than what was tried; every call must end; and there must never be two
// servers at once.
func TestKills(t *testing.T) {
	t.Parallel()
	length := killTime
	if s := os.Getenv("DSOM_SOAK"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatalf("DSOM_SOAK: %v", err)
		}
	}
	h := newKillHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.dsom("server", "add", "bank", "--", h.program, "__demo-bank-server", "--data", h.data)
	h.dsom("server", "start", "bank")

	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	branch, err := bank.BranchClass.Bind(t.Context(), o, "corbaname::"+h.address+"#bank/branch")
	if err != nil {
		t.Fatal(err)
	}
	const clients = 4
	var deposits [clients]struct{ sure, tried float64 }
	var calls, failures atomic.Int64
	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	var running sync.WaitGroup
	for i := range clients {
		acct, err := branch.Open(t.Context(), fmt.Sprintf("client%d", i))
		if err != nil {
			t.Fatal(err)
		}
		running.Go(func() {
			for ctx.Err() == nil {
				call, cancel := context.WithTimeout(t.Context(), callTime)
				begun := time.Now()
				err := acct.Deposit(call, 1)
				cancel()
				calls.Add(1)
				if took := time.Since(begun); took > callTime+5*time.Second {
					t.Errorf("a call took %v, its deadline was %v", took, callTime)
				}
				deposits[i].tried++
				var sys *exc.SystemException
				switch {
				case err == nil:
					deposits[i].sure++
				case !errors.As(err, &sys):
					t.Errorf("a deposit failed with what is no system exception: %v", err)
				case sys.Kind != exc.Transient && sys.Kind != exc.CommFailure && sys.Kind != exc.Timeout:
					t.Errorf("a deposit failed with what does not pass: %v", err)
				default:
					failures.Add(1)
					if sys.Completed == exc.No {
						deposits[i].tried--
					}
				}
			}
		})
	}
	running.Go(func() { h.watch(ctx) })
	kills := h.kill(ctx)
	running.Wait()

	for i := range clients {
		got, err := balance(t.Context(), branch, fmt.Sprintf("client%d", i))
		if err != nil {
			t.Fatal(err)
		}
		if d := deposits[i]; got < d.sure || got > d.tried {
			t.Errorf("account %d holds %v: %v deposits were acknowledged, and %v may have happened", i, got, d.sure, d.tried)
		}
	}
	t.Logf("%d deposits, %d of them failed, through %d kills of the server and %d of the daemon", calls.Load(), failures.Load(), kills[0], kills[1])
	if kills[0] == 0 || calls.Load() == failures.Load() {
		t.Error("nothing was tried")
	}
}

// balance asks for what an account holds, again as long as the last kill is still felt: reading may be repeated.
func balance(ctx context.Context, branch bank.Branch, name string) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	for {
		acct, err := branch.Find(ctx, name)
		if err == nil {
			var got float64
			if got, err = acct.Balance(ctx); err == nil {
				return got, nil
			}
		}
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.Transient && sys.Kind != exc.CommFailure {
			return 0, err
		}
	}
}

// anyPort has a daemon listen at any port of loopback.
const anyPort = "127.0.0.1:0"

// A killHouse is a daemon in a process of its own, and what belongs to it.
type killHouse struct {
	t           testing.TB
	program     string
	state, data string
	env         []string // of whatever is run, besides this process's own
	under       []string // the command that the daemon is run by, if any: it must become the daemon
	address     string
	daemon      *exec.Cmd
	log         *os.File
}

func newKillHouse(t testing.TB) *killHouse {
	t.Helper()
	program, err := exec.LookPath("dsom")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	h := &killHouse{t: t, program: program, state: filepath.Join(dir, "state"), data: filepath.Join(dir, "data")}
	if h.log, err = os.Create(filepath.Join(dir, "daemon.log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if h.daemon != nil {
			_ = h.daemon.Process.Signal(syscall.SIGTERM)
			_ = h.daemon.Wait()
		}
		for _, pid := range h.servers() {
			t.Errorf("server %d outlived its daemon's orderly end", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if t.Failed() {
			b, _ := os.ReadFile(h.log.Name())
			t.Logf("the daemon's log:\n%s", b[max(0, len(b)-20000):])
		}
		_ = h.log.Close()
	})
	return h
}

// startDaemon starts a daemon and waits until it takes calls. Instead of at any port of loopback the first listens at one that is
// kept until the test has ended: whoever is started at its state after it has to have the same.
func (h *killHouse) startDaemon(args ...string) {
	h.t.Helper()
	if i := slices.Index(args, anyPort); i >= 0 && h.address == "" {
		args = slices.Clone(args)
		args[i] = freeport.Dead(h.t)
	}
	line := slices.Concat(h.under, []string{h.program, "daemon", "--state", h.state}, args)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(os.Environ(), h.env...)
	cmd.Stderr = h.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.daemon = cmd
	said, err := bufio.NewReader(out).ReadString('\n')
	rest, ok := strings.CutPrefix(said, "Taking calls at ")
	if !ok {
		h.t.Fatalf("the daemon said %q, %v", said, err)
	}
	h.address, _, _ = strings.Cut(rest, " ")
	go io.Copy(io.Discard, out)
}

// dsom runs a command line against the daemon.
func (h *killHouse) dsom(args ...string) {
	h.t.Helper()
	cmd := exec.Command(h.program, args...)
	cmd.Env = append(os.Environ(), admin.EnvState+"="+h.state)
	if b, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("dsom %s: %v: %s", strings.Join(args, " "), err, b)
	}
}

// kill kills one or the other now and then until ctx ends, a server first. It returns how many servers and
// daemons.
func (h *killHouse) kill(ctx context.Context) (kills [2]int) {
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for {
		select {
		case <-ctx.Done():
			return kills
		case <-time.After(time.Duration(50+r.IntN(900)) * time.Millisecond):
		}
		if kills[0] == 0 || r.IntN(3) > 0 {
			for _, pid := range h.servers() {
				if syscall.Kill(pid, syscall.SIGKILL) == nil {
					kills[0]++
				}
			}
			continue
		}
		_ = h.daemon.Process.Kill()
		_ = h.daemon.Wait()
		kills[1]++
		h.startDaemon()
	}
}

// watch sees that there are never two servers at once.
func (h *killHouse) watch(ctx context.Context) {
	for {
		if pids := h.servers(); len(pids) > 1 {
			h.t.Errorf("there are %d servers at once: %v", len(pids), pids)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// servers returns the processes of the server that live: those whose command line is its,
// and that are not being ended.
func (h *killHouse) servers() (pids []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range dirs {
		b, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(b, []byte("__demo-bank-server\x00--data\x00"+h.data)) || bytes.Contains(b, []byte("\x00add\x00")) {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(name, "/proc/%d/", &pid); err != nil {
			continue
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		if i := bytes.LastIndexByte(status, ')'); i > 0 && !bytes.ContainsAny(status[i:i+3], "ZX") {
			pids = append(pids, pid)
		}
	}
	return pids
}
