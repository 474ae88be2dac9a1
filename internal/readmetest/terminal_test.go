//go:build unix

package readmetest_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a command may take: some build.
const patience = 2 * time.Minute

// A terminal is where the reader types.
type terminal struct {
	dir  string
	env  []string
	port string   // that stands for 3053
	goes *running // what has not come to its end yet
}

// A running program writes to a screen.
type running struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // then

	mu   sync.Mutex
	text bytes.Buffer
	news chan struct{} // has one where there is more
}

// Write takes what the program writes.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.Write(p)
	select {
	case r.news <- struct{}{}:
	default:
	}
	return len(p), nil
}

// screen returns the lines that have been written, but for what the README cannot know.
func (r *running) screen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for line := range strings.Lines(r.text.String()) {
		if !strings.HasPrefix(line, "Port 3053 is taken by ") { // on this machine, which has other work as well
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// start types a command. The command and all that it starts are one process group, as in a terminal.
func (w *terminal) start(t *testing.T, command string) *running {
	t.Helper()
	r := &running{done: make(chan struct{}), news: make(chan struct{}, 1)}
	r.cmd = exec.Command("sh", "-c", strings.ReplaceAll(command, ":3053", ":"+w.port))
	r.cmd.Dir, r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = w.dir, append(w.env, "PWD="+w.dir), r, r
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.cmd.WaitDelay = 10 * time.Second
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	unwatch := watch(t, r.cmd.Process.Pid)
	go func() {
		r.err = r.cmd.Wait()
		unwatch()
		close(r.done)
	}()
	return r
}

// watch has a process group killed when this process is, so that nothing goes on where a test run is cut off. The
// function that it returns ends the watch.
func watch(t *testing.T, group int) (end func()) {
	t.Helper()
	dog := exec.Command("sh", "-c", "read word || kill -INT -- -"+strconv.Itoa(group))
	dog.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	leash, err := dog.StdinPipe() // which ends with this process
	if err == nil {
		err = dog.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_, _ = leash.Write([]byte("end\n"))
		_ = dog.Wait()
	}
}

// interrupt types Ctrl-C and waits for the end.
func (r *running) interrupt(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Error(err)
	}
	r.wait(t)
}

// wait waits for the end, and forces it when that takes too long.
func (r *running) wait(t *testing.T) {
	t.Helper()
	select {
	case <-r.done:
	case <-time.After(patience):
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		<-r.done
		t.Errorf("%s: does not end; it has written\n%s", r.cmd.Args[2], strings.Join(r.screen(), "\n"))
	}
}

// run types a command and compares what is seen when it has ended.
func (w *terminal) run(t *testing.T, line int, s step) {
	t.Helper()
	r := w.start(t, s.command)
	r.wait(t)
	if err := agree(s.want, r.screen(), false); err != nil {
		t.Fatalf("README.md:%d: $ %s\n%v (%v) in\n%s", line, s.command, err, r.err, strings.Join(r.screen(), "\n"))
	}
}

// leave types a command that goes on, and waits until what the README shows is seen.
func (w *terminal) leave(t *testing.T, line int, s step) {
	t.Helper()
	r := w.start(t, s.command)
	w.goes = r
	late := time.After(patience)
	for over := false; ; {
		err := agree(s.want, r.screen(), true)
		switch {
		case err == nil:
			return
		case over:
			t.Fatalf("README.md:%d: $ %s\n%v in\n%s", line, s.command, err, strings.Join(r.screen(), "\n"))
		}
		select {
		case <-r.news:
		case <-r.done:
			over = true
		case <-late:
			over = true
		}
	}
}
