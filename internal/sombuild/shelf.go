package sombuild

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A Shelf keeps what the tests of one process build, each thing once. Its zero value is empty; TestMain clears it.
type Shelf struct {
	once sync.Once
	dir  string
	err  error
	made sync.Map // by name: func() (string, error)
}

func (s *Shelf) folder() (string, error) {
	s.once.Do(func() { s.dir, s.err = os.MkdirTemp("", "dsom-test-shelf-") })
	return s.dir, s.err
}

// Once returns the path of what is named: a file or folder, which build has put there when it was first asked for.
func (s *Shelf) Once(t testing.TB, name string, build func(path string) error) string {
	t.Helper()
	f, _ := s.made.LoadOrStore(name, sync.OnceValues(func() (string, error) {
		dir, err := s.folder()
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, name)
		return path, build(path)
	}))
	path, err := f.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Clear removes all that is there.
func (s *Shelf) Clear() {
	s.once.Do(func() {}) // nothing is made from here on
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}
