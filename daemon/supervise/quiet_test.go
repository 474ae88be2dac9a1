package supervise_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
)

// stateOf returns the state of a process of the fixture's server.
func (f *fixture) stateOf(pid int) string {
	run := f.Run(f.u)
	if run.PID == pid {
		return run.State
	}
	for _, p := range run.Processes {
		if p.PID == pid {
			return p.State
		}
	}
	return admin.StateStopped
}

// TestOldIsQuietFirst holds that what a new version has put aside is not done before the old process has said that nothing of what it says is under way, and that what it says too early does not count.
func TestOldIsQuietFirst(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: time.Minute, Quiet: time.Minute})
	f.quiets = true
	serves, token, id := f.serving(t)
	serves.Quiet() // it serves, and may say more
	tried := f.tryOut(t, token, id)
	said := make(chan struct{})
	if _, err := tried.Aside("a name", func(context.Context) { close(said) }); err != nil {
		t.Fatal(err)
	}
	tried.Quiet() // it is tried out
	if err := tried.SetEndpoints([]string{tried.token}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the old process is replaced", func() bool { _, replaced := serves.Now(); return replaced })
	if live, err := f.Ensure(t.Context(), f.u); err != nil || live.PID != tried.id.PID { // calls do not wait for it
		t.Errorf("got %+v, %v", live, err)
	}
	select {
	case <-said:
		t.Error("the names were said while something of the old process may have been under way")
	case <-time.After(50 * time.Millisecond):
	}
	if state := f.stateOf(id.PID); state != admin.StateReady {
		t.Errorf("the old process is %q", state)
	}
	serves.Quiet()
	<-said
	if got := <-tried.done; got.err != nil || got.Early {
		t.Errorf("got %+v", got)
	}
}

// TestLoudIsEndedFirst holds that an old process that does not say that nothing of its own is under way, be it that it hangs or that its lease is lost, has ended when the names of the new one are said.
func TestLoudIsEndedFirst(t *testing.T) {
	t.Parallel()
	for what, lost := range map[string]bool{"it hangs": false, "it has lost its lease": true} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := start(t, supervise.Options{StartTimeout: time.Minute, Quiet: 100 * time.Millisecond, Grace: time.Minute})
			f.quiets = true
			serves, token, id := f.serving(t)
			tried := f.tryOut(t, token, id)
			if lost {
				serves.Lost()
			}
			old := "nothing was done"
			if _, err := tried.Aside("a name", func(context.Context) { old = f.stateOf(id.PID) }); err != nil {
				t.Fatal(err)
			}
			tried.succeed(t)
			if old != admin.StateStopped {
				t.Errorf("the old process was %q when the names were said", old)
			}
		})
	}
}

// TestBuiltBeforeIsNotWaitedFor holds that an upgrade between programs that were built before there were trials goes as it did then, is told so, and that one that is given up says what to do.
func TestBuiltBeforeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	for what, well := range map[string]bool{"it goes well": true, "it is given up": false} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := start(t, supervise.Options{StartTimeout: time.Minute, Quiet: time.Minute})
			token, id := f.running(t)
			done := f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})
			second, newID := f.next(t, token, id)
			l, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: second, Incarnation: second, Process: newID})
			if err != nil {
				t.Fatal(err)
			}
			if well {
				err = l.SetEndpoints([]string{second})
			} else {
				f.s.full(0)
				err = l.SetEndpoints([]string{second})
			}
			if err != nil {
				t.Fatal(err)
			}
			got := <-done
			f.s.err.Store(nil)
			if well && (got.err != nil || !got.Early) || !well && !errors.Is(got.err, supervise.ErrEarly) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
