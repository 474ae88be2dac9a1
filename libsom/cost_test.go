package libsom_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what was counted to testdata/instructions.tsv")

const countsFile = "testdata/instructions.tsv"

// times is how often test/cost.c does more of each operation in its second count.
const times = 1000

// counts are instructions of operations of test/cost.c, the loop around them left out.
type counts struct {
	compiler string
	order    []string
	of       map[string]int
}

func compilerVersion(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("gcc", "-dumpfullversion").Output()
	if err != nil {
		t.Fatal(err)
	}
	return "gcc " + strings.TrimSpace(string(out))
}

// counted runs the program in callgrind, which leaves two files for each operation.
func counted(t *testing.T) counts {
	t.Helper()
	valgrind.need(t)
	c := toolchain{name: "cost", cc: "gcc", flags: ffi("-O2"), libs: []string{"-lffi"}}
	program := c.build(t, "cost")
	d := t.TempDir()
	cmd := exec.Command("valgrind", "-q", "--tool=callgrind", "--callgrind-out-file="+d+"/out", program)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(d + "/out.*")
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(files, func(a, b string) int { return number(a) - number(b) })
	got := counts{compiler: compilerVersion(t), of: map[string]int{}}
	for _, f := range files {
		what, total := dumped(t, f)
		if _, again := got.of[what]; !again {
			got.order = append(got.order, what)
			got.of[what] = -total
			continue
		}
		got.of[what] += total
	}
	loop := got.of["the loop alone"]
	for _, what := range got.order {
		n := got.of[what]
		if what != "the loop alone" {
			n -= loop
		}
		got.of[what] = (n + times/2) / times
	}
	return got
}

// number is what callgrind counts its files by.
func number(file string) int {
	n, _ := strconv.Atoi(file[strings.LastIndexByte(file, '.')+1:])
	return n
}

// dumped reads the name and the sum of one of callgrind's files.
func dumped(t *testing.T, file string) (what string, total int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, ok := strings.CutPrefix(s.Text(), "desc: Trigger: Client Request: "); ok {
			what = name
		}
		if n, ok := strings.CutPrefix(s.Text(), "totals: "); ok {
			total, err = strconv.Atoi(n)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if what == "" || total == 0 {
		t.Fatalf("%s: no count in it", file)
	}
	return what, total
}

// TestExactInstructions holds what operations of the kernel cost to committed counts of instructions: exactly with the compiler
// that these were made with, and within half as much again with any other.
func TestExactInstructions(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the counts are of amd64")
	}
	got := counted(t)
	if *update {
		text := "# " + got.compiler + ", amd64: instructions of an operation and the method that it calls, the loop around it left out\n"
		for _, what := range got.order {
			text += fmt.Sprintf("%s\t%d\n", what, got.of[what])
		}
		if err := os.WriteFile(countsFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Fatal(countsFile + " is written; run again without -update")
	}
	lines := committed(t)
	exact := strings.HasPrefix(lines[0], "# "+got.compiler+",")
	if len(lines)-1 != len(got.order) {
		t.Errorf("%d operations are counted, %d committed", len(got.order), len(lines)-1)
	}
	for _, line := range lines[1:] {
		what, n, _ := strings.Cut(line, "\t")
		want, err := strconv.Atoi(n)
		if err != nil {
			t.Fatal(err)
		}
		have, ok := got.of[what]
		t.Logf("%s: %d", what, have)
		cleared := 0
		if what == "new and release" {
			cleared = 16 // memory is cleared by the C library as the processor likes it
		}
		if !ok || exact && max(have-want, want-have) > cleared || have > want+want/2+2 {
			t.Errorf("%s: %d instructions, committed are %d (%s)", what, have, want, lines[0])
		}
	}
}

// committed returns the lines of the committed counts, the first of which says what they are of.
func committed(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(countsFile)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// TestInstructionsPage holds what the documentation says of them to the committed counts.
func TestInstructionsPage(t *testing.T) {
	t.Parallel()
	n := map[string]string{}
	for _, line := range committed(t)[1:] {
		what, count, _ := strings.Cut(line, "\t")
		n[what] = count
	}
	b, err := os.ReadFile("../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("a call by offset %s, is-a %s, data %s, a remembered call by name %s, a parent call %s or, resolved before, %s, a next call %s, new and release %s without the allocator",
		n["call by offset"], n["is-a"], n["data"], n["call by name, remembered"], n["parent call"], n["parent call, resolved before"], n["next call"], n["new and release"])
	if !strings.Contains(strings.Join(strings.Fields(string(b)), " "), want) {
		t.Errorf("docs/performance.md does not say: %s", want)
	}
}
