//go:build linux

// Package founding_test runs the example.
package founding_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/bind/smalltalk"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
)

const root = "../.."

// TestRun runs it all, which has to print what the README says.
func TestRun(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	for _, dir := range []string{".", root + "/libsom", root + "/bind", root + "/emit", root + "/somd", root + "/daemon"} { // the go command knows then when it has to run again
		if err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(name)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := (smalltalk.Program{}).Missing(); err != nil {
		absent.Skip(t, "%v", err)
	}
	for _, tool := range []string{"gcc", "g++", "make", "python3"} {
		sombuild.Need(t, tool, tool)
	}
	if err := exec.CommandContext(t.Context(), "python3", "-c", "import sys, sysconfig, os, pip; sys.exit(sys.version_info < (3, 10) or not os.path.exists(sysconfig.get_path('include') + '/Python.h'))").Run(); err != nil {
		absent.Skip(t, "no Python 3.10 with its headers and pip: apt-get install python3-dev python3-pip")
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(readme), "```text\n")
	want, _, _ = strings.Cut(want, "```")
	dir := t.TempDir()
	dsom := filepath.Join(dir, "dsom")
	sombuild.Run(t, nil, "go", "build", "-o", dsom, root+"/cmd/dsom")
	for _, how := range []string{"first", "again"} {
		got := sombuild.Run(t, []string{"DSOM=" + dsom, "OUT=" + filepath.Join(dir, "out"), "CC=gcc", "CXX=g++"}, "timeout", "900", "sh", "run")
		if got = strings.ReplaceAll(got, "at 127.0.0.1:", "at 192.0.2.2:"); got != want { // where no networks can be made
			t.Errorf("%s: got\n%s\nwant\n%s", how, got, want)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "run")
	cmd.Env = append(os.Environ(), "DSOM="+dsom, "OUT="+root)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "are of no earlier run: name an empty folder") {
		t.Errorf("in a folder with other files: %v, got\n%s", err, out)
	}
}
