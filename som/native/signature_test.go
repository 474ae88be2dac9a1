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
	if err == nil || !strings.Contains(err.Error(), "Porter::fail has the signature v:i/void(long), and its override has v:I/void(enum)") {
		t.Errorf("an override of another signature: %v", err)
	}
}
