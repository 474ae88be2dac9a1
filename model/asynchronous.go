package model

import (
	"encoding/json"
	"slices"
	"strings"
)

// MessagingModule is the module to which implied IDL refers: Messaging.idl declares it.
const MessagingModule = "::Messaging"

// An AsyncCall is a call of an interface that can be made without waiting for its end: an operation that is no oneway, or
// the reading or writing of an attribute.
type AsyncCall struct {
	Of               Decl       // the *Operation or *Attribute
	Write            bool       // the attribute's writing
	Reply, Exception *Operation // of the reply handler
	Sendc, Sendp     string     // the names of the implied operations
}

// Asynchronous returns the specification with the interfaces of reply handlers beside those of main and
// included files (CORBA 3.3 part 1, clauses 17.6 to 17.10): AMI_IHandler for an interface I, abstract ones too, but not local ones.
// With whole it is all of implied IDL, pollers and the operations sendc_ and sendp_ too, for those who print it.
// [Spec.AsyncCalls] tells what belongs together.
//
// The files that the compiler carries are left as they are: a handler has the operations for what its interface inherits from
// these itself. Names that are taken get what the specification puts into them: AMI_AMI_IHandler, op_ami_excep, sendc_ami_op.
//
// The result is a specification of its own that shares nothing with s. It is an error if the module Messaging is not there.
func (s *Spec) Asynchronous(whole bool) (*Spec, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var j specJSON
	if err := json.Unmarshal(b, &j); err != nil { // not linked: types are names still
		return nil, err
	}
	a := &asynchrony{
		equivalence: equivalence{spec: s}, whole: whole, taken: map[string]bool{}, handlers: map[string]string{}, pollers: map[string]string{}, calls: map[string][]asyncCall{},
	}
	for name := range s.index {
		a.taken[strings.ToLower(name)] = true
	}
	for d := range s.All() { // names first: bases may stand in any order
		if i, ok := d.(*Interface); ok && a.covers(i) {
			a.name(i)
		}
	}
	out := &Spec{Files: j.Files, Decls: a.decls(j.Decls, "::")}
	if a.err != nil {
		return nil, a.err
	}
	for _, f := range out.Files {
		if m, ok := s.Lookup(MessagingModule).(*Module); ok && f.Main && !slices.Contains(f.Includes, m.file.Path) {
			f.Includes = append(f.Includes, m.file.Path)
		}
	}
	if err := out.Link(); err != nil {
		return nil, err
	}
	out.async = a.linked(out)
	return out, nil
}

// AsyncCalls returns the reply handler of an interface, in a specification that [Spec.Asynchronous] has returned, and the calls
// that it is told of besides those of its bases. It is nil for an interface that has none.
func (s *Spec) AsyncCalls(i *Interface) (handler *Interface, calls []AsyncCall) {
	a := s.async[i]
	return a.handler, a.calls
}

// asyncInterface is what an interface has for asynchronous calls.
type asyncInterface struct {
	handler *Interface
	calls   []AsyncCall
}

// asynchrony adds to declarations that are not linked yet.
type asynchrony struct {
	equivalence
	whole    bool
	taken    map[string]bool        // fully scoped names in small letters, which collide in IDL
	handlers map[string]string      // simple names, by the interface's fully scoped one
	pollers  map[string]string      // likewise
	calls    map[string][]asyncCall // likewise
}

// covers reports whether an interface has a reply handler.
func (a *asynchrony) covers(i *Interface) bool {
	return !i.Local && i.file != nil && !i.file.Standard
}

// name chooses the names of what belongs to an interface.
func (a *asynchrony) name(i *Interface) {
	scope := strings.TrimSuffix(i.qualified, i.Name)
	free := func(end string) string {
		for prefix := "AMI_"; ; prefix += "AMI_" {
			if name := prefix + i.Name + end; !a.taken[strings.ToLower(scope+name)] {
				a.taken[strings.ToLower(scope+name)] = true
				return name
			}
		}
	}
	a.handlers[i.qualified] = free("Handler")
	if a.whole {
		a.pollers[i.qualified] = free("Poller")
	}
}

// decls adds to the declarations of a scope.
func (a *asynchrony) decls(ds Decls, prefix string) Decls {
	var out Decls
	for _, d := range ds {
		switch d := d.(type) {
		case *Module:
			d.Decls = a.decls(d.Decls, prefix+d.Name+"::")
			out = append(out, d)
		case *Interface:
			out = append(out, a.around(d, prefix)...)
		default:
			out = append(out, d)
		}
	}
	return out
}

