package rrbc_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// A sheet is a library's IDL that is drawn by chance, in a form in which anything can be changed.
type sheet struct {
	types   []*kind
	classes []*cls
	made    int // names that were given
}

// A kind is a type with a name: "enum", "struct", "union", "exception" or "typedef".
type kind struct {
	what, name string
	parts      []piece // enumerators, members, arms
	of         string  // the discriminator of a union, what a typedef stands for
}

// A piece is an enumerator, a member, an arm, a parameter, a variable.
type piece struct {
	typ, name string
	label     string // of an arm: "1", an enumerator, "default"; of an enumerator: what @value says; of a parameter: the direction
}

// An op is an operation or, without parameters that count, an attribute.
type op struct {
	name, result string
	params       []piece
	raises       []string
	attribute    bool
	readonly     bool
	mods         []string // of the implementation section
}

// A cls is a class.
type cls struct {
	name             string
	parents          []string
	abstract         []string // parents
	meta             string   // its metaclass
	isMeta           bool
	major, minor     int
	order            []string // the release order
	ops              []*op
	overrides        []string
	selects          map[string]string
	data, statics    []piece
	init, fini, oidl bool
	bare             bool // it is an abstract class
	migrated         map[string]string
}

func (s *sheet) clone() *sheet {
	c := &sheet{made: s.made}
	for _, k := range s.types {
		n := *k
		n.parts = slices.Clone(k.parts)
		c.types = append(c.types, &n)
	}
	for _, k := range s.classes {
		n := *k
		n.parents, n.abstract, n.order, n.overrides = slices.Clone(k.parents), slices.Clone(k.abstract), slices.Clone(k.order), slices.Clone(k.overrides)
		n.selects, n.migrated, n.data, n.statics, n.ops = maps.Clone(k.selects), maps.Clone(k.migrated), slices.Clone(k.data), slices.Clone(k.statics), nil
		for _, o := range k.ops {
			m := *o
			m.params, m.raises, m.mods = slices.Clone(o.params), slices.Clone(o.raises), slices.Clone(o.mods)
			n.ops = append(n.ops, &m)
		}
		c.classes = append(c.classes, &n)
	}
	return c
}

// text is the IDL.
func (s *sheet) text() string {
	var b strings.Builder
	b.WriteString("#include <somobj.idl>\n#include <somcls.idl>\nmodule Zoo {\n")
	for _, k := range s.types {
		k.write(&b)
	}
	for _, c := range s.classes {
		c.write(&b)
	}
	return b.String() + "};\n"
}

func (k *kind) write(b *strings.Builder) {
	var all []string
	for _, p := range k.parts {
		switch {
		case k.what == "enum" && p.label != "":
			all = append(all, "@value("+p.label+") "+p.name)
		case k.what == "enum":
			all = append(all, p.name)
		case k.what == "union" && p.label == "default":
			all = append(all, "default: "+p.typ+" "+p.name)
		case k.what == "union":
			all = append(all, "case "+p.label+": "+p.typ+" "+p.name)
		default:
			all = append(all, p.typ+" "+p.name)
		}
	}
	switch k.what {
	case "enum":
		fmt.Fprintf(b, "  enum %s { %s };\n", k.name, strings.Join(all, ", "))
	case "typedef":
		fmt.Fprintf(b, "  typedef %s %s;\n", k.of, k.name)
	case "union":
		fmt.Fprintf(b, "  union %s switch (%s) { %s; };\n", k.name, k.of, strings.Join(all, "; "))
	default:
		fmt.Fprintf(b, "  %s %s { %s; };\n", k.what, k.name, strings.Join(all, "; "))
	}
}

func (o *op) write(b *strings.Builder) {
	var all []string
	for _, p := range o.params {
		all = append(all, p.label+" "+p.typ+" "+p.name)
	}
	switch {
	case o.attribute && o.readonly:
		fmt.Fprintf(b, "    readonly attribute %s %s;\n", o.result, o.name)
	case o.attribute:
		fmt.Fprintf(b, "    attribute %s %s;\n", o.result, o.name)
	case len(o.raises) > 0:
		fmt.Fprintf(b, "    %s %s(%s) raises (%s);\n", o.result, o.name, strings.Join(all, ", "), strings.Join(o.raises, ", "))
	default:
		fmt.Fprintf(b, "    %s %s(%s);\n", o.result, o.name, strings.Join(all, ", "))
	}
}

