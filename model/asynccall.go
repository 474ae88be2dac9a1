package model

import (
	"encoding/json"
	"strings"
)

// An asyncCall is an AsyncCall in the making.
type asyncCall struct {
	of    Decl // of the specification that is added to
	write bool
	name  string // by which all of its names go: op, get_attribute or set_attribute

	reply, exception, sendc, sendp string
}

// parts are what a call consists of, not linked.
type parts struct {
	result  *Type // nil: none
	ins     []*Param
	outs    []*Param // without the result
	raises  []string
	context []string
}

// parts returns what a call consists of.
func (c *asyncCall) parts(a *asynchrony) (p parts) {
	b, err := json.Marshal(Decls{c.of})
	var ds Decls
	if err == nil {
		err = json.Unmarshal(b, &ds)
	}
	if err != nil {
		a.fail("%v", err)
		return p
	}
	switch d := ds[0].(type) {
	case *Operation:
		p.raises, p.context = d.raises, d.Context
		if d.Result.Kind != Void {
			p.result = d.Result
		}
		for _, x := range d.Params {
			x.Node = Node{Name: x.Name}
			if x.Direction != Out {
				p.ins = append(p.ins, x)
			}
			if x.Direction != In {
				p.outs = append(p.outs, x)
			}
		}
	case *Attribute:
		if c.write {
			p.ins, p.raises = []*Param{input("attr_"+d.Name, d.Type)}, d.setRaises
		} else {
			p.result, p.raises = d.Type, d.getRaises
		}
	}
	return p
}

// free returns the name of an implied parameter: one that no parameter of the operation has.
func (p *parts) free(name string) string {
	taken := map[string]bool{}
	for _, list := range [][]*Param{p.ins, p.outs} {
		for _, x := range list {
			taken[strings.ToLower(x.Name)] = true
		}
	}
	return insert(taken, "", "ami_", name)
}

// give returns the results as parameters of a direction.
func (p *parts) give(how Direction) []*Param {
	var out []*Param
	if p.result != nil {
		out = append(out, &Param{Node: Node{Name: p.free("ami_return_val")}, Direction: how, Type: p.result})
	}
	for _, x := range p.outs {
		out = append(out, &Param{Node: x.Node, Direction: how, Type: x.Type})
	}
	return out
}

// take returns the arguments, behind others.
func (p *parts) take(first ...*Param) []*Param {
	for _, x := range p.ins {
		first = append(first, input(x.Name, x.Type))
	}
	return first
}

// replyOf returns the operation of a handler that is told of the results.
func (c *asyncCall) replyOf(a *asynchrony, in Decl) *Operation {
	p := c.parts(a)
	return a.operation(c.of, in, c.reply, nil, nil, p.give(In)...)
}

// exceptionOf returns the operation of a handler that is told of an exception.
func (c *asyncCall) exceptionOf(a *asynchrony, in Decl) *Operation {
	return a.operation(c.of, in, c.exception, nil, nil, input("excep_holder", a.named(MessagingModule+"::ExceptionHolder")))
}

// pollOf returns the operation of a poller that asks for the results.
func (c *asyncCall) pollOf(a *asynchrony, in Decl) *Operation {
	p := c.parts(a)
	o := a.operation(c.of, in, c.reply, nil, nil, append([]*Param{input(p.free("ami_timeout"), &Type{Kind: ULong})}, p.give(Out)...)...)
	o.raises = append(p.raises, a.named("::CORBA::WrongTransaction").ref)
	return o
}

// sendcOf returns the operation that begins the call and has a handler told.
func (c *asyncCall) sendcOf(a *asynchrony, in Decl, handler string) *Operation {
	p := c.parts(a)
	o := a.operation(c.of, in, c.sendc, nil, nil, p.take(input(p.free("ami_handler"), reference(handler, handler)))...)
	o.Context = p.context
	return o
}

// sendpOf returns the operation that begins the call and returns a poller.
func (c *asyncCall) sendpOf(a *asynchrony, in Decl, poller string) *Operation {
	p := c.parts(a)
	o := a.operation(c.of, in, c.sendp, reference(poller, poller), nil, p.take()...)
	o.Context = p.context
	return o
}
