// Package later has omniORB 4.3, of which Debian's backports have packages: unpacked beside the 4.2 that is installed. It has transports by HTTP and WebSocket.
package later

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/peer"
)

// packages are unpacked.
var packages = []string{"libomniorb4-3", "libomnithread4", "omniorb-nameserver", "omniorb"}

const (
	suite    = "bookworm-backports"
	patience = 5 * time.Minute // for the packages to come
)

// rules of transports name http, which omniORB's defaults do not.
const rules = "* http,unix,ssl,tcp"

var fetch = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	root := filepath.Join(cache, "dsom-interop", "omniorb-4.3")
	if _, err := os.Stat(filepath.Join(root, "done")); err == nil {
		return root, nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "omniorb43")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	script := `set -e
mkdir -p state/lists/partial cache/archives/partial deb ` + root + `
touch state/status
from=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' | sed -n 's/ bookworm$//p' | head -n 1)
echo "deb $from ` + suite + ` main" > sources
set -- -o Dir::Etc::sourcelist=$PWD/sources -o Dir::Etc::sourceparts=- -o Dir::State=$PWD/state -o Dir::Cache=$PWD/cache -o Dir::State::status=$PWD/state/status -o APT::Sandbox::User=root
apt-get -q "$@" update
cd deb
apt-get -q "$@" -t ` + suite + ` download ` + strings.Join(packages, " ") + `
for d in *.deb; do dpkg-deb -x $d ` + root + `; done
touch ` + root + `/done`
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return root, nil
})

// command returns a program of omniORB 4.3 with its transport by HTTP, which is a library of its own.
func command(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	root, err := fetch()
	if err != nil {
		peer.Lacking(t, "omniORB 4.3 is not to be had from "+suite+": "+err.Error())
	}
	found, _ := filepath.Glob(filepath.Join(root, "usr/lib/*/libomnihttpTP4.so.3"))
	if len(found) != 1 {
		t.Fatalf("the packages of omniORB 4.3 in %s have no transport by HTTP", root)
	}
	cmd := exec.Command(filepath.Join(root, "usr/bin", name), args...)
	cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+filepath.Dir(found[0]), "LD_PRELOAD="+found[0])
	return cmd
}

// StartNaming runs omniNames at a port of TCP of loopback, which it must have, and takes WebSockets at another for a path. It returns the reference of its root
// context as omniNames prints it. It is ended with the test.
func StartNaming(t testing.TB, tcp, web int, path string) (ior string) {
	t.Helper()
	cmd := command(t, "omniNames", "-start", fmt.Sprint(tcp), "-ignoreport", "-datadir", t.TempDir(), "-nohostname",
		"-ORBendPoint", fmt.Sprintf("giop:tcp:127.0.0.1:%d", tcp), "-ORBendPoint", fmt.Sprintf("giop:http:ws://127.0.0.1:%d%s", web, path), "-ORBserverTransportRule", rules)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		all, told := "", false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if i := strings.Index(lines.Text(), "IOR:"); i >= 0 && !told {
				told = true
				said <- lines.Text()[i:]
			}
			all += lines.Text() + "\n"
		}
		if !told {
			said <- all
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // its log is of no use any more
		<-ended
		_ = cmd.Wait()
	})
	if ior = <-said; !strings.HasPrefix(ior, "IOR:") {
		t.Fatalf("omniNames 4.3: %s", ior)
	}
	return strings.TrimSpace(ior)
}

// NameClt runs nameclt with a naming service, whose reference may lead there by WebSocket.
func NameClt(t testing.TB, ior string, args ...string) (string, error) {
	t.Helper()
	out, err := command(t, "nameclt", append([]string{"-ORBInitRef", "NameService=" + ior, "-ORBclientTransportRule", rules}, args...)...).CombinedOutput()
	return string(out), err
}
