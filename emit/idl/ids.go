package idl

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// prefix is what #pragma prefix has set: what stands before the names of the scopes from depth on.
type prefix struct {
	text  string
	depth int
}

// natural returns the id that a declaration of a name has here without any pragma.
func (p *printer) natural(names ...string) string {
	path := append(slices.Clone(p.path[min(p.prefix.depth, len(p.path)):]), names...)
	id := strings.Join(path, "/")
	if p.prefix.text != "" {
		id = p.prefix.text + "/" + id
	}
	return "IDL:" + id + ":1.0"
}

// ids prints the pragmas before a declaration, and notes those behind it, that give it and what
// is in it their repository ids. rest are those that follow in its scope.
func (p *printer) ids(d model.Decl, rest model.Decls) {
	i := d.About()
	if i.ID == "" {
		return
	}
	if m, ok := d.(*model.Module); ok && m.Part > 0 {
		return // it has the id of its first part
	}
	if i.ID != p.natural(i.Name) {
		if text, ok := prefixOf(i.ID, i.Name); ok && p.better(text, d, rest) {
			p.prefix = prefix{text, len(p.path)}
			p.line(`#pragma prefix ` + quoted(text))
		}
	}
	p.explicit(d, nil)
}

// prefixOf returns the prefix with which a declaration of that name has the id, whatever its version.
func prefixOf(id, name string) (string, bool) {
	body, _, ok := cutVersion(id)
	if !ok {
		return "", false
	}
	if body == name {
		return "", true
	}
	return strings.CutSuffix(body, "/"+name)
}

// cutVersion takes apart an id of the form IDL:body:version.
func cutVersion(id string) (body, version string, ok bool) {
	rest, ok := strings.CutPrefix(id, "IDL:")
	at := strings.LastIndexByte(rest, ':')
	if !ok || at < 0 {
		return "", "", false
	}
	return rest[:at], rest[at+1:], true
}

// better reports whether a prefix explains more of the ids that follow than what is set now.
func (p *printer) better(text string, d model.Decl, rest model.Decls) bool {
	now, then := 0, 0
	count := func(d model.Decl, within ...string) {
		id, _, ok := cutVersion(d.About().ID)
		if m, module := d.(*model.Module); !ok || module && m.Part > 0 {
			return
		}
		names := append(slices.Clone(within), d.About().Name)
		if "IDL:"+id+":1.0" == p.natural(names...) {
			now++
		}
		with := strings.Join(names, "/")
		if text != "" {
			with = text + "/" + with
		}
		if id == with {
			then++
		}
	}
	count(d)
	if c, ok := d.(model.Container); ok {
		for _, x := range c.Children() {
			count(x, d.About().Name)
		}
	}
	for _, x := range rest {
		if p.mine(x) {
			count(x)
		}
	}
	return then > now
}

// explicit notes the pragmas for ids which names do not make, of a declaration and of what is
// in it that can have no pragma of its own inside.
func (p *printer) explicit(d model.Decl, within []string) {
	i := d.About()
	names := append(slices.Clone(within), i.Name)
	if f, ok := d.(*model.Forward); ok && f.Definition != nil {
		return // the definition says it
	}
	if natural := p.natural(names...); i.ID != natural && i.ID != "" {
		target := escaped(strings.Join(names, "::"))
		nb, _, _ := cutVersion(natural)
		if body, version, ok := cutVersion(i.ID); ok && body == nb && version != "1.0" {
			p.after = append(p.after, note{"version", target, " " + version})
		} else {
			p.after = append(p.after, note{"ID", target, " " + quoted(i.ID)})
		}
	}
	switch d := d.(type) {
	case *model.Enum:
		for _, e := range d.Enumerators {
			p.explicit(e, within)
		}
	case *model.Struct, *model.Union, *model.Exception:
		for _, x := range d.(model.Container).Children() {
			p.explicit(x, names)
		}
	}
}

// scope prints what is in a scope: a prefix that is set there ends with it. What is noted in one
// that can have no pragmas inside, such as a structure, follows it, under its scoped name.
func (p *printer) scope(name string, inside func()) {
	saved, after := p.prefix, p.after
	p.after = nil
	p.path = append(p.path, name)
	p.depth++
	inside()
	p.depth--
	p.path = p.path[:len(p.path)-1]
	for _, n := range p.after {
		n.target = escaped(name) + "::" + n.target
		after = append(after, n)
	}
	p.prefix, p.after = saved, after
}
