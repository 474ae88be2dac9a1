package golang

import (
	"maps"
	"slices"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/model"
)

// check says what cannot be generated of what is to be.
func (g *generator) check() {
	g.findUnsupported()
	for d := range g.spec.All() {
		if !g.isMain(d) || g.leftOut(d) {
			continue
		}
		g.checkTwice(d)
		switch d := d.(type) {
		case *model.Interface:
			if g.opt.Classes {
				g.checkInherited(d, g.ofGenerated(d.AllMembers()))
			} else if !g.checkEquivalent(d) {
				g.checkInherited(d, d.AllMembers())
			}
			for _, b := range d.Bases {
				g.checkType(d, b)
			}
		case *model.ValueType:
			g.checkInherited(d, allValueMembers(d))
			for _, b := range append(slices.Clone(d.Bases), d.Supports...) {
				g.checkType(d, b)
			}
		case *model.StateMember:
			g.checkType(d, d.Type)
		case *model.ValueBox:
			g.checkType(d, d.Type)
		case *model.Factory:
			for _, p := range d.Params {
				g.checkType(d, p.Type)
			}
		case *model.Operation:
			g.checkType(d, d.Result)
			for n, p := range d.Params {
				if n > 0 || !g.opt.Classes || !d.HasModifier("init") { // an initializer's first has no place in Go
					g.checkType(d, p.Type)
				}
			}
		case *model.Attribute:
			g.checkType(d, d.Type)
		case *model.Struct:
			if why := whyUnsupported(d); why != "" {
				g.problem(CodeNotSupported, d.NameSpan, "", "%s: %s", d.Name, why)
			}
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
		if t.Kind == model.Pointer {
			g.problem(CodeNotSupported, at, "", "%s: %s", in.About().Name, noPointers)
		}
		if t.Kind == model.Map {
			if !isMapKey(t.Key) {
				g.problem(CodeNotSupported, at, "use a sequence of structures with key and value, which is the same on the wire",
					"a map with keys of type %s, which Go cannot compare", t.Key)
			}
			g.checkType(in, t.Key)
		}
		if d, ok := t.Decl.(*model.Forward); ok && t.Kind == model.Named && !isReference(d) {
			g.problem(CodeUndefined, at, "include the file that defines it", "%s %s is declared, but not defined here", d.Of, d.ScopedName())
		}
		root := g.unsupported[t.Decl]
		switch {
		case root == nil:
		case root == t.Decl:
			g.problem(CodeNotSupported, at, "", "%s: %s", root.About().Name, whyUnsupported(root))
		case !g.isMain(t.Decl): // else it is reported where it is declared
			g.problem(CodeNotSupported, at, "", "%s needs %s: %s", t.Decl.About().Name, root.About().Name, whyUnsupported(root))
		}
	}
}

// whyUnsupported says why a declaration cannot be generated whatever it uses; empty if it can.
func whyUnsupported(d model.Decl) string {
	if hasPointer(d) {
		return noPointers
	}
	switch d.(type) {
	case *model.Struct, *model.Union:
		if model.HoldsItself(d) {
			return "types that hold themselves by @external members are not supported yet: put a sequence between"
		}
	}
	return ""
}

// findUnsupported finds what cannot be generated, and what for that reason cannot be either:
// from these to whoever uses or contains them.
func (g *generator) findUnsupported() {
	g.unsupported = map[model.Decl]model.Decl{}
	users := map[model.Decl][]model.Decl{}
	var work []model.Decl
	for d := range g.spec.All() {
		for _, u := range model.Uses(d) {
			users[u] = append(users[u], d)
		}
		_, module := d.About().Scope().(*model.Module)
		if _, class := d.About().Scope().(*model.Interface); !module && d.About().Scope() != nil && !(class && g.opt.Classes) {
			users[d] = append(users[d], d.About().Scope())
		}
		if whyUnsupported(d) != "" {
			g.unsupported[d] = d
			work = append(work, d)
		}
	}
	for len(work) > 0 {
		d := work[len(work)-1]
		work = work[:len(work)-1]
		for _, u := range users[d] {
			if g.unsupported[u] == nil {
				g.unsupported[u] = g.unsupported[d]
				work = append(work, u)
			}
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
