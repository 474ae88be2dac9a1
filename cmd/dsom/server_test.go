package main

import (
	"context"
	"encoding/json"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

func TestServer(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	server := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"server", verb, "--state", state}, args...)...)
	}
	if got := server("list"); got.status != 0 || got.out != "" || !strings.Contains(got.err, "No server is registered") {
		t.Errorf("nothing to list: got %+v", got)
	}
	if got := server("list", "--json"); got.out != "[]\n" {
		t.Errorf("got %+v", got)
	}
	bank := aBank(t)
	got := server("add", append([]string{"-e", "A=1,2", "-e", "B=3", "--stop-timeout", "5s", "bank", "--"}, bank...)...)
	if got.status != 0 || !strings.HasPrefix(got.out, "bank ") {
		t.Fatalf("got %+v", got)
	}
	if got := server("add", append([]string{"bank", "--"}, bank...)...); got.status != statusFailed || !strings.Contains(got.err, "registered already") {
		t.Errorf("twice: got %+v", got)
	}
	if got := server("list"); !strings.HasPrefix(got.out, "NAME ") || !strings.Contains(got.out, "\nbank  stopped") {
		t.Errorf("got %+v", got)
	}
	if got := server("start", "bank"); got.status != 0 || !strings.HasPrefix(got.out, "bank is ready, process ") {
		t.Fatalf("got %+v", got)
	}
	var list []admin.Server
	got = server("list", "--json", "bank")
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if s := list[0]; !slices.Equal(s.Command, bank) || !slices.Equal(s.Env, []string{"A=1,2", "B=3"}) || s.Run.PID == 0 || s.Activation != "on-demand" {
		t.Errorf("got %+v", s)
	}
	for _, want := range []string{"state        ready\n", "environment  A=1,2\n             B=3\n", "starts       1\n"} {
		if got := server("list", "bank"); !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	if got := dsom(t, "", "__complete", "--", "server", "stop", "--state", state, "b"); got.out != "bank\tready\n" {
		t.Errorf("completion: got %+v", got)
	}
	if got := server("remove", "bank"); got.status != statusFailed || !strings.Contains(got.err, "--stop") {
		t.Errorf("while it runs: got %+v", got)
	}
	if got := server("stop", "bank"); got.status != 0 || got.out != "bank is stopped\n" || !strings.Contains(got.err, "--disable") {
		t.Errorf("got %+v", got)
	}
	if got := server("stop", "--disable", "bank"); got.status != 0 || got.out != "bank is stopped, disabled\n" {
		t.Errorf("got %+v", got)
	}
	if got := server("start", "bank"); got.status != 0 {
		t.Errorf("start does not enable: got %+v", got)
	}
	if got := server("logs", "bank"); got.status != 0 {
		t.Errorf("got %+v", got)
	}
	if got := server("logs", "-n", "-1", "bank"); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
	if got := server("remove", "--stop", "bank"); got.status != 0 || got.out != "bank is removed\n" {
		t.Errorf("got %+v", got)
	}
	if got := server("start", "bank"); got.status != statusFailed || !strings.Contains(got.err, "bank") {
		t.Errorf("got %+v", got)
	}
}

// TestServerFails holds that a program that does not come up is named, with what it has said.
func TestServerFails(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	program := aBank(t)[0]
	if got := dsom(t, "", "server", "add", "--state", state, "bad", "--", program, "__demo-bank-server", "--data", "/dev/null/x"); got.status != 0 {
		t.Fatal(got)
	}
	got := dsom(t, "", "server", "start", "--state", state, "bad")
	if got.status != statusFailed || !strings.Contains(got.err, "not a directory") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "server", "logs", "--state", state, "bad"); got.status != 0 || !strings.Contains(got.out, "not a directory") {
		t.Errorf("got %+v", got)
	}
	var line map[string]string
	got = dsom(t, "", "server", "logs", "--json", "-n", "1", "--state", state, "bad")
	if err := json.Unmarshal([]byte(got.out), &line); err != nil || line["line"] == "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestServerAddRefuses(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no program": {[]string{"x", "--", "./none-such"}, statusFailed, "cannot be run"},
		"no folder":  {[]string{"--dir", "/none-such", "x", "--", "go"}, statusUsage, "is no folder"},
		"bad name":   {[]string{"--state", state, "a b", "--", "go"}, statusUsage, "a b"},
		"bad UUID":   {[]string{"--state", state, "--uuid", "zzz", "x", "--", "go"}, statusUsage, "zzz"},
		"bad env":    {[]string{"--state", state, "-e", "X", "x", "--", "go"}, statusUsage, "X"},
		"bad time":   {[]string{"--state", state, "--start-timeout", "500h", "x", "--", "go"}, statusUsage, "500h"},
		"no daemon":  {[]string{"--state", t.TempDir(), "x", "--", "go"}, statusFailed, "Start one with: dsom daemon"},
	} {
		if got := dsom(t, "", append([]string{"server", "add"}, c.args...)...); got.status != c.status || !strings.Contains(got.err, c.want) {
			t.Errorf("%s: got %+v, want %q", name, got, c.want)
		}
	}
}

