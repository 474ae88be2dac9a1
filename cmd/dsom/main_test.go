package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/rogpeppe/go-internal/testscript"
)

// checked runs the tests and then looks for goroutines that were left behind.
type checked struct{ m *testing.M }

func (c checked) Run() int {
	code := c.m.Run()
	if stray := leaktest.Stray(time.Minute); code == 0 && stray != "" {
		fmt.Fprintf(os.Stderr, "goroutines left after the tests:\n\n%s\n", stray)
		code = 1
	}
	return code
}

// TestMain makes the test binary the program itself where a script, or the daemon, runs dsom.
func TestMain(m *testing.M) {
	if runAsTeller() {
		return
	}
	if os.Getenv(admin.EnvServerName) != "" { // started by a daemon, as a server
		main()
	}
	if name := filepath.Base(os.Args[0]); name == "somdd" || name == "somdsvr" { // by its old names: never the tests again
		main()
		os.Exit(0)
	}
	programs := map[string]func(){"dsom": main}
	for _, name := range oldNames {
		programs[name] = main
	}
	testscript.Main(checked{m}, programs)
}

// TestScripts runs the program as people do; testdata/script holds what they type and see.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("DSOM_STATE", e.WorkDir+"/state")
			e.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}

// A result is what a command line came to.
type result struct {
	out, err string
	status   int
}

// dsom runs a command line in this process.
func dsom(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	status := run(t.Context(), args, strings.NewReader(stdin), &out, &err)
	return result{out.String(), err.String(), status}
}

// aDaemon runs a daemon in this process, at a free port, and returns it.
func aDaemon(t *testing.T) *runningDaemon {
	t.Helper()
	d, err := startDaemon(context.Background(), t.TempDir(), "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// otherPorts is how often a port is tried that the system has chosen for TCP: another program may have it for UDP.
const otherPorts = 20

// aDaemonByUDP is aDaemon, of one that hears datagrams, and its status.
func aDaemonByUDP(t *testing.T) (*runningDaemon, admin.Status) {
	t.Helper()
	for range otherPorts {
		d := aDaemon(t)
		status, err := d.admin.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if status.UDP != nil {
			return d, status
		}
	}
	t.Fatalf("of %d ports none is to be had for UDP", otherPorts)
	panic("unreachable")
}

// aBank is the command of a server program: this test binary, as the demonstration's bank.
func aBank(t *testing.T) []string {
	t.Helper()
	program, err := self()
	if err != nil {
		t.Fatal(err)
	}
	return []string{program, "__demo-bank-server", "--data", t.TempDir()}
}

// TestInterrupted holds that who interrupts a verb is told that, and not what it was doing.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and answers nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := "corbaloc::" + l.Addr().String() + "/NameService"
	for _, args := range [][]string{{"name", "ls", "--at", at}, {"call", at, "_non_existent"}} {
		ctx, cancel := context.WithCancel(t.Context())
		var out, errs bytes.Buffer
		status := make(chan int, 1)
		go func() { status <- run(ctx, args, strings.NewReader(""), &out, &errs) }()
		c, err := l.Accept() // it waits for an answer now
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if got := <-status; got != statusFailed || errs.String() != "dsom: interrupted\n" || out.Len() > 0 {
			t.Errorf("%q: got status %d, %q, %q", args, got, out.String(), errs.String())
		}
		_ = c.Close()
	}
}
