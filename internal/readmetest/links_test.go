package readmetest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLinks holds that what the README refers to is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(data), -1)
	if len(links) == 0 {
		t.Fatal("no links")
	}
	for _, l := range links {
		if _, err := os.Stat(filepath.Join(filepath.Dir(readme), l[1])); err != nil {
			t.Error(err)
		}
	}
}

// TestTargets holds that the Makefile has the targets of which the README speaks.
func TestTargets(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	spoken := regexp.MustCompile("(?m)(?:^|`|\\$ )make (\\w+)").FindAllStringSubmatch(string(data), -1)
	if len(spoken) == 0 {
		t.Fatal("no targets")
	}
	for _, m := range spoken {
		if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
			t.Errorf("make %s: the Makefile has no such target", m[1])
		}
	}
}

// TestCommands holds that the table of commands has every verb, and no other.
func TestCommands(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(data), "| command | |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	if !ok {
		t.Fatal("no table of commands")
	}
	told := map[string]bool{}
	for _, row := range strings.Split(table, "\n") {
		cell, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|")
		for _, m := range regexp.MustCompile("`(?:dsom )?([a-z ]*[a-z])").FindAllStringSubmatch(cell, -1) {
			told[m[1]] = true
		}
	}
	help, err := exec.Command("go", "run", "../../cmd/dsom", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(help), "Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	verbs := regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+)?)  `).FindAllStringSubmatch(list, -1)
	if len(verbs) == 0 {
		t.Fatalf("no verbs in\n%s", help)
	}
	for _, m := range verbs {
		if !told[m[1]] {
			t.Errorf("dsom %s: not in the README's table", m[1])
		}
		delete(told, m[1])
	}
	for verb := range told {
		t.Errorf("the README's table has %q, dsom has not", verb)
	}
}
