package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestVendored has a module with a folder vendor: the go command is to take what is there, and is given no copies of the module's files.
func TestVendored(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	flags := func() int {
		t.Helper()
		f, err := modulesFor(t.Context(), root, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return len(f)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if flags() == 0 {
		t.Error("without the folder there are no flags")
	}
	if err := os.Mkdir(filepath.Join(root, "vendor"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "vendor", "modules.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := flags(); n != 0 {
		t.Errorf("with it there are %d", n)
	}
}
