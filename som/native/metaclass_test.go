//go:build cgo && unix

package native_test

import (
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
	"github.com/opendsom/dsom/som/native"
)

func names(cs []*som.Class) (all []string) {
	for _, c := range cs {
		all = append(all, c.Name())
	}
	return all
}

// found is a class of libsom's, which is in the library of Depot, Heavy or Catalog.
func found(t testing.TB, name string) *som.Class {
	t.Helper()
	need(t)
	for _, library := range []string{"Depot", "Heavy", "Catalog"} {
		if _, err := native.Find(library); err != nil {
			t.Fatal(err)
		}
	}
	c, err := native.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMetaclasses holds that classes of libsom's have their metaclasses in Go, derived ones too, as do classes in Go below them.
func TestMetaclasses(t *testing.T) {
	depot, yard := found(t, "Depot"), found(t, "Yard")
	both := "SOMDerived(Guard,Watch)"
	type gardener struct {
		som.Base
		_ int
	}
	below := som.MustClass[gardener]("Gardener", som.Parents(yard))
	for _, c := range []struct {
		class *som.Class
		meta  string
		order []string
	}{
		{depot, "Watch", []string{"Watch", "SOMClass", "SOMObject"}},
		{yard, both, []string{both, "Guard", "Watch", "SOMClass", "SOMObject"}},
		{below, both, []string{both, "Guard", "Watch", "SOMClass", "SOMObject"}},
		{found(t, "QuietDepot"), "Mute", []string{"Mute", "Watch", "SOMClass", "SOMObject"}},
		{found(t, "Watch"), "SOMClass", []string{"SOMClass", "SOMObject"}},
	} {
		m := c.class.Metaclass()
		if m.Name() != c.meta || !slices.Equal(names(m.Order()), c.order) || c.class.SOM().Class() != m {
			t.Errorf("%s is an instance of %s, %v", c.class, m, names(m.Order()))
		}
		if m != som.SOMClass && !m.IsMirror() && !m.Derived() {
			t.Errorf("%s is neither libsom's nor derived", m)
		}
	}
	if yard.Metaclass() != below.Metaclass() || !below.SOM().IsA(found(t, "Guard")) || depot.SOM().IsA(found(t, "Guard")) {
		t.Error("the metaclasses of a class and of a subclass in Go are not the same")
	}
	if c := found(t, "Watch"); c != depot.Metaclass() {
		t.Error("a metaclass is found as another class than its instances have")
	}
}

// TestClassMethods holds that Go calls what metaclasses in C do.
func TestClassMethods(t *testing.T) {
	depot, yard, quiet := found(t, "Depot"), found(t, "Yard"), found(t, "QuietDepot")
	if got := invoke(t, depot.SOM(), "watched", 10); got != int64(14) {
		t.Errorf("watched of Depot: %v", got)
	}
	if got := invoke(t, yard.SOM(), "watched", 10); got != int64(10) {
		t.Errorf("watched of Yard: %v", got)
	}
	for c, want := range map[*som.Class]string{depot: "Depot", yard: "Yard", quiet: ""} {
		if got := invoke(t, c.SOM(), "label"); got != want {
			t.Errorf("label of %s: %v", c, got)
		}
	}
	if got := invoke(t, yard.SOM(), "guarded"); got != "" {
		t.Errorf("guarded of Yard: %v", got)
	}
	label, err := som.Bind[func(som.Self, ctx) (string, error)](found(t, "Watch"), "label")
	if err != nil {
		t.Fatal(err)
	}
	fn, self := label.In(found(t, "Watch"), quiet.SOM())
	if got, err := fn(self, t.Context()); got != "QuietDepot" || err != nil {
		t.Errorf("the parent's label: %q, %v", got, err)
	}
	type steward struct {
		som.Base
		_ int
	}
	below := som.MustClass[steward]("Steward", som.Parents(quiet))
	if got := invoke(t, below.SOM(), "watched", 1); got != int64(1) {
		t.Errorf("watched of a class in Go: %v", got)
	}
}

// TestClassesCross holds that classes are arguments and results, and as such the classes that they are.
func TestClassesCross(t *testing.T) {
	depot, yard := found(t, "Depot"), found(t, "Yard")
	o, refs := object(t, yard), yard.SOM().Refs()
	for range 3 {
		got, ok := invoke(t, o, "classOf").(som.Ref)
		if c, is := got.AsClass(); !ok || !is || c != yard {
			t.Fatalf("the class of %s is %v", o, got)
		}
		if err := got.Release(); err != nil {
			t.Error(err)
		}
	}
	if invoke(t, o, "is", yard.SOM()) != uint8(1) || invoke(t, o, "is", depot.SOM()) != uint8(0) {
		t.Error("a class that Go passes is not the class")
	}
	if n := yard.SOM().Refs(); n != refs {
		t.Errorf("%d references became %d", refs, n)
	}
	if _, err := yard.SOM().Copy(); err == nil {
		t.Error("a class is copied")
	}
	if _, err := found(t, "Watch").New(); err == nil {
		t.Error("an instance of a metaclass is made")
	}
}

// TestNativeMetaclassOfGoClass holds that a class in Go which names a metaclass of libsom's has what that does, and that a metaclass in Go may descend
// from one.
func TestNativeMetaclassOfGoClass(t *testing.T) {
	watch := found(t, "Watch")
	type hen struct {
		som.Base
		_ int
	}
	c, err := som.ClassOf[hen]("WatchedHen", som.WithMetaclass(watch))
	if err != nil {
		t.Fatal(err)
	}
	if c.Metaclass() != watch || c.Host() == nil || invoke(t, c.SOM(), "label") != "WatchedHen" {
		t.Errorf("its metaclass is %s", c.Metaclass())
	}
	if again, err := native.Find("WatchedHen"); again != c || err != nil {
		t.Errorf("found %v, %v", again, err)
	}
	m, err := som.NewClass(som.Spec{Name: "GoWatch", Parents: []*som.Class{watch}, Introduces: []som.MethodSpec{
		{Name: "said", Impl: func(s som.Self) (string, error) { return "from Go", nil }}}})
	if err != nil {
		t.Fatal(err)
	}
	depot := found(t, "Depot")
	d, err := som.NewClass(som.Spec{Name: "GoDepot", Parents: []*som.Class{depot}, Metaclass: m, State: reflect.TypeFor[hen]()})
	if err != nil {
		t.Fatal(err)
	}
	if invoke(t, d.SOM(), "said") != "from Go" || invoke(t, d.SOM(), "label") != "GoDepot" {
		t.Error("a class does not have what its metaclass in Go and the one in C do")
	}
}

type counted struct {
	som.Base
	n int64
}

func (c *counted) Count(_ ctx, by int64) (int64, error) { c.n += by; return c.n, nil }

// TestMetaclassLibrary holds that the properties of libsom's library of metaclasses are there in Go, as classes and as what they do, for classes in C
// and for one in Go below them.
func TestMetaclassLibrary(t *testing.T) {
	heavy, told, both := found(t, "Heavy"), found(t, "Told"), found(t, "Both")
	mine := som.MustClass[counted]("Counted", som.Parents(both))
	for c, want := range map[*som.Class][]string{
		heavy: {"SOMMSingleInstance", "SOMClass", "SOMObject"},
		told:  {"SOMMTraced", "SOMMBeforeAfter", "SOMClass", "SOMObject"},
		both:  {"SOMDerived(SOMMSingleInstance,SOMMTraced)", "SOMMSingleInstance", "SOMMTraced", "SOMMBeforeAfter", "SOMClass", "SOMObject"},
		mine:  {"SOMDerived(SOMMSingleInstance,SOMMTraced)", "SOMMSingleInstance", "SOMMTraced", "SOMMBeforeAfter", "SOMClass", "SOMObject"},
	} {
		if got := names(c.Metaclass().Order()); !slices.Equal(got, want) {
			t.Errorf("the metaclass of %s: %v", c, got)
		}
	}
	if both.Metaclass() != mine.Metaclass() || both.Metaclass() == meta.SingleInstance || !both.SOM().IsA(heavy.Metaclass()) {
		t.Error("the metaclasses are others")
	}
	for _, c := range []*som.Class{heavy, both, mine} {
		a, b := object(t, c), object(t, c)
		if a != b {
			t.Errorf("%s has two instances", c)
		}
		one, _ := invoke(t, c.SOM(), "sommGetSingleInstance").(som.Ref)
		if one != a {
			t.Errorf("the instance of %s is %v", c, one)
		}
		letGo(one)
	}
	if on := invoke(t, told.SOM(), "_get_sommTraceIsOn"); on != uint8(1) {
		t.Errorf("it tells: %v", on)
	}
	o := object(t, both)
	invoke(t, o, "weight", 41)
	if line := invoke(t, object(t, heavy), "heard").(string); line != "a Both.Heavy::weight: 42" {
		t.Errorf("what was told last is %q", line)
	}
	if n := invoke(t, object(t, mine), "count", 3); n != int64(3) {
		t.Errorf("count: %v", n)
	}
}

// TestBothKernelsMetaclasses holds that a class below one that is traced in C may have a metaclass of Go's of the same origin.
func TestBothKernelsMetaclasses(t *testing.T) {
	c, err := som.ClassOf[counted]("CountedTwice", som.Parents(found(t, "Told")), som.WithMetaclass(meta.TimeStamped))
	if err != nil {
		t.Fatal(err)
	}
	if !c.SOM().IsA(meta.BeforeAfter) || !c.SOM().IsA(found(t, "SOMMBeforeAfter")) {
		t.Errorf("its metaclass is %v", names(c.Metaclass().Order()))
	}
	if n := invoke(t, object(t, c), "count", 2); n != int64(2) {
		t.Errorf("count: %v", n)
	}
}

type registrar struct {
	meta.Base
	n atomic.Int64
}

func (r *registrar) Entered(_ ctx, by int64) (int64, error) {
	if by < 0 {
		return 0, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "it goes up")
	}
	return r.n.Add(by), nil
}

