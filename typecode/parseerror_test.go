package typecode_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/typecode"
)

// TestParseErrorsAreShort: an error repeats the beginning of a long text alone.
func TestParseErrorsAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	for _, text := range []string{strings.Repeat("sequence<", 1<<17) + "long", long, `struct X "IDL:` + long, "long " + long, "struct " + long + " {", "enum E { a, " + long} {
		if _, err := typecode.Parse(text, nil); err == nil || len(err.Error()) > 600 {
			t.Errorf("%.40s…: an error of %d octets", text, len(fmt.Sprint(err)))
		}
	}
}
