package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// mutes are what a file switches off, by line:
//
//	#pragma dsom lint off RULE…     from here on; without a rule, all of them
//	#pragma dsom lint on RULE…      again
//	// dsom:ignore RULE… reason     on its own line, and on the next that is no comment
type mutes struct {
	spans []mute
	wrong []diag.Diagnostic // of names that are no rules
}

// mute is a rule ("" is all) that is off in lines from to to.
type mute struct {
	rule     string
	from, to int
}

func (m *mutes) has(rule string, line int) bool {
	return slices.ContainsFunc(m.spans, func(x mute) bool {
		return (x.rule == "" || x.rule == rule) && x.from <= line && line <= x.to
	})
}

const endOfFile = 1 << 30

// mutesOf reads what a file switches off, once.
func (l *linter) mutesOf(file string) *mutes {
	if m, ok := l.muted[file]; ok {
		return m
	}
	m := &mutes{}
	l.muted[file] = m
	s := l.source(file)
	if s == nil || !strings.Contains(s.Text, "dsom") {
		return m
	}
	lines := strings.Split(s.Text, "\n")
	offset := 0
	for i, line := range lines {
		at := placed{file, line, i + 1, offset}
		offset += len(line) + 1
		text := strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(text, "#"); ok {
			m.pragma(strings.Fields(rest), at)
			continue
		}
		if _, rest, ok := strings.Cut(text, "dsom:ignore"); ok && strings.Contains(text, "/") {
			last := i
			if strings.HasPrefix(text, "/") || strings.HasPrefix(text, "*") { // a comment of its own
				for last++; last < len(lines)-1 && isComment(lines[last]); last++ {
				}
			}
			m.ignore(strings.Fields(rest), at, last+1)
		}
	}
	return m
}

func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "*")
}

// pragma takes the words of a directive.
func (m *mutes) pragma(words []string, at placed) {
	if len(words) < 3 || words[0] != "pragma" || words[1] != "dsom" || words[2] != "lint" {
		return
	}
	if len(words) < 4 || words[3] != "off" && words[3] != "on" {
		m.say(at, "lint", "#pragma dsom lint is followed by on or off, and names of rules", "")
		return
	}
	rules := words[4:]
	if len(rules) == 0 {
		rules = []string{""}
	}
	for _, r := range rules {
		if r != "" && !m.known(at, r) {
			continue
		}
		switch words[3] {
		case "off":
			m.spans = append(m.spans, mute{r, at.number, endOfFile})
		case "on":
			for i := range m.spans {
				if x := &m.spans[i]; x.to == endOfFile && (r == "" || x.rule == r) {
					x.to = at.number
				}
			}
		}
	}
}

// ignore takes the words behind dsom:ignore: rules, at least one, then whatever reason.
func (m *mutes) ignore(words []string, at placed, to int) {
	for i, w := range words {
		words[i] = strings.Trim(w, ",*/")
	}
	if len(words) == 0 || words[0] == "" {
		m.say(at, "dsom:ignore", "dsom:ignore names no rule", "docs/idl-lint.md has the rules")
		return
	}
	if !m.known(at, words[0]) {
		return
	}
	names := ruleNames()
	for _, w := range words {
		if !slices.Contains(names, w) {
			return
		}
		m.spans = append(m.spans, mute{w, at.number, to})
	}
}

// known reports whether a rule is there, and says so if it is not.
func (m *mutes) known(at placed, rule string) bool {
	names := ruleNames()
	if slices.Contains(names, rule) {
		return true
	}
	help := "docs/idl-lint.md has the rules"
	if near := diag.Closest(rule, names); near != "" {
		help = "did you mean " + near + "?"
	}
	m.say(at, rule, fmt.Sprintf("there is no rule %q", rule), help)
	return false
}

func (m *mutes) say(at placed, word, message, help string) {
	m.wrong = append(m.wrong, diag.Diagnostic{Code: CodeNoRule, Span: at.word(word), Message: message, Help: help})
}

// placed is a line of a text with its number and offset.
type placed struct {
	file, text     string
	number, offset int
}

// word returns where a word stands in the line.
func (p placed) word(w string) diag.Span {
	i := max(strings.Index(p.text, w), 0)
	at := func(n int) diag.Position {
		return diag.Position{File: p.file, Line: p.number, Column: n + 1, Offset: p.offset + n}
	}
	return diag.Span{Start: at(i), End: at(i + len(w))}
}
