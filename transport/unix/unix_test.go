package unix_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/unix"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func at(path string) transport.Endpoint { return transport.Endpoint{Network: unix.Name, Host: path} }

// short returns a folder whose paths are short enough for a socket.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "u")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{Transport: unix.New(), Endpoint: at(filepath.Join(short(t), "s")), Lazy: runtime.GOOS != "windows", Queues: true})
}

// TestSuiteWithoutFile is the suite of names without files.
func TestSuiteWithoutFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		if _, err := unix.New().Listen(t.Context(), at("@x")); err == nil || !strings.Contains(err.Error(), "Linux alone") {
			t.Errorf("got %v", err)
		}
		return
	}
	transporttest.Run(t, transporttest.Subject{Transport: unix.New(), Endpoint: at("@dsom-test-" + filepath.Base(short(t))), Lazy: true, Queues: true})
	l, err := unix.New().Listen(t.Context(), at("@"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if e := l.Endpoint(); !strings.HasPrefix(e.Host, "@dsom-") {
		t.Errorf("listens at %v", e)
	}
}

// TestIdentity: each end knows the other's process, as the system says.
func TestIdentity(t *testing.T) {
	t.Parallel()
	l, err := unix.New().Listen(t.Context(), at(filepath.Join(short(t), "s")))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := unix.New().Dial(t.Context(), l.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for end, c := range map[string]transport.Conn{"client": a, "server": b} {
		k := transport.IdentityOf(c)
		if !k.Sealed {
			t.Errorf("%s: not sealed", end)
		}
		if runtime.GOOS != "linux" {
			continue
		}
		if p := k.Process; p == nil || p.PID != os.Getpid() || int(p.UID) != os.Getuid() || int(p.GID) != os.Getgid() || !strings.HasPrefix(k.Name(), "uid:") {
			t.Errorf("%s: %+v, %q", end, p, k.Name())
		}
	}
}

// TestLeft: a file of a process that is gone is no hindrance; one of a process that lives, and what is no socket, is.
func TestLeft(t *testing.T) {
	t.Parallel()
	dir := short(t)
	path := filepath.Join(dir, "s")
	l, err := unix.New().Listen(t.Context(), at(path))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := unix.New().Listen(t.Context(), at(path)); err == nil {
		again.Close()
		t.Error("two listen at one path")
	}
	if err := os.Rename(path, path+".kept"); err != nil { // what Close takes away is not there
		t.Fatal(err)
	}
	l.Close()
	if err := os.Rename(path+".kept", path); err != nil {
		t.Fatal(err)
	}
	l, err = unix.New().Listen(t.Context(), at(path))
	if err != nil {
		t.Fatalf("a file that was left: %v", err)
	}
	l.Close()
	if _, err := os.Lstat(path); err == nil {
		t.Error("the file is there still")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := unix.New().Listen(t.Context(), at(file)); err == nil {
		l.Close()
		t.Error("listens in place of a file")
	}
	if b, err := os.ReadFile(file); string(b) != "dear" {
		t.Errorf("the file is %q, %v", b, err)
	}
}

// TestUnusable: what can be no socket is said, whoever has named it.
func TestUnusable(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":                              "is no socket",
		"relative":                      "is no socket",
		"/" + strings.Repeat("x", 200):  "systems take 103",
		"/tmp/a\x00b":                   "has a zero",
		"/dev/null":                     "",
		filepath.Join(t.TempDir(), "x"): "",
	} {
		c, err := unix.New().Dial(context.Background(), at(path))
		if err == nil {
			c.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", path, err)
		}
	}
	if m := unix.Machine(); m != unix.Machine() || m == [16]byte{} {
		t.Errorf("the machine is %x", m)
	}
}
