//go:build linux

package animals_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/daemontest"
	"github.com/opendsom/dsom/internal/golden"
)

// parts builds what classes elsewhere need beside the example, once: the generic server, the library that stands for classes, a server
// of Puppy and a client that holds an object.
var parts = sync.OnceValue(func() error {
	b := made()
	for _, args := range [][]string{
		{"go", "build", "-o", filepath.Join(filepath.Dir(b.dsom), "dsom-classes"), root + "/bind/somd/classes"},
		{"go", "build", "-buildmode=c-shared", "-o", filepath.Join(filepath.Dir(b.dsom), "libdsom-place.so"), root + "/bind/somd/place"},
		{"go", "build", "-o", filepath.Join(b.out, "kennel"), "./kennel"},
		{"cc", "-std=c11", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + filepath.Join(b.out, "1"), "-o", filepath.Join(b.out, "holder"), "holder/holder.c",
			"-L" + b.out, "-lsom", "-Wl,-rpath," + b.out, "-pthread"},
	} {
		if _, err := b.run(args[0], args[1:]...); err != nil {
			return err
		}
	}
	return nil
})

// A house is a daemon with servers of the example's classes.
type house struct {
	t *testing.T
	b build
	d *daemontest.Daemon
}

// newHouse starts a daemon that is reached at a host, and registers the servers.
func newHouse(t *testing.T, host string, under ...string) *house {
	t.Helper()
	b := builds(t)
	if err := parts(); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, b: b, d: daemontest.Start(t, b.dsom, host, under...)}
	h.d.Run("server", "add", "dogs", "-e", "SOM_LIBRARY="+filepath.Join(b.out, "libsom.so.1"), "--", b.dsom, "server", "run", filepath.Join(b.out, "libdog.so"))
	h.d.Run("server", "add", "kennel", "-e", "SOM_LIBRARY="+filepath.Join(b.out, "libsom.so.1"), "-e", "SOM_PATH="+b.out, "--", filepath.Join(b.out, "kennel"))
	h.d.Run("server", "start", "dogs") // so that it has its name
	h.d.Run("server", "start", "kennel")
	return h
}

// pid returns the process of a server.
func (h *house) pid(server string) int {
	h.t.Helper()
	var all []struct {
		Name string `json:"name"`
		Run  struct {
			PID int `json:"pid"`
		} `json:"run"`
	}
	if err := json.Unmarshal([]byte(h.d.Run("server", "list", "--json")), &all); err != nil {
		h.t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == server && s.Run.PID > 0 {
			return s.Run.PID
		}
	}
	h.t.Fatalf("%s does not run: %v", server, all)
	return 0
}

// placed makes the folder by which Dog and Puppy are at the house's servers, and returns what SOM_PATH is with it: the client has
// Animal's library beside that, and no other.
func (h *house) placed() string {
	h.t.Helper()
	dir := h.t.TempDir()
	h.d.Run("class", "place", "--dir", filepath.Join(dir, "placed"), "Dog=corbaname::"+h.d.Address+"#somd/dogs", "Puppy=corbaname::"+h.d.Address+"#somd/kennel")
	own := filepath.Join(dir, "own")
	if err := errors.Join(os.Mkdir(own, 0o755), os.Symlink(filepath.Join(h.b.out, "libanimal.so"), filepath.Join(own, "libanimal.so"))); err != nil {
		h.t.Fatal(err)
	}
	return filepath.Join(dir, "placed") + ":" + own
}

// client runs the example's client, the same file that has all classes in its own process, under a command.
func (h *house) client(path string, under ...string) string {
	h.t.Helper()
	line := append(append([]string{}, under...), filepath.Join(h.b.out, "client"))
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(os.Environ(), "SOM_PATH="+path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.t.Fatalf("the client: %v\n%s", err, out)
	}
	return string(out)
}

// TestPlaced has the client, which nobody compiled again, use a Dog in one process and a Puppy in another, by configuration alone.
func TestPlaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "127.0.0.1")
	golden.Check(t, "placed.txt", h.client(h.placed()))
}

