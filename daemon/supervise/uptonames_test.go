package supervise_test

import (
	"context"
	"errors"
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
			tried := f.tryOut(t, token, id)
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
			if got := tried.succeed(t); len(got.Ended) != 1 || got.Ended[0] != id.PID {
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
	tried := f.tryOut(t, token, id)
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
	tried.succeed(t)
	if state := id.State(); state != process.Gone {
		t.Errorf("the process of the object is %v", state)
	}
}

// TestReplacedIsTold holds that a process is told when another version has taken its place, before the new one's names are said, and when its server has got another name.
func TestReplacedIsTold(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: 30 * time.Second})
	serves, token, id := f.serving(t)
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
	tried := f.tryOut(t, token, id)
	if _, err := tried.Aside("a name", func(context.Context) { hear("another serves", "shop", true) }); err != nil {
		t.Fatal(err)
	}
	tried.succeed(t)
	if n, r := tried.Now(); n != "shop" || r {
		t.Errorf("the new one is called %q, replaced: %v", n, r)
	}
}
