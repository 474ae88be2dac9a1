package check

import (
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// assemble makes the specification of the declarations, in the order of the text. What is not
// supported in included files is left out.
func (c *checker) assemble() *model.Spec {
	s := &model.Spec{}
	files := map[string]*model.File{}
	for _, f := range c.tree.Files {
		m := &model.File{Path: f.Path, Main: f.Main, Standard: f.Standard, Includes: f.Includes}
		s.Files = append(s.Files, m)
		files[f.Path] = m
	}
	for _, p := range c.pragmas {
		if p.scope.owner != nil || p.target != nil || p.name == "prefix" {
			continue
		}
		if f := files[p.syntax.Span.Start.File]; f != nil {
			f.Pragmas = append(f.Pragmas, model.Pragma{Name: p.name, Args: p.args, Text: p.syntax.Text, Span: p.syntax.Span})
		}
	}
	c.headComments(files)
	s.Decls = c.list(c.tree.Decls)
	parts := map[*symbol]int{}
	c.numberParts(c.tree.Decls, parts)
	if err := s.Link(); err != nil {
		panic(err) // the passes before let nothing through that Link refuses
	}
	return s
}

// headComments finds the comment at the head of each file: what stands apart from the first
// declaration.
func (c *checker) headComments(files map[string]*model.File) {
	var begun *model.File
	for _, d := range c.tree.Decls {
		if i, ok := d.(*syntax.IncludeDecl); ok {
			begun = files[i.File.Path]
			continue
		}
		if begun != nil && begun.Path == d.Common().Span.Start.File && begun.Doc == nil {
			begun.Doc = comments(d.Common().Before)
		}
		begun = nil
	}
}

func (c *checker) numberParts(ds []syntax.Decl, parts map[*symbol]int) {
	for _, d := range ds {
		if i, ok := d.(*syntax.TemplateInst); ok && c.made[i] != nil {
			d = c.made[i]
		}
		if m, ok := d.(*syntax.Module); ok {
			sym := c.bySyntax[m]
			c.parts[m].Part = parts[sym]
			parts[sym]++
			c.numberParts(m.Decls, parts)
		}
	}
}

// list returns the declarations of a scope.
func (c *checker) list(ds []syntax.Decl) model.Decls {
	var out model.Decls
	for _, d := range ds {
		if i, ok := d.(*syntax.TemplateInst); ok && c.made[i] != nil {
			d = c.made[i]
		}
		switch d := d.(type) {
		case *syntax.Module:
			m := c.parts[d]
			m.Decls = c.list(d.Decls)
			out = append(out, m)
		case *syntax.Interface:
			if m, ok := c.known(d).(*model.Interface); ok {
				m.Decls = c.list(d.Decls)
				out = append(out, m)
			}
		case *syntax.Forward:
			if f := c.forwards[d]; f != nil {
				out = append(out, f)
			}
		case *syntax.Struct, *syntax.Union, *syntax.Enum, *syntax.Bitset, *syntax.Bitmask:
			out = c.constructedDecl(out, d)
		case *syntax.Exception:
			if m, ok := c.known(d).(*model.Exception); ok {
				m.Decls = c.inside(d.Members)
				out = append(out, m)
			}
		case *syntax.Typedef:
			out = c.constructedDecl(out, d.Type)
			for _, dec := range d.Declarators {
				out = c.add1(out, dec)
			}
		case *syntax.ValueType:
			if m, ok := c.known(d).(*model.ValueType); ok {
				m.Decls = c.list(d.Decls)
				out = append(out, m)
			}
		case *syntax.StateMember:
			out = c.constructedDecl(out, d.Type)
			for _, dec := range d.Declarators {
				out = c.add1(out, dec)
			}
		case *syntax.ValueBox:
			out = c.constructedDecl(out, d.Type)
			out = c.add1(out, d)
		case *syntax.Component:
			if m, ok := c.known(d).(*model.Component); ok {
				m.Decls = c.list(d.Decls)
				out = append(out, m)
			}
		case *syntax.Home:
			if m, ok := c.known(d).(*model.Home); ok {
				m.Decls = c.list(d.Decls)
				out = append(out, m)
			}
		case *syntax.Attribute:
			for i := range d.Names {
				out = c.add1(out, &d.Names[i])
			}
		case *syntax.PortType:
			if m, ok := c.known(d).(*model.PortType); ok {
				m.Decls = c.list(d.Decls)
				out = append(out, m)
			}
		case *syntax.Connector:
			if m, ok := c.known(d).(*model.Component); ok {
				m.Decls = c.list(d.Decls)
				out = append(out, m)
			}
		case *syntax.AnnotationDecl:
			if m, ok := c.known(d).(*model.AnnotationDecl); ok {
				m.Decls = c.list(d.Decls)
				out = append(out, m)
			}
		case *syntax.Operation, *syntax.Const, *syntax.Native, *syntax.Factory, *syntax.Port:
			out = c.add1(out, d)
		}
	}
	return out
}

// known returns the declaration that was made of a piece of syntax; nil if it is left out.
func (c *checker) known(d any) model.Decl {
	sym := c.bySyntax[d]
	if sym == nil {
		return nil
	}
	return sym.decl
}

func (c *checker) add1(out model.Decls, d any) model.Decls {
	if m := c.known(d); m != nil {
		return append(out, m)
	}
	return out
}

// constructedDecl appends what a type defines, if it defines something.
func (c *checker) constructedDecl(out model.Decls, d any) model.Decls {
	switch d := d.(type) {
	case *syntax.Struct:
		if m, ok := c.known(d).(*model.Struct); ok {
			m.Decls = c.inside(d.Members)
			out = append(out, m)
		}
	case *syntax.Union:
		if m, ok := c.known(d).(*model.Union); ok {
			m.Decls = c.constructedDecl(m.Decls, d.Switch)
			for _, cs := range d.Cases {
				m.Decls = c.constructedDecl(m.Decls, cs.Type)
			}
			out = append(out, m)
		}
	case *syntax.Enum, *syntax.Bitset, *syntax.Bitmask:
		out = c.add1(out, d)
	}
	return out
}

// inside returns the types that members define.
func (c *checker) inside(ms []*syntax.Member) model.Decls {
	var out model.Decls
	for _, m := range ms {
		out = c.constructedDecl(out, m.Type)
	}
	return out
}
