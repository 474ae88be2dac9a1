package libsom_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
)

// TestDLL makes libsom.dll by the Makefile, and with it a class library and a program, both with SOM_SHARED: neither compiler nor linker
// has anything to say, each says what it takes from which library, and the class library gives its entry. Where there is wine they run: the program
// finds the class library by its class's name, uses and unloads it.
func TestDLL(t *testing.T) {
	t.Parallel()
	mingw.need(t)
	const objdump = "x86_64-w64-mingw32-objdump"
	for _, tool := range []string{"make", objdump} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: apt-get install make binutils-mingw-w64-x86-64", tool)
		}
	}
	built := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "make", "-s", "CC="+mingw.cc, "FFI=", "CFLAGS=-O1", "BUILD="+built).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, file := range []string{"libsom.a", "libsom.dll", "libsom.dll.a"} {
		if _, err := os.Stat(filepath.Join(built, file)); err != nil {
			t.Error(err)
		}
	}
	compile := func(out, source string, args ...string) string {
		t.Helper()
		sources, err := absolute(source)
		if err != nil {
			t.Fatal(err)
		}
		out = filepath.Join(built, out)
		args = append(append([]string{"-DSOM_SHARED", "-o", out}, sources...), args...)
		if err := mingw.compile(built, append(args, filepath.Join(built, "libsom.dll.a"))...); err != nil {
			t.Fatal(err)
		}
		headers, err := exec.CommandContext(t.Context(), objdump, "-p", out).CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return string(headers)
	}
	for name, headers := range map[string]string{
		"library": compile("dog.dll", "test/classlib.c", "-shared", `-DCLASS="Dog"`),
		"program": compile("hostile.exe", "test/hostile.c"),
		"client":  compile("client.exe", "test/dll.c"),
	} {
		if !strings.Contains(headers, "DLL Name: libsom.dll") || !strings.Contains(headers, "som_") {
			t.Errorf("the %s takes nothing from libsom.dll:\n%s", name, headers)
		}
		_, exports, _ := strings.Cut(headers, "[Ordinal/Name Pointer] Table")
		if got := strings.Contains(exports, "som_library_entry"); got != (name == "library") {
			t.Errorf("the %s gives its entry: %v\n%s", name, got, exports)
		}
	}
	path := wine()
	if path == "" {
		t.Log("built, and not run: there is no wine; interop/install-peers has it")
		return
	}
	prefix, err := os.MkdirTemp("", "dsom-wine-")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(prefix) }()                    // wine's server may write there yet
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // of a few seconds, on a machine that does much else
	defer cancel()
	for _, args := range [][]string{{"client.exe", "Dog"}, {"hostile.exe", "1", "500"}} {
		cmd := exec.CommandContext(ctx, path, args...)
		cmd.Dir = built
		cmd.Env = append(os.Environ(), "WINEDEBUG=-all", "WINEPREFIX="+prefix, "SOM_CHECK=0", "SOM_PATH=.")
		cmd.WaitDelay = 10 * time.Second // wine's server has the output as well
		out, err := cmd.Output()
		if errors.Is(err, exec.ErrWaitDelay) { // it has ended
			err = nil
		}
		if err != nil || !strings.HasSuffix(strings.ReplaceAll(string(out), "\r", ""), "ok\n") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}
