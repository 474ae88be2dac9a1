package interop_test

import (
	"testing"

	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
)

// foreign is this project on a machine of the other byte order.
var foreign = matrix.Peer{
	Name: "dsom, s390x", Client: true, Server: true, Versions: omniorb.Versions,
	About: "This project built for IBM Z, which is big-endian, and run by qemu's user-mode emulation, from Debian.",
}

// TestForeign runs all cases between this project here and on a machine of the other byte order.
func TestForeign(t *testing.T) {
	t.Parallel()
	z := gopeer.BuildForeign(t, &tally)
	for _, version := range foreign.Versions {
		t.Run(version+" client", func(t *testing.T) {
			t.Parallel()
			s := gopeer.Start(t, gopeer.Options{Version: version})
			document.Check(t, matrix.Row{Client: foreign.Name, Server: matrix.Self, Version: version}, z.Run(t, version, s.IOR))
		})
		t.Run(version+" server", func(t *testing.T) {
			t.Parallel()
			s := z.Start(t, version)
			document.Check(t, matrix.Row{Client: matrix.Self, Server: foreign.Name, Version: version}, gopeer.Run(t, gopeer.Options{}, s.IOR))
		})
	}
}
