//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
)

// TestServerTerms holds that a program is started in the folder, with the variables, under the account and within the limits
// that it was registered with, and that what cannot be had is told.
func TestServerTerms(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	const tell = `echo "folder $PWD files $(ulimit -n) core $(ulimit -c) time $(ulimit -t) length $(ulimit -f) memory $(ulimit -v)"; ` +
		`echo "account $(id -u) $USER $HOME colour $COLOUR arguments $*"; exit 3`
	flags := []string{"-e", "COLOUR=deep blue", "--dir", "/", "--files", "77", "--core", "0", "--cpu-time", "30s", "--file-length", "8MiB", "--memory", "512MiB"}
	want := []string{"folder / files 77 core 0 time 30 length 16384 memory 524288", "colour deep blue arguments x y z"}
	if os.Geteuid() == 0 {
		flags = append(flags, "--user", "nobody")
		want = append(want, "account 65534 nobody /nonexistent")
	}
	h.must(append(append([]string{"server", "add"}, flags...), "teller", "--", "/bin/sh", "-c", tell, "sh", "x", "y z")...)
	r := h.run("server", "start", "teller")
	for _, w := range want {
		if r.status != statusFailed || !strings.Contains(r.err, w) {
			t.Errorf("%q is not in %+v", w, r)
		}
	}
	h.must("server", "add", "--memory", "1", "tiny", "--", "/bin/true")
	if r := h.run("server", "start", "tiny"); r.status != statusFailed {
		t.Errorf("got %+v", r)
	}
	for _, bad := range [][]string{
		{"--user", "nobody-of-this-name"}, {"--files", "-3"}, {"--memory", "9TiB"}, {"--after", "moon"}, {"--health-every", "5s", "--health-bad", "-1"},
		{"--copies", "1000"}, {"--choose", "x"}, {"--apart", "objects/["}, {"--activation", "per-object"}, {"--alone", "--copies", "2"},
	} {
		if r := h.run(append(append([]string{"server", "add"}, bad...), "wrong", "--", "/bin/true")...); r.status != statusUsage {
			t.Errorf("%q: got %+v", bad, r)
		}
	}
	h.must("server", "change", "--files", "0", "--cpu-time", "0s", "--dir", "/usr", "-e", "COLOUR=red", "--retry-most", "5", "teller")
	r = h.run("server", "start", "teller")
	if !strings.Contains(r.err, "folder /usr") || strings.Contains(r.err, "files 77") || !strings.Contains(r.err, "time unlimited") || !strings.Contains(r.err, "length 16384") || !strings.Contains(r.err, "colour red") {
		t.Errorf("after the change: got %+v", r)
	}
	if r := h.run("server", "change", "teller"); r.status != statusUsage {
		t.Errorf("got %+v", r)
	}
}

// TestGroupLimits holds that a limit for all processes of a server is enforced, or that it is told why not.
func TestGroupLimits(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--group-memory", "1GiB", "--group-cpu", "150", "--group-processes", "100")
	h.must("server", "start", "teller")
	s := h.server("teller")
	if s.Limits.GroupCPU != 150 || s.Limits.GroupMemory != 1<<30 {
		t.Errorf("got %+v", s.Limits)
	}
	for _, controller := range []string{"memory of all processes", "processor time of all", "number of processes"} {
		told := slices.ContainsFunc(s.Run.Unenforced, func(line string) bool { return strings.HasPrefix(line, controller) })
		if enforced := enforces(t, s.UUID, controller); enforced == told {
			t.Errorf("%s: enforced %v, told of %v", controller, enforced, s.Run.Unenforced)
		}
	}
	if out := h.must("server", "list", "teller"); len(s.Run.Unenforced) > 0 && !strings.Contains(out, "not enforced") {
		t.Errorf("got %q", out)
	}
}

// enforces reports whether a group of the server has a limit in force.
func enforces(t *testing.T, uuid, what string) bool {
	t.Helper()
	file := map[byte]string{'m': "memory.max", 'p': "cpu.max", 'n': "pids.max"}[what[0]]
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(self)) {
		path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		for _, mount := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
			if b, err := os.ReadFile(mount + path + "/dsom-" + uuid + "/" + file); ok && err == nil && !strings.HasPrefix(string(b), "max") {
				return true
			}
		}
	}
	return false
}

