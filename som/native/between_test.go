//go:build cgo && unix

package native_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The classes of Ape <- Bat <- Cow: the first and the last in one library in Go, Bat in one in C. Ape is exported when its package is initialised,
// before that of Cow, or when all else is.
var betweenGo = map[string]string{
	"gen/ape/object.go": `package ape
import ("context"; "os"; "github.com/opendsom/dsom/som"; "github.com/opendsom/dsom/som/native")
type object struct { som.Base; climbed int }
func (o *object) Climb(_ context.Context, n int32) (int32, error) { return n + 1, nil }
var _ = os.Getenv("APE_LAST") != "" || native.Export(Class) == nil
`,
	"cow/cow.go": `package cow
import ("context"; "example.com/pets/gen/bat"; "github.com/opendsom/dsom/som")
type Cow struct { bat.Base; climbed int }
func (c *Cow) Climb(ctx context.Context, n int32) (int32, error) {
	r, err := c.Base.Climb(ctx, n)
	return r + 100, err
}
var Class = som.MustClass[Cow]("Cow", som.Parents(bat.Class))
`,
	"main.go": `package main
import "C"
import ("os"; _ "example.com/pets/cow"; "example.com/pets/gen/ape"; "github.com/opendsom/dsom/som/native")
func init() { if os.Getenv("APE_LAST") != "" { _ = native.Export(ape.Class) } }
func main() {}
`,
}

// TestBetween asks for classes of which one in C stands between two in Go, in every order, in one thread after another and in all at once. Nobody
// waits for ever: where Go knows of Ape before it needs Bat, there are all of them; and else at least what does not need Cow, when it is asked for again.
func TestBetween(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a library")
	}
	need(t)
	dir := t.TempDir()
	library := libraryOf(t, filepath.Join(dir, "go"), map[string]bool{"bat.idl": true, "ape.idl": false}, betweenGo, "libape.so")
	buildC(t, filepath.Join(dir, "libbat.so"), "-shared", "testdata/bat.c")
	buildC(t, filepath.Join(dir, "asks"), "testdata/asks.c")
	for _, name := range []string{"libape.so", "libcow.so"} {
		if err := os.Symlink(library, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	answers := map[string]string{"Ape": "Ape 2", "Bat": "Bat 12", "Cow": "Cow 112"}
	for _, asked := range []string{"Ape Bat Cow", "Ape Cow Bat", "Bat Ape Cow", "Bat Cow Ape", "Cow Ape Bat", "Cow Bat Ape", "Bat Bat Cow Cow Ape Ape"} {
		for _, how := range []string{"in-turn", "at-once"} {
			for _, last := range []string{"", "1"} {
				names := strings.Fields(asked)
				cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "asks"), append([]string{how}, names...)...)
				cmd.Env = append(os.Environ(), "SOM_PATH="+dir, "APE_LAST="+last)
				out, err := cmd.CombinedOutput()
				lines := strings.Split(strings.TrimSpace(string(out)), "\n")
				if err != nil || len(lines) != 2*len(names) {
					t.Errorf("%s %s, Ape last: %q: %v\n%s", how, asked, last, err, out)
					continue
				}
				for i, line := range lines {
					name, again := names[i%len(names)], i >= len(names)
					if line != answers[name] && (last == "" || again && name != "Cow" || !strings.HasPrefix(line, "no "+name+": library: ")) {
						t.Errorf("%s %s, Ape last: %q, again: %v: %s", how, asked, last, again, line)
					}
				}
			}
		}
	}
}
