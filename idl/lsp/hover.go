package lsp

import (
	"strings"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/format"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// hover shows what a name is: its declaration, what its comments say, its repository id, and
// its name in Go.
func (q *query) hover(offset int) (any, error) {
	if i := q.includeAt(offset); i != nil {
		return hover{markup{"markdown", "`#include " + i.Written + "`: " + code(i.File.Path) + "\n"}, q.rangeOf(i.Span)}, nil
	}
	u, v, err := q.symbolAt(offset)
	if u == nil {
		return nil, err
	}
	s := u.Symbol
	if !q.settled && (v.touched(s) || s.Kind == "constant" && !v.sameWords()) {
		return nil, errNotYet
	}
	var b strings.Builder
	b.WriteString("```idl\n" + v.signatureOf(s) + "\n```\n")
	if doc := docOf(s); doc != "" {
		b.WriteString("\n" + doc + "\n")
	}
	if s.Scope != nil {
		b.WriteString("\n" + s.Kind + " of " + code(s.Scope.Qualified()) + "\n")
	}
	if n := valueOf(v.res.Spec, s); n != "" {
		b.WriteString("\nValue: " + code(n) + "\n")
	}
	if s.ID != "" && s.Kind != "parameter" && s.Kind != "member" {
		b.WriteString("\nRepository id: " + code(s.ID) + "\n")
	}
	if g := goName(s); g != "" {
		b.WriteString("\nGo: " + code(g) + "\n")
	}
	return hover{markup{"markdown", b.String()}, q.doc.textRange(u.Span.Start.Offset, u.Span.End.Offset)}, nil
}

// code makes text a piece of code in Markdown, whatever is in it.
func code(s string) string { return "`" + strings.ReplaceAll(s, "`", "'") + "`" }

// docOf returns what the comments at a declaration say, as Markdown.
func docOf(s *check.Symbol) string {
	if s.Node == nil {
		return ""
	}
	text := s.Node.Doc.Text()
	if t := s.Node.Trailing.Text(); t != "" {
		text = strings.TrimSpace(text + "\n\n" + t)
	}
	return strings.ReplaceAll(text, "\n", "  \n")
}

// valueOf returns the value of a constant.
func valueOf(spec *model.Spec, s *check.Symbol) string {
	if spec == nil || s.Kind != "constant" {
		return ""
	}
	if c, ok := spec.Lookup("::" + s.Qualified()).(*model.Const); ok && c.Value != nil {
		return c.Value.String()
	}
	return ""
}

// maxSignature bounds the lines of a declaration that are shown.
const maxSignature = 24

// signatureOf returns a declaration as IDL: of a scope what stands before its brace.
func (a *analysis) signatureOf(s *check.Symbol) string {
	name := s.Kind + " " + s.Name
	if s.Annotation() {
		name = "@" + s.Name
	}
	if s.Node == nil || !s.Node.Span.IsValid() {
		return name
	}
	text := a.text(s.Node.Span)
	if text == "" || len(text) > maxSnippet && !scopeKind(s.Kind) {
		return name
	}
	var b strings.Builder
	text = text[:min(len(text), maxSnippet)]
	last := 0
	for _, l := range syntax.Lexemes("", text) {
		to := l.Span.End.Offset
		switch {
		case l.Is != syntax.TokenLexeme && l.Is != syntax.BadLexeme:
			b.WriteByte('\n')
		default:
			b.WriteString(text[last:to])
		}
		last = to
		if l.Kind == syntax.LBrace && scopeKind(s.Kind) {
			break
		}
	}
	text = strings.TrimSpace(strings.TrimSuffix(b.String(), "{"))
	if s.Kind == "enumerator" || s.Kind == "flag" {
		return name
	}
	out, err := format.Source("", []byte(text), format.Options{})
	if err != nil {
		return text
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) > maxSignature {
		lines = append(lines[:maxSignature], "…")
	}
	return strings.Join(lines, "\n")
}

// maxSnippet bounds the octets of a declaration that are looked at to show it.
const maxSnippet = 16 << 10

// scopeKind reports whether only the head of a declaration is shown.
func scopeKind(kind string) bool {
	switch kind {
	case "structure", "union", "enumeration", "exception", "typedef", "constant", "operation", "attribute", "member", "parameter", "enumerator", "native type",
		"boxed value", "state member", "factory", "finder", "port", "bitset", "bit field", "bitmask", "flag", "annotation", "formal parameter":
		return false
	}
	return true
}

// goName returns the name that a declaration has in generated Go, by the usual rules; see
// docs/go-mapping.md for what pragmas and clashes change.
func goName(s *check.Symbol) string {
	style := golang.Camel
	switch s.Kind {
	case "module":
		if s.Scope == nil {
			return "package " + golang.PackageName(s.Name)
		}
		return ""
	case "operation", "attribute":
		return style.Method(s.Name)
	case "member":
		return style.Member(s.Name)
	case "annotation", "state member", "factory", "finder", "port", "bit field", "flag", "template module", "formal parameter":
		return ""
	case "parameter":
		return style.Local(s.Name)
	}
	name, top := style.Exported(s.Name), s
	for p := s.Scope; p != nil; p = p.Scope {
		if p.Kind == "enumeration" {
			continue
		}
		if top = p; p.Scope != nil || p.Kind != "module" {
			name = style.Exported(p.Name) + "_" + name
		}
	}
	if top != s && top.Kind == "module" {
		return golang.PackageName(top.Name) + "." + name
	}
	return name
}
