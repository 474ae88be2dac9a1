package template

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A GoFile is what a Go file with the implementation of a class has to have.
type GoFile struct {
	// Fresh is the file as it is made new: the type, and its methods. A comment "Bark implements Dog::bark(in long volume)." in
	// front of a method says its key, and where it has parentheses the IDL's parameters.
	Fresh []byte
	// Type is the type's name.
	Type string
	// Fields are those of the type that are added together with a method: by their names, the methods that use them.
	Fields map[string][]string
	// Others are the other files of the package that people write, by name: what they have is not added here.
	Others map[string][]byte
	// Mine reports whether a key is one of the generator's, which is marked when no method has it any more.
	Mine func(key string) bool
}

// UpdateGo is [Update] for Go: methods that are new are added, with their fields and imports; parameters and results whose
// types are others change; what implemented a method that is no more is marked. It fails with an [Error] where a file is not Go.
func UpdateGo(old []byte, f GoFile) ([]byte, Changes, error) {
	var err error
	if old == nil {
		if old, err = f.made(); err != nil {
			return nil, Changes{}, err
		}
	}
	made, changes, err := onceGo(old, f)
	if err != nil {
		return nil, Changes{}, err
	}
	if again, _, err := onceGo(made, f); err != nil || !bytes.Equal(again, made) || !keepsGoBodies(old, made) {
		return nil, Changes{}, &Error{Line: 1, What: "what was added does not stay as it is"}
	}
	return made, changes, nil
}

// made returns the fresh file without what other files have.
func (f *GoFile) made() ([]byte, error) {
	fresh, err := parseGo("", f.Fresh, f.Type)
	if err != nil {
		return nil, err
	}
	others, err := f.others()
	if err != nil {
		return nil, err
	}
	u := &update{old: f.Fresh}
	leaveOut := func(d ast.Decl, doc *ast.CommentGroup) {
		from := d.Pos()
		if doc != nil {
			from = doc.Pos()
		}
		u.edits = append(u.edits, edit{max(0, fresh.at(from)-1), min(len(f.Fresh), fresh.at(d.End())+1), ""}) // with the empty line before it
	}
	for _, d := range fresh.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if slices.ContainsFunc(others, func(s *goSource) bool { return receiver(d) == f.Type && s.methods[d.Name.Name] != nil }) {
				leaveOut(d, d.Doc)
			}
		case *ast.GenDecl:
			if slices.ContainsFunc(others, func(s *goSource) bool { return s.object != nil && slices.Contains(d.Specs, ast.Spec(fresh.object)) }) {
				leaveOut(d, d.Doc)
			}
		}
	}
	return fresh.withoutUnused(u.apply(), f.Type), nil
}

// others reads the other files of the package.
func (f *GoFile) others() ([]*goSource, error) {
	var all []*goSource
	for _, name := range slices.Sorted(maps.Keys(f.Others)) {
		s, err := parseGo(name, f.Others[name], f.Type)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// A goSource is a Go file, read.
type goSource struct {
	name    string // of another file of the package; empty: the one that is updated
	text    []byte
	fset    *token.FileSet
	file    *ast.File
	imports map[string]string // paths by the names that they have here
	dots    map[string]bool   // paths whose names need no package in front
	methods map[string]*ast.FuncDecl
	object  *ast.TypeSpec
}

func parseGo(name string, text []byte, typ string) (*goSource, error) {
	s := &goSource{name: name, text: text, fset: token.NewFileSet(), imports: map[string]string{}, dots: map[string]bool{}, methods: map[string]*ast.FuncDecl{}}
	file, err := parser.ParseFile(s.fset, "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		e := &Error{File: name, Line: 1, What: err.Error()}
		if list := (scanner.ErrorList)(nil); errors.As(err, &list) && len(list) > 0 {
			e.Line, e.What = 1+bytes.Count(text[:min(len(text), list[0].Pos.Offset)], []byte("\n")), list[0].Msg
		}
		return nil, e
	}
	s.file = file
	for _, i := range file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		switch {
		case i.Name == nil:
			s.imports[path.Base(p)] = p
		case i.Name.Name == ".":
			s.dots[p] = true
		case i.Name.Name != "_":
			s.imports[i.Name.Name] = p
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if receiver(d) == typ {
				s.methods[d.Name.Name] = d
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && t.Name.Name == typ {
					s.object = t
				}
			}
		}
	}
	return s, nil
}

// receiver returns the name of the type that a function is a method of, or "".
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) != 1 {
		return ""
	}
	t := ast.Unparen(d.Recv.List[0].Type)
	if p, ok := t.(*ast.StarExpr); ok {
		t = ast.Unparen(p.X)
	}
	if i, ok := t.(*ast.Ident); ok {
		return i.Name
	}
	return ""
}

// at returns where a position is in the text, whatever //line says.
func (s *goSource) at(p token.Pos) int { return s.fset.File(s.file.FileStart).Offset(p) }

func (s *goSource) line(p token.Pos) int { return 1 + bytes.Count(s.text[:s.at(p)], []byte("\n")) }

