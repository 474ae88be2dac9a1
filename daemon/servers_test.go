package daemon_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/implrepo"
)

// uuid is the UUID of a server as the supervisor knows it.
func uuid(t *testing.T, s admin.Server) implrepo.UUID {
	t.Helper()
	u, err := implrepo.ParseUUID(s.UUID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestLifeOfAServer(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c, ctx := client(t, d), t.Context()
	add(t, d, "bank", "serve", nil)
	if list, err := c.Servers(ctx); err != nil || len(list) != 1 || list[0].Run.State != admin.StateStopped || list[0].Activation != "on-demand" {
		t.Fatalf("got %+v, %v", list, err)
	}
	s, err := c.Start(ctx, "bank")
	if err != nil {
		t.Fatal(err)
	}
	if s.Run.State != admin.StateReady || s.Run.Starts != 1 || !s.Run.Started || len(s.Run.Endpoints) != 1 {
		t.Fatalf("got %+v", s.Run)
	}
	if pid, err := call(s.Run.Endpoints[0]); err != nil || pid != s.Run.PID {
		t.Errorf("got %d, %v, want process %d", pid, err, s.Run.PID)
	}
	id, err := process.Of(s.Run.PID)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Start(ctx, "BANK"); err != nil || again.Run.PID != s.Run.PID || again.Run.Starts != 1 {
		t.Errorf("started again: got %+v, %v", again.Run, err)
	}
	if st, err := c.Status(ctx); err != nil || st.Servers != 1 || st.Live != 1 || st.PID != os.Getpid() || st.State != d.State() {
		t.Errorf("got %+v, %v", st, err)
	}
	if err := c.Remove(ctx, "bank", false); !errors.Is(err, &admin.Error{Code: admin.CodeBusy}) {
		t.Errorf("removed while it runs: got %v", err)
	}
	follow, cancel := context.WithCancel(ctx)
	defer cancel()
	logs, err := c.Logs(follow, "bank", 10, true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = logs.Close() }()
	lines := bufio.NewScanner(logs)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "serving as process") {
		t.Errorf("got %q, %v", lines.Text(), lines.Err())
	}
	if s, err = c.Stop(ctx, "bank"); err != nil || s.Run.State != admin.StateStopped {
		t.Errorf("got %+v, %v", s.Run, err)
	}
	if got := id.State(); got != process.Gone {
		t.Errorf("stopped, but its process is %v", got)
	}
	if !lines.Scan() || lines.Text() != "stopping" {
		t.Errorf("it was not asked: got %q, %v", lines.Text(), lines.Err())
	}
	name := "vault"
	if s, err := c.Update(ctx, "bank", admin.Change{Name: &name}); err != nil || s.Name != name || s.Command[0] != os.Args[0] {
		t.Errorf("got %+v, %v", s, err)
	}
	if err := c.Remove(ctx, "vault", false); err != nil {
		t.Error(err)
	}
	if _, err := c.Server(ctx, "vault"); !errors.Is(err, &admin.Error{Code: admin.CodeNotFound}) {
		t.Errorf("got %v", err)
	}
}

// TestManyCallersStartOnce holds that those who call at the same time share one start.
func TestManyCallersStartOnce(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	s := add(t, d, "bank", "serve", nil)
	u := uuid(t, s)
	var mu sync.Mutex
	var got []supervise.Live
	var wg sync.WaitGroup
	for range 500 {
		wg.Go(func() {
			live, err := d.Supervisor().Ensure(t.Context(), u)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, live)
		})
	}
	wg.Wait()
	for _, live := range got {
		if live.PID != got[0].PID || !slices.Equal(live.Endpoints, got[0].Endpoints) {
			t.Fatalf("got %+v and %+v", live, got[0])
		}
	}
	if run := d.Supervisor().Run(u); run.Starts != 1 {
		t.Errorf("it was started %d times", run.Starts)
	}
}

