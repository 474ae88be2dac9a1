// Package doc makes documentation of a specification: a site of HTML pages that needs no server
// and nothing from elsewhere. There is a page for each module, interface, value, structure and
// so on, with what the comments say, links between them, who inherits from whom, repository
// ids, the sources, and a search.
//
// What comments hold is text: nothing in it becomes HTML of its own. The same specification
// gives the same files, octet by octet.
package doc

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// Options says what to make. The zero value documents the files that were asked for.
type Options struct {
	// Title stands over all pages; empty is "IDL".
	Title string
	// Included documents the included files too, but for those that the compiler carries.
	Included bool
	// Source returns the text of a file, for the pages of sources; nil leaves these away.
	Source func(file string) ([]byte, bool)
}

// Site makes the pages.
func Site(spec *model.Spec, o Options) (*emit.Files, error) {
	s := &site{spec: spec, opt: o, entries: map[string]*entry{}, heirs: map[model.Decl][]model.Decl{}, sources: map[string]string{}}
	s.opt.Title = cmp.Or(o.Title, "IDL")
	s.root = &entry{}
	s.collect(s.root, spec.Decls)
	s.inherit()
	s.nameSources()
	if err := s.write(); err != nil {
		return nil, err
	}
	return &s.files, nil
}

// site is what is known while the pages are made.
type site struct {
	spec    *model.Spec
	opt     Options
	root    *entry
	entries map[string]*entry // with a page, by qualified name
	order   []*entry
	heirs   map[model.Decl][]model.Decl // who inherits from or supports a declaration
	sources map[string]string           // pages of sources, by file
	files   emit.Files
}

// An entry is a declaration with a page of its own: of a module all its parts together.
type entry struct {
	decls []model.Decl // none of the root
	kids  []model.Decl // what has an anchor on the page
	pages []*entry     // what has a page below this one
}

func (e *entry) name() string {
	if len(e.decls) == 0 {
		return ""
	}
	return e.decls[0].About().ScopedName()
}

func (e *entry) file() string {
	if len(e.decls) == 0 {
		return "index.html"
	}
	return "d/" + strings.ReplaceAll(e.name(), "::", ".") + ".html"
}

// collect finds what is to be documented in a scope.
func (s *site) collect(e *entry, ds model.Decls) {
	for _, d := range ds {
		if f, ok := d.(*model.Forward); ok && f.Definition != nil || !s.wanted(d) {
			continue
		}
		if !hasPage(d) {
			e.kids = append(e.kids, d)
			continue
		}
		name := d.About().QualifiedName()
		sub := s.entries[name]
		if sub == nil {
			sub = &entry{}
			s.entries[name] = sub
			s.order = append(s.order, sub)
			e.pages = append(e.pages, sub)
		}
		sub.decls = append(sub.decls, d)
		if c, ok := d.(model.Container); ok {
			s.collect(sub, c.Children())
		}
	}
}

// wanted reports whether a declaration is documented: it, or of a module something in it, is of
// a file that is.
func (s *site) wanted(d model.Decl) bool {
	if m, ok := d.(*model.Module); ok {
		return slices.ContainsFunc(m.Decls, s.wanted)
	}
	f := d.About().File()
	return f == nil || f.Main || s.opt.Included && !f.Standard
}

func hasPage(d model.Decl) bool {
	switch d.(type) {
	case *model.Module, *model.Interface, *model.ValueType, *model.Component, *model.PortType, *model.Home, *model.Struct, *model.Union,
		*model.Enum, *model.Exception, *model.Bitset, *model.Bitmask, *model.AnnotationDecl:
		return true
	}
	return false
}

// inherit finds the heirs of each declaration.
func (s *site) inherit() {
	for _, e := range s.order {
		for _, p := range parents(e.decls[0]) {
			s.heirs[p] = append(s.heirs[p], e.decls[0])
		}
	}
}

// parents returns what a declaration inherits from directly, or supports.
func parents(d model.Decl) []model.Decl {
	var ts []*model.Type
	switch d := d.(type) {
	case *model.Interface:
		ts = d.Bases
	case *model.ValueType:
		ts = append(slices.Clone(d.Bases), d.Supports...)
	case *model.Component:
		ts = append([]*model.Type{d.Base}, d.Supports...)
	case *model.Home:
		ts = append([]*model.Type{d.Base}, d.Supports...)
	case *model.Struct:
		ts = []*model.Type{d.Base}
	case *model.Bitset:
		ts = []*model.Type{d.Base}
	}
	var list []model.Decl
	for _, t := range ts {
		if t == nil {
			continue
		}
		if p := t.Resolve().Decl; p != nil {
			list = append(list, definition(p))
		}
	}
	return list
}

// definition returns what a forward declaration announces.
func definition(d model.Decl) model.Decl {
	if f, ok := d.(*model.Forward); ok && f.Definition != nil {
		return f.Definition
	}
	return d
}

// href returns the address of a declaration as seen from a page, "" if it is not documented.
func (s *site) href(from string, d model.Decl) string {
	d = definition(d)
	if hasPage(d) {
		if e := s.entries[d.About().QualifiedName()]; e != nil {
			return relative(from, e.file())
		}
		return ""
	}
	if !s.wanted(d) {
		return ""
	}
	scope := d.About().Scope()
	if scope == nil {
		return relative(from, s.root.file()) + "#" + anchor(d)
	}
	e := s.entries[scope.About().QualifiedName()]
	if e == nil {
		return ""
	}
	return relative(from, e.file()) + "#" + anchor(d)
}

// anchor is the name of the place of a declaration on its page.
func anchor(d model.Decl) string { return d.About().Name }

// relative returns the way from one file of the site to another.
func relative(from, to string) string {
	if from == to {
		return ""
	}
	if path.Dir(from) == path.Dir(to) {
		return path.Base(to)
	}
	if path.Dir(from) == "." {
		return to
	}
	return "../" + to
}

// nameSources gives each file that is documented a page, by its name and a number where two
// are the same.
func (s *site) nameSources() {
	if s.opt.Source == nil {
		return
	}
	taken := map[string]bool{}
	for _, f := range s.spec.Files {
		if !f.Main && (!s.opt.Included || f.Standard) {
			continue
		}
		if _, ok := s.opt.Source(f.Path); !ok {
			continue
		}
		base := fileName(f.Path)
		name := "src/" + base + ".html"
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("src/%s.%d.html", base, n)
		}
		taken[strings.ToLower(name)] = true
		s.sources[f.Path] = name
	}
}

// fileName makes a file's base name one that any file system and address takes.
func fileName(p string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, path.Base(p))
}

// write makes all files.
func (s *site) write() error {
	for name, data := range map[string][]byte{"style.css": style, "search.js": append(s.index(), script...)} {
		if err := s.files.Add(name, data); err != nil {
			return err
		}
	}
	for _, e := range append([]*entry{s.root}, s.order...) {
		if err := s.files.Add(e.file(), s.page(e)); err != nil {
			return err
		}
	}
	for _, f := range s.spec.Files {
		if name := s.sources[f.Path]; name != "" {
			text, _ := s.opt.Source(f.Path)
			if err := s.files.Add(name, s.sourcePage(f, name, string(text))); err != nil {
				return err
			}
		}
	}
	return nil
}
