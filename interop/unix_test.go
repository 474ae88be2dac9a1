package interop_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
)

// sockets returns paths of sockets that are short enough.
func sockets(t *testing.T) (server, client string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "server"), filepath.Join(dir, "client")
}

// TestUnixOmniORB runs all cases between this project's ORB and omniORB's, both ways, at sockets of the machine and nowhere else: omniORB's transport of that name,
// by its own component.
func TestUnixOmniORB(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	for _, version := range []string{"1.1", "1.2"} {
		t.Run(version+" to omniORB", func(t *testing.T) {
			t.Parallel()
			if version == "1.1" {
				refuseToGuess(t, cpp)
				return
			}
			server, client := sockets(t)
			s := cpp.Start(t, omniorb.Options{Version: version, Endpoint: "giop:unix:" + server})
			r := gopeer.Run(t, gopeer.Options{Version: version, Network: "unix", Address: client, Require: true}, s.IOR)
			s.Stop(t)
			checkSealed(t, omniorb.Peer, false, version, r)
		})
		t.Run(version+" from omniORB", func(t *testing.T) {
			t.Parallel()
			server, client := sockets(t)
			s := gopeer.Start(t, gopeer.Options{Version: version, Network: "unix", Address: server, Require: true})
			if said := omniorb.CatIOR(t, s.IOR); !strings.Contains(said, "TAG_OMNIORB_UNIX_TRANS") || !strings.Contains(said, server) {
				t.Errorf("omniORB reads of the reference:\n%s", said)
			}
			r := cpp.Run(t, omniorb.Options{Endpoint: "giop:unix:" + client}, s.IOR, sealable(cpp.Cases(t))...)
			s.Stop(t)
			checkSealed(t, omniorb.Peer, true, version, r)
		})
	}
}

// refuseToGuess holds that a reference of omniORB's in IIOP 1.1, which has port 0 and in which it does not name its socket, is refused and not guessed at.
func refuseToGuess(t *testing.T, cpp *omniorb.ORB) {
	server, client := sockets(t)
	s := cpp.Start(t, omniorb.Options{Version: "1.1", Endpoint: "giop:unix:" + server})
	defer s.Stop(t)
	if said := omniorb.CatIOR(t, s.IOR); strings.Contains(said, "TAG_OMNIORB_UNIX_TRANS") {
		t.Errorf("omniORB names its socket in IIOP 1.1: have all cases run there\n%s", said)
	}
	o := gopeer.NewORB(t, gopeer.Options{Network: "unix", Address: client})
	ref, err := o.Resolve(t.Context(), s.IOR)
	if err == nil {
		_, err = ref.NonExistent(t.Context())
	}
	if err == nil {
		t.Error("it was called")
	}
}
