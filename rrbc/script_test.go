package rrbc_test

import (
	"cmp"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// A step is one thing that a client does, and prints. The client's program is written from the steps, and the reference
// takes the same ones: neither knows more of them than what stands here.
type step struct {
	do     string // see client.write
	class  *model.Interface
	method string
	of     *model.Interface // of call: who introduces the method; of is: the class asked for
	arg    int32
	text   string // of find: the name of a class
}

// script are the steps of a row's client, which is compiled with release 1.
func script(one *release) []step {
	rnd := one.random("arguments")
	var all []step
	for _, word := range strings.Fields(cmp.Or(one.row.uses, "Animal Dog Puppy")) {
		i := one.class(word)
		add := func(do, method string, of *model.Interface) {
			all = append(all, step{do: do, class: i, method: method, of: of, arg: rnd.Int32N(100)})
		}
		add("new", "", nil)
		for round, way := range []string{"call", "call", "name"} {
			for _, a := range inherited(i) {
				for _, m := range a.Introduced() {
					switch {
					case m.Kind() == model.ProcedureMethod:
						if self, env := cabi.Receives(&m); way == "call" && self && env {
							add("procedure", m.Name, a)
						} else if way == "call" {
							add("bare", m.Name, a)
						}
					case isOdd(&m):
						if way == "call" {
							add("odd", m.Name, a)
						}
					case keeps(&m):
						if way == "call" && round == 0 {
							add("keep", m.Name, a)
						}
					case m.Attribute != nil && !isNumber(m.Attribute.Type): // bound, and not called
					case m.Attribute != nil && m.Set && way == "call":
						add("set", m.Name, a)
					case m.Attribute != nil && way == "call":
						add("get", m.Name, a)
					case takesNumber(&m):
						if len(m.Operation.Raises) > 0 { // a call by the bare name compares no signatures
							if way == "name" {
								continue
							}
							add("catch", m.Name, a)
						} else {
							add(way, m.Name, a)
						}
						if way == "call" { // odd and even: see code.raises
							all[len(all)-1].arg = all[len(all)-1].arg&^1 | int32(1-round)
						}
					case m.Operation != nil && isString(m.Operation.Result) && way == "call":
						add("string", m.Name, a)
					}
				}
			}
		}
		for _, a := range inherited(i) {
			for _, d := range a.StaticData() {
				add("data", d.Name, a)
			}
		}
		for _, c := range one.classes(one.public, "Zoo") {
			if !isMeta(c) {
				add("is", "", c)
			}
		}
		if m := metaclass(i); m != nil {
			for _, a := range inherited(m) {
				for _, method := range a.Introduced() {
					if takesNumber(&method) {
						add("meta", method.Name, a)
					}
				}
			}
		}
		add("describe", "", nil)
		add("free", "", nil)
	}
	if one.row.finds != "" {
		all = append(all, step{do: "find", text: one.drawn(one.row.finds)})
	}
	return all
}

// takesNumber reports whether a method is one of those that stand for all: it takes a number and returns one.
func takesNumber(m *model.Method) bool {
	o := m.Operation
	return o != nil && len(o.Params) == 1 && o.Params[0].Type.Resolve().Kind == model.Long && o.Result.Resolve().Kind == model.Long
}

// isOdd reports whether a method is the one that a row has its own functions and calls for.
func isOdd(m *model.Method) bool { return m.Operation != nil && strings.HasSuffix(m.Name, "fit") }

// takesMaking reports whether a method takes what only initializers have a use for, and is none.
func takesMaking(m *model.Method) bool {
	return m.Operation != nil && !m.IsInit() && len(m.Operation.Params) > 0 && cabi.FormOf(m.Operation.Params[0].Type) == cabi.Making
}

func isNumber(t *model.Type) bool {
	return t.Resolve().Kind == model.Long || t.Resolve().Kind == model.Double
}

func isString(t *model.Type) bool { return t.Resolve().Kind == model.String }

// metaclass is the nearest metaclass that a class or an ancestor of it names.
func metaclass(i *model.Interface) *model.Interface {
	for _, a := range inherited(i) {
		if m := a.Metaclass(); m != nil {
			return m
		}
	}
	return nil
}

func isMeta(i *model.Interface) bool {
	for _, a := range i.Ancestors() {
		if a.Name == "SOMClass" {
			return true
		}
	}
	return false
}

// label is how a client names a method of an object.
func (s step) label() string { return name(s.class) + "." + s.method }
