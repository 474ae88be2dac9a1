package lsp

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/format"
	"github.com/opendsom/dsom/idl/syntax"
)

func (q *query) formatting() (any, error) { return q.formatLines(0, len(q.doc.lines)) }

func (q *query) rangeFormatting(params json.RawMessage) (any, error) {
	var p struct {
		Range textRange `json:"range"`
	}
	if err := parse(params, &p); err != nil {
		return nil, err
	}
	return q.formatLines(p.Range.Start.Line, p.Range.End.Line)
}

// formatLines returns the edits of lines that format the document, those of them which touch
// the lines from first to last.
func (q *query) formatLines(first, last int) (any, error) {
	c := q.configFor(q.doc.path)
	if c.Indent < 0 || c.Indent > format.MaxIndent {
		c.Indent = 0
	}
	out, err := format.Source(q.doc.path, []byte(q.doc.text), format.Options{Indent: c.Indent})
	if err == nil {
		cfg := syntax.Config{Resolver: q.snapshot, Include: c.Include, Define: c.Define, Standard: idl.Standard()}
		err = format.Verify(q.ctx, cfg, q.doc.path, []byte(q.doc.text), out)
	}
	if err != nil {
		return nil, refuse("%v", err)
	}
	edits := []textEdit{}
	for _, e := range format.Edits(q.doc.text, string(out)) {
		if e.Line <= last && e.Line+e.Count >= first {
			edits = append(edits, textEdit{textRange{q.lineStart(e.Line), q.lineStart(e.Line + e.Count)}, strings.Join(e.Text, "")})
		}
	}
	return edits, nil
}

// lineStart returns where a line begins, counted by "\n" alone.
func (q *query) lineStart(n int) position {
	at := 0
	for ; n > 0; n-- {
		i := strings.IndexByte(q.doc.text[at:], '\n')
		if i < 0 {
			at = len(q.doc.text)
			break
		}
		at += i + 1
	}
	return q.doc.position(at)
}

// signature shows the exceptions of a raises clause that is being written.
func (q *query) signature(offset int) (any, error) {
	for offset < len(q.doc.text) && wordByte(q.doc.text[offset]) {
		offset++
	}
	c := q.cursorAt(offset)
	if w := c.list(); w != "raises" && w != "getraises" && w != "setraises" {
		return nil, nil
	}
	help := signatureHelp{Signatures: []signatureInformation{}}
	var parts []string
	show := func() {
		if s := lookup(q.index, c.scope(q.index), parts); s != nil && s.Kind == "exception" {
			help.Signatures = append(help.Signatures, signatureInformation{q.signatureOf(s), docOf(s)})
		}
		parts = nil
	}
	in := false
	for _, t := range append(c.before, syntax.Lexeme{Kind: syntax.Ident, Text: c.prefix}) {
		switch {
		case strings.HasSuffix(t.Text, "raises"):
			in, parts = true, nil
		case !in || t.Text == "":
		case t.Kind == syntax.Ident:
			parts = append(parts, strings.TrimPrefix(t.Text, "_"))
		case t.Kind == syntax.Comma, t.Kind == syntax.RParen:
			show()
		}
	}
	show()
	if len(help.Signatures) == 0 {
		return nil, nil
	}
	help.ActiveSignature = len(help.Signatures) - 1
	return help, nil
}

var (
	didYouMean = regexp.MustCompile(`did you mean #?"?([^"?]+)"?\?$`)
	writeThis  = regexp.MustCompile(`(?:^|to use a keyword as a name )write (\S+)$`)
	typeIs     = regexp.MustCompile(`^the IDL type is (.+)$`)
)

// codeActions offers to do what the help of a diagnostic says.
func (q *query) codeActions(params json.RawMessage) (any, error) {
	var p struct {
		Range textRange `json:"range"`
	}
	if err := parse(params, &p); err != nil {
		return nil, err
	}
	actions := []codeAction{}
	listed := q.diagnostics()
	for _, d := range q.res.Report.All() {
		if d.Span.Start.File != q.doc.path {
			continue
		}
		at := q.doc.textRange(d.Span.Start.Offset, d.Span.End.Offset)
		if before(at.End, p.Range.Start) || before(p.Range.End, at.Start) {
			continue
		}
		title, edit := q.fix(d, at)
		if title == "" {
			continue
		}
		a := codeAction{Title: title, Kind: "quickfix", Edit: workspaceEdit{map[string][]textEdit{q.doc.uri: {edit}}}, IsPreferred: true}
		for _, l := range listed {
			if l.Code == string(d.Code) && l.Range == at {
				a.Diagnostics = append(a.Diagnostics, l)
				break
			}
		}
		actions = append(actions, a)
	}
	return actions, nil
}

// fix returns what mends a diagnostic; an empty title is nothing.
func (q *query) fix(d diag.Diagnostic, at textRange) (title string, edit textEdit) {
	to := ""
	switch {
	case d.Code == syntax.CodeSemicolon:
		return "Insert the semicolon", textEdit{textRange{at.Start, at.Start}, ";"}
	case d.Code == check.CodeUndeclared && strings.Contains(d.Help, "<orb.idl>"):
		start := position{}
		return "Include <orb.idl>", textEdit{textRange{start, start}, "#include <orb.idl>\n"}
	case didYouMean.MatchString(d.Help):
		to = didYouMean.FindStringSubmatch(d.Help)[1]
	case writeThis.MatchString(d.Help):
		to = writeThis.FindStringSubmatch(d.Help)[1]
	case typeIs.MatchString(d.Help):
		to = typeIs.FindStringSubmatch(d.Help)[1]
	}
	was := q.doc.text[d.Span.Start.Offset:max(d.Span.End.Offset, d.Span.Start.Offset)]
	if to == "" || strings.ContainsAny(was, "\n") || was == "" {
		return "", edit
	}
	if c := was[0]; c == '"' || c == '<' { // the name of a file
		to = was[:1] + to + was[len(was)-1:]
	}
	return "Change to " + to, textEdit{at, to}
}
