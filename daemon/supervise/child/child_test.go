package child_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/supervise/child"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/process"
)

// TestMain makes the test binary the programs that the tests start.
func TestMain(m *testing.M) {
	switch mode := os.Getenv("DSOM_TEST_CHILD"); mode {
	case "":
		leaktest.Main(m)
	case "exit":
		fmt.Println("out", os.Args[1:])
		fmt.Fprintln(os.Stderr, "err", os.Getenv("DSOM_TEST_EXTRA"))
		if n, _ := os.Stdin.Read(make([]byte, 1)); n != 0 {
			os.Exit(99)
		}
		os.Exit(3)
	case "family": // a child of its own, which would outlive it
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "DSOM_TEST_CHILD=sleep")
		if err := cmd.Start(); err != nil {
			os.Exit(98)
		}
		fmt.Println("grandchild", cmd.Process.Pid)
		if os.Getenv("DSOM_TEST_EXTRA") == "leave" {
			os.Exit(0)
		}
		time.Sleep(time.Hour)
	case "sleep":
		time.Sleep(time.Hour)
	}
}

func start(t *testing.T, mode, extra string, args ...string) (*child.Child, *os.File) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	c, err := child.Start(child.Spec{
		Command: append([]string{os.Args[0]}, args...),
		Env:     append(os.Environ(), "DSOM_TEST_CHILD="+mode, "DSOM_TEST_EXTRA="+extra),
		Output:  out,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Signal(os.Kill)
		<-c.Done()
	})
	return c, out
}

func TestExit(t *testing.T) {
	t.Parallel()
	c, out := start(t, "exit", "x", "a", "b")
	if got, want := c.Status(), "exit status 3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b, err := os.ReadFile(out.Name())
	if want := "out [a b]\nerr x\n"; err != nil || string(b) != want {
		t.Errorf("got %q, %v, want %q", b, err, want)
	}
	if err := c.Signal(syscall.SIGTERM); !errors.Is(err, process.ErrGone) {
		t.Errorf("got %v, want %v", err, process.ErrGone)
	}
	if got := c.ID().State(); got != process.Gone {
		t.Errorf("got %v, want %v: is it a zombie?", got, process.Gone)
	}
}

// TestGroupEnds holds that the child's own children end with it, however it ends.
func TestGroupEnds(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"leave", "killed"} {
		c, out := start(t, "family", how)
		grandchild := grandchildOf(t, out)
		if how == "killed" {
			if err := c.Signal(os.Kill); err != nil {
				t.Fatal(err)
			}
		}
		<-c.Done()
		for end := time.Now().Add(10 * time.Second); grandchild.State() != process.Gone; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: the grandchild is %v", how, grandchild.State())
			}
		}
	}
}

// grandchildOf waits for the line that names it.
func grandchildOf(t *testing.T, out *os.File) process.ID {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		line, _ := bufio.NewReader(io.NewSectionReader(out, 0, 100)).ReadString('\n')
		if pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "grandchild "))); err == nil && strings.HasSuffix(line, "\n") {
			id, err := process.Of(pid)
			if err != nil && !errors.Is(err, process.ErrGone) {
				t.Fatal(err)
			}
			return id
		}
	}
	t.Fatal("no grandchild was started")
	return process.ID{}
}

func TestCannotStart(t *testing.T) {
	t.Parallel()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		spec child.Spec
		want string
	}{
		"nothing":        {child.Spec{}, "no command"},
		"absent":         {child.Spec{Command: []string{"/absent/program"}}, "/absent/program"},
		"not in PATH":    {child.Spec{Command: []string{"dsom-no-such-program"}}, "dsom-no-such-program"},
		"not a program":  {child.Spec{Command: []string{file("plain", "", 0o600)}}, "plain"},
		"absent folder":  {child.Spec{Command: []string{os.Args[0]}, Dir: "/absent/folder"}, "the folder that it is to run in is not there: stat /absent/folder"},
		"folder instead": {child.Spec{Command: []string{"/"}}, "/"},
		"no interpreter": {child.Spec{Command: []string{file("script", "#! /absent/python -u\nx", 0o700)}}, "the interpreter /absent/python of the script "},
		"of Windows":     {child.Spec{Command: []string{file("script", "#!/bin/sh\r\nexit\r\n", 0o700)}}, "CR LF"},
	} {
		got, err := child.Start(c.spec)
		if err == nil {
			t.Errorf("%s: was started as %v", name, got.ID())
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, want %q", name, err, c.want)
		}
	}
}
