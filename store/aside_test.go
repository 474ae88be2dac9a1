package store_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// TestPutAside puts entries aside, of the longest key and value too, and one twice; what was changed since it was read is left.
func TestPutAside(t *testing.T) {
	t.Parallel()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	why := errors.New("because " + strings.Repeat("x", 5000))
	for _, c := range []struct{ key, value string }{
		{"server/x", "first"}, {"server/x", "second"}, {strings.Repeat("k", store.MaxKey), "v"}, {"long", strings.Repeat("v", store.MaxValue)}, {"damaged/server/x", "again"},
	} {
		e := store.Entry{Key: c.key, Value: []byte(c.value)}
		if c.key == "damaged/server/x" { // what was put aside is damaged itself
			e, err = s.Get(t.Context(), c.key)
		} else {
			e.Revision, err = s.Commit(t.Context(), store.Create(c.key, e.Value))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := store.PutAside(t.Context(), s, e, why); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), c.key); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%.20s is there: %v", c.key, err)
		}
		a, _, err := store.AsideOf(t.Context(), s, c.key)
		if err != nil || a.Key != c.key || a.Octets != len(e.Value) || !strings.HasPrefix(string(e.Value), string(a.Value)) || len(a.Value) < min(len(e.Value), store.MaxValue-8<<10) || !strings.HasPrefix(a.Why, "because") {
			t.Errorf("%.20s is kept as %.40q of %d octets, %.40q, %v", c.key, a.Value, a.Octets, a.Why, err)
		}
	}
	rev, err := s.Commit(t.Context(), store.Create("server/y", []byte("new")))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutAside(t.Context(), s, store.Entry{Key: "server/y", Value: []byte("old"), Revision: rev - 1}, why); err != nil {
		t.Error(err)
	}
	if e, err := s.Get(t.Context(), "server/y"); err != nil || string(e.Value) != "new" {
		t.Errorf("what was changed is %q, %v", e.Value, err)
	}
	if all, err := store.AllAside(t.Context(), s, "", 10); err != nil || len(all) != 3 {
		t.Errorf("got %d, %v", len(all), err)
	}
}
