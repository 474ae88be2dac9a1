package lsp

import (
	"encoding/json"
	"path"
	"path/filepath"
	"slices"

	"github.com/opendsom/dsom/idl/lsp/jsonrpc"
)

// initialize answers the first request: what the server can do.
func (s *server) initialize(params json.RawMessage) (any, error) {
	var p initializeParams
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: err.Error()}
	}
	s.initialized = true
	s.now.utf8 = slices.Contains(p.Capabilities.General.PositionEncodings, "utf-8")
	s.watch = p.Capabilities.Workspace.DidChangeWatchedFiles.DynamicRegistration
	for _, f := range p.WorkspaceFolders {
		s.now.roots = append(s.now.roots, pathOf(f.URI))
	}
	if len(s.now.roots) == 0 && p.RootURI != "" {
		s.now.roots = []string{pathOf(p.RootURI)}
	}
	if len(s.now.roots) == 0 && p.RootPath != "" {
		s.now.roots = []string{path.Clean(filepath.ToSlash(p.RootPath))}
	}
	_, s.now.folders = workspaceFiles(s.now.roots)
	s.configure(p.InitializationOptions)
	encoding := "utf-16"
	if s.now.utf8 {
		encoding = "utf-8"
	}
	return map[string]any{
		"serverInfo": map[string]string{"name": "dsom idl lsp", "version": s.opt.Version},
		"capabilities": map[string]any{
			"positionEncoding":                encoding,
			"textDocumentSync":                map[string]any{"openClose": true, "change": 2, "save": true},
			"hoverProvider":                   true,
			"definitionProvider":              true,
			"declarationProvider":             true,
			"typeDefinitionProvider":          true,
			"implementationProvider":          true,
			"referencesProvider":              true,
			"documentHighlightProvider":       true,
			"renameProvider":                  map[string]bool{"prepareProvider": true},
			"completionProvider":              map[string]any{"triggerCharacters": []string{":", "@", "#", "<", `"`, "/"}},
			"signatureHelpProvider":           map[string]any{"triggerCharacters": []string{"(", ","}},
			"documentSymbolProvider":          true,
			"workspaceSymbolProvider":         true,
			"documentFormattingProvider":      true,
			"documentRangeFormattingProvider": true,
			"foldingRangeProvider":            true,
			"codeActionProvider":              map[string]any{"codeActionKinds": []string{"quickfix"}},
			"semanticTokensProvider": map[string]any{
				"legend": map[string][]string{"tokenTypes": tokenTypes, "tokenModifiers": tokenModifiers},
				"full":   true,
			},
		},
	}, nil
}

// configure takes over what the editor says.
func (s *server) configure(settings json.RawMessage) {
	root := "/"
	if len(s.now.roots) > 0 {
		root = s.now.roots[0]
	}
	c := parseEditorConfig(settings).against(root)
	c.Include = append(slices.Clone(s.opt.Include), c.Include...)
	c.Define = append(slices.Clone(s.opt.Define), c.Define...)
	s.now.editor = c
}

// notification handles a message that wants no answer. What is wrong with one is ignored, as
// the protocol has no way to say so.
func (s *server) notification(m *jsonrpc.Message) {
	if m.Method == "$/cancelRequest" {
		var p struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(m.Params, &p) == nil {
			s.cancel(string(p.ID))
		}
		return
	}
	if !s.initialized || s.shutdown {
		return
	}
	switch m.Method {
	case "initialized":
		if s.watch {
			s.write(s.out.Call(1, "client/registerCapability", map[string]any{"registrations": []any{map[string]any{
				"id": "idl-files", "method": "workspace/didChangeWatchedFiles",
				"registerOptions": map[string]any{"watchers": []any{
					map[string]string{"globPattern": "**/*.idl"}, map[string]string{"globPattern": "**/" + ConfigFile},
				}},
			}}}))
		}
	case "textDocument/didOpen":
		s.didOpen(m.Params)
	case "textDocument/didChange":
		s.didChange(m.Params)
	case "textDocument/didClose":
		s.didClose(m.Params)
	case "textDocument/didSave":
		var p documentParams
		if json.Unmarshal(m.Params, &p) == nil {
			s.outdate(pathOf(p.TextDocument.URI))
		}
	case "workspace/didChangeConfiguration":
		var p struct {
			Settings json.RawMessage `json:"settings"`
		}
		if json.Unmarshal(m.Params, &p) == nil {
			s.configure(p.Settings)
			s.outdateAll()
		}
	case "workspace/didChangeWatchedFiles", "workspace/didChangeWorkspaceFolders":
		s.folders(m)
	}
}

// folders takes over that files or folders came, went or changed.
func (s *server) folders(m *jsonrpc.Message) {
	var p struct {
		Event struct {
			Added, Removed []struct {
				URI string `json:"uri"`
			}
		} `json:"event"`
	}
	if json.Unmarshal(m.Params, &p) != nil {
		return
	}
	roots := slices.Clone(s.now.roots)
	for _, f := range p.Event.Removed {
		roots = slices.DeleteFunc(roots, func(r string) bool { return r == pathOf(f.URI) })
	}
	for _, f := range p.Event.Added {
		roots = append(roots, pathOf(f.URI))
	}
	s.now.roots = roots
	_, s.now.folders = workspaceFiles(roots)
	s.outdateAll()
}

func (s *server) didOpen(params json.RawMessage) {
	var p didOpenParams
	if json.Unmarshal(params, &p) != nil || len(s.open) >= maxDocuments && s.open[p.TextDocument.URI] == nil {
		return
	}
	t := p.TextDocument
	s.replace(t.URI, newDocument(t.URI, t.Version, t.Text, s.now.utf8))
}

func (s *server) didChange(params json.RawMessage) {
	var p didChangeParams
	if json.Unmarshal(params, &p) != nil {
		return
	}
	d := s.open[p.TextDocument.URI]
	if d == nil {
		return
	}
	doc := d.doc
	for _, c := range p.ContentChanges {
		doc = doc.changed(p.TextDocument.Version, c.Range, c.Text)
	}
	s.replace(p.TextDocument.URI, doc)
}

// replace makes doc the text of an open document.
func (s *server) replace(uri string, doc *document) {
	if d := s.open[uri]; d != nil {
		d.doc = doc
	} else {
		s.open[uri] = &openDocument{doc: doc}
	}
	s.now.docs[doc.path] = doc // snapshots have copies
	s.open[uri].stale = true
	s.use(s.open[uri])
	s.outdate(doc.path)
}

func (s *server) didClose(params json.RawMessage) {
	var p documentParams
	if json.Unmarshal(params, &p) != nil {
		return
	}
	d := s.open[p.TextDocument.URI]
	if d == nil {
		return
	}
	for _, w := range d.waiting {
		s.write(s.out.Reply(w.m.ID, nil, &jsonrpc.Error{Code: jsonrpc.CodeRequestFailed, Message: "the document was closed"}))
	}
	delete(s.open, p.TextDocument.URI)
	delete(s.now.docs, d.doc.path)
	s.write(s.out.Notify("textDocument/publishDiagnostics", publishParams{d.doc.uri, d.doc.version, []diagnostic{}}))
	s.outdate(d.doc.path)
}

// outdate marks the documents whose analysis hangs on a file.
func (s *server) outdate(file string) {
	for _, d := range s.open {
		if d.analysis == nil || d.analysis.reads(file) {
			d.stale = true
			if d.doc.path != file {
				d.others++
			}
		}
	}
}

func (s *server) outdateAll() {
	for _, d := range s.open {
		d.stale = true
		d.others++
	}
}
