//go:build cgo && unix

package native_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// The class Fish, and a package that waits until another thread is at the library of Eel, which asks for a Fish, and loads that library then.
var earlyGo = map[string]string{
	"fish/fish.go": `package fish
import ("context"; "github.com/opendsom/dsom/som"; "github.com/opendsom/dsom/som/native")
type Fish struct { som.Base }
func (f *Fish) Swim(_ context.Context, n int32) (int32, error) { return n + 1, nil }
var Class = som.MustClass[Fish]("Fish")
var _ = native.Export(Class) == nil
`,
	"late/late.go": `package late
import ("os"; "runtime"; _ "example.com/pets/fish"; "github.com/opendsom/dsom/som/native")
func init() {
	for {
		if _, err := os.Stat(os.Getenv("MARK")); err == nil { break }
		runtime.Gosched()
	}
	_ = native.Load("libeel.so")
}
`,
	"main.go": `package main
import "C"
import _ "example.com/pets/late"
func main() {}
`,
}

// TestEarly has a thread of C's call a class in Go while Go's packages are initialised, which wait for what that thread is at: neither waits for the other
// for ever. Who comes second is told so; the class in Go is there all the same.
func TestEarly(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a library")
	}
	need(t)
	dir := t.TempDir()
	library := libraryOf(t, filepath.Join(dir, "go"), nil, earlyGo, "libfish.so")
	common := os.Getenv("SOM_PATH")
	build := exec.CommandContext(t.Context(), "gcc", "-std=gnu11", "-O2", "-pthread", "-I../../libsom/include", "-o", filepath.Join(dir, "early"), "testdata/early.c",
		filepath.Join(common, "libsom.so.1"), "-Wl,-rpath,"+common)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build.Args, err, out)
	}
	if err := os.Symlink(library, filepath.Join(dir, "libfish.so")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "early"))
	cmd.Env = append(os.Environ(), "SOM_PATH="+dir, "MARK="+filepath.Join(dir, "mark"), "FISH="+library)
	out, err := cmd.CombinedOutput()
	told := regexp.MustCompile(`^not added: .*\nFish 2\nno Eel: .*\n$`)
	if err != nil || string(out) != "Fish 2\nEel 2\n" && !told.Match(out) { // else it is the package that is told
		t.Errorf("%v\n%s", err, out)
	}
}
