package idl_test

import (
	"slices"
	"testing"
)

// TestMisspelt holds what is asked where a keyword is misspelt: that at the place of the message, or
// that before it.
func TestMisspelt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"interface I { voide f(); };":                     `did you mean "void"?`,
		"interface I { strng f(); };":                     `did you mean "string"?`,
		"interface I { bolean f(); };":                    `did you mean "boolean"?`,
		"struct S { lnog a; };":                           `did you mean "long"?`,
		"struct S { ::lnog a; };":                         ``,
		"struct S { _lnog a; };":                          ``,
		"typedef long lnge; struct S { lnog a; };":        `did you mean "long"?`,
		"interface I { attrbute long a; };":               `did you mean "attribute" before it?`,
		"interface I { unsinged long q(); };":             `did you mean "unsigned" before it?`,
		"interface I { readonly attribut long b; };":      `did you mean "attribute"?`,
		"interface I { readonly banana long b; };":        ``,
		"struct S { sequnce<long> b; };":                  `did you mean "sequence" before it?`,
		"struct S { Thing long; };":                       `to use a keyword as a name write _long`,
		"typedef long T; interface I { T attribute(); };": `to use a keyword as a name write _attribute`,
	} {
		var helps []string
		for _, d := range compile(t, text).Report.All() {
			if d.Help != "" {
				helps = append(helps, d.Help)
			}
		}
		if (want == "") != (len(helps) == 0) || want != "" && !slices.Contains(helps, want) {
			t.Errorf("%s: got %q, want %q", text, helps, want)
		}
	}
}
