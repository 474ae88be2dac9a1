// Package grown is the recipe for a program on omniORB with values that are larger than its buffers, and with types that
// hold themselves through a typedef.
package grown

import (
	"embed"
	"io/fs"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
)

//go:embed src
var sources embed.FS

// A Peer is the program, built.
type Peer struct {
	program string
	tally   *peer.Tally
}

// Build makes the program, or finds it made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally) *Peer {
	t.Helper()
	src, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	shared, err := omniorb.Shared()
	if err != nil {
		t.Fatal(err)
	}
	dir := peer.Build(t, peer.Recipe{
		Name: "omniorb-grown",
		Needs: []peer.Tool{
			{Name: "omniidl", Package: "omniidl"},
			{Name: "/usr/include/omniORB4/CORBA.h", Package: "libomniorb4-dev"},
			{Name: "/usr/share/idl/omniORB/orb.idl", Package: "omniorb-idl"},
			{Name: "g++", Package: "g++"},
		},
		Sources: []fs.FS{idl.Files, shared, src},
		Key:     []peer.Command{{"g++", "-dumpfullversion"}, {"cat", "/usr/include/omniORB4/acconfig.h"}},
		Stages: [][]peer.Command{
			{{"omniidl", "-bcxx", "-Wba", "-I/usr/share/idl/omniORB", "grown.idl"}},
			// omniidl 4.2.5 writes another name for the members than the library has.
			{{"g++", "-std=c++17", "-O0", "-w", "-I.", "-DValueBase_member=ValueBase_Member", "-o", "peer", "peer.cc", "grownSK.cc", "grownDynSK.cc", "-lomniDynamic4", "-lomniORB4", "-lomnithread", "-lpthread"}},
		},
	})
	return &Peer{filepath.Join(dir, "peer"), tally}
}

// ServeGrown starts the program as a server.
func (p *Peer) ServeGrown(t testing.TB) *peer.Server {
	t.Helper()
	return peer.Start(t, p.tally, p.program, "serve")
}

// CallGrown runs the program as a client of the Garden at url.
func (p *Peer) CallGrown(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, p.tally, p.program, "-seed", strconv.FormatInt(peer.Seed(t), 10), "call", url)
}
