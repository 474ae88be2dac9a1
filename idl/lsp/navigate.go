package lsp

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/lsp/jsonrpc"
	"github.com/opendsom/dsom/idl/syntax"
)

// handlers answer the requests about documents, by method.
var handlers = map[string]handler{
	"textDocument/hover":               {do: at((*query).hover)},
	"textDocument/definition":          {do: at((*query).definition)},
	"textDocument/declaration":         {do: at((*query).declaration)},
	"textDocument/typeDefinition":      {do: at((*query).typeDefinition)},
	"textDocument/implementation":      {do: at((*query).implementation)},
	"textDocument/documentHighlight":   {needs: sameWords, do: at((*query).highlights)},
	"textDocument/prepareRename":       {needs: sameText, do: at((*query).prepareRename)},
	"textDocument/references":          {needs: sameText, long: true, do: (*query).references},
	"textDocument/rename":              {needs: sameText, long: true, do: (*query).rename},
	"textDocument/completion":          {do: at((*query).completion)},
	"textDocument/signatureHelp":       {do: at((*query).signature)},
	"textDocument/documentSymbol":      {needs: sameWords, do: whole((*query).documentSymbols)},
	"textDocument/foldingRange":        {do: whole((*query).foldingRanges)},
	"textDocument/formatting":          {do: whole((*query).formatting)},
	"textDocument/rangeFormatting":     {do: (*query).rangeFormatting},
	"textDocument/semanticTokens/full": {needs: sameWords, do: whole((*query).semanticTokens)},
	"textDocument/codeAction":          {needs: sameText, do: (*query).codeActions},
	"workspace/symbol":                 {long: true, do: (*query).workspaceSymbols},
}

// at makes a handler of a method that answers about a place, as an offset of the text.
func at(do func(q *query, offset int) (any, error)) func(*query, json.RawMessage) (any, error) {
	return func(q *query, params json.RawMessage) (any, error) {
		var p positionParams
		if err := parse(params, &p); err != nil {
			return nil, err
		}
		return do(q, q.doc.offset(p.Position))
	}
}

// whole makes a handler of a method that answers about a document.
func whole(do func(q *query) (any, error)) func(*query, json.RawMessage) (any, error) {
	return func(q *query, _ json.RawMessage) (any, error) { return do(q) }
}

func parse(params json.RawMessage, to any) error {
	if err := json.Unmarshal(params, to); err != nil {
		return &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: err.Error()}
	}
	return nil
}

// includeAt returns the #include at an offset, or nil.
func (q *query) includeAt(offset int) *syntax.IncludeDecl {
	for _, i := range q.includes() {
		if r := q.rangeOf(i.Span); before(r.End, q.doc.position(offset)) || before(q.doc.position(offset), r.Start) {
			continue
		}
		if q.present() || !q.touch(i.Span.Start.Offset, i.Span.End.Offset) && !q.words().unknown {
			return i
		}
	}
	return nil
}

// symbolAt returns the use of a name at an offset of the document, and the analysis that knows
// of it; nil if there is none. Where the text is broken, or the word was not there when it was analysed, the name is
// looked up as it is written, also in the last analysis without errors. Where the texts became
// different so that it may be another name, or one that nothing knows yet, it gives errNotYet.
func (q *query) symbolAt(offset int) (*check.Use, *view, error) {
	if u := q.useAt(offset); u != nil {
		back := q.reversed()
		if !q.believes(u.Symbol, back.behind(u.Span.Start.Offset)) {
			return nil, nil, errNotYet
		}
		return u, q.view, nil
	}
	if q.res.Spec != nil && q.sameWords() {
		return nil, nil, nil
	}
	u, v := q.lookUp(offset)
	if !q.settled && (u == nil || !v.believes(u.Symbol, v.reversed().behind(u.Span.Start.Offset))) {
		return nil, nil, errNotYet
	}
	return u, v, nil
}

// lookUp looks up the name at an offset as it is written.
func (q *query) lookUp(offset int) (*check.Use, *view) {
	_, offset = wordAt(q.doc.text, offset)
	c := q.cursorAt(offset)
	if c.prefix == "" || c.in || c.directive != "" {
		return nil, nil
	}
	parts, absolute, _ := c.qualifier()
	parts = append(parts, c.prefix)
	for _, v := range []*view{q.view, q.good} {
		if v == nil {
			continue
		}
		scope := c.scope(v.index)
		if absolute {
			scope = nil
		}
		if s := lookup(v.index, scope, parts); s != nil {
			return &check.Use{Span: q.doc.span(c.from, offset), Symbol: s}, v
		}
	}
	return nil, nil
}

