package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestOldServesUntilAsideIsDone holds that the old process of an upgrade is not asked to end before what the new one says of itself is done: until then names lead to the old one's objects.
func TestOldServesUntilAsideIsDone(t *testing.T) {
	t.Parallel()
	for what, alone := range map[string]bool{"beside": false, "in turn": true} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := start(t, supervise.Options{StartTimeout: 30 * time.Second})
			if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error { r.Alone = alone; return nil }); err != nil {
				t.Fatal(err)
			}
			token, id := f.running(t)
			done := f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})
			second, newID := f.next(t, token, id)
			tried, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: second, Incarnation: second, Process: newID})
			if err != nil {
				t.Fatal(err)
			}
			old := "nothing was done"
			if _, err := tried.Aside("a name", func(context.Context) {
				old = admin.StateStopped
				for _, p := range f.Run(f.u).Processes {
					if p.PID == id.PID {
						old = p.State
					}
				}
			}); err != nil {
				t.Fatal(err)
			}
			if err := tried.SetEndpoints([]string{second}); err != nil {
				t.Fatal(err)
			}
			if got := <-done; got.err != nil || len(got.Ended) != 1 || got.Ended[0] != id.PID {
				t.Errorf("the upgrade: %+v", got)
			}
			want := admin.StateReady
			if alone {
				want = admin.StateStopped
			}
			if old != want {
				t.Errorf("the old process was %q meanwhile, want %q", old, want)
			}
		})
	}
}

// TestSurplusObjectsMakeRoom holds that a call of an object, which comes while the processes of the version before fill the server until names are said, waits for these to end.
func TestSurplusObjectsMakeRoom(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: 30 * time.Second})
	if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error {
		r.Activation, r.Apart, r.Most = implrepo.PerObject, "objects/*", 1
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	called := make(chan error, 1)
	go func() {
		live, err := f.EnsureFor(t.Context(), f.u, supervise.Want{Object: "objects/a"})
		f.Prove(live, true)
		called <- err
	}()
	token, id := f.started(t, "")
	f.register(t, token, id)
	if err := <-called; err != nil {
		t.Fatal(err)
	}
	done := f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})
	second, newID := f.next(t, token, id)
	tried, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: second, Incarnation: second, Process: newID})
	if err != nil {
		t.Fatal(err)
	}
	var full *supervise.FullError
	if _, err := tried.Aside("a name", func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		if _, err := f.EnsureFor(ctx, f.u, supervise.Want{Object: "objects/b"}); errors.As(err, &full) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call of another object: %v", err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := tried.SetEndpoints([]string{second}); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got.err != nil {
		t.Fatal(got.err)
	}
	if state := id.State(); state != process.Gone {
		t.Errorf("the process of the object is %v", state)
	}
}

// TestReplacedIsTold holds that a process is told when another version has taken its place, before the new one's names are said, and when its server has got another name.
func TestReplacedIsTold(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: 30 * time.Second})
	called := f.ensure(t)
	token, id := f.started(t, "")
	serves := f.register(t, token, id)
	if err := <-called; err != nil {
		t.Fatal(err)
	}
	<-serves.News() // of before
	if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error { r.Name = "shop"; return nil }); err != nil {
		t.Fatal(err)
	}
	hear := func(what, name string, replaced bool) {
		t.Helper()
		select {
		case <-serves.News():
		default:
			t.Errorf("%s: it is not told", what)
		}
		if n, r := serves.Now(); n != name || r != replaced {
			t.Errorf("%s: it is called %q, replaced: %v", what, n, r)
		}
	}
	hear("it was renamed", "shop", false)
	done := f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})
	var second string
	var newID process.ID
	eventually(t, "the new process is there", func() bool {
		for _, p := range f.Run(f.u).Processes {
			if p.PID != id.PID && p.State == admin.StateStarting {
				newID, _ = process.Of(p.PID)
			}
		}
		for _, line := range f.logs.Tail(f.u.String(), 0, 1) {
			var name, env string
			_, _ = fmt.Sscan(strings.TrimPrefix(line, "token "), &second, &name, &env)
		}
		return newID.PID != 0 && second != token && second != ""
	})
	tried, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: second, Incarnation: second, Process: newID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tried.Aside("a name", func(context.Context) { hear("another serves", "shop", true) }); err != nil {
		t.Fatal(err)
	}
	if err := tried.SetEndpoints([]string{second}); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got.err != nil {
		t.Fatal(got.err)
	}
	if n, r := tried.Now(); n != "shop" || r {
		t.Errorf("the new one is called %q, replaced: %v", n, r)
	}
}
