package lint

import (
	"slices"
	"strings"
)

// mutes are what a file switches off, by line:
//
//	#pragma dsom lint off RULE…     from here on; without a rule, all of them
//	#pragma dsom lint on RULE…      again
//	// dsom:ignore RULE… reason     on its own line, and on the next that is no comment
type mutes struct {
	spans []mute
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
	for i, text := range lines {
		text = strings.TrimSpace(text)
		if rest, ok := strings.CutPrefix(text, "#"); ok {
			m.pragma(strings.Fields(rest), i+1)
			continue
		}
		if _, rest, ok := strings.Cut(text, "dsom:ignore"); ok && strings.Contains(text, "/") {
			last := i
			if strings.HasPrefix(text, "/") || strings.HasPrefix(text, "*") { // a comment of its own
				for last++; last < len(lines)-1 && isComment(lines[last]); last++ {
				}
			}
			m.ignore(strings.Fields(rest), i+1, last+1)
		}
	}
	return m
}

func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "*")
}

// pragma takes the words of a directive.
func (m *mutes) pragma(words []string, line int) {
	if len(words) < 4 || words[0] != "pragma" || words[1] != "dsom" || words[2] != "lint" {
		return
	}
	rules := words[4:]
	if len(rules) == 0 {
		rules = []string{""}
	}
	for _, r := range rules {
		switch words[3] {
		case "off":
			m.spans = append(m.spans, mute{r, line, endOfFile})
		case "on":
			for i := range m.spans {
				if x := &m.spans[i]; x.to == endOfFile && (r == "" || x.rule == r) {
					x.to = line
				}
			}
		}
	}
}

// ignore takes the words behind dsom:ignore: rules, then whatever reason.
func (m *mutes) ignore(words []string, from, to int) {
	all := Rules()
	for _, w := range words {
		w = strings.Trim(w, ",*/")
		if !slices.ContainsFunc(all, func(r Rule) bool { return r.Name == w }) {
			return
		}
		m.spans = append(m.spans, mute{w, from, to})
	}
}
