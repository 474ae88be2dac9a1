//go:build linux

package somd_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/internal/proxytable"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// cats is how many live.
var cats atomic.Int32

// A cat is an object of a class that the client has no library of.
type cat struct{ som.Base }

func (*cat) SomDefaultInit() error { cats.Add(1); return nil }
func (*cat) SomDestruct()          { cats.Add(-1) }

var catClass = som.MustClass[cat]("Pets::Cat", som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{{Name: "speak", Signature: "s:s/string(string)", Impl: func(_ som.Self, _ context.Context, to string) (string, error) {
		return "Ada says hello to " + to, nil
	}}}
}))

// TestProxyTable has clients in C and in C++ call each method that a proxy has, and holds where it has run, as the server sees it, against the table of the page that Go's is
// held against. C++ has handles for those methods that are of use to programs; the others it calls by C's, and the client says which.
func TestProxyTable(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	warn := []string{"-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include"}
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	b.build(t, "tabled")
	run(t, "gcc", append(append([]string{"-std=gnu11", "-I" + root + "/bind/c", "-DCALL_CXX", "-c", "-o", b.path("tabledcxx-c.o")}, warn...), "testdata/tabled.c")...)
	run(t, "g++", append(append(append([]string{"-std=c++17", "-I" + root + "/bind/cxx", "-o", b.path("tabledcxx")}, warn...), "testdata/tabledcxx.cpp", b.path("tabledcxx-c.o")), link...)...)
	t.Run("C", func(t *testing.T) { b.table(t, "tabled", os.Stderr) })
	t.Run("C++", func(t *testing.T) {
		var byC strings.Builder
		b.table(t, "tabledcxx", &byC)
		if got, want := byC.String(), "somCastObj\nsomClassDispatch\nsomDispatch\nsomFree\nsomGetClass\nsomResetObj\nspeak\n"; got != want {
			t.Errorf("by C are called\n%s, want\n%s", got, want)
		}
	})
}

// table holds the answers of a client's proxies against the page.
func (b bench) table(t *testing.T, program string, diagnostics io.Writer) {
	t.Helper()
	var asked atomic.Int32
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ServerInterceptors: []orb.ServerInterceptor{
		func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
			asked.Add(1)
			return next(ctx)
		}}})
	if err != nil {
		t.Fatal(err)
	}
	d := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() {
		if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	server, err := somd.NewServer(d, somd.Among(catClass), "Pets::Cat")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Release() }()
	ref, err := d.Export(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	cmd := exec.Command(b.path(program), ref.String())
	cmd.Stderr = diagnostics
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	read := func() string {
		t.Helper()
		if !lines.Scan() {
			t.Fatalf("the client has ended: %v", lines.Err())
		}
		return lines.Text()
	}
	table := proxytable.Read(t, root+"/docs/somd.md")
	table["speak"] = proxytable.Target
	says := map[string]string{
		"somGetClassName": "Pets::Cat", "somGetClass": "Pets::Cat", "somdTargetGetClass": "Pets::Cat", "somdTargetGetClassName": "Pets::Cat", "somdProxyGetClass": "Pets::Cat__Proxy",
		"somdProxyGetClassName": "Pets::Cat__Proxy", "somPrintSelf": "a Pets::Cat, 2 references", "somDumpSelf": "a Pets::Cat, 2 references", "_get_type_id": "IDL:Pets/Cat:1.0",
		"somIsA": "1", "somIsInstanceOf": "0", "somRespondsTo": "1", "is_proxy": "1", "is_nil": "0", "is_SOM_ref": "0", "is_constant": "0", "speak": "Ada says hello to x",
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if name == "sommProxyDispatch" {
			continue // it is Go's: see somd.TestOwnProxy
		}
		fmt.Fprintln(in, name)
		if got := read(); got != "made" {
			t.Fatalf("%s: %s", name, got)
		}
		before := cats.Load()
		asked.Store(0)
		fmt.Fprintln(in)
		var said []string
		for line := read(); line != "lives" && line != "ended"; line = read() {
			said = append(said, line)
		}
		n, ended := asked.Load(), lines.Text() == "ended"
		got := proxytable.Here
		switch {
		case n > 0 && ended:
			got = proxytable.Both
		case n > 0:
			got = proxytable.Target
		}
		if name == "somdProxyFree" || name == "release" { // whose end gives back the reference that it had
			got = proxytable.Here
		}
		all := strings.Join(said, "\n")
		if got != table[name] || strings.Contains(all, "raised ") || strings.Contains(all, "not known") || strings.Contains(all, "another object") || !strings.Contains(all, says[name]) {
			t.Errorf("%s runs %s (%d requests), and the page says %s; it says %q", name, got, n, table[name], all)
		}
		if ends := slices.Contains([]string{"somFree", "somdProxyFree", "release"}, name); ended != ends {
			t.Errorf("after %s the proxy has ended: %v", name, ended)
		}
		if lives := cats.Load() == before; lives == (name == "somFree" || name == "somdTargetFree" || name == "somdProxyFree" || name == "release") {
			t.Errorf("after %s the target lives: %v", name, lives)
		}
		fmt.Fprintln(in)
	}
	if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
		t.Error(err)
	}
	if n := d.Exported(); n != 1 {
		t.Errorf("%d objects are left", n)
	}
}

// TestHeaders holds that each class of DSOM's that the page lists has a header for C and one for C++, but those that it says C has not.
func TestHeaders(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/somd.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| class | | what has no implementation |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	n := 0
	for line := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.HasPrefix(strings.TrimSpace(cells[3]), "in C, ") {
			continue
		}
		for i, class := range strings.Split(cells[1], "`") {
			if i%2 == 0 {
				continue
			}
			n++
			for _, at := range []string{"/bind/c/*.h", "/bind/cxx/*.hpp"} {
				files, err := filepath.Glob(root + at)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(files, func(name string) bool {
					text, err := os.ReadFile(name)
					return err == nil && (strings.Contains(string(text), " *"+class+"_class(som_env *ev) {") || strings.Contains(string(text), "class "+class+" : public som::handle"))
				}) {
					t.Errorf("no header of %s has %s", at, class)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("the page lists %d classes", n)
	}
}
