package idl_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
)

// where Debian's package omniorb-idl puts its files.
const omniIDL = "/usr/share/idl/omniORB"

// TestCOS compiles every specification of OMG's services that Debian ships, with no include
// but their own directory: what they need of CORBA the compiler carries.
func TestCOS(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(omniIDL + "/COS/*.idl")
	needs(t, len(files) > 50, "Debian's package omniorb-idl")
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			r, _ := idl.Compile(context.Background(), idl.Options{Include: []string{omniIDL + "/COS"}}, f)
			if onlyUnsupported(t, r, f) {
				checkSerialises(t, r.Spec)
			}
		})
	}
	t.Run("together", func(t *testing.T) {
		t.Parallel()
		r, _ := idl.Compile(context.Background(), idl.Options{Include: []string{omniIDL + "/COS"}}, files...)
		if !onlyUnsupported(t, r, "all files") {
			return
		}
		for _, f := range files {
			if m := r.Spec.File(f); m == nil || !m.Main {
				t.Errorf("%s is no main file of the specification", f)
			}
		}
	})
}

// onlyUnsupported reports errors but those that something is not supported yet, and returns
// whether there is a specification.
func onlyUnsupported(t *testing.T, r *idl.Result, what string) bool {
	t.Helper()
	for _, d := range r.Report.All() {
		if d.Severity == diag.Error && (d.Code != "IDL2012" || !d.Span.IsValid()) {
			t.Errorf("%s:\n%s", what, show(t, r))
			return false
		}
	}
	return r.Spec != nil
}

// TestOmniORBFiles compiles omniORB's own files as its users do. They use valuetypes in places,
// and those who include them without using these are not to suffer.
func TestOmniORBFiles(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(omniIDL + "/*.idl")
	needs(t, len(files) > 5, "Debian's package omniorb-idl")
	withValues := []string{"boxes.idl", "messaging.idl", "orb.idl", "pollable.idl"}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			r, _ := idl.Compile(context.Background(), idl.Options{Include: []string{omniIDL, omniIDL + "/COS"}, Define: []string{"__OMNIIDL__"}}, f)
			if !onlyUnsupported(t, r, f) && !slices.Contains(withValues, filepath.Base(f)) {
				t.Errorf("got errors:\n%s", show(t, r))
			}
		})
	}
}

// TestCaptures compiles the specifications of the recorded traffic.
func TestCaptures(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../../shared/data/giop-captures/*.idl")
	needs(t, len(files) >= 2, "the folder of captures")
	for _, f := range files {
		r, err := idl.Compile(context.Background(), idl.Options{}, f)
		if err != nil {
			t.Errorf("%s:\n%s", f, show(t, r))
		}
	}
}

// TestBeforeOmniidl compares accepting with omniidl over the COS files: what it accepts, with
// its own orb.idl, is accepted.
func TestBeforeOmniidl(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(omniIDL + "/COS/*.idl")
	needs(t, len(files) > 50, "Debian's package omniorb-idl")
	_, err := exec.LookPath("omniidl")
	needs(t, err == nil, "omniidl")
	var refused []string
	for _, f := range files {
		verdict, _ := omniidl(t, ".", f, omniIDL+"/COS")
		r, _ := idl.Compile(context.Background(), idl.Options{Include: []string{omniIDL, omniIDL + "/COS"}, Define: []string{"__OMNIIDL__"}}, f)
		if verdict == "accepts" && r.Report.HasErrors() {
			t.Errorf("omniidl accepts %s:\n%s", f, show(t, r))
		}
		if verdict != "accepts" {
			refused = append(refused, filepath.Base(f)+" (it "+verdict+")")
		}
	}
	t.Logf("omniidl does not accept: %s", strings.Join(refused, ", "))
}
