package conformance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Random makes a case of random classes and steps, with what docs/som.md wants of them. The same seed
// makes the same case.
func Random(seed uint64) Case {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), o: newOracle(), c: Case{Name: fmt.Sprintf("random %d", seed)}}
	for range 5 + g.IntN(14) {
		g.class()
		for range g.IntN(4) {
			g.step()
		}
	}
	for range 40 {
		g.step()
	}
	return g.c
}

// A generator adds to a case what is right by the oracle.
type generator struct {
	*rand.Rand
	o       *oracle
	c       Case
	defined []string // classes that are there, metaclasses too
	made    int      // names of classes and objects
	objects []string
}

func (g *generator) in(n int) bool { return g.IntN(n) == 0 }

func (g *generator) one(of []string) string { return of[g.IntN(len(of))] }

// say adds a step and its answer.
func (g *generator) say(s Step, is any, code string) {
	if s.Error = code; code == "" && is != nil {
		s.Is = js(is)
	}
	g.c.Steps = append(g.c.Steps, s)
}

// class defines one, of up to three parents.
func (g *generator) class() {
	g.made++
	c := Class{Name: fmt.Sprintf("C%d", g.made)}
	meta := g.in(3)
	for range 4 {
		if len(g.defined) > 0 && g.in(2) {
			p := g.one(g.defined)
			if g.o.descends(p, "SOMClass") == meta && !slices.Contains(c.Parents, p) && len(g.o.classes[p].order) < 12 {
				c.Parents = append(c.Parents, p)
			}
		}
	}
	if contrary := g.contrary(); !meta && g.in(8) && contrary != nil {
		c.Parents = contrary
	}
	if meta && c.Parents == nil {
		c.Parents = []string{"SOMClass"}
	}
	for _, p := range c.Parents {
		if g.in(6) && p != "SOMClass" && !meta {
			c.AbstractParents = append(c.AbstractParents, p)
		}
	}
	if metas := g.metaclasses(); g.in(2) && len(metas) > 0 {
		c.Metaclass = g.one(metas)
	}
	if !meta && g.in(2) {
		align := 1 << g.IntN(5)
		c.Data = [2]int{1 + g.IntN(40), align}
	}
	c.Init, c.Fini, c.Abstract = g.in(2), g.in(2), g.in(8)
	c.Version = [2]int{g.IntN(3), g.IntN(3)}
	g.methods(&c)
	g.initClasses(&c)
	g.c.Classes = append(g.c.Classes, c)
	code := g.o.define(c)
	g.say(Step{Do: "define", Class: c.Name}, nil, code)
	if code == "" {
		g.defined = append(g.defined, c.Name)
		k := g.o.classes[c.Name]
		g.say(Step{Do: "order", Class: c.Name}, k.order, "")
		g.say(Step{Do: "metaclass", Class: c.Name}, k.metaclass, "")
	}
}

// contrary returns the parents of a class in the other order, or two classes that have them in either; nil where no class has two.
func (g *generator) contrary() []string {
	for _, at := range g.Perm(len(g.defined)) {
		x := g.defined[at]
		turned := slices.Clone(g.o.classes[x].Parents)
		if slices.Reverse(turned); len(turned) < 2 || g.o.descends(x, "SOMClass") {
			continue
		}
		for _, y := range g.defined {
			if slices.Equal(g.o.classes[y].Parents, turned) && len(g.o.classes[x].order)+len(g.o.classes[y].order) < 16 {
				return []string{x, y}
			}
		}
		return turned
	}
	return nil
}

func (g *generator) metaclasses() []string {
	return slices.DeleteFunc(slices.Clone(g.defined), func(c string) bool { return !g.o.descends(c, "SOMClass") })
}

