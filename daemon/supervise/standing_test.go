package supervise_test

import (
	"errors"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestStanding asks for a process that takes calls just now: of a server whose calls wait, that is disabled, or that is for identified callers alone and serves anybody, there is none, though its process is there.
func TestStanding(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: 30 * time.Second})
	standing := func(when string, want error) {
		t.Helper()
		live, err := f.Standing(t.Context(), f.u, supervise.Want{})
		if !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v, want %v", when, live, err, want)
		}
		if run := f.Run(f.u); run.PID != 0 && (want == nil) != (live.PID == run.PID) {
			t.Errorf("%s: process %d, want %d", when, live.PID, run.PID)
		}
	}
	change := func(f2 func(r *implrepo.Record)) {
		t.Helper()
		if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error { f2(r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	standing("before it was called", supervise.ErrNotUp)
	called := f.ensure(t)
	token, id := f.started(t, "")
	standing("while it starts", supervise.ErrNotUp)
	lease := f.register(t, token, id)
	if err := <-called; err != nil {
		t.Fatal(err)
	}
	standing("when it is up", nil)

	release := f.Hold(f.u)
	standing("while calls wait", supervise.ErrNotUp)
	release()
	standing("after that", nil)

	change(func(r *implrepo.Record) { r.Disabled = true })
	standing("when it is disabled", supervise.ErrNotUp)
	change(func(r *implrepo.Record) { r.Disabled = false })
	standing("when it is enabled", nil)

	change(func(r *implrepo.Record) { r.SetSecure(true) })
	standing("when it is to be secure", supervise.ErrOpen)
	change(func(r *implrepo.Record) { r.SetSecure(false) })
	if err := lease.SetEndpoints([]string{token, admin.IdentifiedCallers}); err != nil {
		t.Fatal(err)
	}
	change(func(r *implrepo.Record) { r.SetSecure(true) })
	standing("when it is secure", nil)

	change(func(r *implrepo.Record) { r.Activation = implrepo.PerCall })
	standing("when each call has a process", supervise.ErrNotUp)
	if run := f.Run(f.u); run.State != admin.StateReady {
		t.Errorf("the process, which all of that was asked of, is %+v", run)
	}
}
