package idl_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
)

// where Debian's package omniorb-idl puts its files.
const omniIDL = "/usr/share/idl/omniORB"

// TestSpelling holds that a file which was asked for is what its name means, not the copy that the compiler
// carries, however it is spelt.
func TestSpelling(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"", "./", "sub/", "../up/", "/root/", "a//b/./"} {
		comm, admin := at+"CosEventComm.idl", at+"CosEventChannelAdmin.idl"
		files := idl.FilesOf{
			comm:  "module CosEventComm { interface PushConsumer { void mine(); }; };",
			admin: "#include <CosEventComm.idl>\nmodule CosEventChannelAdmin { interface P : CosEventComm::PushConsumer {}; };",
		}
		for _, order := range [][]string{{comm, admin}, {admin, comm}} {
			r, err := idl.Compile(t.Context(), idl.Options{Resolver: files}, order...)
			if err != nil || len(r.Tree.Files) != 2 {
				t.Errorf("%q: got %d files, %s", order, len(r.Tree.Files), show(t, r))
			}
		}
	}
	one := idl.FilesOf{"./a.idl": "struct A { long x; };", "./b.idl": "#include \"a.idl\"\nstruct B { A m; };"}
	if r, err := idl.Compile(t.Context(), idl.Options{Resolver: one}, "./b.idl", "./a.idl"); err != nil {
		t.Errorf("./a.idl and a.idl are two: %s", show(t, r))
	}
}

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
			if compiles(t, r, f) {
				checkSerialises(t, r.Spec)
			}
		})
	}
	t.Run("together", func(t *testing.T) {
		t.Parallel()
		r, _ := idl.Compile(context.Background(), idl.Options{Include: []string{omniIDL + "/COS"}}, files...)
		if !compiles(t, r, "all files") {
			return
		}
		for _, f := range files {
			if m := r.Spec.File(f); m == nil || !m.Main {
				t.Errorf("%s is no main file of the specification", f)
			}
		}
	})
}

// compiles reports errors, and returns whether there is a specification.
func compiles(t *testing.T, r *idl.Result, what string) bool {
	t.Helper()
	if r.Spec == nil {
		t.Errorf("%s:\n%s", what, show(t, r))
	}
	return r.Spec != nil
}

// TestOmniORBFiles compiles omniORB's own files as its users do.
func TestOmniORBFiles(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(omniIDL + "/*.idl")
	needs(t, len(files) > 5, "Debian's package omniorb-idl")
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			r, _ := idl.Compile(context.Background(), idl.Options{Include: []string{omniIDL, omniIDL + "/COS"}, Define: []string{"__OMNIIDL__"}}, f)
			if compiles(t, r, f) {
				checkSerialises(t, r.Spec)
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

// TestBeforeOmniidl compares accepting with omniidl over all files that come with it: what it
// accepts, with its own orb.idl, is accepted.
func TestBeforeOmniidl(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(omniIDL + "/COS/*.idl")
	own, _ := filepath.Glob(omniIDL + "/*.idl")
	files = append(files, own...)
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
