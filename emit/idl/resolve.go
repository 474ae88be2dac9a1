package idl

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// finds reports whether a name, where printing has come to, denotes a declaration. What a
// template module made has the names that its template uses, which mean nothing outside of it.
func (p *printer) finds(name string, d model.Decl) bool {
	found := p.lookup(name)
	if found == d {
		return true
	}
	return found != nil && found.About().QualifiedName() == d.About().QualifiedName()
}

// inAnnotation reports whether an annotation declares d for itself: nobody else can name it.
func inAnnotation(d model.Decl) bool {
	_, ok := d.About().Scope().(*model.AnnotationDecl)
	return ok
}

// lookup finds a name as the compiler does: its first part in the scopes around, with what each
// inherits, and each further one in what the one before denotes.
func (p *printer) lookup(name string) model.Decl {
	rest, absolute := strings.CutPrefix(name, "::")
	parts := strings.Split(rest, "::")
	for n := len(p.path); n >= 0; n-- {
		if absolute {
			n = 0
		}
		d := p.within(strings.Join(p.path[:n], "::"), parts[0])
		if d == nil {
			continue
		}
		for _, part := range parts[1:] {
			if t, ok := d.(*model.Typedef); ok && t.Type.Resolve().Decl != nil {
				d = t.Type.Resolve().Decl
			}
			if d = p.within(d.About().ScopedName(), part); d == nil {
				return nil
			}
		}
		return d
	}
	return nil
}

// within returns what a name is in a scope, inherited or its own.
func (p *printer) within(scope, name string) model.Decl {
	if scope == "" {
		return p.spec.Lookup(name)
	}
	if d := p.spec.Lookup(scope + "::" + name); d != nil {
		return d
	}
	for _, base := range ancestors(p.spec.Lookup(scope)) {
		if d := p.spec.Lookup(base + "::" + name); d != nil {
			return d
		}
	}
	return nil
}

// ancestors returns the scoped names of what a scope inherits names from.
func ancestors(d model.Decl) []string {
	var out []string
	switch d := d.(type) {
	case *model.Interface:
		for _, a := range d.Ancestors() {
			out = append(out, a.ScopedName())
		}
	case *model.ValueType:
		for _, v := range d.Parents() {
			out = append(append(out, v.ScopedName()), ancestors(v)...)
		}
		for _, i := range d.Supported() {
			out = append(append(out, i.ScopedName()), ancestors(i)...)
		}
	case *model.Component:
		for _, t := range append(slices.Clone(d.Supports), d.Base) {
			out = append(out, fromType(t)...)
		}
	case *model.Home:
		for _, t := range append(slices.Clone(d.Supports), d.Base) {
			out = append(out, fromType(t)...)
		}
	}
	return out
}

func fromType(t *model.Type) []string {
	if t == nil || t.Resolve().Decl == nil {
		return nil
	}
	d := t.Resolve().Decl
	return append([]string{d.About().ScopedName()}, ancestors(d)...)
}

// resolves reports whether all names in an expression are known where printing has come to.
func (p *printer) resolves(expr string) bool {
	quote := rune(0)
	word := func(r rune) bool {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
			return true
		case r == '"' || r == '\'':
			quote = r
			return true
		}
		return r != ':' && r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	for w := range strings.FieldsFuncSeq(expr, word) {
		if w[0] >= '0' && w[0] <= '9' || w[0] == '.' || w == "TRUE" || w == "FALSE" || w == "L" {
			continue
		}
		parts := strings.Split(w, "::")
		for i := range parts {
			parts[i] = strings.TrimPrefix(parts[i], "_")
		}
		switch p.lookup(strings.Join(parts, "::")).(type) {
		case *model.Const, *model.Enumerator, *model.BitFlag:
		default:
			return false
		}
	}
	return true
}
