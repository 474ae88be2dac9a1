package template

import (
	"go/ast"
	"slices"
	"strings"
)

// A goTold is what the comment of a method tells of the IDL's parameters: "Bark implements Dog::bark(in long volume)."
type goTold struct {
	text      string   // with its parentheses, or empty
	ins, outs []string // the names of what comes in, and of what goes out beside the result
}

func goToldBy(c *ast.Comment) goTold {
	var t goTold
	if c == nil {
		return t
	}
	m := keyLine.FindStringSubmatch(c.Text)
	if m == nil {
		return t
	}
	t.text = m[2] + m[4]
	for _, words := range toldWords(t.text) {
		name := words[len(words)-1]
		if words[0] != "out" {
			t.ins = append(t.ins, name)
		}
		if words[0] != "in" {
			t.outs = append(t.outs, name)
		}
	}
	return t
}

// parameters returns the IDL's names of a method's parameters, or nil where the comment does not tell those.
func (t goTold) parameters(fs []goField) []string {
	if t.text == "" || len(fs) != 1+len(t.ins) {
		return nil
	}
	return append([]string{"(context)"}, t.ins...)
}

// results returns the IDL's names of a method's results, or nil.
func (t goTold) results(fs []goField) []string {
	switch {
	case t.text == "":
		return nil
	case len(fs) == len(t.outs)+1:
		return append(slices.Clone(t.outs), "(error)")
	case len(fs) == len(t.outs)+2:
		return slices.Concat([]string{"(result)"}, t.outs, []string{"(error)"})
	}
	return nil
}

// A goPairing says of each wanted parameter or result which of those that are there it is, as [pairs] does.
type goPairing struct {
	of    []int
	same  bool // what is there is what is wanted
	doubt bool // several are of one type, and nothing tells which of those that are there is which
}

// pair pairs what is there with what is wanted by the IDL's names where comments tell them, else by those in the heads. Names that are in
// use matter: what nobody uses may be taken for another.
func pair(have, want []goField, was, is []string, inUse func(goField) bool) goPairing {
	sameTypes := slices.Equal(canons(have), canons(want))
	written := sameTypes && slices.EqualFunc(have, want, func(h, w goField) bool { return h.name == w.name && h.isNamed() })
	hp, wp := asParameters(have), asParameters(want)
	if was != nil && is != nil && !written {
		for i := range hp {
			hp[i].name.text = was[i]
		}
		for i := range wp {
			wp[i].name.text = is[i]
		}
	}
	p := goPairing{of: pairs(hp, wp)}
	p.same = sameTypes && stay(p.of)
	p.doubt = is != nil && inDoubt(hp, wp, func(i int) bool { return inUse(have[i]) })
	return p
}

func (f goField) isNamed() bool { return f.name != "" && f.name != "_" }

func asParameters(fs []goField) []parameter {
	var all []parameter
	for _, f := range fs {
		all = append(all, parameter{typ: f.canon, name: word{text: f.name}})
	}
	return all
}

// inDoubt reports whether one that is in use, whose name is not wanted, may be one of several that are wanted, or one of those be one of
// several: of its type, or of those whose types are on one side alone.
func inDoubt(have, want []parameter, inUse func(i int) bool) bool {
	type group struct {
		have, want int
		used       bool
	}
	groups := map[string]*group{}
	at := func(typ string) *group {
		if groups[typ] == nil {
			groups[typ] = &group{}
		}
		return groups[typ]
	}
	for i, h := range have {
		if !isAmong(want, h.name.text) {
			g := at(h.typ)
			g.have++
			g.used = g.used || inUse(i)
		}
	}
	for _, w := range want {
		if !isAmong(have, w.name.text) {
			at(w.typ).want++
		}
	}
	var rest group
	several := func(g *group) bool { return g.used && g.have > 0 && g.want > 0 && g.have+g.want > 2 }
	for _, g := range groups {
		if several(g) {
			return true
		}
		if g.have == 0 || g.want == 0 {
			rest.have, rest.want, rest.used = rest.have+g.have, rest.want+g.want, rest.used || g.used
		}
	}
	return several(&rest)
}

// exchanged reports whether values that are returned in the order of those that are there would be taken for others.
func exchanged(of []int, have int) bool {
	if len(of) == have {
		return !stay(of)
	}
	last := -1
	for _, at := range of {
		if at >= 0 && at < last {
			return true
		}
		last = max(last, at)
	}
	return false
}

// returnsValues reports whether a body, without functions in it, has a return with values: they are told by their order alone.
func returnsValues(body *ast.BlockStmt) bool {
	found := false
	if body != nil {
		ast.Inspect(body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				found = found || len(n.Results) > 0
			}
			return !found
		})
	}
	return found
}

// commentOf returns what the comment of a method says now: where its head is left, it goes on telling the parameters that this has.
func commentOf(wanted *ast.Comment, was, is goTold, left bool) string {
	if text, ok := strings.CutSuffix(wanted.Text, is.text+"."); ok && left {
		return text + was.text + "."
	}
	return wanted.Text
}