func (q *query) definition(offset int) (any, error) {
	if i := q.includeAt(offset); i != nil {
		if d := q.file(i.File.Path); d != nil {
			return []location{{URI: d.uri}}, nil
		}
	}
	u, v, err := q.symbolAt(offset)
	if u == nil {
		return nil, err
	}
	return q.locations(v, []diag.Span{u.Symbol.NameSpan})
}

// declaration goes to where the name is declared first.
func (q *query) declaration(offset int) (any, error) {
	u, v, _ := q.symbolAt(offset)
	if u == nil {
		return q.definition(offset)
	}
	return q.locations(v, u.Symbol.Declared[:min(1, len(u.Symbol.Declared))])
}

// locations returns where spans are now. It gives errNotYet where one is not there any more, but may be elsewhere.
func (q *query) locations(v *view, spans []diag.Span) (any, error) {
	ls := []location{}
	for _, s := range spans {
		if l, ok := v.location(s); ok {
			ls = append(ls, l)
		} else if !q.settled && s.IsValid() && v.file(s.Start.File) != nil {
			return nil, errNotYet
		}
	}
	return ls, nil
}

// typeDefinition goes to the type of a member, parameter, attribute, constant or operation, or
// to what a typedef names.
func (q *query) typeDefinition(offset int) (any, error) {
	u, v, err := q.symbolAt(offset)
	if u == nil {
		return nil, err
	}
	if !q.settled && v.touched(u.Symbol) {
		return nil, errNotYet
	}
	if t := typeOf(v.index, u.Symbol); t != nil {
		return q.locations(v, []diag.Span{t.NameSpan})
	}
	if u.Symbol.Type {
		return q.definition(offset)
	}
	return []location{}, nil
}

// typeOf returns the type that a declaration names first, or nil.
func typeOf(x *check.Index, s *check.Symbol) *check.Symbol {
	switch s.Kind {
	case "member", "parameter", "attribute", "constant", "operation", "typedef", "state member", "port", "boxed value":
	default:
		return nil
	}
	if s.Node == nil {
		return nil
	}
	file := s.Node.Span.Start.File
	uses := x.In(file)
	from, _ := slices.BinarySearchFunc(uses, s.Node.Span.Start.Offset, func(u check.Use, offset int) int { return cmp.Compare(u.Span.Start.Offset, offset) })
	for _, u := range uses[from:] {
		if u.Span.Start.Offset >= s.NameSpan.Start.Offset {
			return nil
		}
		if u.Symbol.Type && !u.Declares {
			return u.Symbol
		}
	}
	return nil
}

// implementation goes to what inherits from an interface, as far as the document knows.
func (q *query) implementation(offset int) (any, error) {
	u, v, err := q.symbolAt(offset)
	if u == nil {
		return nil, err
	}
	var spans []diag.Span
	for _, s := range v.index.Symbols {
		if s != u.Symbol && slices.Contains(s.Bases, u.Symbol) {
			spans = append(spans, s.NameSpan)
		}
	}
	return q.locations(v, spans)
}

func (q *query) highlights(offset int) (any, error) {
	list := []highlight{}
	u, _, err := q.symbolAt(offset)
	if u == nil {
		return list, err
	}
	for _, v := range q.index.In(q.doc.path) {
		if v.Symbol == u.Symbol {
			h := highlight{q.rangeOf(v.Span), 2}
			if v.Declares {
				h.Kind = 3
			}
			list = append(list, h)
		}
	}
	return list, nil
}

func (q *query) references(params json.RawMessage) (any, error) {
	var p struct {
		positionParams
		Context struct {
			IncludeDeclaration bool `json:"includeDeclaration"`
		} `json:"context"`
	}
	if err := parse(params, &p); err != nil {
		return nil, err
	}
	list := []location{}
	u, _, _ := q.symbolAt(q.doc.offset(p.Position))
	if u == nil {
		return list, nil
	}
	for _, f := range q.everywhere(u.Symbol) {
		for _, v := range f.uses {
			if !v.Declares || p.Context.IncludeDeclaration {
				list = append(list, location{f.doc.uri, f.doc.textRange(v.Span.Start.Offset, v.Span.End.Offset)})
			}
		}
	}
	return list, nil
}
