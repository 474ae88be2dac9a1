package backup_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/daemon/backup"
)

// TestNothingOverwritten holds that a file of a backup takes the place of none that is there: another with its name in the same backup, or what a link leads to.
func TestNothingOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here, link := filepath.Join(dir, "here"), filepath.Join(dir, "link")
	if err := backup.WriteFile(here, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), link); err != nil {
		link = here // no symbolic links on this system
	}
	for _, path := range []string{here, link} {
		if err := backup.WriteFile(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	if b, err := os.ReadFile(here); err != nil || string(b) != "first" {
		t.Errorf("got %q, %v", b, err)
	}
}
