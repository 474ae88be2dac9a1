package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// support reports declarations that the compiler does not handle. In a main file each is an
// error. What an included file merely declares disturbs nobody: it and all that depends on it
// is left out, and only what a main file uses of it is an error, where it is used.
func (c *checker) support() {
	reported := map[*symbol]bool{}
	var visit func(ds []syntax.Decl)
	visit = func(ds []syntax.Decl) {
		for _, d := range ds {
			switch d := d.(type) {
			case *syntax.Module:
				visit(d.Decls)
			case *syntax.Interface:
				visit(d.Decls)
			case *syntax.ValueType:
				visit(d.Decls)
			case *syntax.Home:
				visit(d.Decls)
			case *syntax.Component:
				visit(d.Decls)
			case *syntax.Unsupported:
				sym := c.bySyntax[d]
				if !c.isMain(d.Span) || sym != nil && reported[sym] {
					continue
				}
				if sym != nil {
					reported[sym] = true
				}
				c.notSupported(d)
			}
		}
	}
	visit(c.tree.Decls)
	c.spread()
}

func (c *checker) notSupported(d *syntax.Unsupported) {
	at, message := d.Name.Span, d.What+" are not supported yet: "+quote(d.Name.Text)
	if d.Name.Text == "" {
		at, message = d.Span, d.What+" are not supported yet"
	}
	c.add(diag.Diagnostic{Code: syntax.CodeUnsupported, Span: at, Message: message})
}

// spread marks what depends on a declaration that is not handled, to the last.
func (c *checker) spread() {
	users := map[*symbol][]*symbol{}
	at := map[[2]*symbol]diag.Span{}
	var work []*symbol
	for _, s := range c.symbols {
		for _, u := range s.uses {
			users[u.of] = append(users[u.of], s)
			if key := [2]*symbol{s, u.of}; !at[key].IsValid() {
				at[key] = u.at
			}
		}
	}
	for sym := range users {
		if sym.unsupported != "" {
			work = append(work, sym)
		}
	}
	for len(work) > 0 {
		bad := work[len(work)-1]
		work = work[:len(work)-1]
		for _, user := range users[bad] {
			if user.unsupported != "" {
				continue
			}
			span := at[[2]*symbol{user, bad}]
			if !c.isMain(span) {
				user.unsupported, user.cause = bad.unsupported, bad
				work = append(work, user)
				continue
			}
			c.usesUnsupported(span, bad)
		}
	}
}

// usesUnsupported reports that a main file uses what is not handled. If that is declared in a
// main file it was reported there.
func (c *checker) usesUnsupported(at diag.Span, bad *symbol) {
	root := bad
	for root.cause != nil {
		root = root.cause
	}
	if c.isMain(root.span()) {
		return
	}
	d := diag.Diagnostic{
		Code: syntax.CodeUnsupported, Span: at, Message: root.unsupported + " are not supported yet: " + quote(root.name.Text),
		Notes: note(root.span(), "%s is declared here", quote(root.name.Text)),
	}
	if root != bad {
		d.Message += ", which " + quote(bad.name.Text) + " depends on"
	}
	c.add(d)
}
