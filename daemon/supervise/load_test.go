package supervise_test

import (
	"errors"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestReport holds what a process may say of its calls, and that one which is idle is asked to end, but not if somebody has just
// been sent to it, or it does not say that it is.
func TestReport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		idle time.Duration // of the record
		said supervise.Report
		ends bool
	}{
		{time.Hour, supervise.Report{Idle: 2 * time.Hour}, false}, // somebody was sent to it a moment ago
		{time.Nanosecond, supervise.Report{Calls: 1, Idle: time.Hour}, false},
		{time.Nanosecond, supervise.Report{}, false},
		{0, supervise.Report{Idle: time.Hour}, false},
		{time.Nanosecond, supervise.Report{Idle: time.Hour}, true},
	} {
		f := start(t, supervise.Options{})
		if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error { r.IdleTimeout = c.idle; return nil }); err != nil {
			t.Fatal(err)
		}
		called := f.ensure(t)
		token, id := f.started(t, "")
		lease := f.register(t, token, id)
		if err := <-called; err != nil {
			t.Fatal(err)
		}
		if (lease.Every > 0) != (c.idle > 0) {
			t.Errorf("%v: it is to report every %v", c.idle, lease.Every)
		}
		var invalid *implrepo.InvalidError
		for _, bad := range []supervise.Report{{Calls: -1}, {Idle: -1}} {
			if err := lease.Report(bad); !errors.As(err, &invalid) {
				t.Errorf("%+v: got %v", bad, err)
			}
		}
		if err := lease.Report(c.said); err != nil {
			t.Fatal(err)
		}
		if ends := f.Run(f.u).State != admin.StateReady; ends != c.ends {
			t.Errorf("idle for %v, %+v: it is %s", c.idle, c.said, f.Run(f.u).State)
		}
		if c.ends {
			continue
		}
		f.register(t, token, id)
		if err := lease.Report(c.said); !errors.Is(err, supervise.ErrToken) {
			t.Errorf("over a lease in whose place there is another: got %v", err)
		}
	}
}
