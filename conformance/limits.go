package conformance

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Limits makes the cases at the limits of docs/som.md: what is just allowed, and one more. The
// limit of classes in a process is left to each kernel's own tests, since it takes long.
func Limits() []Case {
	return []Case{names(), parents(), methods(), depth(), derived()}
}

// names: 255 octets, in one identifier or many, of classes and methods.
func names() Case {
	long := strings.Repeat("n", 255)
	scoped := strings.Repeat("a::", 84) + "abc"
	return Case{Name: "limit of names", Classes: []Class{
		{Name: long, Introduces: []Method{{Name: long}}}, {Name: long + "n"}, {Name: scoped}, {Name: scoped + "d"},
		{Name: "M", Introduces: []Method{{Name: long + "n"}}}},
		Steps: []Step{
			{Do: "define", Class: long}, {Do: "define", Class: long + "n", Error: "name"},
			{Do: "define", Class: scoped}, {Do: "define", Class: scoped + "d", Error: "name"},
			{Do: "define", Class: "M", Error: "name"},
			{Do: "resolve", Class: long, Method: long + "::" + long, Is: js(long)}}}
}

// parents: 255 of them.
func parents() Case {
	c := Case{Name: "limit of parents"}
	var all []string
	for i := range 256 {
		name := fmt.Sprintf("P%d", i)
		c.Classes = append(c.Classes, Class{Name: name, Introduces: []Method{{Name: fmt.Sprintf("m%d", i)}}})
		c.Steps = append(c.Steps, Step{Do: "define", Class: name})
		all = append(all, name)
	}
	c.Classes = append(c.Classes, Class{Name: "Most", Parents: all[:255]}, Class{Name: "Over", Parents: all})
	c.Steps = append(c.Steps, Step{Do: "define", Class: "Most"}, Step{Do: "define", Class: "Over", Error: "parents"},
		Step{Do: "resolve", Class: "Most", Method: "P254::m254", Is: js("P254")},
		Step{Do: "parentcall", Class: "Most", Method: "P254::m254", Parent: 254, Is: js("P254")})
	return c
}

// methods: 65,535 introduced by one class.
func methods() Case {
	var most []Method
	for i := range 65536 {
		most = append(most, Method{Name: fmt.Sprintf("m%d", i)})
	}
	return Case{Name: "limit of methods", Classes: []Class{
		{Name: "Over", Introduces: most}, {Name: "Most", Introduces: most[:65535]}, {Name: "Sub", Parents: []string{"Most"}, Overrides: []string{"Most::m65534"}}},
		Steps: []Step{
			{Do: "define", Class: "Over", Error: "methods"}, {Do: "define", Class: "Most"}, {Do: "define", Class: "Sub"},
			{Do: "resolve", Class: "Sub", Method: "Most::m65533", Is: js("Most")}, {Do: "resolve", Class: "Sub", Method: "m65534", Is: js("Sub")}}}
}

// depth: SOMObject is 0, a class one more than its deepest parent, at most 255.
func depth() Case {
	c := Case{Name: "limit of depth"}
	parent := "SOMObject"
	for i := 1; i <= 256; i++ {
		cl := Class{Name: fmt.Sprintf("D%d", i), Parents: []string{parent}}
		s := Step{Do: "define", Class: cl.Name}
		switch i {
		case 1:
			cl.Introduces = []Method{{Name: "m"}}
		case 256:
			s.Error = "depth"
		default:
			cl.Overrides = []string{"D1::m"}
		}
		c.Classes, c.Steps = append(c.Classes, cl), append(c.Steps, s)
		parent = cl.Name
	}
	c.Classes = append(c.Classes, Class{Name: "Side", Parents: []string{"SOMObject", "D255"}})
	c.Steps = append(c.Steps, Step{Do: "define", Class: "Side", Error: "depth"},
		Step{Do: "resolve", Class: "D255", Method: "m", Is: js("D255")},
		Step{Do: "parentcall", Class: "D255", Method: "m", Is: js("D254")})
	return c
}

// derived: the name of a derived metaclass has up to 4,095 octets.
func derived() Case {
	c := Case{Name: "limit of derived metaclasses"}
	var classes []string
	add := func(cl Class, code string) {
		c.Classes = append(c.Classes, cl)
		c.Steps = append(c.Steps, Step{Do: "define", Class: cl.Name, Error: code})
	}
	for i := range 17 { // SOMDerived( , ) and 15 commas are 27 octets: 16 names of 254 make 4,091
		m := fmt.Sprintf("M%02d", i) + strings.Repeat("m", 251)
		add(Class{Name: m, Parents: []string{"SOMClass"}}, "")
		cl := fmt.Sprintf("C%d", i)
		add(Class{Name: cl, Metaclass: m}, "")
		classes = append(classes, cl)
	}
	add(Class{Name: "Most", Parents: classes[:16]}, "")
	add(Class{Name: "Over", Parents: classes}, "metaclass")
	var name strings.Builder
	name.WriteString("SOMDerived(")
	for i := range 16 {
		if i > 0 {
			name.WriteString(",")
		}
		fmt.Fprintf(&name, "M%02d%s", i, strings.Repeat("m", 251))
	}
	name.WriteString(")")
	c.Steps = append(c.Steps, Step{Do: "metaclass", Class: "Most", Is: js(name.String())})
	return c
}

// js is a value as JSON.
func js(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and lists of them
	}
	return b
}
