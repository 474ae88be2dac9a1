//go:build cgo && unix

package native_test

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// The types of what is made of parts in other ways, in cross.idl, as generated code has them.
type (
	figure struct {
		d      colour
		radius float64
		corner point
		name   string
		bad    bool
	}
	perhaps struct {
		d   bool
		who keeper
		bad bool
	}
	sign struct {
		Initial rune   `som:"wide"`
		Words   string `som:"wide"`
		Lines   lined  `som:"wide"`
		Plain   int32
	}
	lined []string
	tree  struct {
		Name string
		Kids []tree
	}
	row  [3]int32
	grid [2]row
	pen  struct {
		Keeper keeper
		All    []keeper
		Shape  figure
		Guest  perhaps
	}
	keeper    interface{ keeps() som.Ref }
	keeperRef struct{ som.Ref }
)

func (k keeperRef) keeps() som.Ref { return k.Ref }

var _ = som.Narrows(func(o som.Object) (keeper, bool) {
	c, err := porter()
	return keeperRef{o.SOM()}, err == nil && o.SOM().IsA(c)
})

func (f *figure) SOMArm() int {
	switch f.d {
	case 0:
		return 1
	case 1:
		return 2
	}
	return 3
}

func (p *perhaps) SOMArm() int {
	if p.d {
		return 1
	}
	return 0
}

type (
	figuresFunc = func(som.Self, ctx, figure, figure) (figure, figure, figure, error)
	wordsFunc   = func(som.Self, ctx, string, rune, string, rune) (string, string, string, rune, error)
	firstFunc   = func(som.Self, ctx, string) (rune, error)
	boardFunc   = func(som.Self, ctx, sign) (sign, error)
	grownFunc   = func(som.Self, ctx, tree) (tree, error)
	turnedFunc  = func(som.Self, ctx, grid, row) (grid, row, error)
	pensFunc    = func(som.Self, ctx, pen) (pen, error)
	mottoFunc   = func(som.Self, ctx) (string, error)
	setMotto    = func(som.Self, ctx, string) error
)

// packer is the class in C.
var packer = sync.OnceValues(func() (*som.Class, error) {
	if _, err := porter(); err != nil { // it is in the library of this
		return nil, err
	}
	get, set := spec[mottoFunc]("_get_motto", "R"), spec[setMotto]("_set_motto", "I")
	get.GoName, set.GoName = "Motto", "SetMotto"
	return native.Import("Packer", som.Version{Major: 1}, []som.MethodSpec{
		spec[figuresFunc]("figures", "riox"), spec[wordsFunc]("words", "RIIOXX"), spec[firstFunc]("first", "RI"), spec[boardFunc]("board", "ri"),
		spec[grownFunc]("grown", "ri"), spec[turnedFunc]("turned", "rix"), spec[pensFunc]("pens", "ri"), get, set,
	})
})

// stuffer is a class in Go that answers as the one in C.
type stuffer struct {
	som.Base
	motto string
}

func (*stuffer) Figures(_ ctx, a, both figure) (figure, figure, figure, error) {
	return both, a, a, nil
}
func (*stuffer) Words(_ ctx, a string, c rune, grown string, _ rune) (string, string, string, rune, error) {
	return a + string(c), a, grown + string(c), c + 1, nil
}
func (*stuffer) First(_ ctx, a string) (rune, error) { return []rune(a)[0], nil }
func (*stuffer) Board(_ ctx, a sign) (sign, error)   { return a, nil }
func (*stuffer) Grown(_ ctx, a tree) (tree, error)   { return tree{a.Name + "'", []tree{a}}, nil }
func (*stuffer) Turned(_ ctx, a grid, r row) (grid, row, error) {
	return grid{a[1], r}, a[0], nil
}
func (*stuffer) Pens(_ ctx, a pen) (pen, error)       { return a.kept(), nil }
func (s *stuffer) Motto(ctx) (string, error)          { return s.motto, nil }
func (s *stuffer) SetMotto(_ ctx, motto string) error { s.motto = motto; return nil }
func (p pen) each(f func(som.Object) som.Object) {
	for _, k := range append([]keeper{p.Keeper, p.Guest.who}, p.All...) {
		if k != nil {
			f(k.keeps())
		}
	}
}
func (p pen) kept() pen { p.each(kept); return p }

