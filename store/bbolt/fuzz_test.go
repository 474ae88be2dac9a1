package bbolt_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/store"
)

// FuzzOpen opens any octets as a store's file: an error that says what is wrong, or a store that works.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	s, err := open(dir)
	if err != nil {
		f.Fatal(err)
	}
	for _, k := range []string{"a", "b/1", "b/2"} {
		if _, err := s.Commit(f.Context(), store.Create(k, make([]byte, 300))); err != nil {
			f.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := open(dir)
		if err != nil {
			if !errors.Is(err, store.ErrCorrupt) && !errors.Is(err, store.ErrVersion) {
				t.Fatal(err)
			}
			return
		}
		for _, err := range store.All(t.Context(), s, "") {
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
