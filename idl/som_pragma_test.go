package idl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// TestPragmaModifiers holds that #pragma modifier does for classes, and for what they declare and inherit, what the same modifier
// does in an implementation section.
func TestPragmaModifiers(t *testing.T) {
	t.Parallel()
	const class = `#include <somcls.idl>
interface M : SOMClass { implementation { majorversion = 1; }; };
module Zoo { interface A : SOMObject { void walk(); implementation { releaseorder: walk; }; };
interface C : A {
  attribute long age; void f(in string s); void g(); typedef SOMFOREIGN T;
  %s
};
};
%s`
	for _, c := range []struct{ section, pragma string }{
		{"metaclass = M;", "Zoo::C: metaclass = M"},
		{"metaclass = M;", "metaclass = M: Zoo::C"},
		{"metaclass = M;", "Zoo::C: metaclass = M;"},
		{"majorversion = 2; minorversion = 3;", "Zoo::C: majorversion = 2, minorversion = 3"},
		{`releaseorder: g, f, _get_age, _set_age;`, `Zoo::C: releaseorder = "g,f,_get_age,_set_age"`},
		{`callstyle = oidl;`, "::Zoo::C: callstyle = oidl"},
		{`directinitclasses = "A"; filestem = c; dllname = "c.dll";`, `Zoo::C: directinitclasses = "A", filestem = c, dllname = "c.dll"`},
		{"ours = 1;", "Zoo::C: ours = 1"},
		{"f: nooverride;", "Zoo::C::f: nooverride"},
		{"f: object_owns_parameters = s;", "Zoo::C::f: object_owns_parameters = s"},
		{"walk: override;", "Zoo::C::walk: override"},
		{"somDefaultInit: override, init;", "Zoo::C::somDefaultInit: override, init"},
		{"age: nodata;", "nodata: Zoo::C::age"},
		{"_set_age: nooverride;", "Zoo::C::_set_age: nooverride"},
		{"T: impctx = C;", "Zoo::C::T: impctx = C"},
	} {
		want := describeText(t, fmt.Sprintf(class, "implementation { "+c.section+" };", ""))
		for name, text := range map[string]string{
			"beside a section":     fmt.Sprintf(class, "implementation { };", "#pragma modifier "+c.pragma+"\n"),
			"without one":          fmt.Sprintf(class, "", "#pragma modifier "+c.pragma+"\n"),
			"in the class, before": fmt.Sprintf(class, "\n#pragma modifier "+strings.ReplaceAll(c.pragma, "Zoo::C::", "")+"\nimplementation { };", ""),
		} {
			if name == "without one" && (strings.Contains(c.pragma, "C::") || strings.Contains(c.pragma, "ours")) {
				continue // nothing says that it is a class
			}
			if got := describeText(t, text); got != want {
				t.Errorf("%s %s: got\n%s\nwant\n%s", c.pragma, name, got, want)
			}
		}
	}
}

// describeText describes the class C of a text, which has to be without errors and warnings.
func describeText(t *testing.T, text string) string {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}}, "a.idl")
	if all := show(t, r); err != nil || all != "" {
		t.Errorf("%s in\n%s", all, text)
		return ""
	}
	var b strings.Builder
	for d := range r.Spec.All() {
		i, ok := d.(*model.Interface)
		if !ok || i.Name != "C" {
			continue
		}
		describeClass(&b, i)
		for _, d := range i.Decls {
			fmt.Fprintln(&b, d.About().Name, modifiersOf(d.About().Modifiers))
		}
	}
	return b.String()
}
