package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/svc/somdd/wire"
)

// TestOldNames holds under which names the program is another.
func TestOldNames(t *testing.T) {
	t.Parallel()
	for program, want := range map[string][]string{
		"dsom": {"-A"}, "/usr/bin/dsom": {"-A"}, "regimpl": {"regimpl", "-A"}, "/opt/som/bin/regimpl": {"regimpl", "-A"},
		"./SOMDD.EXE": {"somdd", "-A"}, "somdsvr": {"somdsvr", "-A"}, "somdchk": {"somdchk", "-A"}, "regimpl2": {"-A"}, "": {"-A"},
	} {
		if got := asNamed(program, []string{"-A"}); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", program, got, want)
		}
	}
}

// atDaemon returns a runner of command lines for a daemon in this process, and a program that is somdsvr.
func atDaemon(t *testing.T) (run func(status int, args ...string) string, d *runningDaemon) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the daemon does not know here whose programs call")
	}
	d = aDaemon(t)
	s, err := d.admin.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(status int, args ...string) string {
		t.Helper()
		words := append([]string{args[0], "--at", s.Local}, args[1:]...)
		r := dsom(t, "", words...)
		if r.status != status {
			t.Errorf("%q: status %d, want %d: %s%s", args, r.status, status, r.out, r.err)
		}
		return r.out + r.err
	}, d
}

// somdsvrProgram returns a program that is the test binary under the name somdsvr.
func somdsvrProgram(t *testing.T) string {
	t.Helper()
	program, err := self()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "somdsvr")
	if err := os.Symlink(program, name); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	return name
}

// TestOldTools is a server's life by the tools of DSOM: registered, listed, started, stopped, changed, forgotten.
func TestOldTools(t *testing.T) {
	t.Parallel()
	run, d := atDaemon(t)
	has := func(text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				t.Errorf("no %q in\n%s", p, text)
			}
		}
	}
	program := somdsvrProgram(t)
	const id = "01234567-89abcdef-01-23-456789abcdef"
	has(run(0, "regimpl", "-A", "-i", "bank", "-p", program, "-z", id, "-m", "on", "-v", "Bank", "-c", "Account", "-c", "Branch"), "bank "+id)
	has(run(statusRaised, "regimpl", "-A", "-i", "bank", "-z", id), "registered already")
	has(run(0, "regimpl", "-L", "-i", "bank"), id, program, "Multi-threaded.............: Yes", "Server class...............: Bank", "class Branch")
	if s, err := d.admin.Server(t.Context(), "bank"); err != nil || !slices.Equal(s.Command, []string{program, id}) {
		t.Errorf("dsom server has %+v, %v", s, err)
	}
	if got := run(0, "regimpl", "-S"); got != "bank\n" {
		t.Errorf("-S: %q", got)
	}
	if got := run(0, "regimpl", "-l", "-c", "Branch"); got != "bank\n" {
		t.Errorf("-l -c: %q", got)
	}
	run(0, "regimpl", "-d", "-i", "bank", "-c", "Branch")
	if got := run(0, "regimpl", "-l", "-i", "bank"); got != "Account\n" {
		t.Errorf("-l -i: %q", got)
	}
	run(0, "regimpl", "-d", "-i", "bank", "-c", "Account") // its library is not here
	run(0, "regimpl", "-U", "-i", "bank", "-m", "off", "-n", "on")
	has(run(0, "regimpl", "-A", "-i", "safe", "-s", "on", "-p", "/bin/sh"), "A secure server's program, sh: it has to be one of package server")
	has(run(0, "regimpl", "-L", "-i", "safe"), "Secure.....................: Yes")
	has(run(0, "somdchk"), "note  server safe: a secure server's program")
	run(0, "regimpl", "-U", "-i", "safe", "-s", "off")
	has(run(0, "regimpl", "-L", "-i", "safe"), "Secure.....................: No")
	run(0, "regimpl", "-D", "-i", "safe")
	run(0, "regimpl", "-A", "-i", "empty", "-s", "on")
	has(run(statusFailed, "somdsvr", "-a", "empty"), "is registered as secure, and has no class")
	run(0, "regimpl", "-D", "-i", "empty")
	has(run(statusRaised, "regimpl", "-A", "-i", "half", "-p", "/bin/sh", "-c", "Good", "-c", strings.Repeat("x", wire.MaxClassName+1)), "BAD_PARAM")
	if got := run(0, "regimpl", "-S"); got != "bank\n" {
		t.Errorf("a server that was registered with a class that is none: %q", got)
	}
	if got := run(0, "regimpl", "-l", "-c", "Good"); got != "" {
		t.Errorf("and its other class has %q", got)
	}
	has(run(0, "regimpl", "-A", "-i", "other", "-p", "/bin/sh", "-k", "on", "-v", "X", "-m", "on", "-g", "/cfg", "-t", "IPX", "-e", "Y"),
		"Of no effect: server class X, unless sh becomes the server by impl_is_ready", "Of no effect: several threads, unless sh becomes the server by impl_is_ready", "Of no effect: managed", "Of no effect: configuration file /cfg", "Of no effect: protocols IPX", "Of no effect: class of the definition Y")
	has(run(0, "somdchk"), "note  server other: of no effect: managed", "as it should be")
	run(0, "regimpl", "-D", "-i", "other")
	for program, want := range map[string]finding{
		"/bin/sh -c true":         {Good: true, Says: "its program is /bin/sh"},
		"sh /not/there …":         {Good: true, Says: "its program is /"},
		"/not/there -c /bin/true": {Says: "its program /not/there is not there, or may not be run (its command is /not/there -c /bin/true); dsom server upgrade args -- PROGRAM ARGUMENT… names another"},
	} {
		if got := lookAt(wire.Definition{Alias: "args", Program: program}); len(got) != 1 || got[0].Good != want.Good || !strings.HasPrefix(got[0].Says, want.Says) {
			t.Errorf("a server whose command is %q: %+v, want %+v", program, got, want)
		}
	}
	var list []regimplServer
	if err := json.Unmarshal([]byte(run(0, "regimpl", "-L", "--json")), &list); err != nil || len(list) != 1 || list[0].Flags != wire.NonStoppable || list[0].ServerClass != "Bank" {
		t.Errorf("-L --json: %+v, %v", list, err)
	}
	has(run(statusFailed, "list", "bank"), "bank: not running")
	has(run(0, "start", "bank"), "bank: started")
	has(run(0, "list", "-a"), "bank: running")
	has(run(statusFailed, "stop", "bank"), "bank: it is not allowed")
	run(0, "regimpl", "-U", "-i", "bank", "-n", "off")
	has(run(0, "restart", "bank"), "bank: restarted")
	has(run(statusRaised, "regimpl", "-D", "-i", "bank"), "not allowed")
	has(run(0, "stop", "bank"), "bank: stopped")
	has(run(0, "disable", "bank"), "bank: disabled")
	has(run(statusFailed, "start", "bank"), "not allowed")
	has(run(0, "enable", "bank"), "bank: enabled")
	has(run(statusFailed, "start", "bank", "nobody"), "bank: started", "nobody: no such implementation is registered")
	has(run(0, "somdchk", "-v"), "good  server bank", "as it should be")
	run(0, "stop", "bank")
	run(0, "regimpl", "-U", "-i", "bank", "-p", "/not/there")
	has(run(statusFailed, "somdchk"), "BAD   server bank", "/not/there", "dsom regimpl -U -i bank -p PROGRAM")
	has(run(statusFailed, "start", "bank"), "could not be started")
	run(0, "regimpl", "-D", "-i", "bank")
	if got := run(0, "regimpl", "-L"); got != "" {
		t.Errorf("after all: %q", got)
	}
}

