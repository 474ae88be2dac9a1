package lsp

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/lsp/jsonrpc"
	"github.com/opendsom/dsom/idl/syntax"
)

func refuse(format string, args ...any) error {
	return &jsonrpc.Error{Code: jsonrpc.CodeRequestFailed, Message: fmt.Sprintf(format, args...)}
}

// prepareRename tells which piece of text would be renamed.
func (q *query) prepareRename(offset int) (any, error) {
	u, _, err := q.symbolAt(offset)
	if u == nil {
		return nil, err
	}
	if err := q.renamable(u); err != nil {
		return nil, err
	}
	return map[string]any{"range": q.doc.textRange(u.Span.Start.Offset, u.Span.End.Offset), "placeholder": u.Symbol.Name}, nil
}

func (q *query) renamable(u *check.Use) error {
	f := q.files[u.Symbol.NameSpan.Start.File]
	switch {
	case u.Made:
		return refuse("%q comes from a macro here, and cannot be renamed", u.Symbol.Name)
	case f == nil:
		return refuse("%q is declared in a file that is not there", u.Symbol.Name)
	case f.Standard:
		return refuse("%q is declared in %s, which the compiler carries", u.Symbol.Name, f.Path)
	}
	return nil
}

// rename renames a declaration in all documents and files of the workspace. It refuses what
// would not compile any more, or mean something else.
func (q *query) rename(params json.RawMessage) (any, error) {
	var p struct {
		positionParams
		NewName string `json:"newName"`
	}
	if err := parse(params, &p); err != nil {
		return nil, err
	}
	u, _, _ := q.symbolAt(q.doc.offset(p.Position))
	if u == nil {
		return nil, refuse("there is no name here that could be renamed")
	}
	if err := q.renamable(u); err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(p.NewName, "_")
	if !identifier(name) {
		return nil, refuse("%q is no identifier of IDL: letters, digits and underscores, a letter first", p.NewName)
	}
	written := name
	if syntax.IsKeyword(name) {
		written = "_" + name
	}
	if name == u.Symbol.Name {
		return workspaceEdit{map[string][]textEdit{}}, nil
	}
	edit := workspaceEdit{map[string][]textEdit{}}
	after := *q.snapshot
	after.docs = map[string]*document{}
	for k, v := range q.docs {
		after.docs[k] = v
	}
	places := q.everywhere(u.Symbol)
	for _, d := range append(q.holding(u.Symbol.Name), q.doc) {
		if macro, line := macroNaming(d.text, u.Symbol.Name); macro != "" {
			return nil, refuse("%q stands in macro %s at %s:%d, where it could mean anything; change the macro first", u.Symbol.Name, macro, path.Base(d.path), line)
		}
	}
	for _, f := range places {
		var text strings.Builder
		end := 0
		for _, v := range f.uses {
			from, to := v.Span.Start.Offset, v.Span.End.Offset
			if was := strings.TrimPrefix(f.doc.text[from:to], "_"); v.Made || was != u.Symbol.Name {
				return nil, refuse("%q comes from a macro at %s:%d, and cannot be renamed", u.Symbol.Name, path.Base(f.doc.path), v.Span.Start.Line)
			}
			edit.Changes[f.doc.uri] = append(edit.Changes[f.doc.uri], textEdit{f.doc.textRange(from, to), written})
			text.WriteString(f.doc.text[end:from] + written)
			end = to
		}
		text.WriteString(f.doc.text[end:])
		after.docs[f.doc.path] = newDocument(f.doc.uri, f.doc.version, text.String(), q.snapshot.utf8)
	}
	if q.ctx.Err() != nil {
		return nil, errCancelled
	}
	affected := q.holding(name) // what may be hidden by the new name, or hide it
	for _, f := range places {
		affected = append(affected, f.doc)
	}
	for _, d := range affected {
		if err := q.keeps(&after, d, u.Symbol.Name, name); err != nil {
			return nil, err
		}
	}
	return edit, nil
}

// keeps holds that a document has no errors after a renaming that it did not have before, and
// that all names in it denote what they did.
func (q *query) keeps(after *snapshot, d *document, was, name string) error {
	changed := after.docs[d.path]
	if changed == nil {
		changed = d
	}
	a, b := q.analyse(q.ctx, d), after.analyse(q.ctx, changed)
	if n := a.res.Report.Count(diag.Error); b.res.Report.Count(diag.Error) > n {
		old := map[string]bool{}
		for _, d := range a.res.Report.All() {
			old[string(d.Code)+d.Message] = true
		}
		for _, x := range b.res.Report.All() {
			if x.Severity == diag.Error && !old[string(x.Code)+x.Message] {
				return refuse("%q cannot be renamed to %q: %s:%d: %s", was, name, path.Base(x.Span.Start.File), x.Span.Start.Line, x.Message)
			}
		}
	}
	x, y := a.index.Uses, b.index.Uses
	differs := len(x) != len(y)
	for i := 0; i < len(x) && !differs; i++ {
		p, r := x[i].Symbol, y[i].Symbol
		differs = p.Kind != r.Kind || p.Name != r.Name && (p.Name != was || r.Name != name) || p.NameSpan.Start.Line != r.NameSpan.Start.Line
	}
	if differs {
		return refuse("%q cannot be renamed to %q: names in %s would mean something else", was, name, path.Base(d.path))
	}
	return nil
}

// macroNaming returns the macro of a text, and its line, in whose body a name stands that is none
// of the macro's parameters; "" if there is none.
func macroNaming(text, name string) (macro string, line int) {
	if !strings.Contains(text, "define") {
		return "", 0
	}
	for l := range syntax.EachLexeme("", text) {
		if l.Is != syntax.DirectiveLexeme || directiveName(l.Text) != "define" || !strings.Contains(l.Text, name) {
			continue
		}
		_, rest, _ := strings.Cut(l.Text, "define")
		words := slices.Collect(syntax.EachLexeme("", rest))
		if len(words) == 0 {
			continue
		}
		head := 1
		if len(words) > 1 && words[1].Kind == syntax.LParen && words[1].Span.Start.Offset == words[0].Span.End.Offset {
			for head < len(words) && words[head-1].Kind != syntax.RParen {
				head++
			}
		}
		named := func(w syntax.Lexeme) bool { return strings.TrimPrefix(w.Text, "_") == name }
		if !slices.ContainsFunc(words[1:head], named) && slices.ContainsFunc(words[head:], named) {
			return words[0].Text, l.Span.Start.Line
		}
	}
	return "", 0
}

func identifier(s string) bool {
	for i := range len(s) {
		if !wordByte(s[i]) || i == 0 && (s[0] == '_' || s[0] >= '0' && s[0] <= '9') {
			return false
		}
	}
	return s != ""
}
