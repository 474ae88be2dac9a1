package som_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/som"
)

// library is what a test's manager loads: for each class its parents, and which others come with it.
type library struct {
	parents map[string][]string
	with    map[string][]string
	loads   []string
}

func (l *library) load(at *som.Loading, name string) error {
	l.loads = append(l.loads, name)
	names, ok := l.parents[name]
	if !ok {
		return fmt.Errorf("no file lib%s.so", name)
	}
	for _, other := range l.with[name] {
		if _, err := at.NewClass(som.Spec{Name: other}); err != nil {
			return err
		}
	}
	s := som.Spec{Name: name}
	for _, p := range names {
		c, err := at.Find(p)
		if err != nil {
			return err
		}
		s.Parents = append(s.Parents, c)
	}
	if name == "Silent" {
		return nil
	}
	_, err := at.NewClass(s)
	return err
}

// TestLoad holds that classes are loaded when they are first asked for, with what they need, once.
func TestLoad(t *testing.T) {
	t.Parallel()
	l := library{parents: map[string][]string{"Cat": {"Animal"}, "Dog": {"Animal"}, "Animal": {}, "Silent": {}, "X": {"Y"}, "Y": {"Z"}, "Z": {"X"}, "Self": {"Self"}, "Orphan": {"Nobody"}}}
	l.parents["Animal"] = []string{"SOMObject"}
	m := som.Manager{Load: l.load}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, name := range []string{"Cat", "Dog"} {
				if c, err := m.Find(name, som.Version{}); err != nil || c.Name() != name {
					t.Errorf("got %v, %v", c, err)
				}
			}
		})
	}
	wg.Wait()
	if got := strings.Join(l.loads, " "); strings.Count(got, "Cat")+strings.Count(got, "Dog")+strings.Count(got, "Animal") != 3 {
		t.Errorf("loaded %s", got)
	}
	for name, want := range map[string]som.Code{"X": som.CodeCycle, "Self": som.CodeCycle, "Silent": som.CodeLibrary, "Nobody": som.CodeLibrary, "Orphan": som.CodeLibrary} {
		_, err := m.Find(name, som.Version{})
		if !errors.Is(err, &som.Error{Code: want}) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	if _, err := m.Find("Cat", som.Version{Major: 1}); !errors.Is(err, &som.Error{Code: som.CodeVersion}) {
		t.Errorf("got %v", err)
	}
}

// TestAffinity holds that what was loaded together goes together or not at all.
func TestAffinity(t *testing.T) {
	t.Parallel()
	l := library{parents: map[string][]string{"Zoo": {"Cage"}, "Other": {"Cage"}}, with: map[string][]string{"Zoo": {"Cage", "Ticket"}}}
	m := som.Manager{Load: l.load}
	zoo, err := m.Find("Zoo", som.Version{})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := m.Registered("Ticket")
	if err != nil {
		t.Fatal(err)
	}
	other, err := m.Find("Other", som.Version{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Unload(zoo); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
		t.Errorf("a class of the group has a subclass elsewhere: got %v", err)
	}
	if _, err := zoo.New(); err != nil {
		t.Errorf("after a refused unload: %v", err)
	}
	if err := m.Unload(other); err != nil {
		t.Error(err)
	}
	if err := m.Unload(ticket); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
		t.Errorf("an instance of a class of the group lives: got %v", err)
	}
}

// TestAffinityGoes is the other half: nothing lives.
func TestAffinityGoes(t *testing.T) {
	t.Parallel()
	l := library{parents: map[string][]string{"Zoo": {"Cage"}}, with: map[string][]string{"Zoo": {"Cage", "Ticket"}}}
	m := som.Manager{Load: l.load}
	zoo, err := m.Find("Zoo", som.Version{})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := m.Registered("Ticket")
	if err != nil {
		t.Fatal(err)
	}
	if err := ticket.SOM().Retain(); err != nil {
		t.Fatal(err)
	}
	if err := m.Unload(zoo); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
		t.Errorf("a class is referred to: got %v", err)
	}
	if err := ticket.SOM().Release(); err != nil {
		t.Fatal(err)
	}
	if err := m.Unload(ticket); err != nil {
		t.Error(err)
	}
	if left := m.Classes(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := zoo.New(); !errors.Is(err, &som.Error{Code: som.CodeUnknown}) {
		t.Errorf("an instance of a class that is gone: %v", err)
	}
	if again, err := m.Find("Zoo", som.Version{}); err != nil || again == zoo {
		t.Errorf("loaded again: %v, %v", again, err)
	}
}

