package dyn_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/bounded"
	"github.com/opendsom/dsom/limits"
	tc "github.com/opendsom/dsom/typecode"
)

// anyBound is for anys, which are Go values of 130 octets, of 4 octets at the least, and are read by a decoder and
// encoder of their own. What is empty takes memory too, when it is made a Go value.
var anyBound = bounded.Bound{PerOctet: 512, Least: 16 << 20, Time: 5 * time.Microsecond}

// wide is a structure of n members of one type.
func wide(n int, of *tc.TypeCode, rest ...tc.Member) *tc.TypeCode {
	list := make([]tc.Member, n, n+1)
	for i := range list {
		list[i] = tc.Member{Name: fmt.Sprint("m", i), Type: of}
	}
	return tc.Struct("IDL:Wide:1.0", "Wide", append(list, rest...)...)
}

// Bombs are short messages that would take long, or much memory, if each value that they speak of were made. None
// takes more than its size allows, neither when it is received nor when it is used.
func TestBombs(t *testing.T) { // not parallel: memory is counted
	void := tc.Struct("IDL:Void:1.0", "Void")
	octet := tc.Member{Name: "o", Type: tc.Octet}
	deep := tc.Octet
	for range 50 {
		deep = tc.Struct("", "", tc.Member{Name: "in", Type: deep})
	}
	deepArray, deepAlias := tc.Octet, tc.Octet
	for range 50 {
		deepArray = tc.Array(deepArray, 1)
		deepAlias = tc.Alias("IDL:A:1.0", "A", deepAlias)
	}
	arms := make([]tc.Arm, 3900)
	for i := range arms {
		arms[i] = tc.Arm{Label: int64(i), Name: "a", Type: tc.Octet}
	}
	names := make([]string, 60000)
	for i := range names {
		names[i] = "e" + fmt.Sprint(i)
	}
	long := strings.Repeat("x", 30000)
	repeat := func(n int, put func(e *cdr.Encoder)) func(e *cdr.Encoder) {
		return func(e *cdr.Encoder) {
			e.Count(n)
			for range n {
				put(e)
			}
		}
	}
	zero := func(e *cdr.Encoder) { e.Octet(0) }
	for _, c := range []struct {
		what string
		t    *tc.TypeCode
		put  func(e *cdr.Encoder)
		want string // of the error, "" if it may be received
	}{
		{"members without octets", tc.Sequence(wide(3900, void, octet), 0), repeat(200000, zero), "any-steps"},
		{"a few of them", tc.Sequence(wide(3900, void, octet), 0), repeat(20, zero), ""},
		{"empty sequences of something wide", tc.Sequence(tc.Sequence(wide(3900, tc.Octet), 0), 0), repeat(100000, func(e *cdr.Encoder) { e.ULong(0) }), ""},
		{"a union of many arms", tc.Sequence(tc.Union("IDL:U:1.0", "U", tc.Short, arms...), 0), repeat(100000, func(e *cdr.Encoder) { e.Short(3899); e.Octet(1) }), ""},
		{"structures in structures", tc.Sequence(deep, 0), repeat(100000, zero), "any-steps"},
		{"arrays in arrays", tc.Sequence(deepArray, 0), repeat(100000, zero), "any-steps"},
		{"typedefs of typedefs", tc.Sequence(tc.Struct("", "", tc.Member{Name: "m", Type: deepAlias}), 0), repeat(100000, zero), "any-steps"},
		{"anys", tc.Sequence(tc.Any, 0), repeat(1<<17, func(e *cdr.Encoder) { dyn.PutAny(e, dyn.Octet.Any(1)) }), ""},
		{"enumerators", tc.Sequence(tc.Enum("IDL:E:1.0", "E", names...), 0), repeat(100000, func(e *cdr.Encoder) { e.ULong(59999) }), ""},
		{"more enumerators", tc.Enum("IDL:E:1.0", "E", make([]string, 1<<20)...), func(e *cdr.Encoder) { e.ULong(0) }, "enumerators"},
		{"octets in structures", tc.Sequence(tc.Struct("IDL:O:1.0", "O", octet), 0), repeat(1<<18, zero), ""},
		{"a long name", tc.Sequence(tc.Struct("", "", tc.Member{Name: long, Type: tc.Octet}), 0), repeat(20000, zero), ""},
		{"a union's long name", tc.Sequence(tc.Union("", "", tc.Octet, tc.Arm{Label: 0, Name: long, Type: void}), 0), repeat(20000, zero), ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			e := cdr.NewEncoder(nil, true, nil)
			tc.Put(e, c.t)
			c.put(e)
			b := e.Bytes()
			var lim limits.Limits
			lim.Set(limits.DecodedSize, int64(64*len(b)+8<<20)) // what is used is refused beyond this
			var a dyn.Any
			d := cdr.NewDecoder(b, true, &cdr.Env{Version: cdr.V12, Limits: &lim})
			anyBound.Run(t, len(b), func() { a = dyn.GetAny(d) })
			if err := d.Err(); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Fatalf("%d octets: got %v, want %q", len(b), err, c.want)
			}
			anyBound.Run(t, len(b), func() {
				if _, err := a.Unpack(); err != nil && !strings.Contains(err.Error(), "decoded-size") {
					t.Error(err)
				}
			})
			anyBound.Run(t, len(b), func() {
				if _, err := dyn.MarshalJSON(a); err != nil && !strings.Contains(err.Error(), "decoded-size") {
					t.Error(err)
				}
			})
			anyBound.Run(t, len(b), func() {
				out := cdr.NewEncoder(nil, false, nil)
				if dyn.PutAny(out, a); out.Err() != nil {
					t.Error(out.Err())
				}
			})
		})
	}
}

