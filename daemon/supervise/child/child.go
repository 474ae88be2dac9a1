// Package child starts a program as a child of this process and holds on to it until it and
// the group of processes that it began have ended.
//
// A signal goes to the group, and only while the child has not been waited for: until then
// the system gives its number to nobody else.
package child

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/opendsom/dsom/process"
)

// A Spec says what to start.
type Spec struct {
	Command []string // the program, an absolute path or a bare name to be found in PATH, and its arguments
	Dir     string   // "": this process's
	Env     []string // the whole environment
	Output  *os.File // takes standard output and error; nil: nothing does
	User    string   // the account under which it runs; "": this process's. Its HOME, USER and LOGNAME take the place of Env's
	Limits  Limits
	Group   *os.File // the folder of the cgroup that it is to be in; nil: this process's
}

// A Child is a program that was started. Its methods may be called concurrently.
type Child struct {
	cmd  *exec.Cmd
	id   process.ID
	done chan struct{}

	mu    sync.Mutex
	ended bool // it was, or is being, waited for
}

// Start starts a program in a process group of its own, with nothing to read. The caller
// keeps Output and may close it. Every child is waited for, so that none is left a zombie.
func Start(s Spec) (*Child, error) {
	if len(s.Command) == 0 {
		return nil, errors.New("no command")
	}
	path, err := exec.LookPath(s.Command[0])
	if err != nil {
		return nil, fmt.Errorf("program cannot be run: %w", err)
	}
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("program %q was found in the working folder only", s.Command[0])
	}
	attr := ownGroup()
	account, err := become(attr, s.User)
	if err != nil {
		return nil, err
	}
	join(attr, s.Group)
	run, args, err := limited(path, s.Command, s.Limits)
	if err != nil {
		return nil, err
	}
	c := &Child{done: make(chan struct{})}
	c.cmd = &exec.Cmd{Path: run, Args: args, Dir: s.Dir, Env: append(s.Env[:len(s.Env):len(s.Env)], account...), SysProcAttr: attr}
	if s.Output != nil { // a file, not a pipe: the child can write on when this process is gone
		c.cmd.Stdout, c.cmd.Stderr = s.Output, s.Output
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("program cannot be run: %w", explain(path, s.Dir, err))
	}
	if c.id, err = process.Of(c.cmd.Process.Pid); err != nil {
		c.id = process.ID{PID: c.cmd.Process.Pid} // it has ended already
	}
	go c.wait()
	return c, nil
}

// maxInterpreter bounds what is read of the first line of a script.
const maxInterpreter = 256

// explain says what it is that is not there, where the system says so of a program that is.
func explain(path, dir string, err error) error {
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, bad := os.Stat(dir); dir != "" && bad != nil {
		return fmt.Errorf("the folder that it is to run in is not there: %w", bad)
	}
	f, bad := os.Open(path)
	if bad != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, maxInterpreter)
	n, _ := io.ReadFull(f, head)
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	rest, script := strings.CutPrefix(line, "#!")
	words := strings.Fields(rest)
	if !script || len(words) == 0 {
		return fmt.Errorf("%s is there, but the loader that it names is not: it was built for another system (%w)", path, err)
	}
	if strings.HasSuffix(line, "\r") && len(words) == 1 {
		return fmt.Errorf("the interpreter %q of the script %s is not there: its lines end as on Windows, in CR LF (%w)", words[0]+"\r", path, err)
	}
	return fmt.Errorf("the interpreter %s of the script %s is not there (%w)", words[0], path, err)
}

// wait waits for the end of the child, ends what is left of its group, and closes done.
func (c *Child) wait() {
	defer close(c.done)
	seen := awaitExit(c.cmd.Process.Pid)
	if !seen {
		_ = c.cmd.Wait()
	}
	c.mu.Lock()
	c.ended = true
	_ = signalGroup(c.cmd.Process, os.Kill)
	c.mu.Unlock()
	if seen {
		_ = c.cmd.Wait() // what it says is in ProcessState
	}
}

// ID identifies the child's process.
func (c *Child) ID() process.ID { return c.id }

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Status says how the child ended, as "exit status 3" or "signal: killed"; it waits for that.
func (c *Child) Status() string {
	<-c.done
	return c.cmd.ProcessState.String()
}

// Succeeded reports whether the child ended by itself with exit status 0; it waits for its end.
func (c *Child) Succeeded() bool {
	<-c.done
	return c.cmd.ProcessState.Success()
}

// Signal sends sig to the child and its group. Its error is process.ErrGone when the child has ended.
func (c *Child) Signal(sig os.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return process.ErrGone
	}
	err := signalGroup(c.cmd.Process, sig)
	if errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
		return process.ErrGone
	}
	return err
}
