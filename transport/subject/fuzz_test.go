package subject_test

import (
	"os"
	"testing"

	"github.com/opendsom/dsom/transport/subject"
)

// FuzzParse holds that a text is a name or an error, and a name what is written of it.
func FuzzParse(f *testing.F) {
	for _, r := range rows() {
		f.Add(r.text)
		for _, s := range append(r.also, r.not...) {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := subject.Parse(s)
		if err != nil {
			return
		}
		if back, err := subject.Parse(n.String()); err != nil || !back.Equal(n) {
			t.Errorf("%q is %q, which is read as %q, %v", s, n, back, err)
		}
	})
}

// FuzzOf holds the same of octets.
func FuzzOf(f *testing.F) {
	for _, r := range rows() {
		f.Add(name(f, r.name...))
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		n, err := subject.Of(der)
		if err != nil || n.String() == "" {
			return
		}
		if back, err := subject.Parse(n.String()); err != nil || !back.Equal(n) {
			t.Errorf("%x is %q, which is read as %q, %v", der, n, back, err)
		}
	})
}

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
