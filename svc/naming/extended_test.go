package naming_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/svc/naming/tree"
	"github.com/opendsom/dsom/typecode"
)

// property makes a property of a Go value, by its type.
func property(name string, v any) extendednaming.Property {
	tc := map[string]*typecode.TypeCode{
		"string": typecode.String, "int32": typecode.Long, "int": typecode.LongLong, "uint64": typecode.ULongLong, "float64": typecode.Double,
		"bool": typecode.Boolean, "[]any": typecode.Sequence(typecode.Long, 0), "[]interface {}": typecode.Sequence(typecode.Long, 0),
	}[fmt.Sprintf("%T", v)]
	a, err := dyn.Of(tc, v)
	if err != nil {
		panic(err)
	}
	return extendednaming.Property{Binding: extendednaming.PropertyBinding{PropertyName: name}, Value: a}
}

func properties(kv ...any) (list extendednaming.PropertyList) {
	for i := 0; i < len(kv); i += 2 {
		list = append(list, property(kv[i].(string), kv[i+1]))
	}
	return list
}

// propertiesText writes properties in a line.
func propertiesText(list extendednaming.PropertyList) string {
	var all []string
	for _, p := range list {
		b, err := dyn.MarshalJSON(p.Value)
		if err != nil {
			panic(err)
		}
		all = append(all, p.Binding.PropertyName+"="+string(b))
	}
	return strings.Join(all, " ")
}

func extended(o any) extendednaming.ExtendedNamingContext {
	return extendednaming.ExtendedNamingContextClass.Unchecked(o.(orb.Object))
}

// extendedOutcome is outcome, with the exceptions of contexts with properties.
func extendedOutcome(err error) string {
	var missing *extendednaming.ExtendedNamingContext_PropertyNotFound
	switch {
	case errors.As(err, &missing):
		return "no property " + strings.Join(missing.PropertyName, " ")
	case errors.As(err, new(*extendednaming.ExtendedNamingContext_InvalidPropertyName)):
		return "invalid property"
	case errors.As(err, new(*extendednaming.ExtendedNamingContext_ConflictingPropertyName)):
		return "conflicting property"
	case errors.As(err, new(*extendednaming.ExtendedNamingContext_IllegalConstraintExpression)):
		return "illegal constraint"
	case errors.As(err, new(*extendednaming.ExtendedNamingContext_BindingNotFound)):
		return "no binding"
	case errors.As(err, new(*extendednaming.ExtendedNamingContext_NotSupported)):
		return "not supported"
	}
	return outcome(err)
}

