package som_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
)

// a hostile draws descriptions of classes, most of them wrong in several ways at once.
type hostile struct {
	*rand.Rand
	classes []*som.Class // nil among them
}

func pick[T any](h *hostile, all ...T) T { return all[h.IntN(len(all))] }

func (h *hostile) rarely() bool { return h.IntN(12) == 0 }

func (h *hostile) class() *som.Class { return pick(h, h.classes...) }

// few classes, or none, or as many as cannot be.
func (h *hostile) some() []*som.Class {
	n := h.IntN(4)
	if h.rarely() {
		n = 300
	}
	var all []*som.Class
	for range n {
		all = append(all, h.class())
	}
	return all
}

func (h *hostile) name() string {
	if h.rarely() {
		return pick(h, "", "1x", "a-b", "::", "A::", "A:::B", "a b", "\xff", "SOMDerived(A,B)", "SOMObject", strings.Repeat("n", 300))
	}
	return pick(h, "A", "B", "C", "N::D", "E")
}

func (h *hostile) method() string {
	if h.rarely() {
		return h.name()
	}
	return pick(h, "m", "n", "A::m", "N::D::n", "SOMObject::somGetSize", "somFree", "somoPrivate1", "SOMClass::somNew")
}

func (h *hostile) impl() any {
	if h.rarely() {
		return pick[any](h, nil, 1, func() {}, func(int) {}, (func(som.Self))(nil), func(*som.Self) {}, make(chan int))
	}
	return pick[any](h, func(som.Self) {}, func(som.Self) int { return 1 }, func(som.Self, int) error { return nil })
}

func (h *hostile) spec() som.Spec {
	s := som.Spec{Name: h.name(), Parents: h.some(), Version: som.Version{Major: h.IntN(3) - 1, Minor: h.IntN(3)}, Abstract: h.rarely()}
	if h.IntN(3) == 0 {
		s.Metaclass = h.class()
	}
	if h.IntN(4) == 0 {
		s.AbstractParents, s.Detached = h.some(), h.some()
	}
	if h.IntN(4) == 0 {
		s.InitClasses = h.some()
	}
	for range h.IntN(4) {
		m := som.MethodSpec{Name: pick(h, "m", "n", "o", h.name()), Kind: som.Kind(h.IntN(3)), Impl: h.impl()}
		if h.rarely() {
			m.Kind, m.Migrated = som.Kind(h.IntN(9)-3), h.class()
		}
		if h.rarely() {
			m.Type = pick[reflect.Type](h, nil, reflect.TypeFor[int](), reflect.TypeFor[func(som.Self) error]())
		}
		s.Introduces = append(s.Introduces, m)
	}
	for range h.IntN(3) {
		s.Overrides = append(s.Overrides, som.Override{Method: h.method(), Impl: h.impl()})
	}
	if h.IntN(4) == 0 {
		s.Select = map[string]*som.Class{h.method(): h.class(), h.method(): h.class()}
	}
	if h.IntN(2) == 0 {
		s.Data = som.Data{Size: h.IntN(100), Align: 1 << h.IntN(7)}
	}
	if h.rarely() {
		s.Data = som.Data{Size: pick(h, -1, math.MaxInt, math.MinInt, som.MaxSize+1), Align: pick(h, 0, -1, 3, 65, 128, math.MaxInt)}
	}
	if h.rarely() {
		s.State = pick(h, reflect.TypeFor[int](), reflect.TypeFor[[]string](), reflect.TypeFor[struct{ som.Base }](), reflect.TypeFor[error]())
	}
	return s
}

// TestHostile holds that whatever a description says, a class comes of it or an error with a code and a text, and that nothing
// is left of what was refused: what was made can go. DSOM_SOAK makes it go on for that long.
func TestHostile(t *testing.T) {
	t.Parallel()
	soak, _ := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	end := time.Now().Add(soak)
	made, refused := 0, 0
	for seed := uint64(1); seed <= 200 || time.Now().Before(end); seed++ {
		var m som.Manager
		h := &hostile{rand.New(rand.NewPCG(seed, 0)), []*som.Class{nil, som.SOMObject, som.SOMClass, som.SOMClassMgr}}
		if !h.rarely() {
			h.classes = h.classes[1:]
		}
		var all []*som.Class
		for range 30 {
			s := h.spec()
			c, err := m.NewClass(s)
			if err != nil {
				var e *som.Error
				if refused++; !errors.As(err, &e) || e.Code == "" || e.Text == "" {
					t.Fatalf("seed %d: %+v: refused with %v", seed, s, err)
				}
				continue
			}
			made++
			all = append(all, c)
			h.classes = append(h.classes, c)
			if r, err := c.New(); err == nil {
				if twin, err := r.Copy(); err == nil {
					_ = twin.Release()
				}
				_ = r.Release()
			}
		}
		for left := len(all) + 1; len(all) > 0 && len(all) < left; {
			left = len(all)
			all = slices.DeleteFunc(all, func(c *som.Class) bool { return m.Unload(c) == nil })
		}
		if len(all) > 0 {
			t.Fatalf("seed %d: %v cannot go", seed, all)
		}
	}
	t.Logf("%d made, %d refused", made, refused)
	if made == 0 || refused == 0 {
		t.Error("one of the two is never drawn")
	}
}
