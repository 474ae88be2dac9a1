package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/opendsom/dsom/internal/absent"
)

// aTerminal returns both ends of a terminal: that of the program, and the one at which a person sits.
func aTerminal(t *testing.T) (program, person *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		absent.Skip(t, "there are no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 6, Col: 40}); err != nil {
		t.Fatal(err)
	}
	return program, person
}

// A screen is what a person has been shown.
type screen struct {
	mu  sync.Mutex
	got strings.Builder
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String()
}

// watch reads what comes to a terminal, until it has gone.
func (s *screen) watch(r io.Reader) {
	b := make([]byte, 4096)
	for {
		n, err := r.Read(b)
		s.mu.Lock()
		s.got.Write(b[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// TestTopGivesTheScreenBack holds that dsom top fills a terminal, as far as it goes, survives Ctrl-Z and the daemon's end, and gives the
// terminal back however it is told to end.
func TestTopGivesTheScreenBack(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	for i := range 4 {
		h.must("server", "add", "--activation", "manual", fmt.Sprint("server", i), "--", h.script("none", "exit 1"))
	}
	for i, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM} {
		program, person := aTerminal(t)
		cmd := exec.Command(h.program, "top", "--every", "100ms")
		cmd.Env = append(os.Environ(), h.env...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		s := new(screen)
		go s.watch(person)
		eventually(t, "a screen is filled", func() bool { return strings.Count(s.text(), home) > 2 })
		if i == 0 {
			if err := cmd.Process.Signal(syscall.SIGTSTP); err != nil {
				t.Fatal(err)
			}
			eventually(t, "Ctrl-Z gives the screen back", func() bool { return strings.HasSuffix(s.text(), leaveScreen) })
			awaitSuspended(t, cmd.Process.Pid) // what comes before that does not make it go on
			if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			eventually(t, "it goes on", func() bool { return strings.Count(s.text(), enterScreen) == 2 })
		}
		if sig == syscall.SIGTERM {
			h.stopDaemon()
			eventually(t, "it says that there is no daemon", func() bool { return strings.Contains(s.text(), "does not answer") })
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", sig, err)
		}
		eventually(t, "the screen is given back", func() bool { return strings.HasSuffix(s.text(), leaveScreen) })
		if got := s.text(); !strings.HasPrefix(got, enterScreen) || strings.Contains(got, "(daemon)") {
			t.Errorf("%v: got %q", sig, got)
		}
		for frame := range strings.SplitSeq(s.text(), home) {
			if lines := strings.Split(frame, "\r\n"); len(lines) > 6 {
				t.Errorf("%d lines on a screen of 6: %q", len(lines), frame)
			}
		}
	}
}
