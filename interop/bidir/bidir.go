// Package bidir is the recipe for a program on omniORB that calls, and is called back, over one connection (bidirectional
// GIOP), and what such programs of all peers can be told.
package bidir

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
	omniorb.Machine
	program string
	tally   *peer.Tally
}

// Options are what a program can be told. The zero value says nothing.
type Options struct {
	Offer  bool // as a client, to be called back
	Accept bool // as a server, such offers
	Normal bool // objects have the policy NORMAL, not BOTH
	Back   bool // that on omniORB in C++ alone: no connections are made to call back
	Port   int  // to listen on, 0 is any
}

// Build makes the program, or finds it made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally) *Peer {
	t.Helper()
	return BuildFor(t, tally, omniorb.Native)
}

// BuildFor is Build for a machine.
func BuildFor(t testing.TB, tally *peer.Tally, m omniorb.Machine) *Peer {
	t.Helper()
	src, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	shared, err := omniorb.Shared()
	if err != nil {
		t.Fatal(err)
	}
	compile := m.Compile("-std=c++17", "-O0", "-w", "-I.", "-o", "peer", "peer.cc", "bidirSK.cc")
	dir := peer.Build(t, m.Recipe(peer.Recipe{
		Name:    "omniorb-bidir",
		Sources: []fs.FS{idl.Files, shared, src},
		Stages: [][]peer.Command{
			{{"omniidl", "-bcxx", "bidir.idl"}},
			{append(compile, "-lomniDynamic4", "-lomniORB4", "-lomnithread", "-lpthread")},
		},
	}))
	return &Peer{m, filepath.Join(dir, "peer"), tally}
}

// Args returns the options as the programs take them, and more behind them.
func (o Options) Args(more ...string) []string {
	var args []string
	for name, is := range map[string]bool{"-offer": o.Offer, "-accept": o.Accept, "-normal": o.Normal, "-back": o.Back} {
		if is {
			args = append(args, name)
		}
	}
	if o.Port != 0 {
		args = append(args, "-port", strconv.Itoa(o.Port))
	}
	return append(args, more...)
}

// CallArgs returns the arguments of a client.
func CallArgs(t testing.TB, o Options, url string) []string {
	t.Helper()
	return o.Args("-seed", strconv.FormatInt(peer.Seed(t), 10), "call", url)
}

// ServeBothWays starts the program as a server.
func (p *Peer) ServeBothWays(t testing.TB, o Options) *peer.Server {
	t.Helper()
	program, args := p.Command(p.program, o.Args("serve")...)
	return peer.Start(t, p.tally, program, args...)
}

// CallBothWays runs the program as a client of the Peer at url.
func (p *Peer) CallBothWays(t testing.TB, o Options, url string) peer.Report {
	t.Helper()
	program, args := p.Command(p.program, CallArgs(t, o, url)...)
	return peer.Run(t, p.tally, program, args...)
}
