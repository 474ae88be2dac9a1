package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// asynchronous adds reply handlers to the specification, where they are asked for.
func (g *generator) asynchronous() {
	if !g.opt.AMI {
		return
	}
	spec, err := g.spec.Asynchronous(false)
	if err != nil {
		g.problem(CodeAsynchronous, diag.Span{}, "#include <Messaging.idl>, which the compiler carries", "reply handlers cannot be made: %v", err)
		return
	}
	g.spec = spec
	g.handles, g.expects = map[*model.Interface]*model.Interface{}, map[*model.Operation][]*model.Exception{}
	for d := range spec.All() {
		i, ok := d.(*model.Interface)
		if !ok {
			continue
		}
		handler, calls := spec.AsyncCalls(i)
		if handler != nil {
			g.handles[handler] = i
		}
		for _, c := range calls {
			g.expects[c.Exception] = raisedBy(c)
			if name := givenName(c); name != "" { // so that what is told apart stays so
				give(c.Reply, name)
				give(c.Exception, name+"Excep")
			}
		}
	}
}

// raisedBy returns the exceptions that a call may end with.
func raisedBy(c model.AsyncCall) []*model.Exception {
	switch d := c.Of.(type) {
	case *model.Operation:
		return d.Raises
	case *model.Attribute:
		if c.Write {
			return d.SetRaises
		}
		return d.GetRaises
	}
	return nil
}

// givenName returns what a pragma calls the call in Go; empty if none does.
func givenName(c model.AsyncCall) string {
	args, _ := c.Of.About().Pragma(pragmaName)
	if len(args) != 1 || !isIdentifier(args[0]) {
		return ""
	}
	if _, attribute := c.Of.(*model.Attribute); !attribute {
		return args[0]
	}
	if c.Write {
		return "Set" + args[0]
	}
	return "Get" + args[0]
}

func give(o *model.Operation, name string) {
	o.Pragmas = append(o.Pragmas, model.Pragma{Name: pragmaName, Args: []string{name}, Span: o.Span})
}

// results returns how many values a call ends with.
func results(c model.AsyncCall) int { return len(c.Reply.Params) }

// nameAsynchronous chooses the names of what an interface has for asynchronous calls.
func (g *generator) nameAsynchronous(i *model.Interface, n *declNames) {
	handler, calls := g.spec.AsyncCalls(i)
	if handler == nil {
		return
	}
	for _, c := range calls {
		if results(c) > 1 {
			n.Results = append(n.Results, g.claim(i, n.Name+"_"+g.ownMethods(handler)[c.Reply].call+"Results"))
		}
	}
	if !i.Abstract {
		n.Async = g.claim(i, n.Name+"Async")
		n.More = []string{g.claim(i, "New"+n.Async)}
	}
}

// An asyncCall is what is printed of a call.
type asyncCall struct {
	call                    // of the interface
	reply, exception string // methods of the handler
	sendc, sendp     string // methods of what makes the call
	results          string // the structure of the results, if there are several
	fields           []string
}

// asyncCalls returns the asynchronous calls that an interface declares itself, as far as its bases' handlers are not told of them.
func (f *file) asyncCalls(i *model.Interface) []asyncCall {
	handler, calls := f.spec.AsyncCalls(i)
	var all []asyncCall
	several := 0
	for _, c := range calls {
		both := f.calls(c.Of, f.ownMethods(c.Of.About().Scope().(model.Container))[c.Of])
		x := asyncCall{call: both[0], reply: f.ownMethods(handler)[c.Reply].call, exception: f.ownMethods(handler)[c.Exception].call}
		if c.Write {
			x.call = both[1]
		}
		x.sendc, x.sendp = f.style(i).Method(c.Sendc), f.style(i).Method(c.Sendp)
		if name := givenName(c); name != "" {
			x.sendc, x.sendp = "Sendc"+name, "Sendp"+name
		}
		if results(c) > 1 {
			if several < len(f.names[i].Results) {
				x.results = f.qualified(i, f.names[i].Results[several])
			} else {
				f.problem(CodeAsynchronous, i.NameSpan, "generate its package again with --ami", "%s has been generated without what asynchronous calls need", i.ScopedName())
			}
			several++
			taken := nameSet{}
			for _, p := range x.outs {
				x.fields = append(x.fields, taken.claim(f.style(i).Exported(p.name)))
			}
		}
		all = append(all, x)
	}
	return all
}

// asyncResults prints the structures of the results of calls that have several.
func (f *file) asyncResults(i *model.Interface) {
	for _, c := range f.asyncCalls(i) {
		if c.results == "" {
			continue
		}
		f.F("// %s is what %s of %s returns.", c.results, c.method, f.names[i].Name)
		f.F("type %s struct {", c.results)
		for n, p := range c.outs {
			f.L(c.fields[n] + " " + f.goType(p.typ))
		}
		f.L("}")
		f.Blank()
	}
}

