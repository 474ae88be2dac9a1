package main

import (
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/freeport"
)

// TestTakenAt holds that a daemon says where it listens, whatever references name.
func TestTakenAt(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"127.0.0.1:3053", "127.0.0.1:3053", "127.0.0.1:3053"},
		{":3053", "127.0.0.1:3053", "127.0.0.1:3053"}, // which is this machine's
		{"[::]:3053", "127.0.0.1:3053", "127.0.0.1:3053"},
		{":3053", "192.0.2.77:3053", ":3053, which references name as 192.0.2.77:3053"},
		{":3053", "dsom.example:3053", ":3053, which references name as dsom.example:3053"},
		{"0.0.0.0:7053", "127.0.0.1:3053", "0.0.0.0:7053, which references name as 127.0.0.1:3053"},
		{"127.0.0.1:3053", "192.0.2.77:3053", "127.0.0.1:3053, which references name as 192.0.2.77:3053"},
		{"", "192.0.2.77:3053", "192.0.2.77:3053"},
	} {
		if got := takenAt(c[0], c[1]); got != c[2] {
			t.Errorf("listening at %q, named %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestRestoreBeside tries a backup on the machine of the daemon that has written it, and still runs.
func TestRestoreBeside(t *testing.T) {
	t.Parallel()
	state, _ := aConfiguredDaemon(t, "")
	good := func(args ...string) {
		t.Helper()
		if got := dsom(t, "", args...); got.status != statusGood {
			t.Fatalf("%v: %+v", args, got)
		}
	}
	listens := func(state string) string {
		t.Helper()
		d, err := admin.Open(state)
		if err != nil {
			t.Fatal(err)
		}
		s, err := d.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Listens
	}
	good("server", "add", "--state", state, "bank", "--", "sh")
	good("server", "add", "--state", state, "--activation", "always", "--alone", "day", "--", "sleep", "86400")
	file, trial := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "trial")
	good("backup", "--state", state, file)
	port := strconv.Itoa(freeport.Hold(t))
	if got := dsom(t, "", "restore", "--state", trial, "--port", "0", file); got.status != statusUsage || !strings.Contains(got.err, "--port") {
		t.Errorf("at port 0: %+v", got)
	}
	if got := dsom(t, "", "restore", "--state", trial, "--port", port, file); got.status != statusGood || !strings.Contains(got.out, "until dsom server start: bank, day.\n") {
		t.Fatalf("it says %+v", got)
	}
	if got := dsom(t, "", "restore", "--json", "--state", trial, "--replace", "--port", port, file); !strings.Contains(strings.Join(strings.Fields(got.out), ""), `"disabled":["bank","day"]`) {
		t.Errorf("it says %+v", got)
	}
	aDaemonOf(t, trial)
	if first, second := listens(state), listens(trial); second != net.JoinHostPort("127.0.0.1", port) || first == second {
		t.Errorf("the daemons listen at %s and %s, and the second should at port %s", first, second, port)
	}
	for _, s := range servers(t, trial) {
		if !s.Disabled || s.Run.Starts != 0 || s.Run.PID != 0 {
			t.Errorf("beside the first daemon %s is %+v", s.Name, s)
		}
	}
	for _, s := range servers(t, state) {
		if s.Disabled {
			t.Errorf("of the first daemon %s is %+v", s.Name, s)
		}
	}
	if got := dsom(t, "", "restore", "--json", "--state", filepath.Join(t.TempDir(), "again"), file); got.status != statusGood || strings.Contains(got.out, "disabled") {
		t.Errorf("restored for itself: %+v", got)
	}
}

func servers(t *testing.T, state string) []admin.Server {
	t.Helper()
	d, err := admin.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	all, err := d.Servers(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	return all
}
