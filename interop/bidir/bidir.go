// Package bidir is the recipe for a program on omniORB that calls, and is called back, over one
// connection (bidirectional GIOP), and the stubs of its IDL.
package bidir

import (
	"embed"
	"io/fs"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
)

//go:generate go run -C ../.. ./cmd/dsom idl build --out interop/bidir/stubs --go-package-prefix github.com/opendsom/dsom/interop/bidir/stubs interop/bidir/src/bidir.idl

// Sources are the program's, and bidir.idl.
//
//go:embed src
var Sources embed.FS

// A Peer is the program, built.
type Peer struct {
	program string
	tally   *peer.Tally
}

// Options are what the program can be told. The zero value says nothing.
type Options struct {
	Offer  bool // as a client, to be called back
	Accept bool // as a server, such offers
	Normal bool // objects have the policy NORMAL, not BOTH
	Port   int  // to listen on, 0 is any
}

// Build makes the program, or finds it made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally) *Peer {
	t.Helper()
	src, err := fs.Sub(Sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	shared, err := omniorb.Shared()
	if err != nil {
		t.Fatal(err)
	}
	dir := peer.Build(t, peer.Recipe{
		Name:    "omniorb-bidir",
		Needs:   []peer.Tool{{Name: "omniidl", Package: "omniidl"}, {Name: "/usr/include/omniORB4/CORBA.h", Package: "libomniorb4-dev"}, {Name: "g++", Package: "g++"}},
		Sources: []fs.FS{shared, src},
		Key:     []peer.Command{{"g++", "-dumpfullversion"}, {"cat", "/usr/include/omniORB4/acconfig.h"}},
		Stages: [][]peer.Command{
			{{"omniidl", "-bcxx", "bidir.idl"}},
			{{"g++", "-std=c++17", "-O0", "-w", "-I.", "-o", "peer", "peer.cc", "bidirSK.cc", "-lomniDynamic4", "-lomniORB4", "-lomnithread", "-lpthread"}},
		},
	})
	return &Peer{filepath.Join(dir, "peer"), tally}
}

func (o Options) args(more ...string) []string {
	args := []string{"-port", strconv.Itoa(o.Port)}
	for name, is := range map[string]bool{"-offer": o.Offer, "-accept": o.Accept, "-normal": o.Normal} {
		if is {
			args = append(args, name)
		}
	}
	return append(args, more...)
}

// Serve starts the program as a server.
func (p *Peer) Serve(t testing.TB, o Options) *peer.Server {
	t.Helper()
	return peer.Start(t, p.tally, p.program, o.args("serve")...)
}

// Call runs the program as a client of the Peer at url.
func (p *Peer) Call(t testing.TB, o Options, url string) peer.Report {
	t.Helper()
	return peer.Run(t, p.tally, p.program, o.args("call", url)...)
}
