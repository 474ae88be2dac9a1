// Package combat is the recipe for Combat 0.8.1, an ORB in pure Tcl that shares no code with any other: the suite's client and server
// as scripts, and their type information, which an omniidl back end of ours writes from the suite's IDL.
package combat

import (
	"embed"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/bidir"
	"github.com/opendsom/dsom/interop/gopeer/names"
	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/peer"
)

//go:embed src
var sources embed.FS

var tools = []peer.Tool{
	{Name: "tclsh", Package: "tcl"},
	{Name: "/usr/share/tcltk/combat0.8/combat.tcl", Package: "tcl-combat"},
	{Name: "omniidl", Package: "omniidl"},
	{Name: "/usr/share/idl/omniORB/orb.idl", Package: "omniorb-idl"},
}

// Identity are the cases of values that are shared, or in themselves.
var Identity = []string{"leaf", "branch", "basket", "ring"}

// Chunked are the cases in which Combat sends values within values that are written in chunks.
var Chunked = []string{"deep", "truncated"}

// Unsupported are the cases that Combat has no means for, whatever the version of GIOP, besides those of valuetypes.
var Unsupported = []string{
	"fixed", "fixed_struct", "fixed_any", "types_fixed", "any_enum", "any_alias", "any_anything", "any_exception", "threads",
	"locate", "ex_unknown_key", "types_wide", "types_refs", "types_anys", "types_typecodes",
	"dii_oneway", "dii_deferred",
}

// Fragmented are the cases that Combat cannot do in GIOP 1.1, of which it takes no fragments.
var Fragmented = []string{"octets", "big_both", "big_out", "big_strings"}

// Wide are the cases that fail as expected before GIOP 1.2.
var Wide = []string{"wchar", "wstring", "widetag", "any_wide", "constants_wide"}

// WideStrings are the cases that Combat cannot do in GIOP 1.1 with a server of the other byte order: it reads wide strings
// in its own.
var WideStrings = []string{"wstring", "widetag"}

// WideChars are those of them that fail in GIOP 1.1 even if the server names a code set for wide characters: Combat then
// has strings of them, but not single ones, nor any inside an any.
var WideChars = []string{"wchar", "any_wide", "constants_wide"}

// An ORB is the suite's client and server, ready to run.
type ORB struct {
	dir   string
	tally *peer.Tally
}

// Build makes the type information, or finds it made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally) *ORB {
	t.Helper()
	src, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	generate := peer.Command{"omniidl", "-p.", "-bcombatir", "-I/usr/share/idl/omniORB"}
	return &ORB{tally: tally, dir: peer.Build(t, peer.Recipe{
		Name:    "combat",
		Needs:   tools,
		Sources: []fs.FS{idl.Files, src},
		Stages:  [][]peer.Command{{append(generate, "interop.idl", "types.idl", "graphs.idl", "bidir.idl", "/usr/share/idl/omniORB/COS/CosNaming.idl")}},
	})}
}

// Options are what the client and the server can be told. The zero value says nothing.
type Options struct {
	Port int // client: for callbacks, 0 is any
	// Cancel sends a CancelRequest for a call that timed out. Not for omniORB: the server of 4.2.5, told to cancel a call
	// that it is carrying out, reads that message again for ever when another follows (in GIOP 1.2; before, it closes the
	// connection).
	Cancel  bool   // client
	Version string // server: of GIOP, in its references
	Naming  string // server: URL of the naming service in which to bind the hub
	Name    string // server: under this stringified name
}

func (o *ORB) script(name string) string { return filepath.Join(o.dir, name+".tcl") }

// Start starts the server.
func (o *ORB) Start(t testing.TB, options Options) *peer.Server {
	t.Helper()
	args := []string{o.script("server")}
	if options.Version != "" {
		args = append(args, "-version", strings.TrimPrefix(options.Version, "1."))
	}
	if options.Naming != "" {
		args = append(args, "-naming", options.Naming, "-name", options.Name)
	}
	return peer.Start(t, o.tally, "tclsh", args...)
}

// StartNaming starts the naming service, on a port of 127.0.0.1.
func (o *ORB) StartNaming(t testing.TB, port int) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "tclsh", o.script("names"), strconv.Itoa(port))
}

// ServeBothWays starts the server of bidirectional GIOP.
func (o *ORB) ServeBothWays(t testing.TB, options bidir.Options) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "tclsh", append([]string{o.script("bothways")}, options.Args("serve")...)...)
}

// CallNaming runs the client of naming services against the root context at url.
func (o *ORB) CallNaming(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "tclsh", append([]string{o.script("naming")}, names.Args(t, url)...)...)
}

// CallBothWays runs the client of bidirectional GIOP against the Peer at url.
func (o *ORB) CallBothWays(t testing.TB, options bidir.Options, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "tclsh", append([]string{o.script("bothways")}, bidir.CallArgs(t, options, url)...)...)
}

// Run runs the client against a hub: the cases named, or all. The server's reference decides the version of GIOP.
func (o *ORB) Run(t testing.TB, options Options, url string, cases ...string) peer.Report {
	t.Helper()
	args := []string{o.script("client"), "-port", strconv.Itoa(options.Port), "-seed", strconv.FormatInt(peer.Seed(t), 10)}
	if options.Cancel {
		args = append(args, "-cancel")
	}
	return peer.Run(t, o.tally, "tclsh", append(append(args, url), cases...)...)
}
