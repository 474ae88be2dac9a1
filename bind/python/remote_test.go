//go:build linux

package python_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
)

// TestElsewhere has objects at the generic server, in another process, by either implementation.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	env, kernel := plain.orbEnv(t), sombuild.Kernel(t, "gcc", plain.kernel)
	cmd := exec.Command(filepath.Join(elsewhere(t), "dsom-classes"), "--listen", "tcp:127.0.0.1:0", filepath.Join(plain.zoo(t), "libzoo.so"))
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	lines := bufio.NewReader(out)
	reference, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("the server tells no reference: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	env = append(env, "DSOM_TEST_SERVER="+strings.TrimSpace(reference))
	plain.unit(t, "test_remote.py", env...)
	plain.unit(t, "test_remote.py", append(env, "DSOM_PYTHON=ctypes", "DSOM_LIBRARIES="+kernel)...)
}
