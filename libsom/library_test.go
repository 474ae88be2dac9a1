package libsom_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
)

// linked compiles and links with libsom.so as its Makefile builds it.
func linked(t *testing.T, out string, args ...string) error {
	t.Helper()
	kernel := sombuild.Kernel(t, "gcc", "-O1")
	return gcc.compile(filepath.Dir(out), slices.Concat([]string{"-o", out}, args, []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel})...)
}

// classlib builds a class library with definitions for test/classlib.c.
func classlib(t *testing.T, file string, defines ...string) string {
	t.Helper()
	sources, err := absolute("test/classlib.c")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-O0", "-shared", "-fPIC"}, sources...)
	for _, def := range defines {
		args = append(args, "-D"+def)
	}
	if err := linked(t, file, args...); err != nil {
		t.Fatal(err)
	}
	return file
}

// loader is the program that loads class libraries.
func loader(t *testing.T) string {
	t.Helper()
	return once(t, "loader", func(out string) error {
		sources, err := absolute("test/loader.c")
		if err != nil {
			return err
		}
		return linked(t, out, append(sources, "-ldl", "-Wl,-z,now")...)
	})
}

// load runs the loader with class libraries in a folder, and returns what it says. It must not crash.
func load(t *testing.T, path string, args ...string) string {
	t.Helper()
	return loadWith(t, []string{"SOM_PATH=" + path}, args...)
}