// park makes cars/{1,2,3}, cars/old/4 and boats/1 with properties, below the root.
func (p *place) park(t testing.TB) extendednaming.ExtendedNamingContext {
	t.Helper()
	ctx, x := t.Context(), extended(p.root)
	for _, n := range []string{"cars", "cars/old", "boats"} {
		if _, err := p.root.BindNewContext(ctx, name(n)); err != nil {
			t.Fatal(err)
		}
	}
	for n, props := range map[string]extendednaming.PropertyList{
		"cars/1":     properties("class", "Car", "alias", "east", "speed", int32(120), "secure", true),
		"cars/2":     properties("class", "Car", "alias", "west", "speed", 99.5),
		"cars/3":     properties("class", "_ANY", "alias", "north", "host", "localhost"),
		"cars/old/4": properties("class", "Car", "alias", "east", "big", uint64(1<<63), "list", []any{int32(1), int32(2)}),
		"boats/1":    properties("class", "Boat", "alias", "east"),
	} {
		if err := x.BindWithProperties(ctx, name(n), p.object(n), props); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func TestFind(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	x := p.park(t)
	if err := p.root.BindContext(t.Context(), name("cars/old/up"), p.root); err != nil { // a circle
		t.Fatal(err)
	}
	for _, c := range []struct {
		constraint string
		distance   uint32
		want       string
	}{
		{"class=='Car' and alias=='east'", 2, "cars/1 cars/old/4"},
		{"class=='Car' and alias=='east'", 1, "cars/1"},
		{"class=='Car' and alias=='east'", 0, ""},
		{"class=='Car'", 1<<32 - 1, "cars/1 cars/2 cars/3 cars/old/4"},
		{"class=='Boat'", 9, "boats/1 cars/3"},
		{"speed > 99 and speed < 120", 9, "cars/2"},
		{"speed >= 120", 9, "cars/1"},
		{"secure", 9, "cars/1"},
		{"host=='_LOCAL'", 9, "cars/3"},
		{"big > 9223372036854775807", 9, "cars/old/4"},
		{"exist list and not exist speed", 9, "cars/old/4"},
		{"not exist class", 9, "boats cars cars/old cars/old/up"},
	} {
		list, it, err := x.FindAll(t.Context(), c.constraint, c.distance, 100)
		if got := strings.Join(texts(list), " "); err != nil || it != nil || got != c.want {
			t.Errorf("%s, %d: got %q, %v, %v, want %q", c.constraint, c.distance, got, it, err, c.want)
		}
		b, err := x.FindAnyNameBinding(t.Context(), c.constraint, c.distance)
		if first, _, _ := strings.Cut(c.want, " "); c.want == "" && extendedOutcome(err) != "no binding" || c.want != "" && (err != nil || text(b.BindingName) != first) {
			t.Errorf("%s, %d: got %s, %v", c.constraint, c.distance, text(b.BindingName), err)
		}
		o, err := x.FindAny(t.Context(), c.constraint, c.distance)
		if c.want == "" {
			if extendedOutcome(err) != "no binding" {
				t.Errorf("%s: got %v, %v", c.constraint, o, err)
			}
			continue
		}
		want, _ := p.root.Resolve(t.Context(), b.BindingName)
		if err != nil || !orb.Same(o, want) {
			t.Errorf("%s: got %v, %v, want %v", c.constraint, o, err, want)
		}
	}
	for _, bad := range []string{"", "class='Car'", strings.Repeat("(", 5000)} {
		if _, err := x.FindAny(t.Context(), bad, 1); extendedOutcome(err) != "illegal constraint" {
			t.Errorf("%.20q: got %v", bad, err)
		}
	}
}

// TestFindPages walks over what was found by the iterator.
func TestFindPages(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	x := p.park(t)
	for _, first := range []uint32{0, 1, 3, 4} {
		list, it, err := x.FindAll(t.Context(), "class=='Car'", 9, first)
		if err != nil || len(list) != int(first) || (it == nil) != (first == 4) {
			t.Fatalf("%d: got %d, %v, %v", first, len(list), it, err)
		}
		for more := it != nil; more; {
			var b cosnaming.Binding
			if more, b, err = it.NextOne(t.Context()); err != nil {
				t.Fatal(err)
			}
			if more {
				list = append(list, b)
			}
		}
		if got := strings.Join(texts(list), " "); got != "cars/1 cars/2 cars/3 cars/old/4" {
			t.Errorf("%d: got %s", first, got)
		}
		if it == nil {
			continue
		}
		if more, rest, err := it.NextN(t.Context(), 5); err != nil || more || len(rest) > 0 {
			t.Errorf("behind the end: got %v, %d, %v", more, len(rest), err)
		}
		if _, _, err := it.NextN(t.Context(), 0); outcome(err) != "BAD_PARAM" {
			t.Errorf("next_n(0): got %v", err)
		}
		if err := it.Destroy(t.Context()); err != nil {
			t.Error(err)
		}
		if _, _, err := it.NextOne(t.Context()); outcome(err) != "OBJECT_NOT_EXIST" {
			t.Errorf("destroyed: got %v", err)
		}
	}
}

// TestProperties calls every operation on properties, and meets every exception: here, and through a name that leads
// into another service, where the same must happen.
func TestProperties(t *testing.T) {
	t.Parallel()
	const all = `alias="east" class="Car" secure=true speed=120`
	many := make(extendednaming.PropertyList, tree.MaxProperties+1)
	for i := range many {
		many[i] = property(fmt.Sprintf("p%d", i), "x")
	}
	type env struct {
		*place
		x extendednaming.ExtendedNamingContext
		n func(string) cosnaming.Name // a name in the service that has it
	}
	for what, c := range map[string]struct {
		do   func(context.Context, env) error
		want string
		left string // properties of cars/1 afterwards; "": as before
	}{
		"add one": {func(ctx context.Context, e env) error { return e.x.AddProperty(ctx, e.n("cars/1"), property("a", "b")) }, "ok", `a="b" ` + all},
		"add one again": {func(ctx context.Context, e env) error {
			return e.x.AddProperty(ctx, e.n("cars/1"), property("speed", "b"))
		}, "ok", `alias="east" class="Car" secure=true speed="b"`},
		"add some": {func(ctx context.Context, e env) error {
			return e.x.AddProperties(ctx, e.n("cars/1"), properties("z", 1.5, "speed", false))
		}, "ok", `alias="east" class="Car" secure=true speed=false z=1.5`},
		"add none": {func(ctx context.Context, e env) error { return e.x.AddProperties(ctx, e.n("cars/1"), nil) }, "ok", ""},
		"add two of a name": {func(ctx context.Context, e env) error {
			return e.x.AddProperties(ctx, e.n("cars/1"), properties("z", 1.5, "z", false))
		}, "conflicting property", ""},
		"add an invalid one": {func(ctx context.Context, e env) error {
			return e.x.AddProperty(ctx, e.n("cars/1"), property("a b", "b"))
		}, "invalid property", ""},
		"add one without": {func(ctx context.Context, e env) error { return e.x.AddProperty(ctx, e.n("cars/1"), property("", "b")) }, "invalid property", ""},
		"add too many":    {func(ctx context.Context, e env) error { return e.x.AddProperties(ctx, e.n("cars/1"), many) }, "IMP_LIMIT", ""},
		"add one too many": {func(ctx context.Context, e env) error {
			return e.x.AddProperties(ctx, e.n("cars/1"), many[:tree.MaxProperties-3])
		}, "IMP_LIMIT", ""},
		"add too long ones": {func(ctx context.Context, e env) error {
			return e.x.AddProperty(ctx, e.n("cars/1"), property("a", strings.Repeat("x", tree.MaxPropertyOctets)))
		}, "IMP_LIMIT", ""},
		"add to nothing": {func(ctx context.Context, e env) error {
			return e.x.AddProperty(ctx, e.n("cars/none"), property("a", "b"))
		}, "missing_node none", ""},
		"add below nothing": {func(ctx context.Context, e env) error { return e.x.AddProperty(ctx, e.n("none/x"), property("a", "b")) }, "missing_node none/x", ""},
		"add to a context":  {func(ctx context.Context, e env) error { return e.x.AddProperty(ctx, e.n("cars"), property("a", "b")) }, "ok", ""},
		"remove one":        {func(ctx context.Context, e env) error { return e.x.RemoveProperty(ctx, e.n("cars/1"), "speed") }, "ok", `alias="east" class="Car" secure=true`},
		"remove some": {func(ctx context.Context, e env) error {
			return e.x.RemoveProperties(ctx, e.n("cars/1"), []string{"speed", "alias"})
		}, "ok", `class="Car" secure=true`},
		"remove none": {func(ctx context.Context, e env) error { return e.x.RemoveProperties(ctx, e.n("cars/1"), nil) }, "ok", ""},
		"remove another": {func(ctx context.Context, e env) error {
			return e.x.RemoveProperties(ctx, e.n("cars/1"), []string{"speed", "none"})
		}, "no property none", ""},
		"remove all": {func(ctx context.Context, e env) error { return e.x.RemoveAllProperties(ctx, e.n("cars/1")) }, "ok", "none"},
		"bind a bound name": {func(ctx context.Context, e env) error {
			return e.x.BindWithProperties(ctx, e.n("cars/1"), e.object("x"), nil)
		}, "already bound", ""},
		"bind invalid": {func(ctx context.Context, e env) error {
			return e.x.BindWithProperties(ctx, e.n("cars/9"), e.object("x"), properties("1", "x"))
		}, "invalid property", ""},
		"rebind with": {func(ctx context.Context, e env) error {
			return e.x.RebindWithProperties(ctx, e.n("cars/1"), e.object("x"), properties("n", "x"))
		}, "ok", `n="x"`},
		"rebind with none": {func(ctx context.Context, e env) error {
			return e.x.RebindWithProperties(ctx, e.n("cars/1"), e.object("x"), nil)
		}, "ok", "none"},
		"rebind without": {func(ctx context.Context, e env) error { return e.x.Rebind(ctx, e.n("cars/1"), e.object("x")) }, "ok", ""},
		"bind a context": {func(ctx context.Context, e env) error {
			return e.x.BindContextWithProperties(ctx, e.n("cars/9"), extended(e.root), properties("n", "x"))
		}, "ok", ""},
		"bind no context": {func(ctx context.Context, e env) error {
			return e.x.BindContextWithProperties(ctx, e.n("cars/9"), nil, nil)
		}, "BAD_PARAM", ""},
		"rebind a context": {func(ctx context.Context, e env) error {
			return first(e.x.RebindContextWithProperties(ctx, e.n("cars/old"), extended(e.root), properties("n", "x")), func() error {
				_, err := e.x.GetProperty(ctx, e.n("cars/old"), "n")
				return err
			})
		}, "ok", ""},
		"rebind an object as a context": {func(ctx context.Context, e env) error {
			return e.x.RebindContextWithProperties(ctx, e.n("cars/1"), extended(e.root), nil)
		}, "not_context 1", ""},
		"get one": {func(ctx context.Context, e env) error {
			prop, err := e.x.GetProperty(ctx, e.n("cars/1"), "speed")
			if got := propertiesText(extendednaming.PropertyList{prop}); err == nil && got != "speed=120" {
				return errors.New(got)
			}
			return err
		}, "ok", ""},
		"get another": {func(ctx context.Context, e env) error {
			_, err := e.x.GetProperty(ctx, e.n("cars/1"), "none")
			return err
		}, "no property none", ""},
		"get some": {func(ctx context.Context, e env) error {
			list, more, err := e.x.GetProperties(ctx, e.n("cars/1"), 9, []string{"speed", "class"})
			if got := propertiesText(list); err == nil && (got != `speed=120 class="Car"` || more != nil) {
				return errors.New(got)
			}
			return err
		}, "ok", ""},
		"get none": {func(ctx context.Context, e env) error {
			list, more, err := e.x.GetProperties(ctx, e.n("cars/1"), 9, nil)
			if err == nil && (len(list) != 0 || more != nil) {
				return errors.New("some")
			}
			return err
		}, "ok", ""},
		"list": {func(ctx context.Context, e env) error {
			list, more, err := e.x.ListProperties(ctx, e.n("cars/1"), 9)
			if err == nil && (len(list) != 4 || list[0].PropertyName != "alias" || more != nil) {
				return fmt.Errorf("%v", list)
			}
			return err
		}, "ok", ""},
		"list of nothing": {func(ctx context.Context, e env) error {
			_, _, err := e.x.ListProperties(ctx, e.n("none"), 9)
			return err
		}, "missing_node none", ""},
		"resolve with one": {func(ctx context.Context, e env) error {
			o, v, err := e.x.ResolveWithProperty(ctx, e.n("cars/1"), "alias")
			if err == nil && (v.Value() != "east" || !orb.Same(o, e.object("cars/1"))) {
				return fmt.Errorf("%v, %v", o, v)
			}
			return err
		}, "ok", ""},
		"resolve with another": {func(ctx context.Context, e env) error {
			_, _, err := e.x.ResolveWithProperty(ctx, e.n("cars/1"), "none")
			return err
		}, "no property none", ""},
		"resolve with some": {func(ctx context.Context, e env) error {
			o, list, more, err := e.x.ResolveWithProperties(ctx, e.n("cars/1"), 9, []string{"alias"})
			if err == nil && (propertiesText(list) != `alias="east"` || more != nil || !orb.Same(o, e.object("cars/1"))) {
				return fmt.Errorf("%v, %v", o, list)
			}
			return err
		}, "ok", ""},
		"resolve with all": {func(ctx context.Context, e env) error {
			o, list, more, err := e.x.ResolveWithAllProperties(ctx, e.n("cars/1"), 9)
			if err == nil && (propertiesText(list) != all || more != nil || !orb.Same(o, e.object("cars/1"))) {
				return fmt.Errorf("%v, %v", o, list)
			}
			return err
		}, "ok", ""},
		"share": {func(ctx context.Context, e env) error {
			return e.x.ShareProperty(ctx, e.n("cars/1"), e.x, e.n("cars/2"), "alias")
		}, "not supported", ""},
		"unshare": {func(ctx context.Context, e env) error {
			return e.x.UnshareProperties(ctx, e.n("cars/1"), []string{"alias"})
		}, "not supported", ""},
		"index": {func(ctx context.Context, e env) error {
			return e.x.AddIndex(ctx, extendednaming.IndexDescriptor{PropertyName: "class", PropertyType: typecode.String})
		}, "not supported", ""},
		"indexes": {func(ctx context.Context, e env) error {
			list, more, err := e.x.ListIndexes(ctx, 9)
			if err == nil && (len(list) > 0 || more != nil) {
				return errors.New("some")
			}
			return err
		}, "ok", ""},
		"allowed": {func(ctx context.Context, e env) error {
			types, err := e.x.AllowedPropertyTypes(ctx)
			if err == nil && len(types) > 0 {
				return errors.New("some")
			}
			return err
		}, "ok", ""},
	} {
		for _, far := range []bool{false, true} {
			t.Run(fmt.Sprint(what, ", far ", far), func(t *testing.T) {
				t.Parallel()
				p := serve(t, nil)
				p.park(t)
				e := env{p, extended(p.root), name}
				if far {
					near := serve(t, nil)
					if err := near.root.BindContext(t.Context(), name("far"), p.root); err != nil {
						t.Fatal(err)
					}
					e.x, e.n = extended(near.root), func(n string) cosnaming.Name { return name("far/" + n) }
				}
				got := extendedOutcome(c.do(t.Context(), e))
				if far && c.want == "IMP_LIMIT" && got == "cannot proceed cars/1" { // as with all system exceptions there
					got = c.want
				}
				if got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
				list, _, err := extended(p.root).GetAllProperties(t.Context(), name("cars/1"), 100)
				want := c.left
				switch want {
				case "":
					want = all
				case "none":
					want = ""
				}
				if got := propertiesText(list); err != nil || got != want {
					t.Errorf("left: %s, %v, want %s", got, err, want)
				}
			})
		}
	}
}

// TestPropertyPages walks over properties by the iterators.
func TestPropertyPages(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	x := p.park(t)
	ctx := t.Context()
	list, it, err := x.GetAllProperties(ctx, name("cars/1"), 1)
	if err != nil || len(list) != 1 || it == nil {
		t.Fatalf("got %v, %v, %v", list, it, err)
	}
	more, one, err := it.NextOne(ctx)
	if err != nil || !more {
		t.Fatal(more, err)
	}
	more, rest, err := it.NextN(ctx, 1000)
	if got := propertiesText(append(append(list, one), rest...)); err != nil || !more || got != `alias="east" class="Car" secure=true speed=120` {
		t.Errorf("got %s, %v, %v", got, more, err)
	}
	if more, _, err := it.NextOne(ctx); more || err != nil {
		t.Errorf("behind the end: %v, %v", more, err)
	}
	if err := it.Destroy(ctx); err != nil {
		t.Error(err)
	}
	names, names2, err := x.ListProperties(ctx, name("cars/1"), 0)
	if err != nil || len(names) != 0 || names2 == nil {
		t.Fatalf("got %v, %v, %v", names, names2, err)
	}
	if more, list, err := names2.NextN(ctx, 3); err != nil || !more || len(list) != 3 || list[2].PropertyName != "secure" {
		t.Errorf("got %v, %v, %v", more, list, err)
	}
	if more, b, err := names2.NextOne(ctx); err != nil || !more || b.PropertyName != "speed" {
		t.Errorf("got %v, %v, %v", more, b, err)
	}
	if more, _, err := names2.NextOne(ctx); err != nil || more {
		t.Errorf("behind the end: %v, %v", more, err)
	}
}

// TestPropertiesAreKept opens the state again, and holds that writers are asked who they are.
func TestPropertiesAreKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dsom.db")
	s := openStore(t, path)
	p := serve(t, func(c *naming.Config, _ *orb.Config) { c.Store = s })
	p.park(t)
	stop(t, p.server)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p = serve(t, func(c *naming.Config, _ *orb.Config) {
		c.Store = openStore(t, path)
		c.MayWrite = func(context.Context) error { return errors.New("nobody may") }
	})
	x := extended(p.root)
	list, _, err := x.GetAllProperties(t.Context(), name("cars/old/4"), 100)
	if got := propertiesText(list); err != nil || got != `alias="east" big="9223372036854775808" class="Car" list=[1,2]` {
		t.Errorf("got %s, %v", got, err)
	}
	ctx := t.Context()
	for what, err := range map[string]error{
		"add":            x.AddProperty(ctx, name("cars/1"), property("a", "b")),
		"add some":       x.AddProperties(ctx, name("cars/1"), properties("a", "b")),
		"remove":         x.RemoveProperty(ctx, name("cars/1"), "alias"),
		"remove some":    x.RemoveProperties(ctx, name("cars/1"), []string{"alias"}),
		"remove all":     x.RemoveAllProperties(ctx, name("cars/1")),
		"bind":           x.BindWithProperties(ctx, name("new"), nil, nil),
		"rebind":         x.RebindWithProperties(ctx, name("cars/1"), nil, nil),
		"bind context":   x.BindContextWithProperties(ctx, name("new"), x, nil),
		"rebind context": x.RebindContextWithProperties(ctx, name("cars"), x, nil),
	} {
		if outcome(err) != "NO_PERMISSION" {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if found, _, err := x.FindAll(ctx, "class=='Car'", 9, 100); err != nil || !slices.Equal(texts(found), []string{"cars/1", "cars/2", "cars/3", "cars/old/4"}) {
		t.Errorf("got %v, %v", texts(found), err)
	}
}

// TestTypes holds what clients are told of what a context is.
func TestTypes(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	nc, err := p.root.NewContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for what, o := range map[string]*orb.Ref{"root": orb.RefOf(p.root.(orb.Object)), "new": orb.RefOf(nc.(orb.Object)), "own": p.ref} {
		if what != "root" && o.TypeID() != cosnaming.NamingContextExtClass.Interface().ID {
			t.Errorf("%s: the reference says %s", what, o.TypeID())
		}
		for _, id := range []string{cosnaming.NamingContextExtClass.Interface().ID, cosnaming.NamingContextClass.Interface().ID, extendednaming.ExtendedNamingContextClass.Interface().ID} {
			if is, err := o.IsA(t.Context(), id); err != nil || !is {
				t.Errorf("%s: is a %s: %v, %v", what, id, is, err)
			}
		}
	}
}

// TestExactNumbers holds that numbers are compared as they are, also those that no double is.
func TestExactNumbers(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	fixed, err := cdr.ParseFixed("1.10")
	if err != nil {
		t.Fatal(err)
	}
	long := cdr.LongDoubleOf(new(big.Float).SetPrec(113).SetMantExp(big.NewFloat(1), 100))
	for name, v := range map[string]struct {
		tc    *typecode.TypeCode
		value any
	}{
		"big": {typecode.ULongLong, uint64(math.MaxUint64)}, "price": {typecode.Fixed(4, 2), fixed}, "long": {typecode.LongDouble, long},
		"endless": {typecode.LongDouble, cdr.LongDoubleOf(new(big.Float).SetInf(true))},
	} {
		a, err := dyn.Of(v.tc, v.value)
		if err != nil {
			t.Fatal(err)
		}
		list := extendednaming.PropertyList{{Binding: extendednaming.PropertyBinding{PropertyName: "n"}, Value: a}}
		if err := extended(p.root).BindWithProperties(t.Context(), cosnaming.Name{{Id: name}}, p.root.(orb.Object), list); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]string{
		"n==18446744073709551615": "big", "n==18446744073709551614": "", "n==1.1": "price", "n==1.1000000000000001": "",
		"n==1267650600228229401496703205376": "long", "n==1267650600228229401496703205377": "", "n<-1e308": "endless", "n>1 and n<2": "price",
	} {
		list, _, err := extended(p.root).FindAll(t.Context(), text, 0, 10)
		got := ""
		for _, b := range list {
			got += b.BindingName[0].Id
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}
