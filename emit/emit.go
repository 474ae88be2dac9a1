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
	"strings"
)

// Files are the files that an emitter made: octets by path. Paths are relative to the
// output folder, with slashes on every system. The zero Files is empty and ready; it is not
// safe for concurrent use.
type Files struct {
	data    map[string][]byte
	folders map[string]string // with a file in each
}

// Add adds a file. It is an error if there is one of that path, if one is where the other
// needs a folder, or if the path is not clean or leads out of the output folder. data is kept.
func (f *Files) Add(name string, data []byte) error {
	if name == "." || path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsRune(name, 0) {
		return fmt.Errorf("emit: %q is no path inside the output folder", name)
	}
	if _, dup := f.data[name]; dup {
		return fmt.Errorf("emit: %s is made twice", name)
	}
	if other, ok := f.folders[name]; ok {
		return fmt.Errorf("emit: %s cannot be a file, since %s is in a folder of that name", name, other)
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, ok := f.data[dir]; ok {
			return fmt.Errorf("emit: %s cannot be made, since %s is a file", name, dir)
		}
	}
	if f.data == nil {
		f.data, f.folders = map[string][]byte{}, map[string]string{}
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		f.folders[dir] = name
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
