package ifr_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	std "github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/svc/ifr"
)

// TestUnlike has servers, each right by itself, say what cannot be true together and is not of one declaration's text: both are told so, marked, and left out, and the rest is answered.
func TestUnlike(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		one, two idl.FilesOf
		want     string // of what both are told
	}{
		"enumerators":             {idl.FilesOf{"x.idl": "enum A {OK, BAD};"}, idl.FilesOf{"x.idl": "enum B {OK, LATE};"}, "enumerator OK is described twice"},
		"enumerators in a module": {idl.FilesOf{"x.idl": "module M { enum A {OK, BAD}; };"}, idl.FilesOf{"x.idl": "module M { enum B {OK, LATE}; };"}, "enumerator M::OK is described twice"},
		"an enumerator":           {idl.FilesOf{"x.idl": "enum A {OK, BAD};"}, idl.FilesOf{"x.idl": "interface OK {};"}, "OK is described as enumerator and as interface"},
		"flags":                   {idl.FilesOf{"x.idl": "bitmask A {f, g};"}, idl.FilesOf{"x.idl": "bitmask B {f, h};"}, " f is described twice"},
		"a module":                {idl.FilesOf{"x.idl": "module Bank { interface Acc {}; };"}, idl.FilesOf{"x.idl": "interface Bank {};"}, "Bank is described as interface and as module"},
		"forward":                 {idl.FilesOf{"x.idl": "interface Acc; interface Has { Acc get(); };"}, idl.FilesOf{"x.idl": "struct Acc { long x; };"}, "Acc is described as interface and as struct"},
		"a circle": {idl.FilesOf{"x.idl": "#include \"y.idl\"\ninterface A : B {};", "y.idl": "interface B {};"},
			idl.FilesOf{"x.idl": "#include \"y.idl\"\ninterface B : A {};", "y.idl": "interface A {};"}, "is its own ancestor"},
		"a circle of outlines": {idl.FilesOf{"x.idl": "#include \"y.idl\"\ninterface C : A {};", "y.idl": "interface B {}; interface A : B {};"},
			idl.FilesOf{"x.idl": "#include \"y.idl\"\ninterface D : B {};", "y.idl": "interface A {}; interface B : A {};"}, "is its own ancestor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openRegistry(t, storetest.NewHub().View())
			defer r.Close()
			describe := func(name string, files idl.FilesOf) error {
				_, err := r.Describe(t.Context(), ifr.Examine(name, pack(t, compile(t, files, "x.idl"))), nil)
				return err
			}
			marked := func() (names []string) {
				list, err := r.Entries(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range list {
					if e.Disputed != "" {
						names = append(names, e.Name)
						if !strings.Contains(e.Disputed, test.want) {
							t.Errorf("%s is marked without the reason: %s", e.Name, e.Disputed)
						}
					}
				}
				return names
			}
			if err := errors.Join(describe("rest", idl.FilesOf{"x.idl": "interface Rest {};"}), describe("one", test.one)); err != nil {
				t.Fatal(err)
			}
			if err := describe("two", test.two); !errors.Is(err, ifr.ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the second is told %v", err)
			}
			if got := marked(); !slices.Equal(got, []string{"one", "two"}) {
				t.Errorf("marked: %q", got)
			}
			spec, err := r.Spec(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if spec.Lookup("Rest") == nil {
				t.Error("the rest is not there")
			}
			if _, err := r.Put(t.Context(), "three", pack(t, compile(t, test.two, "x.idl"))); !errors.Is(err, ifr.ErrInvalid) {
				t.Errorf("an operator's registration: %v", err)
			}
			if err := r.Remove(t.Context(), "one", nil); err != nil {
				t.Fatal(err)
			}
			if got := marked(); len(got) > 0 {
				t.Errorf("marked still: %q", got)
			}
		})
	}
}

