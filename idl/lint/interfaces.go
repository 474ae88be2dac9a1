package lint

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// interfaceRules returns the rules about interfaces and operations.
func interfaceRules() []Rule {
	return []Rule{
		{
			Name: "deep-inheritance", Code: "LINT3001", Severity: diag.Warning, Option: "max-inheritance", Default: 6, Title: "many steps of inheritance",
			Explanation: "An interface with many ancestors in a line is hard to read and harder to change: a change of one is a change of all below.",
			Bad:         "module M { interface A {}; interface B : A {}; interface C : B {}; interface D : C {}; interface E : D {}; interface F : E {}; interface G : F {}; interface H : G {}; };\n",
			Good:        "module M { interface A {}; interface B : A {}; };\n",
			check:       func(l *linter) { l.depth() },
		},
		{
			Name: "wide-interface", Code: "LINT3002", Severity: diag.Warning, Option: "max-operations", Default: 40, Title: "many operations",
			Explanation: "An interface with many operations of its own serves many purposes: split it into several, and inherit from those where one object has them all.",
			Bad:         "module M { interface Wide { " + many("void f%d(); ", 41) + "}; };\n", Good: "module M { interface Narrow { void f(); }; };\n",
			check: func(l *linter) {
				for d := range l.decls() {
					if i, ok := d.(*model.Interface); ok && len(i.Members()) > l.limit() {
						l.finding(i.NameSpan, "split it", "interface %s declares %d operations and attributes; more than %d are many", i.Name, len(i.Members()), l.limit())
					}
				}
			},
		},
		{
			Name: "many-parameters", Code: "LINT3003", Severity: diag.Warning, Option: "max-parameters", Default: 8, Title: "many parameters",
			Explanation: "Calls with many arguments are easily written in the wrong order. Put those that belong together into a structure.",
			Bad:         "module M { interface I { void f(" + strings.TrimSuffix(many("in long a%d, ", 9), ", ") + "); }; };\n", Good: "module M { interface I { void f(in long a, in long b); }; };\n",
			check: func(l *linter) {
				for d := range l.decls() {
					if o, ok := d.(*model.Operation); ok && len(o.Params) > l.limit() {
						l.finding(o.NameSpan, "put what belongs together into a structure", "operation %s has %d parameters; more than %d are many", o.Name, len(o.Params), l.limit())
					}
				}
			},
		},
		{
			Name: "inout-parameter", Code: "LINT3004", Severity: diag.Info, Off: true, Title: "inout",
			Explanation: "An inout parameter goes both ways on the wire and needs a variable at the caller. An in parameter and a result say more clearly what changes.",
			Bad:         "module M { interface I { void f(inout long a); }; };\n", Good: "module M { interface I { long f(in long a); }; };\n",
			check: func(l *linter) {
				for d := range l.decls() {
					o, ok := d.(*model.Operation)
					if !ok {
						continue
					}
					for _, p := range o.Params {
						if p.Direction == model.InOut && !o.HasModifier("init") {
							l.finding(p.NameSpan, "", "parameter %s is inout", p.Name)
						}
					}
				}
			},
		},
		{
			Name: "missing-doc", Code: "LINT3005", Severity: diag.Info, Off: true, Title: "no comment",
			Explanation: "Interfaces, operations, attributes, exceptions and types have a comment right above them, or behind them on their line, which generated code and documentation carry on.",
			Bad:         "module M { interface I {}; };\n", Good: "module M {\n  // I is for nothing.\n  interface I {};\n};\n",
			check: func(l *linter) {
				for d := range l.decls() {
					switch d.(type) {
					case *model.Interface, *model.Operation, *model.Attribute, *model.Exception, *model.Struct, *model.Union, *model.Enum, *model.Typedef,
						*model.ValueType, *model.Component, *model.Home, *model.Const:
					default:
						continue
					}
					if n := &d.About().Node; len(n.Doc) == 0 && len(n.Trailing) == 0 {
						l.finding(n.NameSpan, "", "%s %s has no comment", d.Kind(), n.Name)
					}
				}
			},
		},
		{
			Name: "object-operation", Code: "LINT3006", Severity: diag.Warning, Title: "operation with the name of one that every object has",
			Explanation: "References have operations of their own, is_a, non_existent and others, which languages show beside those of the interface, and which travel as _is_a, _non_existent.",
			Bad:         "module M { interface I { boolean is_a(in string id); }; };\n", Good: "module M { interface I { boolean is_one(in string id); }; };\n",
			check: func(l *linter) {
				for d := range l.decls() {
					if o, ok := d.(*model.Operation); ok && slices.Contains(objectOperations, strings.ToLower(o.Name)) {
						l.finding(o.NameSpan, "choose another name", "every object has an operation %s of its own", o.Name)
					}
				}
			},
		},
		{
			Name: "oneway", Code: "LINT3007", Severity: diag.Info, Off: true, Title: "oneway",
			Explanation: "Nobody learns whether a oneway operation was carried out, or whether its message arrived at all.",
			Bad:         "module M { interface I { oneway void f(); }; };\n", Good: "module M { interface I { void f(); }; };\n",
			check: func(l *linter) {
				for d := range l.decls() {
					if o, ok := d.(*model.Operation); ok && o.Oneway {
						l.finding(o.NameSpan, "", "operation %s is oneway", o.Name)
					}
				}
			},
		},
	}
}

// objectOperations are the operations of CORBA::Object.
var objectOperations = []string{
	"get_interface", "is_nil", "duplicate", "release", "is_a", "non_existent", "is_equivalent", "hash", "create_request", "get_policy",
	"get_domain_managers", "set_policy_overrides", "get_component", "repository_id", "get_orb",
}

// many repeats a text with a number in it.
func many(text string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "%d", string(rune('a'+i/26))+string(rune('a'+i%26))))
	}
	return b.String()
}

// depth finds interfaces with many ancestors in a line.
func (l *linter) depth() {
	steps := map[*model.Interface]int{}
	var count func(*model.Interface) int
	count = func(i *model.Interface) int {
		n, ok := steps[i]
		if !ok {
			for _, p := range i.Parents() {
				n = max(n, count(p)+1)
			}
			steps[i] = n
		}
		return n
	}
	for d := range l.decls() {
		if i, ok := d.(*model.Interface); ok && count(i) > l.limit() {
			l.finding(i.NameSpan, "", "interface %s inherits over %d steps; more than %d are many", i.Name, count(i), l.limit())
		}
	}
}
