package lsp

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/syntax"
)

// usesIn are the uses of a symbol in a file, by offset.
type usesIn struct {
	doc  *document
	uses []check.Use
}

// everywhere finds the uses of a symbol in the documents and the workspace, by file. A file
// that does not hold the name is not compiled; one that does is compiled by itself, so that
// names are the same where they are declared at the same place.
func (q *query) everywhere(s *check.Symbol) []usesIn {
	found := map[string]map[check.Use]bool{}
	docs := map[string]*document{}
	declared := map[diag.Span]bool{}
	for _, at := range s.Declared {
		declared[at] = true
	}
	collect := func(a *analysis) {
		for i := range a.index.Uses {
			u := a.index.Uses[i]
			if u.Symbol.Name != s.Name || !same(u.Symbol, declared) {
				continue
			}
			file := u.Span.Start.File
			d := a.file(file)
			if d == nil || a.files[file] != nil && a.files[file].Standard {
				continue
			}
			if found[file] == nil {
				found[file], docs[file] = map[check.Use]bool{}, d
			}
			u.Symbol = nil
			found[file][u] = true
		}
	}
	collect(q.analysis)
	for _, d := range q.holding(s.Name) {
		if q.ctx.Err() != nil {
			return nil
		}
		collect(q.analyse(q.ctx, d))
	}
	var list []usesIn
	for _, file := range slices.Sorted(maps.Keys(found)) {
		us := slices.SortedFunc(maps.Keys(found[file]), func(a, b check.Use) int { return a.Span.Start.Offset - b.Span.Start.Offset })
		list = append(list, usesIn{docs[file], us})
	}
	return list
}

// same reports whether a symbol is declared at one of the places.
func same(s *check.Symbol, declared map[diag.Span]bool) bool {
	for _, at := range s.Declared {
		if declared[at] {
			return true
		}
	}
	return false
}

// holding returns the files of the workspace, and the open documents, that hold a word, but
// not the document of the query.
func (q *query) holding(word string) []*document {
	var list []*document
	for _, d := range q.everyFile() {
		if d.path != q.doc.path && strings.Contains(d.text, word) {
			list = append(list, d)
		}
	}
	return list
}

// everyFile returns the open documents and the files of the workspace, by path.
func (s *snapshot) everyFile() []*document {
	all := maps.Clone(s.docs)
	files, _ := workspaceFiles(s.roots)
	for _, name := range files {
		if all[name] == nil {
			if b, err := s.disk.Open(name); err == nil {
				all[name] = newDocument(uriOf(name), 0, string(b), s.utf8)
			}
		}
	}
	var list []*document
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name])
	}
	return list
}

// includes returns the #include lines of the document.
func (q *query) includes() []*syntax.IncludeDecl {
	var list []*syntax.IncludeDecl
	for _, d := range q.res.Tree.Decls {
		if i, ok := d.(*syntax.IncludeDecl); ok && i.Written != "" && i.Span.Start.File == q.doc.path {
			list = append(list, i)
		}
	}
	return list
}

// maxSymbols bounds the answer to a search for symbols (limit lsp-symbols).
const maxSymbols = 500

// workspaceSymbols finds what is declared in the workspace. Each file is looked at alone,
// without what it includes.
func (q *query) workspaceSymbols(params json.RawMessage) (any, error) {
	var p struct {
		Query string `json:"query"`
	}
	if err := parse(params, &p); err != nil {
		return nil, err
	}
	list := []symbolInformation{}
	for _, d := range q.everyFile() {
		if q.ctx.Err() != nil {
			break
		}
		if !anyWord(d.text, p.Query) {
			continue
		}
		r, _ := idl.Compile(q.ctx, idl.Options{Resolver: idl.FilesOf{d.path: d.text}, Index: true}, d.path) // errors are the rule here
		if r.Index == nil {
			continue
		}
		for _, s := range r.Index.Symbols {
			if s.Kind == "parameter" || !matches(s.Name, p.Query) || s.NameSpan.Start.File != d.path {
				continue
			}
			if len(list) == maxSymbols {
				return list, nil
			}
			i := symbolInformation{Name: s.Name, Kind: symbolKind(s.Kind), Location: location{d.uri, d.textRange(s.NameSpan.Start.Offset, s.NameSpan.End.Offset)}}
			if s.Scope != nil {
				i.ContainerName = s.Scope.Qualified()
			}
			list = append(list, i)
		}
	}
	return list, nil
}

// matches reports whether the letters of a query are in a name, in order, whatever their case.
func matches(name, query string) bool {
	for i := 0; i < len(name) && query != ""; i++ {
		if lower(name[i]) == lower(query[0]) {
			query = query[1:]
		}
	}
	return query == ""
}

// lower returns the small letter of a letter of ASCII; names of IDL have no other.
func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		b += 'a' - 'A'
	}
	return b
}

// anyWord reports whether a text can hold a name that matches: it has each letter.
func anyWord(text, query string) bool {
	for _, c := range []byte(query) {
		if strings.IndexByte(text, c) < 0 && strings.IndexByte(text, c^0x20) < 0 {
			return false
		}
	}
	return true
}
