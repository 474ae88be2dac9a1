package check

import (
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// pragma reads a pragma where it stands, since what it names is looked up there. What prefix,
// ID and version do is left to ids. A pragma of an emitter, such as go_name, names a
// declaration with its first word, if that is no string. All others are kept as they are;
// an unknown pragma is no error (10.7.5).
func (c *checker) pragma(d *syntax.Pragma, s *scope) {
	item := &pragmaItem{syntax: d, scope: s}
	if len(d.Parts) > 0 {
		item.name = d.Parts[0].Text
	}
	if item.name == "id" {
		item.name = "ID"
	}
	rest := d.Parts[min(1, len(d.Parts)):]
	if c.som && c.somPragma(d, s, item.name, rest) {
		return
	}
	var name *syntax.ScopedName
	switch {
	case item.name == "ID" || item.name == "version":
		if name, rest = pragmaName(rest); name == nil {
			c.errorf(CodePragma, d.Span, "#pragma %s needs the name of a declaration", item.name)
			return
		}
	case strings.HasPrefix(item.name, "go_"):
		name, rest = pragmaName(rest)
	}
	if name != nil {
		c.peeking = true
		item.target = c.lookup(s, name, false)
		c.peeking = false
	}
	for _, t := range rest {
		text, ok := syntax.StringOf(t)
		if !ok {
			text = t.Text
		}
		item.args = append(item.args, text)
	}
	switch {
	case item.name == "prefix" && (len(rest) != 1 || rest[0].Kind != syntax.String):
		c.errorf(CodePragma, d.Span, "#pragma prefix needs a string")
		return
	case item.name == "ID" && (len(rest) != 1 || rest[0].Kind != syntax.String):
		c.errorf(CodePragma, d.Span, "#pragma ID needs a repository id in quotes")
		return
	case item.name == "version" && (len(rest) != 1 || !isVersion(rest[0].Text)):
		c.errorf(CodePragma, d.Span, "#pragma version needs two numbers with a point between them, such as 1.0")
		return
	}
	c.byPragma[d] = item
	c.pragmas = append(c.pragmas, item)
}

// pragmaName takes a scoped name from the begin of a pragma's tokens.
func pragmaName(ts []syntax.Token) (*syntax.ScopedName, []syntax.Token) {
	n := &syntax.ScopedName{}
	rest := ts
	if len(rest) > 0 && rest[0].Kind == syntax.Scope {
		n.Absolute, rest = true, rest[1:]
	}
	for {
		if len(rest) == 0 || rest[0].Kind != syntax.Ident && rest[0].Kind != syntax.Keyword {
			return nil, ts
		}
		text := rest[0].Text
		n.Parts = append(n.Parts, syntax.Name{Text: strings.TrimPrefix(text, "_"), Escaped: text[0] == '_', Span: rest[0].Span})
		n.Span = n.Span.Join(rest[0].Span)
		rest = rest[1:]
		if len(rest) == 0 || rest[0].Kind != syntax.Scope {
			return n, rest
		}
		rest = rest[1:]
	}
}

// isVersion reports whether a text is major.minor (10.7.5.3).
func isVersion(s string) bool {
	major, minor, ok := strings.Cut(s, ".")
	number := func(s string) bool {
		return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
	}
	return ok && number(major) && number(minor)
}

// keptPragmas gives declarations the pragmas that name them. What ID and version do is in the ids; one for
// what another file declares is kept as well, since that file alone does not say so.
func (c *checker) keptPragmas() {
	for _, p := range c.pragmas {
		switch p.name {
		case "prefix":
			continue
		case "ID", "version":
			if p.target == nil || p.target.name.Span.Start.File == p.syntax.Span.Start.File {
				continue
			}
		}
		mp := model.Pragma{Name: p.name, Args: p.args, Text: p.syntax.Text, Span: p.syntax.Span}
		switch {
		case p.target != nil && p.target.node != nil:
			p.target.node.Pragmas = append(p.target.node.Pragmas, mp)
		case p.target == nil && p.scope.owner != nil && p.scope.owner.node != nil:
			p.scope.owner.node.Pragmas = append(p.scope.owner.node.Pragmas, mp)
		}
	}
}

func comments(cs []syntax.Comment) model.Comments {
	var out model.Comments
	for _, c := range cs {
		out = append(out, model.Comment{Text: c.Text, Span: c.Span})
	}
	return out
}
