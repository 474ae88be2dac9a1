//go:build cgo && unix

package native_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// Tests of objects that count instances do not run side by side.

// TestNativeClass holds that a class in C is a class of Go.
func TestNativeClass(t *testing.T) {
	z := need(t)
	if c, err := native.Find("Animal"); c != z.animal || err != nil {
		t.Errorf("found twice: %v, %v", c, err)
	}
	if v := z.animal.Version(); v != (som.Version{Major: 1, Minor: 2}) {
		t.Errorf("version %s", v)
	}
	if !slices.Equal(z.animal.Order(), []*som.Class{z.animal, som.SOMObject}) {
		t.Errorf("order %v", z.animal.Order())
	}
	for version, want := range map[som.Version]bool{{Major: 1, Minor: 2}: true, {Major: 1, Minor: 3}: false, {Major: 2}: false, {}: true} {
		if _, err := native.Import("Animal", version, nil); (err == nil) != want {
			t.Errorf("version %s: %v", version, err)
		}
	}
	if _, err := native.Find("Nobody"); !errors.Is(err, &som.Error{Code: som.CodeUnknown}) {
		t.Errorf("got %v", err)
	}
	if err := native.Load("nolibrary.so"); !errors.Is(err, &som.Error{Code: som.CodeLibrary}) {
		t.Errorf("got %v", err)
	}
}

// TestCalls holds that methods in C are called from Go, whatever their signatures.
func TestCalls(t *testing.T) {
	z := need(t)
	a := object(t, z.animal)
	fn, self := z.speak.Of(a)
	if n, err := fn(self, t.Context(), -7); n != -7 || err != nil {
		t.Errorf("speak: %v, %v", n, err)
	}
	for _, c := range []struct {
		method string
		args   []any
		want   any
	}{
		{"speak", []any{5}, int64(5)}, {"spoken", nil, int64(2)}, {"name", nil, "animal"}, {"_get_kind", nil, "kind"},
		{"weigh", []any{2.5, 3}, 7.5}, {"older", []any{-1}, uint8(1)}, {"itself", []any{som.Ref{}}, a},
	} {
		if got := invoke(t, a, c.method, c.args...); got != c.want {
			t.Errorf("%s: got %v, want %v", c.method, got, c.want)
		}
	}
	_ = a.Release() // itself's
	for method, code := range map[string]som.Code{"abstract": som.CodeAbstract, "opaque": som.CodeAbstract, "nothing": som.CodeUnknown} {
		if _, err := a.Invoke(t.Context(), method); !errors.Is(err, &som.Error{Code: code}) {
			t.Errorf("%s: got %v", method, err)
		}
	}
	if _, err := a.Invoke(t.Context(), "weigh", "heavy", 1); err == nil {
		t.Error("a text is no number")
	}
}

// TestExceptions holds that what C raises is an error.
func TestExceptions(t *testing.T) {
	z := need(t)
	a := object(t, z.animal)
	_, err := a.Invoke(t.Context(), "fail", 0)
	var x *native.Exception
	if !errors.As(err, &x) || x.ID != "IDL:Animal/Tired:1.0" {
		t.Errorf("got %v", err)
	}
	_, err = a.Invoke(t.Context(), "fail", 1)
	var s *exc.SystemException
	if !errors.As(err, &s) || s.Kind != exc.NoResources || s.Minor != 7 || s.Completed != exc.Maybe {
		t.Errorf("got %v", err)
	}
	if v := invoke(t, a, "fail", 2); v != nil {
		t.Errorf("got %v", v)
	}
}

// TestCounts holds that Go as a whole has one reference to an object of C, and gives it back.
func TestCounts(t *testing.T) {
	z := need(t)
	d := object(t, z.driver)
	living(t, z.animal, 0)
	a, err := z.animal.New()
	if err != nil {
		t.Fatal(err)
	}
	invoke(t, d, "hold", a)
	same, ok := invoke(t, d, "_get_held").(som.Ref)
	if !ok || same != a || a.Refs() != 2 {
		t.Errorf("one object of C is %v and %v in Go, with %d references", same, a, a.Refs())
	}
	w := a.Weak()
	if r, ok := w.Get(); !ok || r != a {
		t.Error("a weak reference has lost its object")
	}
	for range 3 {
		if err := a.Release(); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := w.Get(); ok {
		t.Error("Go has no reference any more")
	}
	if _, err := a.Invoke(t.Context(), "name"); !errors.Is(err, &som.Error{Code: som.CodeFreed}) {
		t.Errorf("got %v", err)
	}
	if n, _ := native.Instances(z.animal); n != 1 {
		t.Errorf("%d live, and C holds one", n)
	}
	again, _ := invoke(t, d, "_get_held").(som.Ref)
	if got := invoke(t, again, "spoken"); got != int64(0) {
		t.Errorf("spoken: %v", got)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
	invoke(t, d, "hold", som.Ref{})
	living(t, z.animal, 0)
	made, _ := invoke(t, d, "make", "Animal").(som.Ref)
	copied, err := made.Copy()
	if err != nil || copied == made || copied.Class() != z.animal {
		t.Errorf("copy: %v, %v", copied, err)
	}
	if err := copied.Assign(made); err != nil {
		t.Error(err)
	}
	_, _ = made.Release(), copied.Release()
	living(t, z.animal, 0)
}
