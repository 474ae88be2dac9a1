package interop_test

import (
	"os"
	"path/filepath"
	"testing"

	printer "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/interop/peer"
)

const oracle = `module Asked {
  typedef sequence<double> Ds;
  struct Rec { octet o; Ds d; string s; long long l; };
  exception Refused { Rec why; any more; };
  interface Oracle {
    Rec ask(in long seed, out Ds d, inout any a) raises (Refused);
    readonly attribute Ds all;
    attribute string name;
    oneway void hint(in string s);
  };
  interface Sibyl : Oracle { void burn(in long books); };
};
`

// TestImpliedIDL has the IDL compilers of other ORBs take implied IDL of asynchronous calls, by itself.
func TestImpliedIDL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := filepath.Join(dir, "asked.idl")
	if err := os.WriteFile(source, []byte(oracle), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.Disk{}, Preinclude: []string{"Messaging.idl"}}, source)
	if err != nil {
		t.Fatal(err)
	}
	spec, err := r.Spec.Asynchronous(true)
	if err != nil {
		t.Fatal(err)
	}
	text := printer.Print(spec, spec.File(source), printer.Options{Portable: true})
	implied := filepath.Join(dir, "implied.idl")
	if err := os.WriteFile(implied, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	takes := func(t *testing.T, c peer.Command, made string) {
		t.Helper()
		said, err := peer.Output(t, c[0], c[1:]...)
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		if files, _ := filepath.Glob(made); len(files) == 0 { // idlj says nothing by its end
			t.Errorf("it has made no %s:\n%s", filepath.Base(made), said)
		}
	}
	t.Run("omniidl", func(t *testing.T) {
		t.Parallel()
		peer.Need(t, peer.Tool{Name: "omniidl", Package: "omniidl"})
		out := t.TempDir()
		takes(t, peer.Command{"omniidl", "-bcxx", "-C" + out, implied}, filepath.Join(out, "implied.hh"))
	})
	for _, o := range javaORBs {
		t.Run(o.folder, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			lib := filepath.Join(o.build(t, &tally).Dir(), "lib")
			takes(t, o.compile(lib, out, implied), filepath.Join(out, "Asked", "AMI_SibylHandler.java"))
		})
	}
}
