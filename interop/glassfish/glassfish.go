// Package glassfish is the recipe for the ORB of GlassFish 4.2 (Java), which is that of the JDK up to version 10, and its IDL
// compiler idlj: the suite's server and client of package java on it.
package glassfish

import (
	"embed"
	"io/fs"
	"strconv"
	"testing"

	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/peer"
)

//go:embed src
var sources embed.FS

// edits are for what idlj does not take, or makes Java of that does not compile. Folder limits has a reproduction of each.
var edits = []idl.Edit{
	{File: "values.idl", Old: `world\x21`, New: "world!", Why: "hexadecimal escapes are copied into Java, which has none"},
	{File: "values.idl", Old: "OMEGA", Why: "a wide character below 0x1000 is written with three digits, which Java does not read"},
	{File: "values.idl", Old: "FAVOURITE", Why: "no constants of an enum"},
	{File: "values.idl", Old: "union ByShort", Why: "no label of unsigned short above 32767"},
	{File: "interop.idl", Old: "ByShort ", Why: "no label of unsigned short above 32767"},
	{File: "values.idl", Old: "union ByLongLong", Why: "a union with long long and no default does not compile"},
	{File: "interop.idl", Old: "ByLongLong ", Why: "a union with long long and no default does not compile"},
	{File: "types.idl", Old: "union UL", Why: "a union with long long and no default does not compile"},
	{File: "types.idl", Old: " UL e_ul(in UL x);", New: " ", Why: "a union with long long and no default does not compile"},
	{File: "types.idl", Old: "typedef fixed", Why: "no fixed"},
	{File: "types.idl", Old: "Money e_mon(in Money m); ", New: " ", Why: "no fixed"},
	{File: "grown.idl", Old: "Whole", Why: "no fixed"},
}

// Build makes the programs, or finds them made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally) *java.ORB {
	t.Helper()
	src, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	generate := []peer.Command{{"sh", "-c", "cd lib && jar xf idlj-*.jar includes && mv includes .."}}
	for _, name := range []string{"values", "interop", "types", "graphs", "custom", "bidir", "grown"} {
		generate = append(generate, Compile("lib", "gen", name+".idl"))
	}
	// The factories that idlj makes know a Twig, and call classes that are not there.
	generate = append(generate, peer.Command{"sh", "-c", "rm gen/Graphs/*DefaultFactory.java gen/Grown/*DefaultFactory.java gen/Parcels/*DefaultFactory.java"})
	return java.Build(t, tally, java.Recipe{Name: "glassfish", Sources: src, Edits: edits, Generate: generate})
}

// Compile returns the command that runs idlj, whose artifact is in lib, on a file, and writes into out.
func Compile(lib, out, file string) peer.Command {
	return peer.Command{"java", "-cp", lib + "/*", "com.sun.tools.corba.ee.idl.toJavaPortable.Compile", "-i", ".", "-i", "includes",
		"-fall", "-td", out, file}
}

// NamingCommand returns the command that runs the naming service of GlassFish, which forgets all when it ends, on a port.
func NamingCommand(o *java.ORB, port int) []string {
	return o.NamingCommand("com.sun.corba.ee.impl.naming.cosnaming.TransientNameServer", nil, "-ORBInitialPort", strconv.Itoa(port))
}
