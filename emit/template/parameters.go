package template

import (
	"slices"
	"strings"
)

// A parameter is one of a head, and what its author wrote around it.
type parameter struct {
	typ   string
	name  word // or an empty one
	value bool // it has a default

	from, to       int    // its words in the text
	before, behind []word // those of its type, in front of its name and behind it
	after          int    // where its name ends, and what stands around it

	lead    string // what stands between the comma in front of it, or the end of that line, and its words
	core    string // its words, with the comments between them
	tail    string // what stands between its words and the comma behind it
	remarks string // comments behind that comma, if nothing else stands there on the line
	comma   bool   // there is one behind it
}

// A list is what stands between the parentheses of a head.
type list struct {
	parameters []parameter
	closing    string // what stands behind the last of them and what is said of it
	trailing   bool   // as in Go: a comma stands behind the last where its line ends
}

// blanks are what may stand around a parameter: a backslash takes back the end of a line.
const blanks = " \t\r\n\\"

// listOf takes the text between the parentheses of a head apart; ps have their words in it.
func listOf(text string, from, to int, ps []parameter) list {
	l := list{parameters: slices.Clone(ps), closing: text[from:to]}
	at := from
	for i := range l.parameters {
		p := &l.parameters[i]
		p.lead, p.core = text[at:p.from], text[p.from:p.to]
		end := to
		if i+1 < len(ps) {
			end = ps[i+1].from
		}
		comma := p.to + commaIn(text[p.to:end])
		if comma < p.to { // the last one
			l.closing = text[p.to:end]
			p.tail = l.closing[:len(strings.TrimRight(l.closing, blanks))]
			l.closing = l.closing[len(p.tail):]
			break
		}
		p.comma, p.tail = true, text[p.to:comma]
		p.remarks = text[comma+1:][:remarksOfLine(text[comma+1:to])]
		at = comma + 1 + len(p.remarks)
		l.closing = text[at:end]
	}
	return l
}

// commaIn returns where the first comma is that is in no comment, or -1.
func commaIn(text string) int {
	for i := 0; i < len(text); i++ {
		if n := remarkLength(text[i:]); n > 0 {
			i += n - 1
		} else if text[i] == ',' {
			return i
		}
	}
	return -1
}

// remarkLength returns how long the comment is with which a text begins, without the end of its line; 0 if it begins with none.
func remarkLength(text string) int {
	switch {
	case strings.HasPrefix(text, "/*"):
		if n := strings.Index(text[2:], "*/"); n >= 0 {
			return n + 4
		}
		return len(text)
	case strings.HasPrefix(text, "//"):
		for i := range len(text) {
			if text[i] == '\n' && !continued([]byte(text), i) {
				return len(strings.TrimSuffix(text[:i], "\r"))
			}
		}
		return len(text)
	}
	return 0
}

// remarksOfLine returns how much of the begin of a text are comments, with the blanks in front of them, behind which a line ends.
func remarksOfLine(text string) int {
	n := 0
	for i := 0; ; {
		for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
			i++
		}
		length := remarkLength(text[i:])
		switch {
		case length > 0:
			i += length
			n = i
		case i == len(text), text[i] == '\n', strings.HasPrefix(text[i:], "\r\n"):
			return n
		default:
			return 0
		}
	}
}

// endsInRemark reports whether a text ends within a comment that needs the end of a line.
func endsInRemark(text string) bool {
	for i := 0; i < len(text); i++ {
		if n := remarkLength(text[i:]); n > 0 {
			if i+n == len(text) && text[i+1] == '/' {
				return true
			}
			i += n - 1
		}
	}
	return false
}

