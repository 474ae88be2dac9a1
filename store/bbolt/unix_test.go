//go:build linux || darwin

package bbolt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/store"
)

// systemChildren need what only these systems have.
var systemChildren = map[string]func(string) error{
	"DSOM_TEST_FULL":     full,
	"DSOM_TEST_READONLY": readOnly,
}

// full fills the store until the system allows no larger file, then lifts the bound and
// writes again. It changes a limit of the whole process, which is why it is one of its own.
func full(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := open(dir)
	if err != nil {
		return err
	}
	ctx, value := context.Background(), make([]byte, 50_000)
	bound := func(n uint64) error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: math.MaxInt64})
	}
	if err := bound(1 << 20); err != nil {
		return err
	}
	n := 0
	for ; err == nil && n < 1000; n++ {
		_, err = s.Commit(ctx, store.Create(fmt.Sprint("k", n), value))
	}
	if !errors.Is(err, store.ErrFull) {
		return fmt.Errorf("write %d: got %v, want %v", n, err, store.ErrFull)
	}
	if _, err := s.Get(ctx, "k0"); err != nil {
		return fmt.Errorf("reading while full: %w", err)
	}
	if err := bound(math.MaxInt64); err != nil {
		return err
	}
	if _, err := s.Commit(ctx, store.Create("later", value)); err != nil {
		return fmt.Errorf("with space again: %w", err)
	}
	if err := s.Close(); err != nil {
		return err
	}
	if s, err = open(dir); err != nil {
		return err
	}
	for i := range n - 1 {
		if _, err := s.Get(ctx, fmt.Sprint("k", i)); err != nil {
			return err
		}
	}
	return s.Close()
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	child(t, "DSOM_TEST_FULL", os.Args[0], t.TempDir(), nil)
}

// readOnly tries a folder and a file that may be read only.
func readOnly(dir string) error {
	if _, err := open(filepath.Join(dir, "folder")); !errors.Is(err, store.ErrReadOnly) {
		return fmt.Errorf("folder: got %v, want %v", err, store.ErrReadOnly)
	}
	if _, err := open(filepath.Join(dir, "file")); !errors.Is(err, store.ErrReadOnly) {
		return fmt.Errorf("file: got %v, want %v", err, store.ErrReadOnly)
	}
	return nil
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, sub := range []string{"folder", "file"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	filled(t, filepath.Join(dir, "file"))
	for name, mode := range map[string]os.FileMode{"folder": 0o555, "file": 0o555, filepath.Join("file", file): 0o444} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	var attr *syscall.SysProcAttr
	program := os.Args[0]
	if os.Getuid() == 0 { // nothing is read-only for root
		attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
			if err := os.Chmod(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		program = copied(t, os.Args[0], dir)
	}
	child(t, "DSOM_TEST_READONLY", program, dir, attr)
}

// copied copies a program to where another user may run it.
func copied(t *testing.T, program, dir string) string {
	t.Helper()
	in, err := os.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	to := filepath.Join(dir, "program")
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return to
}

// child runs the test binary as one of the children.
func child(t *testing.T, env, program, arg string, attr *syscall.SysProcAttr) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), env+"="+arg)
	cmd.Dir = "/"
	cmd.SysProcAttr = attr
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
