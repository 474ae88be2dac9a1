package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/opendsom/dsom/store"
)

const (
	envCrash = "DSOM_STORETEST_DIR"

	// crashKeys is the number of keys that the writer goes round.
	crashKeys = 7
)

// Writer makes the process a writer to be killed if Crash started it so; it returns
// otherwise. Call it first in TestMain.
func Writer(open Opener) {
	dir := os.Getenv(envCrash)
	if dir == "" {
		return
	}
	err := write(open, dir)
	fmt.Fprintln(os.Stderr, "storetest:", err)
	os.Exit(1)
}

// write counts for ever: step n writes n to one key and to the key "last", in one commit,
// and prints n once that is acknowledged.
func write(open Opener, dir string) error {
	s, err := open(dir)
	if err != nil {
		return err
	}
	ctx := context.Background()
	n, _, err := read(ctx, s, "last")
	if err != nil {
		return err
	}
	for {
		n++
		value := append(strconv.AppendInt(nil, int64(n), 10), make([]byte, n%3000)...)
		var ops []store.Op
		for _, key := range []string{fmt.Sprint("k", n%crashKeys), "last"} {
			_, rev, err := read(ctx, s, key)
			if err != nil {
				return err
			}
			if rev == 0 {
				ops = append(ops, store.Create(key, value))
			} else {
				ops = append(ops, store.Update(key, value, rev))
			}
		}
		if _, err := s.Commit(ctx, ops...); err != nil {
			return err
		}
		if _, err := fmt.Println(n); err != nil {
			return err
		}
	}
}

// read returns the number in a key and its revision, zeros where there is none.
func read(ctx context.Context, s store.Store, key string) (n int, revision uint64, err error) {
	e, err := s.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	i := 0
	for i < len(e.Value) && e.Value[i] != 0 {
		i++
	}
	n, err = strconv.Atoi(string(e.Value[:i]))
	return n, e.Revision, err
}

// Crash starts writers and kills them at random moments: the store must open again and hold
// every write that was acknowledged, whole. The test's TestMain must call Writer.
func Crash(t *testing.T, open Opener, rounds int) {
	dir := t.TempDir()
	acked := 0
	for round := range rounds {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), envCrash+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		enough := rand.IntN(30)
		var kill *time.Timer
		lines := bufio.NewScanner(out)
		for got := 0; lines.Scan(); got++ {
			n, err := strconv.Atoi(lines.Text())
			if err != nil || n != acked+1 && got > 0 {
				t.Fatalf("round %d: the writer said %q after %d", round, lines.Text(), acked)
			}
			acked = n
			if got == enough && kill == nil {
				kill = time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
		}
		if kill == nil {
			t.Fatalf("round %d: the writer ended by itself: %v", round, cmd.Wait())
		}
		_ = cmd.Wait()
		acked = survived(t, open, dir, acked)
	}
	t.Logf("%d writers killed, %d acknowledged commits kept", rounds, acked)
}

// survived checks a store after its writer was killed, and returns the last write it holds.
func survived(t *testing.T, open Opener, dir string, acked int) int {
	t.Helper()
	s, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	last, _, err := read(t.Context(), s, "last")
	if err != nil || last < acked || last > acked+1 { // one commit may have been under way
		t.Fatalf("last write: got %d, %v, acknowledged were %d", last, err, acked)
	}
	for k := range crashKeys {
		want := last - (last-k+crashKeys)%crashKeys
		if want < 1 {
			continue
		}
		if got, _, err := read(t.Context(), s, fmt.Sprint("k", k)); err != nil || got != want {
			t.Fatalf("key k%d: got %d, %v, want %d (last write %d)", k, got, err, want, last)
		}
	}
	return last
}
