//go:build unix

package daemon_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
)

func takesAny(context.Context, store.Store) error { return nil }

// keep returns a backup that a daemon writes.
func keep(t *testing.T, d *daemon.Daemon) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := client(t, d).Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restore(t *testing.T, b []byte, to string, replace bool) {
	t.Helper()
	if _, _, err := backup.Restore(t.Context(), bytes.NewReader(b), to, backup.Options{Replace: replace, MayGo: takesAny}); err != nil {
		t.Fatal(err)
	}
}

// TestRestoredBeside holds that a backup which is tried beside the daemon that has written it leaves that one's servers alone: they are no lives of the second daemon, which starts
// and stops its own.
func TestRestoredBeside(t *testing.T) {
	t.Parallel()
	first := open(t, quick(t.TempDir()))
	u := uuid(t, add(t, first, "bank", "serve", nil))
	before, err := first.Supervisor().Ensure(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	id, err := process.Of(before.PID)
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	restore(t, keep(t, first), to, false)
	second := open(t, quick(to))
	if run := second.Supervisor().Run(u); run.State != admin.StateStopped || run.PID != 0 {
		t.Errorf("the second daemon has %+v", run)
	}
	own, err := client(t, second).Start(t.Context(), "bank")
	if err != nil || own.Run.PID == before.PID {
		t.Errorf("got %+v, %v", own.Run, err)
	}
	if _, err := client(t, second).Stop(t.Context(), "bank"); err != nil {
		t.Error(err)
	}
	if got := id.State(); got == process.Gone {
		t.Error("the first daemon's server was ended")
	}
	if run := first.Supervisor().Run(u); run.State != admin.StateReady || run.PID != before.PID || run.Starts != 1 {
		t.Errorf("the first daemon has %+v", run)
	}
}

// TestRestoredOver holds that what runs by a state which is replaced is known to the next daemon of the folder: the server of a record that the backup has is taken up, another is ended.
func TestRestoredOver(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d, err := daemon.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	known := uuid(t, add(t, d, "bank", "serve", nil))
	b := keep(t, d)
	unknown := uuid(t, add(t, d, "shop", "serve", nil))
	bank, err := d.Supervisor().Ensure(t.Context(), known)
	if err != nil {
		t.Fatal(err)
	}
	shop, err := d.Supervisor().Ensure(t.Context(), unknown)
	if err != nil {
		t.Fatal(err)
	}
	id, err := process.Of(shop.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil { // as if it had been killed
		t.Fatal(err)
	}
	restore(t, b, o.State, true)
	d = open(t, o)
	if again, err := d.Supervisor().Ensure(t.Context(), known); err != nil || again.PID != bank.PID || again.Incarnation != bank.Incarnation {
		t.Errorf("got %+v, %v, want %+v", again, err, bank)
	}
	eventually(t, "the server that the backup does not know is ended", func() bool { return id.State() == process.Gone })
	eventually(t, "it is forgotten", func() bool { return d.Supervisor().Run(unknown).State == admin.StateStopped })
}
