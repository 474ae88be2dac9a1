package rrbc_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// edited is a next release of a sheet, with some changes of all that IDL allows; some of them come to nothing, or to what does not compile.
func edited(r *rand.Rand, s *sheet) (*sheet, []string) {
	d := &drawer{r, s.clone()}
	var done []string
	for range 1 + d.IntN(3) {
		if d.in(3) && len(d.types) > 0 {
			done = append(done, d.editType(of(d, d.types)))
			continue
		}
		done = append(done, d.editClass(of(d, d.classes[:len(d.classes)-1])))
	}
	return d.sheet, done
}

func swap[T any](d *drawer, list []T) {
	if len(list) > 1 {
		i := d.IntN(len(list) - 1)
		list[i], list[i+1] = list[i+1], list[i]
	}
}

func drop[T any](d *drawer, list []T) []T {
	if len(list) == 0 {
		return list
	}
	i := d.IntN(len(list))
	return slices.Delete(slices.Clone(list), i, i+1)
}

func put[T any](d *drawer, list []T, x T) []T { return slices.Insert(list, d.IntN(len(list)+1), x) }

func (d *drawer) editType(k *kind) string {
	n := d.IntN(12)
	what := fmt.Sprintf("%s %s %d", k.what, k.name, n)
	switch n {
	case 0, 1:
		swap(d, k.parts)
	case 2:
		k.parts = append(k.parts, d.newPart(k))
	case 3:
		k.parts = put(d, k.parts, d.newPart(k))
	case 4:
		if len(k.parts) > 1 {
			k.parts = drop(d, k.parts)
		}
	case 5:
		if len(k.parts) > 0 {
			k.parts[d.IntN(len(k.parts))].name = d.fresh("n")
		}
	case 6:
		if len(k.parts) > 0 && k.what != "enum" {
			k.parts[d.IntN(len(k.parts))].typ = d.typ()
		}
	case 7: // labels, or values
		if len(k.parts) > 1 {
			i := d.IntN(len(k.parts) - 1)
			k.parts[i].label, k.parts[i+1].label = k.parts[i+1].label, k.parts[i].label
		}
	case 8:
		was := k.name
		k.name = d.fresh("N")
		d.renameType(was, k.name)
	case 9:
		switch k.what {
		case "typedef":
			k.of = fmt.Sprintf("sequence<%s>", d.typ())
		case "union":
			if last := len(k.parts) - 1; k.parts[last].label == "default" {
				k.parts[last].label = "3"
			} else {
				k.parts[last].label = "default"
			}
		case "enum":
			for i := range k.parts {
				k.parts[i].label = fmt.Sprint(i + d.IntN(2))
			}
		}
	case 10: // names change places, and nothing else
		if len(k.parts) > 1 {
			i := d.IntN(len(k.parts) - 1)
			k.parts[i].name, k.parts[i+1].name = k.parts[i+1].name, k.parts[i].name
		}
	case 11:
		if len(k.parts) > 1 && k.what != "enum" {
			i := d.IntN(len(k.parts))
			switch k.parts[i].typ {
			case "string":
				k.parts[i].typ = "somId"
			case "somId":
				k.parts[i].typ = "string"
			}
		}
	}
	return what
}

func (d *drawer) newPart(k *kind) piece {
	p := piece{name: d.fresh("n")}
	if k.what != "enum" {
		p.typ = d.typ()
	}
	if k.what == "union" {
		if p.label = fmt.Sprint(4 + d.IntN(3)); d.in(3) {
			p.typ = of(d, k.parts).typ
		}
	}
	return p
}

func (d *drawer) renameType(was, is string) {
	to := func(t *string) {
		switch *t {
		case was:
			*t = is
		case "sequence<" + was + ">":
			*t = "sequence<" + is + ">"
		}
	}
	for _, k := range d.types {
		to(&k.of)
		for i := range k.parts {
			to(&k.parts[i].typ)
		}
	}
	for _, c := range d.classes {
		for _, o := range c.ops {
			to(&o.result)
			for i := range o.params {
				to(&o.params[i].typ)
			}
			for i := range o.raises {
				to(&o.raises[i])
			}
		}
	}
}

