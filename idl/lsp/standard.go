package lsp

import (
	"os"
	"path/filepath"

	"github.com/opendsom/dsom/idl/syntax"
)

// uri returns where the editor finds a file. One that the compiler carries is copied to the
// cache, from where it can be shown; without a cache it cannot.
func (a *analysis) uri(f *syntax.SourceFile) string {
	if !f.Standard {
		return uriOf(f.Path)
	}
	if a.cache == "" {
		return "dsom-idl:///" + f.Path
	}
	name := filepath.Join(a.cache, filepath.FromSlash(f.Path))
	if have, err := os.ReadFile(name); err != nil || string(have) != f.Text {
		if os.MkdirAll(filepath.Dir(name), 0o755) != nil || os.WriteFile(name, []byte(f.Text), 0o644) != nil {
			return "dsom-idl:///" + f.Path
		}
	}
	return uriOf(filepath.ToSlash(name))
}
