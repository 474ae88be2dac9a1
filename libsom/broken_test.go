package libsom_test

import (
	"bytes"
	"debug/elf"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestBrokenLibraries loads a library that was cut at many places, made for another machine, or is no library.
func TestBrokenLibraries(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d := t.TempDir()
	whole, err := os.ReadFile(classlib(t, d+"/libwhole.so", `CLASS="Whole"`))
	if err != nil {
		t.Fatal(err)
	}
	// What the program headers say is loaded ends before the section headers: only then is it a library that works.
	var args []string
	add := func(name string, b []byte) {
		file := filepath.Join(d, name)
		if err := os.WriteFile(file, b, 0o755); err != nil {
			t.Fatal(err)
		}
		args = append(args, "load", file)
	}
	for n := 0; n < len(whole)/2; n += len(whole) / 64 {
		add(fmt.Sprintf("cut%d.so", n), whole[:n])
	}
	machine := append([]byte{}, whole...)
	machine[18], machine[19] = 0, 22 // s390
	add("machine.so", machine)
	narrow := append([]byte{}, whole...)
	narrow[4] = 1 // 32-bit
	add("narrow.so", narrow)
	add("text.so", []byte(strings.Repeat("no library\n", 1000)))
	out := load(t, d, args...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != len(args)/2 {
		t.Fatalf("%d files, but it says\n%s", len(args)/2, out)
	}
	loadedEnd := 0 // the first cut that holds all that is loaded may work
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "error library: "+args[2*i+1]+" cannot be loaded: "):
		case line == "loaded" && strings.Contains(args[2*i+1], "cut"):
			loadedEnd++
		default:
			t.Errorf("%s: %s", args[2*i+1], line)
		}
	}
	if loadedEnd > len(lines)/2 {
		t.Errorf("%d of %d cut libraries were loaded", loadedEnd, len(lines))
	}
}

// cuts are a class library of a class, cut at many lengths: of no use, unless all that is loaded of it is there.
func cuts(t *testing.T, d string) (names []string) {
	t.Helper()
	whole := libraryOf(t, d, "Whole")
	for n := 0; n < len(whole); n += len(whole) / 40 {
		name := fmt.Sprintf("Cut%d", n)
		write(t, d+"/lib"+strings.ToLower(name)+".so", whole[:n])
		names = append(names, name)
	}
	return names
}