// TestAfter holds that servers which have to run before another are started first and stopped last, that the failure of one is
// told, and that no circle can be made of them.
func TestAfter(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("disk", "one")
	h.addTeller("ledger", "one", "--after", "disk")
	h.addTeller("teller", "one", "--after", "ledger", "--after", "disk")
	pid(t, account(t, client(t), h.url("teller")))
	for _, name := range []string{"disk", "ledger", "teller"} {
		if s := h.server(name); s.Run.State != "ready" || s.Run.Starts != 1 {
			t.Errorf("%s: got %+v", name, s.Run)
		}
	}
	if s := h.server("teller"); !slices.Equal(s.After, []string{"ledger", "disk"}) {
		t.Errorf("got %q", s.After)
	}
	r := h.run("server", "change", "--after", "teller", "disk")
	if r.status != statusUsage || !strings.Contains(r.err, "disk after teller after ledger after disk") {
		t.Errorf("a circle: got %+v", r)
	}
	if r := h.run("server", "remove", "--stop", "disk"); r.status != statusFailed || !strings.Contains(r.err, "ledger, teller") {
		t.Errorf("removing what others come after: got %+v", r)
	}
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("the daemon's exit status is %d", status)
	}
	if got := h.stopped(); !slices.Equal(got, []string{"teller", "ledger", "disk"}) {
		t.Errorf("they were stopped in the order %q", got)
	}
}

// TestAfterFailure holds what callers are told of a server whose predecessor does not come up.
func TestAfterFailure(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.must("server", "add", "ruin", "--", h.script("ruin", "echo the roof is gone; exit 9"))
	h.addTeller("teller", "one", "--after", "ruin")
	_, err := account(t, client(t), h.url("teller")).Balance(t.Context())
	wantRaised(t, err, exc.Transient, exc.MinorServerFailed, "teller", "comes after", "ruin", "the roof is gone")
	if n := len(h.numbers(h.tellerPIDs("teller"))); n != 0 {
		t.Errorf("it was started %d times all the same", n)
	}
}

// stopped returns the servers that the daemon says it has stopped, in order.
func (h *house) stopped() (names []string) {
	h.t.Helper()
	b, err := os.ReadFile(h.log.Name())
	if err != nil {
		h.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if _, rest, ok := strings.Cut(line, `msg="server stopped" server=`); ok {
			name, _, _ := strings.Cut(rest, " ")
			names = append(names, name)
		}
	}
	return names
}

// TestDrainTime holds that a server which is stopped uses the time that it was registered with to finish its calls, cuts off what
// takes longer, and ends by itself.
func TestDrainTime(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "one", "--stop-timeout", "2s")
	a := account(t, client(t), h.url("teller"))
	pid(t, a)
	cut := make(chan error, 1)
	go func() { cut <- a.Deposit(context.WithoutCancel(t.Context()), -1) }()
	eventually(t, "the call is under way", func() bool { return h.begun("teller") == 1 })
	h.must("server", "stop", "teller")
	var sys *exc.SystemException
	if err := <-cut; !errors.As(err, &sys) || sys.Kind != exc.CommFailure || sys.Completed != exc.Maybe {
		t.Errorf("the call that took longer: got %v", err)
	}
	if out := h.must("server", "logs", "teller"); !strings.Contains(out, "did not wait longer than 1.8s") {
		t.Errorf("it wrote %q", out)
	}
}

// TestAccount holds that a server under another account serves, is stopped, and cannot read the daemon's state.
func TestAccount(t *testing.T) {
	if os.Geteuid() != 0 {
		absent.Skip(t, "only root may start programs under other accounts")
	}
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	dir, err := os.MkdirTemp("", "account") // which others may enter, unlike the test's own
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program, err := os.ReadFile(h.program)
	if err == nil {
		err = errors.Join(os.Chmod(dir, 0o777), os.WriteFile(filepath.Join(dir, "dsom"), program, 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	h.must("server", "add", "--user", "nobody", "--dir", "/", "-e", envTeller+"=1", "-e", envTellerPIDs+"="+filepath.Join(dir, "pids"), "teller", "--",
		"/bin/sh", "-c", "cat "+h.state+"/admin.json; exec "+filepath.Join(dir, "dsom")+" one")
	p := pid(t, account(t, client(t), h.url("teller")))
	info, err := os.Stat(fmt.Sprintf("/proc/%d", p))
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 65534 {
		t.Errorf("it runs under the account %d", uid)
	}
	h.must("server", "stop", "teller")
	if out := h.must("server", "logs", "teller"); !strings.Contains(out, "Permission denied") || strings.Contains(out, "token") {
		t.Errorf("it wrote %q", out)
	}
}
