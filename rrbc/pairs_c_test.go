package rrbc_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/model"
)

// TestPairsInC builds some of the pairs that TestPairs draws: the second release as a library in C, and a program that was compiled with
// the first and uses each of its classes. What the kernel in C refuses has to be what that in Go does.
func TestPairsInC(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	w := newWorkshop(t)
	wanted := 4
	if os.Getenv("DSOM_SOAK") != "" {
		wanted = 100
	}
	bound, refused := 0, 0
	for n := 0; wanted > 0 && n < 100*wanted; n++ {
		r := rand.New(rand.NewPCG(seed, uint64(n)<<32))
		one := drawSheet(r)
		two, _ := edited(r, one)
		old, new := compiled(one.text()), compiled(two.text())
		if old == nil || new == nil || build(old, false).err != nil {
			continue
		}
		wanted--
		got, err := w.useClasses(fmt.Sprintf("pair%d", n), old, new)
		switch {
		case err != nil && strings.Contains(err.Error(), "ffi.h"):
			absent.Skip(t, "no libffi: apt-get install libffi-dev")
		case errors.Is(err, errNotInC):
			continue
		case err != nil:
			t.Fatalf("%v\nDSOM_SEED=%d\n%s\n---\n%s", err, seed, one.text(), two.text())
		}
		is := build(new, false)
		for _, i := range build(old, false).all {
			want := is.err
			if want == nil {
				want = bindsTo(is, i)
			}
			said, ok := got[name(i)]
			if !ok || (said == "") != (want == nil) {
				t.Errorf("%s: the kernel in C says %q, that in Go %v\nDSOM_SEED=%d\n%s\n---\n%s", name(i), said, want, seed, one.text(), two.text())
			}
			if said == "" {
				bound++
			} else {
				refused++
			}
		}
	}
	if bound == 0 {
		t.Errorf("no class was used")
	}
	t.Logf("%d classes bound, %d refused", bound, refused)
}

// errNotInC says that of a release there are no bindings in C, whose generator says why.
var errNotInC = errors.New("not in C")

// useClasses answers what a program of the old release is told of each class when it first uses it with the library of the new one; "" if
// it may go on.
func (w *workshop) useClasses(dir string, old, new *model.Spec) (map[string]string, error) {
	for folder, spec := range map[string]*model.Spec{"one": old, "two": new} {
		files, report := c.Emit(spec, c.Options{Parts: c.Usage | c.Implementation | c.Template, Library: "zoo"})
		if report.HasErrors() {
			return nil, errNotInC
		}
		for _, file := range files.Paths() {
			text, _ := files.Get(file)
			if err := w.write(filepath.Join(dir, folder, file), string(text)); err != nil {
				return nil, err
			}
		}
	}
	var b strings.Builder
	b.WriteString("#include \"zoo.h\"\n#include <stdio.h>\n#include <string.h>\nint main(void) {\n\tsom_env ev;\n\tmemset(&ev, 0, sizeof ev);\n")
	for _, i := range build(old, false).all {
		fmt.Fprintf(&b, "\t%s_bind(&ev);\n\tprintf(\"%s\\t%%s\\n\", ev.major ? ev.text ? ev.text : ev.id : \"\");\n\tsom_env_clear(&ev);\n", cname(i), name(i))
	}
	if err := w.write(dir+"/client.c", b.String()+"\treturn 0;\n}\n"); err != nil {
		return nil, err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	args := []string{"-std=c11", "-O0", "-w", "-I" + root + "/libsom/include", "-I" + root + "/bind/c"}
	link := []string{"-Lkernel", "-lsom"}
	if err := w.run("gcc", append(append(args, "-shared", "-fPIC", "-o", dir+"/libzoo.so", dir+"/two/zoo.c", dir+"/two/zoo_library.c"), link...)...); err != nil {
		return nil, err
	}
	if err := w.run("gcc", append(append(args, "-I"+dir+"/one", "-o", dir+"/client", dir+"/client.c"), link...)...); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, w.path(dir+"/client"))
	cmd.Env = append(os.Environ(), "SOM_PATH="+w.path(dir), "LD_LIBRARY_PATH="+w.path("kernel"), "SOM_CHECK=0")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the client: %w", err)
	}
	got := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if class, said, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t"); ok {
			got[class] = said
		}
	}
	return got, nil
}
