package lsp

import (
	"context"
	"path"
	"strings"
	"sync"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/syntax"
)

// A snapshot is what the server knows at one time. It is not changed, so that what takes long
// can work on it beside the server's loop.
type snapshot struct {
	docs    map[string]*document // by path
	disk    idl.Resolver
	roots   []string
	folders []string // of the workspace, with IDL in them
	editor  config
	utf8    bool
	cache   string // folder for copies of the files that the compiler carries
}

// Open returns an open document's text, else the file's of the disk. It is the compiler's Resolver.
func (s *snapshot) Open(name string) ([]byte, error) {
	if d, ok := s.docs[name]; ok {
		return []byte(d.text), nil
	}
	return s.disk.Open(name)
}

// An analysis is what the compiler found out about a document.
type analysis struct {
	doc   *document
	res   *idl.Result
	index *check.Index
	files map[string]*syntax.SourceFile
	// opened are those of the files that were open.
	opened map[string]*document
	utf8   bool
	cache  string
	marks  []mark // of the document
	// missing says that a file was looked for in vain.
	missing bool
	others  int // of the openDocument, when the analysis began

	mu   sync.Mutex
	made map[string]*document // of other files
}

// analyse compiles a document. The result's index is never nil.
func (s *snapshot) analyse(ctx context.Context, d *document) *analysis {
	c := s.configFor(d.path)
	r, _ := idl.Compile(ctx, idl.Options{Resolver: s, Include: c.Include, Define: c.Define, Index: true}, d.path) // what is wrong is in the report
	a := &analysis{doc: d, res: r, index: r.Index, files: map[string]*syntax.SourceFile{}, utf8: s.utf8, cache: s.cache, marks: marksOf(d.text), opened: map[string]*document{}, made: map[string]*document{}}
	if a.index == nil { // the compiler failed
		a.index = &check.Index{}
	}
	for _, f := range r.Tree.Files {
		a.files[f.Path] = f
		if open := s.docs[f.Path]; open != nil {
			a.opened[f.Path] = open
		}
	}
	for _, d := range r.Report.All() {
		a.missing = a.missing || d.Code == syntax.CodeNoFile
	}
	return a
}

// reads reports whether a file was read for the analysis, or may have been looked for in vain.
func (a *analysis) reads(file string) bool { return a.missing || a.files[file] != nil }

// file returns the text of a file as it was compiled, or nil.
func (a *analysis) file(name string) *document {
	if name == a.doc.path {
		return a.doc
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if d, ok := a.made[name]; ok {
		return d
	}
	f := a.files[name]
	if f == nil || f.Text == "" {
		return nil
	}
	d := newDocument(a.uri(f), 0, f.Text, a.utf8)
	a.made[name] = d
	return d
}

// location returns where a span is, for the editor; ok is false where that is in no file.
func (a *analysis) location(s diag.Span) (l location, ok bool) {
	d := a.file(s.Start.File)
	if d == nil || !s.IsValid() {
		return l, false
	}
	return location{d.uri, d.textRange(s.Start.Offset, s.End.Offset)}, true
}

// text returns the text of a span.
func (a *analysis) text(s diag.Span) string {
	d := a.file(s.Start.File)
	if d == nil || s.End.File != s.Start.File || s.Start.Offset > s.End.Offset || s.End.Offset > len(d.text) {
		return ""
	}
	return d.text[s.Start.Offset:s.End.Offset]
}

// diagnostics returns what is to be said about the document. What is wrong in a file that it
// includes is said where it includes it.
func (a *analysis) diagnostics() []diagnostic {
	list := []diagnostic{}
	for _, d := range a.res.Report.All() {
		out := diagnostic{Severity: 1, Code: string(d.Code), Source: "dsom", Message: d.Message}
		if d.Severity != diag.Error {
			out.Severity = 2
		}
		switch at := d.Span.Start.File; {
		case at == a.doc.path:
			out.Range = a.doc.textRange(d.Span.Start.Offset, max(d.Span.End.Offset, d.Span.Start.Offset))
		case out.Severity != 1:
			continue // it is another file's
		default:
			out.Range = a.includeOf(at)
			out.Message = "in " + path.Base(at) + ": " + d.Message
			if l, ok := a.location(d.Span); ok {
				out.Related = append(out.Related, related{l, d.Message})
			}
		}
		if d.Help != "" && !strings.Contains(d.Help, "\n") {
			out.Message += "\n" + d.Help
		}
		for _, n := range d.Notes {
			if l, ok := a.location(n.Span); ok {
				out.Related = append(out.Related, related{l, n.Message})
			} else if !n.Span.IsValid() {
				out.Message += "\n" + n.Message
			}
		}
		list = append(list, out)
	}
	return list
}

// includeOf returns the #include of the document that leads to a file.
func (a *analysis) includeOf(file string) textRange {
	reach := func(from string) bool {
		seen := map[string]bool{}
		work := []string{from}
		for len(work) > 0 {
			f := work[len(work)-1]
			work = work[:len(work)-1]
			if f == file {
				return true
			}
			if src := a.files[f]; src != nil && !seen[f] {
				seen[f] = true
				work = append(work, src.Includes...)
			}
		}
		return false
	}
	for _, d := range a.res.Tree.Decls {
		i, ok := d.(*syntax.IncludeDecl)
		if ok && i.Written != "" && i.Span.Start.File == a.doc.path && reach(i.File.Path) {
			return a.doc.textRange(i.Span.Start.Offset, i.Span.End.Offset)
		}
	}
	return textRange{}
}
