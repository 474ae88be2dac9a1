package libsom_test

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kinds are the checks of test/checks.c that every toolchain's build has to pass.
var kinds = []string{"hostile", "making", "making-at", "making-last", "taking-part", "freed", "memory", "signatures", "roots", "libraries", "manager", "forks"}

func TestChecks(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, asan, clang, valgrind, musl, i686, s390x} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "checks")
			for _, kind := range kinds {
				if kind == "forks" && c.name == "valgrind" {
					continue // in the child, what the other threads had in hand is lost, which it would count
				}
				t.Run(kind, func(t *testing.T) {
					cmd := c.command(t, program, kind)
					// Checks set the mode themselves, and those of roots live as long as the process.
					cmd.Env = append(cmd.Env, "SOM_CHECK=0", "ASAN_OPTIONS=detect_leaks=0")
					out, err := cmd.CombinedOutput()
					if err != nil || !bytes.HasSuffix(bytes.ReplaceAll(out, []byte("\r"), nil), []byte("ok\n")) {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
		})
	}
}

// TestMany fills the process with classes, up to the limit.
func TestMany(t *testing.T) {
	t.Parallel()
	if out, err := gcc.command(t, gcc.build(t, "checks"), "many").CombinedOutput(); err != nil || string(out) != "ok\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestReleaseOrder compares the root classes with IBM's, as SOM 3.0 shipped them.
func TestReleaseOrder(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/release-order.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out, err := gcc.command(t, gcc.build(t, "checks"), "roots").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSuffix(string(out), "ok\n"); got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestSize holds the kernel, headers counted and nothing left out, to its limit: lines that are neither empty nor comment
// alone, and none so long that it is two.
func TestSize(t *testing.T) {
	t.Parallel()
	const limit, width = 3000, 160
	comment := regexp.MustCompile(`(?s)/\*.*?\*/`)
	lines := 0
	for _, dir := range []string{"include", "src"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(dir + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(comment.ReplaceAllString(string(b), "")) {
				if strings.TrimSpace(line) != "" {
					lines++
				}
				if len(line) > width {
					t.Errorf("%s: a line of %d octets, %d are the limit: %s", f.Name(), len(line), width, line)
				}
			}
		}
	}
	t.Logf("%d lines of code", lines)
	if lines > limit {
		t.Errorf("the kernel has %d lines of code; %d is the limit", lines, limit)
	}
}

// TestHostile makes classes of descriptions that are drawn at random and mostly wrong. DSOM_SOAK makes it go on for that long.
func TestHostile(t *testing.T) {
	t.Parallel()
	soak, _ := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	for _, c := range []toolchain{gcc, asan, i686, s390x} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			seeds, each := 3, "5000"
			if len(c.run) > 0 { // slow, and shows but whether the machine matters
				seeds, each = 1, "2000"
			}
			program := c.build(t, "hostile")
			end := time.Now().Add(soak)
			for seed := 1; seed <= seeds || time.Now().Before(end); seed++ {
				out, err := c.command(t, program, strconv.Itoa(seed), each).CombinedOutput()
				if err != nil || !bytes.HasSuffix(out, []byte("ok\n")) {
					t.Fatalf("seed %d: %v\n%s", seed, err, out)
				}
				t.Logf("seed %d: %s", seed, bytes.TrimSuffix(out, []byte("\nok\n")))
			}
		})
	}
}
