package idl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/model"
)

// TestAnnotationsReachTheModel holds what emitters see of annotations: values evaluated, what
// declares them, and what they say of enumerators and flags.
func TestAnnotationsReachTheModel(t *testing.T) {
	t.Parallel()
	r := compile(t, `
const long N = 4;
enum Color { @value(10) RED, GREEN, @value(-1) BLUE };
@bit_bound(8) bitmask Rights { READ, @position(N + 1) WRITE, OWN };
@annotation level { enum Kind { LOW, HIGH }; Kind value default LOW; long n default 0; };
@mutable @level(HIGH) struct S {
  @id(N * 2) @default(GREEN) Color c;
  @default(0) @range(min = -1, max = 1.5) double d;
  sequence<@external long> e;
  @unheard(x = "text") long f; //@Key
};
union U switch (@key long) { case 1: @optional S s1; };
module T<typename X> { struct Holder { @key X x1; }; };
module T<Color> Made;
`)
	if r.Spec == nil {
		t.Fatal(show(t, r))
	}
	var b strings.Builder
	say := func(name string, as []model.Annotation) {
		for _, a := range as {
			fmt.Fprintf(&b, "%s: @%s of %q", name, a.Name, a.Decl)
			for _, p := range a.Params {
				fmt.Fprintf(&b, " %s=%s", p.Name, p.Value)
			}
			b.WriteString("\n")
		}
	}
	for _, e := range r.Spec.Lookup("Color").(*model.Enum).Enumerators {
		fmt.Fprintf(&b, "%s: %d\n", e.Name, e.Number())
	}
	for _, f := range r.Spec.Lookup("Rights").(*model.Bitmask).Flags {
		fmt.Fprintf(&b, "%s: bit %d\n", f.Name, f.Position)
	}
	s := r.Spec.Lookup("S").(*model.Struct)
	say("S", s.Annotations)
	for _, m := range s.Members {
		say(m.Name, m.Annotations)
		if m.Type.Elem != nil {
			say("element of "+m.Name, m.Type.Elem.Annotations)
		}
	}
	u := r.Spec.Lookup("U").(*model.Union)
	say("discriminator", u.Discriminator.Annotations)
	say("s1", u.Cases[0].Annotations)
	in := r.Spec.Lookup("Made::Holder").(*model.Struct)
	say("x1", in.Members[0].Annotations)
	fmt.Fprintf(&b, "%s: %s %s\n", in.ScopedName(), in.Members[0].Type.Qualified(), in.ID)
	const want = `RED: 10
GREEN: 11
BLUE: -1
READ: bit 0
WRITE: bit 5
OWN: bit 6
S: @mutable of "mutable"
S: @level of "@level" ="HIGH"
c: @id of "id" =8
c: @default of "default" =::GREEN
d: @default of "default" =0.0
d: @range of "range" min=-1.0 max=1.5
element of e: @external of "external"
f: @unheard of "" x="text"
f: @key of "key"
discriminator: @key of "key"
s1: @optional of "optional"
x1: @key of "key"
Made::Holder: ::Color IDL:Made/Holder:1.0
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