// methods chooses what a class introduces, overrides and selects.
func (g *generator) methods(c *Class) {
	var inherited []string // static ones, with the names they may be called by
	for _, a := range g.ancestors(c) {
		for _, m := range g.o.classes[a].Introduces {
			inherited = append(inherited, a+"::"+m.Name)
		}
	}
	for i := range g.IntN(4) {
		m := Method{Name: fmt.Sprintf("m%d", i+g.IntN(3)*3)}
		if slices.ContainsFunc(c.Introduces, func(o Method) bool { return o.Name == m.Name }) {
			continue
		}
		switch g.IntN(8) {
		case 0:
			m.Kind = "nonstatic"
		case 1:
			m.Kind = "procedure"
		case 2:
			for _, a := range g.ancestors(c) {
				if slices.ContainsFunc(g.o.classes[a].Introduces, func(o Method) bool { return o.Name == m.Name }) {
					m.Migrated = a
				}
			}
		}
		c.Introduces = append(c.Introduces, m)
	}
	taken := map[string]bool{}
	for _, name := range inherited {
		m := g.o.method(name)
		if g.o.kind(m) != "" || taken[m] {
			continue
		}
		switch g.IntN(5) {
		case 0, 1:
			taken[m] = true
			c.Overrides = append(c.Overrides, name)
		case 2:
			class, _, _ := cut(m)
			if p := g.one(c.Parents); !slices.Contains(c.AbstractParents, p) && g.o.descends(p, class) && g.o.classes[p].table[m].class != "" {
				taken[m] = true
				if c.Select == nil {
					c.Select = map[string]string{}
				}
				c.Select[name] = p
			}
		}
	}
}

