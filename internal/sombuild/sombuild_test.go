package sombuild_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/sombuild"
)

func TestMade(t *testing.T) {
	t.Parallel()
	parent := filepath.Join(t.TempDir(), "parent")
	old, broken := filepath.Join(parent, "old"), errors.New("broken")
	if err := os.MkdirAll(old, 0o755); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-30 * 24 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := sombuild.Made(parent, "a", func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	builds := 0
	fill := func(dir string) error {
		builds++
		if builds == 1 { // another process is faster
			if err := os.Mkdir(filepath.Join(parent, "a"), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(parent, "a", "x"), []byte("theirs"), 0o644); err != nil {
				return err
			}
		}
		return os.WriteFile(filepath.Join(dir, "x"), []byte("ours"), 0o644)
	}
	for _, c := range []struct{ name, want string }{{"a", "theirs"}, {"a", "theirs"}, {"b", "ours"}, {"b", "ours"}} {
		dir, err := sombuild.Made(parent, c.name, fill)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "x")); err != nil || string(got) != c.want || dir != filepath.Join(parent, c.name) {
			t.Errorf("%s: %s has %q, %v", c.name, dir, got, err)
		}
	}
	if builds != 2 {
		t.Errorf("built %d times, not twice", builds)
	}
	if left, err := filepath.Glob(filepath.Join(parent, "*")); err != nil || len(left) != 2 {
		t.Errorf("left is %v, %v", left, err)
	}
}
