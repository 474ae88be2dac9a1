package process_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/opendsom/dsom/process"
)

// TestEndsWhileLookedAt: a process that ends between two steps of the system on the path to its state is gone, not unknown: a server
// that was killed would else be taken for one that lives.
func TestEndsWhileLookedAt(t *testing.T) {
	t.Parallel()
	cmd := sleeper(t)
	var dirs [2]*os.File // found while it lived
	for i, path := range []string{"/proc/%d", "/proc/%d/task"} {
		var err error
		if dirs[i], err = os.Open(fmt.Sprintf(path, cmd.Process.Pid)); err != nil {
			t.Fatal(err)
		}
		defer dirs[i].Close()
	}
	self, task := fmt.Sprintf("/proc/self/fd/%d/stat", dirs[0].Fd()), fmt.Sprintf("/proc/self/fd/%d", dirs[1].Fd())
	if err := process.ReadStat(self); err != nil {
		t.Fatal(err)
	}
	if state, err := process.Others(task); state != process.Running || err != nil {
		t.Errorf("of one that lives: got %v, %v", state, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if err := process.ReadStat(self); !errors.Is(err, process.ErrGone) {
		t.Errorf("its state: got %v, want %v", err, process.ErrGone)
	}
	if state, err := process.Others(task); state != process.Gone || err != nil {
		t.Errorf("its threads: got %v, %v, want %v", state, err, process.Gone)
	}
}

// TestThreadsThatCannotBeSeen: a process of which nothing can be read is not taken for one that has ended.
func TestThreadsThatCannotBeSeen(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/task"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if state, err := process.Others(file); state != process.Unknown || err == nil {
		t.Errorf("got %v, %v, want %v", state, err, process.Unknown)
	}
}
