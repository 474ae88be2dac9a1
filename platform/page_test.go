package platform_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/platform"
)

// names are the systems as people call them.
var names = map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS", "freebsd": "FreeBSD", "aix": "AIX"}

// TestPage holds that docs/platforms.md has the tables that there are. With DSOM_UPDATE_GOLDEN set it writes them, and fails so that
// nobody takes that for a pass.
func TestPage(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- made of package platform: -->\n", "<!-- so far -->\n"
	page := filepath.Join(root, "docs", "platforms.md")
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(b), begin)
	_, tail, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s lacks the marks of its tables", page)
	}
	want := []byte(head + begin + tables() + end + tail)
	if bytes.Equal(b, want) {
		return
	}
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(page, want, 0o666); err != nil {
			t.Fatal(err)
		}
		t.Fatal("the page was written; run again without DSOM_UPDATE_GOLDEN")
	}
	t.Errorf("%s is not what the table says; run the test with DSOM_UPDATE_GOLDEN=1", page)
}

func tables() string {
	var b strings.Builder
	b.WriteString("\n| releases for | processors |\n|---|---|\n")
	systems := platform.Systems()
	for _, os := range systems {
		var archs []string
		for _, t := range platform.Targets() {
			if t.OS == os {
				archs = append(archs, t.Arch)
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", names[os], strings.Join(archs, ", "))
	}
	b.WriteString("\n| what | key | lacked by | there |\n|---|---|---|---|\n")
	for _, a := range platform.Abilities() {
		var lack []string
		for _, os := range systems {
			if slices.Contains(a.Lacking, os) {
				lack = append(lack, names[os])
			}
		}
		by := strings.Join(lack, ", ")
		if len(lack) == len(systems) {
			by = "all"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", a.What, a.Key, by, strings.TrimSuffix(a.Instead, "."))
	}
	b.WriteString("\n")
	return b.String()
}
