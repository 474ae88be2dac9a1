//go:build unix

package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/std/cosnaming"
)

// envDrain makes the test binary a server instead, with that time to drain.
const envDrain = "DSOM_TEST_DRAIN"

func TestMain(m *testing.M) {
	if d, err := time.ParseDuration(os.Getenv(envDrain)); err == nil {
		os.Exit(serveStuck(d))
	}
	os.Exit(m.Run())
}

// stuck is a servant that never returns, and does not look at its context.
type stuck struct {
	cosnaming.NamingContextBase
	_ byte
}

func (*stuck) Resolve(context.Context, cosnaming.Name) (orb.Object, error) {
	fmt.Println("entered")
	select {}
}

// serveStuck is the server: it prints its endpoint, its reference, and what Run returned.
func serveStuck(drain time.Duration) int {
	opt := server.Options{NoDaemon: true, Listen: []string{"tcp:127.0.0.1:0"}, DrainTimeout: drain, Logger: slog.New(slog.DiscardHandler)}
	err := server.Run(context.Background(), opt, func(_ context.Context, s *server.Server) error {
		ref, err := cosnaming.NamingContextClass.Activate(s.Root, &stuck{})
		fmt.Printf("%v\n%v\n", strings.TrimPrefix(s.ORB.Endpoints()[0].String(), "tcp:"), ref)
		return err
	})
	var cut *orb.CutOff
	fmt.Println(errors.As(err, &cut), err)
	return 3
}

// A stuckServer is a process whose servant is in a call that it will not finish.
type stuckServer struct {
	*exec.Cmd
	lines   *bufio.Scanner
	address string
}

func startStuck(t *testing.T, drain time.Duration) *stuckServer {
	t.Helper()
	s := &stuckServer{Cmd: exec.CommandContext(t.Context(), os.Args[0])}
	s.Env = append(os.Environ(), envDrain+"="+drain.String())
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	s.lines = bufio.NewScanner(out)
	s.address = s.line()
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := o.Resolve(t.Context(), s.line())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = cosnaming.NamingContextClass.Unchecked(ref).Resolve(context.Background(), nil)
	}()
	t.Cleanup(func() {
		_ = s.Process.Kill()
		<-ended
		_ = o.Shutdown(context.Background())
	})
	if got := s.line(); got != "entered" {
		t.Fatalf("the server said %q", got)
	}
	return s
}

// line returns the next line of what the server prints.
func (s *stuckServer) line() string {
	s.lines.Scan()
	return s.lines.Text()
}

func (s *stuckServer) signal(t *testing.T) {
	t.Helper()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// TestSignalWithAStuckServant: a servant that hangs keeps the server no longer than it drains, and
// Run says what was cut off.
func TestSignalWithAStuckServant(t *testing.T) {
	t.Parallel()
	s := startStuck(t, 20*time.Millisecond)
	s.signal(t)
	if got := s.line(); !strings.HasPrefix(got, "true ") || !strings.Contains(got, `"resolve" for 127.0.0.1:`) || !strings.Contains(got, "20ms") {
		t.Errorf("Run returned: %s", got)
	}
	var exit *exec.ExitError
	if err := s.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("the server ended: %v", err)
	}
}

// TestSecondSignal ends a server that drains.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	s := startStuck(t, time.Hour)
	s.signal(t)
	for { // until it takes no more connections, which it does when it has seen the first
		c, err := net.Dial("tcp", s.address)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	s.signal(t)
	if s.lines.Scan() {
		t.Errorf("the server said %q", s.lines.Text())
	}
	var exit *exec.ExitError
	if err := s.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("the server ended: %v", err)
	}
}
