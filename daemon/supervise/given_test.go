package supervise_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/svc/implrepo"
)

// giver are machines of which this one is a, and b has what the server comes after. It gives the server to b in the moment in which that one is woken.
type giver struct{ give func() }

func (g *giver) Find(_ context.Context, rec implrepo.Record) error {
	if rec.On == "b" {
		return &supervise.ElsewhereError{Server: rec.Name, Machine: "b"}
	}
	return nil
}

func (*giver) Look(implrepo.Record) error                  { return nil }
func (*giver) Holds(implrepo.UUID) (time.Duration, uint64) { return 0, 0 }
func (*giver) Has(implrepo.UUID) bool                      { return false }

func (g *giver) Wake(context.Context, implrepo.Record, *supervise.ElsewhereError) error {
	g.give()
	return nil
}

// TestGivenAway gives a server to another machine while it is being started here: it does not start, for it could run there already.
func TestGivenAway(t *testing.T) {
	t.Parallel()
	g := &giver{}
	f := start(t, supervise.Options{Machines: g, Machine: "a"})
	records := implrepo.New(f.s)
	first, err := records.Add(t.Context(), implrepo.Record{Name: "first", Command: []string{"/bin/x"}, On: "b"})
	if err != nil {
		t.Fatal(err)
	}
	change := func(on string, after ...implrepo.UUID) {
		t.Helper()
		if _, err := records.Update(t.Context(), f.u, func(r *implrepo.Record) error { r.On, r.After = on, after; return nil }); err != nil {
			t.Error(err)
		}
	}
	change("a", first.UUID)
	if err := f.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.give = func() { change("b", first.UUID) }
	if _, err := f.Ensure(t.Context(), f.u); !errors.Is(err, supervise.ErrLost) {
		t.Errorf("got %v", err)
	}
	if n := len(f.logs.Tail(f.u.String(), 0, 1)); n != 0 {
		t.Errorf("it has run, and written %d lines", n)
	}
}

// TestDisabledAway disables a server while it is being started here, as whoever gives it to another machine does first: it does not start, for he may have seen that it does not run.
func TestDisabledAway(t *testing.T) {
	t.Parallel()
	g := &giver{}
	f := start(t, supervise.Options{Machines: g, Machine: "a"})
	records := implrepo.New(f.s) // of another daemon, of whom this one has not heard yet
	first, err := records.Add(t.Context(), implrepo.Record{Name: "first", Command: []string{"/bin/x"}, On: "b"})
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(*implrepo.Record), u implrepo.UUID) {
		t.Helper()
		if _, err := records.Update(t.Context(), u, func(r *implrepo.Record) error { f(r); return nil }); err != nil {
			t.Error(err)
		}
	}
	change(func(r *implrepo.Record) { r.On, r.After = "a", []implrepo.UUID{first.UUID} }, f.u)
	if err := f.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.give = func() { change(func(r *implrepo.Record) { r.Hold("somebody's", "b") }, f.u) }
	if _, err := f.Ensure(t.Context(), f.u); !errors.Is(err, supervise.ErrDisabled) {
		t.Errorf("got %v", err)
	}
	if n := len(f.logs.Tail(f.u.String(), 0, 1)); n != 0 {
		t.Errorf("it has run, and written %d lines", n)
	}
}

// owner are machines of which this one has all servers that may run on any.
type owner struct{ giver }

func (*owner) Find(context.Context, implrepo.Record) error { return nil }
func (*owner) Holds(implrepo.UUID) (time.Duration, uint64) { return time.Hour, 1 }
func (*owner) Has(implrepo.UUID) bool                      { return true }

// TestLoseClaims: a server that may run on any machine, and does not end when it is asked to, is killed at once when its claim is over, however long it may take to stop; and
// only then.
func TestLoseClaims(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{Machines: new(owner), Machine: "a"})
	_, err := implrepo.New(f.s).Update(t.Context(), f.u, func(r *implrepo.Record) error {
		r.On, r.Command = implrepo.Any, []string{"/bin/sh", "-c", `trap 'echo asked' TERM; echo up; while :; do sleep 0.05; done`}
		r.StartTimeout, r.StopTimeout = time.Hour, time.Hour
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := f.ensure(t)
	wrote := func(line string) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
			for _, l := range f.logs.Tail(f.u.String(), 0, 10) {
				if l == line {
					return
				}
			}
			if time.Now().After(end) {
				t.Fatalf("it has not written %q", line)
			}
		}
	}
	wrote("up")
	f.LoseClaims(false, "a test")
	wrote("asked")
	select {
	case err := <-got:
		t.Errorf("it was not only asked to end: %v", err)
	default:
	}
	f.LoseClaims(true, "a test")
	select {
	case err := <-got:
		if err == nil {
			t.Error("it takes calls")
		}
	case <-time.After(30 * time.Second):
		t.Error("it lives on")
		for _, id := range f.Processes() {
			if p, err := os.FindProcess(id.PID); err == nil {
				_ = p.Kill()
			}
		}
	}
}

// TestUnsure: a server that may run on any machine is not started by a machine to which it belongs for no time any more.
func TestUnsure(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{Machines: new(giver), Machine: "a"}) // which holds nothing, for 0
	if _, err := implrepo.New(f.s).Update(t.Context(), f.u, func(r *implrepo.Record) error { r.On = implrepo.Any; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := f.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := f.ensure(t)
	select {
	case err := <-got:
		if !errors.Is(err, supervise.ErrLost) {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it is being started")
	}
}
