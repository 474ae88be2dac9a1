package orb_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// TestInitialReferences: names come from the configuration and from the program, each is listed once, and none that is not
// known is found.
func TestInitialReferences(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(c *orb.Config) {
		c.InitialReferences = map[string]string{"Twice": "corbaloc::127.0.0.1:1/x", "Configured": "corbaloc::127.0.0.1:1/x"}
	})
	ref, err := root.ActivateKey("registered", EchoClass.Servant(new(echo)))
	if err != nil {
		t.Fatal(err)
	}
	o.RegisterInitialReference("Registered", ref)
	o.RegisterInitialReference("Twice", ref)
	if got := o.InitialReferences(); !slices.Equal(got, []string{"Configured", "Registered", "Twice"}) {
		t.Errorf("listed %q", got)
	}
	for name, key := range map[string]string{"Configured": "x", "Registered": "registered", "Twice": "registered"} {
		if got, err := o.InitialReference(t.Context(), name); err != nil || got.ObjectKey() != key {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := o.InitialReference(t.Context(), "Unknown"); exc.From(err, exc.No).Kind != exc.InvIdent {
		t.Errorf("an unknown name: %v", err)
	}
}
