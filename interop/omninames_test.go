package interop_test

import (
	"fmt"
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
		var got []string
		var err error
		defer func() {
			if t.Failed() {
				t.Logf("got %q, %v, want %q", got, err, want)
			}
		}()
		until(t, "the data file with these names", func() bool {
			got, err = namesIn(n.Log)
			return err == nil && slices.Equal(got, want)
		})
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

// namesIn returns the names in omniNames' data file in a folder, depth first. While omniNames writes the file anew, under
// another name and then renamed, there is none for a moment: that is an error, and may be none a moment later.
func namesIn(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.dat"))
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("data files %v in %s, want one", files, folder)
	}
	in, err := os.Open(files[0])
	if err != nil {
		return nil, err
	}
	defer in.Close()
	f, err := omninames.Read(in)
	if err != nil {
		return nil, err
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
	return got, nil
}
