//go:build linux

package somd_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// generic returns the processes of the bench's generic server that have a word in their command.
func (b bench) generic(t *testing.T, word string) (pids []int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		line, err := os.ReadFile(name) // that of what has ended is empty
		if err != nil || !bytes.HasPrefix(line, []byte(b.path("dsom-classes")+"\x00")) || !bytes.Contains(line, []byte(word)) {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(name, "/proc/%d/", &pid); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// none waits until there is no such process.
func (b bench) none(t *testing.T, word string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); len(b.generic(t, word)) > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the client has ended, and %v live", b.generic(t, word))
		}
	}
}

// copied has the pet's library in a folder of its own, so that its processes are told from others.
func (b bench) copied(t *testing.T) (library string) {
	t.Helper()
	data, err := os.ReadFile(b.path("only-pet", "libpet.so"))
	if err != nil {
		t.Fatal(err)
	}
	library = filepath.Join(t.TempDir(), "libpet.so")
	if err := os.WriteFile(library, data, 0o700); err != nil {
		t.Fatal(err)
	}
	return library
}

// TestOwnProcess has the class Pet in a process of the client's own, without a daemon: the client prints what it does with all in one process. The library is the one that the
// placement names, or that stands in SOM_PATH; the process ends with the client.
func TestOwnProcess(t *testing.T) {
	b := newBench(t)
	want := strings.Replace(b.client(t, b.path("only-pet"), b.path("only-toy")), "a pointer: nothing raised", "a pointer: IDL:omg.org/CORBA/NO_IMPLEMENT:1.0 minor 1146306583 completed 1", 1)
	library := b.copied(t)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, library)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url  string
		more []string
	}{
		"named": {"process:" + relative, nil}, // which dsom class place makes absolute
		"found": {"process:", []string{filepath.Dir(library)}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := b.place(t, "own-"+name, "Pet="+c.url)
			if got := b.client(t, append([]string{dir, b.path("only-toy")}, c.more...)...); got != want {
				t.Errorf("the client prints\n%s, want\n%s", got, want)
			}
			b.none(t, library)
		})
	}
	t.Setenv("SOM_LIBRARY", "") // the process is told which libsom the client has
	if got := b.client(t, b.place(t, "own-told", "Pet=process:"+library), b.path("only-toy")); got != want {
		t.Errorf("without SOM_LIBRARY the client prints\n%s", got)
	}
	b.none(t, library)
	cmd := exec.Command(b.path("client"))
	cmd.Env = append(os.Environ(), "SOM_PATH="+b.place(t, "own-none", "Pet=process:")+":"+b.path("only-toy"))
	if out, err := cmd.Output(); err == nil || !strings.HasPrefix(string(out), "no Pet: ") || !strings.Contains(string(out), "no folder of SOM_PATH has a library of class Pet") {
		t.Errorf("there is no library: %v, %s", err, out)
	}
}

// TestOwnProcessRough has many threads make and call objects in a process of the client's own, then a class library that hangs, and one that ends its process: the client goes on, is told
// right exceptions, and is served by another process.
func TestOwnProcessRough(t *testing.T) {
	b := newBench(t)
	library := b.copied(t)
	dir := b.place(t, "own-rough", "Pet=process:"+library)
	t.Setenv("DSOM_LIMITS", "call-timeout=2s")
	cmd := exec.Command(b.path("rough"), "you", "hang", "you", "crash", "you", "you")
	cmd.Env = append(os.Environ(), "SOM_PATH="+dir+":"+b.path("only-toy"))
	out, err := cmd.Output() // what the process says when it crashes is not this
	if err != nil {
		t.Fatalf("the client ends with %v", err)
	}
	got := string(out)
	lines := strings.Split(got, "\n")
	if len(lines) != 9 || lines[0] != "wrong: 0, living: 1" || lines[1] != "you: Ada says hello to you" ||
		lines[2] != "hang: IDL:omg.org/CORBA/TIMEOUT:1.0" || lines[3] != lines[1] || lines[7] != "goes on" {
		t.Fatalf("the client prints\n%s", got)
	}
	if !strings.Contains(lines[4], "IDL:omg.org/CORBA/COMM_FAILURE:1.0") && !strings.Contains(lines[4], "IDL:omg.org/CORBA/TRANSIENT:1.0") {
		t.Errorf("the crash: %s", lines[4])
	}
	for _, line := range lines[5:7] {
		if line != lines[1] {
			t.Errorf("after the crash: %s", line)
		}
	}
	b.none(t, library)
}

// TestOwnProcessOrphan kills a client whose class is in a process of its own: that ends, too.
func TestOwnProcessOrphan(t *testing.T) {
	b := newBench(t)
	library := b.copied(t)
	cmd := exec.Command(b.path("rough"), "hang")
	cmd.Env = append(os.Environ(), "SOM_PATH="+b.place(t, "own-orphan", "Pet=process:"+library)+":"+b.path("only-toy"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	for end := time.Now().Add(time.Minute); len(b.generic(t, library)) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("there is no process")
		}
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, bufio.NewReader(out))
	b.none(t, library)
}
