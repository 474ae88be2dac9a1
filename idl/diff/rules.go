package diff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/opendsom/dsom/model"
)

// A Rule describes a code: what a change of its kind does, and why.
type Rule struct {
	Code    string
	Numbers []string // SOM's numbers (R… are changes that keep binaries working, N… those that do not)
	Title   string   // a few words
	Impact
	// Inherits says that subclasses get the implementation with the class: where the interface
	// is a class, they are not broken, and only its own implementation has to be completed.
	Inherits bool
	Why      string // what follows, a sentence or two
	Do       string // what to do about it; may be empty
	// Silent says that binaries which it breaks are not refused. Of rules without it that is so where a change of types is none
	// of signatures: see Change.
	Silent bool
	Mirror string // the code of the way back, where that is one and another
}

// Rules returns the rules, those of CORBA first. The list is the caller's.
func Rules() []Rule {
	var all []Rule
	for _, t := range tables {
		all = append(all, t...)
	}
	return all
}

var tables = [][]Rule{interfaceRules, typeRules, valueRules, otherRules, classRules}

// byCode finds rules; it is made once, when it is first needed, and only read.
var byCode = sync.OnceValue(func() map[string]Rule {
	m := map[string]Rule{}
	for _, r := range Rules() {
		m[r.Code] = r
	}
	return m
})

// add adds a change. An unknown code is a mistake in this package.
func (c *comparer) add(code string, s subject, format string, args ...any) {
	r, ok := byCode()[code]
	if !ok {
		panic("diff: no rule " + code)
	}
	ch := Change{
		Code: code, Numbers: r.Numbers, Name: s.name, Kind: s.kind, Group: s.group, Message: fmt.Sprintf(format, args...),
		Why: r.Why, Do: r.Do, Silent: r.Silent, Old: s.old, New: s.new, Impact: r.Impact,
	}
	if !s.binary {
		ch.Binary, ch.Numbers, ch.Silent = None, nil, false
	}
	if s.class && r.Inherits {
		ch.Servant, ch.Subclass = Caution, OK
	}
	if s.local {
		ch.Wire = None
	}
	c.changes = append(c.changes, ch)
}

// silence says of the changes from one on which break binaries whether nothing refuses those.
func (c *comparer) silence(from int, silent func() bool) {
	mine := c.changes[from:]
	if !slices.ContainsFunc(mine, func(ch Change) bool { return ch.Binary == Break }) {
		return
	}
	is := silent()
	for k := range mine {
		if ch := &mine[k]; ch.Binary == Break {
			if is && !ch.Silent {
				ch.Why += " " + inSilence
			}
			ch.Silent = is
		}
	}
}

// refused marks the change that was told last as one that breaks binaries, because of what signatures say: what is
// transferred alike need not be the same in a call.
func (c *comparer) refused(because string) {
	if last := &c.changes[len(c.changes)-1]; last.Binary != None {
		last.Binary, last.Numbers = Break, []string{"N3"}
		last.Why += " Programs that are not compiled anew are refused: " + because + ", and signatures name those."
	}
}

// inSilence is what there is to say of a change that no signature tells.
const inSilence = "To signatures it is the same: nothing refuses programs that are not compiled anew, and they take one thing for another."

func itoa(n int) string { return strconv.Itoa(n) }

// remarks compares what says nothing to programs, or only to some: comments, annotations, pragmas.
func (c *comparer) remarks(s subject, old, new *model.Node) {
	if docText(old) != docText(new) {
		c.add("doc-changed", s, "comment of %s changed", what(s))
	}
	if a, b := annotations(old), annotations(new); a != b {
		code := "annotation-changed"
		if layoutAnnotations(a) != layoutAnnotations(b) {
			code = "annotation-layout-changed"
		}
		c.add(code, s, "annotations of %s: %s now, and were %s", what(s), orNone(b), orNone(a))
	}
	if a, b := pragmas(old), pragmas(new); a != b {
		c.add("pragma-changed", s, "pragmas of %s: %s now, and were %s", what(s), orNone(b), orNone(a))
	}
}

func docText(n *model.Node) string {
	return strings.TrimSpace(n.Doc.Text() + "\n" + n.Trailing.Text())
}

func annotations(n *model.Node) string {
	var all []string
	for _, a := range n.Annotations {
		s := "@" + a.Name
		var ps []string
		for _, p := range a.Params {
			v := p.Text
			if p.Value != nil {
				v = p.Value.String()
			}
			if p.Name != "" {
				v = p.Name + " = " + v
			}
			ps = append(ps, v)
		}
		if len(ps) > 0 {
			s += "(" + strings.Join(ps, ", ") + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// layoutAnnotations returns those of a list of annotations that change what is transferred.
func layoutAnnotations(all string) string {
	var keep []string
	for a := range strings.SplitSeq(all, "@") {
		name, _, _ := strings.Cut(strings.TrimSpace(a), "(")
		switch name {
		case "optional", "bit_bound", "position", "id", "autoid", "hashid", "extensibility", "final", "appendable", "mutable", "external":
			keep = append(keep, strings.TrimSpace(a))
		}
	}
	return strings.Join(keep, " ")
}

func pragmas(n *model.Node) string {
	var all []string
	for _, p := range n.Pragmas {
		all = append(all, strings.TrimSpace(p.Name+" "+strings.Join(p.Args, " ")))
	}
	return strings.Join(all, "; ")
}

// identity compares repository ids, by which references, values and exceptions are known.
func (c *comparer) identity(old, new model.Decl) {
	code := "type-id-changed"
	switch d := old.(type) {
	case *model.Forward:
		switch d.Of {
		case "interface", "valuetype", "component":
			code = "id-changed"
		case "porttype":
			return
		}
	case *model.Exception:
		code = "exception-id-changed"
	case *model.Interface, *model.ValueType, *model.ValueBox, *model.Component, *model.Home:
		code = "id-changed"
	case *model.Struct, *model.Union, *model.Enum, *model.Typedef, *model.Bitset, *model.Bitmask, *model.Native:
	default:
		return // the ids of the others travel nowhere
	}
	a, b := old.About().ID, new.About().ID
	if a == b {
		return
	}
	part := "repository id"
	x, y := strings.LastIndexByte(a, ':'), strings.LastIndexByte(b, ':')
	switch {
	case x > 0 && y > 0 && a[:x] == b[:y]:
		part = "version of the repository id"
	case lastPart(a) == lastPart(b):
		part = "prefix of the repository id"
	}
	c.add(code, c.about(old, new), "%s: %s is now %s", part, a, b)
}

func lastPart(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// codes of what came and went, by kind of declaration
func suffixed(d model.Decl, suffix string) string {
	switch kindOf(d) {
	case "interface", "operation", "attribute", "exception", "const", "state", "factory", "port", "home", "component":
		return kindOf(d) + suffix
	}
	return "type" + suffix
}
