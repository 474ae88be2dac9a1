package format_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/format"
	"pgregory.net/rapid"
)

// TestEdits holds for any two texts that the edits make one into the other.
func TestEdits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab\n")), 0, 60, -1)
		was, is := text.Draw(t, "was"), text.Draw(t, "is")
		lines := strings.SplitAfter(was, "\n")
		var got strings.Builder
		at := 0
		for _, e := range format.Edits(was, is) {
			if e.Line < at {
				t.Fatalf("edit of line %d after one up to %d", e.Line, at)
			}
			got.WriteString(strings.Join(lines[at:e.Line], "") + strings.Join(e.Text, ""))
			at = e.Line + e.Count
		}
		got.WriteString(strings.Join(lines[at:], ""))
		if got.String() != is {
			t.Errorf("got %q", got.String())
		}
	})
}

func TestDiff(t *testing.T) {
	t.Parallel()
	if got := format.Diff("x.idl", "a\n", "a\n"); got != "" {
		t.Errorf("got %q", got)
	}
	const want = "--- x.idl\n+++ x.idl (formatted)\n@@ -1,4 +1,5 @@\n-a\n+A\n+B\n b\n c\n d\n@@ -7,4 +8,4 @@\n g\n h\n i\n-j\n\\ No newline at end of file\n+j\n"
	if got := format.Diff("x.idl", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj", "A\nB\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestDiffIsForPatch holds that the patch of Unix makes the formatted text of what Diff says.
func TestDiffIsForPatch(t *testing.T) {
	t.Parallel()
	patch, err := exec.LookPath("patch")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the program patch is missing")
		}
		t.Skip("needs the program patch")
	}
	everyIDL(t, func(name string, text []byte) {
		if !strings.Contains(name, "testdata") {
			return
		}
		out, err := format.Source(name, text, format.Options{})
		if err != nil || string(out) == string(text) {
			return
		}
		cmd := exec.Command(patch, "-s", "-o", "-", name)
		abs, _ := filepath.Abs(name)
		cmd.Args[len(cmd.Args)-1] = abs
		cmd.Stdin = strings.NewReader(format.Diff(filepath.Base(name), string(text), string(out)))
		got, err := cmd.Output()
		if err != nil || string(got) != string(out) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	})
}
