package gopeer

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

// Emulator runs programs of an IBM Z, whose byte order is the other one.
const Emulator = "qemu-s390x-static"

// A Foreign is the suite's server and client in Go, built for another kind of machine and run under an emulator.
type Foreign struct {
	program string
	tally   *peer.Tally
}

// BuildForeign builds them for s390x. It skips the test where the emulator is missing.
func BuildForeign(t testing.TB, tally *peer.Tally) *Foreign {
	t.Helper()
	peer.Need(t, peer.Tool{Name: Emulator, Package: "qemu-user-static"})
	f := &Foreign{filepath.Join(t.TempDir(), "program"), tally}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", f.program, "./gopeer/program")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=s390x", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building for s390x: %v\n%s", err, out)
	}
	return f
}

// Start starts the server, limited to a version of GIOP.
func (f *Foreign) Start(t testing.TB, version string) *peer.Server {
	t.Helper()
	return peer.Start(t, f.tally, Emulator, f.program, "-server", "-version", version)
}

// Run runs the client, limited to a version of GIOP, against a hub: the cases named, or all but those that are run only when named.
func (f *Foreign) Run(t testing.TB, version, url string, cases ...string) peer.Report {
	t.Helper()
	return peer.Run(t, f.tally, Emulator, append([]string{f.program, "-version", version, url}, cases...)...)
}
