package interop_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
)

// TestGenerated demands that the committed stubs are what "go generate" in folder gen writes.
func TestGenerated(t *testing.T) {
	t.Parallel()
	var made []string
	for _, c := range []struct {
		ami   bool
		files []string
	}{
		{false, []string{"idl/values.idl", "idl/interop.idl", "idl/fixed.idl", "idl/types.idl", "idl/graphs.idl", "idl/custom.idl", "idl/bidir.idl", "idl/grown.idl"}},
		{true, []string{"idl/asynchronous.idl"}},
	} {
		var opt idl.Options
		if c.ami {
			opt.Preinclude = []string{"Messaging.idl"}
		}
		r, err := idl.Compile(t.Context(), opt, c.files...)
		if err != nil {
			t.Fatal(err)
		}
		files, report := golang.Emit(r.Spec, golang.Options{PackagePrefix: "github.com/opendsom/dsom/interop/gen", AMI: c.ami})
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		for name, want := range files.All() {
			name = filepath.Join("gen", filepath.FromSlash(name))
			made = append(made, name)
			if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not what is generated (%v): run go generate in gen", name, err)
			}
		}
	}
	have, err := filepath.Glob("gen/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range have {
		if !slices.Contains(made, name) {
			t.Errorf("%s is generated no more", name)
		}
	}
}
