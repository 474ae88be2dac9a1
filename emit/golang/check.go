package golang

import (
	"maps"
	"slices"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/model"
)

// check says what cannot be generated of what is to be.
func (g *generator) check() {
	for d := range g.spec.All() {
		if !g.isMain(d) {
			continue
		}
		g.checkTwice(d)
		switch d := d.(type) {
		case *model.Interface:
			if d.Abstract {
				g.problem(CodeNotSupported, d.NameSpan, "", "abstract interface %s: abstract interfaces are not supported yet, since they may be values", d.Name)
			}
			g.checkInherited(d)
			for _, b := range d.Bases {
				g.checkType(d, b)
			}
		case *model.Operation:
			g.checkType(d, d.Result)
			for _, p := range d.Params {
				g.checkType(d, p.Type)
			}
		case *model.Attribute:
			g.checkType(d, d.Type)
		case *model.Struct:
			g.checkMembers(d, d.Members)
		case *model.Exception:
			g.checkMembers(d, d.Members)
		case *model.Union:
			g.checkType(d, d.Discriminator)
			for _, c := range d.Cases {
				g.checkType(d, c.Type)
			}
		case *model.Typedef:
			g.checkType(d, d.Type)
		case *model.Const:
			g.checkType(d, d.Type)
			if d.Type.Resolve().Kind == model.Fixed {
				if _, err := cdr.ParseFixed(plainNumber(d.Value)); err != nil {
					g.problem(CodeNotSupported, d.NameSpan, "", "%s: %v", d.Name, err)
				}
			}
		}
	}
}

func (g *generator) checkMembers(d model.Decl, ms []*model.Member) {
	for _, m := range ms {
		g.checkType(d, m.Type)
	}
}

// checkType says whether a use of a type cannot be generated.
func (g *generator) checkType(in model.Decl, t *model.Type) {
	at := t.Span
	if !at.IsValid() {
		at = in.About().NameSpan
	}
	for ; t != nil; t = t.Elem {
		if t.Kind == model.ValueBase {
			g.problem(CodeNotSupported, at, "", "ValueBase: values are not supported yet")
		}
		if d, ok := t.Decl.(*model.Forward); ok && t.Kind == model.Named && !isReference(d) {
			g.problem(CodeUndefined, at, "include the file that defines it", "%s %s is declared, but not defined here", d.Of, d.ScopedName())
		}
		if i, ok := t.Decl.(*model.Interface); ok && i.Abstract {
			g.problem(CodeNotSupported, at, "", "%s: abstract interfaces are not supported yet, since they may be values", i.Name)
		}
	}
}

// checkTwice says whether a declaration has been generated from another file.
func (g *generator) checkTwice(d model.Decl) {
	p := g.packageOf(d)
	if _, named := g.names[d]; !named || p.old == nil {
		return
	}
	for _, file := range slices.Sorted(maps.Keys(p.old.Files)) {
		f := p.old.Files[file]
		if _, dup := f.Declarations[d.About().ScopedName()]; dup {
			g.problem(CodeTwice, d.About().NameSpan, "generate into another folder, or remove "+file,
				"%s has been generated from %s into %s already", d.About().ScopedName(), f.IDL, file)
		}
	}
}
