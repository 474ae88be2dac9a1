package doc

import (
	"html"
	"path"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A page is a file of HTML while it is written. All that comes from the specification goes
// through escape, element or attribute.
type page struct {
	site *site
	file string // from the root of the site
	b    strings.Builder
}

func (p *page) raw(s string)    { p.b.WriteString(s) }
func (p *page) escape(s string) { p.b.WriteString(html.EscapeString(printable(s))) }

// attribute returns text for a quoted attribute.
func attribute(s string) string { return html.EscapeString(printable(s)) }

// printable replaces what HTML does not take: control characters and octets that are no text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

func (p *page) element(name, text string) {
	p.raw("<" + name + ">")
	p.escape(text)
	p.raw("</" + name + ">")
}

func (p *page) span(class, text string) {
	p.raw(`<span class="` + class + `">`)
	p.escape(text)
	p.raw("</span>")
}

// link writes text as a link to a declaration, if that is documented.
func (p *page) link(d model.Decl, text string) {
	h := ""
	if d != nil {
		h = p.site.href(p.file, d)
	}
	if h == "" {
		p.escape(text)
		return
	}
	p.raw(`<a href="` + attribute(h) + `">`)
	p.escape(text)
	p.raw("</a>")
}

// root returns the way from the page to the root of the site.
func (p *page) root() string {
	if path.Dir(p.file) == "." {
		return ""
	}
	return "../"
}

// begin writes what all pages begin with. The title is of the page.
func (p *page) begin(title string, side func()) {
	root := p.root()
	p.raw(`<!DOCTYPE html>
<html lang="en" data-root="` + root + `">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>`)
	p.escape(title)
	p.raw(`</title>
<link rel="stylesheet" href="` + root + `style.css">
<script src="` + root + `search.js" defer></script>
</head>
<body>
<a class="skip" href="#site-content">To the content</a>
<header>
<a href="` + root + `index.html">`)
	p.escape(p.site.opt.Title)
	p.raw(`</a>
<div class="find" role="search">
<input id="site-search" type="search" placeholder="Search  (press /)" aria-label="Search" role="combobox" aria-expanded="false" aria-controls="site-found" aria-autocomplete="list" autocomplete="off" spellcheck="false">
<ul id="site-found" role="listbox" aria-label="Found" hidden></ul>
</div>
</header>
<div class="columns">
<nav class="side" aria-label="Contents">`)
	side()
	p.raw("</nav>\n<main id=\"site-content\">\n")
}

func (p *page) end() []byte {
	p.raw("</main>\n</div>\n<footer>Made from IDL by dsom.</footer>\n</body>\n</html>\n")
	return []byte(p.b.String())
}

// page writes the page of an entry.
func (s *site) page(e *entry) []byte {
	p := &page{site: s, file: e.file()}
	title := s.opt.Title
	if e.name() != "" {
		title = e.name() + " - " + title
	}
	p.begin(title, func() { p.side(e) })
	if len(e.decls) == 0 {
		p.raw("<h1>")
		p.escape(s.opt.Title)
		p.raw("</h1>\n")
		p.fileList()
	} else {
		p.heading(e)
	}
	p.contents(e)
	p.kids(e)
	return p.end()
}

// heading writes what a declaration with a page is.
func (p *page) heading(e *entry) {
	d := e.decls[0]
	i := d.About()
	p.raw(`<p class="path">`)
	p.raw(`<a href="` + relative(p.file, "index.html") + `">`)
	p.escape(p.site.opt.Title)
	p.raw("</a>")
	for _, sc := range scopesOf(d) {
		p.raw(" › ")
		p.link(sc, sc.About().Name)
	}
	p.raw("</p>\n<h1><span class=\"kind\">")
	p.escape(kindOf(d))
	p.raw("</span> ")
	p.escape(i.Name)
	p.raw("</h1>\n")
	for _, part := range e.decls {
		p.remark(part, remarkOf(&part.About().Node))
	}
	if _, module := d.(*model.Module); !module {
		p.raw("<pre>")
		p.declaration(d)
		p.raw("</pre>\n")
	}
	p.facts(e)
	p.family(d)
	p.members(d)
}

// scopesOf returns the scopes around a declaration, from the outermost.
func scopesOf(d model.Decl) []model.Decl {
	var list []model.Decl
	for s := d.About().Scope(); s != nil; s = s.About().Scope() {
		list = append([]model.Decl{s}, list...)
	}
	return list
}

// facts writes the repository id, the places in the sources, and the annotations.
func (p *page) facts(e *entry) {
	p.raw("<dl class=\"facts\">")
	p.fact("Repository id", func() { p.element("code", e.decls[0].About().ID) })
	p.fact("Declared in", func() {
		for n, d := range e.decls {
			if n > 0 {
				p.raw(", ")
			}
			p.place(d)
		}
	})
	p.raw("</dl>\n")
}

func (p *page) fact(name string, value func()) {
	p.raw("<dt>")
	p.escape(name)
	p.raw("</dt><dd>")
	value()
	p.raw("</dd>")
}

// place writes where a declaration is, as a link to the source if that has a page.
func (p *page) place(d model.Decl) {
	at := d.About().NameSpan.Start
	if !at.IsValid() {
		return
	}
	text := path.Base(at.File) + ":" + strconv.Itoa(at.Line)
	if src := p.site.sources[at.File]; src != "" {
		p.raw(`<a href="` + attribute(relative(p.file, src)+"#L"+strconv.Itoa(at.Line)) + `">`)
		p.escape(text)
		p.raw("</a>")
		return
	}
	p.escape(text)
}

// side writes the contents of the scope that the page is in.
func (p *page) side(e *entry) {
	if len(e.decls) > 0 {
		p.raw("<ul>")
		p.raw(`<li><a href="` + relative(p.file, "index.html") + `">`)
		p.escape(p.site.opt.Title)
		p.raw("</a></li>")
		for _, sc := range scopesOf(e.decls[0]) {
			p.raw("<li>")
			p.link(sc, sc.About().ScopedName())
			p.raw("</li>")
		}
		p.raw("<li><strong>")
		p.escape(e.decls[0].About().Name)
		p.raw("</strong></li></ul>")
	}
	for _, g := range groups(e) {
		p.raw("<h2>")
		p.escape(g.title)
		p.raw("</h2><ul>")
		for _, d := range g.decls {
			p.raw("<li>")
			p.anchored(d, d.About().Name)
			p.raw("</li>")
		}
		p.raw("</ul>")
	}
}

// anchored links to a declaration, which may be on this very page.
func (p *page) anchored(d model.Decl, text string) {
	h := p.site.href(p.file, d)
	if h == "" {
		p.escape(text)
		return
	}
	p.raw(`<a href="` + attribute(h) + `">`)
	p.escape(text)
	p.raw("</a>")
}

// A group is what a scope declares of one kind.
type group struct {
	title string
	decls []model.Decl
}

// titles are the kinds with their plurals, in the order of a page.
var titles = [...][2]string{
	{"module", "Modules"}, {"interface", "Interfaces"}, {"valuetype", "Valuetypes"}, {"eventtype", "Event types"}, {"boxed value", "Boxed values"},
	{"component", "Components"}, {"connector", "Connectors"}, {"port type", "Port types"}, {"home", "Homes"},
	{"struct", "Structures"}, {"union", "Unions"}, {"enum", "Enumerations"}, {"bitset", "Bit sets"}, {"bitmask", "Bit masks"},
	{"exception", "Exceptions"}, {"typedef", "Typedefs"}, {"native", "Native types"}, {"const", "Constants"}, {"annotation", "Annotations"},
	{"port", "Ports"}, {"attribute", "Attributes"}, {"state member", "State"}, {"factory", "Factories"}, {"finder", "Finders"}, {"operation", "Operations"},
	{"forward declaration", "Declared only"},
}

// groups sorts what a scope declares by kind, in the order of the text within.
func groups(e *entry) []group {
	byKind := map[string][]model.Decl{}
	for _, sub := range e.pages {
		k := kindOf(sub.decls[0])
		byKind[k] = append(byKind[k], sub.decls[0])
	}
	for _, d := range e.kids {
		byKind[kindOf(d)] = append(byKind[kindOf(d)], d)
	}
	var list []group
	for _, t := range titles {
		if ds := byKind[t[0]]; len(ds) > 0 {
			list = append(list, group{t[1], ds})
		}
	}
	return list
}

// kindOf returns the kind of a declaration in words.
func kindOf(d model.Decl) string {
	switch d := d.(type) {
	case *model.ValueType:
		if d.Event {
			return "eventtype"
		}
	case *model.Component:
		if d.Connector {
			return "connector"
		}
	case *model.Factory:
		if d.Finder {
			return "finder"
		}
	case *model.ValueBox:
		return "boxed value"
	case *model.PortType:
		return "port type"
	case *model.StateMember:
		return "state member"
	case *model.Forward:
		return "forward declaration"
	}
	return d.Kind()
}

// contents lists what a scope declares.
func (p *page) contents(e *entry) {
	for _, g := range groups(e) {
		if len(e.decls) > 0 && !hasPage(g.decls[0]) && !isModule(e) {
			continue // they follow below, in full
		}
		p.raw("<h2>")
		p.escape(g.title)
		p.raw("</h2>\n<table>")
		for _, d := range g.decls {
			p.raw("<tr><td>")
			p.anchored(d, d.About().Name)
			p.raw("</td><td>")
			p.inline(summary(&d.About().Node), d)
			p.raw("</td></tr>\n")
		}
		p.raw("</table>\n")
	}
}

func isModule(e *entry) bool {
	_, ok := e.decls[0].(*model.Module)
	return ok
}

// kids writes the declarations that have an anchor on the page, in full.
func (p *page) kids(e *entry) {
	for _, g := range groups(e) {
		if hasPage(g.decls[0]) {
			continue
		}
		p.raw("<h2>")
		p.escape(g.title)
		p.raw("</h2>\n")
		for _, d := range g.decls {
			p.detail(d)
		}
	}
}

// detail writes one of them.
func (p *page) detail(d model.Decl) {
	p.raw(`<h3 id="` + attribute(anchor(d)) + `"><a href="#` + attribute(anchor(d)) + `">`)
	p.escape(d.About().Name)
	p.raw(`</a> <span class="place">`)
	p.place(d)
	p.raw("</span></h3>\n<pre>")
	p.declaration(d)
	p.raw("</pre>\n")
	r := remarkOf(&d.About().Node)
	p.remark(d, r)
	p.params(d, r)
	if id := d.About().ID; id != "" {
		p.raw(`<dl class="facts">`)
		p.fact("Repository id", func() { p.element("code", id) })
		p.raw("</dl>\n")
	}
}

// remark writes what the comments at a declaration say, but for parameters and exceptions.
func (p *page) remark(d model.Decl, r remark) {
	for _, t := range r.tags {
		if t[0] == "Deprecated" {
			p.raw(`<div class="note deprecated"><strong>Deprecated.</strong> `)
			p.text(t[1], d)
			p.raw("</div>\n")
		}
	}
	if r.body != "" {
		p.text(r.body, d)
		p.raw("\n")
	}
	for _, t := range r.tags {
		if t[0] == "Deprecated" {
			continue
		}
		p.raw(`<div class="note"><strong>`)
		p.escape(t[0])
		p.raw("</strong> ")
		p.text(t[1], d)
		p.raw("</div>\n")
	}
}

// params writes what the comments say about parameters, result and exceptions.
func (p *page) params(d model.Decl, r remark) {
	var names []string
	var raises []*model.Exception
	switch d := d.(type) {
	case *model.Operation:
		for _, q := range d.Params {
			names = append(names, q.Name)
			if t := q.Doc.Text() + q.Trailing.Text(); r.params[q.Name] == "" && t != "" {
				r.params[q.Name] = t
			}
		}
		raises = d.Raises
	case *model.Factory:
		for _, q := range d.Params {
			names = append(names, q.Name)
		}
		raises = d.Raises
	case *model.Attribute:
		raises = append(append(raises, d.GetRaises...), d.SetRaises...)
	}
	var rows []func()
	row := func(name func(), text string) {
		rows = append(rows, func() {
			p.raw("<tr><td>")
			name()
			p.raw("</td><td>")
			p.text(text, d)
			p.raw("</td></tr>\n")
		})
	}
	for _, n := range names {
		if t := strings.TrimSpace(r.params[n]); t != "" {
			row(func() { p.element("code", n) }, t)
		}
	}
	if t := strings.TrimSpace(r.result); t != "" {
		row(func() { p.element("em", "returns") }, t)
	}
	for _, x := range raises {
		t := r.raises[x.Name]
		if t == "" {
			t = r.raises[x.ScopedName()]
		}
		if t = strings.TrimSpace(t); t == "" {
			t = summary(&x.Node)
		}
		row(func() {
			p.raw("<em>raises</em> <code>")
			p.link(x, x.Name)
			p.raw("</code>")
		}, t)
	}
	if len(rows) == 0 {
		return
	}
	p.raw("<table>")
	for _, f := range rows {
		f()
	}
	p.raw("</table>\n")
}
