package gopeer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/opendsom/dsom/interop/bidir"
	"github.com/opendsom/dsom/interop/peer"
)

// A Foreign is the suite's server and client in Go, built for another kind of machine and run under an emulator.
type Foreign struct {
	program string
	tally   *peer.Tally
}

// BuildForeign builds them for s390x. It skips the test where the emulator is missing.
func BuildForeign(t testing.TB, tally *peer.Tally) *Foreign {
	t.Helper()
	peer.Need(t, peer.Tool{Name: peer.Emulator, Package: "qemu-user-static"})
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
	return peer.Start(t, f.tally, peer.Emulator, f.program, "-server", "-version", version)
}

// ServeBothWays starts the server of bidirectional GIOP.
func (f *Foreign) ServeBothWays(t testing.TB, _ bidir.Options) *peer.Server {
	t.Helper()
	return peer.Start(t, f.tally, peer.Emulator, f.program, "-server", "-suite", "bothways")
}

// CallBothWays runs the client of bidirectional GIOP, which always offers it, against the Peer at url.
func (f *Foreign) CallBothWays(t testing.TB, _ bidir.Options, url string) peer.Report {
	t.Helper()
	return peer.Run(t, f.tally, peer.Emulator, f.program, "-suite", "bothways", "-seed", strconv.FormatInt(peer.Seed(t), 10), url)
}

// ServeNames starts a naming service on a port of 127.0.0.1.
func (f *Foreign) ServeNames(t testing.TB, port int) *peer.Server {
	t.Helper()
	return peer.Start(t, f.tally, peer.Emulator, f.program, "-server", "-suite", "naming", "-port", strconv.Itoa(port))
}

// CallNaming runs the client of naming services against the root context at url.
func (f *Foreign) CallNaming(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, f.tally, peer.Emulator, f.program, "-suite", "naming", "-seed", strconv.FormatInt(peer.Seed(t), 10), url)
}

// Run runs the client, limited to a version of GIOP, against a hub: the cases named, or all but those that are run only when named.
func (f *Foreign) Run(t testing.TB, version, url string, cases ...string) peer.Report {
	t.Helper()
	return peer.Run(t, f.tally, peer.Emulator, append([]string{f.program, "-version", version, "-seed", strconv.FormatInt(peer.Seed(t), 10), url}, cases...)...)
}
