package peer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	startTime  = Patience    // for a server to say that it is ready
	stopTime   = time.Minute // for a server to end when asked
	clientTime = Patience    // for all cases of a client
)

// A Server is a peer's server that has said it is ready.
type Server struct {
	IOR string // as it printed it

	tally *Tally
	cmd   *exec.Cmd
	stdin io.Closer
	errs  Buffer
	done  chan struct{} // closed when stdout has ended
	stop  sync.Once

	mu     sync.Mutex
	counts Counts
}

// Counts are what a server prints at its end.
type Counts struct {
	Answered int // replies sent, exceptions included
	Oneways  int // requests that want no reply
	Made     int // requests sent: callbacks
}

// Start runs a server that prints its IOR and "ready" and ends when its standard input does. It is stopped when the test
// ends, if it was not before. What it answered and made is added to the tally when it has ended.
func Start(t testing.TB, tally *Tally, program string, args ...string) *Server {
	t.Helper()
	s := &Server{tally: tally, cmd: exec.Command(program, args...), done: make(chan struct{})}
	s.cmd.Stderr = &s.errs
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdin = stdin
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() { s.Stop(t) })

	ready := make(chan string, 1)
	go func() {
		defer close(s.done)
		var ior string
		for in := bufio.NewScanner(stdout); in.Scan(); {
			line := in.Text()
			switch {
			case strings.HasPrefix(line, "IOR:"):
				ior = line
			case line == "ready":
				select {
				case ready <- ior:
				default: // said before
				}
			default:
				s.count(line)
			}
		}
	}()
	select {
	case s.IOR = <-ready:
		if s.IOR == "" {
			t.Fatalf("%s printed no IOR; on its error output:\n%s", program, s.errs.String())
		}
	case <-s.done:
		t.Fatalf("%s ended before it was ready; on its error output:\n%s", program, s.errs.String())
	case <-time.After(startTime):
		t.Fatalf("%s was not ready after %v; on its error output:\n%s", program, startTime, s.errs.String())
	}
	return s
}

func (s *Server) count(line string) {
	name, value, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(value)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch name {
	case "answered":
		s.counts.Answered = n
	case "oneways":
		s.counts.Oneways = n
	case "made":
		s.counts.Made = n
	}
}

// Stop ends the server in order and returns its counts. A server that does not end is killed, and the test fails.
func (s *Server) Stop(t testing.TB) Counts {
	t.Helper()
	s.stop.Do(func() {
		_ = s.stdin.Close() // it may have ended already
		late := time.AfterFunc(stopTime, func() { _ = s.cmd.Process.Kill() })
		<-s.done
		err := s.cmd.Wait()
		if !late.Stop() {
			err = fmt.Errorf("did not end within %v and was killed", stopTime)
		}
		if err != nil {
			t.Errorf("%s: %v; on its error output:\n%s", s.cmd.Path, err, s.errs.String())
		}
		c := s.Counts()
		s.tally.Add(c.Made, c.Answered)
	})
	return s.Counts()
}

// Kill ends the server at once, as a crash would. It reports no counts then.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.stop.Do(func() {
		if err := s.cmd.Process.Kill(); err != nil { // before its input ends, which would be an orderly end
			t.Error(err)
		}
		_ = s.stdin.Close()
		<-s.done
		_ = s.cmd.Wait() // "signal: killed", as wanted
	})
}

// Counts returns what the server has reported; nothing before it has ended.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// Stderr returns what the server has written to its error output so far.
func (s *Server) Stderr() string { return s.errs.String() }

// Run runs a client to its end and returns what it reported; what it made and served is added to the tally. A client that
// breaks off, prints anything else, or exits with another status than its report deserves (1 if a case failed, 0
// otherwise) fails the test. A failed case does not: that is for the test to judge.
func Run(t testing.TB, tally *Tally, program string, args ...string) Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clientTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s did not end: %v; it printed\n%s%s", program, ctx.Err(), out.String(), errs.String())
	}
	r, parseErr := ParseReport(out.String())
	tally.Add(r.Made, r.Served)
	if parseErr != nil {
		t.Fatalf("%s: %v; it printed\n%s%s", program, errors.Join(parseErr, err), out.String(), errs.String())
	}
	want := 0
	if len(r.By(Fail)) > 0 {
		want = 1
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Fatalf("%s exited with %d, want %d; it printed\n%s%s", program, got, want, out.String(), errs.String())
	}
	return r
}
