// Package omnipy is the recipe for omniORBpy 4.3 (Python): the suite's server and client, with stubs of omniidl. The package
// comes from PyPI, whole with the C++ libraries and omniidl, into the build's folder.
package omnipy

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
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/peer"
)

//go:embed src
var sources embed.FS

var tools = []peer.Tool{
	{Name: "python3", Package: "python3-pip"},
	{Name: "/usr/share/idl/omniORB/orb.idl", Package: "omniorb-idl"},
}

// distribution is what pip installs.
const distribution = "jeteve-omniorb==4.3.3.post7"

// Peer is omniORBpy's part of the matrix.
var Peer = matrix.Peer{
	Name: "omniORBpy", Client: true, Server: true, Versions: []string{"1.0", "1.1", "1.2"},
	About: "omniORBpy 4.3.3 on omniORB 4.3.3 (Python), from PyPI (" + distribution + "). It is told that its characters are ISO 8859-1.",
	Limits: []matrix.Limit{
		{Cases: []string{"locate"}, Client: true, Why: "it has no call that sends a LocateRequest"},
		{Cases: []string{"ex_unknown_key"}, Client: true, Why: "it has no call that makes a reference with another key at an address"},
		{Cases: []string{"dii_deferred"}, Client: true, Why: "its dynamic calls are synchronous"},
		{Cases: []string{"wchar", "wstring", "widetag", "any_wide", "constants_wide", "types_wide"}, Versions: []string{"1.1"},
			Why: "it has wide characters in GIOP 1.2 alone", Seen: []string{"INV_OBJREF", "said MessageError"}, Alone: []string{"COMM_FAILURE_WaitingForReply"}},
		{Cases: []string{"wchar", "any_wide", "types_wide"}, Versions: []string{"1.2"},
			Why:   "it takes the octets of a single wide character for more than it has, and closes the connection",
			Proof: "omnipy/limits/wchar.py", Seen: []string{"COMM_FAILURE_UnMarshalResults", "ended it without a CloseConnection"}},
		{Cases: []string{"constants_wide"}, Client: true, Versions: []string{"1.2"}, Why: "the same", Proof: "omnipy/limits/wchar.py", Seen: []string{"COMM_FAILURE_UnMarshalResults"}},
		{Cases: matrix.Custom, Why: "it raises NO_IMPLEMENT for a value that marshals itself, and MARSHAL for one that comes", Proof: "omnipy/limits/custom.py",
			Seen: []string{"NO_IMPLEMENT_Unsupported", "MARSHAL (minor 0x4154"}},
		{Cases: []string{"cut"}, Server: true, Why: "it cannot raise an exception in which there are values",
			Seen: []string{"MARSHAL (minor 0x4154006e)", "said MessageError"}, Alone: []string{"MARSHAL_CannotReserveOutputSpace", "COMM_FAILURE_WaitingForReply"}},
	},
	Others: []matrix.Other{
		{What: "its references have omniORB's ORB type, so that what spares omniORB's process meets it too: of a value in chunks, an array of numbers behind a value within whose data end at no multiple of them, " +
			"which it would read, is MARSHAL raised by this project", Proof: "its references (TestOmniORBpyPassesForOmniORB) and omniorb/crash/values.idl"},
		{What: "in GIOP 1.1 it ends a fragment behind octets of more than 16 KiB, whatever their number: unless that is a multiple of 4, its own server ends the connection, and this project raises MARSHAL",
			Proof: "omnipy/limits/octets.py"},
		{What: "such an array behind a text or array that is in two of its buffers, and that the chunk does not end behind for omniORB's sake, is MARSHAL raised by it", Proof: "its references, as above, and omniorb/crash/arrays.idl"},
	},
}

// An ORB is the suite's server and client, ready to run.
type ORB struct {
	dir   string
	tally *peer.Tally
}

