package orb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// TestInitialCircles holds that initial references that lead to one another are an error, which says how.
func TestInitialCircles(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"corbaloc:rir:/A":   `"A" → "B" → "A"`,
		"corbaloc:rir:/C":   `"A" → "B" → "A"`,
		"corbaname:rir:#x":  `"NameService" → "NameService"`,
		"corbaloc:rir:/Own": `"Own" → "Own"`,
	} {
		o, err := orb.New(orb.Config{Logger: quiet(), InitialReferences: map[string]string{
			"A": "corbaloc:rir:/B", "B": "corbaloc:rir:/A", "C": "corbaloc:rir:/A", "Own": "corbaloc:rir:/Own", "NameService": "corbaname:rir:#ctx",
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer o.Shutdown(t.Context())
		if _, err := o.Resolve(t.Context(), url); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %s", url, err, want)
		}
	}
}
