package lsp

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/syntax"
)

// maxCompletions bounds what is offered at one place (limit lsp-completions).
const maxCompletions = 300

// completer collects what may stand at a cursor.
type completer struct {
	q    *query
	c    cursor
	list completionList
	seen map[string]bool
	edit textRange // what an item replaces
}

// completion offers what may stand at a place: by the tokens of the present text, and the names
// of the last analysis.
func (q *query) completion(offset int) (any, error) {
	p := &completer{q: q, c: q.cursorAt(offset), seen: map[string]bool{}, list: completionList{Items: []completionItem{}}}
	p.edit = q.doc.textRange(p.c.from, offset)
	switch {
	case p.c.in:
	case p.c.directive != "":
		p.directive(offset)
	default:
		p.code()
	}
	return p.list, nil
}

func (p *completer) add(i completionItem) {
	if p.seen[i.Label] || !matches(i.Label, p.c.prefix) {
		return
	}
	p.seen[i.Label] = true
	if len(p.list.Items) == maxCompletions {
		p.list.IsIncomplete = true
		return
	}
	if i.TextEdit == nil {
		i.TextEdit = &textEdit{p.edit, i.Label}
	}
	p.list.Items = append(p.list.Items, i)
}

func (p *completer) words(kind int, words ...string) {
	for _, w := range words {
		p.add(completionItem{Label: w, Kind: kind, SortText: "2" + w})
	}
}

const (
	keywordItem  = 14
	fileItem     = 17
	propertyItem = 10
)

// symbol offers a declaration; a name that is a keyword is escaped.
func (p *completer) symbol(s *check.Symbol) {
	name := s.Name
	if syntax.IsKeyword(name) && !s.Annotation() {
		name = "_" + name
	}
	i := completionItem{Label: name, Kind: completionKind(s.Kind), Detail: s.Kind, SortText: "1" + name}
	if s.Scope != nil {
		i.Detail += " in " + s.Scope.Qualified()
	}
	if s.Node != nil {
		i.Documentation = s.Node.Doc.Text()
	}
	p.add(i)
}

// The words that may begin a declaration, by the block it stands in, and those of types.
var (
	declarations = []string{
		"abstract", "component", "const", "custom", "enum", "eventtype", "exception", "home", "import", "interface", "local", "module",
		"native", "struct", "typedef", "typeid", "typeprefix", "union", "valuetype",
	}
	exports = []string{"attribute", "const", "enum", "exception", "oneway", "readonly", "struct", "typedef", "union", "void"}
	states  = []string{"factory", "private", "public"}
	ports   = []string{"consumes", "emits", "provides", "publishes", "uses"}
	homes   = []string{"factory", "finder"}
	types   = []string{
		"any", "boolean", "char", "double", "fixed", "float", "long", "long double", "long long", "Object", "octet", "sequence", "short", "string",
		"unsigned long", "unsigned long long", "unsigned short", "wchar", "wstring",
		"int8", "uint8", "int16", "int32", "int64", "uint16", "uint32", "uint64",
	}
	annotationNames = []string{
		"ami", "appendable", "autoid", "bit_bound", "data_representation", "default", "default_literal", "ext", "extensibility", "external",
		"final", "hashid", "id", "ignore_literal_names", "key", "max", "min", "must_understand", "mutable", "nested", "non_serialized", "oneway", "optional", "position",
		"range", "service", "topic", "try_construct", "unit", "value", "verbatim",
	}
	directives = []string{"define", "elif", "else", "endif", "error", "if", "ifdef", "ifndef", "include", "line", "pragma", "undef", "warning"}
	pragmas    = []string{"ID", "go_name", "go_package", "modifier", "once", "prefix", "somemittypes", "version"}
)

func isValue(s *check.Symbol) bool {
	return s.Kind == "constant" || s.Kind == "enumerator" || s.Kind == "flag"
}

