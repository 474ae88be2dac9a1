// Package jacorb is the recipe for JacORB 3.9 (Java): the suite's server and client of package java on it.
package jacorb

import (
	"embed"
	"io/fs"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/peer"
)

//go:embed src
var sources embed.FS

// edits are for what the IDL compiler does not take. Folder limits has a reproduction of each.
var edits = []idl.Edit{
	{File: "values.idl", Old: "0xFFFFFFFFFFFFFFFF", New: "18446744073709551615", Why: "no hexadecimal constant above 2^63"},
	{File: "values.idl", Old: "union ByShort", Why: "no label of unsigned short above 32767"},
	{File: "interop.idl", Old: "ByShort ", Why: "no label of unsigned short above 32767"},
	{File: "values.idl", Old: "union ByLongLong", Why: "no label of long long beyond 32 bits"},
	{File: "interop.idl", Old: "ByLongLong ", Why: "no label of long long beyond 32 bits"},
	{File: "interop.idl", Old: "out any e,", New: "out any extra,", Why: "no parameter named e beside a sequence"},
	{File: "grown.idl", Old: "ValueBase last", Why: "no member of type ValueBase"},
}

// Build makes the programs, or finds them made. It skips the test where something is missing for it.
func Build(t testing.TB, tally *peer.Tally) *java.ORB {
	t.Helper()
	src, err := fs.Sub(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	var generate []peer.Command
	for _, name := range []string{"interop", "fixed", "types", "graphs", "custom", "bidir", "grown"} {
		generate = append(generate, Compile("lib", "gen", name+".idl"))
	}
	return java.Build(t, tally, java.Recipe{Name: "jacorb", Sources: src, Edits: edits, Generate: generate})
}

// Compile returns the command that runs the IDL compiler, whose artifacts are in lib, on a file, and writes into out.
func Compile(lib, out, file string) peer.Command {
	return peer.Command{"java", "-cp", lib + "/*", "org.jacorb.idl.parser", "-I.", "-d", out, "-all", "-sloppy_forward", "-forceOverwrite",
		"-i2jpackage", "CORBA:org.omg.CORBA", file}
}

// NamingCommand returns the command that runs JacORB's naming service on a port of 127.0.0.1, with its files in a folder.
func NamingCommand(o *java.ORB, port int, files string) []string {
	return o.NamingCommand("org.jacorb.naming.NameServer", []string{
		"-DOAIAddr=127.0.0.1", "-DOAPort=" + strconv.Itoa(port), "-Djacorb.config.log.verbosity=0", "-Djacorb.naming.db_dir=" + files,
	}, filepath.Join(files, "root.ior"))
}
