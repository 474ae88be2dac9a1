// Package lint finds what is right by the grammar and yet unwise: names that other languages
// trip over, types that cannot evolve, includes that nothing uses, classes without a release
// order. Each rule has a name, a code, a severity and an example; which are applied is
// configured, and a text may switch them off for itself (see Config and the page docs/idl-lint.md).
package lint

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// A Rule is one thing that is looked for.
type Rule struct {
	// Name is what configurations and pragmas call it: lower case, with hyphens.
	Name string
	// Code is what diagnostics carry. It is not given to another rule later.
	Code diag.Code
	// Severity is that of its findings unless configured: a warning fails a run, an info does not.
	Severity diag.Severity
	// Off says that it is applied only where it is enabled.
	Off bool
	// Option names the number that it is configured with, Default is its value; empty if there is none.
	Option  string
	Default int
	// Title is a few words, Explanation why it matters and what to do.
	Title, Explanation string
	// Bad and Good are smallest texts with and without a finding; files as in diag.Entry.Example.
	Bad, Good string

	check func(*linter)
}

// Rules returns all rules, by code. The list is the caller's.
func Rules() []Rule {
	all := slices.Concat(nameRules(), typeRules(), interfaceRules(), fileRules(), somRules())
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}

// CodeNoRule is the code of a text that switches off what there is not. It is no rule itself.
const CodeNoRule diag.Code = "LINT9001"

// Codes describes the codes of the findings.
func Codes() diag.Table {
	t := diag.Table{{
		Code: CodeNoRule, Title: "no such rule",
		Explanation: "A comment dsom:ignore or a #pragma dsom lint names the rules that are not applied, and a name that there is not would silence nothing. The rules are in docs/idl-lint.md.",
		Example:     "// dsom:ignore name-typ kept for old clients\nstruct old_name { long n; };",
	}}
	for _, r := range Rules() {
		t = append(t, diag.Entry{Code: r.Code, Severity: r.Severity, Title: r.Title, Explanation: r.Explanation, Example: r.Bad})
	}
	return t
}

// Lint applies the rules that c asks for to the main files of a compilation that made a
// specification. The error is about c: an unknown rule, an unknown option.
func Lint(r *idl.Result, c Config) (*diag.Report, error) {
	rules, err := c.rules()
	if err != nil {
		return nil, err
	}
	report := &diag.Report{Max: -1}
	if r.Spec == nil {
		return report, nil
	}
	l := &linter{spec: r.Spec, tree: r.Tree, report: report, config: c, muted: map[string]*mutes{}}
	for f := range l.files() {
		if !c.ignores(f.Path) {
			for _, d := range l.mutesOf(f.Path).wrong {
				report.Add(d)
			}
		}
	}
	for _, rule := range rules {
		l.rule = rule
		rule.check(l)
	}
	return report, nil
}

// linter applies one rule after the other.
type linter struct {
	spec   *model.Spec
	tree   *syntax.Tree
	report *diag.Report
	config Config
	rule   Rule
	muted  map[string]*mutes // by file
}

// limit returns the number that the rule is configured with.
func (l *linter) limit() int {
	if n, ok := l.config.Options[l.rule.Option]; ok {
		return n
	}
	return l.rule.Default
}

// finding adds a finding of the rule, unless the text says that it does not want it.
func (l *linter) finding(at diag.Span, help, format string, args ...any) {
	l.add(diag.Diagnostic{Span: at, Help: help, Message: fmt.Sprintf(format, args...)})
}

func (l *linter) add(d diag.Diagnostic) {
	d.Code, d.Severity = l.rule.Code, l.config.severity(l.rule)
	if l.config.ignores(d.Span.Start.File) || l.mutesOf(d.Span.Start.File).has(l.rule.Name, d.Span.Start.Line) {
		return
	}
	l.report.Add(d)
}

// decls iterates over the declarations of the main files.
func (l *linter) decls() iter.Seq[model.Decl] {
	return func(yield func(model.Decl) bool) {
		for d := range l.spec.All() {
			if d.About().IsMain() && !yield(d) {
				return
			}
		}
	}
}

// files iterates over the main files with their texts.
func (l *linter) files() iter.Seq2[*model.File, *syntax.SourceFile] {
	return func(yield func(*model.File, *syntax.SourceFile) bool) {
		for _, f := range l.spec.Files {
			if s := l.source(f.Path); f.Main && s != nil && !yield(f, s) {
				return
			}
		}
	}
}

func (l *linter) source(path string) *syntax.SourceFile {
	for _, s := range l.tree.Files {
		if s.Path == path {
			return s
		}
	}
	return nil
}

// names iterates over everything in the main files that has a name: members and parameters too.
func (l *linter) names() iter.Seq2[string, *model.Node] {
	return func(yield func(string, *model.Node) bool) {
		for d := range l.decls() {
			if f, ok := d.(*model.Forward); ok && f.Definition != nil {
				continue
			}
			if m, ok := d.(*model.Module); ok && m.Part > 0 {
				continue
			}
			if !yield(kindOf(d), &d.About().Node) || !parts(d, yield) {
				return
			}
		}
	}
}

// parts iterates over what is in a declaration without being one.
func parts(d model.Decl, yield func(string, *model.Node) bool) bool {
	params := func(ps []*model.Param) bool {
		for _, p := range ps {
			if !yield("parameter", &p.Node) {
				return false
			}
		}
		return true
	}
	members := func(ms []*model.Member) bool {
		for _, m := range ms {
			if !yield("member", &m.Node) {
				return false
			}
		}
		return true
	}
	switch d := d.(type) {
	case *model.Operation:
		return params(d.Params)
	case *model.Factory:
		return params(d.Params)
	case *model.Struct:
		return members(d.Members)
	case *model.Exception:
		return members(d.Members)
	case *model.Union:
		for _, c := range d.Cases {
			if !yield("member", &c.Node) {
				return false
			}
		}
	case *model.Enum:
		for _, e := range d.Enumerators {
			if !yield("enumerator", &e.Node) {
				return false
			}
		}
	case *model.Bitmask:
		for _, f := range d.Flags {
			if !yield("flag", &f.Node) {
				return false
			}
		}
	}
	return true
}

func kindOf(d model.Decl) string {
	if f, ok := d.(*model.Forward); ok {
		return f.Of
	}
	return d.Kind()
}
