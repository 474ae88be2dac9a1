package daemon_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
)

// runDaemon is the test binary as a daemon: it runs until its input ends, and then stops its servers.
func runDaemon() int {
	o := quick(os.Getenv(admin.EnvState))
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	d, err := daemon.Open(context.Background(), o)
	if err != nil {
		fmt.Println("daemon:", err)
		return 1
	}
	fmt.Println("up")
	_, _ = io.Copy(io.Discard, os.Stdin)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := d.Shutdown(ctx); err != nil {
		fmt.Println("shutdown:", err)
		return 1
	}
	return 0
}

// A chaos is a daemon and servers in processes of their own, which are killed at random
// moments, and what is known about them for certain.
type chaos struct {
	t           *testing.T
	state, data string
	log         *os.File

	mu     sync.Mutex
	daemon *exec.Cmd
	stdin  io.Closer

	calls, answered, kills, restarts atomic.Int64

	regMu sync.Mutex
	acked map[string]bool // names that are there for certain
	maybe map[string]bool // names of writes that nobody answered
}

// up starts the daemon and waits until it is there.
func (c *chaos) up() {
	c.mu.Lock()
	defer c.mu.Unlock()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), environ("daemon")...)
	cmd.Env = append(cmd.Env, admin.EnvState+"="+c.state, envData+"="+c.data)
	cmd.Stderr = c.log
	in, err := cmd.StdinPipe()
	if err != nil {
		c.t.Error(err)
		return
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Error(err)
		return
	}
	if err := cmd.Start(); err != nil {
		c.t.Error(err)
		return
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "up\n" {
		c.t.Errorf("the daemon did not come up: %q, %v", line, err)
	}
	c.daemon, c.stdin = cmd, in
}

// down ends the daemon, by force or in order.
func (c *chaos) down(force bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if force {
		_ = c.daemon.Process.Kill()
	}
	_ = c.stdin.Close()
	if err := c.daemon.Wait(); err != nil && !force {
		c.t.Errorf("the daemon ended with %v", err)
	}
}

// servers returns the processes that ever were servers, by their own account.
func (c *chaos) servers() []int {
	b, _ := os.ReadFile(filepath.Join(c.data, "lives"))
	var pids []int
	for line := range strings.Lines(string(b)) {
		if _, pid, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			if n, err := strconv.Atoi(pid); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}

// killServer kills one of the servers that live.
func (c *chaos) killServer() {
	pids := c.servers()
	for _, i := range rand.Perm(len(pids)) {
		if id, ok := ours(pids[i]); ok && id.Signal(os.Kill) == nil {
			c.kills.Add(1)
			return
		}
	}
}

// ours returns a process if it lives and runs the test binary: a pid in a file may be anybody's by now.
func ours(pid int) (process.ID, bool) {
	id, err := process.Of(pid)
	if err != nil {
		return id, false
	}
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return id, err == nil && filepath.Base(exe) == filepath.Base(os.Args[0])
}

// call asks for a server as often as it can; every call has to end soon, one way or the other.
func (c *chaos) call(ctx context.Context, name string) {
	for ctx.Err() == nil {
		began := time.Now()
		c.calls.Add(1)
		limited, cancel := context.WithTimeout(context.Background(), 60*time.Second)
		pid, err := c.callOnce(limited, name)
		if limited.Err() != nil {
			c.t.Errorf("a call of %s has not ended after %v: %v", name, time.Since(began), err)
		}
		cancel()
		if err == nil && pid > 0 {
			c.answered.Add(1)
		}
		pause(ctx, time.Duration(rand.IntN(20))*time.Millisecond)
	}
}

func (c *chaos) callOnce(ctx context.Context, name string) (int, error) {
	cl, err := admin.Open(c.state)
	if err != nil {
		return 0, err
	}
	s, err := cl.Start(ctx, name)
	if err != nil {
		return 0, err
	}
	if len(s.Run.Endpoints) == 0 {
		return 0, errors.New("it ended in between")
	}
	return call(s.Run.Endpoints[0])
}

// write adds and removes records, and remembers what was acknowledged.
func (c *chaos) write(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		cl, err := admin.Open(c.state)
		if err != nil {
			pause(ctx, 10*time.Millisecond)
			continue
		}
		name, remove := c.choose(n)
		limited, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		if remove {
			err = cl.Remove(limited, name, false)
		} else {
			_, err = cl.Add(limited, admin.Server{Name: name, Command: []string{"x"}})
		}
		if limited.Err() != nil {
			c.t.Errorf("a write has not ended: %v", err)
		}
		cancel()
		unheard := errors.Is(err, admin.ErrNoDaemon)
		c.regMu.Lock()
		switch {
		case err == nil && !remove, unheard && remove:
			delete(c.maybe, name)
			c.acked[name] = true
		case err == nil && remove, unheard && !remove:
			delete(c.maybe, name)
		}
		c.regMu.Unlock()
		if unheard {
			pause(ctx, 10*time.Millisecond)
		}
	}
}

