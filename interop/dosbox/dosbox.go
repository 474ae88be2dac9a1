// Package dosbox runs DOSBox without a screen: a DOS whose IPX goes over UDP.
package dosbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/cable"
	"github.com/opendsom/dsom/interop/peer"
)

// A DOS is one that runs.
type DOS struct {
	Log peer.Buffer
	dir string
}

// Start starts a DOS in a network, which carries out lines of a batch file. Its drive C is a folder of its own. It ends with the test.
func Start(t testing.TB, at *cable.End, lines ...string) *DOS {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "dosbox", Package: "dosbox"})
	d := &DOS{dir: t.TempDir()}
	conf := filepath.Join(d.dir, "dosbox.conf")
	text := "[sdl]\noutput=surface\n[ipx]\nipx=true\n[autoexec]\nmount c " + d.dir + "\nc:\n" + strings.Join(lines, "\n") + "\npause\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := at.Command("dosbox", "-conf", conf)
	cmd.Env = append(os.Environ(), "SDL_VIDEODRIVER=dummy", "SDL_AUDIODRIVER=dummy", "HOME="+d.dir)
	cmd.Stdout, cmd.Stderr = &d.Log, &d.Log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("DOSBox says:\n%s", d.Log.String())
		}
	})
	return d
}

// File returns what stands in a file of drive C, "" if there is none.
func (d *DOS) File(name string) string {
	b, _ := os.ReadFile(filepath.Join(d.dir, strings.ToUpper(name)))
	return string(b)
}
