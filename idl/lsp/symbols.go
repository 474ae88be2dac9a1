package lsp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/syntax"
)

// documentSymbols returns the outline of the document.
func (q *query) documentSymbols() (any, error) {
	return q.outline(nil, 0), nil
}

// maxOutline bounds how deep an outline goes.
const maxOutline = 64

// outline returns what is declared in a scope, as far as it is in the document.
func (q *query) outline(scope *check.Symbol, depth int) []documentSymbol {
	list := []documentSymbol{}
	members := q.index.Symbols
	if scope != nil {
		members = scope.Members
	}
	for _, s := range members {
		if s.Scope != scope || s.Kind == "parameter" || depth > maxOutline {
			continue
		}
		// A module that is opened again is there for each part.
		parts := s.Declared
		if s.Kind != "module" {
			parts = []diag.Span{s.NameSpan}
		}
		for i, name := range parts {
			if name.Start.File != q.doc.path {
				continue
			}
			d := documentSymbol{Name: s.Name, Detail: s.Kind, Kind: symbolKind(s.Kind), SelectionRange: q.rangeOf(name)}
			extent := name
			if s.Node != nil && s.Node.Span.Start.File == q.doc.path && s.Node.Span.Start.Offset <= name.Start.Offset && s.Node.Span.End.Offset >= name.End.Offset {
				extent = s.Node.Span
			}
			d.Range = q.rangeOf(extent)
			if i == 0 || s.Kind == "module" && s.Declared[0].Start.File != q.doc.path && i == slices.IndexFunc(parts, func(p diag.Span) bool { return p.Start.File == q.doc.path }) {
				d.Children = q.outline(s, depth+1)
				for _, c := range d.Children { // an outline's node holds its children
					if before(d.Range.End, c.Range.End) {
						d.Range.End = c.Range.End
					}
					if before(c.Range.Start, d.Range.Start) {
						d.Range.Start = c.Range.Start
					}
				}
			}
			list = append(list, d)
		}
	}
	slices.SortStableFunc(list, func(a, b documentSymbol) int {
		x, y := a.SelectionRange.Start, b.SelectionRange.Start
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Character, y.Character))
	})
	return list
}

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// foldingRanges returns what can be folded: blocks, comments, conditions, rows of #include.
func (q *query) foldingRanges() (any, error) {
	list := []foldingRange{}
	fold := func(from, to int, kind string) {
		if a, b := q.doc.position(from).Line, q.doc.position(to).Line; b > a {
			list = append(list, foldingRange{a, b, kind})
		}
	}
	var braces, conds []int
	lexemes := syntax.Lexemes("", q.doc.text)
	for i := 0; i < len(lexemes); i++ {
		l := lexemes[i]
		start, end := l.Span.Start.Offset, l.Span.End.Offset
		switch {
		case l.Kind == syntax.LBrace:
			braces = append(braces, start)
		case l.Kind == syntax.RBrace && len(braces) > 0:
			fold(braces[len(braces)-1], lineBefore(q.doc, start), "")
			braces = braces[:len(braces)-1]
		case l.Is == syntax.CommentLexeme:
			for strings.HasPrefix(l.Text, "//") && l.OwnLine && i+1 < len(lexemes) && lexemes[i+1].Is == syntax.CommentLexeme && lexemes[i+1].OwnLine {
				i++
				end = lexemes[i].Span.End.Offset
			}
			fold(start, end, "comment")
		case l.Is == syntax.DirectiveLexeme:
			switch name := directiveName(l.Text); {
			case strings.HasPrefix(name, "if"):
				conds = append(conds, start)
			case (strings.HasPrefix(name, "el") || name == "endif") && len(conds) > 0:
				fold(conds[len(conds)-1], lineBefore(q.doc, start), "region")
				if conds = conds[:len(conds)-1]; name != "endif" {
					conds = append(conds, start)
				}
			case name == "include":
				for i+1 < len(lexemes) && directiveName(lexemes[i+1].Text) == "include" {
					i++
					end = lexemes[i].Span.End.Offset
				}
				fold(start, end, "imports")
			}
		}
	}
	return list, nil
}

// lineBefore returns an offset on the line before that of offset.
func lineBefore(d *document, offset int) int {
	return max(d.lines[d.position(offset).Line]-1, 0)
}

// directiveName returns the name of a directive, empty of what is none.
func directiveName(text string) string {
	rest, ok := strings.CutPrefix(text, "#")
	if !ok {
		return ""
	}
	rest = strings.TrimLeft(rest, " \t")
	end := 0
	for end < len(rest) && wordByte(rest[end]) {
		end++
	}
	return rest[:end]
}
