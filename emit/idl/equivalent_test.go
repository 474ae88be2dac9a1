package idl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	printer "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/golden"
)

// TestEquivalent holds the equivalent IDL of components and homes, as IDL, and that this compiles to
// the same model.
func TestEquivalent(t *testing.T) {
	t.Parallel()
	const file = "../golang/testdata/idl/components.idl"
	r, err := idl.Compile(t.Context(), idl.Options{}, file)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Spec.HasComponents() {
		t.Error("the file has no components")
	}
	spec, err := r.Spec.Equivalent()
	if err != nil {
		t.Fatal(err)
	}
	text := printer.Print(spec, spec.File(file), printer.Options{})
	golden.Check(t, "equivalent.golden", text)
	again, err := idl.Compile(t.Context(), idl.Options{Resolver: replaced{idl.Disk{}, file, text}}, file)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(meaning(t, spec), meaning(t, again.Spec)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Spec.Lookup("::Parts::HeaterConsumer") != nil || !r.Spec.HasComponents() {
		t.Error("the specification itself has changed")
	}
}

// TestEquivalentRefuses holds that what equivalent IDL refers to must be there.
func TestEquivalentRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"component C {};": "model: ::Components::CCMObject is not declared",
		"module Components { interface CCMObject {}; }; eventtype E {}; component C { emits E e1; };": "model: ::Components::EventConsumerBase is not declared",
		"module Components { interface CCMObject {}; }; component C {}; home H manages C {};":         "model: ::Components::CCMHome is not declared",
	} {
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}}, "a.idl")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Spec.Equivalent(); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
