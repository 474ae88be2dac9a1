package check

import (
	"reflect"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// A copier copies declarations of a template module with actual parameters in place of formal
// ones. It goes by the shape of the syntax, not by its kinds of nodes, so that it knows those
// that are added. Comments, tokens and macros are shared.
type copier struct {
	c      *checker
	actual map[string]*actual
	at     diag.Span // of the instantiation: the copies stand there
	fully  bool      // names become fully scoped ones of what they denote
	nodes  int
}

func (p *copier) decls(ds []syntax.Decl) []syntax.Decl {
	return p.copy(reflect.ValueOf(ds)).Interface().([]syntax.Decl)
}

func (p *copier) typ(t syntax.TypeExpr) syntax.TypeExpr {
	return p.copy(reflect.ValueOf(&t).Elem()).Interface().(syntax.TypeExpr)
}

// absolute copies an expression with its names fully scoped.
func (p *copier) absolute(x syntax.Expr) syntax.Expr {
	q := &copier{c: p.c, fully: true}
	return q.copy(reflect.ValueOf(&x).Elem()).Interface().(syntax.Expr)
}

// absoluteType copies a type with its names fully scoped.
func (p *copier) absoluteType(t syntax.TypeExpr) syntax.TypeExpr {
	q := &copier{c: p.c, fully: true}
	return q.copy(reflect.ValueOf(&t).Elem()).Interface().(syntax.TypeExpr)
}

func (p *copier) copy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		return p.copyInterface(v)
	case reflect.Pointer:
		return p.copyPointer(v)
	case reflect.Struct:
		return p.copyStruct(v)
	case reflect.Slice:
		switch v.Interface().(type) {
		case []syntax.Comment, []syntax.Token:
			return v
		}
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			if p.full() {
				return out.Slice(0, i)
			}
			out.Index(i).Set(p.copy(v.Index(i)))
		}
		return out
	}
	return v
}

// full reports whether more was copied than the limit allows; the caller says so.
func (p *copier) full() bool { return p.nodes > maxInstantiated }

func (p *copier) copyInterface(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	out := reflect.New(v.Type()).Elem()
	switch x := v.Interface().(type) {
	case *syntax.NamedType:
		if a := p.formal(x.Name); a != nil && len(x.Name.Parts) == 1 && a.typ != nil {
			out.Set(reflect.ValueOf((&copier{c: p.c}).typ(a.typ)))
			return out
		}
	case *syntax.NameExpr:
		if a := p.formal(x.Name); a != nil && len(x.Name.Parts) == 1 && a.expr != nil {
			out.Set(reflect.ValueOf(a.expr))
			return out
		}
	}
	out.Set(p.copy(v.Elem()))
	return out
}

func (p *copier) copyPointer(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	switch x := v.Interface().(type) {
	case *syntax.Macro, *syntax.SourceFile:
		return v
	case *syntax.ScopedName:
		return reflect.ValueOf(p.name(x))
	}
	p.nodes++
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(p.copy(v.Elem()))
	return out
}

func (p *copier) copyStruct(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch x := v.Interface().(type) {
	case diag.Span, syntax.Name:
		return out
	case syntax.TemplateArg:
		if n, ok := x.Type.(*syntax.NamedType); ok && len(n.Name.Parts) == 1 {
			if a := p.formal(n.Name); a != nil && a.typ == nil {
				return reflect.ValueOf(syntax.TemplateArg{Value: a.expr})
			}
		}
	}
	for i := range v.NumField() {
		if f := out.Field(i); f.CanSet() {
			f.Set(p.copy(v.Field(i)))
		}
	}
	if h, ok := out.Addr().Interface().(*syntax.Head); ok && p.at.IsValid() {
		h.Span = p.at
	}
	return out
}

// formal returns what stands for the first part of a name, nil if that is no formal parameter.
func (p *copier) formal(n *syntax.ScopedName) *actual {
	if n.Absolute {
		return nil
	}
	return p.actual[n.Parts[0].Text]
}

// name copies a name. A formal parameter in it becomes the name of the actual one.
func (p *copier) name(n *syntax.ScopedName) *syntax.ScopedName {
	if p.fully {
		if sym := p.c.refs[n]; sym != nil && p.c.standsFor[n] == nil {
			return absoluteName(sym, n.Span)
		}
		return n
	}
	out := *n
	a := p.formal(n)
	switch {
	case a == nil:
	case a.name == nil:
		p.c.errorf(CodeTemplate, n.Span, "%s is %s here, which has no name that could stand in this place", quote(n.Parts[0].Text), a.text)
		if p.c.nameless == nil {
			p.c.nameless = map[*syntax.ScopedName]bool{}
		}
		p.c.nameless[&out] = true
	default:
		out.Absolute = a.name.Absolute
		out.Parts = append(append([]syntax.Name(nil), a.name.Parts...), n.Parts[1:]...)
	}
	return &out
}
