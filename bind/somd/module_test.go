//go:build linux

package somd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
)

// mills builds a library of a module's classes, of the module's name, and its client.
func (b bench) mills(t *testing.T) (folder string) {
	t.Helper()
	folder = b.path("mills")
	if err := os.Mkdir(folder, 0o755); os.IsExist(err) {
		return folder
	} else if err != nil {
		t.Fatal(err)
	}
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--typelib", "--library", "mill", "testdata/mill.idl")
	run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", filepath.Join(folder, "libmill.so"), "testdata/mill.c", b.path("mill_library.c"), b.path("mill_typelib.c")), link...)...)
	run(t, "gcc", append(append(cc, "-o", b.path("miller"), "testdata/miller.c"), link...)...)
	return folder
}

// TestModule has classes of a library that is named for their module, and so is found for whatever is asked for in that: proxies, which it has none of, objects
// that go there and back, and classes some of which are placed.
func TestModule(t *testing.T) {
	b := newBench(t)
	mills := b.mills(t)
	library := filepath.Join(mills, "libmill.so")
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	daemon := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	t.Setenv("DSOM_STATE", daemon.State)
	t.Setenv("DSOM_DAEMON", daemon.Address)
	run(t, b.path("dsom"), "server", "add", "mills", "-e", "SOM_LIBRARY="+os.Getenv("SOM_LIBRARY"), "--", b.path("dsom"), "server", "run", library)
	run(t, b.path("dsom"), "server", "start", "mills")
	lathe := b.place(t, "lathe-placed", "Mill::Lathe=corbaname::"+daemon.Address+"#somd/mills")
	own := b.place(t, "lathe-own", "Mill::Lathe=process:"+library)
	both := b.place(t, "both-placed", "Mill::Lathe=process:"+library, "Mill::Grinder=process:"+library)
	saw := b.place(t, "saw-gone", "Mill::Saw=corbaloc::127.0.0.1:1/x")
	left := b.place(t, "no-line", "Mill::Lathe=process:"+library, "Mill::Grinder=process:"+library)
	if err := os.WriteFile(filepath.Join(left, "placement"), []byte("# none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const remote = "given comes back, mine elsewhere"
	for _, c := range []struct {
		name    string
		folders []string
		args    string
		want    string
	}{
		{"nothing is placed", []string{mills}, "L G S", "L: here|G: here|S: here"},
		{"objects of a server", []string{mills}, "class=='Mill::Lathe'", remote},
		{"and of a placed class", []string{lathe, mills}, "class=='Mill::Grinder'", "given is another, mine elsewhere"}, // a proxy was given
		{"the parent is placed, and asked for first", []string{lathe, mills}, "L G S", "L: elsewhere|G: elsewhere|S: here"},
		{"the parent is placed, and asked for last", []string{lathe, mills}, "G L S", "G: elsewhere|L: elsewhere|S: here"},
		{"the same in a process of the client's own", []string{own, mills}, "G L S", "G: elsewhere|L: elsewhere|S: here"},
		{"after a class that has nothing to do with it", []string{own, mills}, "S L G", "S: here|L: elsewhere|G: elsewhere"},
		{"both are placed", []string{both, mills}, "G S L", "G: elsewhere|S: here|L: elsewhere"},
		{"another is placed where nobody is", []string{saw, mills}, "G L", "G: here|L: here"},
		{"no line", []string{left, mills}, "L G S", "L: here|G: here|S: here"},
		{"no line, the subclass first", []string{left, mills}, "G L S", "G: here|L: here|S: here"},
		{"no line, and a class that has none", []string{left, mills}, "S G L", "S: here|G: here|L: here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.ReplaceAll(strings.TrimSpace(b.program(t, c.folders, "miller", strings.Fields(c.args)...)), "\n", "|"); got != c.want {
				t.Errorf("the client prints %s, want %s", got, c.want)
			}
		})
	}
}

// TestAtOnce has threads be the first to ask for placed classes, of which one is the other's parent, at the same moment.
func TestAtOnce(t *testing.T) {
	b := newBench(t)
	mills := b.mills(t)
	library := filepath.Join(mills, "libmill.so")
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	for name, c := range map[string]struct {
		classes []string
		letters string
	}{
		"one class":          {[]string{"Mill::Lathe"}, "LL"},
		"a class and parent": {[]string{"Mill::Lathe", "Mill::Grinder"}, "GL"},
		"many threads":       {[]string{"Mill::Lathe", "Mill::Grinder", "Mill::Saw"}, "LGSLGSLGSLGSLGSL"},
	} {
		var words []string
		for _, class := range c.classes {
			words = append(words, class+"=process:"+library)
		}
		dir := b.place(t, "at-once-"+strings.ReplaceAll(name, " ", "-"), words...)
		want := strings.Join(strings.Split(strings.ReplaceAll(c.letters, "", "|")[1:], "|")[:len(c.letters)], ": elsewhere|") + ": elsewhere"
		for try := range 8 {
			if got := strings.ReplaceAll(strings.TrimSpace(b.program(t, []string{dir, mills}, "miller", "T"+c.letters)), "\n", "|"); got != want {
				t.Fatalf("%s, try %d: the client prints %s, want %s", name, try, got, want)
			}
		}
	}
}
