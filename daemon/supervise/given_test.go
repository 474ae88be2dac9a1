package supervise_test

import (
	"context"
	"errors"
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
