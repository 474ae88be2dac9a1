package classlib

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Damaged returns a folder with the zoo's library, built with flags, whose type information has other bits in places that nth decides.
func Damaged(t testing.TB, flags string, nth int) string {
	t.Helper()
	good := Build(t, Zoo(t), flags)
	library, err := os.ReadFile(filepath.Join(good, "libzoo.so"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.ReadFile(filepath.Join(good, "zoo.somt"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(library, info)
	if at < 0 {
		t.Fatal("the library has no type information in it")
	}
	bad := slices.Clone(library)
	for k := 64 + nth*7; k < len(info); k += 101 + nth*13 {
		bad[at+k] ^= byte(1 << (nth % 8))
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "libzoo.so"), bad, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
