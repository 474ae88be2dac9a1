package reach_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/opendsom/dsom/reach"
)

// TestDocumentedRules holds that the rules that the page on networks shows are rules.
func TestDocumentedRules(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/networks.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	check := func(pattern string, parse func(string) error) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(page), -1) {
			text := m[1]
			if text == "RULE" || text == "HOST," || text == "HOST" || text == "…" {
				continue
			}
			found++
			if err := parse(text); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
	publish := func(s string) error { _, err := reach.ParsePublish(s); return err }
	connect := func(s string) error { _, err := reach.ParseConnect(s); return err }
	check("--publish \"?([^\\s`\"]+)", publish)
	check("\"DSOM_PUBLISH=([^\"]+)\"", publish)
	check("DSOM_CONNECT=([^\\s`\"]+)", connect)
	check("(?m)^\\| `([^` ]*[^` @a-z0-9][^` ]*@(?:refuse|direct))` \\|", connect)
	check("(?m)^\\| `([a-z0-9.*/:]+=[a-z0-9.:]+)` \\|", func(s string) error {
		if publish(s) == nil {
			return nil
		}
		return connect(s)
	})
	if found < 20 {
		t.Errorf("only %d rules were found", found)
	}
}
