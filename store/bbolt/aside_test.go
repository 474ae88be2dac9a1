package bbolt_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// TestRottenValue changes an octet of a value: an opener refuses the file and leaves it alone, or puts that entry aside and has the rest, if it is to.
func TestRottenValue(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), file)
	s, err := bbolt.Open(path, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(t.Context(), store.Create("a", []byte("whole")), store.Create("b", []byte("needle in the hay")), store.Create("c", []byte("whole"))); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b = bytes.ReplaceAll(b, []byte("needle in the hay"), []byte("noodle in the hay")); !bytes.Contains(b, []byte("noodle")) {
		t.Fatal("the value is not in the file")
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var one *store.Error
	if _, err := bbolt.Open(path, bbolt.Options{}); !errors.Is(err, store.ErrCorrupt) || !errors.As(err, &one) || one.Key != "b" {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, b) {
		t.Errorf("the refused file was changed: %v", err)
	}
	for range 2 { // it is put aside once
		if s, err = bbolt.Open(path, bbolt.Options{PutAside: true}); err != nil {
			t.Fatal(err)
		}
		all, err := store.AllAside(t.Context(), s, "", 10)
		if err != nil || len(all) != 1 || all[0].Key != "b" || !all[0].Rotten || string(all[0].Value) != "noodle in the hay" {
			t.Errorf("got %+v, %v", all, err)
		}
		for _, key := range []string{"a", "c"} {
			if e, err := s.Get(t.Context(), key); err != nil || string(e.Value) != "whole" {
				t.Errorf("%s is %q, %v", key, e.Value, err)
			}
		}
		if _, err := s.Get(t.Context(), "b"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("what was put aside: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRottenAside has what was put aside rot as well, in the value that was kept, in the key that was noted, or wholly: it is still found by the key that it had, and no key is made of the key of what is aside.
func TestRottenAside(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long", store.MaxKey/4)
	for what, c := range map[string]struct{ key, of, to string }{
		"its value":                  {"b", "needle in the hay", "noodle in the hay"},
		"its key":                    {"b", `"key":"b"`, `"key":"c"`},
		"the form of what was noted": {"b", `{"key"`, `["key"`},
		"under a long key":           {long, "needle in the hay", "noodle in the hay"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), file)
			s, err := bbolt.Open(path, bbolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			rev, err := s.Commit(t.Context(), store.Create(c.key, []byte("needle in the hay")))
			if err == nil {
				err = store.PutAside(t.Context(), s, store.Entry{Key: c.key, Value: []byte("needle in the hay"), Revision: rev}, errors.New("bad"))
			}
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if b = bytes.ReplaceAll(b, []byte(c.of), []byte(c.to)); !bytes.Contains(b, []byte(c.to)) {
				t.Fatal("what is to rot is not in the file")
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if s, err = bbolt.Open(path, bbolt.Options{PutAside: true}); err != nil {
					t.Fatal(err)
				}
				a, _, err := store.AsideOf(t.Context(), s, c.key)
				if err != nil || a.Key != c.key || !a.Rotten || strings.Count(a.Why, "rotted since") != 1 {
					t.Errorf("got %+v, %v", a, err)
				}
				all, err := store.AllAside(t.Context(), s, "", 10)
				if err != nil || len(all) != 1 {
					t.Errorf("aside are %+v, %v", all, err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
