// Package wine runs programs for Windows, Go's among them, by Debian's wine.
//
// Wine 8 lacks one function that Go's runtime wants, ProcessPrng of bcryptprimitives.dll, and has what it is to do by another name; a
// library of eight lines, which mingw makes, stands between. Sockets of UDP cannot be made by Go there: wine 8 does not know SIO_UDP_NETRESET.
package wine

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/peer"
)

// Compiler makes programs for Windows of C.
const Compiler = "x86_64-w64-mingw32-gcc"

// shim is bcryptprimitives.dll.
const shim = `typedef unsigned char BOOLEAN;
__declspec(dllimport) BOOLEAN __stdcall SystemFunction036(void *, unsigned long);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *b, unsigned long long n)
{
	for (; n > 0; b += n > 65536 ? 65536 : n, n -= n > 65536 ? 65536 : n)
		if (!SystemFunction036(b, n > 65536 ? 65536 : (unsigned long)n))
			return 0;
	return 1;
}
`

// A Wine is a Windows of a test's own.
type Wine struct{ prefix string }

// New makes one, which takes half a minute. All that runs in it ends with the test.
func New(t testing.TB) *Wine {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "wine", Package: "wine"}, peer.Tool{Name: "wineserver", Package: "wine"}, peer.Tool{Name: Compiler, Package: "gcc-mingw-w64-x86-64"})
	w := &Wine{filepath.Join(t.TempDir(), "prefix")}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		end := exec.CommandContext(ctx, "wineserver", "-k", "-w") // what runs in this prefix, and nothing else
		end.Env = w.Environ()
		_ = end.Run()
	})
	run := func(cmd *exec.Cmd) {
		t.Helper()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
	}
	run(w.Command(t.Context(), "wineboot", "-i"))
	source := filepath.Join(t.TempDir(), "shim.c")
	if err := os.WriteFile(source, []byte(shim), 0o666); err != nil {
		t.Fatal(err)
	}
	run(exec.CommandContext(t.Context(), Compiler, "-shared", "-O2", "-o", filepath.Join(w.prefix, "drive_c/windows/system32/bcryptprimitives.dll"), source, "-ladvapi32"))
	w.stay(t)
	return w
}

// stay keeps a program running that waits for its input, so that Windows' services, which begin with the first program and stay while there is one, have its output: who waits for the end
// of another's would wait for them.
func (w *Wine) stay(t testing.TB) {
	t.Helper()
	cmd := w.Command(t.Context(), "cmd.exe", "/k", "echo up")
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
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	if _, err := io.ReadFull(out, make([]byte, 2)); err != nil {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

// Environ returns the environment of who runs wine.
func (w *Wine) Environ() []string {
	return append(os.Environ(), "WINEPREFIX="+w.prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree=;mshtml=")
}

// Command returns the command that runs a program. When it is killed, the program is.
func (w *Wine) Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "wine", append([]string{program}, args...)...)
	cmd.Env = w.Environ()
	return cmd
}

// Output runs a program and returns what it prints, with the ends of lines that Unix has.
func (w *Wine) Output(ctx context.Context, program string, args ...string) (string, error) {
	var said strings.Builder
	cmd := w.Command(ctx, program, args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	return strings.ReplaceAll(string(out)+said.String(), "\r", ""), err
}

// Path returns what Windows calls a file of this machine.
func Path(file string) string { return "Z:" + strings.ReplaceAll(file, "/", `\`) }
