package lint

import (
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// typeRules returns the rules about types and exceptions.
func typeRules() []Rule {
	return []Rule{
		{
			Name: "anonymous-type", Code: "LINT2001", Severity: diag.Info, Title: "type without a name",
			Explanation: "CORBA 3.0, 3.11.6 deprecates sequences, arrays and bounded strings that are used without a name of their own: languages have to invent one. Give them one with a typedef.",
			Bad:         "module Bank { struct Page { sequence<long> lines; }; };\n",
			Good:        "module Bank { typedef sequence<long> Lines; struct Page { Lines all; }; };\n",
			check: func(l *linter) {
				l.uses(func(what string, at diag.Span, t *model.Type, named bool) {
					if !named && anonymous(t) || named && t.Elem != nil && anonymous(t.Elem) {
						l.finding(at, "declare it with a typedef and use that", "%s has a type without a name, %s", what, t)
					}
				})
			},
		},
		{
			Name: "unbounded-string", Code: "LINT2002", Severity: diag.Info, Off: true, Title: "string without a bound",
			Explanation: "A string without a bound may be as long as a message; bounds let both sides plan for what they keep.",
			Bad:         "module Bank { struct Owner { string name; }; };\n", Good: "module Bank { typedef string<80> Name; struct Owner { Name called; }; };\n",
			check: func(l *linter) { l.unbounded("string", model.String, model.WString) },
		},
		{
			Name: "unbounded-sequence", Code: "LINT2003", Severity: diag.Info, Off: true, Title: "sequence without a bound",
			Explanation: "A sequence without a bound may be as long as a message; bounds let both sides plan for what they keep.",
			Bad:         "module Bank { typedef sequence<long> Lines; };\n", Good: "module Bank { typedef sequence<long, 100> Lines; };\n",
			check: func(l *linter) { l.unbounded("sequence", model.Sequence, model.Map) },
		},
		{
			Name: "any-type", Code: "LINT2004", Severity: diag.Info, Off: true, Title: "any",
			Explanation: "An any says nothing of what is in it: neither compilers nor people can check it, and it is transferred with its whole type.",
			Bad:         "module Bank { interface Account { void note(in any a); }; };\n", Good: "module Bank { interface Account { void note(in string a); }; };\n",
			check: func(l *linter) {
				l.uses(func(what string, at diag.Span, t *model.Type, _ bool) {
					if t.Kind == model.Any {
						l.finding(at, "", "%s is an any", what)
					}
				})
			},
		},
		{
			Name: "exception-empty", Code: "LINT2005", Severity: diag.Info, Off: true, Title: "exception without members",
			Explanation: "An exception without members tells that something failed, and not what: a member cannot be added later without breaking those who know it without.",
			Bad:         "module Bank { exception Broke {}; };\n", Good: "module Bank { exception Broke { string reason; }; };\n",
			check: func(l *linter) {
				for d := range l.decls() {
					if e, ok := d.(*model.Exception); ok && len(e.Members) == 0 {
						l.finding(e.NameSpan, "give it a member, such as a reason for people", "exception %s has no members", e.Name)
					}
				}
			},
		},
		{
			Name: "unused-type", Code: "LINT2006", Severity: diag.Info, Off: true, Title: "type that nothing uses",
			Explanation: "Nothing in the files that were compiled uses the type. In a library that may be as it should; in a program it is left over.",
			Bad:         "module Bank { typedef long Cents; interface Account { void close(); }; };\n",
			Good:        "module Bank { typedef long Cents; interface Account { Cents balance(); }; };\n",
			check:       func(l *linter) { l.unusedTypes() },
		},
		{
			Name: "union-without-default", Code: "LINT2007", Severity: diag.Info, Off: true, Title: "union that leaves labels open",
			Explanation: "Some values of the discriminator select no member. A default arm says what is meant by them, and gives a later release room.",
			Bad:         "module Bank { union Amount switch (long) { case 1: long cents; }; };\n",
			Good:        "module Bank { union Amount switch (boolean) { case TRUE: long cents; case FALSE: string words; }; };\n",
			check: func(l *linter) {
				for d := range l.decls() {
					if u, ok := d.(*model.Union); ok && u.DefaultCase() == nil && u.UnusedLabel() != nil {
						l.finding(u.NameSpan, "", "union %s has no default, and %s selects nothing", u.Name, u.UnusedLabel())
					}
				}
			},
		},
	}
}

// anonymous reports whether a type is one that should have a name.
func anonymous(t *model.Type) bool {
	switch t.Kind {
	case model.Sequence, model.Array, model.Map, model.Fixed:
		return true
	case model.String, model.WString:
		return t.Bound > 0
	}
	return false
}

// uses calls f for each use of a type in the main files: what it is the type of, where, and
// whether the use gives it a name, as a typedef does.
func (l *linter) uses(f func(what string, at diag.Span, t *model.Type, named bool)) {
	use := func(kind string, n *model.Node, t *model.Type) {
		if t != nil && !t.IsVoid() {
			f(kind+" "+n.Name, n.NameSpan, t, false)
		}
	}
	params := func(ps []*model.Param) {
		for _, p := range ps {
			use("parameter", &p.Node, p.Type)
		}
	}
	members := func(ms []*model.Member) {
		for _, m := range ms {
			use("member", &m.Node, m.Type)
		}
	}
	for d := range l.decls() {
		switch d := d.(type) {
		case *model.Typedef:
			f("typedef "+d.Name, d.NameSpan, d.Type, true)
		case *model.Struct:
			members(d.Members)
		case *model.Exception:
			members(d.Members)
		case *model.Union:
			for _, c := range d.Cases {
				use("member", &c.Node, c.Type)
			}
		case *model.Operation:
			use("the result of operation", &d.Node, d.Result)
			params(d.Params)
		case *model.Attribute:
			use("attribute", &d.Node, d.Type)
		case *model.StateMember:
			use("state member", &d.Node, d.Type)
		case *model.ValueBox:
			f("boxed value "+d.Name, d.NameSpan, d.Type, true)
		case *model.Factory:
			params(d.Params)
		}
	}
}

// unbounded finds types of some kinds without a bound, inside others too.
func (l *linter) unbounded(name string, kinds ...model.Kind) {
	l.uses(func(what string, at diag.Span, t *model.Type, _ bool) {
		for ; t != nil; t = t.Elem {
			for _, k := range kinds {
				if t.Kind == k && t.Bound == 0 {
					l.finding(at, "", "%s has a %s without a bound", what, name)
					return
				}
			}
		}
	})
}

func (l *linter) unusedTypes() {
	used := map[model.Decl]bool{}
	texts := map[string]bool{} // words of expressions, in which enumerators and constants stand
	for d := range l.spec.All() {
		for _, u := range model.Uses(d) {
			used[u] = true
			if f, ok := u.(*model.Forward); ok && f.Definition != nil {
				used[f.Definition] = true
			}
		}
		if c, ok := d.(*model.Const); ok {
			for w := range strings.FieldsFuncSeq(c.Expr, notInName) {
				texts[w] = true
			}
		}
	}
	for d := range l.decls() {
		switch d.(type) {
		case *model.Struct, *model.Union, *model.Enum, *model.Typedef, *model.Exception, *model.Native, *model.Bitset, *model.Bitmask:
		default:
			continue
		}
		if e, ok := d.(*model.Enum); ok {
			for _, v := range e.Enumerators {
				used[d] = used[d] || texts[v.Name]
			}
		}
		if _, inside := d.About().Scope().(*model.Module); !used[d] && (inside || d.About().Scope() == nil) {
			l.finding(d.About().NameSpan, "", "nothing uses %s %s", d.Kind(), d.About().Name)
		}
	}
}
