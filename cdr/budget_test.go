package cdr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// A message has one budget of memory, also for what is in its encapsulations.
func TestEncapsulationsShareABudget(t *testing.T) {
	t.Parallel()
	var lim limits.Limits
	lim.Set(limits.DecodedSize, 100)
	e := cdr.NewEncoder(nil, true, nil)
	for range 3 {
		m := e.Begin()
		e.Octet(7)
		e.End(m)
	}
	d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: &lim})
	for i := range 3 {
		in := d.Encapsulation()
		in.Spend(40, 1)
		if in.Octet() != 7 && i < 2 {
			t.Error("the octet is not there")
		}
		d.EndEncapsulation(&in)
		if err := d.Err(); (err != nil) != (i == 2) {
			t.Fatalf("encapsulation %d: %v", i, err)
		}
	}
	if err := d.Err(); !errors.Is(err, exc.Marshal) || !strings.Contains(err.Error(), "decoded-size") {
		t.Errorf("got %v", err)
	}
}

// Steps are paid for by the octets of the whole message, and a few more by nobody.
func TestSteps(t *testing.T) {
	t.Parallel()
	var lim limits.Limits
	lim.Set(limits.AnySteps, 10)
	for octets, want := range map[int]int{0: 10, 1: 18, 100: 810} {
		d := cdr.NewDecoder(make([]byte, octets), true, &cdr.Env{Version: cdr.V12, Limits: &lim})
		n := 0
		for d.Step() {
			n++
		}
		if err := d.Err(); n != want || !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "any-steps") {
			t.Errorf("%d octets pay for %d steps, want %d; %v", octets, n, want, err)
		}
	}
	d := cdr.NewDecoder(nil, true, nil)
	if d.Octet(); d.Step() {
		t.Error("a step after an error")
	}
	lim.Set(limits.AnySteps, limits.Unlimited)
	d = cdr.NewDecoder(nil, true, &cdr.Env{Version: cdr.V12, Limits: &lim})
	for range 100000 {
		if !d.Step() {
			t.Fatal(d.Err())
		}
	}
}
