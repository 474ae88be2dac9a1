package backup_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// whose fails unless files belong to whom their folder does.
func whose(t *testing.T, dir string, names ...string) {
	t.Helper()
	owner := func(path string) uint32 {
		s, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return s.Sys().(*syscall.Stat_t).Uid
	}
	for _, n := range names {
		if got := owner(filepath.Join(dir, n)); got != owner(dir) {
			t.Errorf("%s is of user %d", n, got)
		}
	}
}
