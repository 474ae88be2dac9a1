package process_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/process"
)

// TestMain makes the test binary a process that says it is there and waits for the end of its input.
func TestMain(m *testing.M) {
	if os.Getenv("DSOM_TEST_SLEEPER") != "" {
		_, _ = os.Stdout.WriteString("up\n")
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// sleeper starts a process that lives until it is killed or the test ends.
func sleeper(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DSOM_TEST_SLEEPER=1")
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
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// known skips where the system does not tell when a process was started.
func known(t *testing.T, id process.ID) {
	t.Helper()
	if !id.Known() {
		t.Skipf("%s does not tell when a process was started", runtime.GOOS)
	}
}

func TestSelf(t *testing.T) {
	t.Parallel()
	a, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	known(t, a)
	b, err := process.Of(os.Getpid())
	if err != nil || a != b {
		t.Errorf("got %+v, %v, want %+v", b, err, a)
	}
	if got := a.State(); got != process.Running {
		t.Errorf("own state: got %v, want %v", got, process.Running)
	}
}

func TestLifeAndDeath(t *testing.T) {
	t.Parallel()
	cmd := sleeper(t)
	id, err := process.Of(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	known(t, id)
	if got := id.State(); got != process.Running {
		t.Fatalf("got %v, want %v", got, process.Running)
	}
	other := process.ID{PID: id.PID, Start: id.Start + "0"}
	if got := other.State(); got != process.Gone {
		t.Errorf("an earlier process of the same number: got %v, want %v", got, process.Gone)
	}
	if err := other.Signal(os.Kill); !errors.Is(err, process.ErrGone) {
		t.Errorf("signal to an earlier process of the same number: got %v, want %v", err, process.ErrGone)
	}
	if err := other.SignalGroup(os.Kill); !errors.Is(err, process.ErrGone) {
		t.Errorf("signal to its group: got %v, want %v", err, process.ErrGone)
	}
	bare := process.ID{PID: id.PID}
	if err := bare.Signal(os.Kill); !errors.Is(err, process.ErrUnidentified) {
		t.Errorf("signal to a bare number: got %v, want %v", err, process.ErrUnidentified)
	}
	if got := id.State(); got != process.Running {
		t.Fatalf("after signals that may not reach it: got %v, want %v", got, process.Running)
	}
	if err := id.SignalGroup(os.Kill); err != nil { // it leads no group: it alone is meant, not the test
		t.Fatal(err)
	}
	// Nobody waits for it yet: it must count as gone all the same.
	for end := time.Now().Add(10 * time.Second); id.State() != process.Gone; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("killed, not waited for: got %v, want %v", id.State(), process.Gone)
		}
	}
	_ = cmd.Wait()
	if got := id.State(); got != process.Gone {
		t.Errorf("waited for: got %v, want %v", got, process.Gone)
	}
	if err := id.Signal(syscall.SIGTERM); !errors.Is(err, process.ErrGone) {
		t.Errorf("signal to the dead: got %v, want %v", err, process.ErrGone)
	}
}

func TestNobody(t *testing.T) {
	t.Parallel()
	for _, id := range []process.ID{{}, {PID: -1, Start: "1"}, {PID: 1 << 30, Start: "1"}} {
		if got := id.State(); got != process.Gone {
			t.Errorf("%+v: got %v, want %v", id, got, process.Gone)
		}
		if err := id.Signal(os.Kill); !errors.Is(err, process.ErrGone) {
			t.Errorf("%+v: got %v, want %v", id, err, process.ErrGone)
		}
	}
	if _, err := process.Of(1 << 30); !errors.Is(err, process.ErrGone) {
		t.Errorf("got %v, want %v", err, process.ErrGone)
	}
}

// TestObserve: an Observer says of a process what its id says, through its life and its end, however the end is come by, and also when it is closed.
func TestObserve(t *testing.T) {
	t.Parallel()
	var none *process.Observer
	if got := none.State(); got != process.Unknown {
		t.Errorf("of nothing: got %v, want %v", got, process.Unknown)
	}
	none.Close()
	cmd := sleeper(t)
	id, err := process.Of(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	o, closed := id.Observe(), id.Observe()
	closed.Close()
	both := func(when string, want process.State) {
		t.Helper()
		if got := o.State(); got != want {
			t.Errorf("%s: got %v, want %v", when, got, want)
		}
		if got := closed.State(); got != want {
			t.Errorf("%s, closed: got %v, want %v", when, got, want)
		}
	}
	both("alive", id.State())
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); id.State() != process.Gone; time.Sleep(time.Millisecond) { // not waited for: it stays as a zombie
		if time.Now().After(end) {
			t.Fatal("it does not end")
		}
	}
	both("ended", process.Gone)
	_ = cmd.Wait()
	both("waited for", process.Gone)
	o.Close()
	gone := id.Observe() // of what has ended
	defer gone.Close()
	if got := gone.State(); got != process.Gone {
		t.Errorf("observed after its end: got %v, want %v", got, process.Gone)
	}
}