func (d *drawer) editClass(c *cls) string {
	n := d.IntN(26)
	what := fmt.Sprintf("class %s %d", c.name, n)
	others := func() (all []string) {
		for _, x := range d.classes {
			if x == c {
				break
			}
			if x.isMeta == c.isMeta && !slices.Contains(c.parents, x.name) {
				all = append(all, x.name)
			}
		}
		return all
	}
	switch n {
	case 0: // a parent more
		if all := others(); len(all) > 0 {
			p := of(d, all)
			if c.parents = slices.DeleteFunc(c.parents, func(p string) bool { return d.find(p) == nil }); d.in(2) {
				c.parents = append(c.parents, p)
			} else {
				c.parents = put(d, c.parents, p)
			}
		}
	case 1:
		if c.parents = drop(d, c.parents); len(c.parents) == 0 {
			c.parents = []string{map[bool]string{true: "SOMClass", false: "SOMObject"}[c.isMeta]}
		}
		c.abstract = slices.DeleteFunc(c.abstract, func(p string) bool { return !slices.Contains(c.parents, p) })
	case 2:
		swap(d, c.parents)
	case 3: // a class between it and a parent
		i := d.IntN(len(c.parents))
		between := d.class(c.isMeta)
		between.parents, between.abstract, between.overrides = []string{c.parents[i]}, nil, nil
		c.abstract = slices.DeleteFunc(c.abstract, func(p string) bool { return p == c.parents[i] })
		c.parents[i] = between.name
		d.classes = slices.Insert(d.classes, slices.Index(d.classes, c), between)
	case 4:
		if len(c.abstract) > 0 {
			c.abstract = nil
		} else if p := of(d, c.parents); d.find(p) != nil {
			c.abstract = []string{p}
		}
	case 5:
		if metas := d.metas(); !c.isMeta && len(metas) > 0 {
			if c.meta = of(d, metas); d.in(4) {
				c.meta = ""
			}
		}
	case 6:
		c.minor += d.IntN(3) - 1
		if d.in(5) {
			c.major++
		}
	case 7:
		swap(d, c.order)
	case 8:
		c.init = !c.init
		if len(c.data) == 0 {
			c.data = append(c.data, piece{typ: "double", name: d.fresh("d")})
		}
	case 9:
		c.fini = !c.fini
		c.data = drop(d, c.data)
	case 10:
		if all := d.overridable(c); len(all) > 0 {
			if m := of(d, all); slices.Contains(c.overrides, m) {
				c.overrides = slices.DeleteFunc(c.overrides, func(x string) bool { return x == m })
			} else {
				c.overrides = append(c.overrides, m)
			}
		}
	case 11:
		if all := d.overridable(c); len(all) > 0 && len(c.parents) > 1 {
			m := of(d, all)
			if c.selects[m] != "" {
				delete(c.selects, m)
			} else if !slices.Contains(c.overrides, m) {
				c.selects[m] = of(d, c.parents)
			}
		}
	case 12:
		d.introduce(c, d.op())
	case 13:
		o := d.op()
		c.ops = put(d, c.ops, o)
		for _, name := range o.names() {
			c.order = put(d, c.order, name)
		}
	case 14:
		if d.in(2) {
			d.static(c)
		} else if len(c.statics) > 0 {
			i := d.IntN(len(c.statics))
			switch d.IntN(3) {
			case 0:
				c.statics[i].typ = "double"
			case 1:
				c.statics = slices.Delete(c.statics, i, i+1)
			case 2:
				name := c.statics[i].name
				c.statics = slices.Delete(c.statics, i, i+1)
				c.order = slices.DeleteFunc(c.order, func(x string) bool { return x == name })
			}
		}
	case 15:
		c.oidl = !c.oidl && d.in(3)
	case 16:
		c.bare = !c.bare && d.in(2)
	case 17:
		d.classes = slices.Insert(d.classes, slices.Index(d.classes, c), d.class(c.isMeta))
	default:
		if len(c.ops) > 0 {
			what += d.editOp(c, of(d, c.ops))
		}
	}
	return what
}

// otherModifiers takes those that an operation has, or gives it one.
func (d *drawer) otherModifiers(o *op) {
	mods := []string{"nonstatic", "procedure", "nullable_result", "caller_owns_result", "object_owns_result", "nooverride"}
	if o.attribute {
		mods = []string{"nonstaticaccessors", "noget"}
	}
	for _, p := range o.params {
		mods = append(mods, fmt.Sprintf("object_owns_parameters = %q", p.name))
	}
	if len(o.mods) > 0 {
		o.mods = nil
	} else {
		o.mods = []string{of(d, mods)}
	}
}

func (d *drawer) editOp(c *cls, o *op) string {
	n := d.IntN(13)
	gone := func(x string) bool { return slices.Contains(o.names(), x) }
	switch n {
	case 0: // gone
		c.ops = slices.DeleteFunc(c.ops, func(x *op) bool { return x == o })
		if d.in(2) {
			c.order = slices.DeleteFunc(c.order, gone)
		}
	case 1: // another name
		was := o.names()
		o.name = d.fresh("r")
		for k, name := range o.names() {
			if at := slices.Index(c.order, was[k]); at >= 0 {
				c.order[at] = name
			}
		}
	case 2:
		swap(d, o.params)
	case 3:
		if len(o.params) > 0 {
			p := &o.params[d.IntN(len(o.params))]
			switch d.IntN(3) {
			case 0:
				p.typ = d.typ()
			case 1:
				p.name = d.fresh("q")
			case 2:
				p.label = of(d, []string{"in", "out", "inout"})
			}
		}
	case 4:
		if p := d.member("q"); !o.attribute {
			p.label = "in"
			o.params = put(d, o.params, p)
		}
	case 5:
		o.params = drop(d, o.params)
	case 6:
		o.result = d.typ()
	case 7:
		if o.attribute {
			o.readonly = !o.readonly
			c.order = slices.DeleteFunc(c.order, func(x string) bool { return x == "_set_"+o.name })
			if !o.readonly {
				c.order = append(c.order, "_set_"+o.name)
			}
			break
		}
		if len(o.raises) > 0 && d.in(2) {
			o.raises = drop(d, o.raises)
			break
		}
		for _, k := range d.types {
			if k.what == "exception" && !slices.Contains(o.raises, k.name) {
				o.raises = append(o.raises, k.name)
			}
		}
	case 8:
		d.otherModifiers(o)
	case 9, 10, 11: // up to an ancestor
		above := d.above(c)
		if len(above) == 0 {
			break
		}
		a := of(d, above)
		c.ops = slices.DeleteFunc(c.ops, func(x *op) bool { return x == o })
		if d.introduce(a, o); d.in(3) {
			d.otherModifiers(o)
		}
		for _, name := range o.names() {
			switch d.IntN(8) {
			case 0:
				c.order = slices.DeleteFunc(c.order, func(x string) bool { return x == name })
			case 1:
			default:
				c.migrated[name] = a.name
			}
		}
	case 12:
		if len(o.params) > 1 {
			i := d.IntN(len(o.params) - 1)
			o.params[i].name, o.params[i+1].name = o.params[i+1].name, o.params[i].name
		}
	}
	return fmt.Sprintf(" %s %d", o.name, n)
}