func (c *cls) write(b *strings.Builder) {
	fmt.Fprintf(b, "  interface %s : %s {\n", c.name, strings.Join(c.parents, ", "))
	for _, o := range c.ops {
		o.write(b)
	}
	fmt.Fprintf(b, "    implementation { releaseorder: %s; majorversion = %d; minorversion = %d;", strings.Join(c.order, ", "), c.major, c.minor)
	line := func(format string, args ...any) { fmt.Fprintf(b, " "+format+";", args...) }
	if len(c.abstract) > 0 {
		line("abstractparents = %q", strings.Join(c.abstract, ", "))
	}
	if c.meta != "" {
		line("metaclass = %s", c.meta)
	}
	if c.oidl {
		line("callstyle = oidl")
	}
	if c.bare {
		line("abstract")
	}
	for _, o := range c.ops {
		for _, m := range o.mods {
			line("%s: %s", o.name, m)
		}
	}
	for _, m := range c.overrides {
		line("%s: override", m)
	}
	for _, m := range slices.Sorted(maps.Keys(c.selects)) {
		line("%s: select = %s", m, c.selects[m])
	}
	for _, m := range slices.Sorted(maps.Keys(c.migrated)) {
		line("%s: migrate = %s", m, c.migrated[m])
	}
	if c.init {
		line("somDefaultInit: override, init")
	}
	if c.fini {
		line("somDestruct: override")
	}
	for _, d := range c.data {
		line("%s %s", d.typ, d.name)
	}
	for _, d := range c.statics {
		line("%s %s; %[2]s: staticdata", d.typ, d.name)
	}
	b.WriteString(" };\n  };\n")
}

// names are those that the operation has in a release order.
func (o *op) names() []string {
	switch {
	case !o.attribute:
		return []string{o.name}
	case o.readonly:
		return []string{"_get_" + o.name}
	}
	return []string{"_get_" + o.name, "_set_" + o.name}
}

// ---- Drawing ----

// A drawer draws and changes sheets.
type drawer struct {
	*rand.Rand
	*sheet
}

func (d *drawer) fresh(prefix string) string {
	d.made++
	return fmt.Sprintf("%s%d", prefix, d.made)
}

func of[T any](d *drawer, list []T) T { return list[d.IntN(len(list))] }

func (d *drawer) in(n int) bool { return d.IntN(n) == 0 }

// typ is a type that may stand in front of at in the list of types; plain: without classes.
func (d *drawer) typ() string {
	if d.in(2) {
		var all []string
		for _, k := range d.types {
			if k.what != "exception" {
				all = append(all, k.name)
			}
		}
		if len(all) > 0 {
			return of(d, all)
		}
	}
	return of(d, []string{"long", "long", "double", "short", "string", "string", "somId", "boolean", "octet", "sequence<string>", "sequence<long>", "sequence<somId, 4>"})
}

func (d *drawer) member(prefix string) piece { return piece{typ: d.typ(), name: d.fresh(prefix)} }

func (d *drawer) kind(what string) *kind {
	k := &kind{what: what, name: d.fresh(map[string]string{"enum": "E", "struct": "S", "union": "U", "exception": "X", "typedef": "T"}[what])}
	switch n := 2 + d.IntN(3); what {
	case "enum":
		values := d.in(3)
		for i := range n {
			p := piece{name: d.fresh("e")}
			if values {
				p.label = fmt.Sprint(1 + 2*i)
			}
			k.parts = append(k.parts, p)
		}
	case "struct", "exception":
		for range n {
			k.parts = append(k.parts, d.member("m"))
		}
	case "typedef":
		k.of = fmt.Sprintf("sequence<%s>", d.typ())
	case "union":
		k.of = "long"
		labels := []string{"1", "2", "3"}
		if e := d.enum(); e != nil && d.in(2) {
			k.of, labels = e.name, nil
			for _, p := range e.parts {
				labels = append(labels, p.name)
			}
		} else if d.in(4) {
			k.of, labels = "boolean", []string{"TRUE", "FALSE"}
		}
		if d.in(3) {
			labels = append(labels[:len(labels)-1], "default")
		}
		same := d.typ()
		for _, l := range labels {
			p := d.member("a")
			if p.label = l; d.in(2) {
				p.typ = same
			}
			k.parts = append(k.parts, p)
		}
	}
	return k
}

