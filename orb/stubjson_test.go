package orb_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// A shadowing stub has an operation with the name of the method that returns its reference.
type shadowing struct{ orb.StubRef }

func (shadowing) IOR(string) string { return "" }

// TestStubsAsJSON writes anys that hold stubs as JSON: references, as which they are sent.
func TestStubsAsJSON(t *testing.T) {
	t.Parallel()
	const url = "corbaloc:iiop:1.2@127.0.0.1:9/x"
	ref, err := newClient(t, nil).Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	stub := EchoClass.Unchecked(ref)
	list, err := dyn.Of(typecode.Sequence(EchoClass.TypeCode(), 0), []any{stub, ref, shadowing{orb.NewStubRef(ref)}})
	if err != nil {
		t.Fatal(err)
	}
	for want, a := range map[string]dyn.Any{
		`"` + url + `"`: EchoClass.Any(stub),
		"[" + strings.Repeat(`,"`+url+`"`, 3)[1:] + "]": list,
	} {
		if got, err := dyn.MarshalJSON(a); err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}