// TestLongCircle has a hundred servers form one circle, and asks by calls what goes through ancestors.
func TestLongCircle(t *testing.T) {
	t.Parallel()
	const n = 100
	r := openRegistry(t, storetest.NewHub().View())
	defer r.Close()
	for i := range n {
		files := idl.FilesOf{
			"x.idl": fmt.Sprintf("#include \"y.idl\"\ninterface I%d : I%d {}; interface Leaf%d : I%d {};", i, (i+1)%n, i, i),
			"y.idl": fmt.Sprintf("interface I%d {};", (i+1)%n),
		}
		if _, err := r.Describe(t.Context(), ifr.Examine(fmt.Sprint(i), pack(t, compile(t, files, "x.idl"))), nil); (err != nil) != (i == n-1) {
			t.Fatalf("server %d: %v", i, err)
		}
	}
	below := pack(t, compile(t, idl.FilesOf{"x.idl": "#include \"y.idl\"\ninterface Below : I0 {};", "y.idl": "interface I0 {};"}, "x.idl"))
	if _, err := r.Put(t.Context(), "below", below); err != nil {
		t.Errorf("what is below a circle, which it is not to blame for: %v", err)
	}
	server := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if _, err := ifr.New(poa.New(server), r, nil); err != nil {
		t.Fatal(err)
	}
	repo, err := std.RepositoryClass.Bind(t.Context(), newORB(t, orb.Config{}), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/InterfaceRepository", server.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := repo.LookupId(t.Context(), "IDL:I0:1.0"); err == nil {
		t.Errorf("one of the circle is answered: %v", got)
	}
	if list, err := r.Entries(t.Context()); err != nil || len(list) != n+1 || slices.ContainsFunc(list[:n], func(e ifr.Entry) bool { return e.Disputed == "" }) || list[n].Name != "below" || list[n].Disputed != "" {
		t.Errorf("%d entries, %v, the last %+v", len(list), err, list[len(list)-1])
	}
}

// TestUnfit has two servers say what no comparison of their statements finds: what each needs of a third's class does not fit together. All but one is served, and that one is marked.
func TestUnfit(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, storetest.NewHub().View())
	defer r.Close()
	for _, name := range []string{"A", "B", "C"} {
		files := idl.FilesOf{
			"x.idl": fmt.Sprintf("#include \"y.idl\"\ninterface %s : K {};", name),
			"y.idl": fmt.Sprintf("interface K { enum E%s {OK, Bad%[1]s}; };", map[string]string{"A": "1", "B": "2", "C": "1"}[name]),
		}
		if _, err := r.Describe(t.Context(), ifr.Examine(name, pack(t, compile(t, files, "x.idl"))), nil); err != nil {
			t.Fatal(err)
		}
	}
	list, err := r.Entries(t.Context()) // before anybody has wanted all together
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if (e.Disputed != "") != (e.Name == "B") || e.Name == "B" && !strings.Contains(e.Disputed, "it does not fit to what else is registered") {
			t.Errorf("%s: %q", e.Name, e.Disputed)
		}
	}
	spec, err := r.Spec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if spec.Lookup("A") == nil || spec.Lookup("B") != nil || spec.Lookup("C") == nil {
		t.Error("it is another that is left out")
	}
}

// TestBetweenCircles has what lies between two circles, on which nobody is who says it, registered: whoever forms the circles is left out, and nobody else.
func TestBetweenCircles(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, storetest.NewHub().View())
	defer r.Close()
	for i, x := range []struct {
		text string
		bad  bool
	}{
		{"interface A : B {};", false},
		{"interface B : A {};", true},
		{"interface C : A {};", false},
		{"interface D : C {}; interface E : D {};", false},
		{"interface P : Q {};", false},
		{"interface Q : P, E {};", true},
	} {
		var outlines strings.Builder
		_, parents, _ := strings.Cut(x.text, " : ")
		parents, _, _ = strings.Cut(parents, " {")
		for p := range strings.SplitSeq(parents, ", ") {
			fmt.Fprintf(&outlines, "interface %s {};", p)
		}
		packed := pack(t, compile(t, idl.FilesOf{"x.idl": "#include \"y.idl\"\n" + x.text, "y.idl": outlines.String()}, "x.idl"))
		if _, err := r.Describe(t.Context(), ifr.Examine(fmt.Sprint(i), packed), nil); errors.Is(err, ifr.ErrInvalid) != x.bad {
			t.Errorf("%s: %v", x.text, err)
		}
	}
	list, err := r.Entries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		if circular := i != 2 && i != 3; circular != strings.Contains(e.Disputed, "is its own ancestor") || !circular && e.Disputed != "" {
			t.Errorf("%s: %q", e.Name, e.Disputed)
		}
	}
}
