package daemon_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestRestoredBesideCheck holds that a daemon which tries a backup out does not end a command by which the daemon that has written it asks just then whether a server works.
func TestRestoredBesideCheck(t *testing.T) {
	t.Parallel()
	first := open(t, quick(t.TempDir()))
	u := uuid(t, add(t, first, "bank", "serve", nil))
	file := filepath.Join(t.TempDir(), "pid")
	if _, err := first.Supervisor().Records().Update(t.Context(), u, func(r *implrepo.Record) error {
		r.Health = implrepo.Health{Every: 10 * time.Millisecond, Within: time.Hour, Command: []string{"/bin/sh", "-c", "echo $$ >" + file + ".new; mv " + file + ".new " + file + "; exec sleep 600"}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b := keep(t, first)
	if _, err := first.Supervisor().Ensure(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	var pid int
	eventually(t, "the check runs", func() bool {
		text, err := os.ReadFile(file)
		_, bad := fmt.Sscan(string(text), &pid)
		return err == nil && bad == nil
	})
	check, err := process.Of(pid)
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	restore(t, b, to, false)
	open(t, quick(to))
	if state := check.State(); state != process.Running {
		t.Errorf("the first daemon's check is %v", state)
	}
}
