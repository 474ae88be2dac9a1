package omniorb

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/peer"
)

const startTime = peer.Patience // for the naming service to be ready

// A Naming is a running omniNames.
type Naming struct {
	URL string // corbaloc of its root context
	Log string // folder of its log
}

// StartNaming starts omniNames on 127.0.0.1, on a free port and with an empty log. It is ended with the test.
func StartNaming(t testing.TB) *Naming {
	t.Helper()
	return Native.StartNaming(t)
}

// StartNaming starts the machine's omniNames.
func (m Machine) StartNaming(t testing.TB) *Naming {
	t.Helper()
	tool := m.tool("omniNames", "omniorb-nameserver")
	peer.Need(t, append(m.needs, tool)...)
	port := freeport.Hold(t)
	n := &Naming{URL: "corbaloc::127.0.0.1:" + strconv.Itoa(port) + "/NameService", Log: t.TempDir()}
	program, args := m.Command(tool.Name, "-start", strconv.Itoa(port), "-ignoreport", "-datadir", n.Log, "-nohostname",
		"-ORBendPoint", "giop:tcp:127.0.0.1:"+strconv.Itoa(port))
	cmd := exec.Command(program, args...)
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = in, in
	err = cmd.Start()
	_ = in.Close() // the child has its own
	if err != nil {
		t.Fatalf("start omniNames: %v", err)
	}
	said := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var all strings.Builder
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(&all, lines.Text())
			if strings.Contains(lines.Text(), "Root context is") {
				said <- ""
				_, _ = io.Copy(io.Discard, out) // nothing more of interest; it must not block
				return
			}
		}
		said <- all.String()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // its log is of no use any more
		_ = cmd.Wait()         // "signal: killed", as wanted
		<-ended
		_ = out.Close()
	})
	select {
	case trouble := <-said:
		if trouble != "" {
			t.Fatalf("omniNames ended:\n%s", trouble)
		}
	case <-time.After(startTime):
		t.Fatalf("omniNames was not ready after %v", startTime)
	}
	return n
}

// NameClt runs omniORB's nameclt on the naming service at url and returns its output, without the last newline. What it
// made counts as one call at least; it does not say how many. An exit status other than 0 is the error.
func NameClt(t testing.TB, tally *peer.Tally, url string, args ...string) (string, error) {
	t.Helper()
	return Native.NameClt(t, tally, url, args...)
}

// NameClt runs the machine's nameclt.
func (m Machine) NameClt(t testing.TB, tally *peer.Tally, url string, args ...string) (string, error) {
	t.Helper()
	tool := m.tool("nameclt", "omniorb")
	peer.Need(t, append(m.needs, tool)...)
	program, args := m.Command(tool.Name, append([]string{"-ORBInitRef", "NameService=" + url}, args...)...)
	out, err := peer.Output(t, program, args...)
	tally.Add(1, 0)
	return out, err
}

// CatIOR runs omniORB's catior on a stringified reference and returns what it prints.
func CatIOR(t testing.TB, ior string) string {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "catior", Package: "omniorb"})
	out, err := peer.Output(t, "catior", ior)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
