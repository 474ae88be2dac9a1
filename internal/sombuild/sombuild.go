// Package sombuild builds libsom for tests, once for all of them: what was built stays in a folder below build/ of the module,
// whose name is made of all that it depends on, so that another test, package or run finds it there.
package sombuild

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
)

// unused is after how long a folder goes that no test has asked for.
const unused = 7 * 24 * time.Hour

// Root returns the folder of the module, which the working folder is in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("the working folder is in no module")
		}
		dir = filepath.Dir(dir)
	}
}

// Kernel returns the folder with libsom.so and libsom-meta.so, their archives and names for the loader, built by libsom's
// Makefile with a compiler and CFLAGS. The test is skipped where there is no compiler, make or libffi.
func Kernel(t testing.TB, cc, cflags string) string {
	t.Helper()
	for _, tool := range []string{"make", cc} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	dir, err := Shared(cc, cflags)
	if err != nil && strings.Contains(err.Error(), "ffi.h") {
		absent.Skip(t, "no libffi: interop/install-peers has it")
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// Shared is Kernel for a TestMain, which has no test to skip.
func Shared(cc, cflags string) (string, error) {
	return Folder(cc, cflags, func(dir string) error {
		root, err := Root()
		if err != nil {
			return err
		}
		cmd := exec.Command("make", "-s", "-j2", "-C", filepath.Join(root, "libsom"), "CC="+cc, "CFLAGS="+cflags, "BUILD="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
		}
		return nil
	})
}

// folders are those that were asked for: by name, func() (string, error).
var folders sync.Map

// Folder returns the folder that build fills from libsom's sources with a compiler, which is asked for its version, and flags.
// What build does must not depend on anything else.
func Folder(cc, flags string, build func(dir string) error) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	name, err := nameOf(root, cc, flags)
	if err != nil {
		return "", err
	}
	return Kept(name, build)
}

// Kept returns the folder of a name that says all that its contents depend on: build fills it, once, unless an earlier run has.
// Two processes that begin at the same time both build, and then use what one of them has built.
func Kept(name string, build func(dir string) error) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	f, _ := folders.LoadOrStore(name, sync.OnceValues(func() (string, error) { return made(filepath.Join(root, "build", "libsom"), name, build) }))
	return f.(func() (string, error))()
}

// nameOf returns a name that differs where sources, compiler or flags do.
func nameOf(root, cc, flags string) (string, error) {
	version, err := exec.Command(cc, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", cc, err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00", cc, version, flags)
	for _, pattern := range []string{"Makefile", "include/*", "src/*", "meta/*"} {
		files, err := filepath.Glob(filepath.Join(root, "libsom", pattern)) // sorted
		if err != nil {
			return "", err
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(h, "%s\x00%d\x00%s", filepath.Base(file), len(b), b)
		}
	}
	return fmt.Sprintf("%s-%x", cc, h.Sum(nil)[:10]), nil
}

// made returns the folder of a name below a parent, which build fills if it is not there: aside first, so that no one finds half of it.
func made(parent, name string, build func(dir string) error) (string, error) {
	dir := filepath.Join(parent, name)
	now := time.Now()
	if os.Chtimes(dir, now, now) == nil {
		return dir, nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	sweep(parent, now.Add(-unused))
	aside, err := os.MkdirTemp(parent, "making-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(aside) // which is gone where all went well
	if err := build(aside); err != nil {
		return "", err
	}
	if err := os.Rename(aside, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return dir, nil
}

// sweep removes what was last used before a time; what cannot be removed stays.
func sweep(parent string, before time.Time) {
	all, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range all {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
}