var stuffers = sync.OnceValues(func() (*som.Class, error) {
	p, err := packer()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[stuffer]("Stuffer", som.Parents(p))
})

// eachPacker runs a test with the class in C and with that in Go.
func eachPacker(t *testing.T, test func(t *testing.T, c *som.Class)) {
	need(t)
	for name, class := range map[string]func() (*som.Class, error){"C": packer, "Go": stuffers} {
		t.Run(name, func(t *testing.T) {
			c, err := class()
			if err != nil {
				t.Fatal(err)
			}
			test(t, c)
			living(t, c, 0)
		})
	}
}

// TestPack holds that C calls either class with all of it, and gets what it should.
func TestPack(t *testing.T) {
	eachPacker(t, func(t *testing.T, c *som.Class) {
		caller, err := native.Find("Caller")
		if err != nil {
			t.Fatal(err)
		}
		p, d := create(t, c), create(t, caller)
		if line := invoke(t, d, "pack", p); line != int32(0) {
			t.Errorf("cross.c:%v is not content", line)
		}
		letGo(p)
		letGo(d)
		k, err := porter()
		if err != nil {
			t.Fatal(err)
		}
		living(t, k, 0)
	})
}

// packed is a method of Packer, of an object.
func packed[F any](t testing.TB, name string, r som.Ref) (F, som.Self) {
	t.Helper()
	c, err := packer()
	if err != nil {
		t.Fatal(err)
	}
	k, err := som.Bind[F](c, name)
	if err != nil {
		t.Fatal(err)
	}
	return k.Of(r)
}

// TestPackFromGo holds the same of Go.
func TestPackFromGo(t *testing.T) {
	eachPacker(t, func(t *testing.T, c *som.Class) {
		p := create(t, c)
		defer letGo(p)
		figures, self := packed[figuresFunc](t, "figures", p)
		a, b := figure{d: 1, corner: point{X: 9}}, figure{d: 2, name: "blue"}
		if r, other, both, err := figures(self, t.Context(), a, b); r != b || other != a || both != a || err != nil {
			t.Errorf("%v %v %v %v", r, other, both, err)
		}
		words, _ := packed[wordsFunc](t, "words", p)
		if r, twice, grown, next, err := words(self, t.Context(), "a€😀", 'x', "", 'q'); r != "a€😀x" || twice != "a€😀" || grown != "x" || next != 'y' || err != nil {
			t.Errorf("%q %q %q %q %v", r, twice, grown, next, err)
		}
		first, _ := packed[firstFunc](t, "first", p)
		if r, err := first(self, t.Context(), "€"); r != '€' || err != nil {
			t.Errorf("%q %v", r, err)
		}
		board, _ := packed[boardFunc](t, "board", p)
		s := sign{'€', "Ö", lined{"", "😀"}, 1 << 20}
		if r, err := board(self, t.Context(), s); !reflect.DeepEqual(r, s) || err != nil {
			t.Errorf("%v %v", r, err)
		}
		grown, _ := packed[grownFunc](t, "grown", p)
		kids := tree{"a", []tree{{Name: "b", Kids: []tree{{Name: "c"}}}, {}}}
		if r, err := grown(self, t.Context(), kids); !reflect.DeepEqual(r, tree{"a'", []tree{kids}}) || err != nil {
			t.Errorf("%v %v", r, err)
		}
		turned, _ := packed[turnedFunc](t, "turned", p)
		if g, r, err := turned(self, t.Context(), grid{{1, 2, 3}, {4, 5, 6}}, row{7, 8, 9}); g != (grid{{4, 5, 6}, {7, 8, 9}}) || r != (row{1, 2, 3}) || err != nil {
			t.Errorf("%v %v %v", g, r, err)
		}
		set, _ := packed[setMotto](t, "_set_motto", p)
		get, _ := packed[mottoFunc](t, "_get_motto", p)
		if err := set(self, t.Context(), "Ü"); err != nil {
			t.Error(err)
		}
		for range 2 { // it stays the object's
			if r, err := get(self, t.Context()); r != "Ü" || err != nil {
				t.Errorf("%q %v", r, err)
			}
		}
		keepers, err := porter()
		if err != nil {
			t.Fatal(err)
		}
		k := create(t, keepers)
		pens, _ := packed[pensFunc](t, "pens", p)
		of := pen{keeperRef{k}, []keeper{nil, keeperRef{k}}, figure{radius: 2}, perhaps{d: true, who: keeperRef{k}}}
		r, err := pens(self, t.Context(), of)
		if !reflect.DeepEqual(r, of) || err != nil {
			t.Errorf("%v %v", r, err)
		}
		r.each(func(o som.Object) som.Object { letGo(o); return o })
		letGo(k)
		living(t, keepers, 0)
	})
}

