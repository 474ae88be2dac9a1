package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkIDLCheck is what checking a small file costs a program that has started: mostly the
// grammar of the command line.
func BenchmarkIDLCheck(b *testing.B) {
	file := filepath.Join(b.TempDir(), "a.idl")
	if err := os.WriteFile(file, []byte("interface I { void f(); };\n"), 0o666); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if status := run(context.Background(), []string{"idl", "check", file}, strings.NewReader(""), io.Discard, io.Discard); status != 0 {
			b.Fatal(status)
		}
	}
}