// async prints what makes asynchronous calls.
func (f *file) async(i *model.Interface, n *declNames) {
	handler, _ := f.spec.AsyncCalls(i)
	if handler == nil {
		return
	}
	f.asyncResults(i)
	f.F("// %s calls %s without waiting. A method Sendc has its handler told of the call's end, unless that is nil; a method", n.Async, n.Name)
	f.L("// Sendp returns a future. The call ends with ctx; arguments must not be changed before it has ended.")
	f.F("type %s struct{ to %s }", n.Async, n.Name)
	f.Blank()
	f.F("// %s returns what calls to without waiting.", n.More[0])
	f.F("func %s(to %s) %s { return %s{to} }", n.More[0], n.Name, n.Async, n.Async)
	f.Blank()
	var all []asyncCall
	for _, a := range append(i.Ancestors(), i) {
		all = append(all, f.asyncCalls(a)...)
	}
	for _, c := range all {
		f.sendc(i, n, handler, &c)
		f.sendp(n, &c)
	}
}

// sendc prints the method that has a handler told.
func (f *file) sendc(i *model.Interface, n *declNames, handler *model.Interface, x *asyncCall) {
	l := f.newLocals("ctx", "err")
	h := l.fresh("amiHandler")
	c := x.renamed(l)
	s := l.either("s", "self")
	messaging, _ := f.spec.Lookup(model.MessagingModule + "::ExceptionHolder").(*model.ValueType)

	f.F("// %s begins %s.", x.sendc, x.method)
	f.F("func (%s %s) %s(ctx %s.Context, %s %s%s) error {", s, n.Async, x.sendc, f.rt("context"), h, f.qualifiedName(handler), f.inputs(c))
	for _, p := range c.outs {
		f.F("var %s %s", p.name, f.goType(p.typ))
	}
	result := "error"
	if len(c.outs) > 0 {
		result = "(err error)"
	}
	f.F("return %s.CallAndTell(ctx, %s.to, %s, %q, func(ctx %s.Context) %s {", f.rt("stub"), s, h, x.operation, f.rt("context"), result)
	if len(c.outs) > 0 {
		f.F("%s, err = %s.to.%s(%s)", strings.Join(c.outNames(), ", "), s, x.method, arguments(c))
		f.L("return err")
	} else {
		f.F("return %s.to.%s(%s)", s, x.method, arguments(c))
	}
	f.F("}, func(ctx %s.Context, err error) error {", f.rt("context"))
	f.L("switch {")
	f.F("case %s == nil:", h)
	f.L("return nil")
	f.L("case err != nil:")
	held := "err"
	if len(x.raises) > 0 {
		held += ", " + f.raisesList(x.raises)
	}
	f.F("return %s.%s(ctx, %s(%s))", h, x.exception, f.qualified(messaging, "Hold"), held)
	f.L("}")
	f.F("return %s.%s(%s)", h, x.reply, strings.Join(append([]string{"ctx"}, c.outNames()...), ", "))
	f.L("})")
	f.L("}")
	f.Blank()
}

// sendp prints the method that returns a future.
func (f *file) sendp(n *declNames, x *asyncCall) {
	l := f.newLocals("ctx", "err")
	c := x.renamed(l)
	s, r := l.either("s", "self"), l.either("r", "results")

	f.F("// %s begins %s.", x.sendp, x.method)
	result := "struct{}"
	switch {
	case x.results != "":
		result = x.results
	case len(x.outs) == 1:
		result = f.goType(x.outs[0].typ)
	}
	f.F("func (%s %s) %s(ctx %s.Context%s) *%s.Future[%s] {", s, n.Async, x.sendp, f.rt("context"), f.inputs(c), f.rt("orb"), result)
	poll := fmt.Sprintf("return %s.Poll(ctx, %s.to, func(ctx %s.Context) ", f.rt("stub"), s, f.rt("context"))
	call := fmt.Sprintf("%s.to.%s(%s)", s, x.method, arguments(c))
	switch len(x.outs) {
	case 0:
		f.L(poll + "(struct{}, error) { return struct{}{}, " + call + " })")
	case 1:
		f.F("%s(%s, error) { return %s })", poll, result, call)
	default:
		f.F("%s(%s %s, err error) {", poll, r, result)
		var to []string
		for _, name := range x.fields {
			to = append(to, r+"."+name)
		}
		f.F("%s, err = %s", strings.Join(to, ", "), call)
		f.F("return %s, err", r)
		f.L("})")
	}
	f.L("}")
	f.Blank()
}

// inputs returns the parameters of a method behind others.
func (f *file) inputs(c *call) string {
	var b strings.Builder
	for _, p := range c.ins {
		b.WriteString(", " + p.name + " " + f.goType(p.typ))
	}
	return b.String()
}

// arguments returns what the method is called with.
func arguments(c *call) string {
	names := []string{"ctx"}
	for _, p := range c.ins {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}
