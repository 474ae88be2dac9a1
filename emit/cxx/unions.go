package cxx

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// union prints a union: a discriminator and the arm that it selects, which are set together.
func (u *unit) union(d *model.Union) {
	name := plainName(d)
	disc := typeName(d.Discriminator)
	u.within(d)
	u.Blank()
	u.F("struct %s {", formName(d))
	u.F("\t%s _d;", travels(d.Discriminator))
	u.L("\tunion som_arms {")
	u.L("\t\tsom_arms() noexcept {}")
	for _, c := range d.Cases {
		u.F("\t\t%s%s;", cabi.Spaced(travels(c.Type)), armName(d, c))
	}
	u.L("\t} _u;")
	u.L("};")
	u.doc("", &d.Node)
	u.F("class %s {", name)
	u.L("public:")
	u.L("\tusing som_union = void;")
	u.handlesWithin(armTypes(d)...)
	u.F("\tusing som_abi = %s;", formName(d))
	u.Blank()
	f := functions{unit: u, of: d, late: u.open(d)}
	u.L("\t// The discriminator; of a new union it is zero, and what it selects is empty.")
	f.add("", "", name+"()", fmt.Sprintf(" : %s(%s())", name, disc))
	f.add("explicit ", "", fmt.Sprintf("%s(%s som_discriminator)", name, disc), " : som_d(som_discriminator)", f.emplaceAny()...)
	u.F("\t%s _d() const noexcept { return som_d; }", disc)
	for n, c := range d.Cases {
		u.arm(f, d, n+1, c)
	}
	u.Blank()
	f.translations()
	u.armOf(d)
	u.comparison(d, "som_a.som_d == som_b.som_d && som_a.som_value == som_b.som_value")
	u.Blank()
	u.L("private:")
	u.F("\t%s som_d;", disc)
	u.F("\tstd::variant<std::monostate, %s> som_value;", cabi.List(d.Cases, func(c *model.Case) string { return typeName(c.Type) }))
	u.L("};")
}

// functions prints the member functions of a union which have to know all about its arms: where the union is, or late.
type functions struct {
	*unit
	of   *model.Union
	late bool
}

// add prints a function of a head, what stands before it only in the class (explicit, static), what it returns, and what stands behind it: the initializers
// of a constructor, noexcept.
func (f functions) add(within, returns, head, behind string, body ...string) {
	lines := []string{"{}"}
	if len(body) > 0 {
		lines[0] = "{"
		for _, l := range body {
			lines = append(lines, "\t"+l)
		}
		lines = append(lines, "}")
	}
	if !f.late {
		lines[0] = within + returns + head + behind + " " + lines[0]
		for _, l := range lines {
			f.L("\t" + l)
		}
		return
	}
	declared := behind
	if strings.HasPrefix(behind, " :") {
		declared = ""
	}
	f.F("\t%s%s%s%s;", within, returns, head, declared)
	lines[0] = returns + plainName(f.of) + "::" + head + behind + " " + lines[0]
	if strings.HasPrefix(within, perHandles) {
		lines[0] = perHandles + lines[0]
	} else {
		lines[0] = "inline " + lines[0]
	}
	f.defineLate(f.of, lines...)
}

// perHandles stands before functions that are told which handles they make.
const perHandles = "template <class som_S> "

// emplaceAny returns what makes an empty arm, which the discriminator selects.
func (f functions) emplaceAny() []string {
	lines := []string{"switch (som_arm(som_d)) {"}
	for n := range f.of.Cases {
		lines = append(lines, fmt.Sprintf("case %d: som_value.template emplace<%d>(); break;", n+1, n+1))
	}
	return append(lines, "default: break;", "}")
}

// arm prints the accessors of an arm.
func (u *unit) arm(f functions, d *model.Union, n int, c *model.Case) {
	typ, member := typeName(c.Type), armName(d, c)
	label := d.UnusedLabel()
	if !c.IsDefault() {
		label = c.Labels[0].Value
	}
	emplace := fmt.Sprintf("som_value.template emplace<%d>(std::move(som_v));", n)
	u.Blank()
	u.doc("\t", &c.Node)
	u.F("\tbool %s() const noexcept { return som_value.index() == %d; }", isName(d, c), n)
	u.F("\tconst %s &%s() const { return std::get<%d>(som_value); } // throws std::bad_variant_access if it is not that arm", typ, member, n)
	if label != nil {
		f.add("", "void ", fmt.Sprintf("%s(%s som_v)", member, typ), "", "som_d = "+literal(label, d.Discriminator)+";", emplace)
	}
	if len(c.Labels) > 1 || c.IsDefault() {
		f.add("", "void ", fmt.Sprintf("%s(%s som_v, %s som_discriminator)", member, typ, typeName(d.Discriminator)), "",
			fmt.Sprintf("if (som_arm(som_discriminator) != %d) throw som::system_exception(\"BAD_PARAM\", %s);", n, cabi.Quoted(d.ScopedName()+": the discriminator selects another arm than "+c.Name)),
			"som_d = som_discriminator;", emplace)
	}
}