// loadWith is load in an environment.
func loadWith(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := gcc.command(t, loader(t), args...)
	cmd.Env = append(append(cmd.Env, "SOM_CHECK=0"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestLibraries(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d := t.TempDir()
	animal := classlib(t, d+"/libzoo.so", `CLASS="Zoo::Animal"`, "MINOR=2")
	classlib(t, d+"/libzoo_dog.so", `CLASS="Zoo::Dog"`, `PARENT="Zoo::Animal"`)
	classlib(t, d+"/libold.so", `CLASS="Old"`, "MINOR=1")
	classlib(t, d+"/libliar.so", `CLASS="Other"`)
	classlib(t, d+"/libping.so", `CLASS="Ping"`, `PARENT="Pong"`)
	classlib(t, d+"/libpong.so", `CLASS="Pong"`, `PARENT="Ping"`)
	classlib(t, d+"/libfails.so", `CLASS="Fails"`, "FAILS")
	classlib(t, d+"/libjoined.so", `CLASS="Joined"`, "FAILS", "JOINED")
	classlib(t, d+"/libplain.so", `CLASS="Plain"`, "NO_ENTRY")
	classlib(t, d+"/libready.so", `CLASS="Ready"`, "READY")
	classlib(t, d+"/liblazy.so", `CLASS="Lazy"`, "LATER")
	one := classlib(t, d+"/libone.so", `CLASS="One"`, "GO")
	two := classlib(t, d+"/libtwo.so", `CLASS="Two"`, "GO")
	for _, c := range []struct {
		name string
		args []string
		want string // begins
	}{
		{"by name", []string{"use", "Zoo::Animal"}, "used\n"},
		{"with the parent's library", []string{"use", "Zoo::Dog", "use", "Zoo::Animal"}, "used\nused\n"},
		{"by file, twice", []string{"load", animal, "load", animal}, "loaded\nloaded\n"},
		{"version", []string{"bind-1.2", "Zoo::Animal", "bind-1.2", "Old"}, "bound\nerror version: class Old is version 1.1 of "},
		{"missing", []string{"use", "Zoo::Cat"}, "error unknown: there is no class Zoo::Cat, and no library libzoo_cat.so, nor one of its module that has it, in " + d},
		{"no library", []string{"use", "Nobody"}, "error unknown: there is no class Nobody, and no library libnobody.so in " + d},
		{"another class", []string{"use", "Liar"}, "error library: " + d + "/libliar.so does not define the class Liar"},
		{"cycle", []string{"use", "Ping"}, "error library: " + d + "/libping.so could not define its classes: " + d + "/libpong.so could not define its classes: class Ping is among"},
		{"entry fails", []string{"use", "Fails"}, "error library: " + d + "/libfails.so could not define its classes: IDL:test/Fails:1.0"},
		{"and again", []string{"use", "Fails", "use", "Fails"}, "error library: " + d + "/libfails.so could not define its classes: IDL:test/Fails:1.0"},
		{"entry fails and keeps something", []string{"named", "Joined", "has", "Joined", "has", "JoinedM", "has", "JoinedN"}, "found\nhas\nhas\nhas\n"},
		{"entry fails and keeps something else", []string{"place", "Lost=" + d + "/libjoined.so", "named", "Lost", "named", "Joined"},
			"placed\nerror library: " + d + "/libjoined.so could not define its classes: IDL:test/Fails:1.0\nfound\n"},
		{"what fails goes", []string{"leaves", d + "/libfails.so"}, "error library: " + d + "/libfails.so could not define its classes: IDL:test/Fails:1.0\nwent\n"},
		{"what fails stays while an exception lives", []string{"leaves-full", d + "/libfails.so"}, "error library: " + d + "/libfails.so could not define its classes: IDL:test/Fails:1.0\nstays\n"},
		{"no entry", []string{"use", "Plain"}, "error library: " + d + "/libplain.so is no class library: it exports no som_library_entry"},
		{"no file", []string{"load", d + "/absent.so"}, "error library: " + d + "/absent.so cannot be loaded: "},
		{"begins in a thread", []string{"use", "Ready"}, "used\n"},
		{"where it is said last", []string{"place", "Zoo::Animal=" + d + "/absent.so", "place", "Zoo::Animal=" + d + "/libliar.so", "place", "Zoo::Animal=" + animal, "use", "Zoo::Animal"},
			"placed\nplaced\nplaced\nused\n"},
		{"where it is not", []string{"place", "Zoo::Animal=" + d + "/libliar.so", "use", "Zoo::Animal"}, "placed\nerror library: class Zoo::Animal: its library " + d + "/libliar.so"},
		{"goes", []string{"stays", "Zoo::Animal"}, "went\n"},
		{"what a library makes later goes with it, and nothing is made when it goes", []string{"later", "Lazy", "use", "Lazy"},
			"Lazy: class TooLate cannot be made: its library " + d + "/liblazy.so is being unloaded\nwent together\n"},
		{"Go stays", []string{"stays", "One"}, "stays\n"},
		{"two Go runtimes", []string{"load", one, "load", two}, "loaded\nerror library: " + two + " has a Go runtime of its own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := load(t, d, c.args...); !strings.HasPrefix(got, c.want) {
				t.Errorf("%v: got\n%swant\n%s", c.args, got, c.want)
			}
		})
	}
}

// TestFolders has several folders of libraries whose files lack what is asked for: of those that were named for another class, or say that they have
// nothing, it is as if they were not there, and the search goes on; a library has the classes that it has left out for such a file.
func TestFolders(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d := t.TempDir()
	for _, name := range []string{"mod", "more", "stale", "early", "late", "link", "liar", "middle", "chain"} {
		if err := os.Mkdir(d+"/"+name, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	mill := classlib(t, d+"/mod/libmill.so", `CLASS="Mill::Lathe"`)
	classlib(t, d+"/more/libmill.so", `CLASS="Mill::Lathe"`, `SECOND="Mill::Saw"`)
	nothing := classlib(t, d+"/stale/libbase.so", "NOTHING=SOM_E_UNKNOWN")
	classlib(t, d+"/early/libbase.so", `CLASS="Base"`, "EARLY")
	classlib(t, d+"/late/libsub.so", `CLASS="Base"`, `SECOND="Sub"`)
	classlib(t, d+"/liar/libbase.so", `CLASS="Other"`)
	classlib(t, d+"/middle/libmill_saw.so", `CLASS="Mill::Saw"`, `PARENT="Mill::Lathe"`)
	classlib(t, d+"/chain/libmill.so", `CLASS="Mill::Lathe"`, `SECOND="Mill::Saw"`, `THIRD="Mill::Band"`)
	for _, link := range []string{"base", "sub"} {
		if err := os.Symlink("../late/libsub.so", d+"/link/lib"+link+".so"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, path string
		args       []string
		want       string // begins
	}{
		{"a module's library lacks it", "mod", []string{"use", "Mill::Saw"}, "error unknown: there is no class Mill::Saw, and no library libmill_saw.so, nor one of its module that has it, in "},
		{"another module's library has it", "mod:more", []string{"use", "Mill::Saw"}, "used\n"},
		{"and defines again what is there", "mod:more", []string{"load", mill, "use", "Mill::Saw"}, "loaded\nused\n"},
		{"a file that has nothing", "stale", []string{"use", "Base"}, "error unknown: there is no class Base, and no library libbase.so in "},
		{"asked for by its name", "stale", []string{"load", nothing}, "error library: " + nothing + " could not define its classes: it says no more"},
		{"a file that has nothing, and one behind it", "stale:link", []string{"use", "Base"}, "used\n"},
		{"the subclass of what a file has not", "stale:late", []string{"use", "Sub"}, "used\n"},
		{"the same by links", "stale:link", []string{"use", "Sub"}, "used\n"},
		{"what was left out, when it is asked for", "stale:link", []string{"find", "Sub", "find", "Base", "find", "Sub"}, "4\n4\n4\n"},
		{"the subclass of what another library makes before its entry", "early:late", []string{"find", "Sub", "find", "Base"}, "5\n5\n"},
		{"in the other order", "early:late", []string{"find", "Base", "find", "Sub"}, "5\n5\n"},
		{"the middle of a chain, which a file before has", "middle:chain", []string{"find", "Mill::Saw", "find", "Mill::Lathe", "find", "Mill::Band"}, "4\n4\n4\n"},
		{"the end of it first", "middle:chain", []string{"find", "Mill::Band", "find", "Mill::Saw", "find", "Mill::Lathe"}, "4\n4\n4\n"},
		{"the root of it first", "middle:chain", []string{"find", "Mill::Lathe", "find", "Mill::Band", "find", "Mill::Saw"}, "4\n4\n4\n"},
		{"a library that has another class than its name says", "liar:link", []string{"find", "Base"}, "error library: " + d + "/liar/libbase.so does not define the class Base"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := d + "/" + strings.ReplaceAll(c.path, ":", ":"+d+"/")
			if got := load(t, path, c.args...); !strings.HasPrefix(got, c.want) {
				t.Errorf("%v with %s: got\n%swant\n%s", c.args, c.path, got, c.want)
			}
		})
	}
}

// TestLinks has one file by several names, of which each is what a class is looked for by: it is loaded once, and has its classes in whichever
// order they are asked for.
func TestLinks(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	for name, link := range map[string]func(from, to string) error{"hard": os.Link, "symbolic": os.Symlink} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := t.TempDir()
			for _, folder := range []string{"a", "b"} {
				if err := os.Mkdir(filepath.Join(d, folder), 0o777); err != nil {
					t.Fatal(err)
				}
			}
			both := classlib(t, d+"/b/libanimals.so", `CLASS="Animal"`, `SECOND="Dog"`)
			for _, at := range []string{"/a/libdog.so", "/b/libanimal.so"} {
				if err := link(both, d+at); err != nil {
					t.Fatal(err)
				}
			}
			for _, asked := range [][]string{{"find", "Animal", "find", "Dog"}, {"find", "Dog", "find", "Animal"}} {
				if got := load(t, d+"/a:"+d+"/b", asked...); got != "4\n4\n" {
					t.Errorf("%v: got %s", asked, got)
				}
			}
		})
	}
}