// libraryOf builds a class library and returns its octets.
func libraryOf(t *testing.T, d, class string) []byte {
	t.Helper()
	b, err := os.ReadFile(classlib(t, d+"/lib"+strings.ToLower(class)+".so", `CLASS="`+class+`"`))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestCutWhereTheSystemLooks finds class libraries that were cut by their bare names, as the system's loader does: in the folders of
// LD_LIBRARY_PATH. It would end the process.
func TestCutWhereTheSystemLooks(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d, other := t.TempDir(), t.TempDir()
	names := cuts(t, d)
	var args []string
	for _, n := range names {
		args = append(args, "use", n)
	}
	env := []string{"SOM_PATH", "LD_LIBRARY_PATH=" + d} // the one unset
	lines := strings.Split(strings.TrimSpace(loadWith(t, env, args...)), "\n")
	if len(lines) != len(names) {
		t.Fatalf("%d libraries, but it says\n%s", len(names), strings.Join(lines, "\n"))
	}
	refused := 0
	for i, line := range lines {
		file := "lib" + strings.ToLower(names[i]) + ".so"
		switch {
		case strings.HasPrefix(line, "error library: "+file+" cannot be loaded: "):
			refused++
		case !strings.HasPrefix(line, "error unknown: there is no class "+names[i]) && line != "error library: "+file+" could not define its classes: there is a class Whole already":
			t.Errorf("%s: %s", names[i], line)
		}
	}
	if refused < len(lines)/2 {
		t.Errorf("%d of %d cut libraries are refused", refused, len(lines))
	}

	whole := libraryOf(t, other, "Here")
	foreign := bytes.Clone(whole)
	foreign[elf64Machine], foreign[elf64Machine+1] = 0, 22 // s390
	write(t, d+"/libhere.so", foreign)
	path := "LD_LIBRARY_PATH=" + d + ":" + other
	for _, c := range []struct {
		name string
		file []byte // in the second folder
		want string
	}{
		{"one of another machine is passed over", whole, "used\n"},
		{"and then one is cut", whole[:len(whole)/2], "error library: libhere.so cannot be loaded: it is shorter than its header says\n"},
		{"and then there is none", nil, "error unknown: there is no class Here, and no library libhere.so in the system's folders"},
	} {
		if err := os.Remove(other + "/libhere.so"); err != nil {
			t.Fatal(err)
		}
		if c.file != nil {
			write(t, other+"/libhere.so", c.file)
		}
		if got := loadWith(t, []string{"SOM_PATH", path}, "use", "Here"); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

const elf64Machine = 18 // where a header has the machine

// TestFlippedLibraries loads a library again and again in which one bit of what the loaders read is another, each in a process of its
// own: header, program headers, sections' headers, symbols, names, versions, dynamic entries. What ends a process is never the kernel;
// the system's loader, which trusts files, may, and so may code of the library's that is not what it was.
func TestFlippedLibraries(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d := t.TempDir()
	whole := libraryOf(t, d, "Flipped")
	places := read(t, whole)
	seed := uint64(1)
	if s := os.Getenv("DSOM_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 0, 64)
	}
	rnd := rand.New(rand.NewPCG(seed, 0))
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	loader := loader(t)
	outcomes := map[string]int{}
	for n := range rounds {
		b := bytes.Clone(whole)
		at, bit := places[rnd.IntN(len(places))], rnd.IntN(8)
		b[at] ^= 1 << bit
		file := filepath.Join(d, fmt.Sprintf("flipped%d.so", n))
		write(t, file, b)
		cmd := gcc.command(t, loader, "try", file)
		cmd.Env = append(cmd.Env, "SOM_CHECK=0")
		out, err := cmd.CombinedOutput()
		before, after, opened := strings.Cut(string(out), "opened\n")
		last := strings.TrimSpace(after)
		switch {
		case err == nil && last == "loaded":
			outcomes["loaded"]++
		case err == nil && strings.HasPrefix(last, "error ") || err == nil && strings.HasPrefix(before, "error "):
			outcomes["refused"]++
		case strings.HasPrefix(before, "opening\n") && (!opened || strings.Contains(last, "/ld-linux") || strings.Contains(last, "symbol lookup error")):
			outcomes["ended by the system's loader"]++
		case opened && strings.Contains(last, "signal "):
			outcomes["ended by the library's code"]++ // or by what it called, which was not what it meant to call
		default:
			t.Errorf("octet %d, bit %d: %v\n%s", at, bit, err, out)
		}
		os.Remove(file)
	}
	t.Logf("of %d, seed %d: %v", rounds, seed, outcomes)
	if outcomes["refused"] == 0 {
		t.Error("nothing is refused")
	}
}

// read are the places of a library that loaders read: all but code, data and what relocates them.
func read(t *testing.T, b []byte) []int {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	add := func(from, n uint64) {
		for i := range n {
			all = append(all, int(from+i))
		}
	}
	add(0, 64+56*uint64(len(f.Progs)))
	for _, s := range f.Sections {
		switch s.Type {
		case elf.SHT_DYNAMIC, elf.SHT_DYNSYM, elf.SHT_GNU_HASH, elf.SHT_GNU_VERSYM, elf.SHT_GNU_VERNEED, elf.SHT_NOTE:
			add(s.Offset, s.Size)
		case elf.SHT_STRTAB:
			if s.Flags&elf.SHF_ALLOC != 0 {
				add(s.Offset, s.Size)
			}
		}
	}
	return all
}
