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
	buildC(t, filepath.Join(dir, "early"), "testdata/early.c")
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

// The class Trout, and a package that gives the program one of it before it waits until another thread is at the library of Eel, and loads that then.
var earlyWays = map[string]string{
	"gen/trout/object.go": `package trout
import ("context"; "github.com/opendsom/dsom/som")
type object struct { som.Base }
func (o *object) Swim(_ context.Context, n int32) (int32, error) { return n + 1, nil }
func (o *object) Far(_ context.Context, a, b, c int32) (int32, error) { return a + b + c, nil }
func (o *object) Say(_ context.Context, what string) (string, error) { return what + "!", nil }
func (o *object) Weigh(_ context.Context, more float64) (float64, int32, error) { return more / 2, 3, nil }
func (o *object) Fail(context.Context) error { return &Trout_Lost{Why: "fog"} }
func (o *object) SomDefaultCopyInit(*object) error { return nil }
func (o *object) SomDefaultAssign(*object) error { return nil }
`,
	"late/late.go": `package late
import ("context"; "os"; "runtime"; "example.com/pets/gen/trout"; "github.com/opendsom/dsom/som/native")
func init() {
	if err := native.Export(trout.Class); err != nil { panic(err) }
	box, err := native.Registered("Box")
	if err != nil { panic(err) }
	b, err := box.New()
	if err != nil { panic(err) }
	for range 2 {
		t, err := trout.New()
		if err != nil { panic(err) }
		if _, err := b.Invoke(context.Background(), "keep", t.Ref); err != nil { panic(err) }
		if err := t.Release(); err != nil { panic(err) }
	}
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

// TestEarlyWays does so in each of the ways in which C asks Go: the beginning, the copy, the assignment and the end of an object, methods of each form, and the
// end of an exception that Go has raised. Who calls is told, or served when Go has been told; what is asked again later is served.
func TestEarlyWays(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a library")
	}
	need(t)
	dir := t.TempDir()
	library := libraryOf(t, filepath.Join(dir, "go"), map[string]bool{"trout.idl": false}, earlyWays, "libtrout.so")
	program := filepath.Join(dir, "ways")
	buildC(t, program, "-Wall", "-Werror", "testdata/earlyways.c")
	for way, answer := range map[string]string{"begin": "", "copy": "", "assign": "", "end": "", "one": " 5", "four": " 6", "text": " fish!", "closure": " 2.5 3", "value": ""} {
		cmd := exec.CommandContext(t.Context(), program, way)
		cmd.Env = append(os.Environ(), "SOM_PATH="+dir, "MARK="+filepath.Join(dir, way), "TROUT="+library)
		out, err := cmd.CombinedOutput()
		served := "served" + answer + "\n"
		told := regexp.MustCompile(`^told cycle: .*\n` + served + "$")
		if err != nil || string(out) != served+served && !told.Match(out) {
			t.Errorf("%s: %v\n%s", way, err, out)
		}
	}
}
