package doc

import (
	"regexp"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A remark is what the comments at a declaration say, taken apart.
type remark struct {
	body   string            // without the tags
	params map[string]string // @param, by name
	raises map[string]string // @throws, @exception, @raises, by name
	result string            // @return
	tags   [][2]string       // others: a label and a text
}

// tag matches a line that begins with a tag of Doxygen or Javadoc.
var tag = regexp.MustCompile(`^\s*[@\\]([a-zA-Z]+)(?:\[[a-z, ]*\])?(?:\s+|$)(.*)$`)

// labels say how the tags are called that have a text and nothing else.
var labels = map[string]string{
	"author": "Author", "authors": "Authors", "bug": "Bug", "deprecated": "Deprecated", "invariant": "Invariant", "note": "Note", "post": "Afterwards",
	"pre": "Before", "remark": "Remark", "remarks": "Remarks", "sa": "See also", "see": "See also", "since": "Since", "todo": "To do",
	"version": "Version", "warning": "Warning", "attention": "Attention",
}

// remarkOf reads the comments at a declaration.
func remarkOf(n *model.Node) remark {
	r := remark{params: map[string]string{}, raises: map[string]string{}}
	text := n.Doc.Text()
	if t := n.Trailing.Text(); t != "" {
		text = strings.TrimSpace(text + "\n\n" + strings.TrimPrefix(strings.TrimSpace(t), "<"))
	}
	var body strings.Builder
	to := func(s string) { body.WriteString(s) }
	code := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
		}
		m := tag.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil || code {
			if strings.TrimSpace(line) == "" && !code {
				to = func(s string) { body.WriteString(s) } // a blank line ends a tag
			}
			to(line)
			continue
		}
		to = r.tagged(m[1], m[2]+"\n", &body)
	}
	r.body = strings.TrimSpace(body.String())
	return r
}

// tagged takes the first line of a tag, and returns what takes those that follow.
func (r *remark) tagged(name, text string, body *strings.Builder) func(string) {
	named := func(m map[string]string) func(string) {
		word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
		m[word] += rest + "\n"
		return func(s string) { m[word] += s }
	}
	switch name {
	case "param", "arg":
		return named(r.params)
	case "throws", "throw", "exception", "raises":
		return named(r.raises)
	case "return", "returns", "result":
		r.result += text
		return func(s string) { r.result += s }
	case "brief", "short", "details":
		body.WriteString(text)
		return func(s string) { body.WriteString(s) }
	}
	if label, ok := labels[name]; ok {
		r.tags = append(r.tags, [2]string{label, text})
		i := len(r.tags) - 1
		return func(s string) { r.tags[i][1] += s }
	}
	body.WriteString("@" + name + " " + text) // no tag that we know
	return func(s string) { body.WriteString(s) }
}

