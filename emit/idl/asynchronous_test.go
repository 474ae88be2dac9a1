package idl_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	printer "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/model"
)

// stockManager is the running example of the specification, and what is special besides.
const stockManager = "../golang/testdata/idl/stockmanager.idl"

func compileAMI(t *testing.T, file, text string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: replaced{idl.Disk{}, file, text}, Preinclude: []string{"Messaging.idl"}}, file)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return r.Spec
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAsynchronous holds the implied IDL of asynchronous calls, as IDL, and that this compiles to the same model.
func TestAsynchronous(t *testing.T) {
	t.Parallel()
	before := compileAMI(t, stockManager, read(t, stockManager))
	spec, err := before.Asynchronous(true)
	if err != nil {
		t.Fatal(err)
	}
	text := printer.Print(spec, spec.File(stockManager), printer.Options{})
	golden.Check(t, "asynchronous.golden", text)
	again := compileAMI(t, stockManager, text)
	if diff := cmp.Diff(meaning(t, spec), meaning(t, again)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	portable := printer.Print(spec, spec.File(stockManager), printer.Options{Portable: true})
	if diff := cmp.Diff(meaning(t, spec), meaning(t, compileAMI(t, stockManager, portable))); diff != "" {
		t.Errorf("for other compilers (-want +got):\n%s", diff)
	}
	if whole := printer.Print(spec, spec.File(stockManager), printer.Options{Portable: true, Whole: true}); strings.Contains(whole, "#include <orb.idl>") {
		t.Errorf("with all that is included, it includes what Messaging.idl does:\n%s", whole)
	}
	if !strings.Contains(portable, "interface ReplyHandler {};") {
		t.Error("for other compilers the module Messaging is not declared")
	}
	if before.Lookup("::Exchange::AMI_StockManagerHandler") != nil {
		t.Error("the specification itself has changed")
	}
}

// TestAsynchronousRefuses holds that Messaging must be there.
func TestAsynchronousRefuses(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{}, stockManager)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Spec.Asynchronous(false); err == nil || err.Error() != "model: ::Messaging::ReplyHandler is not declared" {
		t.Errorf("got %v", err)
	}
}

// TestAsynchronousOfOmniidl holds implied IDL against that of omniORB's compiler. What it does not take, or makes
// wrong IDL of, is left out: an attribute's exceptions, an operation get_last beside an attribute last, a parameter ami_handler. Its pollers raise no WrongTransaction.
func TestAsynchronousOfOmniidl(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("omniidl"); err != nil {
		absent.Skip(t, "omniidl is missing")
	}
	text := strings.NewReplacer("last raises (InvalidStock)", "last", "Quotes get_last();", "", "in string ami_handler", "in string other").Replace(read(t, stockManager))
	file := filepath.Join(t.TempDir(), "stockmanager.idl")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs, err := exec.CommandContext(t.Context(), "omniidl", "-bami", "-Wbdump", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	said := strings.NewReplacer("/* AMI pseudo-operations...", "", "** ...end of AMI pseudo operations.\n    */", "").Replace(string(theirs))
	spec, err := compileAMI(t, file, text).Asynchronous(true)
	if err != nil {
		t.Fatal(err)
	}
	want, got := declared(compileAMI(t, file, said), file), declared(spec, file)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-omniidl +got):\n%s", diff)
	}
	if !slices.Contains(got, "::Exchange::AMI_AMI_DeskHandler::halt_ami_excep void (in ::Messaging::ExceptionHolder excep_holder)") {
		t.Errorf("nothing was compared: %q", got)
	}
}

// declared lists what a specification declares in interfaces and values, sorted.
func declared(s *model.Spec, file string) []string {
	var all []string
	for d := range s.All() {
		i := d.About()
		if i.File() == nil || i.File().Path != file {
			continue
		}
		line := i.QualifiedName() + " "
		switch d := d.(type) {
		case *model.Operation:
			line += typeName(d.Result) + " ("
			for n, p := range d.Params {
				if n > 0 {
					line += ", "
				}
				line += [...]string{"in ", "out ", "inout "}[p.Direction] + typeName(p.Type) + " " + p.Name
			}
			line += ")"
			for _, x := range d.Raises {
				if x.Name != "WrongTransaction" {
					line += " " + x.QualifiedName()
				}
			}
		case *model.Interface:
			line += d.ID
			for _, b := range d.Bases {
				line += " " + typeName(b)
			}
		case *model.ValueType:
			line += d.ID
			for _, b := range d.Bases {
				line += " " + typeName(b)
			}
		default:
			continue
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

func typeName(t *model.Type) string {
	if t.Kind == model.Named {
		return t.Decl.About().QualifiedName()
	}
	return t.String()
}
