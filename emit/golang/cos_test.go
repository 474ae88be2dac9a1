package golang_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
)

// cosDir is where Debian's omniorb-idl has the IDL of the OMG's services.
const cosDir = "/usr/share/idl/omniORB/COS"

// TestCOS generates every IDL file of the OMG's services as one user would, one file a run
// into one folder, and demands that all of it compiles and vets. Files that need values or
// components must say so at their place, and nothing else.
func TestCOS(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles a few hundred thousand lines")
	}
	inputs, err := filepath.Glob(cosDir + "/*.idl")
	if err != nil {
		t.Fatal(err)
	}
	if len(inputs) == 0 {
		absent.Skip(t, "no IDL in %s: install omniorb-idl", cosDir)
	}
	dir := t.TempDir()
	made, unsupported := 0, 0
	for _, input := range inputs {
		r, err := idl.Compile(t.Context(), idl.Options{Include: []string{cosDir}}, input)
		if err != nil {
			if why := onlyUnsupported(r.Report); why != "" {
				t.Errorf("%s: %s\n%v", filepath.Base(input), why, err)
			}
			t.Logf("not supported: %v", r.Report.All()[0])
			unsupported++
			continue
		}
		made++
		files, report := golang.Emit(r.Spec, golang.Options{PackagePrefix: "cos", Package: "cos/outside", Existing: os.DirFS(dir)})
		if err := report.Err(); err != nil {
			t.Errorf("%s: %v", filepath.Base(input), err)
			continue
		}
		write(t, dir, files)
	}
	t.Logf("%d files generated, %d not supported", made, unsupported)
	if made < 40 {
		t.Errorf("got %d files generated of %d", made, len(inputs))
	}
	vet(t, dir, "cos")
}

// onlyUnsupported says what else than a lack of support a report complains of.
func onlyUnsupported(r *diag.Report) string {
	for _, d := range r.All() {
		if d.Severity != diag.Error {
			continue
		}
		if !strings.Contains(d.Message, "not supported") {
			return "refused: " + d.Message
		}
		if !d.Span.IsValid() {
			return "refused without a place: " + d.Message
		}
	}
	return ""
}
