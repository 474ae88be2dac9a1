package backup_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

var errCrash = errors.New("crash")

// crashAt lets n steps be taken.
func crashAt(n int) func() error {
	return func() error {
		if n--; n < 0 {
			return errCrash
		}
		return nil
	}
}

// TestRestoreCrashes: whenever a restore ends for good, once or twice, the state is the new one wholly after the next start, and the old one is beside it, wholly too; a backup
// without configuration does not leave the old one's to the new state.
func TestRestoreCrashes(t *testing.T) {
	t.Parallel()
	from, s, want := aState(t, 3)
	backups := map[string][]byte{"all": write(t, s, from)}
	if err := os.Remove(filepath.Join(from, "dsom.toml")); err != nil {
		t.Fatal(err)
	}
	backups["no configuration"] = write(t, s, from)
	for name, b := range backups {
		want := maps.Clone(want)
		if name != "all" {
			delete(want, "file dsom.toml")
		}
		for first := 0; ; first++ {
			crashed := false
			for _, second := range []int{0, 3} {
				dir, old, was := aState(t, 2)
				if err := old.Close(); err != nil {
					t.Fatal(err)
				}
				err := backup.RestoreCrashing(t.Context(), bytes.NewReader(b), dir, crashAt(first))
				if crashed = errors.Is(err, errCrash); err != nil && !crashed {
					t.Fatal(err)
				}
				pending, _ := filepath.Glob(filepath.Join(dir, "restored-*"))
				if crashed && len(pending) != 1 {
					t.Fatalf("%s, %d steps: pending are %q", name, first, pending)
				}
				for _, p := range pending {
					if err := backup.FinishCrashing(p, dir, crashAt(second)); err != nil && !errors.Is(err, errCrash) {
						t.Fatal(err)
					}
				}
				if err := backup.Finish(dir); err != nil {
					t.Fatal(err)
				}
				if err := backup.Finish(dir); err != nil { // of nothing
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, restored(t, dir)); diff != "" {
					t.Errorf("%s, %d and %d steps: %s", name, first, second, diff)
				}
				aside := t.TempDir()
				all, _ := filepath.Glob(filepath.Join(dir, "*.before-*"))
				for _, p := range all {
					plain, _, _ := strings.Cut(filepath.Base(p), ".before-")
					if err := os.Rename(p, filepath.Join(aside, plain)); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(was, held(t, aside)); diff != "" {
					t.Errorf("%s, %d and %d steps, what was there before: %s", name, first, second, diff)
				}
				left, _ := os.ReadDir(dir)
				names := []string{"admin.json", "dsom.db", "dsom.db.owner", "dsom.toml", "idl", "logs"}
				if slices.ContainsFunc(left, func(e os.DirEntry) bool { return !slices.Contains(names, e.Name()) }) {
					t.Errorf("%s, %d and %d steps: left are %v", name, first, second, left)
				}
				if !crashed {
					break
				}
			}
			if !crashed {
				if first < 6 {
					t.Errorf("%s: all was done in %d steps", name, first)
				}
				break
			}
		}
	}
}

// restored is held without what a backup has nothing of.
func restored(t *testing.T, dir string) map[string]string {
	t.Helper()
	has := held(t, dir)
	delete(has, "file admin.json")
	delete(has, "file logs/bank/out")
	return has
}

// TestFinishLocked: two do not put one restore in place.
func TestFinishLocked(t *testing.T) {
	t.Parallel()
	from, s, _ := aState(t, 1)
	b := write(t, s, from)
	dir, old, _ := aState(t, 1)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if err := backup.RestoreCrashing(t.Context(), bytes.NewReader(b), dir, crashAt(2)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	pending, _ := filepath.Glob(filepath.Join(dir, "restored-*"))
	journal, err := bbolt.Open(filepath.Join(pending[0], "journal.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := backup.Finish(dir); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got %v", err)
	}
	if err := journal.Close(); err != nil {
		t.Fatal(err)
	}
	if err := backup.Finish(dir); err != nil {
		t.Error(err)
	}
}
