package supervise_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestTermsByHand holds that a process that is started by hand has the terms of its server's record: it is asked whether it works, and has the time for stopping that is said there.
func TestTermsByHand(t *testing.T) {
	t.Parallel()
	asked := make(chan implrepo.Record, 1)
	f := start(t, supervise.Options{Probe: func(_ context.Context, rec implrepo.Record, _ supervise.Live) error {
		select {
		case asked <- rec:
		default:
		}
		return nil
	}})
	_, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error {
		r.StopTimeout, r.Health = 2*time.Minute, implrepo.Health{Every: 10 * time.Millisecond}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	l, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, ByHand: true, Incarnation: "i", Process: self, Endpoints: []string{"here"}})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case rec := <-asked:
		if rec.UUID != f.u {
			t.Errorf("it is asked as %+v", rec)
		}
	case <-time.After(20 * time.Second):
		t.Error("it is not asked whether it works")
	}
	stopped := make(chan error, 1)
	go func() { stopped <- f.Stop(t.Context(), f.u, "test") }()
	if s := <-l.Stops(); s.Within != 2*time.Minute {
		t.Errorf("it has %v for stopping", s.Within)
	}
	l.Release()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// TestSickInARow has a server be ended for its health twice: where it has worked meanwhile, for as long as it takes to be settled, it is started again, and where it has not it is given up.
func TestSickInARow(t *testing.T) {
	t.Parallel()
	for _, worked := range []bool{true, false} {
		var sick atomic.Bool
		var asked atomic.Int32
		var come sync.RWMutex // held until the call that a process was started for knows of it: one that is ended before is started again for that call
		f := start(t, supervise.Options{Settled: time.Nanosecond, BackOff: time.Nanosecond, MaxBackOff: time.Nanosecond, Probe: func(context.Context, implrepo.Record, supervise.Live) error {
			come.RLock()
			defer come.RUnlock()
			defer asked.Add(1)
			if sick.Load() {
				return errors.New("the ledger does not add up")
			}
			return nil
		}})
		_, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error {
			r.Health, r.Retry.Most = implrepo.Health{Every: 10 * time.Millisecond, Bad: 1}, 2
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		last := ""
		for range 2 {
			sick.Store(!worked)
			come.Lock()
			called := f.ensure(t)
			token, id := f.started(t, last)
			last = token
			before := asked.Load()
			if _, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: token, Incarnation: token, Process: id, Endpoints: []string{"here"}}); err != nil {
				t.Fatal(err)
			}
			if err := <-called; err != nil {
				t.Fatal(err)
			}
			come.Unlock()
			eventually(t, "it was asked", func() bool { return asked.Load() > before+1 || !worked })
			sick.Store(true)
			eventually(t, "it is ended", func() bool { r := f.Run(f.u); return r.PID == 0 && strings.Contains(r.Ended, "ledger") })
		}
		sick.Store(false)
		called := f.ensure(t)
		if !worked {
			if err := <-called; !errors.As(err, new(*supervise.StartError)) {
				t.Errorf("one that has never worked is called again: %v", err)
			}
			continue
		}
		token, id := f.started(t, last)
		if _, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: token, Incarnation: token, Process: id, Endpoints: []string{"here"}}); err != nil {
			t.Fatal(err)
		}
		if err := <-called; err != nil {
			t.Errorf("one that has worked is called again: %v", err)
		}
	}
}
