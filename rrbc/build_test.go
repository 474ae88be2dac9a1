package rrbc_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/model"
)

// A language is what libraries, clients and subclasses are written in, with what the compiler has for it.
type language struct {
	name string
	cc   string
	args []string
	pkg  string // of Debian

	source, header string // how files end: templates and units, usage headers
	head           string // of a unit
	emit           func(spec *model.Spec, library string) (*emit.Files, *diag.Report)
	body           func(r *release, i *model.Interface, method string) string
	inside         func(r *release, i *model.Interface) string
	library        func(b *strings.Builder, r *release, spec *model.Spec, module, stem, entry string)
	client         func(b *strings.Builder, d *drawing, steps []step)
	layout         func(i *model.Interface) (size, align int)
	unplaced       bool // what defines its classes runs before the library's entry, so that they are in no library
	keepsState     bool // its classes always have data, which they begin and end
	bindsAncestors bool // a class is bound with its ancestors, of which it has to know all methods
}

var inC = &language{name: "C", cc: "gcc", args: []string{"-std=c11"}, pkg: "gcc", source: ".c", header: ".h",
	head: "#include <som_c.h>\n#include <probe.h>\n#include <stdio.h>\n#include <string.h>\n\n",
	emit: emitC, body: (*release).bodyC, library: libraryC, client: client, layout: layout}

// A workshop is a folder in which everything is built.
type workshop struct {
	dir  string
	gate chan struct{} // as many compilers as there are processors
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	for _, l := range []*language{inC, inCxx, {cc: "clang", pkg: "clang"}} {
		if _, err := exec.LookPath(l.cc); err != nil {
			absent.Skip(t, "no %s: apt-get install %s", l.cc, l.pkg)
		}
	}
	w := &workshop{t.TempDir(), make(chan struct{}, 2)}
	if err := os.Symlink(sombuild.Kernel(t, "clang", "-O1"), w.path("kernel")); err != nil {
		t.Fatal(err)
	}
	return w
}

// run runs a tool in the folder.
func (w *workshop) run(tool string, args ...string) error {
	w.gate <- struct{}{}
	defer func() { <-w.gate }()
	cmd := exec.Command(tool, args...)
	cmd.Dir = w.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", tool, strings.Join(args, " "), err, out)
	}
	return nil
}

// path is that of a file in the folder.
func (w *workshop) path(name string) string { return filepath.Join(w.dir, name) }

func (w *workshop) write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
		return err
	}
	return os.WriteFile(w.path(name), []byte(text), 0o644)
}

// headOf is the header that all units of a language begin with.
func headOf(l *language) string { return "head-" + l.cc + l.header }

// head writes a language's header, and compiles that of C++, which is most of what a unit has to be read.
func (w *workshop) head(l *language) error {
	if err := w.write(headOf(l), l.head); err != nil || l != inCxx {
		return err
	}
	args, err := flags(l)
	if err != nil {
		return err
	}
	return w.run(l.cc, append(args, "-x", "c++-header", headOf(l), "-o", headOf(l)+".gch")...)
}

// flags are those with which units of a language are compiled.
func flags(l *language) ([]string, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	return append([]string{"-O0", "-fPIC", "-fvisibility=hidden", "-w", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + root + "/bind/cxx", "-I" + root + "/rrbc/testdata"}, l.args...), nil
}

// object makes an object of a text, with what was generated in a folder of its name.
func (w *workshop) object(l *language, name, text string) error {
	if err := w.write(name+l.source, text); err != nil {
		return err
	}
	args, err := flags(l)
	if err != nil {
		return err
	}
	return w.run(l.cc, append(args, "-c", "-I"+name, "-o", name+".o", name+l.source)...)
}

// shared links a class library, whose entry is a function of the objects.
func (w *workshop) shared(file, entry string, objects ...string) error {
	if err := os.MkdirAll(filepath.Dir(w.path(file)), 0o755); err != nil {
		return err
	}
	args := append([]string{"-shared", "-o", file, "-Wl,--defsym,som_library_entry=" + entry}, objects...)
	return w.run("g++", append(args, "-Lkernel", "-lsom")...)
}

// hard makes a file another name of one that is there.
func (w *workshop) hard(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(w.path(to)), 0o755); err != nil {
		return err
	}
	return os.Link(w.path(from), w.path(to))
}

// aids builds what the clients print with, and what makes releases wrong.
func (w *workshop) aids() error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	include := []string{"-I" + root + "/libsom/include", "-Wall", "-Wextra", "-Werror", "-fPIC"}
	if err := w.run("gcc", append(include, "-c", "-o", "probe.o", root+"/rrbc/testdata/probe.c")...); err != nil {
		return err
	}
	return w.run("gcc", append(include, "-shared", "-o", "mutant.so", root+"/rrbc/testdata/mutant.c", "-ldl")...)
}

// all runs what can be done at the same time, and reports the first error.
func all(work ...func() error) error {
	errs := make([]error, len(work))
	var group sync.WaitGroup
	for i, f := range work {
		group.Go(func() { errs[i] = f() })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
