package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDocumentedCommands holds that the commands that the pages show are commands: their verbs, flags and arguments are those that
// the program has. In running text a command may lack arguments.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, "../../README.md")
	whole, parts := 0, 0
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		shown, named := shownCommands(string(data))
		for _, c := range shown {
			if err := parses(t, c); err != nil && !regexp.MustCompile(`no such file|cannot find`).MatchString(err.Error()) {
				t.Errorf("%s: %s: %v", filepath.Base(page), c, err)
			}
		}
		for _, c := range named {
			if err := parses(t, c); err != nil && !regexp.MustCompile(`^expected |^missing |no such file|cannot find`).MatchString(err.Error()) {
				t.Errorf("%s: %s: %v", filepath.Base(page), c, err)
			}
		}
		whole, parts = whole+len(shown), parts+len(named)
	}
	if whole < 50 || parts < 50 {
		t.Errorf("only %d commands were found, and %d parts of some", whole, parts)
	}
}

// A watched output calls a function when it has a text.
type watched struct {
	mu   sync.Mutex
	got  strings.Builder
	text string
	then func()
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got.Write(b)
	if strings.Contains(w.got.String(), w.text) {
		w.then()
	}
	return len(b), nil
}

// TestDocumentedDaemons starts each daemon that the pages for operators show, but for those that name interfaces of a machine of theirs, and ends it
// in order.
func TestDocumentedDaemons(t *testing.T) {
	t.Parallel()
	found := 0
	for _, page := range []string{"networks.md", "operations.md"} {
		data, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		shown, named := shownCommands(string(data))
		for _, c := range append(shown, named...) {
			args := words(c)
			if args[0] != "daemon" || strings.Contains(c, "@eth") || strings.Contains(c, "RULE") {
				continue
			}
			found++
			t.Run(c, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				out := &watched{text: "Taking calls at", then: cancel}
				args := append([]string{"daemon", "--listen", "127.0.0.1:0", "--state", t.TempDir()}, args[1:]...)
				status := run(ctx, args, strings.NewReader(""), out, out)
				if context.Cause(ctx) != context.Canceled || status != statusGood {
					t.Errorf("status %d, %v:\n%s", status, ctx.Err(), out.got.String())
				}
			})
		}
	}
	if found < 7 {
		t.Errorf("only %d daemons were found", found)
	}
}

// shownCommands returns the commands in the blocks of a page, and those in its text, without the word dsom.
func shownCommands(page string) (shown, named []string) {
	var text strings.Builder
	fenced := false
	for line := range strings.SplitSeq(page, "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		if !fenced && !strings.HasPrefix(line, "    ") {
			text.WriteString(line + "\n")
			continue
		}
		if m := regexp.MustCompile(`^(?:    )?(?:\$ )?(?:\w+=\S+ |docker run .* )*dsom ([^=].*)`).FindStringSubmatch(line); m != nil {
			shown = append(shown, m[1])
		}
	}
	for _, m := range regexp.MustCompile("`dsom ([^`]*)`").FindAllStringSubmatch(text.String(), -1) {
		named = append(named, m[1])
	}
	return shown, named
}

// parses is the error of reading a command line, without doing what it says.
func parses(t *testing.T, command string) error {
	t.Helper()
	k, err := newParser(t.Context(), newGrammar(), newConsole(strings.NewReader(""), io.Discard, io.Discard), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Parse(protect(k.Model.Node, words(command)))
	return err
}

// words splits a line of a shell into words, up to where the command ends. What another command puts in is a word.
func words(line string) (all []string) {
	word, any := "", false
	var quote byte
	depth := 0 // of $( )
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case depth > 0:
			if c == '(' {
				depth++
			} else if c == ')' {
				depth--
			}
		case c == '$' && i+1 < len(line) && line[i+1] == '(' && quote != '\'':
			word, any, depth = word+"IOR:00", true, 1
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				word += string(c)
			}
		case c == '\'' || c == '"':
			quote, any = c, true
		case c == ' ':
			if any {
				all = append(all, word)
			}
			word, any = "", false
		case c == '#' && !any, strings.IndexByte("|;&<>", c) >= 0:
			if any && word != "2" { // 2>&1
				all = append(all, word)
			}
			return trimmed(all)
		default:
			word, any = word+string(c), true
		}
	}
	if any {
		all = append(all, word)
	}
	return trimmed(all)
}

// trimmed drops what stands for more words, or is none, and puts a number where the page leaves it to the reader.
func trimmed(all []string) (kept []string) {
	for _, w := range all {
		if w == "PORT" {
			w = "1"
		}
		if w != "…" && w != "\\" && w != "..." {
			kept = append(kept, w)
		}
	}
	return kept
}