// TestPackRefused holds what is an error, from Go to C as from Go to Go by way of C.
func TestPackRefused(t *testing.T) {
	need(t)
	c, err := packer()
	if err != nil {
		t.Fatal(err)
	}
	p := create(t, c)
	defer letGo(p)
	z, err := open()
	if err != nil {
		t.Fatal(err)
	}
	other := create(t, z.animal)
	defer letGo(other)
	figures, self := packed[figuresFunc](t, "figures", p)
	words, _ := packed[wordsFunc](t, "words", p)
	grown, _ := packed[grownFunc](t, "grown", p)
	pens, _ := packed[pensFunc](t, "pens", p)
	deep := tree{}
	for range 300 {
		deep = tree{Kids: []tree{deep}}
	}
	for what, c := range map[string]struct {
		call func() error
		code som.Code
		text string
	}{
		"a union of a wrong arm":     {func() error { _, _, _, err := figures(self, t.Context(), figure{bad: true}, figure{}); return err }, som.CodeType, "another arm"},
		"one within others":          {func() error { _, err := pens(self, t.Context(), pen{Guest: perhaps{bad: true}}); return err }, som.CodeType, "another arm"},
		"a character of two units":   {func() error { _, _, _, _, err := words(self, t.Context(), "", '😀', "", 0); return err }, som.CodeType, "U+1F600 takes more than one unit"},
		"a negative character":       {func() error { _, _, _, _, err := words(self, t.Context(), "", -1, "", 0); return err }, som.CodeType, "one unit"},
		"no UTF-8":                   {func() error { _, _, _, _, err := words(self, t.Context(), "\xff", 0, "", 0); return err }, som.CodeType, "it is no UTF-8"},
		"a zero in a wide text":      {func() error { _, _, _, _, err := words(self, t.Context(), "", 0, "a\x00b", 0); return err }, som.CodeType, "octet 1 of 3 is zero"},
		"a zero in a member":         {func() error { _, err := grown(self, t.Context(), tree{Name: "\x00"}); return err }, som.CodeType, "octet 0 of 1 is zero"},
		"too deep":                   {func() error { _, err := grown(self, t.Context(), deep); return err }, som.CodeDepth, "the limit is MaxNesting"},
		"half a character":           {func() error { _, _, _, _, err := words(self, t.Context(), "a", 0xd800, "", 0); return err }, som.CodeType, "is half a character"},
		"an object of another class": {func() error { _, err := pens(self, t.Context(), pen{Keeper: keeperRef{other}}); return err }, som.CodeType, "it is where a native_test.keeper should be"},
	} {
		if err := c.call(); !errors.Is(err, &som.Error{Code: c.code}) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if living(t, z.animal, 1); other.Refs() != 1 {
		t.Errorf("%d references are left", other.Refs())
	}
}
