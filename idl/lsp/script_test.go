package lsp_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/golden"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestScripts plays what testdata/*.txtar says and compares what the server answers. An archive
// holds the files of a workspace; its comment is the script, a line a step:
//
//	open FILE                     the editor opens a file
//	type FILE NEEDLE TEXT         text is typed where | is in the needle
//	delete FILE NEEDLE            the needle, without |, goes away
//	diagnostics FILE              what is wrong with it
//	METHOD FILE NEEDLE [PARAMS]   a request about the place of | in the needle
//	METHOD FILE - [PARAMS]        a request about the file
//	METHOD - - PARAMS             any other
//
// Words are separated by blanks, or quoted as in Go.
func TestScripts(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range scripts {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, f := range a.Files {
				name := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			c := newClient(t, dir)
			c.initialize(nil)
			var out strings.Builder
			for line := range strings.Lines(string(a.Comment)) {
				if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
					continue
				}
				out.WriteString("> " + line + "\n")
				out.WriteString(strings.ReplaceAll(c.step(line), c.dir, "DIR"))
			}
			golden.Check(t, strings.TrimSuffix(filepath.Base(file), ".txtar")+".golden", out.String())
		})
	}
}

// fields takes a line apart.
func fields(t testing.TB, line string) []string {
	t.Helper()
	var list []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] == '{' { // the rest is JSON
			return append(list, line)
		}
		q, err := strconv.QuotedPrefix(line)
		if err != nil || line[0] == '\'' {
			word, rest, _ := strings.Cut(line, " ")
			list, line = append(list, word), rest
			continue
		}
		s, _ := strconv.Unquote(q)
		list, line = append(list, s), line[len(q):]
	}
	return list
}

func (c *client) step(line string) string {
	c.t.Helper()
	w := fields(c.t, line)
	switch w[0] {
	case "open":
		b, err := os.ReadFile(filepath.Join(c.dir, w[1]))
		if err != nil {
			c.t.Fatal(err)
		}
		c.open(w[1], string(b))
		return ""
	case "type":
		at := find(c.t, c.texts[w[1]], w[2])
		c.change(w[1], at, at, w[3])
		return ""
	case "delete":
		at := find(c.t, c.texts[w[1]], "|"+w[2])
		c.change(w[1], at, at+len(w[2]), "")
		return ""
	case "diagnostics":
		return indent(c.t, c.diagnostics(w[1]))
	}
	var more map[string]any
	if len(w) > 3 {
		if err := json.Unmarshal([]byte(w[3]), &more); err != nil {
			c.t.Fatalf("%s: %v", line, err)
		}
	}
	params := more
	switch {
	case w[1] == "-":
	case w[2] == "-":
		params = map[string]any{"textDocument": map[string]any{"uri": c.uri(w[1])}}
		for k, v := range more {
			params[k] = v
		}
	default:
		params = c.at(w[1], w[2], more)
	}
	m := c.call(w[0], params)
	if m.Error != nil {
		return "error: " + m.Error.Message + "\n"
	}
	return indent(c.t, m.Result)
}

// indent shows JSON in lines, with ranges and lists of numbers on one.
func indent(t testing.TB, b json.RawMessage) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", " "); err != nil {
		t.Fatal(err)
	}
	return ranges(out.String()) + "\n"
}
