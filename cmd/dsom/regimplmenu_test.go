package main

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/opendsom/dsom/svc/somdd/wire"
)

// localAddress is where a daemon takes this machine's calls.
func localAddress(t *testing.T, d *runningDaemon) string {
	t.Helper()
	s, err := d.admin.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Local
}

// TestRegimplMenu is a server's registration by the menu: answers are read, wrong ones said to be wrong, and what is left out is as it was.
func TestRegimplMenu(t *testing.T) {
	t.Parallel()
	run, d := atDaemon(t)
	local := localAddress(t, d)
	menu := func(lines ...string) string {
		t.Helper()
		var in strings.Builder
		for _, l := range lines {
			in.WriteString(l + "\n")
		}
		r := dsom(t, in.String(), "regimpl", "--at", local)
		for line := range strings.Lines(r.err) {
			if !strings.HasPrefix(line, "Of no effect: ") {
				t.Errorf("%q: %s", lines, line)
			}
		}
		if r.status != 0 {
			t.Errorf("%q: status %d", lines, r.status)
		}
		return r.out + r.err
	}
	server := func() (list []regimplServer) {
		t.Helper()
		if err := json.Unmarshal([]byte(run(0, "regimpl", "-L", "--json")), &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	for _, c := range []struct {
		name  string
		lines []string
		says  []string
		left  int // servers
	}{
		{"nothing", nil, []string{"Enter operation: "}, 0},
		{"exit, and no more is read", []string{"12", "1", "never", "", "", "", "", "", "y"}, nil, 0},
		{"no such operation", []string{"13", "two", "", "12"}, []string{`"13" is none of 1 to 12`, `"two" is none`, `"" is none`}, 0},
		{"not confirmed", []string{"1", "bank", "", "", "", "", "", "n"}, []string{"Program name", "somdsvr", "Add? [y/n]"}, 0},
		{"no alias", []string{"1", ""}, []string{"nothing was entered"}, 0},
		{"added", []string{"1", "bank", "/opt/bank", "perhaps", "y", "Bank", "bank.ref", "", "y"}, []string{"Implementation bank is registered."}, 1},
		{"twice", []string{"1", "bank", "", "", "", "", "", "y", "12"}, []string{"already", "Enter operation: "}, 1},
		{"classes", []string{"7", "Account", "bank", "7", "Branch", "bank", "7", "", "7", "X", "none", "8", "Branch", "bank", "10", "bank"},
			[]string{"Class Account is now associated with implementation bank.", "Class Branch is no more associated", "nothing was entered", "Account\n"}, 1},
		{"shown", []string{"4", "bank", "5", "6", "4", "none"}, []string{"Object reference file......: bank.ref", "class Account", ": bank\n"}, 1},
		{"changed", []string{"3", "bank", "", "n", "", "", "", "y"}, []string{"Of no effect: server class Bank"}, 1},
		{"deleted from all", []string{"9", "Account", "11"}, []string{"All is saved"}, 1},
		{"not deleted", []string{"2", "bank", ""}, []string{"Delete bank? [y/n] (default: no)"}, 1},
		{"too long", []string{strings.Repeat("x", 2*maxAnswer)}, nil, 1},
	} {
		if c.name == "too long" {
			if r := dsom(t, c.lines[0], "regimpl", "--at", local); r.status != statusFailed || !strings.Contains(r.err, "more than 65536 octets") {
				t.Errorf("%s: status %d, %s", c.name, r.status, r.err)
			}
			continue
		}
		out := menu(c.lines...)
		for _, want := range c.says {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, out)
			}
		}
		if n := len(server()); n != c.left {
			t.Errorf("%s: %d servers are left, want %d\n%s", c.name, n, c.left, out)
		}
		if c.name == "added" {
			if r := dsom(t, "1\nshop\n/opt/shop\n", "regimpl", "--at", local); r.status != statusFailed || !strings.Contains(r.err, "the input has ended") || len(server()) != 1 {
				t.Errorf("cut off in the middle of a registration: status %d, %s", r.status, r.err)
			}
			if d := server()[0]; d.Program != "/opt/bank" || d.Flags != wire.MultiThread || d.ServerClass != "Bank" || d.RefDataFile != "bank.ref" {
				t.Errorf("added: %+v", d)
			}
		}
	}
	if r := dsom(t, "1\nshop\n/opt/shop\n", "regimpl", "--at", local); r.status != statusFailed || !strings.Contains(r.err, "the input has ended") || len(server()) != 1 {
		t.Errorf("cut off in the middle of a registration: status %d, %s", r.status, r.err)
	}
	if d := server()[0]; d.Program != "/opt/bank" || d.Flags != 0 || d.ServerClass != "Bank" || len(d.Classes) != 0 {
		t.Errorf("after all: %+v", d)
	}
	menu("2", "bank", "y")
	if list := server(); len(list) != 0 {
		t.Errorf("after its end: %+v", list)
	}
	if r := dsom(t, "", "regimpl", "--json", "--at", local); r.status != statusUsage {
		t.Errorf("as JSON: status %d, %s", r.status, r.out)
	}
}

// TestRegimplMenuInterrupted: who interrupts it is not waited for, though a line is being read.
func TestRegimplMenuInterrupted(t *testing.T) {
	t.Parallel()
	_, d := atDaemon(t)
	local := localAddress(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	in, typed := io.Pipe()
	defer typed.Close()
	seen, out := io.Pipe()
	status := make(chan int, 1)
	go func() {
		defer out.Close()
		status <- run(ctx, []string{"regimpl", "--at", local}, in, out, io.Discard)
	}()
	var text strings.Builder
	for b := make([]byte, 1); !strings.HasSuffix(text.String(), "Enter operation: "); {
		if _, err := seen.Read(b); err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	cancel()
	go io.Copy(io.Discard, seen)
	if got := <-status; got != statusFailed {
		t.Errorf("status %d", got)
	}
}
