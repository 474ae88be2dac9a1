package interop_test

import (
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/peer"
)

var javaORBs = []struct {
	peer    matrix.Peer
	folder  string
	build   func(testing.TB, *peer.Tally) *java.ORB
	compile func(lib, out, file string) peer.Command
}{
	{jacorb.Peer, "jacorb", jacorb.Build, jacorb.Compile},
	{glassfish.Peer, "glassfish", glassfish.Build, glassfish.Compile},
}

// TestJava runs all cases between this project and the ORBs in Java, in both directions and each version of GIOP; and of each
// of those between its own client and server, where its limits have to show as well.
func TestJava(t *testing.T) {
	t.Parallel()
	for _, o := range javaORBs {
		t.Run(o.peer.Name, func(t *testing.T) {
			t.Parallel()
			orb := o.build(t, &tally)
			for _, version := range o.peer.Versions {
				t.Run(version+" client", func(t *testing.T) {
					t.Parallel()
					s := gopeer.Start(t, gopeer.Options{Version: version})
					r := orb.Run(t, java.Options{Version: version, Seed: seed(t)}, s.IOR)
					document.Check(t, matrix.Row{Client: o.peer.Name, Server: matrix.Self, Version: version}, r)
				})
				t.Run(version+" server", func(t *testing.T) {
					t.Parallel()
					s := orb.Start(t, java.Options{Version: version})
					r := gopeer.Run(t, gopeer.Options{}, s.IOR)
					document.Check(t, matrix.Row{Client: matrix.Self, Server: o.peer.Name, Version: version}, r)
				})
			}
			t.Run("alone", func(t *testing.T) {
				t.Parallel()
				s := orb.Start(t, java.Options{})
				r := orb.Run(t, java.Options{Seed: seed(t)}, s.IOR)
				client, server := matrix.Of(o.peer.Limits, true, "1.2"), matrix.Of(o.peer.Limits, false, "1.2")
				for _, w := range matrix.Alone(r, client, server) {
					t.Error(w)
				}
			})
		})
	}
}

// TestJavaLimits demands that the minimal reproductions of what the IDL compilers cannot do still fail as they say: where one
// does not, the limit is gone, and with it the edit of the suite's IDL.
func TestJavaLimits(t *testing.T) {
	t.Parallel()
	for _, o := range javaORBs {
		orb := o.build(t, &tally)
		files, err := filepath.Glob(filepath.Join(o.folder, "limits", "*.idl"))
		if err != nil || len(files) == 0 {
			t.Fatalf("there are no limits of %s: %v", o.peer.Name, err)
		}
		for _, file := range files {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				orb.CheckLimit(t, file, o.compile)
			})
		}
	}
}
