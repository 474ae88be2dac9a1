package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	emitc "github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/diff"
	"github.com/opendsom/dsom/idl/lint"
)

type idlExplainCmd struct {
	Code []string `arg:"" help:"Codes, such as IDL3001 or LINT4001, names of rules of idl lint, or codes of changes of idl diff."`
}

func (idlExplainCmd) Help() string { return "Example:\n\n    dsom idl explain IDL3001" }

// codeTable describes all codes of diagnostics that the tools on IDL have.
func codeTable() diag.Table {
	return slices.Concat(idl.Codes(), lint.Codes(), golang.Codes, emitc.Codes, cxx.Codes)
}

// explanation is what there is to say of a code.
type explanation struct {
	Code        string `json:"code"`
	Severity    string `json:"severity,omitempty"`
	Title       string `json:"title"`
	Explanation string `json:"explanation"`
	Example     string `json:"example,omitempty"`
	Scene       string `json:"scene,omitempty"`
}

func (v idlExplainCmd) Run(c *console) error {
	var all []explanation
	for _, code := range v.Code {
		e, ok := explainCode(code)
		if !ok {
			near := diag.Closest(code, explained())
			if near != "" {
				return usage("there is no code %q; did you mean %q?", code, near)
			}
			return usage("there is no code %q", code)
		}
		all = append(all, e)
	}
	if c.json {
		return c.printJSON(all)
	}
	for i, e := range all {
		if i > 0 {
			c.printf("\n")
		}
		c.printf("%s: %s\n\n%s\n", c.tinted(bold, strings.TrimSpace(e.Code+" "+e.Severity)), e.Title, e.Explanation)
		if text := cmp.Or(e.Example, e.Scene); text != "" {
			c.printf("\nFor example:\n\n    %s\n", strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    "))
		}
	}
	return nil
}

// explainCode finds a code of a diagnostic, the name of a rule, or the code of a change.
func explainCode(code string) (explanation, bool) {
	for _, r := range lint.Rules() {
		if r.Name == code {
			code = string(r.Code)
		}
	}
	if e, ok := codeTable().Lookup(diag.Code(strings.ToUpper(code))); ok {
		return explanation{string(e.Code), e.Severity.String(), e.Title, e.Explanation, e.Example, e.Scene}, true
	}
	for _, r := range diff.Rules() {
		if r.Code == code {
			return explanation{Code: r.Code, Title: r.Title, Explanation: strings.TrimSpace(r.Why + " " + r.Do)}, true
		}
	}
	return explanation{}, false
}

// explained returns what can be explained.
func explained() []string {
	var all []string
	for _, e := range codeTable() {
		all = append(all, string(e.Code))
	}
	for _, r := range lint.Rules() {
		all = append(all, r.Name)
	}
	for _, r := range diff.Rules() {
		all = append(all, r.Code)
	}
	return all
}
