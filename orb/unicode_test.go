package orb_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// TestUnicodeThroughCorbaloc: a URL that promises nothing does not keep a text from being sent
// that needs more than ISO 8859-1; what the reference says it cannot do is not tried.
func TestUnicodeThroughCorbaloc(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(&echo{orb: o})); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"", "iiop:1.1@", "iiop:1.2@"} {
		url := fmt.Sprintf("corbaloc:%s127.0.0.1:%d/Echo", version, o.Endpoints()[0].Port)
		if version == "" {
			url = fmt.Sprintf("corbaloc::127.0.0.1:%d/Echo", o.Endpoints()[0].Port)
		}
		far, err := newClient(t, nil).Resolve(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		e := EchoClass.Unchecked(far)
		for _, text := range []string{"plain", "日本", "plain again", "€"} {
			if got, err := e.Say(t.Context(), text); got != text || err != nil {
				t.Errorf("%s: said %q: %q, %v", url, text, got, err)
			}
		}
		if got, err := EchoClass.Unchecked(far.InUnicode()).Say(t.Context(), "本"); got != "本" || err != nil {
			t.Errorf("%s in Unicode: %q, %v", url, got, err)
		}
		if far.InUnicode().String() != far.String() {
			t.Errorf("%s in Unicode is another reference", url)
		}
	}
	old := newClient(t, func(c *orb.Config) { c.MaxVersion = cdr.V10 })
	far, err := old.Resolve(t.Context(), fmt.Sprintf("corbaloc::127.0.0.1:%d/Echo", o.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := EchoClass.Unchecked(far).Say(t.Context(), "日本"); !errors.Is(err, exc.DataConversion) {
		t.Errorf("a client of GIOP 1.0 alone: %v, want DATA_CONVERSION", err)
	}
}
