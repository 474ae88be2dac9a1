//go:build unix

package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/server/lease"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

// running starts a daemon with a running server, and closes the daemon as if it had been killed.
func running(t *testing.T, o daemon.Options) (implrepo.UUID, supervise.Live) {
	t.Helper()
	d, err := daemon.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	u := uuid(t, add(t, d, "bank", "serve", nil))
	live, err := d.Supervisor().Ensure(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Open(o.State); !errors.Is(err, admin.ErrNoDaemon) {
		t.Errorf("a closed daemon is still announced: %v", err)
	}
	return u, live
}

// TestAdoption holds that a daemon that comes up takes the servers that live for what they are.
func TestAdoption(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	u, before := running(t, o)
	d := open(t, o)
	after, err := d.Supervisor().Ensure(t.Context(), u) // at once: it has to wait, not to start another
	if err != nil || after.PID != before.PID || after.Endpoints[0] != before.Endpoints[0] || after.Incarnation != before.Incarnation {
		t.Fatalf("got %+v, %v, want %+v", after, err, before)
	}
	if run := d.Supervisor().Run(u); run.Starts != 0 || !run.Started {
		t.Errorf("got %+v", run)
	}
	c, pid, err := dial(after.Endpoints[0])
	if err != nil {
		t.Fatal(err)
	}
	kill(t, pid)
	_, _ = c.Read(make([]byte, 1))
	_ = c.Close()
	if again, err := d.Supervisor().Ensure(t.Context(), u); err != nil || again.PID == pid {
		t.Errorf("the adopted server was killed: got %+v, %v", again, err)
	}
}

// TestNobodyToWaitFor holds that a daemon waits only for what lives.
func TestNobodyToWaitFor(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Supervise.Grace = time.Hour
	u, before := running(t, o)
	id := kill(t, before.PID)
	eventually(t, "it is dead", func() bool { return id.State() == process.Gone })
	d := open(t, o)
	if after, err := d.Supervisor().Ensure(t.Context(), u); err != nil || after.PID == before.PID {
		t.Errorf("got %+v, %v", after, err)
	}
}

// TestDoesNotComeBack holds that a server that lives but does not come back for its lease is
// ended before another is started, if a daemon started it.
func TestDoesNotComeBack(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Supervise.Grace = 5 * time.Second
	u, before := running(t, o)
	id, err := process.Of(before.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	d := open(t, o)
	if run := d.Supervisor().Run(u); run.State != admin.StateLost || run.PID != before.PID || run.RetryAt.IsZero() {
		t.Errorf("got %+v", run)
	}
	after, err := d.Supervisor().Ensure(t.Context(), u)
	if err != nil || after.PID == before.PID {
		t.Errorf("got %+v, %v", after, err)
	}
	if got := id.State(); got != process.Gone {
		t.Errorf("another was started while it is %v", got)
	}
}

// TestByHand holds what a server that was started by hand may, and may not.
func TestByHand(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Supervise.StopTimeout = time.Minute // then what holds the lease is ended: this process
	d := open(t, o)
	ctx := t.Context()
	hold := func(c lease.Config) *lease.Lease {
		t.Helper()
		c.State = d.State()
		l, err := lease.Connect(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close(context.Background()) })
		return l
	}
	if err := hold(lease.Config{Name: "bank"}).Granted(ctx); !errors.Is(err, &admin.Error{Code: admin.CodeNotFound}) {
		t.Errorf("an unknown name: got %v", err)
	}
	l := hold(lease.Config{Name: "bank", Create: true})
	if err := l.Granted(ctx); err != nil {
		t.Fatal(err)
	}
	s, err := client(t, d).Server(ctx, "bank")
	if err != nil || s.Activation != "manual" || s.Run.State != admin.StateStarting || s.Run.PID != os.Getpid() || s.Run.Started {
		t.Fatalf("got %+v, %v", s, err)
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	if _, err := d.Supervisor().Ensure(short, uuid(t, s)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it has not said where it takes calls: got %v", err)
	}
	cancel()
	l.Ready([]string{"tcp:here:1"})
	if live, err := d.Supervisor().Ensure(ctx, uuid(t, s)); err != nil || live.Endpoints[0] != "tcp:here:1" {
		t.Errorf("got %+v, %v", live, err)
	}
	second := hold(lease.Config{UUID: s.UUID})
	if err := second.Granted(ctx); !errors.Is(err, &admin.Error{Code: admin.CodeHeld}) || !strings.Contains(err.Error(), "is this server already") {
		t.Errorf("a second one: got %v", err)
	}
	<-second.Refused()
	l.Ready([]string{"tcp:here:2"})
	eventually(t, "it has moved", func() bool {
		live, err := d.Supervisor().Ensure(ctx, uuid(t, s))
		return err == nil && live.Endpoints[0] == "tcp:here:2"
	})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	l.Ready([]string{"tcp:here:3"}) // nobody hears it yet
	d = open(t, o)
	if live, err := d.Supervisor().Ensure(ctx, uuid(t, s)); err != nil || live.Endpoints[0] != "tcp:here:3" {
		t.Errorf("after a restart of the daemon: got %+v, %v", live, err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- d.Supervisor().Stop(ctx, uuid(t, s), "enough") }()
	if stop := <-l.Stops(); stop.Reason != "enough" || stop.Within != o.Supervise.StopTimeout {
		t.Errorf("got %+v", stop)
	}
	if err := l.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("its process lives on, but it said that it is done: %v", err)
	}
	if _, err := d.Supervisor().Ensure(ctx, uuid(t, s)); !errors.Is(err, supervise.ErrManual) {
		t.Errorf("got %v", err)
	}
	third := hold(lease.Config{Name: "bank", Endpoints: []string{"tcp:here:4"}})
	if err := third.Granted(ctx); err != nil {
		t.Errorf("when the first is done: %v", err)
	}
	if live, err := d.Supervisor().Ensure(ctx, uuid(t, s)); err != nil || live.Endpoints[0] != "tcp:here:4" {
		t.Errorf("got %+v, %v", live, err)
	}
}

// TestByHandUnreachable holds that nobody takes the place of a process that may still be the
// server, and that it is not ended.
func TestByHandUnreachable(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Supervise.Grace = 500 * time.Millisecond
	d, err := daemon.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	u := uuid(t, add(t, d, "bank", "serve", nil)) // it could be started on demand
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), environ("serve")...), admin.EnvState+"="+o.State, "DSOM_TEST_NAME=bank")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	eventually(t, "it is ready", func() bool { return d.Supervisor().Run(u).State == admin.StateReady })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	d = open(t, o)
	var held *supervise.HeldError
	if _, err := d.Supervisor().Ensure(t.Context(), u); !errors.As(err, &held) || held.PID != cmd.Process.Pid {
		t.Errorf("got %v, want an error that names process %d", err, cmd.Process.Pid)
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is back", func() bool {
		live, err := d.Supervisor().Ensure(t.Context(), u)
		return err == nil && live.PID == cmd.Process.Pid
	})
	if err := d.Supervisor().Stop(t.Context(), u, "enough"); err != nil {
		t.Error(err)
	}
}