// TestKilledServerIsStartedAgain holds that a call after a kill is never answered with the dead.
func TestKilledServerIsStartedAgain(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	u := uuid(t, add(t, d, "bank", "serve", nil))
	last := 0
	for range 20 {
		live, err := d.Supervisor().Ensure(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		if live.PID == last {
			t.Fatalf("process %d was killed, and is offered again", last)
		}
		c, pid, err := dial(live.Endpoints[0])
		if err != nil || pid != live.PID {
			t.Fatalf("got %d, %v, want %d", pid, err, live.PID)
		}
		last = live.PID
		kill(t, last)
		_, _ = c.Read(make([]byte, 1)) // a caller notices the end by this, and asks the daemon again at once
		_ = c.Close()
	}
}

// TestFailures holds that a server that does not come up gives an error that says why, to
// all who wait, and is left alone for a while.
func TestFailures(t *testing.T) {
	t.Parallel()
	for program, c := range map[string]struct {
		within time.Duration // short where it runs out, and yet time to do what comes before
		want   []string
	}{
		"exit":   {time.Minute, []string{"exit status 3", "cannot open the vault", "giving up"}},
		"hang":   {5 * time.Second, []string{"did not register within", "thinking"}},
		"silent": {8 * time.Second, []string{"did not say within", "where it takes calls"}},
		"fork":   {time.Minute, []string{"exit status 0", "before it had registered"}},
	} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			o := quick(t.TempDir())
			o.Supervise.BackOff = time.Minute
			o.Supervise.MaxBackOff = time.Hour
			d := open(t, o)
			s := add(t, d, "bank", program, func(s *admin.Server) { s.StartTimeout = admin.Duration(c.within) })
			u := uuid(t, s)
			for i := range 5 { // the first starts it, the others learn what came of it
				began := time.Now()
				_, err := d.Supervisor().Ensure(t.Context(), u)
				var e *supervise.StartError
				if !errors.As(err, &e) || e.RetryAfter < 30*time.Second || e.RetryAfter > time.Minute || e.Held != (i > 0) {
					t.Fatalf("got %v", err)
				}
				for _, part := range append(c.want, "bank", os.Args[0]) {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("%q is not in %v", part, err)
					}
				}
				if took := time.Since(began); took > 30*time.Second {
					t.Errorf("it took %v", took)
				}
			}
			run := d.Supervisor().Run(u)
			if run.Starts != 1 || run.Failures != 1 || run.State != admin.StateBackOff || run.LastError == "" {
				t.Errorf("got %+v", run)
			}
			good, minute := environ("serve"), admin.Duration(time.Minute)
			if _, err := client(t, d).Update(t.Context(), "bank", admin.Change{Env: &good, StartTimeout: &minute}); err != nil {
				t.Fatal(err)
			}
			if s, err := client(t, d).Start(t.Context(), "bank"); err != nil || s.Run.Failures != 0 {
				t.Errorf("mended, and started by hand: got %+v, %v", s.Run, err)
			}
		})
	}
}

func TestNoSuchProgram(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	add(t, d, "bank", "serve", func(s *admin.Server) { s.Command = []string{"/absent/bank"} })
	_, err := client(t, d).Start(t.Context(), "bank")
	var e *admin.Error
	if !errors.As(err, &e) || e.Code != admin.CodeFailed || !strings.Contains(e.Message, "/absent/bank") {
		t.Errorf("got %v", err)
	}
}

// TestBackOff holds that failures are tried again, later and later, and that a success ends that.
func TestBackOff(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Supervise.BackOff, o.Supervise.MaxBackOff = 50*time.Millisecond, 200*time.Millisecond
	d := open(t, o)
	u := uuid(t, add(t, d, "bank", "exit", nil))
	var pauses []time.Duration
	for fails := 0; fails < 4; {
		_, err := d.Supervisor().Ensure(t.Context(), u)
		var e *supervise.StartError
		if !errors.As(err, &e) {
			t.Fatalf("got %v", err)
		}
		if run := d.Supervisor().Run(u); run.Failures > fails {
			fails = run.Failures
			pauses = append(pauses, run.RetryAt.Sub(run.Since).Round(50*time.Millisecond))
		}
	}
	if want := []time.Duration{50e6, 100e6, 200e6, 200e6}; !slices.Equal(pauses, want) {
		t.Errorf("got %v, want %v", pauses, want)
	}
	good := environ("serve")
	if _, err := client(t, d).Update(t.Context(), "bank", admin.Change{Env: &good}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a call succeeds", func() bool {
		_, err := d.Supervisor().Ensure(t.Context(), u)
		return err == nil
	})
	if run := d.Supervisor().Run(u); run.Failures != 0 {
		t.Errorf("after a success: got %+v", run)
	}
}

