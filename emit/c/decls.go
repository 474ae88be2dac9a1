package c

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// types prints the types, constants and exceptions of the file, and the functions that go with them.
func (u *unit) types() {
	u.Blank()
	for _, d := range u.Decls {
		switch d := d.(type) {
		case *model.Struct, *model.Union:
			u.F("typedef struct %[1]s %[1]s;", cname(d))
		case *model.Exception:
			if len(d.Members) > 0 {
				u.F("typedef struct %[1]s %[1]s;", cname(d))
			}
		}
	}
	for _, d := range u.Decls {
		for _, t := range typesIn(d) {
			u.sequences(t)
		}
		u.decl(d)
	}
	for _, c := range u.Classes {
		if isGiven(c) {
			continue
		}
		for _, t := range typesInMethods(c) {
			u.sequences(t)
		}
	}
	u.helpers()
}

// typesIn returns the types that a declaration uses.
func typesIn(d model.Decl) []*model.Type {
	var ts []*model.Type
	switch d := d.(type) {
	case *model.Struct:
		for _, m := range d.AllMembers() {
			ts = append(ts, m.Type)
		}
	case *model.Exception:
		for _, m := range d.Members {
			ts = append(ts, m.Type)
		}
	case *model.Union:
		for _, c := range d.Cases {
			ts = append(ts, c.Type)
		}
	case *model.Typedef:
		ts = append(ts, d.Type)
	}
	return ts
}

// typesInMethods returns the types that a class's methods and data use.
func typesInMethods(i *model.Interface) []*model.Type {
	var ts []*model.Type
	for _, o := range i.Operations() {
		ts = append(ts, o.Result)
		for _, p := range o.Params {
			ts = append(ts, p.Type)
		}
	}
	for _, a := range i.Attributes() {
		ts = append(ts, a.Type)
	}
	for _, m := range append(i.InstanceData(), i.StaticData()...) {
		ts = append(ts, m.Type)
	}
	return ts
}

// sequences prints the structures of the sequences in a type that no header has yet. Others may need the same one.
func (u *unit) sequences(t *model.Type) {
	for ; t != nil; t = t.Elem {
		if t.Kind != model.Sequence || carried[elementWord(t.Elem)] {
			continue
		}
		u.sequences(t.Elem)
		name := sequenceName(t)
		if !u.helps(t) {
			u.helped = append(u.helped, t)
			u.F("#ifndef SOM_DEFINED_%s", name)
			u.F("#define SOM_DEFINED_%s", name)
			u.F("typedef struct %s {", name)
			u.F("\tuint32_t _maximum, _length;")
			u.F("\t%s;", cabi.Spaced(typeName(t.Elem))+"*_buffer")
			u.F("} %s;", name)
			u.F("#endif")
			if u.opt.Compat && t.Elem.Kind == model.Named {
				u.F("typedef %s _IDL_SEQUENCE_%s;", name, compatElement(t.Elem))
			}
		}
		return
	}
}

func (u *unit) helps(t *model.Type) bool {
	for _, h := range u.helped {
		if sequenceName(h) == sequenceName(t) {
			return true
		}
	}
	return false
}

func (u *unit) decl(d model.Decl) {
	i := d.About()
	u.owned(d)
	doc := cabi.DocLines(&i.Node)
	switch d := d.(type) {
	case *model.Struct:
		u.structure(cname(d), doc, d.AllMembers())
	case *model.Exception:
		if len(d.Members) > 0 {
			u.structure(cname(d), doc, d.Members)
		}
	case *model.Union:
		u.union(d, doc)
	case *model.Enum:
		u.enum(d, doc)
	case *model.Typedef:
		if cabi.FormOf(d.Type) == cabi.Object && d.Type.Resolve().Kind == model.Named || cabi.FormOf(d.Type) == cabi.Making {
			return // references have one type in C
		}
		u.documented(doc)
		u.F("typedef %s;", declare(d.Type, cname(d)))
	case *model.Const:
		u.documented(doc)
		u.constant(d)
	case *model.Native:
		u.documented(doc)
		u.F("typedef void *%s;", cname(d))
	}
}