// summary returns the first sentence of what the comments say, as plain text on one line.
func summary(n *model.Node) string {
	first, _, _ := strings.Cut(remarkOf(n).body, "\n\n")
	s := strings.Join(strings.Fields(first), " ")
	if i := strings.Index(s, ". "); i >= 0 {
		s = s[:i+1]
	}
	const most = 160
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// text writes what a comment says: paragraphs, lists, code blocks; in them code, emphasis and
// addresses. at is where names in it are looked up.
func (p *page) text(s string, at model.Decl) {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i := 0; i < len(lines); {
		l := lines[i]
		switch t := strings.TrimSpace(l); {
		case t == "":
			i++
		case strings.HasPrefix(t, "```"), t == "@code" || t == `\code`, t == "@verbatim" || t == `\verbatim`:
			end := map[string]string{"@code": "@endcode", `\code`: `\endcode`, "@verbatim": "@endverbatim", `\verbatim`: `\endverbatim`}[t]
			var code []string
			for i++; i < len(lines) && strings.TrimSpace(lines[i]) != end && (end != "" || !strings.HasPrefix(strings.TrimSpace(lines[i]), "```")); i++ {
				code = append(code, lines[i])
			}
			i++
			p.element("pre", strings.Join(code, "\n"))
		case strings.HasPrefix(l, "    ") && (i == 0 || strings.TrimSpace(lines[i-1]) == ""):
			var code []string
			for ; i < len(lines) && (strings.HasPrefix(lines[i], "    ") || strings.TrimSpace(lines[i]) == ""); i++ {
				code = append(code, strings.TrimPrefix(lines[i], "    "))
			}
			p.element("pre", strings.TrimRight(strings.Join(code, "\n"), "\n"))
		case bullet.MatchString(l):
			p.raw("<ul>")
			for i < len(lines) && bullet.MatchString(lines[i]) {
				item := bullet.ReplaceAllString(lines[i], "")
				for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "" && !bullet.MatchString(lines[i]); i++ {
					item += "\n" + strings.TrimSpace(lines[i])
				}
				p.raw("<li>")
				p.inline(item, at)
				p.raw("</li>")
			}
			p.raw("</ul>")
		default:
			var para []string
			for ; i < len(lines) && strings.TrimSpace(lines[i]) != "" && !bullet.MatchString(lines[i]) && !strings.HasPrefix(strings.TrimSpace(lines[i]), "```"); i++ {
				para = append(para, strings.TrimSpace(lines[i]))
			}
			p.raw("<p>")
			p.inline(strings.Join(para, "\n"), at)
			p.raw("</p>")
		}
	}
}

var (
	bullet = regexp.MustCompile(`^\s*(?:[-*+]|-#)\s+`)
	// inlines are code, {@link X} and such, strong and emphasised text, addresses, scoped names.
	inlines = regexp.MustCompile("`([^`\n]+)`" + `|\{@(?:link|code)\s+([^}\n]+)\}|[@\\](?:c|p|ref|link)\s+([\w:]+)|\*\*([^*\n]+)\*\*|\b_([^_\n]+)_\b|(https?://[^\s<>"'()]+[^\s<>"'().,;:!?])|((?:::)?\b\w+(?:::\w+)+)`)
)

func (p *page) inline(s string, at model.Decl) {
	end := 0
	for _, m := range inlines.FindAllStringSubmatchIndex(s, -1) {
		p.escape(s[end:m[0]])
		end = m[1]
		group := func(n int) (string, bool) {
			if m[2*n] < 0 {
				return "", false
			}
			return s[m[2*n]:m[2*n+1]], true
		}
		for n := 1; n <= 7; n++ {
			t, ok := group(n)
			if !ok {
				continue
			}
			switch n {
			case 1, 2, 3, 7:
				p.name(t, at)
			case 4:
				p.element("strong", t)
			case 5:
				p.element("em", t)
			case 6:
				p.raw(`<a rel="noopener noreferrer" href="` + attribute(t) + `">`)
				p.escape(t)
				p.raw("</a>")
			}
		}
	}
	p.escape(s[end:])
}

// name writes a piece of code, as a link where it names something.
func (p *page) name(s string, at model.Decl) {
	if d := p.site.find(strings.TrimSuffix(strings.ReplaceAll(strings.TrimPrefix(s, "#"), "#", "::"), "()"), at); d != nil {
		if h := p.site.href(p.file, d); h != "" {
			p.raw(`<a href="` + attribute(h) + `">`)
			p.element("code", s)
			p.raw("</a>")
			return
		}
	}
	p.element("code", s)
}

// find looks a name up as it is written in a scope.
func (s *site) find(name string, at model.Decl) model.Decl {
	if strings.HasPrefix(name, "::") {
		return s.spec.Lookup(name)
	}
	for ; at != nil; at = at.About().Scope() {
		if d := s.spec.Lookup(at.About().QualifiedName() + "::" + name); d != nil {
			return d
		}
	}
	return s.spec.Lookup(name)
}