// around returns an interface with what belongs to it.
func (a *asynchrony) around(d *Interface, prefix string) Decls {
	linked, ok := a.spec.Lookup(prefix + d.Name).(*Interface)
	name := a.handlers[prefix+d.Name]
	if !ok || name == "" {
		return Decls{d}
	}
	calls := a.callsOf(linked)
	a.calls[linked.qualified] = calls
	handler := &Interface{Info: infoFor(d, nil, name), Bases: a.basesOf(linked, "ReplyHandler", a.handlers)}
	for _, c := range calls {
		handler.Decls = append(handler.Decls, c.replyOf(a, handler), c.exceptionOf(a, handler))
	}
	if !a.whole {
		return Decls{d, handler}
	}
	poller := &ValueType{Info: infoFor(d, nil, a.pollers[prefix+d.Name]), Abstract: true, Bases: a.basesOf(linked, "Poller", a.pollers)}
	for _, c := range calls {
		poller.Decls = append(poller.Decls, c.pollOf(a, poller))
		d.Decls = append(d.Decls, c.sendcOf(a, d, prefix+handler.Name), c.sendpOf(a, d, prefix+poller.Name))
	}
	return Decls{
		&Forward{Info: infoFor(d, nil, handler.Name), Of: "interface"}, &Forward{Info: infoFor(d, nil, poller.Name), Of: "valuetype", Abstract: true},
		d, handler, poller,
	}
}

// basesOf returns the bases of what belongs to an interface: what belongs to its bases by those names, or else what all have.
func (a *asynchrony) basesOf(i *Interface, otherwise string, names map[string]string) []*Type {
	var bases []*Type
	for _, p := range i.Parents() {
		if n := names[p.qualified]; n != "" {
			n = strings.TrimSuffix(p.qualified, p.Name) + n
			bases = append(bases, reference(n, n))
		}
	}
	if bases == nil {
		bases = []*Type{a.named(MessagingModule + "::" + otherwise)}
	}
	return bases
}

// callsOf returns the calls of an interface of which the handlers of its bases are not told, with their names.
func (a *asynchrony) callsOf(i *Interface) []asyncCall {
	told := map[Decl]bool{}
	taken := map[string]bool{} // in the handler
	sent := map[string]bool{}  // in the interface
	for _, p := range i.Ancestors() {
		for _, c := range a.calls[p.qualified] {
			told[c.of] = true
			for _, name := range []string{c.reply, c.exception} {
				taken[strings.ToLower(name)] = true
			}
			sent[strings.ToLower(c.sendc)], sent[strings.ToLower(c.sendp)] = true, true
		}
	}
	var calls []asyncCall
	for _, m := range i.AllMembers() {
		sent[strings.ToLower(m.About().Name)] = true
		if told[m] {
			continue
		}
		switch d := m.(type) {
		case *Operation:
			if !d.Oneway {
				calls = append(calls, asyncCall{of: m, name: d.Name})
			}
		case *Attribute:
			calls = append(calls, asyncCall{of: m, name: "get_" + d.Name})
			if !d.Readonly {
				calls = append(calls, asyncCall{of: m, write: true, name: "set_" + d.Name})
			}
		}
	}
	for _, attributes := range []bool{false, true} { // operations keep their names
		for n := range calls {
			if _, is := calls[n].of.(*Attribute); is == attributes {
				calls[n].reply = insert(taken, "", "ami_", calls[n].name)
			}
		}
	}
	for n := range calls {
		c := &calls[n]
		c.exception = insert(taken, c.name, "_ami", "_excep")
		c.sendc = insert(sent, "sendc_", "ami_", c.name)
		c.sendp = insert(sent, "sendp_", "ami_", c.name)
	}
	return calls
}

// insert returns head and tail with as many words between them as make a name that is not taken, and takes it.
func insert(taken map[string]bool, head, word, tail string) string {
	for taken[strings.ToLower(head+tail)] {
		head += word
	}
	taken[strings.ToLower(head+tail)] = true
	return head + tail
}

// linked returns what belongs to the interfaces of the specification that was made.
func (a *asynchrony) linked(s *Spec) map[*Interface]asyncInterface {
	all := map[*Interface]asyncInterface{}
	for name, calls := range a.calls {
		i := s.Lookup(name).(*Interface)
		x := asyncInterface{handler: s.Lookup(strings.TrimSuffix(name, i.Name) + a.handlers[name]).(*Interface)}
		ops := x.handler.Operations()
		for n, c := range calls {
			x.calls = append(x.calls, AsyncCall{s.Lookup(c.of.About().qualified), c.write, ops[2*n], ops[2*n+1], c.sendc, c.sendp})
		}
		all[i] = x
	}
	return all
}
