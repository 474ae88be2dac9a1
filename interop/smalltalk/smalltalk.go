// Package smalltalk is the recipe for this project's ORB in Smalltalk, on Squeak: the suite's client and server, run by dsom smalltalk run. It shares no code with the one in Go.
package smalltalk

import (
	"embed"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	bind "github.com/opendsom/dsom/bind/smalltalk"
	emitsmalltalk "github.com/opendsom/dsom/emit/smalltalk"
	dsomidl "github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/interop/gopeer/names"
	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/peer"
)

//go:embed src
var sources embed.FS

// An ORB is the suite's client and server, ready to run.
type ORB struct {
	dir, dsom string
	tally     *peer.Tally
}

// Build makes a folder with the programs and what they know of the suite's IDL, and dsom. It skips the test where Squeak is missing.
func Build(t testing.TB, tally *peer.Tally) *ORB {
	t.Helper()
	if err := (bind.Program{}).Missing(); err != nil {
		peer.Lacking(t, err.Error())
	}
	o := &ORB{dir: t.TempDir(), tally: tally}
	src, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range []fs.FS{src, idl.Files} {
		if err := os.CopyFS(o.dir, files); err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for _, name := range []string{"interop.idl", "values.idl", "fixed.idl", "types.idl"} {
		all = append(all, filepath.Join(o.dir, name))
	}
	r, err := dsomidl.Compile(t.Context(), dsomidl.Options{}, all...)
	if err != nil {
		t.Fatal(err)
	}
	files, err := emitsmalltalk.Emit(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range files.All() {
		if err := os.WriteFile(filepath.Join(o.dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.dsom = filepath.Join(o.dir, "dsom")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", o.dsom, "./cmd/dsom")
	cmd.Dir = ".." // a module of its own
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building dsom: %v\n%s", err, out)
	}
	return o
}

// Options are what the client and the server can be told. The zero value is little-endian, whole messages, and GIOP 1.2.
type Options struct {
	BigEndian    bool
	Fragment     int    // octets of a message in GIOP 1.2 beyond which it is sent in fragments
	Version      string // of GIOP: in the references of the server, and the greatest that the client speaks
	Naming, Name string // server: URL of the naming service in which to bind the hub, and the stringified name
}

// words are what both programs are told of an ORB.
func (o Options) words() []string {
	order, minor := "little", "2"
	if o.BigEndian {
		order = "big"
	}
	if o.Version != "" {
		minor = o.Version[len("1."):]
	}
	return []string{order, strconv.Itoa(o.Fragment), minor}
}

// The programs' paths count from their folder. A read of standard input would hold all of Smalltalk: another process waits for its end.
const (
	run   = `cd "$0" && exec ./dsom smalltalk run "$@"`
	serve = `cd "$0" && end=$(mktemp -u "$0/end.XXXXXX") && exec 3<&0 && { { cat <&3; : >"$end"; } >/dev/null 2>&1 & exec ./dsom smalltalk run server.st "$1" "$2" "$3" "$end" ${5:+"$4" "$5"} 3<&-; }`
)

// Start starts the server.
func (o *ORB) Start(t testing.TB, options Options) *peer.Server {
	t.Helper()
	args := append([]string{"-c", serve, o.dir}, options.words()...)
	if options.Naming != "" {
		args = append(args, options.Naming, options.Name)
	}
	return peer.Start(t, o.tally, "sh", args...)
}

// Run runs the client against a hub: the cases named, or all.
func (o *ORB) Run(t testing.TB, options Options, url string, cases ...string) peer.Report {
	t.Helper()
	args := []string{"-c", run, o.dir, "client.st", url, seed(t)}
	return peer.Run(t, o.tally, "sh", append(append(args, options.words()...), cases...)...)
}

// CallNaming runs the client of naming services against the root context at url, whose reference decides the version of GIOP.
func (o *ORB) CallNaming(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "sh", "-c", run, o.dir, "naming.st", url, names.HubName, seed(t), "2")
}

// seed is that of the suite, in as many bits as the programs take.
func seed(t testing.TB) string { return strconv.FormatInt(peer.Seed(t)&0x7fffffff, 10) }
