package cabi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/som"
)

func TestWhole(t *testing.T) {
	t.Parallel()
	wide := "{" + strings.TrimSuffix(strings.Repeat("double,", 10), ",") + "}"
	for operation, want := range map[string]string{
		"void f();":                        "v:/void()",
		"Wide f(in Wide w, inout Wide x);": "v:ppp/" + wide + "(" + wide + ",inout " + wide + ")",
		"sequence<Wide> f();":              "v:p/<" + wide + ">()",
		"Node f();":                        "v:p/{long,<^0>}()",
	} {
		m := methodsOf(t, fmt.Sprintf(kinds, operation, "f, "))["f"]
		got, ok := cabi.Whole(m)
		if !ok || got != want {
			t.Errorf("%s: %s, %t, want %s", operation, got, ok, want)
		}
		if _, err := som.ParseSignature(got); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
	}
	text := strings.Replace(kinds, "enum Tall", "exception Bad { Wide a, b, c, d, e, f; string s; };\nenum Tall", 1)
	raises := methodsOf(t, fmt.Sprintf(text, "void f() raises (Bad);", "f, "))["f"]
	if got, ok := cabi.Whole(raises); !ok || got != "v:/void()!IDL:Bad:1.0{"+strings.Repeat(wide+";", 6)+"string;" {
		t.Errorf("an exception is %s, %t", got, ok)
	}
}

// TestWholeEnds has structures of structures, each twice in the next, whose whole text would double with each.
func TestWholeEnds(t *testing.T) {
	t.Parallel()
	text := "#include <somobj.idl>\nstruct S0 { long a; };\n"
	for i := range 60 {
		text += fmt.Sprintf("struct S%d { S%d a, b; };\n", i+1, i)
	}
	text += "exception Bad { S60 a, b, c; };\ninterface Cat : SOMObject { S60 f(in S60 a, in sequence<S60> b) raises (Bad); implementation { releaseorder: f; }; };\n"
	m := methodsOf(t, text)["f"]
	if got, ok := cabi.Whole(m); ok || len(got) > 2*cabi.MaxWhole {
		t.Errorf("the whole is %d octets, %t", len(got), ok)
	}
	if len(cabi.Signature(m)) > 1000 {
		t.Errorf("the signature is %s", cabi.Signature(m))
	}
}
