// Package emit is the kit of the emitters, which turn a [model.Spec] into files of some
// language: the files they make, held in memory, and a printer of lines.
//
// An emitter reads the model and nothing else, prints no messages and touches no disk: it
// returns files and diagnostics, and whoever called it decides what becomes of them.
package emit

import (
	"fmt"
	"iter"
	"maps"
	"path"
	"path/filepath"
	"slices"
)

// Files are the files that an emitter made: octets by path. Paths are relative to the
// output folder, with slashes on every system. The zero Files is empty and ready; it is not
// safe for concurrent use.
type Files struct {
	data map[string][]byte
}

// Add adds a file. It is an error if there is one of that path, or if the path is not clean
// or leads out of the output folder. data is kept.
func (f *Files) Add(name string, data []byte) error {
	if name == "." || path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("emit: %q is no path inside the output folder", name)
	}
	if _, dup := f.data[name]; dup {
		return fmt.Errorf("emit: %s is made twice", name)
	}
	if f.data == nil {
		f.data = map[string][]byte{}
	}
	f.data[name] = data
	return nil
}

// Get returns the file of that path, and whether there is one.
func (f *Files) Get(name string) ([]byte, bool) {
	data, ok := f.data[name]
	return data, ok
}

// Len returns how many files there are.
func (f *Files) Len() int { return len(f.data) }

// Paths returns the paths, sorted.
func (f *Files) Paths() []string { return slices.Sorted(maps.Keys(f.data)) }

// All iterates over paths and files, sorted by path.
func (f *Files) All() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, p := range f.Paths() {
			if !yield(p, f.data[p]) {
				return
			}
		}
	}
}
