package readmetest_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

const readme = "../../README.md"

// A block is a fenced block of the README.
type block struct {
	line int      // of its first line of text
	info []string // the words behind the backticks
	text string
}

// A step is a command line and what is seen then.
type step struct {
	command string // "" for what is seen first, "^C" for an interrupt
	want    []string
}

// blocks reads the README's blocks.
func blocks(t *testing.T) []block {
	t.Helper()
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	var open *block
	for i, line := range strings.Split(string(data), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 2, info: strings.Fields(info)}
		case fence:
			all, open = append(all, *open), nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	if open != nil {
		t.Fatalf("README.md:%d: the block has no end", open.line)
	}
	return all
}

// steps takes a console apart.
func (b block) steps() []step {
	var all []step
	for _, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		command, typed := strings.CutPrefix(line, "$ ")
		switch {
		case typed || line == "^C":
			all = append(all, step{command: command})
		case len(all) == 0:
			all = append(all, step{want: []string{line}})
		default:
			last := &all[len(all)-1]
			last.want = append(last.want, line)
		}
	}
	return all
}

// differing is what differs from run to run, and what stands for it. The order matters.
var differing = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`dsom-demo-\d+`), "demo"},                       // the demonstration's state where its port is taken
	{regexp.MustCompile(` --at localhost:\d+`), ""},                     // likewise
	{regexp.MustCompile(`\b\d+\.\d+\.\d+\.\d+\b`), "ADDRESS"},           //
	{regexp.MustCompile(`(^| )(?:/[\w.~@+-]+)+/([\w.~@+-]+)`), "$1/$2"}, // folders
	{regexp.MustCompile(`(ADDRESS|localhost|tcp:):\d+\b`), "$1:PORT"},
	{regexp.MustCompile(`tcp:(ADDRESS|):PORT`), "tcp::PORT"}, // on all interfaces, or on loopback for the test's daemon
	{regexp.MustCompile(`(process|kill -9|ready) +\d+`), "$1 N"},
	{regexp.MustCompile(`(within|in) [0-9.]+ ms`), "$1 N ms"},
	{regexp.MustCompile(` +`), " "}, // tables are as wide as what is in them
}

// same returns a line without what differs from run to run.
func same(line string) string {
	for _, d := range differing {
		line = d.what.ReplaceAllString(line, d.as)
	}
	return strings.TrimSpace(line)
}

// agree compares what is seen with what the README says: all of it, or, of a program that goes on, as far as the
// README shows it.
func agree(want, got []string, goesOn bool) error {
	skip := false
	for _, w := range want {
		if w == "…" {
			skip = true
			continue
		}
		w = same(w)
		for skip && len(got) > 0 && same(got[0]) != w {
			got = got[1:]
		}
		if len(got) == 0 || same(got[0]) != w {
			return fmt.Errorf("not seen: %q", w)
		}
		got, skip = got[1:], false
	}
	if len(got) > 0 && !skip && !goesOn {
		return fmt.Errorf("more is seen than the README says: %q", got[0])
	}
	return nil
}

func TestAgree(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want, got string
		good      bool
	}{
		"equal":             {"a\nb", "a\nb", true},
		"empty line":        {"a\n\nb", "a\n\nb", true},
		"no empty line":     {"a\n\nb", "a", false},
		"other":             {"a\nb", "a\nc", false},
		"more":              {"a", "a\nb", false},
		"less":              {"a\nb", "a", false},
		"left out":          {"a\n…\nd\n…", "a\nb\nc\nd\ne", true},
		"left out, missing": {"a\n…\nd", "a\nb\nc", false},
		"left out at last":  {"a\n…\nd", "a\nb\nd\ne", false},
		"differing":         {"process 1, at 10.0.0.1:3053 in /home/ada/x", "process 2, at 127.0.0.1:4 in /tmp/x", true},
		"other folder":      {"/home/ada/x", "/home/ada/y", false},
		"a result":          {"21.5", "21", false},
	} {
		if err := agree(strings.Split(c.want, "\n"), strings.Split(c.got, "\n"), false); (err == nil) != c.good {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for text, good := range map[string]bool{"a": false, "a\n": true, "a\n\nc": true} {
		if err := agree([]string{"a", ""}, strings.Split(text, "\n"), true); (err == nil) != good {
			t.Errorf("goes on, %q: got %v", text, err)
		}
	}
}