// TestGoMetaclassKnownToC makes a metaclass in Go known before the class that names it: C calls its methods of the class, and of a class in Go below it, as Go has them, and gets what they raise.
func TestGoMetaclassKnownToC(t *testing.T) {
	rs := needRaisers(t)
	m := som.MustClass[registrar]("Registrar", som.Parents(som.SOMClass))
	for range 2 { // once is enough
		if err := native.Export(m); err != nil {
			t.Fatal(err)
		}
	}
	ledger := som.MustClass[counted]("CountedLedger", som.WithMetaclass(m))
	if err := native.Export(ledger); err != nil {
		t.Fatal(err)
	}
	page := som.MustClass[counted]("LedgerPage", som.Parents(ledger))
	catcher := object(t, rs.catcher)
	for _, c := range []*som.Class{ledger, page} {
		for range 2 {
			if got := invoke(t, catcher, "invoked", c.SOM(), "entered", int64(3)); got != "none||" {
				t.Errorf("%s: C's call raises %v", c, got)
			}
		}
		if got := invoke(t, c.SOM(), "entered", int64(1)); got != int64(7) {
			t.Errorf("%s: entered are %v, want 7", c, got)
		}
		if got := invoke(t, catcher, "invoked", c.SOM(), "entered", int64(-1)); !strings.Contains(got.(string), "BAD_PARAM") {
			t.Errorf("%s: what fails raises %v in C", c, got)
		}
		if found, err := native.Find(c.Name()); err != nil || found != c || !c.SOM().IsA(m) {
			t.Errorf("%s is found as %v, %v", c, found, err)
		}
	}
	if n := invoke(t, object(t, page), "count", 3); n != int64(3) {
		t.Errorf("an instance counts %v", n)
	}
}
