package interop_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/naming/omninames"
)

// TestOmniNamesFile reads the data file of an omniNames that runs, after each of nameclt's
// operations: the names in it are those that nameclt lists.
func TestOmniNamesFile(t *testing.T) {
	t.Parallel()
	n := omniorb.StartNaming(t)
	tally := new(peer.Tally)
	do := func(args ...string) {
		t.Helper()
		if out, err := omniorb.NameClt(t, tally, n.URL, append([]string{"-advanced"}, args...)...); err != nil {
			t.Fatalf("nameclt %v: %v\n%s", args, err, out)
		}
	}
	holds := func(want ...string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(n.Log, "*.dat"))
		if err != nil || len(files) != 1 {
			t.Fatalf("got %v, %v", files, err)
		}
		in, err := os.Open(files[0])
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		f, err := omninames.Read(in)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		var walk func(key, above string)
		walk = func(key, above string) {
			for _, c := range f.Contexts[key].Order {
				b := f.Contexts[key].Bound[c]
				name := above + ior.Name{c}.String()
				if b.Own == "" {
					got = append(got, name)
					continue
				}
				got = append(got, name+"/")
				walk(b.Own, name+"/")
			}
		}
		walk(f.Root, "")
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	holds()
	do("bind_new_context", "bank")
	do("bind", "bank/main", "corbaloc::h:1/k")
	holds("bank/", "bank/main")
	do("bind", `odd\.\/ name.k\\ind`, "corbaloc::h:2/k")
	do("rebind", "bank/main", "corbaloc::h:3/k")
	holds("bank/", "bank/main", `odd\.\/ name.k\\ind`)
	do("unbind", "bank/main")
	holds("bank/", `odd\.\/ name.k\\ind`)
	do("remove_context", "bank")
	holds(`odd\.\/ name.k\\ind`)
}