// TestOnlyTheRightProcessIsEnded holds that a process id from the store means nothing by itself.
func TestOnlyTheRightProcessIsEnded(t *testing.T) {
	t.Parallel()
	stranger := exec.Command(os.Args[0])
	stranger.Env = append(os.Environ(), environ("hang")...)
	stranger.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	}()
	alive, err := process.Of(stranger.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	for name, leader := range map[string]process.ID{
		"an earlier process": {PID: alive.PID, Start: alive.Start + "0"},
		"a bare process id":  {PID: alive.PID},
		"about to start":     {},
	} {
		o := quick(t.TempDir())
		o.Supervise.Grace = 300 * time.Millisecond
		d, err := daemon.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		u := uuid(t, add(t, d, "bank", "serve", nil))
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := bbolt.Open(filepath.Join(o.State, daemon.StoreName), bbolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(map[string]any{"name": "bank", "started": true, "token": "x", "leader": leader})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Commit(t.Context(), store.Create("run/"+u.String(), b)); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		d = open(t, o)
		began := time.Now()
		if live, err := d.Supervisor().Ensure(t.Context(), u); err != nil || live.PID == alive.PID {
			t.Errorf("%s: got %+v, %v", name, live, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
	}
	if got := alive.State(); got != process.Running {
		t.Errorf("a process that is no server of ours is %v", got)
	}
}

// TestSecondDaemon holds that a state has one daemon, and that the second is told which.
func TestSecondDaemon(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d := open(t, o)
	_, err := daemon.Open(t.Context(), o)
	var e *store.Error
	if !errors.Is(err, store.ErrLocked) || !errors.As(err, &e) || e.PID != os.Getpid() {
		t.Errorf("got %v, want one that names process %d", err, os.Getpid())
	}
	if _, err := client(t, d).Status(t.Context()); err != nil {
		t.Errorf("the first was disturbed: %v", err)
	}
}

// TestDamagedState holds that a daemon does not begin with a damaged state, and leaves it as it is.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d, err := daemon.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(o.State, daemon.StoreName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b[:len(b)/2] {
		b[i] ^= 0x55
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := daemon.Open(t.Context(), o); !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(b) {
		t.Errorf("it was changed: %v", err)
	}
}

// TestSamePort holds that the API stays where it was, so that servers of another user find it again.
func TestSamePort(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	a := open(t, o)
	first := a.Access()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := admin.WriteAccess(o.State, first); err != nil { // as a killed daemon leaves it
		t.Fatal(err)
	}
	b := open(t, o)
	if b.Access().Address != first.Address || b.Access().Token == first.Token {
		t.Errorf("got %s, want %s, and another token", b.Access().Address, first.Address)
	}
}

// TestNewerState holds that a daemon does not start with a server's record of a newer version, and says what to do; and that it
// has changed nothing.
func TestNewerState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	u := implrepo.NewUUID()
	path := filepath.Join(dir, daemon.StoreName)
	write := func(op func(uint64) store.Op) {
		s, err := bbolt.Open(path, bbolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Get(t.Context(), "server/"+u.String())
		if err == nil || errors.Is(err, store.ErrNotFound) {
			_, err = s.Commit(t.Context(), op(e.Revision))
		}
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	record := func(format int) []byte {
		return fmt.Appendf(nil, `{"format":%d,"name":"bank","uuid":%q,"command":["/bin/x"],"activation":"on-demand","moons":7}`, format, u)
	}
	write(func(uint64) store.Op { return store.Create("server/"+u.String(), record(99)) })
	for range 2 {
		_, err := daemon.Open(t.Context(), quick(dir))
		if !errors.Is(err, store.ErrVersion) || !strings.Contains(err.Error(), "format 99") || !strings.Contains(err.Error(), "newer version of dsom") {
			t.Errorf("got %v", err)
		}
	}
	write(func(rev uint64) store.Op { return store.Update("server/"+u.String(), record(2), rev) })
	open(t, quick(dir))
}
