package idl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
)

// TestHostileSOM holds that large and malicious SOM IDL ends within bounds, with the
// diagnostic that names the bound where there is one.
func TestHostileSOM(t *testing.T) {
	t.Parallel()
	const root = "interface SOMObject { void go(); };\n"
	class := func(body string) string {
		return root + "interface C : SOMObject { implementation {\n" + body + "\n}; };\n"
	}
	many := func(n int, format, between string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteString(between)
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	methods := func(n int, of string) string {
		return "interface " + of + " {" + many(n, "void m%d();", " ") + "\n"
	}
	for name, c := range map[string]struct{ text, want string }{
		"stars":             {"#pragma somemittypes on\ntypedef long " + strings.Repeat("*", 1<<18) + "p;", "IDL1006"},
		"stars of a result": {class("n;") + "interface D { long " + strings.Repeat("*", 1<<18) + "f(); };", "IDL1006"},
		"scopes":            {class("a" + strings.Repeat("::a", 1<<17) + ": b;"), "IDL1006"},
		"parentheses":       {class("a = " + strings.Repeat("(", 1<<18) + ";"), "IDL4001"},
		"open section":      {class(strings.Repeat("x;", 1<<16) + "{{{{"), "IDL4001"},
		"product":           {class(many(600, "l%d", ",") + ":" + many(600, "nocall%d", ",") + ", nocall;"), "IDL4003"},
		"modifiers":         {class(many(20_000, "m%d = v;", "\n")), ""},
		"of one method":     {root + "interface C : SOMObject { void f(); implementation { f: " + many(20_000, "m%d = v", ",") + "; }; };", ""},
		"release order":     {class("releaseorder: " + many(20_000, "p%d", ",") + ";"), ""},
		"overrides":         {methods(5_000, "SOMObject") + "};\ninterface C : SOMObject { implementation { override: " + many(5_000, "m%d", ",") + "; }; };", ""},
		"wrong overrides":   {methods(5_000, "SOMObject") + "};\ninterface C : SOMObject { implementation { override: " + many(5_000, "n%d", ",") + "; }; };", "IDL4005"},
		"not released":      {methods(5_000, "SOMObject") + "implementation { releaseorder: " + many(5_000, "mm%d", ",") + "; }; };", "IDL4105"},
		"classes":           {root + many(3_000, "interface C%d : SOMObject { implementation { go: override; long n; }; };", "\n"), ""},
		"variables":         {class(many(20_000, "long v%d;", "\n")), ""},
		"passthru":          {class("passthru C_h = " + strings.Repeat("\"x\"\n", 50_000) + ";"), ""},
		"pragmas":           {root + strings.Repeat("#pragma modifier SOMObject: impctx = C\n", 5_000), ""},
		"values":            {class("a = " + strings.Repeat("b.", 1<<17) + "c;"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"a.idl": c.text}, Dialect: idl.SOM}, "a.idl")
			got := map[diag.Code]bool{}
			for _, d := range r.Report.All() {
				got[d.Code] = true
			}
			if c.want == "" && len(got) > 0 || c.want != "" && !got[diag.Code(c.want)] {
				t.Errorf("got %v, want %q", got, c.want)
			}
		})
	}
}