// TestServerLogsFollow holds that what a server writes is shown as it comes, until somebody has seen enough.
func TestServerLogsFollow(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	script := []string{"sh", "-c", "echo one; echo two >&2; exec sleep 60"}
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: no sh on Windows")
	}
	if got := dsom(t, "", append([]string{"server", "add", "--state", state, "--start-timeout", "10s", "chatty", "--"}, script...)...); got.status != 0 {
		t.Fatal(got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, done := &growing{news: make(chan struct{}, 1)}, make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"server", "logs", "-f", "--state", state, "chatty"}, strings.NewReader(""), out, io.Discard)
	}()
	if got := dsom(t, "", "server", "start", "--state", state, "chatty"); got.status != statusFailed { // it never registers
		t.Errorf("got %+v", got)
	}
	for late := time.After(time.Minute); !strings.Contains(out.String(), "one") || !strings.Contains(out.String(), "two"); {
		select {
		case <-out.news:
		case status := <-done:
			t.Fatalf("ended with %d, after %q", status, out)
		case <-late:
			t.Fatalf("got %q", out)
		}
	}
	cancel()
	if status := <-done; status != 0 {
		t.Errorf("ended with %d", status)
	}
}

// TestServerAddAdopts holds that a server which was started by hand gets its program and keeps its identity.
func TestServerAddAdopts(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	server := func(verb string, args ...string) result {
		return dsom(t, "", append([]string{"server", verb, "--state", state}, args...)...)
	}
	bank := aBank(t)
	byHand := server("add", "bank") // as the daemon does for a program that registers itself
	if byHand.status != 0 {
		t.Fatalf("got %+v", byHand)
	}
	if got := server("add", "--uuid", "318b90ac-f2a1-4825-a534-9b91cb63feb4", "bank", "--", bank[0]); got.status != statusFailed {
		t.Errorf("with another identity: got %+v", got)
	}
	if got := server("add", append([]string{"-e", "A=1", "bank", "--"}, bank...)...); got.status != 0 || got.out != byHand.out {
		t.Fatalf("got %+v, want the identity of %+v", got, byHand)
	}
	var list []admin.Server
	got := server("list", "--json", "bank")
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if s := list[0]; !slices.Equal(s.Command, bank) || s.Activation != "on-demand" || !slices.Equal(s.Env, []string{"A=1"}) {
		t.Errorf("got %+v", s)
	}
	if got := server("logs", "bank"); got.status != 0 || got.out != "" || got.err != "bank has written nothing.\n" {
		t.Errorf("got %+v", got)
	}
	_, uuid, _ := strings.Cut(strings.TrimSpace(byHand.out), " ")
	if got := server("add", append([]string{"bank", "--"}, bank...)...); got.status != statusFailed || !strings.Contains(got.err, "dsom server upgrade bank") {
		t.Errorf("once more: got %+v", got)
	}
	if got := server("remove", "bank"); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	if got := server("add", append([]string{"--uuid", uuid, "bank", "--"}, bank...)...); got.status != 0 || got.out != byHand.out {
		t.Errorf("with the identity that it had: got %+v", got)
	}
}

// TestServerInterfaces holds that interfaces are registered with a server and go with it, and that a server that cannot be added leaves none and changes none.
func TestServerInterfaces(t *testing.T) {
	t.Parallel()
	d, dir := aDaemon(t), t.TempDir()
	one := write(t, dir, "one.idl", "module M { interface A { void f(); }; };")
	two := write(t, dir, "two.idl", "module M { interface A { void g(in long x); }; };")
	program := aBank(t)[0]
	add := func(status int, name string, args ...string) {
		t.Helper()
		if got := dsom(t, "", append(append([]string{"server", "add", "--state", d.state}, args...), name, "--", program)...); got.status != status {
			t.Fatalf("got %+v", got)
		}
	}
	registered := func(want string) {
		t.Helper()
		var names []string
		all, err := d.admin.Specifications(t.Context())
		for _, s := range all {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, ", "); err != nil || got != want {
			t.Fatalf("registered are %q, want %q: %v", got, want, err)
		}
	}
	add(0, "other")
	add(statusFailed, "other", "--idl", one)
	registered("")
	add(statusUsage, "bad name", "--idl", one)
	registered("")
	add(statusUsage, "crowd", "--idl", one, "--copies", "-1")
	registered("")
	add(0, "bank", "--idl", one)
	registered("server bank")
	add(statusFailed, "bank", "--idl", two)
	if spec, err := (stateFlag{d.state}).repository(t.Context()); err != nil || spec.Lookup("::M::A::f") == nil {
		t.Errorf("the interfaces of the server were changed by who wanted its name: %v", err)
	}
	if got := dsom(t, "", "server", "remove", "--state", d.state, "bank"); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	registered("")
	add(0, "second", "--idl", two)
	registered("server second")
}
