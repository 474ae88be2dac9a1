package interop_test

import (
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/peer"
)

var javaORBs = []struct {
	peer    matrix.Peer
	plain   matrix.Peer // the same in the C locale, where that matters
	folder  string
	build   func(testing.TB, *peer.Tally) *java.ORB
	compile func(lib, out, file string) peer.Command
}{
	{jacorb.Peer, jacorb.Plain, "jacorb", jacorb.Build, jacorb.Compile},
	{glassfish.Peer, matrix.Peer{}, "glassfish", glassfish.Build, glassfish.Compile},
}

// TestJava runs all cases between this project and the ORBs in Java, in both directions and each version of GIOP.
func TestJava(t *testing.T) {
	t.Parallel()
	for _, o := range javaORBs {
		t.Run(o.peer.Name, func(t *testing.T) {
			t.Parallel()
			orb := o.build(t, &tally)
			for _, version := range o.peer.Versions {
				t.Run(version+" client", func(t *testing.T) {
					t.Parallel()
					checkClient(t, o.peer.Name, version, func(url string, cases ...string) peer.Report {
						return orb.Run(t, java.Options{Version: version}, url, cases...)
					})
				})
				t.Run(version+" server", func(t *testing.T) {
					t.Parallel()
					checkServer(t, o.peer.Name, version, orb.Start(t, java.Options{Version: version}))
				})
				if o.plain.Name != "" {
					t.Run(version+" client, C locale", func(t *testing.T) {
						t.Parallel()
						checkClient(t, o.plain.Name, version, func(url string, cases ...string) peer.Report {
							return orb.Run(t, java.Options{Version: version, Locale: "C"}, url, cases...)
						})
					})
					t.Run(version+" server, C locale", func(t *testing.T) {
						t.Parallel()
						checkServer(t, o.plain.Name, version, orb.Start(t, java.Options{Version: version, Locale: "C"}))
					})
				}
			}
		})
	}
}

// TestJavaLimits demands that the minimal reproductions of what the IDL compilers cannot do still fail as they say: where one
// does not, the limit is gone, and with it the edit of the suite's IDL.
func TestJavaLimits(t *testing.T) {
	t.Parallel()
	for _, o := range javaORBs {
		orb := o.build(t, &tally)
		files, err := filepath.Glob(filepath.Join(o.folder, "limits", "*.*"))
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
