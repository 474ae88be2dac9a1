package golang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// stub prints the client's side: a type whose methods call the object. It has the inherited
// operations itself, which is one step less than through an embedded stub.
func (f *file) stub(d *model.Interface, n *declNames) {
	name := lowerFirst(n.Name) + "_stub"
	f.F("type %s struct{ %s.StubRef }", name, f.rt("orb"))
	f.Blank()
	for _, c := range f.allCalls(d) {
		f.stubMethod(name, &c)
	}
}

func (f *file) stubMethod(typ string, c *call) {
	l := f.newLocals("ctx", "err")
	c = c.renamed(l)
	s, v := l.either("s", "self"), l.either("c", "call")

	in := "ctx " + f.rt("context") + ".Context"
	for _, p := range c.ins {
		in += ", " + p.name + " " + f.goType(p.typ)
	}
	out := "error"
	if len(c.outs) > 0 {
		out = "(" + c.results(f) + ")"
	}
	flags := "0"
	if c.oneway {
		flags = f.rt("stub") + ".Oneway"
	}
	f.F("func (%s %s) %s(%s) %s {", s, typ, c.method, in, out)
	f.F("%s := %s.Start(ctx, %s.StubRef, %q, %s)", v, f.rt("stub"), s, c.operation, flags)
	f.F("for %s.Next() {", v)
	to := field(v, "Out")
	for _, p := range c.ins {
		f.put(to, p.name, p.typ, 0)
	}
	if len(c.context) > 0 {
		f.F("%s.PutContext(%s, ctx%s)", f.rt("stub"), to.pointer, quotedList(c.context))
	}
	f.L("}")
	if len(c.outs) == 0 {
		f.F("%s.Returned(%s)", v, f.raisesList(c.raises))
	} else {
		read := "if"
		if c.rereads() {
			read = "for"
		}
		f.F("%s %s.Returned(%s) {", read, v, f.raisesList(c.raises))
		for _, p := range c.outs {
			f.get(field(v, "In"), p.name, p.typ, 0)
		}
		f.L("}")
	}
	f.F("return %s", strings.Join(append(c.outNames(), v+".End()"), ", "))
	f.L("}")
	f.Blank()
}

// rereads reports whether results of c may have to be read a second time, in GIOP 1.1: there are arrays or sequences of values of
// 8 octets among them, or anything may be.
func (c *call) rereads() bool {
	seen := map[model.Decl]bool{}
	for _, p := range c.outs {
		if holdsRuns(p.typ, seen) {
			return true
		}
	}
	return false
}

// holdsRuns looks into t, but for the state of valuetypes: where one is declared any that is derived from it may come, of which
// this IDL need not know. Of value boxes none is derived.
func holdsRuns(t *model.Type, seen map[model.Decl]bool) bool {
	t = t.Resolve()
	switch t.Kind {
	case model.Any, model.ValueBase:
		return true
	case model.Sequence, model.Array:
		switch t.Elem.Resolve().Kind {
		case model.LongLong, model.ULongLong, model.Double:
			return true
		}
		return holdsRuns(t.Elem, seen)
	case model.Map:
		return holdsRuns(t.Key, seen) || holdsRuns(t.Elem, seen)
	case model.Named:
		if seen[t.Decl] {
			return false
		}
		seen[t.Decl] = true
	}
	switch d := t.Decl.(type) {
	case *model.Struct:
		return slices.ContainsFunc(d.AllMembers(), func(m *model.Member) bool { return holdsRuns(m.Type, seen) })
	case *model.Union:
		return slices.ContainsFunc(d.Cases, func(c *model.Case) bool { return holdsRuns(c.Type, seen) })
	case *model.ValueBox:
		return holdsRuns(d.Type, seen)
	case *model.ValueType:
		return true
	case *model.Interface:
		return d.Abstract // a value may come
	}
	return false
}

// quotedList returns strings as further arguments.
func quotedList(ss []string) string {
	var b strings.Builder
	for _, s := range ss {
		fmt.Fprintf(&b, ", %q", s)
	}
	return b.String()
}
