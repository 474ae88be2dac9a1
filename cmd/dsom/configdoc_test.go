package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/svc/somdd/somenv"
)

// TestConfigurationPage holds that the page has the keys that there are, and says what SOM's settings have become.
func TestConfigurationPage(t *testing.T) {
	t.Parallel()
	keys, err := configKeys(t.Context(), newConsole(strings.NewReader(""), os.Stderr, os.Stderr))
	if err != nil {
		t.Fatal(err)
	}
	var table, old strings.Builder
	table.WriteString("| key | value | |\n|---|---|---|\n")
	for _, k := range keys {
		live := ""
		if k.Live {
			live = " *Live.*"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s%s |\n", k.Key, k.Form, strings.ReplaceAll(k.Doc, "|", `\|`), live)
	}
	old.WriteString("| setting | is now | |\n|---|---|---|\n")
	for _, n := range somenv.Names() {
		f, err := somenv.Setting{Name: n, Value: somenv.Example(n)}.Became()
		if err != nil {
			t.Fatal(err)
		}
		key := f.Key
		if key != "" {
			key = "`" + key + "`"
		}
		fmt.Fprintf(&old, "| `%s` | %s | %s |\n", n, key, f.Note)
	}
	const page = "../../docs/configuration.md"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for name, want := range map[string]string{"keys": table.String(), "old": old.String()} {
		begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->"
		before, rest, ok := strings.Cut(text, begin)
		got, after, found := strings.Cut(rest, end)
		if !ok || !found {
			t.Fatalf("%s has no part %s", page, name)
		}
		if got == want {
			continue
		}
		if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
			text = before + begin + want + end + after
			if err := os.WriteFile(page, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		t.Errorf("%s: the part %s is not what the program says (DSOM_UPDATE_GOLDEN=1 writes it anew)", page, name)
	}
}