// TestOwnMetaclasses has SOM's own metaclasses found by their names: by a program that asks for one, and by one that was made for a release of a
// library whose class had none. They are beside libsom, whatever is looked for in the folders of SOM_PATH.
func TestOwnMetaclasses(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d := t.TempDir()
	classlib(t, d+"/libone.so", `CLASS="One"`, `METACLASS="SOMMSingleInstance"`)
	classlib(t, d+"/libsommine.so", `CLASS="SOMMine"`)
	for _, c := range []struct{ class, want string }{
		{"SOMMSingleInstance", "found\n"},
		{"SOMMTraced", "found\n"},
		{"One", "found\n"},
		{"SOMMine", "found\n"},
		{"SOMMissing", "error unknown: there is no class SOMMissing, and no library libsommissing.so, nor SOM's own, libsom-meta, beside libsom, in " + d + "\n"},
	} {
		if got := load(t, d, "named", c.class); got != c.want {
			t.Errorf("%s: got %s, want %s", c.class, got, c.want)
		}
	}
	if got := loadWith(t, nil, "named", "SOMMFinal"); got != "found\n" {
		t.Errorf("without SOM_PATH: %s", got)
	}
	kernel := filepath.Join(sombuild.Kernel(t, "gcc", "-O1"), "libsom.so.1")
	if err := os.Symlink(kernel, d+"/libsom.so.1"); err != nil {
		t.Fatal(err)
	}
	// LD_LIBRARY_PATH comes before the program's RUNPATH: the kernel is found in a folder where it is but a link.
	if got := loadWith(t, []string{"LD_LIBRARY_PATH=" + d}, "named", "SOMMFinal"); got != "found\n" {
		t.Errorf("by a link to libsom: %s", got)
	}
}
