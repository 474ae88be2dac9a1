package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// skeleton prints the server's side: the type that joins implementations to requests.
func (f *file) skeleton(d *model.Interface, n *declNames, glue string) {
	f.F("type %s struct{}", glue)
	f.Blank()
	f.F("func (%s) Stub(r %s.StubRef) %s { return %s_stub{r} }", glue, f.rt("orb"), n.Name, lowerFirst(n.Name))
	f.Blank()
	calls := f.allCalls(d)
	if len(calls) == 0 {
		f.F("func (%s) Dispatch(%s, *%s.Request) bool { return false }", glue, n.Name, f.rt("stub"))
		f.Blank()
		return
	}
	f.F("func (%s) Dispatch(impl %s, r *%s.Request) bool {", glue, n.Name, f.rt("stub"))
	f.L("switch r.Operation() {")
	for _, c := range calls {
		f.dispatch(&c)
	}
	f.L("default:")
	f.L("return false")
	f.L("}")
	f.L("return true")
	f.L("}")
	f.Blank()
	f.oneways(glue, calls)
}

// oneways prints what tells which operations are oneway, if any is.
func (f *file) oneways(glue string, calls []call) {
	var names []string
	for _, c := range calls {
		if c.oneway {
			names = append(names, fmt.Sprintf("%q", c.operation))
		}
	}
	if len(names) == 0 {
		return
	}
	f.F("func (%s) Oneway(operation string) bool {", glue)
	f.L("switch operation {")
	f.F("case %s:", strings.Join(names, ", "))
	f.L("return true")
	f.L("}")
	f.L("return false")
	f.L("}")
	f.Blank()
}

// dispatch prints the case of one call.
func (f *file) dispatch(c *call) {
	l := f.newLocals("impl", "r", "err")
	c = c.renamed(l)
	f.F("case %q:", c.operation)
	from := field("r", "In")
	args := []string{"r.Context()"}
	for _, p := range c.ins {
		if f.isVariable(p.typ) {
			f.F("var %s %s", p.name, f.goType(p.typ))
			f.get(from, p.name, p.typ, 0)
		} else {
			f.F("%s := %s", p.name, f.read(from, plain(p.typ)))
		}
		args = append(args, p.name)
	}
	if len(c.context) > 0 {
		args[0] = l.fresh("ctx")
		f.F("%s := %s.GetContext(r)", args[0], f.rt("stub"))
	}
	f.L("if r.Decoded() {")
	if len(c.expects) > 0 {
		holder := c.ins[0].typ.Resolve().Decl
		f.F("%s(%s, %s)", f.qualified(holder, "Expect"), c.ins[0].name, f.raisesList(c.expects))
	}
	f.F("%s := impl.%s(%s)", strings.Join(append(c.outNames(), "err"), ", "), c.method, strings.Join(args, ", "))
	returned := "r.Returned(err"
	if len(c.raises) > 0 {
		returned += ", " + f.raisesList(c.raises)
	}
	returned += ")"
	if len(c.outs) == 0 {
		f.L(returned)
	} else {
		f.F("if %s {", returned)
		for _, p := range c.outs {
			f.put(field("r", "Out"), p.name, p.typ, 0)
		}
		f.L("}")
	}
	f.L("}")
}
