//go:build linux

package somd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// breeding builds the library of Litter and its metaclass, and clients that know their headers, in C and in C++.
func (b bench) breeding(t *testing.T) (folder string) {
	t.Helper()
	folder = b.path("breeding")
	if err := os.Mkdir(folder, 0o755); os.IsExist(err) {
		return folder
	} else if err != nil {
		t.Fatal(err)
	}
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	flags := []string{"-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--library", "litter", "-I", "testdata", "testdata/litter.idl")
	library := filepath.Join(folder, "liblitter.so")
	run(t, "gcc", append(append(append([]string{"-std=gnu11"}, flags...), "-fPIC", "-shared", "-o", library, "testdata/litter.c", b.path("litter_library.c")), link...)...)
	for _, name := range []string{"librunt.so", "libbreeder.so"} {
		if err := os.Symlink("liblitter.so", filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "gcc", append(append(append([]string{"-std=gnu11"}, flags...), "-o", b.path("breed"), "testdata/breed.c"), link...)...)
	run(t, "g++", append(append(append([]string{"-std=c++17"}, flags...), "-o", b.path("breed-cxx"), "-x", "c++", "testdata/breed.c", "-x", "none"), link...)...)
	return folder
}

// TestClassObject compares what a client prints that calls the methods of a metaclass, in C and in C++, with what it prints where the classes are elsewhere: in the server the attribute is kept and the
// counter counted, and there the constructor makes its objects. The client has the metaclass by what the server says of it, or by a library of its own, of which no method runs.
func TestClassObject(t *testing.T) {
	b := newBench(t)
	folder := b.breeding(t)
	for _, client := range []string{"breed", "breed-cxx"} {
		want := b.program(t, []string{folder}, client, "Kim")
		if !strings.Contains(want, "Litter: 1 3 6\n") || !strings.Contains(want, "raised IDL:TooMany:1.0, most 100") || !strings.Contains(want, "Runt: born is Ida, a Runt, a Litter 1\n") || !strings.HasSuffix(want, "new: Kim\n") {
			t.Fatalf("with all in one process %s prints\n%s", client, want)
		}
		for _, library := range []string{"", folder} {
			server := b.serve(t, filepath.Join(folder, "liblitter.so"), folder)
			dir := b.place(t, "breeding-placed-"+client+"-"+filepath.Base(library), "Litter="+server, "Runt="+server)
			folders := []string{dir}
			if library != "" {
				folders = append(folders, library)
			}
			if got := b.program(t, folders, client, "Kim"); got != want {
				t.Errorf("with the classes elsewhere, and a library of its own in %q, %s prints\n%s, want\n%s", library, client, got, want)
			}
			// It is the server's one class that has counted.
			got := b.program(t, folders, client, "Kim")
			if !strings.Contains(got, "Litter: 8 10 13\n") || !strings.Contains(got, "Litter: the breed is none: 0\n") {
				t.Errorf("the next client prints\n%s", got)
			}
		}
	}
}
