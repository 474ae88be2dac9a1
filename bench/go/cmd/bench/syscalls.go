package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A counter counts the system calls of processes, from when it is made until it is stopped.
type counter interface {
	stop() (float64, error)
}

// newCounter is how system calls are counted on this machine: by perf, which hardly slows what it counts, or else
// by strace; nil if neither can.
var newCounter func(pids []int) (counter, error)

// findCounter looks for a way to count, and says so if there is none.
func findCounter() {
	if *noCount {
		return
	}
	for _, f := range []func([]int) (counter, error){perf, strace} {
		c, err := f([]int{os.Getpid()})
		if err != nil {
			continue
		}
		_, _ = os.ReadFile("/proc/loadavg")
		if n, err := c.stop(); err == nil && n > 0 {
			newCounter = f
			return
		}
	}
	fmt.Fprintln(os.Stderr, "bench: system calls are not counted: perf and strace are missing, or may not look into processes")
}

func list(pids []int) string {
	var s []string
	for _, p := range pids {
		s = append(s, strconv.Itoa(p))
	}
	return strings.Join(s, ",")
}

// A perfCounter is perf stat, told to begin by one pipe and answering by another.
type perfCounter struct {
	cmd      *exec.Cmd
	out      *strings.Builder
	tell, on *os.File
}

func perf(pids []int) (counter, error) {
	tellR, tellW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer tellR.Close()
	ackR, ackW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer ackW.Close()
	c := &perfCounter{out: new(strings.Builder), tell: tellW, on: ackR}
	c.cmd = exec.Command("perf", "stat", "-x,", "-D", "-1", "-e", "raw_syscalls:sys_enter", "--control", "fd:3,4", "-p", list(pids))
	c.cmd.ExtraFiles = []*os.File{tellR, ackW}
	c.cmd.Stderr = c.out
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	if err := c.say("enable"); err != nil {
		_, _ = c.stop()
		return nil, err
	}
	return c, nil
}

// say sends a command, and waits until it has been obeyed.
func (c *perfCounter) say(word string) error {
	if err := c.on.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(c.tell, word); err != nil {
		return err
	}
	var b [16]byte
	_, err := c.on.Read(b[:])
	return err
}

func (c *perfCounter) stop() (float64, error) {
	err := c.say("disable")
	_ = c.cmd.Process.Signal(os.Interrupt)
	_ = c.cmd.Wait()
	c.tell.Close()
	c.on.Close()
	for l := range strings.Lines(c.out.String()) {
		if f := strings.Split(l, ","); len(f) > 2 && strings.HasPrefix(f[2], "raw_syscalls") {
			return strconv.ParseFloat(f[0], 64)
		}
	}
	return 0, fmt.Errorf("perf counted nothing: %q, %v", c.out, err)
}

// A straceCounter is strace -c.
type straceCounter struct {
	cmd *exec.Cmd
	out string
}

func strace(pids []int) (counter, error) {
	f, err := os.CreateTemp("", "calls")
	if err != nil {
		return nil, err
	}
	f.Close()
	args := []string{"-f", "-c", "-o", f.Name()}
	for _, p := range pids {
		args = append(args, "-p", strconv.Itoa(p))
	}
	c := &straceCounter{exec.Command("strace", args...), f.Name()}
	said, err := c.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		os.Remove(c.out)
		return nil, err
	}
	kill := time.AfterFunc(5*time.Second, func() { _ = c.cmd.Process.Kill() })
	defer kill.Stop()
	in := bufio.NewReader(said)
	for range pids { // each is announced
		line, err := in.ReadString('\n')
		if err != nil || !strings.Contains(line, "attached") {
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
			os.Remove(c.out)
			return nil, fmt.Errorf("strace: %s", line)
		}
	}
	return c, nil
}

func (c *straceCounter) stop() (float64, error) {
	_ = c.cmd.Process.Signal(os.Interrupt)
	_ = c.cmd.Wait()
	b, err := os.ReadFile(c.out)
	os.Remove(c.out)
	for l := range strings.Lines(string(b)) {
		if f := strings.Fields(l); len(f) >= 4 && f[len(f)-1] == "total" {
			return strconv.ParseFloat(f[3], 64)
		}
	}
	return 0, fmt.Errorf("strace counted nothing: %w", err)
}

// counted runs clients once more, and counts the system calls of both sides.
func (s *server) counted(count int, work []string) (Sample, error) {
	clients, err := s.clients(count, work)
	if err != nil {
		return nil, err
	}
	defer stopAll(clients)
	var pids []int
	for _, p := range clients {
		pids = append(pids, p.pid())
	}
	mine, err := newCounter(pids)
	if err != nil {
		return nil, err
	}
	theirs, err := newCounter([]int{s.pid()})
	if err != nil {
		_, _ = mine.stop()
		return nil, err
	}
	r, err := ask(clients)
	c, e1 := mine.stop()
	d, e2 := theirs.stop()
	for _, e := range []error{err, e1, e2} {
		if e != nil {
			return nil, e
		}
	}
	return Sample{"cli_calls": c / r["n"], "srv_calls": d / r["n"]}, nil
}
