package idl

import (
	"github.com/opendsom/dsom/model"
)

// isID reports whether a pragma sets a repository id, which of what is printed tell the ids.
func isID(g model.Pragma) bool { return g.Name == "ID" || g.Name == "version" }

// ofParams notes the pragmas that name parameters.
func (p *printer) ofParams(of string, ps []*model.Param) {
	for _, q := range ps {
		for _, g := range q.Pragmas {
			if rest, ok := p.names(g); ok {
				p.after = append(p.after, note{g.Name, escaped(of + "::" + q.Name), rest})
			}
		}
	}
}

// foreign prints the pragmas that name what an included file brings and do not come with it.
func (p *printer) foreign(included string) {
	brought := p.broughtBy(included)
	print := func(n *model.Node, scoped string) {
		if p.told[n] {
			return
		}
		p.told[n] = true
		for _, g := range n.Pragmas {
			rest, ok := p.names(g)
			if from := g.Span.Start.File; ok && !brought[from] && (p.whole || from == p.file.Path) {
				p.line("#pragma " + g.Name + " " + escaped(scoped) + rest)
			}
		}
	}
	for d := range p.spec.All() {
		if f := d.About().File(); f == nil || p.mine(d) || !brought[f.Path] {
			continue
		}
		scoped := d.About().QualifiedName()
		print(&d.About().Node, scoped)
		inside := func(n *model.Node) { print(n, scoped+"::"+n.Name) }
		switch d := d.(type) {
		case *model.Struct:
			for _, m := range d.Members {
				inside(&m.Node)
			}
		case *model.Exception:
			for _, m := range d.Members {
				inside(&m.Node)
			}
		case *model.Union:
			for _, c := range d.Cases {
				inside(&c.Node)
			}
		case *model.Bitset:
			for _, f := range d.Fields {
				inside(&f.Node)
			}
		case *model.Enum:
			for _, e := range d.Enumerators {
				print(&e.Node, e.QualifiedName())
			}
		case *model.Bitmask:
			for _, f := range d.Flags {
				print(&f.Node, f.QualifiedName())
			}
		case *model.Operation:
			for _, q := range d.Params {
				inside(&q.Node)
			}
		case *model.Factory:
			for _, q := range d.Params {
				inside(&q.Node)
			}
		}
	}
}