func (d *drawer) enum() *kind {
	var all []*kind
	for _, k := range d.types {
		if k.what == "enum" {
			all = append(all, k)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return of(d, all)
}

func (d *drawer) op() *op {
	o := &op{name: d.fresh("f"), result: "void"}
	if d.in(2) {
		o.result = d.typ()
	}
	if o.attribute = d.in(4); o.attribute {
		o.result, o.readonly = of(d, []string{"long", "string", "double"}), d.in(4)
		return o
	}
	for range d.IntN(4) {
		p := d.member("p")
		p.label = of(d, []string{"in", "in", "out", "inout"})
		o.params = append(o.params, p)
	}
	for _, k := range d.types {
		if k.what == "exception" && d.in(4) {
			o.raises = append(o.raises, k.name)
		}
	}
	if d.in(6) {
		o.mods = append(o.mods, of(d, []string{"nonstatic", "procedure", "nullable_result", "caller_owns_result", "object_owns_result"}))
	}
	return o
}

func (d *drawer) class(meta bool) *cls {
	c := &cls{name: d.fresh("C"), major: 1, minor: 2, isMeta: meta, selects: map[string]string{}, migrated: map[string]string{}}
	for _, p := range d.classes {
		if p.isMeta == meta && d.in(3) && len(c.parents) < 3 {
			c.parents = append(c.parents, p.name)
		}
	}
	d.Shuffle(len(c.parents), func(i, j int) { c.parents[i], c.parents[j] = c.parents[j], c.parents[i] })
	if len(c.parents) == 0 {
		c.parents = []string{map[bool]string{true: "SOMClass", false: "SOMObject"}[meta]}
	}
	for range d.IntN(3) {
		d.introduce(c, d.op())
	}
	if d.in(3) {
		c.data = append(c.data, piece{typ: "long", name: d.fresh("d")})
		c.init, c.fini = d.in(2), d.in(2)
	}
	if !meta && d.in(3) {
		d.static(c)
	}
	for _, m := range d.overridable(c) {
		if d.in(4) {
			c.overrides = append(c.overrides, m)
		}
	}
	if metas := d.metas(); !meta && len(metas) > 0 && d.in(3) {
		c.meta = of(d, metas)
	}
	if len(c.parents) > 1 && d.in(5) {
		c.abstract = []string{of(d, c.parents)}
	}
	c.oidl = d.in(12)
	return c
}

func (d *drawer) introduce(c *cls, o *op) {
	c.ops = append(c.ops, o)
	c.order = append(c.order, o.names()...)
}

func (d *drawer) static(c *cls) {
	p := piece{typ: of(d, []string{"long", "double"}), name: d.fresh("g")}
	c.statics = append(c.statics, p)
	c.order = append(c.order, p.name)
}

func (d *drawer) metas() (all []string) {
	for _, c := range d.classes {
		if c.isMeta {
			all = append(all, c.name)
		}
	}
	return all
}

func (s *sheet) find(name string) *cls {
	for _, c := range s.classes {
		if c.name == name {
			return c
		}
	}
	return nil
}

// above are the ancestors of a class in the sheet.
func (s *sheet) above(c *cls) (all []*cls) {
	for _, p := range c.parents {
		if a := s.find(p); a != nil && !slices.Contains(all, a) {
			all = append(all, a)
			for _, b := range s.above(a) {
				if !slices.Contains(all, b) {
					all = append(all, b)
				}
			}
		}
	}
	return all
}

// overridable are the names of the methods that a class may override.
func (s *sheet) overridable(c *cls) (all []string) {
	for _, a := range s.above(c) {
		for _, o := range a.ops {
			if slices.Contains(o.mods, "nonstatic") || slices.Contains(o.mods, "procedure") || slices.Contains(o.mods, "nooverride") || slices.Contains(o.mods, "nonstaticaccessors") {
				continue
			}
			all = append(all, o.names()...)
		}
	}
	return all
}

// drawSheet draws a library. The last class takes each type, and is left alone.
func drawSheet(r *rand.Rand) *sheet {
	d := &drawer{r, &sheet{}}
	for _, what := range []string{"enum", "enum", "struct", "exception", "typedef", "union", "struct", "exception"} {
		if !d.in(4) {
			d.types = append(d.types, d.kind(what))
		}
	}
	for k := range 3 + d.IntN(4) {
		d.classes = append(d.classes, d.class(k < 3 && d.in(2)))
	}
	user := &cls{name: "User", parents: []string{"SOMObject"}, major: 1, minor: 0}
	for _, k := range d.types {
		o := &op{name: "use" + k.name, result: "void"}
		if k.what == "exception" {
			o.raises = []string{k.name}
		} else {
			o.params = []piece{{typ: k.name, name: "x", label: "in"}}
		}
		d.introduce(user, o)
	}
	d.classes = append(d.classes, user)
	return d.sheet
}
