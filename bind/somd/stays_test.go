//go:build linux

package somd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// TestNamedTypeCodes has a client in C, and a library of its own with a copy of all that is static in somd.h, end values that hold TypeCodes with a name, in every way that there is: those stay.
func TestNamedTypeCodes(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-fvisibility=hidden", "-I" + root + "/libsom/include", "-I" + root + "/bind/c"}
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", b.path("libstaying.so"), "testdata/staying.c"), link...)...)
	run(t, "gcc", append(append(cc, "-o", b.path("stays"), "testdata/stays.c", b.path("libstaying.so"), "-Wl,-rpath,"+b.dir), link...)...)
	if got, want := b.program(t, nil, "stays", echoing(t)), "one in the process: 1\nfew are left: 1\n"; got != want {
		t.Errorf("the client says\n%s, want\n%s", got, want)
	}
}

// TestUsingStd compiles somd.h where the names of std are the program's, without a warning, by both compilers.
func TestUsingStd(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	for _, cxx := range []string{"g++", "clang++"} {
		t.Run(cxx, func(t *testing.T) {
			if _, err := exec.LookPath(cxx); err != nil {
				absent.Skip(t, "%s is not installed", cxx)
			}
			run(t, cxx, "-std=c++17", "-Wall", "-Wextra", "-Werror", "-I"+root+"/libsom/include", "-I"+root+"/bind/c", "-o", b.path("using-"+cxx), "testdata/using.cpp", "-L"+kernel, "-lsom", "-Wl,-rpath,"+kernel, "-pthread")
			b.program(t, nil, "using-"+cxx)
		})
	}
}
