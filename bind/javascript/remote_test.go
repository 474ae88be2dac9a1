//go:build unix

package javascript_test

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

// orbEnv is what a program is started with that has the ORB as a library.
func orbEnv(t *testing.T) []string {
	t.Helper()
	kernel := sombuild.Kernel(t, "gcc", plain.kernel)
	library := shelf.Once(t, "libdsom-place.so", func(out string) error {
		said, err := output("", nil, "go", "build", "-buildmode=c-shared", "-o", out, "../somd/place")
		if err != nil {
			return failed{err, said}
		}
		return nil
	})
	return plain.env(t, "SOM_LIBRARY="+filepath.Join(kernel, "libsom.so.1"), "DSOM_PLACE_LIBRARY="+library, "DSOM_STATE="+filepath.Join(t.TempDir(), "nowhere"))
}

// TestServing has other processes in JavaScript call objects of one.
func TestServing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	need(t)
	plain.unit(t, "test/serve.test.js", orbEnv(t)...)
}

// TestElsewhere has objects at the generic server, in another process.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	need(t)
	dir := t.TempDir()
	sombuild.Run(t, nil, "go", "build", "-o", filepath.Join(dir, "dsom-classes"), "../somd/classes")
	env := orbEnv(t)
	zoo, _, _ := strings.Cut(plain.libraries(t), ":")
	cmd := exec.Command(filepath.Join(dir, "dsom-classes"), "--listen", "tcp:127.0.0.1:0", filepath.Join(zoo, "libzoo.so"))
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
	plain.unit(t, "test/remote.test.js", append(env, "DSOM_TEST_SERVER="+strings.TrimSpace(reference))...)
}
