package idl_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
)

// BenchmarkCOS compiles each of Debian's COS files for itself, as omniidl would be called.
func BenchmarkCOS(b *testing.B) {
	files, _ := filepath.Glob(omniIDL + "/COS/*.idl")
	needs(b, len(files) > 50, "Debian's package omniorb-idl")
	for b.Loop() {
		for _, f := range files {
			if r, err := idl.Compile(context.Background(), idl.Options{Include: []string{omniIDL + "/COS"}}, f); err != nil {
				b.Fatal(show(b, r))
			}
		}
	}
}

// BenchmarkLarge compiles a file of 20,000 lines.
func BenchmarkLarge(b *testing.B) {
	var text strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&text, "// Entry %d.\nstruct Entry%d {\n  long id;\n  string name;\n};\ninterface Book%d {\n  void put(in Entry%d e);\n};\n", i, i, i, i)
	}
	files := idl.FilesOf{"large.idl": text.String()}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if r, err := idl.Compile(context.Background(), idl.Options{Resolver: files}, "large.idl"); err != nil {
			b.Fatal(show(b, r))
		}
	}
}