// translations prints how a union is translated: as som::as asks for it.
func (f functions) translations() {
	name, form, disc := plainName(f.of), formName(f.of), typeName(f.of.Discriminator)
	each := func(of, format string) []string {
		lines := []string{"switch (" + of + ") {"}
		for n, c := range f.of.Cases {
			lines = append(lines, fmt.Sprintf("case %d: "+format+" break;", n+1, n+1, armName(f.of, c), typeName(c.Type)))
		}
		return append(lines, "default: break;", "}")
	}
	put := []string{form + " som_a{};", "som_a._d = som::as<" + disc + ">::put(som_v.som_d);"}
	put = append(put, each("som_v.som_value.index()", "som_a._u.%[3]s = som::as<%[4]s, som::within<som_S, %[4]s>>::put(std::get<%[2]d>(som_v.som_value));")...)
	f.add(perHandles+"static ", form+" ", "som_put(const "+name+" &som_v)", "", append(put, "return som_a;")...)
	get := []string{name + " som_v(som::as<" + disc + ">::get(som_a._d));"}
	get = append(get, each("som_arm(som_v.som_d)", "som_v.som_value.template emplace<%[2]d>(som::as<%[4]s, som::within<som_S, %[4]s>>::get(som_a._u.%[3]s));")...)
	f.add(perHandles+"static ", name+" ", "som_get(const "+form+" &som_a)", "", append(get, "return som_v;")...)
	f.add(perHandles+"static ", "void ", "som_drop("+form+" &som_a)", " noexcept", each("som_arm(som::as<"+disc+">::get(som_a._d))", "som::as<%[4]s, som::within<som_S, %[4]s>>::drop(som_a._u.%[3]s);")...)
}

// armOf prints which arm a discriminator selects.
func (u *unit) armOf(d *model.Union) {
	disc := typeName(d.Discriminator)
	u.L("\t// Which arm a discriminator selects, from 1; 0 is none.")
	u.F("\tstatic int som_arm(%s som_discriminator) noexcept {", disc)
	otherwise := 0
	of := "som_discriminator"
	if d.Discriminator.Resolve().Kind == model.Boolean {
		of = "static_cast<int>(som_discriminator)" // clang takes a switch of a bool for a mistake
	}
	u.F("\t\tswitch (%s) {", of)
	for n, c := range d.Cases {
		for _, l := range c.Labels {
			if l.Default {
				otherwise = n + 1
			} else {
				u.F("\t\tcase %s: return %d;", literal(l.Value, d.Discriminator), n+1)
			}
		}
	}
	u.F("\t\tdefault: return %d;", otherwise)
	u.L("\t\t}")
	u.L("\t}")
}

func armTypes(d *model.Union) (all []*model.Type) {
	for _, c := range d.Cases {
		all = append(all, c.Type)
	}
	return all
}

// literal returns a value in C++ of a type.
func literal(v *model.Value, t *model.Type) string {
	switch v.Kind {
	case model.BoolValue:
		return fmt.Sprint(v.Bool)
	case model.IntValue:
		switch n, fits := v.Int64(); {
		case fits && n == -1<<63:
			return "INT64_MIN"
		case t.Resolve().Kind == model.LongLong || fits && n == -1<<31:
			return "INT64_C(" + v.Int.String() + ")"
		case !fits || n > 1<<31-1:
			return "UINT64_C(" + v.Int.String() + ")"
		}
		return v.Int.String()
	case model.CharValue:
		return fmt.Sprintf("'\\%03o'", v.Char&0xff)
	case model.WCharValue:
		return fmt.Sprintf("char16_t(%d)", v.Char&0xffff)
	case model.StringValue:
		return cabi.Quoted(v.Text)
	case model.WStringValue:
		return wideLiteral(v.Text)
	case model.EnumValue:
		e := v.Enumerator
		return qualified(e.Enum()) + "::" + enumeratorName(e)
	}
	return v.String()
}

// wideLiteral returns a string of 16-bit units.
func wideLiteral(s string) string {
	text := "u\""
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			text += `\` + string(r)
		case r < ' ' || r > '~' || r == '?':
			text += fmt.Sprintf("\\U%08x", r)
		default:
			text += string(r)
		}
	}
	return text + `"`
}
