//go:build unix

package kin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/kin"
	"github.com/opendsom/dsom/transport/tcp"
)

// envRole makes the test binary a child, or a parent, of a kind.
const envRole = "DSOM_TEST_KIN"

func TestMain(m *testing.M) {
	switch role := os.Getenv(envRole); role {
	case "":
		leaktest.Main(m)
	case "parent":
		os.Exit(parent())
	default:
		os.Exit(child(role))
	}
}

// child echoes what comes over its connections, until its parent has ended.
func child(role string) int {
	h, ok, err := kin.Inherited(tcp.New())
	if err != nil || !ok {
		fmt.Println("no child:", ok, err)
		return 9
	}
	if os.Getenv(kin.EnvSocket) != "" {
		return 8
	}
	switch role {
	case "mute":
		<-h.Orphan()
		return 0
	case "crash":
		return 7
	}
	e, err := transport.ParseEndpoint(h.Endpoint())
	if err != nil {
		return 6
	}
	l, err := h.Listen(context.Background(), e)
	if err != nil {
		return 5
	}
	if _, err := h.Listen(context.Background(), e); err == nil {
		return 4
	}
	if _, err := h.Dial(context.Background(), e); err == nil {
		return 3
	}
	if err := h.Say("pid " + fmt.Sprint(os.Getpid())); err != nil {
		return 2
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.CloseWrite() }()
		}
	}()
	<-h.Orphan()
	_ = l.Close()
	return 0
}

// parent starts a child, and a process that holds what it has inherited, says who they are, and waits to be killed.
func parent() int {
	p := kin.NewParent(tcp.New())
	c, err := p.Start(command("echo"))
	if err != nil {
		return 1
	}
	word, err := c.Word(context.Background())
	if err != nil {
		return 1
	}
	fmt.Println(word)
	select {}
}

func command(role string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"="+role, "GORACE=atexit_sleep_ms=0")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd
}

// start starts a child that echoes, and waits for its word.
func start(t *testing.T, p *kin.Parent) *kin.Child {
	t.Helper()
	c, err := p.Start(command("echo"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	for range 2 { // it can be asked for again
		if word, err := c.Word(t.Context()); err != nil || word != "pid "+fmt.Sprint(c.PID()) {
			t.Fatalf("it says %q, %v", word, err)
		}
	}
	return c
}

func (r relative) dial(t *testing.T) (transport.Conn, error) {
	t.Helper()
	return r.p.Dial(t.Context(), transport.Endpoint{Network: tcp.Name, Host: r.c.Host(), Port: kin.Port})
}

type relative struct {
	p *kin.Parent
	c *kin.Child
}

// echo sends a text over a connection and returns what comes back.
func echo(t *testing.T, c transport.Conn, text string) string {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestChild connects to a child many times, beside another child, and over TCP; what each says comes from it. A child that has ended is ErrEnded, at once, and another
// takes its place.
func TestChild(t *testing.T) {
	t.Parallel()
	p := kin.NewParent(tcp.New())
	one, other := relative{p, start(t, p)}, relative{p, start(t, p)}
	if one.c.Host() == other.c.Host() || !kin.IsPrivate(one.c.Host()) || !p.Has(one.c.Host()) {
		t.Errorf("hosts %s, %s", one.c.Host(), other.c.Host())
	}
	for i := range 200 {
		c, err := []relative{one, other}[i%2].dial(t)
		if err != nil {
			t.Fatal(err)
		}
		if got := echo(t, c, fmt.Sprint(i)); got != fmt.Sprint(i) {
			t.Errorf("%d comes back as %q", i, got)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	open, err := one.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	if s := open.State(); s != transport.Quiet {
		t.Errorf("its state is %v", s)
	}
	if err := syscall.Kill(one.c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-one.c.Gone()
	<-one.c.Done()
	if s := open.State(); s != transport.Gone {
		t.Errorf("its state is %v", s)
	}
	if _, err := one.dial(t); !errors.Is(err, kin.ErrEnded) {
		t.Errorf("the child has ended: %v", err)
	}
	if c, err := other.dial(t); err != nil || echo(t, c, "x") != "x" {
		t.Errorf("the other lives: %v", err)
	}
	if _, err := kin.NewParent(tcp.New()).Dial(t.Context(), transport.Endpoint{Network: tcp.Name, Host: other.c.Host(), Port: kin.Port}); err == nil {
		t.Error("another's child is reached")
	}
}

// TestBad starts what is no child, or none that works.
func TestBad(t *testing.T) {
	t.Parallel()
	p := kin.NewParent(tcp.New())
	if _, err := p.Start(exec.Command("/nowhere/at/all")); err == nil {
		t.Error("it was started")
	}
	for role, says := range map[string]string{"crash": "exit status 7", "other": ""} {
		cmd := command(role)
		if role == "other" {
			cmd = exec.Command("true") // says nothing, and ends
		}
		c, err := p.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Word(t.Context()); !errors.Is(err, kin.ErrEnded) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", role, err)
		}
		if p.Has(c.Host()) {
			t.Errorf("%s: it is known still", role)
		}
	}
	c, err := p.Start(command("mute"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Word(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it says nothing: %v", err)
	}
	c.Leave() // it ends in order
	<-c.Done()
	for _, set := range [][2]string{{"x", "h"}, {"2", "child-x.dsom.alt"}, {"3", "example.com"}, {"1000000", "child-x.dsom.alt"}, {"-1", "child-x.dsom.alt"}} {
		cmd := command("echo")
		cmd.Env = append(cmd.Env, kin.EnvSocket+"="+set[0], kin.EnvHost+"="+set[1])
		cmd.Stdout = nil
		out, err := cmd.Output()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 9 || !strings.Contains(string(out), kin.EnvSocket) {
			t.Errorf("%v: %v, %s", set, err, out)
		}
	}
}

// TestOrphans kills a parent: its child ends.
func TestOrphans(t *testing.T) {
	t.Parallel()
	cmd := command("parent")
	cmd.Stdout = nil
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscanf(out, "pid %d\n", &pid); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(5 * time.Millisecond) {
		if b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); strings.Contains(string(b), ") Z ") {
			break // whoever has it now has not asked for its end
		}
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the child lives")
		}
	}
	_ = cmd.Wait()
}

// TestSuite holds connections to what those of every transport do.
func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{Transport: kin.NewLoop(tcp.New()), Endpoint: transport.Endpoint{Network: tcp.Name, Host: "child"}, Lazy: true, Queues: true})
}