// apart begins a declaration of several lines, with what the IDL says of it.
func (u *unit) apart(doc []string) {
	u.Blank()
	if len(doc) > 0 {
		u.comment(doc...)
	}
}

func (u *unit) documented(doc []string) {
	if len(doc) > 0 {
		u.Blank()
		u.comment(doc...)
	}
}

func (u *unit) structure(name string, doc []string, members []*model.Member) {
	u.apart(doc)
	u.F("struct %s {", name)
	names := namesOf(members)
	for _, m := range members {
		u.member(m, names)
	}
	u.F("};")
}

// namesOf returns what members are called.
func namesOf(members []*model.Member) map[string]bool {
	names := map[string]bool{}
	for _, m := range members {
		names[memberName(m.Name)] = true
	}
	return names
}

func (u *unit) member(m *model.Member, others map[string]bool) {
	line := "\t" + declareMember(m.Type, memberName(m.Name), others) + ";"
	if doc := cabi.DocLines(&m.Node); len(doc) > 0 {
		line += " /* " + strings.Join(doc, " ") + " */"
	}
	u.L(line)
}

func (u *unit) union(d *model.Union, doc []string) {
	u.apart(doc)
	u.F("struct %s {", cname(d))
	u.F("\t%s;", declare(d.Discriminator, "_d"))
	u.F("\tunion {")
	names := map[string]bool{}
	for _, c := range d.Cases {
		names[memberName(c.Name)] = true
	}
	for _, c := range d.Cases {
		u.F("\t\t%s; /* %s */", declareMember(c.Type, memberName(c.Name), names), cabi.List(c.Labels, labelText))
	}
	u.F("\t} _u;")
	u.F("};")
}

func labelText(l model.Label) string {
	if l.Default {
		return "default"
	}
	return "case " + cabi.OneLine(l.Expr)
}

// enum prints an enumeration: four octets whatever the compiler, and a constant for each value.
func (u *unit) enum(d *model.Enum, doc []string) {
	u.apart(doc)
	u.F("typedef uint32_t %s;", cname(d))
	u.F("enum { %s };", cabi.List(d.Enumerators, func(e *model.Enumerator) string { return fmt.Sprintf("%s = %d", cname(e), e.Number()) }))
}

// constant prints a constant; one that fits C's int is an enumerator, which may be the dimension of an array.
func (u *unit) constant(d *model.Const) {
	v := literal(d.Value)
	name := cname(d)
	switch d.Value.Kind {
	case model.IntValue:
		if n, ok := d.Value.Int64(); ok && n == int64(int32(n)) {
			u.F("enum { %s = %s };", name, v)
			return
		}
	case model.BoolValue:
		u.F("enum { %s = %s };", name, v)
		return
	case model.EnumValue:
		u.F("enum { %s = %s };", name, cname(d.Value.Enumerator))
		return
	case model.StringValue:
		u.F("static const char %s[] = %s;", name, v)
		return
	case model.WStringValue:
		u.F("static const uint16_t %s[] = %s;", name, v)
		return
	}
	u.F("static const %s = %s;", declare(d.Type, name), v)
}

// literal returns a value in C.
func literal(v *model.Value) string {
	switch v.Kind {
	case model.BoolValue:
		if v.Bool {
			return "1"
		}
		return "0"
	case model.IntValue:
		return integer(v.Int)
	case model.CharValue:
		return fmt.Sprintf("'\\%03o'", v.Char&0xff)
	case model.WCharValue:
		return fmt.Sprintf("%d", v.Char&0xffff)
	case model.StringValue:
		return cabi.Quoted(v.Text)
	case model.WStringValue:
		var words []string
		for _, r := range utf16of(v.Text) {
			words = append(words, fmt.Sprint(r))
		}
		return "{" + strings.Join(append(words, "0"), ", ") + "}"
	case model.EnumValue:
		return cname(v.Enumerator)
	}
	return v.String()
}

