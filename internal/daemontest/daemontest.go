// Package daemontest starts the daemon's program for tests of what works with it: programs in other languages, servers, clients on another machine.
package daemontest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// endTime is how long a daemon that is asked to end may take, with its servers.
const endTime = time.Minute

// A Daemon is a daemon that runs until its test ends, with a state folder of its own.
type Daemon struct {
	State   string // its folder
	Address string // host:port at which it takes calls

	t       *testing.T
	program string
	under   []string
}

// Start starts the daemon of the program dsom at a free port of a host, and waits until it takes calls. It runs under a command, such as one that enters a network of its own; with
// none it is this process's child. It is asked to end when the test ends, which fails if it ends otherwise than in order.
func Start(t *testing.T, dsom, host string, under ...string) *Daemon {
	t.Helper()
	d := &Daemon{State: filepath.Join(t.TempDir(), "state"), t: t, program: dsom, under: under}
	args := []string{"daemon", "--state", d.State, "--listen", host + ":0"}
	if host != "127.0.0.1" {
		args = append(args, "--publish", host)
	}
	cmd := d.command(args)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{}) // to its end: Wait would cut it off
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(endTime, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		<-heard
		if err := cmd.Wait(); err != nil {
			t.Errorf("the daemon ends with %v", err)
		}
	})
	lines := bufio.NewReader(log)
	said := ""
	for d.Address == "" {
		line, err := lines.ReadString('\n')
		if said += line; err != nil {
			close(heard)
			t.Fatalf("the daemon says no address: %v\n%s", err, said)
		}
		if _, rest, ok := strings.Cut(line, "address="+host+":"); ok {
			d.Address = host + ":" + rest[:strings.IndexFunc(rest+" ", func(r rune) bool { return r < '0' || r > '9' })]
		}
	}
	go func() {
		defer close(heard)
		_, _ = io.Copy(io.Discard, lines)
	}()
	return d
}

// command is a command of dsom's on the daemon's machine, for it.
func (d *Daemon) command(args []string) *exec.Cmd {
	line := append(append(d.under[:len(d.under):len(d.under)], d.program), args...)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(os.Environ(), "DSOM_STATE="+d.State, "NO_COLOR=1")
	return cmd
}

// Run runs a command of dsom's on the daemon's machine, and returns what it prints. One that fails ends the test.
func (d *Daemon) Run(args ...string) string {
	d.t.Helper()
	cmd := d.command(args)
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}
