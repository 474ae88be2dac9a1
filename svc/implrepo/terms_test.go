package implrepo_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

func openStore(t *testing.T) store.Store {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestTerms holds which terms are refused, and that the error names the field.
func TestTerms(t *testing.T) {
	t.Parallel()
	p := implrepo.New(openStore(t))
	for _, c := range []struct {
		field  string
		change func(*implrepo.Record)
	}{
		{"user", func(r *implrepo.Record) { r.User = "a:b" }},
		{"user", func(r *implrepo.Record) { r.User = strings.Repeat("u", implrepo.MaxUser+1) }},
		{"after", func(r *implrepo.Record) { r.After = make([]implrepo.UUID, implrepo.MaxAfter+1) }},
		{"activation", func(r *implrepo.Record) { r.Activation = "sometimes" }},
		{"apart", func(r *implrepo.Record) { r.Apart = "objects/*" }},
		{"apart", func(r *implrepo.Record) { r.Activation = implrepo.PerObject }},
		{"apart", func(r *implrepo.Record) { r.Activation, r.Apart = implrepo.PerObject, "objects/[" }},
		{"apart", func(r *implrepo.Record) {
			r.Activation, r.Apart = implrepo.PerObject, strings.Repeat("a", implrepo.MaxPattern+1)
		}},
		{"most", func(r *implrepo.Record) { r.Most = 3 }},
		{"most", func(r *implrepo.Record) { r.Activation, r.Most = implrepo.Unshared, implrepo.MaxMost+1 }},
		{"copies", func(r *implrepo.Record) { r.Copies = implrepo.MaxCopies + 1 }},
		{"copies", func(r *implrepo.Record) { r.Activation, r.Copies = implrepo.PerCall, 2 }},
		{"copies", func(r *implrepo.Record) { r.Command, r.Activation, r.Copies = nil, implrepo.Manual, 2 }},
		{"choose", func(r *implrepo.Record) { r.Choose = "by hand" }},
		{"alone", func(r *implrepo.Record) { r.Alone, r.Copies = true, 2 }},
		{"alone", func(r *implrepo.Record) { r.Alone, r.Activation = true, implrepo.Unshared }},
		{"idle_timeout", func(r *implrepo.Record) { r.IdleTimeout = -1 }},
		{"idle_timeout", func(r *implrepo.Record) { r.IdleTimeout, r.Activation = time.Second, implrepo.Always }},
		{"retry", func(r *implrepo.Record) { r.Retry.Pause = implrepo.MaxPause + 1 }},
		{"retry", func(r *implrepo.Record) { r.Retry.Most = -1 }},
		{"limits.files", func(r *implrepo.Record) { r.Limits.Files = -1 }},
		{"limits.core", func(r *implrepo.Record) { r.Limits.Core = -2 }},
		{"limits.cpu", func(r *implrepo.Record) { r.Limits.CPUTime = time.Millisecond }},
		{"limits.group.cpu", func(r *implrepo.Record) { r.Limits.Group.CPU = -1 }},
		{"health.every", func(r *implrepo.Record) { r.Health.Every = time.Nanosecond }},
		{"health.every", func(r *implrepo.Record) { r.Health.Object = "objects/main" }},
		{"health.bad", func(r *implrepo.Record) { r.Health.Every, r.Health.Bad = time.Second, -1 }},
		{"health.command", func(r *implrepo.Record) { r.Health.Every, r.Health.Command = time.Second, []string{"./x"} }},
		{"previous", func(r *implrepo.Record) { r.Previous = []string{"a\x00"} }},
	} {
		r := implrepo.Record{Name: "bank", Command: []string{"/bin/bank"}}
		c.change(&r)
		_, err := p.Add(t.Context(), r)
		var e *implrepo.InvalidError
		if !errors.As(err, &e) || e.Field != c.field {
			t.Errorf("%s: got %v", c.field, err)
		}
	}
}

// TestOwnProcess holds which objects have processes of their own.
func TestOwnProcess(t *testing.T) {
	t.Parallel()
	r := implrepo.Record{Activation: implrepo.PerObject, Apart: "objects/account-* vaults/*/door"}
	for object, want := range map[string]bool{
		"objects/account-1": true, "objects/branch": false, "vaults/a/door": true, "vaults/a/b/door": false, "": false, "objects/account-\xff": true,
	} {
		if got := r.OwnProcess(object); got != want {
			t.Errorf("%q: got %v", object, got)
		}
	}
	if all, none := (&implrepo.Record{Activation: implrepo.Unshared}), (&implrepo.Record{Activation: implrepo.OnDemand}); !all.OwnProcess("x") || none.OwnProcess("x") {
		t.Error("unshared is all, on-demand none")
	}
}

// TestOldWord holds that SOM's word for a server on demand is understood.
func TestOldWord(t *testing.T) {
	t.Parallel()
	r, err := implrepo.New(openStore(t)).Add(t.Context(), implrepo.Record{Name: "bank", Command: []string{"/bin/x"}, Activation: implrepo.Shared})
	if err != nil || r.Activation != implrepo.OnDemand {
		t.Errorf("got %q, %v", r.Activation, err)
	}
}

// TestCircle holds that servers cannot be made to wait for one another, and that the error tells the circle.
func TestCircle(t *testing.T) {
	t.Parallel()
	p := implrepo.New(openStore(t))
	add := func(name string, after ...implrepo.UUID) implrepo.UUID {
		r, err := p.Add(t.Context(), implrepo.Record{Name: name, Command: []string{"/bin/x"}, After: after})
		if err != nil {
			t.Fatal(err)
		}
		return r.UUID
	}
	after := func(u implrepo.UUID, all ...implrepo.UUID) error {
		_, err := p.Update(t.Context(), u, func(r *implrepo.Record) error { r.After = all; return nil })
		return err
	}
	disk := add("disk")
	db := add("db", disk)
	bank := add("bank", db, disk)
	var e *implrepo.InvalidError
	if err := after(disk, bank); !errors.As(err, &e) || e.Field != "after" || !strings.Contains(e.Reason, "disk after bank after db after disk") {
		t.Errorf("got %v", err)
	}
	if err := after(db, db); !errors.As(err, &e) || !strings.Contains(e.Reason, "db after db") {
		t.Errorf("got %v", err)
	}
	if err := after(db, implrepo.NewUUID()); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(after(bank), after(disk, bank)); err != nil {
		t.Errorf("there is no circle any more: %v", err)
	}
}

// TestCircleAtOnce holds that no circle comes about by changes at the same time, each of which is right by itself.
func TestCircleAtOnce(t *testing.T) {
	t.Parallel()
	p := implrepo.New(openStore(t))
	const n = 8
	var all [n]implrepo.UUID
	for i := range all {
		r, err := p.Add(t.Context(), implrepo.Record{Name: fmt.Sprint("s", i), Command: []string{"/bin/x"}})
		if err != nil {
			t.Fatal(err)
		}
		all[i] = r.UUID
	}
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			_, err := p.Update(t.Context(), all[i], func(r *implrepo.Record) error { r.After = []implrepo.UUID{all[(i+1)%n]}; return nil })
			var e *implrepo.InvalidError
			if err != nil && !errors.As(err, &e) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	links := 0
	for _, u := range all {
		r, err := p.Get(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		links += len(r.After)
	}
	if links != n-1 {
		t.Errorf("%d of %d links were made: all but one are no circle", links, n)
	}
}

// TestFormats holds that a record of an older version is read, that it is written in today's form when it is changed, and that one
// of a newer version is refused in words.
func TestFormats(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	p := implrepo.New(s)
	old := implrepo.NewUUID()
	const text = `{"name":"bank","uuid":%q,"command":["/bin/bank"],"activation":"on-demand","stop_timeout":5000000000,"created":"2026-01-02T03:04:05Z"}`
	if _, err := s.Commit(t.Context(), store.Create("server-name/bank", []byte(old.String())), store.Create("server/"+old.String(), fmt.Appendf(nil, text, old))); err != nil {
		t.Fatal(err)
	}
	r, err := p.ByName(t.Context(), "bank")
	if err != nil || r.StopTimeout != 5*time.Second || r.Command[0] != "/bin/bank" || r.Upgrade != 0 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if _, err := p.Update(t.Context(), old, func(r *implrepo.Record) error { r.Copies = 3; return nil }); err != nil {
		t.Fatal(err)
	}
	e, err := s.Get(t.Context(), "server/"+old.String())
	if err != nil || !strings.Contains(string(e.Value), `"format":2`) || !strings.Contains(string(e.Value), `"choose":"round-robin"`) {
		t.Errorf("got %s, %v", e.Value, err)
	}
	newer := strings.Replace(string(e.Value), `"format":2`, `"format":3,"moons":{"phase":1}`, 1)
	if _, err := s.Commit(t.Context(), store.Update(e.Key, []byte(newer), e.Revision)); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"get":    second(p.Get(t.Context(), old)),
		"list":   second(p.List(t.Context())),
		"update": second(p.Update(t.Context(), old, func(*implrepo.Record) error { return nil })),
	} {
		if !errors.Is(err, store.ErrVersion) || !strings.Contains(err.Error(), "format 3") || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
