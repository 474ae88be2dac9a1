package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/lint"
)

func TestIDLLint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "idl/shop.idl", "module Shop {\n  interface Till { boolean is_a(in string s); };\n};\n")
	clean := write(t, dir, "idl/clean.idl", "module Clean { interface Till { void close(); }; };\n")
	write(t, dir, ".dsom-idl.json", `{"include": ["idl"], "lint": {"disable": ["missing-prefix"], "enable": ["keyword-go"]}}`)
	wrong := write(t, dir, "wrong.json", `{"lint": {"enable": ["onway"]}}`)
	bad := write(t, dir, "bad.idl", "interface {")
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"a warning":       {[]string{file}, statusFailed, "shop.idl:2:28: warning: every object has an operation is_a of its own [LINT3006]"},
		"remarks alone":   {[]string{clean}, statusGood, "clean.idl:1:1: info: clean.idl has no include guard [LINT4002]"},
		"the file's":      {[]string{clean}, statusGood, "0 errors, 0 warnings, 1 remark."},
		"no file's":       {[]string{"--no-config", clean}, statusGood, "0 errors, 0 warnings, 2 remarks."},
		"only":            {[]string{"--rules", "missing-doc,include-guard", clean}, statusGood, "0 errors, 0 warnings, 3 remarks."},
		"disabled":        {[]string{"--disable", "object-operation,include-guard", file}, statusGood, "0 remarks."},
		"a folder":        {[]string{filepath.Join(dir, "idl")}, statusFailed, "[LINT3006]"},
		"unknown rule":    {[]string{"--enable", "onway", file}, statusUsage, `did you mean "oneway"?`},
		"wrong file":      {[]string{"--config", wrong, file}, statusUsage, "wrong.json"},
		"no such file":    {[]string{"--config", "none.json", file}, statusUsage, "none.json"},
		"nothing":         {nil, statusUsage, "which files?"},
		"does not parse":  {[]string{bad}, statusFailed, "[IDL2006]"},
		"the list":        {[]string{"--list"}, statusGood, "unused-include"},
		"the list, JSON":  {[]string{"--list", "--json"}, statusGood, `"name":"unused-include"`},
		"findings, SARIF": {[]string{"--sarif", file}, statusFailed, `"ruleId": "LINT3006"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dsom(t, "", append([]string{"idl", "lint"}, c.args...)...)
			if got.status != c.status || !strings.Contains(got.out+got.err, c.want) {
				t.Errorf("got status %d, want %d with %q\n%s%s", got.status, c.status, c.want, got.out, got.err)
			}
		})
	}
}

func TestIDLExplain(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"IDL3001": "typedef", "idl2007": "semicolon", "LINT4001": "#include", "unused-include": "LINT4001", "member-added": "CDR has no marks", "GO1001": "--go-package",
	} {
		if got := dsom(t, "", "idl", "explain", code); got.status != 0 || !strings.Contains(strings.ToLower(got.out), strings.ToLower(want)) {
			if code != "IDL3001" || !strings.Contains(got.out, "interface I { void f(in Acount a); };") {
				t.Errorf("%s: got %+v", code, got)
			}
		}
	}
	if got := dsom(t, "", "idl", "explain", "IDL300"); got.status != statusUsage || !strings.Contains(got.err, "did you mean") {
		t.Errorf("got %+v", got)
	}
	var all []explanation
	got := dsom(t, "", "idl", "explain", "--json", "IDL3001", "member-added")
	if err := json.Unmarshal([]byte(got.out), &all); err != nil || len(all) != 2 || all[0].Severity != "error" || all[0].Example == "" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, e := range codeTable() {
		if x, ok := explainCode(string(e.Code)); !ok || x.Explanation == "" {
			t.Errorf("%s is not explained", e.Code)
		}
	}
	for _, r := range lint.Rules() {
		if _, ok := explainCode(r.Name); !ok {
			t.Errorf("%s is not explained", r.Name)
		}
	}
}

// TestIDLCheckForms holds the other forms in which messages are shown.
func TestIDLCheckForms(t *testing.T) {
	t.Parallel()
	bad := write(t, t.TempDir(), "bad.idl", "interface I { void f(in Nothing x); };\n")
	var log struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID, Level string
				Locations     []struct {
					PhysicalLocation struct {
						Region struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	got := dsom(t, "", "idl", "check", "--sarif", bad)
	if err := json.Unmarshal([]byte(got.out), &log); err != nil || got.status != statusFailed || log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if r := log.Runs[0].Results[0]; r.RuleID != "IDL3001" || r.Level != "error" || r.Locations[0].PhysicalLocation.Region.StartColumn != 25 {
		t.Errorf("got %+v", r)
	}
	if got := dsom(t, "", "idl", "check", "--color=always", bad); !strings.Contains(got.out, "\x1b[1;31merror\x1b[0m") {
		t.Errorf("got %q", got.out)
	}
	for _, args := range [][]string{{"--color=never"}, {"--color=auto"}, {"--no-color"}, nil} {
		if got := dsom(t, "", append([]string{"idl", "check", bad}, args...)...); strings.Contains(got.out, "\x1b") {
			t.Errorf("%v: got %q", args, got.out)
		}
	}
}