// All that the anys of a message take is charged to it, also where the program declares a sequence of anys.
func TestDecodedSize(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	const n = 1000
	for range n {
		dyn.PutAny(e, dyn.Octet.Any(1))
	}
	for _, c := range []struct {
		size int64
		want error
	}{{100 * n, exc.Marshal}, {200 * n, nil}} {
		var lim limits.Limits
		lim.Set(limits.DecodedSize, c.size)
		d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: &lim})
		for range n {
			dyn.GetAny(d)
		}
		if err := d.Err(); !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), "decoded-size") {
			t.Errorf("with %d octets: %v", c.size, err)
		}
	}
}

// What a program makes of an any that was received is held to the limits of the ORB it came by; one of its own
// making is not.
func TestUnpackIsLimited(t *testing.T) {
	t.Parallel()
	var hits uint64
	own := must(dyn.Of(tc.Sequence(tc.Octet, 0), make([]byte, 3000)))
	if v, err := own.Unpack(); err != nil || len(v.([]byte)) != 3000 {
		t.Errorf("%v, %v", v, err)
	}
	chars := must(dyn.Of(tc.Sequence(tc.Char, 0), make([]byte, 200))) // each half of what they take would do
	members := dyn.Struct{}
	for i := range 100 {
		members = append(members, dyn.Field{Name: fmt.Sprint("m", i), Value: byte(i)})
	}
	for _, c := range []struct {
		a    dyn.Any
		want error
	}{{own, nil}, {chars, exc.Marshal}, {must(dyn.Of(wide(100, tc.Octet), members)), exc.Marshal}} {
		var lim limits.Limits
		e := cdr.NewEncoder(nil, true, nil)
		dyn.PutAny(e, must(dyn.Of(tc.Any, c.a)))
		got := dyn.GetValue(cdr.NewDecoder(e.Bytes()[4:], true, &cdr.Env{Version: cdr.V12, Limits: &lim}), tc.Any)
		in, err := got.Unpack()
		if err != nil {
			t.Fatal(err)
		}
		inner := in.(dyn.Any)             // came by the same ORB
		lim.Set(limits.DecodedSize, 4096) // the type takes more than this
		v, err := inner.Unpack()
		if !errors.Is(err, c.want) || (err == nil) != (inner.Value() != nil) {
			t.Errorf("%v: %v, %v", c.a.Type(), v, err)
		}
		if err != nil && !strings.Contains(err.Error(), "decoded-size") {
			t.Errorf("%v", err)
		}
		hits += lim.Hits(limits.DecodedSize)
	}
	if hits == 0 {
		t.Error("the limit was not counted")
	}
}
