package daemon_test

import (
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/dsomtalk"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// recordedProgram returns the path of the program that regimpl has registered in the recording.
func recordedProgram(t *testing.T) string {
	t.Helper()
	for _, m := range dsomtalk.Sent(t, dsomtalk.Register2, false) {
		if at := strings.Index(string(m.Octets), "/opt/som/"); at >= 0 {
			path, _, _ := strings.Cut(string(m.Octets[at:]), "\x00")
			return path
		}
	}
	t.Fatal("no program")
	return ""
}

// TestDSOMReplay plays the recorded regimpl and dsom against a daemon, octet by octet: a server is registered, listed, started, and stopped. Its
// program is a link to the test's somdsvr with a path as long as the recorded one's, and speaks for itself.
func TestDSOMReplay(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	was := recordedProgram(t)
	dir, err := os.MkdirTemp("/tmp", "dsom")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	is := dir + "/" + strings.Repeat("s", len(was)-len(dir)-1)
	if err := os.Symlink(somdsvrProgram(t), is); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	p := &dsomtalk.Player{Port: d.port, Swaps: []dsomtalk.Swap{{Old: []byte(was), New: []byte(is)}}}
	for _, conn := range []int{dsomtalk.Register, dsomtalk.Register2, dsomtalk.List, dsomtalk.Status, dsomtalk.Start} {
		p.Play(t, conn)
	}
	s := d.ready(t, dsomtalk.Alias)
	if s.UUID != "8f4a92af-5ad7-4c23-a2b0-667c34110f9c" || strings.Join(s.Command, " ") != is+" "+dsomtalk.ServerID || !s.Run.Started {
		t.Errorf("registered and started is %+v", s)
	}
	if def, err := d.repository(t).Find(t.Context(), dsomtalk.ServerID); err != nil || def.Alias != dsomtalk.Alias || def.Protocols != wire.TCPIP {
		t.Errorf("its definition is %+v, %v", def, err)
	}
	for _, conn := range []int{dsomtalk.Status2, dsomtalk.Stop} {
		p.Play(t, conn)
	}
	if s, err := d.admin.Server(t.Context(), dsomtalk.Alias); err != nil || s.Run.State != admin.StateStopped {
		t.Errorf("stopped it is %+v, %v", s.Run, err)
	}
	if out := d.output(t, dsomtalk.Alias); !strings.Contains(out, "ended in order") {
		t.Errorf("it was not asked to end: %s", out)
	}
}
