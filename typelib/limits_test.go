package typelib_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// TestLimits holds that what is too large is refused when it is written, by the name of the limit.
func TestLimits(t *testing.T) {
	t.Parallel()
	const impl = " implementation { majorversion = 1; }; };\n"
	text := func(write func(b *strings.Builder)) string {
		var b strings.Builder
		b.WriteString("#include <somobj.idl>\n")
		write(&b)
		return b.String()
	}
	for name, c := range map[string]struct{ text, want string }{
		"depth": {text(func(b *strings.Builder) {
			b.WriteString("interface C0 : SOMObject {" + impl)
			for i := 1; i <= typelib.MaxDepth; i++ {
				fmt.Fprintf(b, "interface C%d : C%d {%s", i, i-1, impl)
			}
		}), "limit typelib-depth"},
		"size": {text(func(b *strings.Builder) {
			b.WriteString("interface C : SOMObject {\nvoid f();\n// " + strings.Repeat("x", typelib.MaxSize) + "\n" + impl)
		}), "limit typelib-size"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := typelib.Append(nil, source(t, c.text), typelib.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestNodes holds that whatever is declared counts.
func TestNodes(t *testing.T) {
	t.Parallel()
	spec := source(t, "#include <somobj.idl>\ninterface C : SOMObject { enum E { a }; implementation { majorversion = 1; }; };\n")
	e := spec.Lookup("C::E").(*model.Enum)
	for range typelib.MaxNodes {
		e.Enumerators = append(e.Enumerators, e.Enumerators[0])
	}
	if _, err := typelib.Append(nil, spec, typelib.Options{}); err == nil || !strings.Contains(err.Error(), "limit typelib-nodes") {
		t.Errorf("got %v", err)
	}
}

// TestText holds that a text which is there once and used often counts as often.
func TestText(t *testing.T) {
	t.Parallel()
	spec := source(t, "#include <somobj.idl>\ninterface C : SOMObject { void f(in long a, in long b, in long c); implementation { majorversion = 1; }; };\n")
	long := model.Comments{{Text: "// " + strings.Repeat("x", 1<<20)}}
	f := spec.Lookup("C::f").(*model.Operation)
	for range typelib.MaxText>>20 - 3 {
		f.Doc = append(f.Doc, long...)
	}
	if _, err := typelib.Append(nil, spec, typelib.Options{}); err != nil {
		t.Error(err)
	}
	for _, p := range f.Params {
		p.Doc = long
	}
	if _, err := typelib.Append(nil, spec, typelib.Options{}); err == nil || !strings.Contains(err.Error(), "limit typelib-text") {
		t.Errorf("got %v", err)
	}
}
