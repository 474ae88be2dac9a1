// Package java is what the recipes of ORBs in Java have in common: the suite's server and client, written against the IDL
// mapping and the portable API alone, and how they are built and run. What is particular to an ORB is a class Peer of its
// own, its Maven artifacts, and the command that runs its IDL compiler.
package java

import (
	"cmp"
	"embed"
	"io/fs"
	"slices"
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

// Versions are the GIOP versions that the ORBs can be limited to.
var Versions = []string{"1.0", "1.1", "1.2"}

var tools = []peer.Tool{
	{Name: "java", Package: "openjdk-17-jdk-headless"},
	{Name: "javac", Package: "openjdk-17-jdk-headless"},
	{Name: "mvn", Package: "maven"},
}

// jvm makes a Java machine start soon and stay small. The last option lets JacORB make values of java.io, as it could when
// it was written.
var jvm = []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx512m", "--add-opens", "java.base/java.io=ALL-UNNAMED"}

// A Recipe is what a peer adds.
type Recipe struct {
	Name     string
	Sources  fs.FS          // pom.xml, with the artifacts; suite/Peer.java; what else it needs
	Edits    []idl.Edit     // what its IDL compiler does not take
	Generate []peer.Command // write Java into the folder gen; the artifacts are in folder lib
}

// An ORB is the suite's server and client, built.
type ORB struct {
	dir   string
	tally *peer.Tally
}

// Build makes the programs, or finds them made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally, r Recipe) *ORB {
	t.Helper()
	own, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := idl.Edited(r.Edits)
	if err != nil {
		t.Fatal(err)
	}
	stages := [][]peer.Command{{{"mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"}}}
	for _, command := range r.Generate { // one after the other: some write the same files
		stages = append(stages, []peer.Command{command})
	}
	stages = append(stages, []peer.Command{
		{"sh", "-c", "javac -nowarn -proc:none -Xlint:none -cp 'lib/*' -d classes $(find gen Graphs Grown Parcels suite -name '*.java')"},
	})
	return &ORB{tally: tally, dir: peer.Build(t, peer.Recipe{
		Name:    r.Name,
		Needs:   tools,
		Sources: []fs.FS{texts, own, r.Sources},
		Key:     []peer.Command{{"javac", "-version"}},
		Stages:  stages,
	})}
}

// Dir is the folder of the build: the artifacts are in lib.
func (o *ORB) Dir() string { return o.dir }

// Options are what server and client can be told. The zero value says nothing.
type Options struct {
	Version string // greatest GIOP version
	Naming  string // server: URL of the naming service in which to bind the hub
	Name    string // server: under this stringified name

	Properties []string // of the ORB, each NAME=VALUE
	Locale     string   // of the process, by LC_ALL, which says what its characters are; empty: C.UTF-8
}

// locale returns the arguments of env that run a command in the locale.
func (o Options) locale(command []string) []string {
	return append([]string{"LC_ALL=" + cmp.Or(o.Locale, "C.UTF-8")}, append([]string{"java"}, command...)...)
}

// java is the beginning of a command line that runs a class.
func (o *ORB) java(class string) []string {
	return append(slices.Clone(jvm), "-cp", o.dir+"/classes:"+o.dir+"/lib/*", class)
}

func (o *ORB) command(class string, options Options) []string {
	var properties []string
	for _, p := range options.Properties {
		properties = append(properties, "-D"+p)
	}
	args := append(properties, o.java(class)...)
	if options.Version != "" {
		args = append(args, "-version", options.Version)
	}
	if options.Naming != "" {
		args = append(args, "-naming", options.Naming, "-name", options.Name)
	}
	return args
}

// Start starts the server.
func (o *ORB) Start(t testing.TB, options Options) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "env", options.locale(o.command("suite.Server", options))...)
}

// Run runs the client against a hub: the cases named, or all but those that are run only when named.
func (o *ORB) Run(t testing.TB, options Options, url string, cases ...string) peer.Report {
	t.Helper()
	args := append(o.command("suite.Client", options), "-seed", strconv.FormatInt(peer.Seed(t), 10), url)
	return peer.Run(t, o.tally, "env", options.locale(append(args, cases...))...)
}

// NamingCommand returns the command that runs a naming service of the ORB: a class, its properties, and its arguments.
func (o *ORB) NamingCommand(class string, properties []string, args ...string) []string {
	command := append([]string{"java"}, jvm...)
	command = append(command, properties...)
	return append(append(command, "-cp", o.dir+"/lib/*", class), args...)
}

// CallNaming runs the client of naming services against the root context at url.
func (o *ORB) CallNaming(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "java", append(o.java("suite.Naming"), names.Args(t, url)...)...)
}

// ServeBothWays starts the server of bidirectional GIOP.
func (o *ORB) ServeBothWays(t testing.TB, options bidir.Options) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "java", append(o.java("suite.BothWays"), options.Args("serve")...)...)
}

// CallBothWays runs the client of bidirectional GIOP against the Peer at url.
func (o *ORB) CallBothWays(t testing.TB, options bidir.Options, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "java", append(o.java("suite.BothWays"), bidir.CallArgs(t, options, url)...)...)
}

// ServeGrown starts the server of grown.idl.
func (o *ORB) ServeGrown(t testing.TB) *peer.Server {
	t.Helper()
	return peer.Start(t, o.tally, "java", append(o.java("suite.Gardens"), "serve")...)
}

// CallGrown runs the client of grown.idl against the Garden at url.
func (o *ORB) CallGrown(t testing.TB, url string) peer.Report {
	t.Helper()
	return peer.Run(t, o.tally, "java", append(o.java("suite.Gardens"), "-seed", strconv.FormatInt(peer.Seed(t), 10), "call", url)...)
}

// Cases returns the names of all cases that the client has.
func (o *ORB) Cases(t testing.TB) []string {
	t.Helper()
	out, err := peer.Output(t, "java", append(o.command("suite.Client", Options{}), "-list")...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(out)
}
