package idl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// FuzzSOM compiles any text as SOM IDL: there is no panic and no hang, what comes of it can be
// asked for what follows from its classes, and what is printed means the same.
func FuzzSOM(f *testing.F) {
	for _, c := range readCases(f) {
		if strings.HasPrefix(c.name, "som-") {
			f.Add(strings.ReplaceAll(c.text, "#include <somobj.idl>\n", ""))
		}
	}
	limits := idl.Limits{FileSize: 1 << 16, IncludeDepth: 5, Includes: 50, Expansion: 2000, Nesting: 40, Operators: 100, Tokens: 50_000}
	const head = "interface SOMClass; typedef void *somToken; typedef somToken SOMFOREIGN; typedef SOMFOREIGN FILE; typedef long int;\n" +
		"struct somInitCtrl { long n; }; interface SOMObject { void somInit(); void somDefaultInit(inout somInitCtrl c); };\n"
	f.Fuzz(func(t *testing.T, text string) {
		timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs on %q", text)) })
		defer timer.Stop()
		files := filesOf(text)
		files["head.idl"] = head
		files["main.idl"] = "#include \"head.idl\"\n" + files["example.idl"]
		o := idl.Options{Resolver: files, Limits: limits, Dialect: idl.SOM}
		r, _ := idl.Compile(context.Background(), o, "main.idl")
		if has(r.Report, idl.CodeInternal) {
			t.Fatalf("%s", show(t, r))
		}
		if r.Spec == nil {
			return
		}
		checkSerialises(t, r.Spec)
		for d := range r.Spec.All() {
			if i, ok := d.(*model.Interface); ok {
				var b strings.Builder
				describeClass(&b, i)
			}
		}
		printed := syntax.Print(r.Tree, r.Tree.Files[0])
		o.Resolver = replaced{o.Resolver, "main.idl", printed}
		again, err := idl.Compile(context.Background(), o, "main.idl")
		if err != nil {
			t.Fatalf("what was printed does not compile:\n%s\n%s", show(t, again), printed)
		}
		if diff := cmp.Diff(meaning(t, r.Spec), meaning(t, again.Spec)); diff != "" {
			t.Fatalf("what was printed means something else (-was +is):\n%s\n%s", diff, printed)
		}
		if twice := syntax.Print(again.Tree, again.Tree.Files[0]); twice != printed {
			t.Fatalf("printing twice differs:\n%s", cmp.Diff(printed, twice))
		}
	})
}