// aligned returns the text between the parentheses of a head whose parameters become others; of says which of those that are there each
// is, as [pairs] does. What stays is kept as it is written, with its comments, attributes and lines; where a type changes nothing else
// of the parameter does. It is false where parameters have defaults that may have been read wrongly.
func (u *update) aligned(have, want list, of []int) (string, bool) {
	if slices.ContainsFunc(have.parameters, func(p parameter) bool { return p.value && strings.Contains(p.core, "<") }) {
		return "", false
	}
	if len(want.parameters) == 0 {
		text := strings.TrimSpace(want.closing)
		if strings.Contains(have.closing, "/") { // a comment
			text += have.closing
		}
		return text, true
	}
	closing := have.closing
	var b strings.Builder
	if len(have.parameters) == 0 { // nothing, or void, and perhaps a comment
		if closing = ""; strings.Contains(have.closing, "/") {
			b.WriteString(strings.Trim(strings.Replace(have.closing, "void", "", 1), " ") + " ")
		}
	}
	for i, w := range want.parameters {
		p := parameter{lead: have.lead(i), core: w.core}
		if at := of[i]; at >= 0 {
			p = have.parameters[at]
			if (i == 0) != (at == 0) {
				p.lead = have.lead(i) + strings.TrimLeft(p.lead, blanks)
			}
			if p.typ != w.typ {
				p.core = p.retyped(w)
			}
		}
		last := i == len(want.parameters)-1
		if last {
			closing = u.afterRemark(p.core+p.tail+p.remarks, closing)
		}
		b.WriteString(u.afterRemark(b.String(), p.lead) + p.core)
		switch comma := !last || have.trailing && strings.Contains(closing, "\n"); {
		case !comma:
			b.WriteString(p.tail)
		case !p.comma && endsInRemark(p.tail):
			b.WriteString("," + p.tail)
		default:
			b.WriteString(p.tail + ",")
		}
		b.WriteString(p.remarks)
	}
	return b.String() + closing, true
}

// afterRemark returns what follows a text, behind the end of a line if a comment needs one.
func (u *update) afterRemark(text, next string) string {
	first, _, ends := strings.Cut(next[:len(next)-len(strings.TrimLeft(next, blanks))], "\n")
	if endsInRemark(text) && (!ends || strings.Contains(first, "\\")) { // which would have the comment go on
		return u.newline + "\t" + strings.TrimLeft(next, " \t")
	}
	return next
}

// lead returns the blanks in front of the nth parameter, as they are in front of those that are there.
func (l *list) lead(n int) string {
	of := func(i int) string {
		text := l.parameters[i].lead
		return text[:len(text)-len(strings.TrimLeft(text, blanks))]
	}
	switch {
	case len(l.parameters) > 0 && (n == 0 || strings.Contains(of(0), "\n")):
		return of(0)
	case n == 0:
		return ""
	case len(l.parameters) > 1:
		return of(1)
	}
	return " "
}

// retyped returns the words of a parameter with another's type.
func (p *parameter) retyped(want parameter) string {
	before, behind := want.text(want.before), want.text(want.behind)
	if p.name.text == "" && len(p.behind) == 0 {
		before, behind = before+behind, ""
	}
	core := p.core
	switch n := len(p.behind); {
	case n > 0:
		from, to := p.behind[0].from-p.from, p.behind[n-1].to-p.from
		core = core[:from] + p.mended(p.behind, behind, core[to:])
	case behind != "":
		core = core[:p.after-p.from] + behind + core[p.after-p.from:]
	}
	if n := len(p.before); n > 0 {
		from, to := p.before[0].from-p.from, p.before[n-1].to-p.from
		core = core[:from] + p.mended(p.before, before, core[to:])
	}
	return core
}

// mended returns a type that takes the place of words, with the comments and macros that stand between these, and what follows it.
func (p *parameter) mended(words []word, typ, next string) string {
	between := ""
	for i := range words[1:] {
		if gap := p.core[words[i].to-p.from : words[i+1].from-p.from]; strings.Trim(gap, blanks) != "" {
			between += gap
		}
	}
	if between != "" {
		return typ + between + next
	}
	switch was, is := isPointer(words[len(words)-1].text), isPointer(typ); {
	case is && !was && len(next) > 1 && next[0] == ' ' && isLetter(next[1]):
		return typ + next[1:]
	case was && !is && next != "" && isLetter(next[0]):
		return typ + " " + next
	}
	return typ + next
}

// text returns what words of a parameter say, from the first to the last.
func (p *parameter) text(words []word) string {
	if len(words) == 0 {
		return ""
	}
	return p.core[words[0].from-p.from : words[len(words)-1].to-p.from]
}

func isPointer(typ string) bool { return strings.HasSuffix(typ, "*") || strings.HasSuffix(typ, "&") }
