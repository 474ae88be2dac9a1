package supervise_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// cutShort has an upgrade be written down and not finished when the supervisor ends, as if it were killed, and makes the next one. It returns both processes.
func (f *fixture) cutShort(t *testing.T) (token string, id process.ID, tried *tryout) {
	t.Helper()
	serves, token, id := f.serving(t)
	tried = f.tryOut(t, token, id)
	naming, named := make(chan struct{}), make(chan struct{})
	if _, err := tried.Aside("a name", func(context.Context) { close(naming); <-named }); err != nil {
		t.Fatal(err)
	}
	if err := tried.SetEndpoints([]string{tried.token}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the old process is replaced", func() bool { _, replaced := serves.Now(); return replaced })
	serves.Quiet()
	<-naming
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		f.Close()
	}()
	eventually(t, "the supervisor has ended", func() bool { _, err := f.Ensure(context.Background(), f.u); return err != nil })
	close(named)
	<-tried.done
	<-closed
	f.supervise(t)
	return token, id, tried
}

// TestUpgradeIsResumed holds that a daemon which was killed between an upgrade's commit and the saying of the names is followed by one that has the new process say them, and ends the old one then, in order.
func TestUpgradeIsResumed(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: time.Minute, Quiet: time.Minute, Grace: time.Minute})
	f.quiets = true
	token, id, tried := f.cutShort(t)
	if _, err := f.Upgrade(t.Context(), f.u, supervise.Upgrade{}); !errors.Is(err, supervise.ErrUpgrading) {
		t.Errorf("another upgrade meanwhile: %v", err)
	}
	old := f.register(t, token, id)
	if name, replaced := old.Now(); name != "bank" || !replaced {
		t.Errorf("the old process is called %q, replaced: %v", name, replaced)
	}
	again, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: tried.token, Incarnation: tried.token, Process: tried.id, Quiets: true})
	if err != nil {
		t.Fatal(err)
	}
	var then string
	said := make(chan struct{})
	if aside, err := again.Aside("a name", func(context.Context) { then = f.stateOf(id.PID); close(said) }); err != nil || !aside {
		t.Fatalf("the new process serves already: %v, %v", aside, err)
	}
	select {
	case s := <-old.Stops():
		t.Errorf("the old process was asked to end before the names were said: %+v", s)
	default:
	}
	if err := again.SetEndpoints([]string{tried.token}); err != nil {
		t.Fatal(err)
	}
	old.Quiet()
	<-said
	if then != admin.StateReady {
		t.Errorf("the old process was %q when the names were said", then)
	}
	<-old.Stops() // and is asked over its lease
	eventually(t, "the old process has ended", func() bool { return id.State() == process.Gone })
	if live, err := f.Ensure(t.Context(), f.u); err != nil || live.PID != tried.id.PID {
		t.Errorf("got %+v, %v", live, err)
	}
}

// TestUpgradeIsResumedWithoutTheNew holds that the next daemon starts the new version where that has ended as well, and that it says its names before the old process is asked to end; and that no two run of a server that is to
// run alone.
func TestUpgradeIsResumedWithoutTheNew(t *testing.T) {
	t.Parallel()
	for what, alone := range map[string]bool{"beside": false, "in turn": true} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := start(t, supervise.Options{StartTimeout: time.Minute, Grace: time.Minute})
			token, id, tried := f.cutShort(t)
			f.Close()
			if err := tried.id.Signal(os.Kill); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the new process has ended", func() bool { return tried.id.State() == process.Gone })
			if _, err := implrepo.New(f.s).Update(t.Context(), f.u, func(r *implrepo.Record) error { r.Alone = alone; return nil }); err != nil {
				t.Fatal(err)
			}
			f.supervise(t)
			f.register(t, token, id)
			third, thirdID := f.another(t, id, tried.token, token)
			if alone && id.State() != process.Gone {
				t.Error("the old process runs beside the new one")
			}
			l, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: third, Incarnation: third, Process: thirdID, Quiets: true})
			if err != nil {
				t.Fatal(err)
			}
			var then []string
			said := make(chan struct{})
			if aside, err := l.Aside("a name", func(context.Context) { then = append(then, f.stateOf(id.PID)); close(said) }); err != nil || !aside {
				t.Fatalf("it serves already: %v, %v", aside, err)
			}
			if err := l.SetEndpoints([]string{third}); err != nil {
				t.Fatal(err)
			}
			<-said
			want := []string{admin.StateReady}
			if alone {
				want = []string{admin.StateStopped}
			}
			if !slices.Equal(then, want) {
				t.Errorf("the old process was %q when the names were said, want %q", then, want)
			}
			eventually(t, "the old process has ended", func() bool { return id.State() == process.Gone })
		})
	}
}
