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

// TestElsewhere has objects at the generic server, in another process.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	need(t)
	dir, kernel := t.TempDir(), sombuild.Kernel(t, "gcc", plain.kernel)
	sombuild.Run(t, nil, "go", "build", "-o", filepath.Join(dir, "dsom-classes"), "../somd/classes")
	sombuild.Run(t, nil, "go", "build", "-buildmode=c-shared", "-o", filepath.Join(dir, "libdsom-place.so"), "../somd/place")
	env := plain.env(t, "SOM_LIBRARY="+filepath.Join(kernel, "libsom.so.1"), "DSOM_PLACE_LIBRARY="+filepath.Join(dir, "libdsom-place.so"), "DSOM_STATE="+filepath.Join(dir, "nowhere"))
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
