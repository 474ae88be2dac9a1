package bbolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	upstream "go.etcd.io/bbolt"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

const file = "dsom.db"

func open(dir string) (store.Store, error) {
	return bbolt.Open(filepath.Join(dir, file), bbolt.Options{})
}

func TestMain(m *testing.M) {
	storetest.Writer(open)
	maps.Copy(children, systemChildren)
	for env, child := range children {
		if arg := os.Getenv(env); arg != "" {
			if err := child(arg); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	leaktest.Main(m)
}

// children are what the test binary does when it is started again with one of these in its environment.
var children = map[string]func(arg string) error{
	"DSOM_TEST_HOLD": hold,
}

// hold opens the store in a folder and keeps it until its input ends.
func hold(dir string) error {
	if _, err := open(dir); err != nil {
		return err
	}
	fmt.Println("open")
	_, _ = os.Stdin.Read(make([]byte, 1))
	return nil
}

func TestConformance(t *testing.T) { t.Parallel(); storetest.Run(t, open) }

func TestKilledWriters(t *testing.T) { t.Parallel(); storetest.Crash(t, open, 25) }

// filled makes a store with a few hundred entries in several pages and closes it.
func filled(t *testing.T, dir string) map[string]string {
	t.Helper()
	s, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for round := range 20 {
		var ops []store.Op
		for i := range 20 {
			k, v := fmt.Sprintf("k/%d/%d", round, i), strings.Repeat(fmt.Sprint(i), 40)
			want[k] = v
			ops = append(ops, store.Create(k, []byte(v)))
		}
		if _, err := s.Commit(t.Context(), ops...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestLocked holds that a second opener is told who has the file, soon.
func TestLocked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "DSOM_TEST_HOLD="+dir)
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
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = open(dir)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the refusal took %v", took)
	}
	var e *store.Error
	if !errors.Is(err, store.ErrLocked) || !errors.As(err, &e) || e.PID != cmd.Process.Pid || e.Program != filepath.Base(os.Args[0]) {
		t.Errorf("got %v, want the process %d", err, cmd.Process.Pid)
	}
	if _, err := bbolt.SetAside(filepath.Join(dir, file)); !errors.Is(err, store.ErrLocked) {
		t.Errorf("moving a file in use: got %v, want %v", err, store.ErrLocked)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	_ = in.Close()
	s, err := open(dir)
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	if _, err := open(dir); !errors.As(err, &e) || e.PID != os.Getpid() {
		t.Errorf("held by this process: got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestManyOpenersOfANewFile holds that one of many gets it, and none damages it.
func TestManyOpenersOfANewFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const n = 8
	stores, errs := make(chan store.Store, n), make(chan error, n)
	for range n {
		go func() {
			s, err := bbolt.Open(filepath.Join(dir, file), bbolt.Options{LockTimeout: 200 * time.Millisecond})
			stores <- s
			errs <- err
		}()
	}
	got := 0
	for range n {
		s, err := <-stores, <-errs
		switch {
		case err == nil:
			got++
			defer func() { _ = s.Close() }()
		case !errors.Is(err, store.ErrLocked):
			t.Error(err)
		}
	}
	if got != 1 {
		t.Errorf("%d opened it, want 1", got)
	}
}

// TestDamage changes files in random places: an opener must refuse them and leave them
// alone, or give what was written.
func TestDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := filled(t, dir)
	good, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	try := func(name string, bad []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := open(dir)
		if err != nil {
			refused++
			if !errors.Is(err, store.ErrCorrupt) && !errors.Is(err, store.ErrVersion) {
				t.Errorf("%s: got %v", name, err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, bad) {
				t.Errorf("%s: the refused file was changed: %v", name, err)
			}
			return
		}
		defer func() { _ = s.Close() }()
		n := 0
		for e, err := range store.All(t.Context(), s, "") {
			if err != nil || string(e.Value) != want[e.Key] {
				t.Fatalf("%s: key %q has %q, %v", name, e.Key, e.Value, err)
			}
			n++
		}
		if n != len(want) && n != len(want)-20 { // without its newest head the file is one commit back
			t.Errorf("%s: %d entries, want %d", name, n, len(want))
		}
		if _, err := s.Commit(t.Context(), store.Create("new", make([]byte, 9000))); err != nil {
			t.Errorf("%s: opened, but not writable: %v", name, err)
		}
	}
	try("as it was", good)
	if refused != 0 {
		t.Fatal("a good file was refused")
	}
	for _, n := range []int{0, 1, 100, 4095, 4096, 8192, 16384, len(good) / 2, len(good) - 1} {
		before := refused
		if try(fmt.Sprint("cut to ", n), good[:n]); refused == before && n < len(good)/2 {
			t.Errorf("a file cut to %d octets was opened", n)
		}
	}
	rounds := 400
	if testing.Short() {
		rounds = 50
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range rounds {
		bad := bytes.Clone(good)
		switch i % 4 {
		case 0: // one octet
			bad[r.IntN(len(bad))] ^= byte(1 + r.IntN(255))
		case 1: // a page of another
			to, from := r.IntN(len(bad)/4096), r.IntN(len(bad)/4096)
			copy(bad[to*4096:(to+1)*4096], good[from*4096:])
		case 2: // an octet near the beginning of a page, where its structure is
			bad[r.IntN(len(bad)/4096)*4096+r.IntN(200)] ^= byte(1 + r.IntN(255))
		case 3: // noise
			at := r.IntN(len(bad))
			for j := at; j < min(at+r.IntN(5000), len(bad)); j++ {
				bad[j] = byte(r.Uint32())
			}
		}
		try(fmt.Sprint("damage ", i), bad)
	}
	if refused < rounds/10 {
		t.Errorf("only %d of %d damaged files were refused: is the file mostly empty?", refused, rounds)
	}
}

func TestOtherVersions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(tx *upstream.Tx) error
		want   error
		says   string
	}{
		"newer": {func(tx *upstream.Tx) error {
			return tx.Bucket([]byte("dsom")).Put([]byte("format"), binary.BigEndian.AppendUint32(nil, bbolt.Format+1))
		}, store.ErrVersion, "run the newer one"},
		"older": {func(tx *upstream.Tx) error {
			return tx.Bucket([]byte("dsom")).Put([]byte("format"), binary.BigEndian.AppendUint32(nil, 0))
		}, store.ErrVersion, "run the version that wrote it"},
		"of another program": {func(tx *upstream.Tx) error { return tx.DeleteBucket([]byte("dsom")) }, store.ErrVersion, "another program"},
		"without a version":  {func(tx *upstream.Tx) error { return tx.Bucket([]byte("dsom")).Delete([]byte("format")) }, store.ErrCorrupt, "version"},
	} {
		dir := t.TempDir()
		filled(t, dir)
		b, err := upstream.Open(filepath.Join(dir, file), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(b.Update(c.change), b.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := open(dir); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %v with %q", name, err, c.want, c.says)
		}
	}
}

func TestNoFolderAndNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := open(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want %v", err, os.ErrNotExist)
	}
	if err := os.Mkdir(filepath.Join(dir, file), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("got %v, want %v", err, store.ErrInvalid)
	}
}

func TestSetAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, file)
	bad := []byte("this was a database")
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir); !errors.Is(err, store.ErrCorrupt) {
		t.Fatalf("got %v, want %v", err, store.ErrCorrupt)
	}
	moved, err := bbolt.SetAside(path)
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(moved); err != nil || !bytes.Equal(kept, bad) {
		t.Errorf("set aside as %s: %v", moved, err)
	}
	s, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestFull holds that a store without space refuses writes and takes them again later.
func TestFull(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), file)
	s, err := bbolt.Open(path, bbolt.Options{MaxSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	fillUp(t, s)
}

// fillUp writes until the store is full, then makes room and writes again.
func fillUp(t testing.TB, s store.Store) {
	t.Helper()
	ctx := t.Context()
	value := make([]byte, 50_000)
	revs := []uint64{}
	var err error
	for range 10_000 {
		var rev uint64
		if rev, err = s.Commit(ctx, store.Create(fmt.Sprint("k", len(revs)), value)); err != nil {
			break
		}
		revs = append(revs, rev)
	}
	if !errors.Is(err, store.ErrFull) || len(revs) == 0 {
		t.Fatalf("after %d writes: got %v, want %v", len(revs), err, store.ErrFull)
	}
	if _, err := s.Get(ctx, fmt.Sprint("k", len(revs))); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the refused write: got %v, want %v", err, store.ErrNotFound)
	}
	for i, rev := range revs {
		if e, err := s.Get(ctx, fmt.Sprint("k", i)); err != nil || e.Revision != rev || !bytes.Equal(e.Value, value) {
			t.Fatalf("write %d is not there any more: %v", i, err)
		}
	}
}