// choose decides on a write. Until it is answered, its record may be there or not.
func (c *chaos) choose(n int) (name string, remove bool) {
	c.regMu.Lock()
	defer c.regMu.Unlock()
	name = fmt.Sprint("w", n)
	if rand.IntN(3) == 0 {
		for have := range c.acked {
			name, remove = have, true
			delete(c.acked, have)
			break
		}
	}
	c.maybe[name] = true
	return name, remove
}

// byHand runs a server that no daemon starts, again whenever it has ended.
func (c *chaos) byHand(ctx context.Context) {
	for ctx.Err() == nil {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), environ("serve")...)
		cmd.Env = append(cmd.Env, admin.EnvState+"="+c.state, envData+"="+c.data, "DSOM_TEST_NAME=byhand")
		if err := cmd.Start(); err != nil {
			c.t.Error(err)
			return
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = cmd.Wait()
		}()
		select {
		case <-ended:
			c.restarts.Add(1)
		case <-ctx.Done():
			_ = cmd.Process.Kill()
			<-ended
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// TestKills kills the daemon and its servers at random moments, for a few seconds or as
// long as DSOM_SOAK says, while callers ask for servers and records are written: there are
// never two processes of one server, every call ends, no acknowledged write is lost, and in the end all is well.
func TestKills(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it is told from /proc which processes are to be killed")
	}
	t.Parallel()
	duration := 8 * time.Second
	if s := os.Getenv("DSOM_SOAK"); s != "" {
		var err error
		if duration, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	c := &chaos{t: t, state: t.TempDir(), data: t.TempDir(), acked: map[string]bool{}, maybe: map[string]bool{}}
	var err error
	if c.log, err = os.Create(filepath.Join(t.TempDir(), "daemon.log")); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.log.Close() }()
	c.up()
	cl, err := admin.Open(c.state)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"one", "two", "always"}
	for _, name := range names {
		in := admin.Server{Name: name, Command: []string{os.Args[0]}, Env: append(environ("serve"), envData+"="+c.data)}
		if name == "always" {
			in.Activation = "always"
		}
		if _, err := cl.Add(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), duration)
	defer cancel()
	var wg sync.WaitGroup
	for _, name := range append(names, names...) {
		wg.Go(func() { c.call(ctx, name) })
	}
	wg.Go(func() { c.call(ctx, "byhand") })
	wg.Go(func() { c.write(ctx) })
	wg.Go(func() { c.byHand(ctx) })
	daemons := 0
	for ctx.Err() == nil {
		pause(ctx, time.Duration(rand.IntN(400))*time.Millisecond)
		switch rand.IntN(4) {
		case 0:
			c.down(true)
			daemons++
			if rand.IntN(2) == 0 {
				c.killServer()
			}
			pause(ctx, time.Duration(rand.IntN(200))*time.Millisecond)
			c.up()
		case 1:
			c.killServer()
			c.down(true)
			daemons++
			c.up()
		default:
			c.killServer()
		}
	}
	wg.Wait()
	c.settle(t, names)
	t.Logf("%d calls, %d answered; %d daemons and %d servers killed; %d records", c.calls.Load(), c.answered.Load(), daemons, c.kills.Load(), len(c.acked))
	if c.answered.Load() == 0 || daemons == 0 || c.kills.Load() == 0 {
		t.Error("nothing was tried")
	}
	if t.Failed() {
		b, _ := os.ReadFile(c.log.Name())
		t.Logf("the daemons' log ends with:\n%s", b[max(0, len(b)-20_000):])
	}
}

// settle holds the end against what is known.
func (c *chaos) settle(t *testing.T, names []string) {
	cl, err := admin.Open(c.state)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if s, err := cl.Start(t.Context(), name); err != nil {
			t.Errorf("in the end: %v", err)
		} else if pid, err := call(s.Run.Endpoints[0]); err != nil || pid != s.Run.PID {
			t.Errorf("in the end: got %d, %v, want %d", pid, err, s.Run.PID)
		}
	}
	list, err := cl.Servers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, s := range list {
		have[s.Name] = true
	}
	for name := range c.acked {
		if !have[name] {
			t.Errorf("the record of %s was acknowledged and is lost", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if !c.acked[name] && !c.maybe[name] && !slices.Contains(append(names, "byhand"), name) {
			t.Errorf("the record of %s was removed and is there", name)
		}
	}
	c.down(false)
	for _, pid := range c.servers() {
		if id, alive := ours(pid); alive {
			t.Errorf("server process %d has outlived an orderly end", pid)
			_ = id.Signal(os.Kill)
		}
	}
	found, err := filepath.Glob(filepath.Join(c.data, "violation-*"))
	if err != nil || len(found) > 0 {
		t.Errorf("two processes were one server: %v, %v", found, err)
	}
}
