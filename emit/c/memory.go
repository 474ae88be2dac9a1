package c

import (
	"fmt"
	"unicode/utf16"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// helpers prints what ends and copies values that own memory: T_clear and T_copy of each type, for sequences T_resize too.
func (u *unit) helpers() {
	type helper struct {
		decl model.Decl  // or
		seq  *model.Type // a sequence
		body func()
	}
	var all []helper
	for _, t := range u.helped {
		all = append(all, helper{seq: t, body: func() { u.sequenceHelpers(t) }})
	}
	for _, d := range u.Decls {
		switch d := d.(type) {
		case *model.Struct:
			if membersOwn(d.AllMembers()) {
				all = append(all, helper{decl: d, body: func() { u.memberHelpers(d, d.AllMembers()) }})
			}
		case *model.Exception:
			if membersOwn(d.Members) {
				all = append(all, helper{decl: d, body: func() { u.memberHelpers(d, d.Members) }})
			}
		case *model.Union:
			if owns(&model.Type{Kind: model.Named, Decl: d}) {
				all = append(all, helper{decl: d, body: func() { u.unionHelpers(d) }})
			}
		}
	}
	defer u.typedefHelpers()
	if len(all) == 0 {
		return
	}
	u.Blank()
	u.comment("Ends what a value owns, and leaves it zero; makes a copy of its own, or answers SOM_E_MEMORY and leaves zero.")
	for _, h := range all {
		if h.seq == nil {
			u.F("static inline void %s(%s *value);", u.own(h.decl, "_clear"), cname(h.decl))
			u.F("static inline int %[1]s(%[2]s *value, const %[2]s *given);", u.own(h.decl, "_copy"), cname(h.decl))
		}
	}
	for _, h := range all {
		if h.seq != nil {
			u.F("#ifndef SOM_HELPED_%s", sequenceName(h.seq))
			u.F("#define SOM_HELPED_%s", sequenceName(h.seq))
		}
		h.body()
		if h.seq != nil {
			u.F("#endif")
		}
	}
}

// typedefHelpers prints the same for other names of sequences, structures and unions, and for arrays.
func (u *unit) typedefHelpers() {
	for _, d := range u.Decls {
		t, ok := d.(*model.Typedef)
		if !ok {
			continue
		}
		r := t.Type.Resolve()
		if r.Kind == model.Array && owns(r) {
			u.arrayHelpers(t)
			continue
		}
		if r.Kind != model.Sequence && r.Kind != model.Named || r.Kind == model.Named && cabi.FormOf(r) != cabi.Aggregate || !owns(r) {
			continue
		}
		name := cname(d)
		u.F("static inline void %s(%s *value) { %s(value); }", u.own(d, "_clear"), name, u.helper(r, "_clear"))
		if r.Kind == model.Sequence {
			u.F("static inline int %s(%s *value, uint32_t n) { return %s(value, n); }", u.own(d, "_resize"), name, u.helper(r, "_resize"))
		}
		u.F("static inline int %[1]s(%[2]s *value, const %[2]s *given) { return %[3]s(value, given); }", u.own(d, "_copy"), name, u.helper(r, "_copy"))
	}
}

// arrayHelpers prints the same for an array, which is passed as where it is.
func (u *unit) arrayHelpers(d *model.Typedef) {
	name, t := cname(d), d.Type
	given := name + " given"
	if a := t.Resolve(); len(a.Dims) == 1 && a.Elem.Resolve().Kind != model.Array {
		given = "const " + given // C has no conversion to what is const of more dimensions
	}
	u.F("static inline void %s(%s value) {", u.own(d, "_clear"), name)
	u.clear(t, "value", 1)
	u.F("\tmemset(value, 0, sizeof(%s));", name)
	u.F("}")
	u.F("static inline int %s(%s value, %s) {", u.own(d, "_copy"), name, given)
	u.F("\tmemset(value, 0, sizeof(%s));", name)
	u.copy(t, "value", "given", 1)
	u.copyEnd(u.own(d, "_clear"), needsMemory(t))
}

func membersOwn(ms []*model.Member) bool {
	for _, m := range ms {
		if owns(m.Type) {
			return true
		}
	}
	return false
}

func (u *unit) sequenceHelpers(t *model.Type) {
	name, elem := sequenceName(t), cabi.Spaced(typeName(t.Elem))
	u.F("static inline void %[1]s_clear(%[1]s *value) {", name)
	if owns(t.Elem) {
		u.F("\tfor (uint32_t i = 0; i < value->_length; i++) {")
		u.clear(t.Elem, "value->_buffer[i]", 2)
		u.F("\t}")
	}
	u.F("\tsom_deallocate(value->_buffer);")
	u.F("\tmemset(value, 0, sizeof *value);")
	u.F("}")
	u.comment("n elements: those that are there, and new ones that are zero, or without the last ones, which end.")
	n := []param{{typ: "uint32_t", name: "n"}, {name: "more"}}
	apart(n, elem)
	more := n[1].name
	u.F("static inline int %[1]s_resize(%[1]s *value, %[2]s) {", name, n[0])
	u.F("\tif (%s == 0) {", n[0].name)
	u.F("\t\t%s_clear(value);", name)
	u.F("\t\treturn SOM_OK;")
	u.F("\t}")
	u.F("\tif (%s > value->_maximum) {", n[0].name)
	u.F("\t\tvoid *%s = som_elements(%s, sizeof *value->_buffer);", more, n[0].name)
	u.F("\t\tif (!%s) return SOM_E_MEMORY;", more)
	u.F("\t\tif (value->_length) memcpy(%s, value->_buffer, value->_length * sizeof *value->_buffer);", more)
	u.F("\t\tsom_deallocate(value->_buffer);")
	u.F("\t\tvalue->_buffer = (%s*)%s;", elem, more)
	u.F("\t\tvalue->_maximum = %s;", n[0].name)
	u.F("\t} else if (%s > value->_length)", n[0].name)
	u.F("\t\tmemset(value->_buffer + value->_length, 0, (%s - value->_length) * sizeof *value->_buffer);", n[0].name)
	if owns(t.Elem) {
		u.F("\tfor (uint32_t i = %s; i < value->_length; i++) {", n[0].name)
		u.clear(t.Elem, "value->_buffer[i]", 2)
		u.F("\t}")
	}
	u.F("\tvalue->_length = %s;", n[0].name)
	u.F("\treturn SOM_OK;")
	u.F("}")
	u.F("static inline int %[1]s_copy(%[1]s *value, const %[1]s *given) {", name)
	u.F("\tmemset(value, 0, sizeof *value);")
	u.F("\tif (%s_resize(value, given->_length) != SOM_OK) return SOM_E_MEMORY;", name)
	if !owns(t.Elem) {
		u.F("\tif (given->_length) memcpy(value->_buffer, given->_buffer, given->_length * sizeof *value->_buffer);")
		u.F("\treturn SOM_OK;")
		u.F("}")
		return
	}
	u.F("\tfor (uint32_t i = 0; i < given->_length; i++) {")
	u.copy(t.Elem, "value->_buffer[i]", "given->_buffer[i]", 2)
	u.F("\t}")
	u.copyEnd(name+"_clear", needsMemory(t.Elem))
}

// copyEnd prints the end of a function whose copies go to no_memory if they fail.
func (u *unit) copyEnd(clear string, fails bool) {
	u.F("\treturn SOM_OK;")
	if !fails {
		u.F("}")
		return
	}
	u.F("no_memory:")
	u.F("\t%s(value);", clear)
	u.F("\treturn SOM_E_MEMORY;")
	u.F("}")
}

func (u *unit) memberHelpers(d model.Decl, ms []*model.Member) {
	name := cname(d)
	u.F("static inline void %s(%s *value) {", u.own(d, "_clear"), name)
	for _, m := range ms {
		if owns(m.Type) {
			u.clear(m.Type, "value->"+memberName(m.Name), 1)
		}
	}
	u.F("\tmemset(value, 0, sizeof *value);")
	u.F("}")
	u.F("static inline int %[1]s(%[2]s *value, const %[2]s *given) {", u.own(d, "_copy"), name)
	u.F("\t*value = *given;")
	for _, m := range ms {
		if owns(m.Type) {
			u.F("\tmemset(&value->%[1]s, 0, sizeof value->%[1]s);", memberName(m.Name))
		}
	}
	for _, m := range ms {
		if owns(m.Type) {
			u.copy(m.Type, "value->"+memberName(m.Name), "given->"+memberName(m.Name), 1)
		}
	}
	u.copyEnd(u.own(d, "_clear"), canFail(ms))
}

// canFail reports whether copies of members can: references are copied without memory.
func canFail(ms []*model.Member) bool {
	for _, m := range ms {
		if owns(m.Type) && needsMemory(m.Type) {
			return true
		}
	}
	return false
}

func needsMemory(t *model.Type) bool {
	switch cabi.FormOf(t) {
	case cabi.Object:
		return false
	case cabi.Array:
		return needsMemory(t.Resolve().Elem)
	}
	return owns(t)
}

func (u *unit) unionHelpers(d *model.Union) {
	name := cname(d)
	each := func(print func(c *model.Case)) {
		u.F("\tswitch (value->_d) {")
		for _, c := range d.Cases {
			for _, l := range c.Labels {
				if l.Default {
					u.F("\tdefault:")
				} else {
					u.F("\tcase %s:", literal(l.Value))
				}
			}
			if owns(c.Type) {
				print(c)
			}
			u.F("\t\tbreak;")
		}
		if d.DefaultCase() == nil {
			u.F("\tdefault: break;")
		}
		u.F("\t}")
	}
	u.F("static inline void %s(%s *value) {", u.own(d, "_clear"), name)
	each(func(c *model.Case) { u.clear(c.Type, "value->_u."+memberName(c.Name), 2) })
	u.F("\tmemset(value, 0, sizeof *value);")
	u.F("}")
	fails := false
	for _, c := range d.Cases {
		fails = fails || owns(c.Type) && needsMemory(c.Type)
	}
	u.F("static inline int %[1]s(%[2]s *value, const %[2]s *given) {", u.own(d, "_copy"), name)
	u.F("\t*value = *given;")
	each(func(c *model.Case) {
		u.F("\t\tmemset(&value->_u, 0, sizeof value->_u);")
		u.copy(c.Type, "value->_u."+memberName(c.Name), "given->_u."+memberName(c.Name), 2)
	})
	u.copyEnd(u.own(d, "_clear"), fails)
}

// clear prints what ends what a place owns.
func (u *unit) clear(t *model.Type, at string, depth int) {
	in := tabs(depth)
	switch cabi.FormOf(t) {
	case cabi.Text, cabi.Wide:
		u.F("%ssom_deallocate(%s);", in, at)
	case cabi.Object:
		u.F("%ssom_release(%s);", in, at)
	case cabi.Aggregate:
		u.F("%s%s(&%s);", in, u.helper(t, "_clear"), at)
	case cabi.Array:
		u.each(t, at, "", depth, func(elem *model.Type, at, _ string, depth int) { u.clear(elem, at, depth) })
	}
}

// copy prints what copies to a place that owns nothing yet.
func (u *unit) copy(t *model.Type, to, from string, depth int) {
	in := tabs(depth)
	switch cabi.FormOf(t) {
	case cabi.Text:
		u.F("%sif (%s && !(%s = som_string_copy(%s))) goto no_memory;", in, from, to, from)
	case cabi.Wide:
		u.F("%sif (%s && !(%s = som_wstring_copy(%s))) goto no_memory;", in, from, to, from)
	case cabi.Object:
		u.F("%s%s = som_retain(%s);", in, to, from)
	case cabi.Aggregate:
		u.F("%sif (%s(&%s, &%s) != SOM_OK) goto no_memory;", in, u.helper(t, "_copy"), to, from)
	case cabi.Array:
		u.each(t, to, from, depth, u.copy)
	default:
		u.F("%s%s = %s;", in, to, from)
	}
}

// each prints loops over an array's elements.
func (u *unit) each(t *model.Type, to, from string, depth int, print func(elem *model.Type, to, from string, depth int)) {
	a := t.Resolve()
	in := depth
	for i, n := range a.Dims {
		v := fmt.Sprintf("i%d", in)
		u.F("%sfor (uint32_t %s = 0; %s < %d; %s++) {", tabs(in), v, v, n, v)
		to, from = to+"["+v+"]", from+"["+v+"]"
		in = depth + i + 1
	}
	print(a.Elem, to, from, in)
	for i := len(a.Dims) - 1; i >= 0; i-- {
		u.F("%s}", tabs(depth+i))
	}
}

// helper returns the name of the function of a structure, union or sequence that ends so.
func (g *generator) helper(t *model.Type, ending string) string {
	t = t.Resolve()
	if t.Kind == model.Sequence {
		return sequenceName(t) + ending
	}
	return g.own(t.Decl, ending)
}

func tabs(n int) string { return "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t"[:min(n, 16)] }

func utf16of(s string) []uint16 { return utf16.Encode([]rune(s)) }