// Build makes the environment and the stubs, or finds them made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally) *ORB {
	t.Helper()
	src, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	// An environment cannot be moved to where the build is kept, but packages can.
	stages := [][]peer.Command{{{"python3", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--target", "packages", distribution}}}
	for _, name := range []string{"values", "interop", "fixed", "types", "graphs", "custom", "bidir", "grown"} { // one after the other: they add to the same packages
		stages = append(stages, []peer.Command{{"env", "PYTHONPATH=packages", "python3", "packages/bin/omniidl", "-bpython", "-Wba",
			"-I/usr/share/idl/omniORB", name + ".idl"}})
	}
	return &ORB{tally: tally, dir: peer.Build(t, peer.Recipe{
		Name:    "omnipy",
		Needs:   tools,
		Sources: []fs.FS{idl.Files, src},
		Key:     []peer.Command{{"python3", "--version"}},
		Stages:  stages,
	})}
}

// Options are what server and client can be told. The zero value says nothing.
type Options struct {
	Version string // greatest GIOP version
	Naming  string // server: URL of the naming service in which to bind the hub
	Name    string // server: under this stringified name
}

// python is the beginning of a command, for env, that runs a program.
func (o *ORB) python(program string) []string {
	return []string{"PYTHONPATH=" + filepath.Join(o.dir, "packages"), "python3", filepath.Join(o.dir, program)}
}

func (o *ORB) command(program string, options Options) []string {
	args := o.python(program)
	if options.Version != "" {
		args = append(args, "-version", options.Version)
	}
	if options.Naming != "" {
		args = append(args, "-naming", options.Naming, "-name", options.Name)
	}
	return args
}

// CheckLimit demands that a script, which is a minimal reproduction of something that omniORBpy cannot do, still shows it with the
// words of its first line: "# prints: WORDS".
func (o *ORB) CheckLimit(t testing.TB, file string) {
	t.Helper()
	words := peer.Promised(t, file, "# prints: ")
	said, err := peer.Output(t, "env", "PYTHONPATH="+filepath.Join(o.dir, "packages")+":"+o.dir, "python3", file)
	if err != nil || !strings.Contains(said, words) {
		t.Errorf("%s prints no more %q: %v\n%s", file, words, err, said)
	}
}

// Start starts the server.
func (o *ORB) Start(t testing.TB, options Options) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "env", o.command("server.py", options)...)
}

// Run runs the client against a hub: the cases named, or all but those that are run only when named.
func (o *ORB) Run(t testing.TB, options Options, url string, cases ...string) peer.Report {
	t.Helper()
	args := append(o.command("client.py", options), "-seed", strconv.FormatInt(peer.Seed(t), 10), url)
	return peer.Run(t, o.tally, "env", append(args, cases...)...)
}

// NamingCommand returns the command that runs the omniNames of the package, on a port of 127.0.0.1, with its log in a folder.
func (o *ORB) NamingCommand(port, log string) []string {
	at := "giop:tcp:127.0.0.1:" + port
	return []string{filepath.Join(o.dir, "packages", "jeteve_omniorb", "bin", "omniNames"), "-start", port, "-ignoreport", "-datadir", log, "-nohostname", "-ORBendPoint", at}
}

// CallNaming runs the client of naming services against the root context at url.
func (o *ORB) CallNaming(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "env", append(o.python("naming.py"), names.Args(t, url)...)...)
}

// ServeBothWays starts the server of bidirectional GIOP.
func (o *ORB) ServeBothWays(t testing.TB, options bidir.Options) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "env", append(o.python("bothways.py"), options.Args("serve")...)...)
}

// CallBothWays runs the client of bidirectional GIOP against the Peer at url.
func (o *ORB) CallBothWays(t testing.TB, options bidir.Options, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "env", append(o.python("bothways.py"), bidir.CallArgs(t, options, url)...)...)
}

// ServeGrown starts the server of grown.idl.
func (o *ORB) ServeGrown(t testing.TB) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "env", append(o.python("grown.py"), "serve")...)
}

// CallGrown runs the client of grown.idl against the Garden at url.
func (o *ORB) CallGrown(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "env", append(o.python("grown.py"), "-seed", strconv.FormatInt(peer.Seed(t), 10), "call", url)...)
}

// walker is the program of WalkInterfaces, seen from the tests. It is none of the sources that are built: it needs the package alone.
const walker = "omnipy/walk/interfaces.py"

// WalkInterfaces walks the interface repository at url with the stubs of the package, and returns what it prints.
func (o *ORB) WalkInterfaces(t testing.TB, url string, without ...string) (string, error) {
	t.Helper()
	out, err := peer.Output(t, "env", append([]string{"PYTHONPATH=" + filepath.Join(o.dir, "packages"), "python3", walker, url}, without...)...)
	o.tally.Add(1, 0) // more, which it does not count
	return out, err
}
