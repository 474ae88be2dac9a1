package supervise_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/supervise"
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
	l := f.byHand(t)
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

// TestUnaskable holds that a server which cannot be asked whether it works is left alone, however often, and one that does not work is not.
func TestUnaskable(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var sick atomic.Bool
	f := start(t, supervise.Options{Probe: func(context.Context, implrepo.Record, supervise.Live) error {
		asked.Add(1)
		if sick.Load() {
			return errors.New("it does not work")
		}
		return &supervise.UnaskableError{Reason: "it speaks another language"}
	}})
	_, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error {
		r.Health = implrepo.Health{Every: 10 * time.Millisecond, Bad: 2}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l := f.byHand(t)
	eventually(t, "it was asked", func() bool { return asked.Load() > 10 })
	select {
	case s := <-l.Stops():
		t.Fatalf("it is to end: %s", s.Reason)
	default:
	}
	sick.Store(true)
	if s := <-l.Stops(); !strings.Contains(s.Reason, "it does not work") {
		t.Errorf("it is to end: %s", s.Reason)
	}
	l.Release()
}

// lives are how long servers have lived, by the log.
type lives struct {
	mu  sync.Mutex
	all []time.Duration
}

func (l *lives) Enabled(context.Context, slog.Level) bool { return true }
func (l *lives) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *lives) WithGroup(string) slog.Handler            { return l }
func (l *lives) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "lived" {
			l.all = append(l.all, a.Value.Duration())
		}
		return true
	})
	return nil
}

// TestSickInARow has a server be ended for its health twice: where it has worked meanwhile, for as long as it takes to be settled, it is started again, and where it has not it is given up.
func TestSickInARow(t *testing.T) {
	t.Parallel()
	for _, worked := range []bool{true, false} {
		var sick atomic.Bool
		var lived lives
		var asked atomic.Int32
		var come sync.RWMutex // held until the call that a process was started for knows of it: one that is ended before is started again for that call
		f := start(t, supervise.Options{Log: slog.New(&lived), Settled: time.Nanosecond, BackOff: time.Nanosecond, MaxBackOff: time.Nanosecond, Probe: func(context.Context, implrepo.Record, supervise.Live) error {
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
		eventually(t, "it is said how long both processes lived", func() bool {
			lived.mu.Lock()
			defer lived.mu.Unlock()
			return len(lived.all) == 2
		})
		lived.mu.Lock()
		for _, d := range lived.all {
			if d <= 0 || d > time.Minute {
				t.Errorf("it is said to have lived %v", d)
			}
		}
		lived.mu.Unlock()
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