// integer returns an integer constant that C takes at its value.
func integer(n *big.Int) string {
	switch {
	case n.IsInt64() && n.Int64() == -1<<63:
		return "INT64_MIN"
	case n.IsInt64() && n.Int64() == int64(int32(n.Int64())) && n.Int64() != -1<<31:
		return n.String()
	case n.IsInt64() && n.Sign() < 0:
		return "INT64_C(" + n.String() + ")"
	}
	return "UINT64_C(" + n.String() + ")"
}

// exceptions prints the functions of a file's exceptions.
func (u *unit) exceptions() {
	for _, d := range u.Decls {
		if e, ok := d.(*model.Exception); ok {
			u.exception(e)
		}
	}
}

func (u *unit) exception(d *model.Exception) {
	name, id := cname(d), u.own(d, "_id")
	u.Blank()
	u.comment(append([]string{fmt.Sprintf("The exception %s: raising it, and asking whether it was raised.", d.ScopedName())}, cabi.DocLines(&d.Node)...)...)
	u.F("static const char %s[] = %s;", id, cabi.Quoted(d.ID))
	if u.opt.Compat {
		u.F("#define ex_%s %s", name, cabi.Quoted(d.ID))
	}
	if len(d.Members) == 0 {
		u.F("static inline void %s(som_env *ev) { som_raise_user(ev, %s, NULL, NULL); }", u.own(d, "_raise"), id)
		u.F("static inline int %s(const som_env *ev) { return som_raised(ev, %s); }", u.own(d, "_raised"), id)
		return
	}
	end, own := "som_deallocate", false
	ps := []param{{typ: "som_env *", name: "ev"}}
	for _, m := range d.Members {
		ps = append(ps, passed(m.Type, model.In, m.Name))
		own = own || owns(m.Type)
	}
	apart(ps[1:], name)
	if own {
		end = u.own(d, "_drop")
		u.F("static inline void %s(void *value) {", end)
		u.F("\t%s((%s *)value);", u.own(d, "_clear"), name)
		u.F("\tsom_deallocate(value);")
		u.F("}")
	}
	u.F("static inline void %s(%s) {", u.own(d, "_raise"), declared(ps))
	u.F("\t%[1]s shallow, *value = (%[1]s *)som_allocate(sizeof *value);", name)
	for i, m := range d.Members {
		from, to := ps[i+1].name, "shallow."+memberName(m.Name)
		switch cabi.FormOf(m.Type) {
		case cabi.Array:
			u.F("\tmemcpy(%s, %s, sizeof %s);", to, from, to)
		case cabi.Aggregate:
			u.F("\t%s = *%s;", to, from)
		case cabi.Text, cabi.Wide:
			u.F("\t%s = (%s)%s;", to, typeName(m.Type), from)
		default:
			u.F("\t%s = %s;", to, from)
		}
	}
	if own {
		u.F("\tif (value && %s(value, &shallow) != SOM_OK) {", u.own(d, "_copy"))
		u.F("\t\tsom_deallocate(value);")
		u.F("\t\tvalue = NULL;")
		u.F("\t}")
	} else {
		u.F("\tif (value) *value = shallow;")
	}
	u.F("\tsom_raise_value(ev, %s, value, %s);", id, end)
	u.F("}")
	u.F("static inline int %s(const som_env *ev) { return som_raised(ev, %s); }", u.own(d, "_raised"), id)
	u.comment("Its members, which are the environment's; NULL where another or none was raised.")
	u.F("static inline const %[1]s *%[2]s(const som_env *ev) { return som_raised(ev, %[3]s) ? (const %[1]s *)ev->value : NULL; }", name, u.own(d, "_value"), id)
}