// code offers what may stand between declarations and in them.
func (p *completer) code() {
	if parts, absolute, ok := p.c.qualifier(); ok {
		p.qualified(parts, absolute)
		return
	}
	last := p.c.last()
	block := p.c.block()
	list := p.c.list()
	switch {
	case last.Text == "@":
		p.names((*check.Symbol).Annotation)
		p.words(propertyItem, annotationNames...)
	case block == "implementation":
		p.names(func(s *check.Symbol) bool { return s.Kind == "operation" || s.Kind == "attribute" })
		p.modifiers(last)
	case last.Text == "raises" || last.Text == "getraises" || last.Text == "setraises", last.Text == "switch":
	case list == "raises" || list == "getraises" || list == "setraises":
		p.names(func(s *check.Symbol) bool { return s.Kind == "exception" || s.Kind == "module" || isScope(s) })
	case list == "switch":
		p.words(keywordItem, "boolean", "char", "long", "octet", "short", "unsigned long", "unsigned short", "wchar")
		p.names(func(s *check.Symbol) bool {
			return s.Kind == "enumeration" || s.Kind == "typedef" || s.Kind == "module"
		})
	case last.Text == "=" || last.Text == "case" || last.Text == "[" || last.Kind == syntax.Op:
		p.words(keywordItem, "FALSE", "TRUE")
		p.names(func(s *check.Symbol) bool { return isValue(s) || s.Kind == "module" || isScope(s) })
	case p.inHead() && (last.Text == ":" || last.Text == "," || last.Text == "supports" || last.Text == "truncatable"):
		p.bases()
	case list != "" && (last.Text == "(" || last.Text == ","):
		p.words(keywordItem, "in", "inout", "out")
	case slices.Contains([]string{"in", "out", "inout", "attribute", "typedef", "const", "<", "public", "private", "oneway", "readonly"}, last.Text),
		last.Text == "," && p.c.has("sequence"), last.Text == ":" && block == "union":
		p.typeWords(last)
	case len(p.c.before) == 0, last.Kind == syntax.RParen && p.c.before[0].Kind == syntax.At, len(p.c.before) == 2 && p.c.before[0].Kind == syntax.At:
		p.begin(block)
	case last.Kind == syntax.RParen:
		p.words(keywordItem, "context", "raises")
	case last.Text == "local" || last.Text == "abstract" || last.Text == "custom":
		p.words(keywordItem, "interface", "valuetype")
	case last.Text == "unsigned":
		p.words(keywordItem, "long", "short")
	case last.Text == "module":
		p.names(func(s *check.Symbol) bool { return s.Kind == "module" })
	case p.c.has("attribute") && last.Kind == syntax.Ident:
		p.words(keywordItem, "getraises", "raises", "setraises")
	}
}

// isScope reports whether names are declared in s that others use with ::.
func isScope(s *check.Symbol) bool { return scopeKind(s.Kind) }

// inHead reports whether the cursor is in the head of an interface, a value or such.
func (p *completer) inHead() bool {
	_, word := heading(p.c.before)
	return word != "" && p.c.list() == ""
}

func (p *completer) bases() {
	_, word := heading(p.c.before)
	p.names(func(s *check.Symbol) bool {
		switch word {
		case "struct":
			return s.Kind == "structure" || s.Kind == "module"
		case "enum", "bitset", "bitmask":
			return s.Kind == "bitset" || s.Kind == "module"
		}
		return isScope(s) || s.Kind == "typedef"
	})
	if word == "valuetype" && p.c.last().Text == ":" {
		p.words(keywordItem, "truncatable")
	}
}

func (p *completer) typeWords(last syntax.Lexeme) {
	if last.Text == "readonly" {
		p.words(keywordItem, "attribute")
		return
	}
	if last.Text == "oneway" {
		p.words(keywordItem, "void")
		return
	}
	if last.Text == "typedef" || last.Text == ":" {
		p.words(keywordItem, "enum", "struct", "union")
	}
	p.words(keywordItem, types...)
	p.names(func(s *check.Symbol) bool { return s.Type || s.Kind == "module" || isScope(s) })
}

// begin offers what begins a statement in a block.
func (p *completer) begin(block string) {
	switch block {
	case "", "module":
		p.words(keywordItem, declarations...)
		return
	case "enum", "bitmask":
		return
	case "union":
		p.words(keywordItem, "case", "default")
		return
	case "component":
		p.words(keywordItem, append(slices.Clone(ports), "attribute", "readonly")...)
		return
	case "struct", "exception":
	case "valuetype", "eventtype":
		p.words(keywordItem, append(slices.Clone(states), exports...)...)
	case "home":
		p.words(keywordItem, append(slices.Clone(homes), exports...)...)
	default:
		p.words(keywordItem, exports...)
	}
	p.typeWords(syntax.Lexeme{})
}

