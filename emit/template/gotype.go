package template

import (
	"go/ast"
	"slices"
	"strings"
)

// object brings the type up to date: the bases of parents, and the fields of methods that are new.
func (u *goUpdate) object(newMethods map[string]bool) {
	want, ok := u.fresh.structure()
	if !ok {
		return
	}
	if u.have.object == nil {
		if !slices.ContainsFunc(u.otherFiles, func(s *goSource) bool { return s.object != nil }) {
			for _, d := range u.fresh.file.Decls {
				if g, ok := d.(*ast.GenDecl); ok && slices.Contains(g.Specs, ast.Spec(u.fresh.object)) {
					u.appendDecl(g.Pos(), g.End(), g.Doc, nil)
				}
			}
		}
		return
	}
	have, ok := u.have.structure()
	if !ok {
		u.typeNote("it is no structure", "make it one that embeds "+u.baseOf(want))
		return
	}
	is, wanted := u.have.fields(have.Fields, nil), u.fresh.fields(want.Fields, u.have.dots)
	if !slices.ContainsFunc(is, isBase) && slices.ContainsFunc(wanted, isBase) {
		u.typeNote("it has no parent's base", "embed "+u.baseOf(want))
	} else {
		u.bases(have, is, wanted)
	}
	for _, f := range wanted {
		if isBase(f) {
			continue
		}
		at := slices.IndexFunc(is, func(h goField) bool { return h.name == f.name })
		switch isNew := slices.ContainsFunc(u.Fields[f.name], func(m string) bool { return newMethods[m] }); {
		case at < 0 && isNew:
			u.addField(have, f)
		case at >= 0 && is[at].canon != f.canon && u.followsMethod(is[at], f):
			u.replace(is[at].typ, u.translated(f.typ.Pos(), f.typ.End(), nil))
		}
	}
}

func (s *goSource) structure() (*ast.StructType, bool) {
	if s.object == nil {
		return nil, false
	}
	t, ok := ast.Unparen(s.object.Type).(*ast.StructType)
	return t, ok && s.object.TypeParams == nil
}

func (u *goUpdate) typeNote(what, help string) {
	u.changes.Left = append(u.changes.Left, Note{Key: u.Type, Line: u.have.line(u.have.object.Pos()), What: what, Help: help})
}

// isBase reports whether a field is what a class has of a parent.
func isBase(f goField) bool { return f.canon == "Base" || strings.HasSuffix(f.canon, `".Base`) }

func (u *goUpdate) baseOf(want *ast.StructType) string {
	f := want.Fields.List[0]
	return string(u.fresh.text[u.fresh.at(f.Pos()):u.fresh.at(f.End())])
}

// bases sees to the bases of parents: where a parent takes the place of another, its base does.
func (u *goUpdate) bases(have *ast.StructType, is, wanted []goField) {
	known := func(fs []goField, f goField) bool {
		return slices.ContainsFunc(fs, func(g goField) bool { return g.name == f.name && g.canon == f.canon })
	}
	for _, w := range wanted {
		if !isBase(w) || known(is, w) {
			continue
		}
		old := slices.IndexFunc(is, func(h goField) bool { return isBase(h) && h.name == w.name && !known(wanted, h) })
		if old >= 0 {
			u.replace(is[old].typ, u.translated(w.typ.Pos(), w.typ.End(), nil))
			u.noted(u.Type)
			continue
		}
		text := "\n\t" + strings.TrimSpace(w.name+" "+u.translated(w.typ.Pos(), w.typ.End(), nil))
		at := u.have.at(have.Fields.Opening) + 1
		for _, h := range is {
			if isBase(h) && w.name != "" {
				at = u.have.at(h.field.End())
			}
		}
		u.edits = append(u.edits, edit{at, at, u.lines(u.ended(at, text))})
		u.noted(u.Type)
	}
}

// ended puts an end of line behind a field if more stands on the line.
func (u *goUpdate) ended(at int, text string) string {
	rest, _, _ := strings.Cut(string(u.old[at:]), "\n")
	if strings.TrimSpace(rest) == "" {
		return text
	}
	return text + "\n"
}

// addField adds a field behind the others.
func (u *goUpdate) addField(have *ast.StructType, f goField) {
	at := u.have.at(have.Fields.Closing)
	text := "\t" + f.name + " " + u.translated(f.typ.Pos(), f.typ.End(), nil) + "\n"
	if start := lineStart(u.old, at); start == at && !strings.HasPrefix(string(u.old[at-1:at]), "\n") {
		text = "\n" + text
	} else {
		at = start
	}
	u.edits = append(u.edits, edit{at, at, u.lines(text)})
}

// followsMethod reports whether a field has the type that a method of it returned until now.
func (u *goUpdate) followsMethod(have, want goField) bool {
	return slices.ContainsFunc(u.Fields[want.name], func(m string) bool {
		old, fresh := u.have.methods[m], u.fresh.methods[m]
		if old == nil || fresh == nil {
			return false
		}
		was, is := u.have.fields(old.Type.Results, nil), u.fresh.fields(fresh.Type.Results, u.have.dots)
		return len(was) > 1 && len(is) > 1 && was[0].canon == have.canon && is[0].canon == want.canon
	})
}
