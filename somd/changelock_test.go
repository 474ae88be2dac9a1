package somd_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/opendsom/dsom/exc"
)

// locked has another process have the lock of a file of changes.
func locked(t *testing.T, name string) *lockedfile.File {
	t.Helper()
	f, err := lockedfile.Edit(name + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLateLockIsLetGo has one process not wait for the lock to the end, and do nothing more: once it is free others get it.
func TestLateLockIsLetGo(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "data")
	p, other := changing(t), changing(t)
	if err := errors.Join(p.Keep(name), other.Keep(name)); err != nil {
		t.Fatal(err)
	}
	f := locked(t, name)
	p.SetChangesWait(10 * time.Millisecond)
	if err := changeTo(t, p, "a", "b"); !errors.Is(err, exc.PersistStore) {
		t.Errorf("while it is locked: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := changeTo(t, other, "a", "c"); err != nil {
		t.Errorf("another process: %v", err)
	}
	p.SetChangesWait(time.Minute)
	if err := changeTo(t, p, "b", "d"); err != nil {
		t.Errorf("the process again: %v", err)
	}
	holdChanges(t, p, map[string]string{"a": "c", "b": "d"})
}

// TestKeepInVain has the file not be opened, since another process has the lock: the lock that comes afterwards is let go, and not found by the collector of garbage, which would end the process.
func TestKeepInVain(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "data")
	f := locked(t, name)
	p := changing(t)
	p.SetChangesWait(10 * time.Millisecond)
	if err := p.Keep(name); err == nil {
		t.Error("it was opened")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	other := changing(t)
	if err := other.Keep(name); err != nil {
		t.Error(err)
	}
	for range 3 {
		runtime.GC()
	}
}

// TestRefreshDoesNotQueue has another process keep the lock while a change was waited for in vain: calls, which look for changes, do not wait for it each.
func TestRefreshDoesNotQueue(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "data")
	p := changing(t)
	if err := p.Keep(name); err != nil {
		t.Fatal(err)
	}
	f := locked(t, name)
	p.SetChangesWait(10 * time.Millisecond)
	if err := changeTo(t, p, "a", "b"); err == nil {
		t.Error("it was changed")
	}
	p.SetChangesWait(time.Hour)
	if err := os.Chtimes(name, time.Time{}, time.Unix(1, 0)); err != nil { // as if somebody had written to it
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 100 {
			p.Refresh()
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Error("it waits")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
}

// TestServedWhileChanging has another process keep the lock while a change is waited for: what is known is served meanwhile, and objects are loaded.
func TestServedWhileChanging(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "data")
	p := changing(t)
	if err := p.Keep(name); err != nil {
		t.Fatal(err)
	}
	if err := changeTo(t, p, "a", "b"); err != nil {
		t.Fatal(err)
	}
	f := locked(t, name)
	p.SetChangesWait(time.Hour)
	changed := make(chan error, 1)
	ref := reference(t, p, "a")
	go func() { changed <- p.Change(ref, []byte("c")) }()
	for end := time.Now().Add(time.Minute); p.Changing() < 100*time.Millisecond; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the change does not begin")
		}
	}
	if err := os.Chtimes(name, time.Time{}, time.Unix(1, 0)); err != nil { // as if somebody had written to it
		t.Fatal(err)
	}
	served := make(chan string, 1)
	go func() {
		for range 100 {
			p.Refresh()
		}
		data, _ := p.Data(ref)
		served <- string(data)
	}()
	select {
	case got := <-served:
		if got != "b" {
			t.Errorf("served is %q", got)
		}
	case err := <-changed:
		t.Errorf("it was changed while another process had the lock: %v", err)
	case <-time.After(time.Minute):
		t.Error("it waits for the change")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-changed; err != nil {
		t.Error(err)
	}
	holdChanges(t, p, map[string]string{"a": "c"})
}
