//go:build linux

// Package cable makes two networks with a cable between them, on one machine: namespaces of the network, joined by a pair of virtual Ethernet interfaces.
package cable

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/opendsom/dsom/internal/absent"
)

// The addresses of the ends, and of all on the cable. There is nothing else in either network but loopback.
const (
	Near = "10.77.0.1"
	Far  = "10.77.0.2"
	All  = "10.77.0.255"
)

// Interface is what each end calls its interface.
const Interface = "cable0"

// An End is the network at one end.
type End struct {
	pid int
	ns  *os.File
}

// Lay makes both. They end with the test. Where that is not allowed the test is skipped.
func Lay(t testing.TB) (near, far *End) {
	t.Helper()
	near, far = end(t), end(t)
	n, f := strconv.Itoa(near.pid), strconv.Itoa(far.pid)
	run(t, "nsenter", "--net", "--target", n, "ip", "link", "add", Interface, "type", "veth", "peer", "name", Interface, "netns", f)
	for _, e := range []struct{ pid, addr string }{{n, Near}, {f, Far}} {
		in := []string{"nsenter", "--net", "--target", e.pid, "ip"}
		run(t, append(in[:len(in):len(in)], "addr", "add", e.addr+"/24", "brd", "+", "dev", Interface)...)
		run(t, append(in[:len(in):len(in)], "link", "set", Interface, "up")...)
		run(t, append(in[:len(in):len(in)], "link", "set", "lo", "up")...)
	}
	return near, far
}

func run(t testing.TB, line ...string) {
	t.Helper()
	if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
		absent.Skip(t, "networks cannot be made here: %s: %v: %s", strings.Join(line, " "), err, out)
	}
}

// end makes a network, which lives as long as a process in it does.
func end(t testing.TB) *End {
	t.Helper()
	cmd := exec.Command("unshare", "--net", "sh", "-c", "echo up; exec cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		absent.Skip(t, "networks cannot be made here: %v", err)
	}
	t.Cleanup(func() { _ = in.Close(); _, _ = io.Copy(io.Discard, out); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "up\n" {
		absent.Skip(t, "networks cannot be made here: %v", err)
	}
	e := &End{pid: cmd.Process.Pid}
	if e.ns, err = os.Open(fmt.Sprintf("/proc/%d/ns/net", e.pid)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.ns.Close() })
	return e
}

// Command is a program that runs in this network.
func (e *End) Command(name string, args ...string) *exec.Cmd {
	return exec.Command("nsenter", append([]string{"--net", "--target", strconv.Itoa(e.pid), "--", name}, args...)...)
}

// Do runs f in this network: sockets that f makes itself, in its own goroutine, are of it, and stay so.
func (e *End) Do(t testing.TB, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		err := unix.Setns(int(e.ns.Fd()), unix.CLONE_NEWNET)
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatalf("entering a network: %v", err)
	}
}
