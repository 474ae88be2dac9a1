package supervise_test

import (
	"context"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestPause has a call wait for a server that is to run alone while it is upgraded: it is served as soon as the new process takes calls and what calls wait for is done that it has put aside, though the rest is not yet, and how long
// it waited is told.
func TestPause(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{StartTimeout: time.Minute})
	if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error { r.Alone = true; return nil }); err != nil {
		t.Fatal(err)
	}
	token, id := f.running(t)
	tried := f.tryOut(t, token, id)
	called := f.ensure(t)
	eventually(t, "the call waits", func() bool { return f.Waiting(f.u) > 0 })
	waits := time.Now()
	noting, noted := make(chan struct{}), make(chan struct{})
	if aside, err := tried.Aside("it", func(context.Context) { close(noting); <-noted }); err != nil || !aside {
		t.Errorf("put aside: %v, %v", aside, err)
	}
	naming, named := make(chan struct{}), make(chan struct{})
	if aside, err := tried.AsideFirst("the names", func(context.Context) { close(naming); <-named }); err != nil || !aside {
		t.Errorf("put aside: %v, %v", aside, err)
	}
	if err := tried.SetEndpoints([]string{tried.token}); err != nil {
		t.Fatal(err)
	}
	<-naming
	if f.Waiting(f.u) == 0 {
		t.Error("the call does not wait for the names")
	}
	least := time.Since(waits)
	close(named)
	<-noting
	select {
	case err := <-called:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the call waits for what is noted")
	}
	close(noted)
	got := <-tried.done
	if got.err != nil || got.Paused < least {
		t.Errorf("the upgrade: %v; the longest pause is said to be %v, and was %v at least", got.err, got.Paused, least)
	}
	if state := id.State(); state != process.Gone {
		t.Errorf("the old process is %v", state)
	}
}