// TestOwnProcesses has the same client use a Dog and a Puppy, each in a process of the client's own, without any daemon: a class in C++, which the generic server loads, and one in
// Go, of a program that serves it.
func TestOwnProcesses(t *testing.T) {
	t.Parallel()
	b := builds(t)
	if err := parts(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	h := &house{t: t, b: b}
	if _, err := b.run(b.dsom, "class", "place", "--dir", filepath.Join(dir, "placed"), "Dog=process:"+filepath.Join(b.out, "libdog.so"), "Puppy=program:"+filepath.Join(b.out, "kennel")); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "placed.txt", h.client(filepath.Join(dir, "placed")+":"+b.out))
}

// TestOtherMachine does the same where the servers are on another machine, in a network of its own.
func TestOtherMachine(t *testing.T) {
	t.Parallel()
	builds(t)
	here, there := twoMachines(t)
	h := newHouse(t, daemonHost, here...)
	golden.Check(t, "placed.txt", h.client(h.placed(), there...))
}

// TestKilled kills the process of a Dog that a client in C holds: the next call is an exception that says so, the one after it is served, by a
// new Dog. That again and again.
func TestKilled(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "127.0.0.1")
	cmd := exec.Command(filepath.Join(h.b.out, "holder"), "Dog")
	cmd.Env = append(os.Environ(), "SOM_PATH="+h.placed())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(out)
	speak := func() string {
		t.Helper()
		if _, err := io.WriteString(in, "\n"); err != nil {
			t.Fatal(err)
		}
		line, err := answers.ReadString('\n')
		if err != nil {
			t.Fatalf("the client has ended: %v", err)
		}
		return strings.TrimSpace(line)
	}
	const says = "says: (a deep breath) Woof!"
	seen := map[int]bool{}
	for round := range 5 {
		if got := speak(); got != says {
			t.Fatalf("round %d: %s", round, got)
		}
		pid := h.pid("dogs")
		if seen[pid] {
			t.Fatalf("round %d: process %d again", round, pid)
		}
		seen[pid] = true
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		got := speak()
		right := false
		for _, id := range []string{"COMM_FAILURE", "TRANSIENT", "OBJECT_NOT_EXIST"} {
			right = right || strings.HasPrefix(got, "raises: IDL:omg.org/CORBA/"+id+":1.0, ") && strings.Contains(got, "the next call makes another")
		}
		if !right {
			t.Errorf("round %d: the call after the kill: %s", round, got)
		}
	}
	if got := speak(); got != says {
		t.Errorf("at the end: %s", got)
	}
	if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
		t.Errorf("the client ends with %v", err)
	}
}

// The addresses of two machines that see each other and nobody else (RFC 5737).
const (
	daemonHost = "192.0.2.1"
	remoteHost = "192.0.2.2"
)

// twoMachines makes two networks with a cable between them, and returns the commands under which programs run in the one and in the other. The
// test is skipped where the system does not let this user do that.
func twoMachines(t *testing.T) (here, there []string) {
	t.Helper()
	a, b := aNetwork(t), aNetwork(t)
	enter := func(pid string) []string { return []string{"nsenter", "--net", "--target", pid} }
	for _, c := range [][]string{
		{a, "ip link add cable0 type veth peer name cable1 netns " + b},
		{a, "ip addr add " + daemonHost + "/24 dev cable0"}, {a, "ip link set cable0 up"}, {a, "ip link set lo up"},
		{b, "ip addr add " + remoteHost + "/24 dev cable1"}, {b, "ip link set cable1 up"}, {b, "ip link set lo up"},
	} {
		line := append(enter(c[0]), strings.Fields(c[1])...)
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			absent.Skip(t, "networks cannot be made here: %s: %v: %s", c[1], err, out)
		}
	}
	return enter(a), enter(b)
}

// aNetwork makes a network and returns a process that is in it until the test ends.
func aNetwork(t *testing.T) (pid string) {
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
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "up\n" {
		absent.Skip(t, "networks cannot be made here: %v", fmt.Errorf("%q, %w", line, err))
	}
	return strconv.Itoa(cmd.Process.Pid)
}
