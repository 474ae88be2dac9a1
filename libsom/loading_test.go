package libsom_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLoading runs threads that load and unload libraries, and processes that fork meanwhile.
func TestLoading(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, asan, tsan, s390x} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "loading")
			for _, kind := range strings.Fields(`unloaded-early unloaded-by-itself failed-in-use derived joined joined-unready ends-others unready made-meanwhile refused-in-use mutual circle
				from-constructor closing two-names ready-for-names ready-for-what-is-there ready-for-what-is-not ready-for-none linked forked-while-opened forked-while-getting-ready forked-while-ending forked-while-making`) {
				t.Run(kind, func(t *testing.T) {
					cmd := c.command(t, program, kind)
					cmd.Env = append(cmd.Env, "SOM_CHECK=0", "ASAN_OPTIONS=detect_leaks=0") // classes live as long as the process
					if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ok\n" {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
		})
	}
}

// TestNoFile holds that what lies where a library is looked for, but is no file, is an error, and waited for by nobody.
func TestNoFile(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d := t.TempDir()
	if out, err := exec.Command("mkfifo", d+"/libpipe.so").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Mkdir(d+"/libfolder.so", 0o755); err != nil {
		t.Fatal(err)
	}
	for file, args := range map[string][]string{"libpipe.so": {"use", "Pipe"}, "libfolder.so": {"load", d + "/libfolder.so"}} {
		cmd := exec.Command("timeout", append([]string{"60", loader(t)}, args...)...) // who opens a pipe waits for its other end
		cmd.Env = []string{"SOM_PATH=" + d}
		got, err := cmd.CombinedOutput()
		if want := "error library: " + d + "/" + file + " cannot be loaded: it is no regular file\n"; err != nil || string(got) != want {
			t.Errorf("%v\n%swant\n%s", err, got, want)
		}
	}
}