// ordered returns the methods as they stand in the file.
func (s *goSource) ordered() []*ast.FuncDecl {
	return slices.SortedFunc(maps.Values(s.methods), func(a, b *ast.FuncDecl) int { return int(a.Pos() - b.Pos()) })
}

// keyLine says in a comment what a method implements, or that it did.
var keyLine = regexp.MustCompile(`^// \w+ implement(?:s ([\w:]+)(\(.*\))?\.|ed ([\w:]+)(\(.*\))?, which is not in the IDL any more\.)\r?$`)

// keyOf returns what a method's comment says that it implements, and the line that does.
func (s *goSource) keyOf(d *ast.FuncDecl) (string, *ast.Comment) {
	if d.Doc != nil {
		for _, c := range d.Doc.List {
			if m := keyLine.FindStringSubmatch(c.Text); m != nil {
				return m[1] + m[3], c
			}
		}
	}
	return "", nil
}

// A goUpdate is one run.
type goUpdate struct {
	update
	GoFile
	have, fresh *goSource
	otherFiles  []*goSource
	added       map[string]string // names of imports that are new, by path
}

func onceGo(old []byte, f GoFile) ([]byte, Changes, error) {
	u := &goUpdate{GoFile: f, added: map[string]string{}}
	u.old, u.newline = old, newlineOf(old)
	var err error
	if u.fresh, err = parseGo("", f.Fresh, f.Type); err != nil {
		return nil, Changes{}, err
	}
	if u.have, err = parseGo("", old, f.Type); err != nil {
		return nil, Changes{}, err
	}
	if u.otherFiles, err = f.others(); err != nil {
		return nil, Changes{}, err
	}
	if is, want := u.have.file.Name, u.fresh.file.Name.Name; is.Name != want {
		u.replace(is, want)
	}
	newMethods := map[string]bool{}
	var insert []*ast.FuncDecl
	for _, want := range u.fresh.ordered() {
		switch s := u.where(want.Name.Name); s {
		case nil:
			newMethods[want.Name.Name] = true
			insert = append(insert, want)
		default:
			u.method(s, s.methods[want.Name.Name], want)
		}
	}
	u.object(newMethods)
	for _, want := range insert {
		key, _ := u.fresh.keyOf(want)
		u.appendDecl(want.Pos(), want.End(), want.Doc, locals(want))
		u.changes.Added = append(u.changes.Added, key)
	}
	for _, d := range u.have.ordered() {
		u.unwanted(d)
	}
	u.importAdded()
	return u.have.withoutUnused(u.apply(), f.Type), u.changes, nil
}

// where returns the file that has a method, or nil.
func (u *goUpdate) where(method string) *goSource {
	for _, s := range append([]*goSource{u.have}, u.otherFiles...) {
		if s.methods[method] != nil {
			return s
		}
	}
	return nil
}

func (u *goUpdate) replace(n ast.Node, text string) {
	u.edits = append(u.edits, edit{u.have.at(n.Pos()), u.have.at(n.End()), u.lines(text)})
}

// appendDecl adds what stands in the fresh file to the end.
func (u *goUpdate) appendDecl(from, to token.Pos, doc *ast.CommentGroup, locals map[string]bool) {
	if doc != nil {
		from = doc.Pos()
	}
	text := "\n" + u.translated(from, to, locals) + "\n"
	if at := len(u.old); at > 0 && u.old[at-1] != '\n' && !slices.ContainsFunc(u.edits, func(e edit) bool { return e.from == at }) {
		text = "\n" + text
	}
	u.edits = append(u.edits, edit{len(u.old), len(u.old), u.lines(text)})
}

// unwanted marks a method that is no more.
func (u *goUpdate) unwanted(d *ast.FuncDecl) {
	key, line := u.have.keyOf(d)
	if key == "" || u.fresh.methods[d.Name.Name] != nil || !u.Mine(key) {
		return
	}
	text := "// " + d.Name.Name + " implemented " + key + goToldBy(line).text + ", which is not in the IDL any more."
	if strings.TrimSuffix(line.Text, "\r") == text {
		return
	}
	u.replace(line, text)
	u.changes.Gone = append(u.changes.Gone, Note{Key: key, Line: u.have.line(d.Pos()), What: "it is not in the IDL any more, and the class introduces it itself as long as " + d.Name.Name + " is there",
		Help: "delete it, or begin its name with a small letter"})
}

// keepsGoBodies reports whether all functions of one file have the same bodies in the other, in their order.
func keepsGoBodies(old, made []byte) bool {
	bodies := func(text []byte) ([]string, bool) {
		s, err := parseGo("", text, "")
		if err != nil {
			return nil, false
		}
		var all []string
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				all = append(all, f.Name.Name+string(text[s.at(f.Body.Pos()):s.at(f.Body.End())]))
			}
		}
		return all, true
	}
	was, ok := bodies(old)
	is, parsed := bodies(made)
	return ok && parsed && len(was) <= len(is) && slices.Equal(was, is[:len(was)])
}
