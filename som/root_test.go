package som_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
)

// TestRelease holds the roots to what IBM shipped: testdata has the rows of the interface repository of
// SOM 3.0, names, parents, versions and release orders.
func TestRelease(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/som-classes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var m som.Manager
	rows := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")[1:]
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		col := strings.Split(row, "\t")
		c, err := m.Find(strings.TrimPrefix(col[1], "::"), som.Version{})
		if err != nil {
			t.Error(err)
			continue
		}
		var parents, methods []string
		for _, p := range c.Parents() {
			parents = append(parents, "::"+p.Name())
		}
		for _, m := range c.Introduced() {
			methods = append(methods, m.Name())
		}
		for _, x := range []struct{ what, got, want string }{
			{"parents", strings.Join(parents, ","), col[2]},
			{"version", c.Version().String(), col[4]},
			{"release order", strings.Join(methods, ","), col[7]},
		} {
			if x.got != x.want {
				t.Errorf("%s: %s\ngot  %s\nwant %s", c, x.what, x.got, x.want)
			}
		}
	}
}

// TestRootMethods calls IBM's methods by name.
func TestRootMethods(t *testing.T) {
	t.Parallel()
	a := mustDefine(t, new(som.Manager), som.Spec{Name: "A", Version: som.Version{Major: 2, Minor: 1}, Data: som.Data{Size: 6, Align: 4},
		Introduces: []som.MethodSpec{{Name: "m", Impl: answer("A")}}})
	b := mustDefine(t, new(som.Manager), som.Spec{Name: "B", Parents: []*som.Class{a}, Overrides: []som.Override{{Method: "m", Impl: answer("B")}}})
	r, err := b.New()
	if err != nil {
		t.Fatal(err)
	}
	method, err := b.Lookup("m")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, c := range []struct {
		on     som.Ref
		method string
		args   []any
		want   any
	}{
		{r, "somGetClassName", nil, "B"},
		{r, "somGetClass", nil, b},
		{r, "somIsA", []any{a}, true},
		{r, "somIsInstanceOf", []any{a}, false},
		{r, "somRespondsTo", []any{"m"}, true},
		{r, "somRespondsTo", []any{"x"}, false},
		{r, "somGetSize", nil, 8},
		{r, "somPrintSelf", []any{&out}, nil},
		{r, "somDumpSelf", []any{&out, 0}, nil},
		{r, "somClassDispatch", []any{a, method, []any{}}, []any{"A"}},
		{r, "somCastObj", []any{a}, nil},
		{r, "somResetObj", nil, nil},
		{b.SOM(), "somGetName", nil, "B"},
		{b.SOM(), "somDescendedFrom", []any{a}, true},
		{a.SOM(), "somCheckVersion", []any{som.Version{Major: 2}}, true},
		{a.SOM(), "somCheckVersion", []any{som.Version{Major: 1}}, false},
		{a.SOM(), "somGetVersionNumbers", nil, som.Version{Major: 2, Minor: 1}},
		{b.SOM(), "somSupportsMethod", []any{"m"}, true},
		{b.SOM(), "somGetInstanceSize", nil, 8},
		{b.SOM(), "somGetInstancePartSize", nil, 0},
		{b.SOM(), "somGetNumMethods", nil, 41},
		{b.SOM(), "somMethodImplOwner", []any{method}, b},
		{b.SOM(), "somIsA", []any{som.SOMClass}, true},
		{b.SOM(), "somGetClassName", nil, "SOMClass"},
	} {
		got, err := c.on.Invoke(t.Context(), c.method, c.args...)
		if l, ok := got.([]any); ok && len(l) == 1 {
			got, c.want = l[0], c.want.([]any)[0]
		}
		if err != nil || got != c.want {
			t.Errorf("%s.%s: got %v, %v, want %v", c.on, c.method, got, err, c.want)
		}
	}
	if !strings.Contains(out.String(), "a B") || !strings.Contains(out.String(), "A: 000000000000") {
		t.Errorf("printed %s", &out)
	}
	made, err := a.SOM().Invoke(t.Context(), "somNew")
	if o, ok := made.(som.Ref); err != nil || !ok || o.Class() != a {
		t.Errorf("somNew: got %v, %v", made, err)
	}
	if _, err := r.Invoke(t.Context(), "somoPrivate1"); !errors.Is(err, &som.Error{Code: som.CodeAbstract}) {
		t.Errorf("a retired slot: got %v", err)
	}
	if _, err := r.Invoke(t.Context(), "somFree"); err != nil || r.Refs() != 0 {
		t.Errorf("somFree: %v", err)
	}
}

// TestDump has a class say itself what is in its objects, and call its parent for the rest.
func TestDump(t *testing.T) {
	t.Parallel()
	m := new(som.Manager)
	a := mustDefine(t, m, som.Spec{Name: "A", Data: som.Data{Size: 2, Align: 1}})
	b := mustDefine(t, m, som.Spec{Name: "B", Parents: []*som.Class{a}, Overrides: []som.Override{{Method: "somDumpSelfInt", Impl: func(s som.Self, w io.Writer, level int) error {
		if _, err := fmt.Fprintf(w, "%*smore\n", 2*level, ""); err != nil {
			return err
		}
		inside, err := a.Lookup("somDumpSelfInt")
		if err != nil {
			return err
		}
		_, err = a.Call(t.Context(), inside, s.Ref(), []any{w, level})
		return err
	}}}})
	r, err := b.New()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if _, err := r.Invoke(t.Context(), "somDumpSelf", &out, 1); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("  %s, 1 references\n    more\n    A: 0000\n", r)
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

// TestRootsStay holds that what all of a program shares cannot be changed.
func TestRootsStay(t *testing.T) {
	t.Parallel()
	m, err := som.SOMObject.Lookup("somGetClassName")
	if err != nil {
		t.Fatal(err)
	}
	_, replaced := som.SOMObject.Replace(m, func(som.Self) string { return "" })
	_, added := som.SOMClass.AddMethod("x", answer("x"))
	redispatched := som.SOMObject.Redispatch(func(*som.Method, som.Packed) som.Packed { return nil })
	for what, err := range map[string]error{"replace": replaced, "add": added, "redispatch": redispatched} {
		if !errors.Is(err, &som.Error{Code: som.CodeMethod}) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