// TestSubstituteGoes holds that a class and what takes its place go together, where they came together, and that nobody notices an attempt.
func TestSubstituteGoes(t *testing.T) {
	t.Parallel()
	m := som.Manager{Load: func(at *som.Loading, _ string) error {
		a, err := at.NewClass(som.Spec{Name: "A"})
		if err != nil {
			return err
		}
		b, err := at.NewClass(som.Spec{Name: "B", Parents: []*som.Class{a}, Data: som.Data{Size: 8, Align: 8}})
		if err != nil {
			return err
		}
		return a.Substitute(b)
	}}
	for range 2 { // the second time all is made anew
		if _, err := m.Find("A", som.Version{}); err != nil {
			t.Fatal(err)
		}
		a, err := m.Registered("A")
		if err != nil {
			t.Fatal(err)
		}
		o, err := a.New()
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Class().Name(); got != "B" {
			t.Errorf("an instance of %s", got)
		}
		if err := m.Unload(a); !errors.Is(err, &som.Error{Code: som.CodeBusy}) {
			t.Errorf("with an instance: %v", err)
		}
		if err := o.Release(); err != nil {
			t.Fatal(err)
		}
		if err := m.Unload(a); err != nil {
			t.Error(err)
		}
		if all := m.Classes(); len(all) != 0 {
			t.Errorf("%v are left", all)
		}
	}
}

// TestManagersApart holds that each manager is a space of names of its own, and its limit.
func TestManagersApart(t *testing.T) {
	t.Parallel()
	var one, two som.Manager
	a := mustDefine(t, &one, som.Spec{Name: "A"})
	b := mustDefine(t, &two, som.Spec{Name: "A"})
	if a == b {
		t.Fatal("one class")
	}
	if err := one.Register(b); !errors.Is(err, &som.Error{Code: som.CodeName}) {
		t.Errorf("got %v", err)
	}
	if err := one.Register(a); err != nil {
		t.Errorf("once more: %v", err)
	}
	if _, err := som.NewClass(som.Spec{Name: "C", Parents: []*som.Class{a, b}}); !errors.Is(err, &som.Error{Code: som.CodeName}) {
		t.Errorf("two parents of one name: got %v", err)
	}
}

// TestClassesLimit holds the limit of classes in a manager, which unloaded ones do not count for.
func TestClassesLimit(t *testing.T) {
	t.Parallel()
	m := som.Manager{MaxClasses: 3}
	var last *som.Class
	for i := range m.MaxClasses {
		last = mustDefine(t, &m, som.Spec{Name: fmt.Sprintf("C%d", i)})
	}
	if _, err := m.NewClass(som.Spec{Name: "Over"}); !errors.Is(err, &som.Error{Code: som.CodeClasses}) || !strings.Contains(err.Error(), "MaxClasses") {
		t.Errorf("got %v", err)
	}
	if err := m.Unload(last); err != nil {
		t.Error(err)
	}
	mustDefine(t, &m, som.Spec{Name: "Fits"})
}

// TestNothingIsLeft holds that classes which come and go, with instances that are cast, leave no memory in
// what stays.
func TestNothingIsLeft(t *testing.T) {
	var m som.Manager
	a := mustDefine(t, &m, som.Spec{Name: "A", Introduces: []som.MethodSpec{{Name: "m", Impl: answer("A")}}})
	meta := mustDefine(t, &m, som.Spec{Name: "M", Parents: []*som.Class{som.SOMClass}})
	comeAndGo := func() {
		b := mustDefine(t, &m, som.Spec{Name: "B", Parents: []*som.Class{a}, Metaclass: meta})
		r, err := b.New()
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.Cast(a), r.Free(), m.Unload(b)); err != nil {
			t.Fatal(err)
		}
	}
	heap := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	comeAndGo()
	before := heap()
	for range 2000 {
		comeAndGo()
	}
	if after := heap(); after > before+1<<20 {
		t.Errorf("%d KiB more after 2000 classes", (after-before)>>10)
	}
	runtime.KeepAlive(a)
	runtime.KeepAlive(&m)
}