// modifiers are those of SOM's implementation sections.
func (p *completer) modifiers(last syntax.Lexeme) {
	if len(p.c.before) == 0 {
		p.words(propertyItem, "align", "callstyle", "classinit", "directinitclasses", "dllname", "filestem", "functionprefix", "majorversion", "metaclass", "minorversion", "passthru", "releaseorder")
		return
	}
	if last.Text == ":" || last.Text == "," {
		p.words(propertyItem, "const", "init", "migrate", "namelookup", "noget", "nonstaticdata", "nooverride", "noset", "nonstatic", "offset", "override", "private", "procedure", "reintroduce", "select", "staticdata")
	}
}

// names offers what can be named at the cursor and is declared before it.
func (p *completer) names(want func(*check.Symbol) bool) {
	for _, x := range p.indexes() {
		visible(x, p.c.scope(x), func(s *check.Symbol) bool {
			if want(s) && p.declared(s) {
				p.symbol(s)
			}
			return !p.list.IsIncomplete
		})
	}
}

// indexes are those that are asked: the last, and where that had errors the last without.
func (p *completer) indexes() []*check.Index {
	list := []*check.Index{p.q.index}
	if p.q.res.Spec == nil && p.q.good != nil {
		list = append(list, p.q.good.index)
	}
	return list
}

// declared reports whether s is declared before the statement at the cursor.
func (p *completer) declared(s *check.Symbol) bool {
	if len(s.Declared) == 0 || s.Declared[0].Start.File != p.q.doc.path {
		return true
	}
	from := p.c.from
	if len(p.c.before) > 0 {
		from = p.c.before[0].Span.Start.Offset
	}
	return p.q.behind(s.Declared[0].Start.Offset) < from
}

// qualified offers what is declared in the scope that is written before the cursor.
func (p *completer) qualified(parts []string, absolute bool) {
	for _, x := range p.indexes() {
		if len(parts) == 0 {
			visible(x, nil, func(s *check.Symbol) bool {
				if !s.Annotation() {
					p.symbol(s)
				}
				return !p.list.IsIncomplete
			})
			continue
		}
		scope := p.c.scope(x)
		if absolute {
			scope = nil
		}
		s := lookup(x, scope, parts)
		if s == nil {
			continue
		}
		for _, in := range append([]*check.Symbol{s}, s.Ancestors()...) {
			for _, m := range in.Members {
				switch m.Kind {
				case "operation", "attribute", "member", "parameter", "state member", "factory", "finder", "port", "bit field", "annotation":
				default:
					p.symbol(m)
				}
			}
		}
	}
}

// directive offers directives, pragmas and files.
func (p *completer) directive(offset int) {
	word, rest, more := strings.Cut(p.c.directive, " ")
	rest = strings.TrimLeft(rest, " \t")
	switch {
	case !more || word == "":
		p.words(keywordItem, directives...)
	case word == "pragma" && rest == "":
		p.words(keywordItem, pragmas...)
	case word == "pragma":
		p.names(func(s *check.Symbol) bool { return s.ID != "" })
	case word == "ifdef" || word == "ifndef" || word == "undef":
	case (word == "include" || word == "import") && rest != "" && (rest[0] == '"' || rest[0] == '<'):
		p.files(rest[1:], offset)
	}
}

// files offers the files that an #include can name.
func (p *completer) files(begin string, offset int) {
	name := begin + p.c.prefix
	// What is replaced begins behind the last slash.
	from := offset - len(name) + strings.LastIndexByte(name, '/') + 1
	p.edit = p.q.doc.textRange(from, offset)
	p.c.prefix = name[strings.LastIndexByte(name, '/')+1:]
	folder := path.Dir(name + "x")
	dirs := append([]string{path.Dir(p.q.doc.path)}, p.q.configFor(p.q.doc.path).Include...)
	var names []string
	all, _ := workspaceFiles(p.q.roots)
	for _, dir := range dirs {
		below := path.Join(dir, folder) + "/"
		for _, f := range all {
			if rest, ok := strings.CutPrefix(f, below); ok {
				names = append(names, rest)
			}
		}
	}
	if folder == "." {
		names = append(names, idl.StandardNames()...)
	}
	sort.Strings(names)
	for _, n := range names {
		if first, _, deep := strings.Cut(n, "/"); deep {
			p.add(completionItem{Label: first + "/", Kind: 19})
			continue
		}
		if path.Join(path.Dir(p.q.doc.path), n) != p.q.doc.path {
			p.add(completionItem{Label: n, Kind: fileItem})
		}
	}
}