// ancestors are those of a class that is not there yet, without it.
func (g *generator) ancestors(c *Class) []string {
	var all []string
	for _, p := range c.parents() {
		for _, a := range g.o.classes[p].order {
			if !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all
}

func (g *generator) initClasses(c *Class) {
	if !g.in(5) {
		return
	}
	c.InitClasses = []string{}
	for _, a := range g.ancestors(c) {
		if g.in(2) && g.o.concrete(c, a) && a != "SOMObject" && a != "SOMClass" {
			c.InitClasses = append(c.InitClasses, a)
		}
	}
	g.Shuffle(len(c.InitClasses), func(i, j int) {
		c.InitClasses[i], c.InitClasses[j] = c.InitClasses[j], c.InitClasses[i]
	})
}

// step takes a random step.
func (g *generator) step() {
	if len(g.defined) == 0 {
		return
	}
	c := g.one(g.defined)
	if m := g.o.classes[c].metaclass; g.o.classes[m].derived && g.in(2) {
		g.ask(m)
	}
	switch g.IntN(14) {
	case 0:
		g.layout(c)
	case 1:
		var all []string
		for _, a := range slices.Backward(g.o.classes[c].order) {
			all = append(all, g.o.classes[a].introduced()...)
		}
		if all == nil {
			all = []string{}
		}
		g.say(Step{Do: "methods", Class: c}, all, "")
	case 2:
		of := g.one(g.defined)
		g.say(Step{Do: "descends", Class: c, Of: of}, g.o.descends(c, of), "")
	case 3:
		g.add(c)
	case 4:
		g.replace(c)
	case 5:
		g.unload(c)
	case 6:
		g.substitute(c)
	case 7, 8, 9, 10:
		g.object(c)
	default:
		g.ask(c)
	}
}

func (g *generator) layout(c string) {
	if g.o.descends(c, "SOMClass") {
		return
	}
	all, size := g.o.layout(c)
	if all == nil {
		all = [][]any{}
	}
	g.say(Step{Do: "layout", Class: c}, all, "")
	g.say(Step{Do: "size", Class: c}, size, "")
}

// name is some name of a method, which the class has as a rule.
func (g *generator) name(c string) string {
	bare := fmt.Sprintf("m%d", g.IntN(9))
	if g.in(3) {
		return bare
	}
	if g.in(6) {
		c = g.one(g.defined)
	} else {
		c = g.one(g.o.classes[c].order)
	}
	if d := g.o.classes[c].dynamics; len(d) > 0 && g.in(3) {
		return c + "::" + g.one(d)
	}
	if k := g.o.classes[c]; len(k.Introduces) > 0 {
		bare = k.Introduces[g.IntN(len(k.Introduces))].Name
	}
	return c + "::" + bare
}

// ask asks for implementations in every way.
func (g *generator) ask(c string) {
	k := g.o.classes[c]
	name := g.name(c)
	m, code := g.o.lookup(c, name)
	g.say(Step{Do: "supports", Class: c, Method: name}, code == "" || code == "ambiguous", "")
	if code != "" {
		g.say(Step{Do: "lookup", Class: c, Method: name}, nil, code)
		return
	}
	kind := g.o.kind(m)
	if class, _, _ := cut(m); kind == "procedure" || kind == "dynamic" {
		g.say(Step{Do: "lookup", Class: c, Method: name}, class, "")
		g.say(Step{Do: "resolve", Class: c, Method: name}, nil, "method")
		return
	}
	s := k.table[m]
	g.say(Step{Do: "lookup", Class: c, Method: name}, s.name, "")
	g.say(Step{Do: "resolve", Class: c, Method: m}, s.name, "")
	if s.class != "" {
		g.say(Step{Do: "next", Class: c, Method: m}, g.o.next(c, m), "")
	}
	n := g.IntN(len(k.parents()) + 1)
	is, code := g.o.parentcall(c, m, n)
	g.say(Step{Do: "parentcall", Class: c, Method: m, Parent: n}, is, code)
}

func (g *generator) add(c string) {
	k, name := g.o.classes[c], fmt.Sprintf("m%d", g.IntN(9))
	code := ""
	if slices.Contains(k.dynamics, name) || slices.ContainsFunc(k.Introduces, func(m Method) bool { return m.Name == name }) {
		code = "method"
	} else {
		k.dynamics = append(k.dynamics, name)
	}
	g.say(Step{Do: "add", Class: c, Method: name}, nil, code)
}

func (g *generator) replace(c string) {
	k := g.o.classes[c]
	m, code := g.o.lookup(c, g.name(c))
	if kind := g.o.kindOr(m); code != "" || kind == "procedure" || kind == "dynamic" {
		return
	}
	g.made++
	by := fmt.Sprintf("R%d", g.made)
	k.own[m], k.table[m] = by, stands{by, c}
	g.say(Step{Do: "replace", Class: c, Method: m, By: by}, nil, "")
}

// kindOr is kind for what may be no method.
func (o *oracle) kindOr(m string) string {
	if !strings.Contains(m, "::") {
		return ""
	}
	return o.kind(m)
}

func (g *generator) unload(c string) {
	if !g.in(3) {
		return
	}
	if g.o.busy(c) {
		g.say(Step{Do: "unload", Class: c}, nil, "busy")
		return
	}
	g.say(Step{Do: "unload", Class: c}, nil, "")
	g.o.unload(c)
	g.defined = slices.DeleteFunc(g.defined, func(d string) bool { return d == c })
	g.say(Step{Do: "order", Class: c}, nil, "unknown")
}

func (g *generator) substitute(c string) {
	by := g.one(g.defined)
	if down := slices.DeleteFunc(slices.Clone(g.defined), func(d string) bool { return d == c || !g.o.descends(d, c) }); len(down) > 0 && !g.in(3) {
		by = g.one(down)
	}
	if !g.in(2) || g.o.descends(c, "SOMClass") {
		return
	}
	code := ""
	switch {
	case g.in(6):
		by = ""
		g.o.classes[c].by = ""
	case c == by || !g.o.descends(by, c):
		code = "type"
	default:
		g.o.classes[c].by = by
	}
	g.say(Step{Do: "substitute", Class: c, By: by}, nil, code)
	g.say(Step{Do: "find", Class: c}, g.o.current(c), "")
}

func (o *oracle) current(c string) string {
	for o.classes[c].by != "" {
		c = o.classes[c].by
	}
	return c
}

// object makes one, or does something to one.
func (g *generator) object(c string) {
	if len(g.objects) == 0 || g.in(4) {
		g.create(c)
		return
	}
	name := g.one(g.objects)
	t := g.o.objects[name]
	if t.refs == 0 {
		g.say(Step{Do: "weak", Object: name}, "gone", "")
		g.say(Step{Do: "retain", Object: name}, nil, "freed")
		return
	}
	switch g.IntN(10) {
	case 0:
		t.refs++
		g.say(Step{Do: "retain", Object: name}, t.refs, "")
	case 1:
		if t.refs--; t.refs > 0 {
			g.say(Step{Do: "release", Object: name}, t.refs, "")
		} else {
			g.say(Step{Do: "release", Object: name}, g.o.trace(t.class, "~"), "")
		}
	case 2:
		if t.refs > 1 {
			g.say(Step{Do: "free", Object: name}, nil, "busy")
			break
		}
		t.refs = 0
		g.say(Step{Do: "free", Object: name}, g.o.trace(t.class, "~"), "")
	case 3:
		g.say(Step{Do: "isa", Object: name, Class: c}, g.o.descends(t.class, c), "")
		g.say(Step{Do: "classof", Object: name}, t.class, "")
	case 4:
		g.cast(name, t, c)
	case 5:
		g.made++
		to := fmt.Sprintf("o%d", g.made)
		g.say(Step{Do: "copy", Object: to, From: name}, g.o.trace(t.class, "+"), "")
		g.o.objects[to] = &thing{class: t.class, refs: 1}
		g.objects = append(g.objects, to)
	default:
		g.call(name, t)
	}
}

func (g *generator) create(c string) {
	current := g.o.current(c)
	g.made++
	name := fmt.Sprintf("o%d", g.made)
	s := Step{Do: "new", Class: c, Object: name}
	switch {
	case g.o.classes[current].Abstract:
		g.say(s, nil, "abstract")
	case g.o.descends(current, "SOMClass"):
		g.say(s, nil, "metaclass")
	default:
		g.say(s, g.o.trace(current, ""), "")
		g.o.objects[name] = &thing{class: current, refs: 1}
		g.objects = append(g.objects, name)
	}
}

func (g *generator) cast(name string, t *thing, c string) {
	if g.in(3) {
		t.cast = ""
		g.say(Step{Do: "uncast", Object: name}, nil, "")
		return
	}
	k := g.o.classes[t.class]
	if !g.in(5) {
		c = g.one(k.order)
	}
	if len(k.AbstractParents) > 0 && g.in(3) {
		c = g.one(k.AbstractParents)
	}
	code := ""
	switch {
	case !g.o.descends(t.class, c):
		code = "type"
	case !g.o.concrete(&k.Class, c):
		code = "abstract"
	default:
		t.cast = c
	}
	g.say(Step{Do: "cast", Object: name, Class: c}, nil, code)
}

func (g *generator) call(object string, t *thing) {
	k, name := g.o.classes[t.class], g.name(t.class)
	m, code := g.o.lookup(t.class, name)
	by := g.one([]string{"offset", "name", "dispatch"})
	if _, _, qualified := cut(name); by == "offset" && !qualified { // tokens are bound by full names
		by = "name"
	}
	s := Step{Do: "call", Object: object, Method: name, By: by}
	if code != "" {
		g.say(s, nil, code)
		return
	}
	class, _, _ := cut(m)
	kind := g.o.kind(m)
	is := k.table[m]
	switch {
	case kind == "procedure" || kind == "dynamic":
		is = stands{class, class}
		if by == "offset" {
			code = "method"
		}
	case by == "offset" && t.cast != "" && g.o.descends(t.cast, class):
		is = g.o.classes[t.cast].table[m]
	}
	if code == "" && is.class == "" {
		code = "abstract"
	}
	g.say(s, is.name, code)
}
