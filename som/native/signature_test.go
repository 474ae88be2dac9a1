//go:build cgo && unix

package native_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// TestSignatures imports classes as clients do that were compiled with the release that there is, or with another.
func TestSignatures(t *testing.T) {
	need(t)
	p, err := porter()
	if err != nil {
		t.Fatal(err)
	}
	tally := som.MethodSpec{Name: "tally", Impl: func(som.Self, ctx, int32) error { return nil }, Signature: "v:i/void(long)"}
	ledger, err := som.NewClass(som.Spec{Name: "Ledger", Introduces: []som.MethodSpec{tally}})
	if err == nil {
		err = native.Export(ledger)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain := som.MethodSpec{Name: "tally", Impl: func(som.Self, ctx, int32) error { return nil }} // by hand
	by, err := som.NewClass(som.Spec{Name: "ByHand", Introduces: []som.MethodSpec{plain}})
	if err == nil {
		err = native.Export(by)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := native.Find("Depot"); err != nil { // whose library has Loose
		t.Fatal(err)
	}
	for _, c := range []struct {
		class, method, signature string
		ok                       bool
	}{
		{"Porter", "numbers", "i:ipp/long(long,out double,inout short)", true},
		{"Porter", "numbers", "i:ipp", true}, // of an older compiler
		{"Porter", "numbers", "", true},
		{"Porter", "numbers", "i:ipp/long(long,inout double,inout short)", false},
		{"Porter", "numbers", "i:ip", false},
		{"Porter", "fail", "v:i/void(long)", true},
		{"Porter", "fail", "v:I/void(enum)", false},
		{"Porter", "gone", "v:", true}, // that it is not there is told when it is bound
		{"Ledger", "tally", "v:i/void(long)", true},
		{"Ledger", "tally", "v:p/void({long})", false}, // of a class in Go, too
		{"ByHand", "tally", "v:i/void(long)", true},
		{"ByHand", "tally", "v:I/void(unsigned long)", false},
		{"ByHand", "tally", "/procedure noself noenv void(long)", false},
		{"Loose", "bare", "/procedure noself noenv long(long)", true},
		{"Loose", "bare", "/procedure noself noenv long(string)", false},
		{"Loose", "bare", "v:i/procedure void(long)", false},
		{"Loose", "bare", "v:i", false},
		{"Loose", "total", "/data long", true},
		{"Loose", "total", "/data double", false},
	} {
		spec := som.MethodSpec{Name: c.method, Type: reflect.TypeFor[failFunc](), Signature: c.signature}
		_, err := native.Import(c.class, som.Version{}, []som.MethodSpec{spec})
		var e *som.Error
		if refused := errors.As(err, &e) && e.Code == som.CodeMethod && strings.Contains(e.Text, "and a client calls it as "+c.signature+", of another release"); refused == c.ok || c.ok && err != nil {
			t.Errorf("%s::%s as %s: %v", c.class, c.method, c.signature, err)
		}
	}
	_, err = som.NewClass(som.Spec{Name: "Mistaken", Parents: []*som.Class{p}, Overrides: []som.Override{
		{Method: "Porter::fail", Impl: func(som.Self, ctx, int32) error { return nil }, Signature: "v:I/void(enum)"}}})
	if err == nil || !strings.Contains(err.Error(), "Porter::fail has the signature v:i/void(long)!IDL:Broken:1.0{string;long;{#438db5482c103f54};!IDL:Lost:1.0{, and its override has v:I/void(enum)") {
		t.Errorf("an override of another signature: %v", err)
	}
}

// TestNoMethods holds that what is found through a class and is no method is not called as one.
func TestNoMethods(t *testing.T) {
	need(t)
	if _, err := native.Find("Depot"); err != nil {
		t.Fatal(err)
	}
	c, err := native.Import("Loose", som.Version{}, []som.MethodSpec{{Name: "bare", Kind: som.Procedure, Type: reflect.TypeFor[failFunc](), Signature: "/procedure noself noenv long(long)"}})
	if err != nil {
		t.Fatal(err)
	}
	o := object(t, c)
	for _, name := range []string{"Loose::bare", "Loose::total"} {
		m, err := c.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]any{nil, {int32(1)}} {
			if _, err := m.Apply(t.Context(), o, args); err == nil {
				t.Errorf("%s is called with %v", name, args)
			}
			if _, err := o.Invoke(t.Context(), name, args...); err == nil {
				t.Errorf("%s is invoked with %v", name, args)
			}
		}
	}
}
