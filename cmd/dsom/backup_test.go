package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestBackup holds that a state which was backed up by a daemon at work is that of another one after it was restored: its names, servers and
// configuration, and the identity in references.
func TestBackup(t *testing.T) {
	t.Parallel()
	state, end := aConfiguredDaemon(t, "connections = 77\n")
	good := func(args ...string) string {
		t.Helper()
		got := dsom(t, "", args...)
		if got.status != statusGood {
			t.Fatalf("%v: %+v", args, got)
		}
		return got.out
	}
	good("server", "add", "--state", state, "bank", "--", "sh")
	good("name", "bind", "--state", state, "here", "corbaloc::192.0.2.1:99/k")
	before := good("server", "list", "--json", "--state", state)
	file := filepath.Join(t.TempDir(), "b")
	if out := good("backup", "--state", state, file); !strings.Contains(out, " entries and 1 files of ") {
		t.Error(out)
	}
	if st, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Error(st, err)
	}
	if got := dsom(t, "", "backup", "--state", state, file); got.status != statusFailed || !strings.Contains(got.err, "--force") {
		t.Error(got)
	}
	good("backup", "--state", state, "--force", file)
	piped := good("backup", "--state", state, "-")
	if got := dsom(t, "", "restore", "--state", state, "--replace", file); got.status != statusFailed || !strings.Contains(got.err, "end the daemon first") {
		t.Error(got)
	}
	if got := dsom(t, "", "backup", "--state", t.TempDir(), file+"2"); got.status != statusFailed || !strings.Contains(got.err, "no daemon is running") {
		t.Error(got)
	}

	to := filepath.Join(t.TempDir(), "state")
	if got := dsom(t, piped, "restore", "--state", to, "-"); got.status != statusGood {
		t.Fatal(got)
	}
	if got := dsom(t, "", "restore", "--state", to, file); got.status != statusFailed || !strings.Contains(got.err, "--replace") {
		t.Error(got)
	}
	if out := good("restore", "--state", to, "--replace", file); strings.Count(out, "What was there is ") != 2 {
		t.Error(out)
	}
	if out := good("config", "show", "--state", to); !strings.Contains(out, "connections  77") {
		t.Error(out)
	}
	end()
	aDaemonOf(t, to)
	if out := good("server", "list", "--json", "--state", to); out != before {
		t.Errorf("got %s\nwant %s", out, before)
	}
	if out := good("name", "resolve", "--state", to, "here"); !strings.Contains(out, "IOR:") && !strings.Contains(out, "192.0.2.1") {
		t.Error(out)
	}
}
