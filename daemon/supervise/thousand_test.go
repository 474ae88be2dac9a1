package supervise_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A counter is a store that counts what it is asked.
type counter struct {
	store.Store
	gets, lists, commits atomic.Int64
}

func (c *counter) Get(ctx context.Context, key string) (store.Entry, error) {
	c.gets.Add(1)
	return c.Store.Get(ctx, key)
}

func (c *counter) List(ctx context.Context, prefix, after string, limit int) ([]store.Entry, error) {
	c.lists.Add(1)
	return c.Store.List(ctx, prefix, after, limit)
}

func (c *counter) Commit(ctx context.Context, ops ...store.Op) (uint64, error) {
	c.commits.Add(1)
	return c.Store.Commit(ctx, ops...)
}

// asked returns how often the store was asked during f.
func (c *counter) asked(f func() error) (string, error) {
	gets, lists, commits := c.gets.Load(), c.lists.Load(), c.commits.Load()
	err := f()
	return fmt.Sprintf("%d gets, %d lists, %d commits", c.gets.Load()-gets, c.lists.Load()-lists, c.commits.Load()-commits), err
}

// TestThousandServers holds that what is done to one server asks the store as little when a thousand are registered as when few are.
func TestThousandServers(t *testing.T) {
	t.Parallel()
	few, many := costs(t, 10), costs(t, 1000)
	want := map[string]string{
		"start of the daemon": "0 gets, 3 lists, 0 commits", // of what runs, of what of that was put aside, and of the records
		"add":                 "0 gets, 0 lists, 1 commits",
		"find by name":        "2 gets, 0 lists, 0 commits",
		"change":              "1 gets, 0 lists, 1 commits",
		"list":                "0 gets, 1 lists, 0 commits",
		"where it is":         "0 gets, 0 lists, 0 commits",
		"remove":              "3 gets, 0 lists, 1 commits", // and a list where servers come after one another
	}
	for what := range want {
		if few[what] != want[what] || many[what] != want[what] {
			t.Errorf("%s: %s with 10 servers, %s with 1000, want %s", what, few[what], many[what], want[what])
		}
	}
}

// costs returns what the store is asked for when so many servers are registered.
func costs(t *testing.T, servers int) map[string]string {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	b, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	for from := 0; from < servers; from += store.MaxOps / 2 {
		var ops []store.Op
		for i := from; i < min(servers, from+store.MaxOps/2); i++ {
			u, name := implrepo.NewUUID(), fmt.Sprint("server", i)
			rec := fmt.Sprintf(`{"format":2,"name":%q,"uuid":%q,"command":["/bin/x"],"activation":"on-demand"}`, name, u)
			ops = append(ops, store.Create("server/"+u.String(), []byte(rec)), store.Create("server-name/"+name, []byte(u.String())))
		}
		if _, err := b.Commit(ctx, ops...); err != nil {
			t.Fatal(err)
		}
	}
	c, all := &counter{Store: b}, map[string]string{}
	var s *supervise.Supervisor
	var rec implrepo.Record
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"start of the daemon", func() (err error) {
			s, err = supervise.New(ctx, supervise.Options{Store: c, Logs: &capture.Keeper{Dir: filepath.Join(dir, "logs")}})
			return err
		}},
		{"add", func() error {
			return second(s.Records().Add(ctx, implrepo.Record{Name: "bank", Command: []string{"/bin/x"}}))
		}},
		{"find by name", func() (err error) { rec, err = s.Records().ByName(ctx, "bank"); return err }},
		{"change", func() error {
			return second(s.Records().Update(ctx, rec.UUID, func(r *implrepo.Record) error { r.Dir = "/"; return nil }))
		}},
		{"list", func() error { return second(s.Records().List(ctx)) }},
		{"register", func() error {
			return second(s.Register(ctx, supervise.Registration{UUID: rec.UUID, ByHand: true, Incarnation: "i", Process: self, Endpoints: []string{"here"}}))
		}},
		{"where it is", func() error { return second(s.Ensure(ctx, rec.UUID)) }},
		{"remove", func() error { _, err := s.Records().Remove(ctx, rec.UUID); return err }},
	} {
		if all[step.what], err = c.asked(step.do); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
	}
	s.Close()
	return all
}

func second[T any](_ T, err error) error { return err }
