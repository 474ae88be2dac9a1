package doc

import (
	"path"

	"github.com/opendsom/dsom/model"
)

// maxTree bounds the lines of a tree of inheritance: with many bases of many bases the same
// could be there very often.
const maxTree = 200

// family writes what a declaration inherits from, and what inherits from it, as trees.
func (p *page) family(d model.Decl) {
	lines := 0
	var tree func(d model.Decl, next func(model.Decl) []model.Decl, path map[model.Decl]bool)
	tree = func(d model.Decl, next func(model.Decl) []model.Decl, path map[model.Decl]bool) {
		ds := next(d)
		if len(ds) == 0 || path[d] {
			return
		}
		path[d] = true
		p.raw("<ul>")
		for _, x := range ds {
			if lines++; lines > maxTree {
				p.raw("<li>…</li>")
				break
			}
			p.raw("<li>")
			p.link(x, x.About().ScopedName())
			tree(x, next, path)
			p.raw("</li>")
		}
		p.raw("</ul>")
		delete(path, d)
	}
	for _, t := range []struct {
		title string
		next  func(model.Decl) []model.Decl
	}{
		{"Inherits from", parents},
		{"Inherited by", func(d model.Decl) []model.Decl { return p.site.heirs[d] }},
	} {
		if len(t.next(d)) == 0 {
			continue
		}
		p.raw("<h2>")
		p.escape(t.title)
		p.raw("</h2>\n<div class=\"tree\">")
		lines = 0
		tree(d, t.next, map[model.Decl]bool{})
		p.raw("</div>\n")
	}
}

// members writes tables of what has no declaration of its own: members, cases, values; and
// what an interface inherits.
func (p *page) members(d model.Decl) {
	switch d := d.(type) {
	case *model.Struct:
		p.nodes("Members", d, nodesOf(d.Members))
	case *model.Exception:
		p.nodes("Members", d, nodesOf(d.Members))
	case *model.Union:
		var ns []*model.Node
		for _, c := range d.Cases {
			ns = append(ns, &c.Node)
		}
		p.nodes("Members", d, ns)
	case *model.Bitset:
		var ns []*model.Node
		for _, f := range d.Fields {
			if f.Name != "" {
				ns = append(ns, &f.Node)
			}
		}
		p.nodes("Fields", d, ns)
	case *model.AnnotationDecl:
		var ns []*model.Node
		for _, m := range d.Members {
			ns = append(ns, &m.Node)
		}
		p.nodes("Parameters", d, ns)
	case *model.Enum, *model.Bitmask:
		p.values(values(d))
	case *model.Interface:
		p.implementation(d)
		p.inherited(d)
	}
}

// implementation writes what SOM IDL says of an interface as a class.
func (p *page) implementation(i *model.Interface) {
	m := i.Implementation
	if m == nil {
		return
	}
	p.raw("<h2>Class</h2>\n<table>")
	for _, x := range m.Modifiers {
		p.raw("<tr><td>")
		p.escape(x.Name)
		p.raw("</td><td>")
		p.name(x.Value, i)
		p.raw("</td></tr>\n")
	}
	for _, v := range m.Data {
		p.raw("<tr><td><em>instance data</em></td><td><code>")
		p.declarator(v.Type, v.Name)
		p.raw("</code> ")
		p.inline(summary(&v.Node), i)
		p.raw("</td></tr>\n")
	}
	for _, o := range m.Overrides {
		p.raw("<tr><td><em>overrides</em></td><td>")
		p.name(o.Name, i)
		p.raw("</td></tr>\n")
	}
	p.raw("</table>\n")
}

func nodesOf(ms []*model.Member) []*model.Node {
	var ns []*model.Node
	for _, m := range ms {
		ns = append(ns, &m.Node)
	}
	return ns
}

// nodes writes what the comments say about members, if they say anything.
func (p *page) nodes(title string, at model.Decl, ns []*model.Node) {
	said := false
	for _, n := range ns {
		said = said || remarkOf(n).body != ""
	}
	if !said {
		return
	}
	p.raw("<h2>")
	p.escape(title)
	p.raw("</h2>\n<table>")
	for _, n := range ns {
		p.raw("<tr><td><code>")
		p.escape(n.Name)
		p.raw("</code></td><td>")
		p.text(remarkOf(n).body, at)
		p.raw("</td></tr>\n")
	}
	p.raw("</table>\n")
}

// values writes the values of an enumeration or bit mask, each with its anchor.
func (p *page) values(vs []model.Decl) {
	p.raw("<h2>Values</h2>\n<table>")
	for _, v := range vs {
		p.raw(`<tr id="` + attribute(anchor(v)) + `"><td><code>`)
		p.escape(v.About().Name)
		p.raw("</code></td><td>")
		p.remark(v, remarkOf(&v.About().Node))
		p.raw("</td></tr>\n")
	}
	p.raw("</table>\n")
}

// inherited lists the operations and attributes of the ancestors.
func (p *page) inherited(i *model.Interface) {
	first := true
	for _, a := range i.Ancestors() {
		ms := a.Members()
		if len(ms) == 0 {
			continue
		}
		if first {
			p.raw("<h2>Inherited operations and attributes</h2>\n<table>")
			first = false
		}
		p.raw("<tr><td>")
		p.link(a, a.ScopedName())
		p.raw("</td><td>")
		for n, m := range ms {
			p.comma(n)
			p.link(m, m.About().Name)
		}
		p.raw("</td></tr>\n")
	}
	if !first {
		p.raw("</table>\n")
	}
}

// fileList writes the files that are documented.
func (p *page) fileList() {
	first := true
	for _, f := range p.site.spec.Files {
		src := p.site.sources[f.Path]
		if src == "" {
			continue
		}
		if first {
			p.raw("<h2>Files</h2>\n<table>")
			first = false
		}
		p.raw(`<tr><td><a href="` + attribute(relative(p.file, src)) + `">`)
		p.escape(path.Base(f.Path))
		p.raw("</a></td><td>")
		p.inline(summary(&model.Node{Doc: f.Doc}), nil)
		p.raw("</td></tr>\n")
	}
	if !first {
		p.raw("</table>\n")
	}
}