// TestStubbornServer holds that a server that ignores every request is ended all the same, and in time.
func TestStubbornServer(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	add(t, d, "bank", "stubborn", func(s *admin.Server) { s.StopTimeout = admin.Duration(300 * time.Millisecond) })
	s, err := client(t, d).Start(t.Context(), "bank")
	if err != nil {
		t.Fatal(err)
	}
	id, err := process.Of(s.Run.PID)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := client(t, d).Stop(t.Context(), "bank"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 600*time.Millisecond || took > 10*time.Second {
		t.Errorf("it took %v: it was not asked politely first, or for too long", took)
	}
	if got := id.State(); got != process.Gone {
		t.Errorf("it is %v", got)
	}
}

// TestFlood holds that what a server writes does not fill the disk.
func TestFlood(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Logs.MaxSize, o.Logs.Keep = 100_000, 2
	d := open(t, o)
	s := add(t, d, "bank", "flood", nil)
	if _, err := client(t, d).Start(t.Context(), "bank"); err != nil {
		t.Fatal(err)
	}
	path := d.State() + "/logs/" + s.UUID + ".log"
	for _, name := range []string{path + ".1", path + ".2"} {
		eventually(t, name+" is made", func() bool { _, err := os.Stat(name); return err == nil })
	}
	if _, err := client(t, d).Stop(t.Context(), "bank"); err != nil {
		t.Fatal(err)
	}
	if err := client(t, d).Remove(t.Context(), "bank", false); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(d.State() + "/logs"); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestAlways holds that a server that shall always run is started with its record and again when it ends, until it is stopped.
func TestAlways(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c, ctx := client(t, d), t.Context()
	u := uuid(t, add(t, d, "bank", "serve", func(s *admin.Server) { s.Activation = "always" }))
	last := 0
	for range 3 {
		eventually(t, "it runs without being called", func() bool {
			run := d.Supervisor().Run(u)
			return run.State == admin.StateReady && run.PID != last
		})
		last = d.Supervisor().Run(u).PID
		kill(t, last)
	}
	eventually(t, "it runs again", func() bool {
		run := d.Supervisor().Run(u)
		return run.State == admin.StateReady && run.PID != last
	})
	if _, err := c.Stop(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	if err := d.Supervisor().Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	if run := d.Supervisor().Run(u); run.State != admin.StateStopped {
		t.Errorf("stopped by hand, it runs: %+v", run)
	}
	if _, err := c.Start(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	if err := c.Remove(ctx, "bank", true); err != nil {
		t.Fatal(err)
	}
	if run := d.Supervisor().Run(u); run.State != admin.StateStopped {
		t.Errorf("removed, it runs: %+v", run)
	}
}

// TestNotToBeStarted holds that calls do not start what is not to be started by them.
func TestNotToBeStarted(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c, ctx := client(t, d), t.Context()
	manual := uuid(t, add(t, d, "manual", "serve", func(s *admin.Server) { s.Activation = "manual" }))
	disabled := uuid(t, add(t, d, "disabled", "serve", func(s *admin.Server) { s.Disabled = true }))
	if _, err := d.Supervisor().Ensure(ctx, manual); !errors.Is(err, supervise.ErrManual) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Start(ctx, "manual"); err != nil {
		t.Errorf("started by hand: %v", err)
	}
	if _, err := d.Supervisor().Ensure(ctx, manual); err != nil {
		t.Errorf("it runs, but: %v", err)
	}
	if _, err := d.Supervisor().Ensure(ctx, disabled); !errors.Is(err, supervise.ErrDisabled) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Start(ctx, "disabled"); !errors.Is(err, &admin.Error{Code: admin.CodeDisabled}) {
		t.Errorf("got %v", err)
	}
	if _, err := d.Supervisor().Ensure(ctx, implrepo.NewUUID()); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	hang := uuid(t, add(t, d, "hang", "hang", nil))
	if _, err := d.Supervisor().Ensure(short, hang); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// TestRemoveGivenUp holds that a removal whose caller does not wait leaves the server registered and enabled, and one that is done takes the server's
// interfaces with it.
func TestRemoveGivenUp(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c := client(t, d)
	u := uuid(t, add(t, d, "bank", "stubborn", func(s *admin.Server) { s.StopTimeout = admin.Duration(time.Hour) })) // so that it is there when the removal is given up
	packed, err := ifr.Pack(new(model.Spec))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{admin.ServerSpecification("bank"), admin.ServerClasses("bank"), "others"} {
		if _, err := c.RegisterSpecification(t.Context(), name, packed); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Start(t.Context(), "bank"); err != nil {
		t.Fatal(err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() { gone <- c.Remove(ctx, "bank", true) }()
	eventually(t, "the removal has begun", func() bool { s, err := c.Server(t.Context(), "bank"); return err == nil && s.Disabled })
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	eventually(t, "the server is as it was", func() bool { s, err := c.Server(t.Context(), "bank"); return err == nil && !s.Disabled })
	kill(t, d.Supervisor().Run(u).PID)
	if err := c.Remove(t.Context(), "bank", true); err != nil {
		t.Fatal(err)
	}
	if all, err := c.Specifications(t.Context()); err != nil || len(all) != 1 || all[0].Name != "others" {
		t.Errorf("registered are %v, %v", all, err)
	}
}
