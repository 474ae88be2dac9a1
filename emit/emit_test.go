package emit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	var f emit.Files
	for _, name := range []string{"b/x.go", "a.go", "b/a.go"} {
		if err := f.Add(name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for name, data := range f.All() {
		if string(data) != name {
			t.Errorf("got %q as the content of %s", data, name)
		}
		got = append(got, name)
	}
	if want := []string{"a.go", "b/a.go", "b/x.go"}; !slices.Equal(got, want) || f.Len() != 3 {
		t.Errorf("got %v, want %v", got, want)
	}
	if data, ok := f.Get("a.go"); !ok || string(data) != "a.go" {
		t.Errorf("got %q, %v", data, ok)
	}
	if _, ok := f.Get("c.go"); ok {
		t.Error("got a file that was not added")
	}
}

func TestFilesRefuses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".", "..", "/etc/passwd", "../a.go", "a/../../b", "a//b", "./a", "a.go", "a.go/b", "a.go/b/c", "d", "d/e", "a\x00b"} {
		t.Run(strings.ReplaceAll(name, "/", "|"), func(t *testing.T) {
			t.Parallel()
			var f emit.Files
			for _, there := range []string{"a.go", "d/e/f"} {
				if err := f.Add(there, nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.Add(name, nil); err == nil {
				t.Errorf("got no error for %q", name)
			}
		})
	}
}

func TestPrinter(t *testing.T) {
	t.Parallel()
	var p emit.Printer
	p.F("a %d", 1)
	p.L("100 %d")
	p.Blank()
	p.L("b")
	n := p.Len()
	p.L("cut")
	if got := p.Cut(n); got != "cut\n" {
		t.Errorf("got %q cut", got)
	}
	if got, want := string(p.Bytes()), "a 1\n100 %d\n\nb\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