// TestOldUsage holds what is said of command lines that are wrong.
func TestOldUsage(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"regimpl -i bank":               "what is to be done",
		"regimpl -A":                    "one -i ALIAS",
		"regimpl -A -D -i x":            "can't be used together",
		"regimpl -A -i x -m maybe":      "must be one of",
		"regimpl -A -i x -z 1":          "no implementation's id",
		"regimpl -a -i x":               "-c CLASS is missing",
		"regimpl -l":                    "-i ALIAS is missing",
		"regimpl -U -i x -c Car":        "regimpl -a -i x -c Car says",
		"regimpl -U -i x -z 1":          "a server keeps its id",
		"start":                         "aliases of servers are wanted",
		"start -a bank":                 "aliases of servers are wanted",
		"start --at :x bank":            "no port",
		"somdsvr":                       "which server is it",
		"somdsvr -a bank 1":             "which server is it",
		"start --at ::1:2:3:4 bank":     "",
		"somdsvr --at 127.0.0.1:1 nope": "",
	} {
		args := strings.Fields(line)
		if args[0] == "regimpl" { // it is asked before the daemon is
			run, _ := atDaemon(t)
			if got := run(statusUsage, args...); !strings.Contains(got, want) {
				t.Errorf("%s: %s", line, got)
			}
			continue
		}
		if r := dsom(t, "", args...); r.status == 0 || want != "" && (r.status != statusUsage || !strings.Contains(r.err, want)) {
			t.Errorf("%s: status %d, %s", line, r.status, r.err)
		}
	}
}

// TestOldNoDaemon holds what is said where nobody listens.
func TestOldNoDaemon(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"start", "bank"}, {"regimpl", "-L"}, {"somdchk"}, {"somdsvr", "01234567-89abcdef-01-23-456789abcdef"}} {
		r := dsom(t, "", append([]string{args[0], "--at", "127.0.0.1:1"}, args[1:]...)...)
		if r.status != statusFailed || !strings.Contains(r.out+r.err, "127.0.0.1:1") {
			t.Errorf("%q: status %d, %s%s", args, r.status, r.out, r.err)
		}
	}
}
