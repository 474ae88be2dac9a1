package libsom_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// kinds are the checks of test/checks.c that every toolchain's build has to pass.
var kinds = []string{"hostile", "making", "taking-part", "freed", "memory", "signatures", "roots", "forks"}

func TestChecks(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, asan, clang, valgrind, musl, i686, s390x} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "checks")
			for _, kind := range kinds {
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

// TestWindows builds the kernel and what runs on it for Windows. Nothing is run: there is no Windows here.
func TestWindows(t *testing.T) {
	t.Parallel()
	mingw.build(t, "driver")
	mingw.build(t, "checks")
}

// TestSize holds the kernel, headers counted, to its limit: lines that are neither empty nor comment alone. What answers to
// SOM's old method names and what stands in for libffi are lists more than logic, and have a limit of their own.
func TestSize(t *testing.T) {
	t.Parallel()
	const limit, lists = 3000, 450
	comment := regexp.MustCompile(`(?s)/\*.*?\*/`)
	kernel, apart := 0, 0
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
			n := &kernel
			if strings.HasPrefix(f.Name(), "root_") || f.Name() == "bank.c" {
				n = &apart
			}
			for line := range strings.Lines(comment.ReplaceAllString(string(b), "")) {
				if strings.TrimSpace(line) != "" {
					*n++
				}
			}
		}
	}
	t.Logf("%d lines of code, and %d apart", kernel, apart)
	if kernel > limit || apart > lists {
		t.Errorf("the kernel has %d lines of code and %d apart; the limits are %d and %d", kernel, apart, limit, lists)
	}
}
