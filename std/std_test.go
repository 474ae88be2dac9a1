// Package std_test holds the stubs of standard IDL against the IDL that they are of.
package std_test

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
)

// services is the folder of the OMG's services, which are compiled together.
const services = "../idl/standard/cos"

// inputs returns the files that are compiled, those together that belong together.
func inputs(t *testing.T) [][]string {
	cos, err := filepath.Glob(services + "/*.idl")
	if err != nil || len(cos) == 0 {
		t.Fatalf("no services: %v", err)
	}
	own, err := filepath.Glob("*/*.idl")
	if err != nil || len(own) == 0 {
		t.Fatalf("no input: %v", err)
	}
	groups := [][]string{cos, {"../idl/standard/Components.idl"}, {"../idl/standard/Messaging.idl"},
		{"../idl/standard/xnaming.idl", "../idl/standard/dsomnaming.idl"}}
	for _, input := range own {
		groups = append(groups, []string{input})
	}
	return groups
}

// byHand are the files that belong to generated ones: what #pragma go_value names.
var byHand = map[string]bool{"messaging/held.go": true}

// TestGenerated compiles the IDL file of each package and demands that the package is what
// is generated from it, as go generate would. DSOM_UPDATE_GOLDEN=1 writes what is
// generated, and fails.
func TestGenerated(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for _, group := range inputs(t) {
		input := group[0]
		r, err := idl.Compile(t.Context(), idl.Options{Include: []string{services}}, group...)
		if err != nil {
			t.Fatal(err)
		}
		opt := golang.Options{PackagePrefix: "github.com/opendsom/dsom/std"}
		// What else the compiler carries has no IDL file here but one that includes it.
		if len(group) == 1 && path.Dir(path.Dir(input)) == "." && !r.Spec.Decls[0].About().IsMain() {
			opt.Included, opt.NoStandard = true, true
		}
		if input == "ifr/ifr.idl" { // it has the whole of module CORBA, of which package corba has what most need
			opt.Modules = map[string]string{"CORBA": "github.com/opendsom/dsom/std/ifr"}
		}
		files, report := golang.Emit(r.Spec, opt)
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		for name, got := range files.All() {
			made[name] = true
			want, err := os.ReadFile(filepath.FromSlash(name))
			if err == nil && bytes.Equal(got, want) {
				continue
			}
			if os.Getenv("DSOM_UPDATE_GOLDEN") == "" {
				t.Errorf("%s is not what is generated from %s (-want +got):\n%s", name, input, cmp.Diff(string(want), string(got)))
				continue
			}
			if err := os.WriteFile(filepath.FromSlash(name), got, 0o644); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s refreshed", name)
		}
	}
	have, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range have {
		if name = filepath.ToSlash(name); !made[name] && path.Base(name) != "generate.go" && !strings.HasSuffix(name, "_test.go") && !byHand[name] {
			t.Errorf("%s is generated no more", name)
		}
	}
}
